"""The local chat's lines and personas. `bot.platforms.local.transcript.Transcript` over the store."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from bot.ids import new_id
from bot.platforms.local.transcript import Line, Persona
from bot.store import tables as t
from bot.store.unit import Store, Tx


class StoredTranscript:
    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def add(self, chat: str, author: str, body: str) -> Line:
        at = self._now()

        def unit(tx: Tx) -> int:
            line = insert(t.local_line).values(chat=chat, author=author, body=body, at=at)
            key: int = tx.execute(line.returning(t.local_line.c.id)).scalar_one()
            return key

        return Line(await self._store.run(unit), chat, author, body, at)

    async def edit(self, chat: str, id: int, body: str) -> bool:  # noqa: A002 - the port's name
        def unit(tx: Tx) -> bool:
            here = (t.local_line.c.chat == chat, t.local_line.c.id == id)
            return tx.execute(update(t.local_line).where(*here).values(body=body)).rowcount == 1

        return await self._store.run(unit)

    async def tail(self, chat: str, limit: int) -> list[Line]:
        def query(tx: Tx) -> list[Line]:
            newest = select(t.local_line).where(t.local_line.c.chat == chat).order_by(t.local_line.c.id.desc())
            return [_line(row) for row in tx.execute(newest.limit(limit))][::-1]

        return await self._store.read(query)

    async def get(self, chat: str, id: int) -> Line | None:  # noqa: A002 - the port's name
        def query(tx: Tx) -> Line | None:
            found = select(t.local_line).where(t.local_line.c.chat == chat, t.local_line.c.id == id)
            row = tx.execute(found).one_or_none()
            return _line(row) if row else None

        return await self._store.read(query)

    async def people(self) -> list[Persona]:
        def query(tx: Tx) -> list[Persona]:
            rows = tx.execute(select(t.local_persona).order_by(t.local_persona.c.seq))
            return [Persona(row.id, row.name) for row in rows]

        return await self._store.read(query)

    async def add_person(self, name: str) -> Persona:
        persona = Persona(new_id(), name)

        def unit(tx: Tx) -> None:
            seq = tx.execute(select(func.coalesce(func.max(t.local_persona.c.seq), 0))).scalar_one() + 1
            tx.execute(insert(t.local_persona).values(id=persona.id, name=persona.name[:64], seq=seq))

        await self._store.run(unit)
        return persona


def _line(row: Row[Any]) -> Line:
    return Line(row.id, row.chat, row.author, row.body, row.at)
