"""The transcript and the postbox over dictionaries: what the store does durably, without a store."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.platforms.local.transcript import Line, Persona
from bot.platforms.port import Address, Posted


class MemoryTranscript:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lines: dict[str, dict[int, Line]] = {}
        self._people: list[Persona] = []
        self._next = 1

    async def add(self, chat: str, author: str, body: str) -> Line:
        line = Line(self._next, chat, author, body, self._now())
        self._next += 1
        self._lines.setdefault(chat, {})[line.id] = line
        return line

    async def edit(self, chat: str, id: int, body: str) -> bool:  # noqa: A002 - the port's name
        line = await self.get(chat, id)
        if line is None:
            return False
        self._lines[chat][id] = replace(line, body=body)
        return True

    async def tail(self, chat: str, limit: int) -> list[Line]:
        return list(self._lines.get(chat, {}).values())[-limit:]

    async def get(self, chat: str, id: int) -> Line | None:  # noqa: A002
        return self._lines.get(chat, {}).get(id)

    async def people(self) -> list[Persona]:
        return list(self._people)

    async def add_person(self, name: str) -> Persona:
        persona = Persona(f"p{len(self._people) + 1}", name)
        self._people.append(persona)
        return persona


class MemoryPostbox:
    def __init__(self) -> None:
        self._posted: dict[tuple[Address, str], Posted] = {}

    async def last(self, address: Address, living: str) -> Posted | None:
        return self._posted.get((address, living))

    async def put(self, address: Address, living: str, posted: Posted) -> Posted | None:
        before = self._posted.get((address, living))
        self._posted[address, living] = posted
        return before

    def note(self, address: Address, living: str, posted: Posted, tell: Callable[[Posted | None], None]) -> None:
        before = self._posted.get((address, living))
        self._posted[address, living] = posted
        tell(before)

    async def moved(self, old: Address, new: Address) -> None:
        raise AssertionError("no local chat ever moves")
