"""What a database says while and after it is worked, read through a connection of its own that never writes for the bot.

On SQLite the file is opened read-only: a reader that closes as the last one would tidy up the log, and so spoil the crash.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, func, select, text, update

from bot.store import tables as t
from bot.store.outcomes import mark
from scheduler.nudge import NudgeId, NudgeState
from tests.soak.oracles import Row

_OPEN = (NudgeState.PLANNED, NudgeState.CLAIMED, NudgeState.SENDING)


class Ledger:
    """`where`: the SQLite file, or the URL of a PostgreSQL database."""

    def __init__(self, where: Path | str) -> None:
        self._file = where if isinstance(where, Path) else None
        url = f"sqlite:///file:{where}?mode=ro&uri=true" if isinstance(where, Path) else where
        self._engine = create_engine(url)

    def close(self) -> None:
        self._engine.dispose()

    def sending(self) -> frozenset[str]:
        """The marks of what was on the wire."""
        rows = self._all(select(t.nudge.c.id).where(t.nudge.c.state == NudgeState.SENDING))
        return frozenset(mark(NudgeId(row.id)) for row in rows)

    def left(self) -> int:
        """How many slots are due and how many nudges are not at their end."""
        now = datetime.now(UTC)
        slots = select(func.count()).select_from(t.slot).where(t.slot.c.next_due_at <= now)
        nudges = select(func.count()).select_from(t.nudge).where(t.nudge.c.state.in_(_OPEN))
        with self._engine.connect() as tx:
            return int(tx.execute(slots).scalar_one() + tx.execute(nudges).scalar_one())

    def rows(self) -> list[Row]:
        found = select(t.nudge.c.id, t.nudge.c.state, t.nudge.c.reason, t.room.c.chat_id).join(
            t.room, (t.room.c.person == t.nudge.c.person) & (t.room.c.kind == "private")
        )
        return [Row(mark(NudgeId(row.id)), row.chat_id, row.state, row.reason) for row in self._all(found)]

    def sessions(self) -> dict[str, int]:
        """By chat, how many sessions were begun."""
        found = (
            select(t.room.c.chat_id, func.count().label("n"))
            .join(t.session, t.session.c.person == t.room.c.person)
            .group_by(t.room.c.chat_id)
        )
        return {row.chat_id: row.n for row in self._all(found)}

    def effects(self) -> dict[str, int]:
        """By the key of an update, how often it was worked to its end: once, or it was put aside."""
        found = select(t.inbox.c.update_key, t.inbox.c.done_at, t.inbox.c.quarantined)
        return {
            row.update_key: int(row.done_at is not None and row.quarantined is None)
            for row in self._all(found)
            if int(row.update_key) > 0
        }

    def unanswered(self) -> int:
        with self._engine.connect() as tx:
            rows = select(func.count()).select_from(t.inbox).where(t.inbox.c.answered_at.is_(None))
            return int(tx.execute(rows).scalar_one())

    def standing(self) -> dict[str, tuple[int, int]]:
        """By chat: the revision of the session, and how many rounds of it count."""
        rounds = select(func.count()).where(
            t.round_done.c.session == t.session.c.id, t.round_done.c.undone_at.is_(None)
        )
        found = select(t.room.c.chat_id, t.session.c.rev, rounds.scalar_subquery().label("rounds")).join(
            t.session, t.session.c.person == t.room.c.person
        )
        return {row.chat_id: (row.rev, row.rounds) for row in self._all(found)}

    def integrity(self) -> tuple[list[str], list[str]]:
        """What the database says of itself, and the rows without their parent. PostgreSQL refuses both by itself."""
        if self._file is None:
            return ["ok"], []
        with self._engine.connect() as tx:
            whole = [str(row[0]) for row in tx.execute(text("PRAGMA integrity_check"))]
            return whole, [str(tuple(row)) for row in tx.execute(text("PRAGMA foreign_key_check"))]

    def pass_doubt(self) -> int:
        """As if the wait for a proof of delivery were over: what waits for it is due. The short forms do not wait 90 s."""
        engine = create_engine(f"sqlite:///{self._file}", connect_args={"timeout": 30}) if self._file else self._engine
        now = datetime.now(UTC)
        waiting = (t.nudge.c.state == NudgeState.PLANNED) & (t.nudge.c.not_before > now)
        waiting &= t.nudge.c.not_before < now + timedelta(hours=3)
        with engine.begin() as tx:
            moved = tx.execute(update(t.nudge).where(waiting).values(not_before=now)).rowcount
        if self._file:
            engine.dispose()
        return moved

    def _all(self, query: Any) -> Sequence[Any]:
        with self._engine.connect() as tx:
            return tx.execute(query).all()
