"""What the local chat keeps: its lines and the people who are played. The store implements it; all of it is durable."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Line:
    """One message. `author` is `lines.BOT` or a persona's id; `body` is JSON that only `lines.py` reads and writes."""

    id: int
    chat: str
    author: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody who is played in the local chat. `name` was typed by a person: hostile until the page shows it as text."""

    id: str
    name: str


class Transcript(Protocol):
    """Ids grow within a chat in the order of `add`."""

    async def add(self, chat: str, author: str, body: str) -> Line: ...

    async def edit(self, chat: str, id: int, body: str) -> bool:  # noqa: A002
        """False: there is no such line."""

    async def tail(self, chat: str, limit: int) -> list[Line]:
        """The newest lines, oldest first."""

    async def get(self, chat: str, id: int) -> Line | None: ...  # noqa: A002

    async def people(self) -> list[Persona]:
        """In the order in which they were added."""

    async def add_person(self, name: str) -> Persona: ...
