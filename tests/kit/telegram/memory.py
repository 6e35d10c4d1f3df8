"""The ports that a platform is given, in memory, for tests of the Telegram platform alone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

from bot.platforms.port import Address, MenuEntry, Posted, Press, RawUpdate, Said, Turn, Unreadable
from bot.platforms.telegram.platform import Telegram
from bot.platforms.telegram.webhook import Hook
from bot.words import load
from tests.kit.hurry import Hurry
from tests.kit.telegram.server import TelegramServer

T = TypeVar("T")

MENU = (
    MenuEntry("today", "What is due today", team=False),
    MenuEntry("team", "How the team is doing", team=True),
)


@dataclass
class Box:
    """A Postbox."""

    posted: dict[tuple[Address, str], Posted] = field(default_factory=dict)
    moves: list[tuple[Address, Address]] = field(default_factory=list)

    async def last(self, address: Address, living: str) -> Posted | None:
        return self.posted.get((address, living))

    async def put(self, address: Address, living: str, posted: Posted) -> Posted | None:
        before = self.posted.get((address, living))
        self.posted[address, living] = posted
        return before

    def note(self, address: Address, living: str, posted: Posted, tell: Callable[[Posted | None], None]) -> None:
        before = self.posted.get((address, living))
        self.posted[address, living] = posted
        tell(before)

    async def moved(self, old: Address, new: Address) -> None:
        self.moves.append((old, new))
        for (address, living), posted in list(self.posted.items()):
            if address.chat == old.chat:
                del self.posted[address, living]
                self.posted[replace(address, chat=new.chat), living] = posted


@dataclass
class Inbox:
    """An Intake: known keys are ignored. The next `failures` batches cannot be stored."""

    kept: dict[str, RawUpdate] = field(default_factory=dict)
    batches: list[tuple[str, ...]] = field(default_factory=list)
    failures: int = 0
    missed_on: list[str] = field(default_factory=list)

    async def missed(self, platform: str) -> None:
        self.missed_on.append(platform)

    async def accept(self, platform: str, bot: str, updates: Sequence[RawUpdate]) -> None:
        self.batches.append(tuple(update.key for update in updates))
        if self.failures:
            self.failures -= 1
            raise OSError("database is locked")
        for update in updates:
            self.kept.setdefault(update.key, update)


class Rig:
    """A running Telegram platform with ports in memory. Waits between tries are noted in `pauses` and take no time.

    For a turn nobody waits either: the server's clock jumps to it.
    """

    def __init__(
        self,
        server: TelegramServer,
        token: str | None = None,
        url: str | None = None,
        inbox: Inbox | None = None,
        hold: int = 5,
        hook: Hook | None = None,
        turn: Turn | None = None,
    ) -> None:
        self.server = server
        self.box = Box()
        self.inbox = inbox or Inbox()
        self.pauses: list[float] = []
        timer = Hurry(server.clock, server.advance)
        self.telegram = Telegram(
            token or server.token,
            url or server.url,
            self.inbox,
            self.box,
            load(),
            MENU,
            lambda: datetime.fromtimestamp(server.clock(), UTC),
            hook=hook,
            turn=turn,
            pause=self._pause,
            timer=timer,
            hold=hold,
        )
        timer.busy = lambda: any(self.telegram.on_the_wire.values())

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0.001)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Rig"]:
        """Until the menu is published, which comes after getMe."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.telegram.run())
            try:
                await self.server.until(lambda: len(self.server.world.commands) == 2 or task.done(), "the menu")
                yield self
            finally:
                task.cancel()

    def address(self, chat: int, thread: str = "") -> Address:
        return Address("telegram", self.telegram.bot, str(chat), thread)

    async def heard(self, kind: type[T], count: int = 1) -> list[T]:
        """Wait until so many of a kind are stored; what they mean, in order."""
        await self.server.until(lambda: len(self._all(kind)) >= count, f"{count} {kind.__name__}")
        return self._all(kind)

    async def said(self, count: int = 1) -> Said:
        """Wait until so many messages have come; the newest."""
        return (await self.heard(Said, count))[-1]

    async def pressed(self, count: int = 1) -> Press:
        """Wait until so many taps have come; the newest."""
        return (await self.heard(Press, count))[-1]

    def _all(self, kind: type[T]) -> list[T]:
        found: list[T] = []
        for raw in self.inbox.kept.values():
            with suppress(Unreadable):
                heard = self.telegram.understand(raw)
                if isinstance(heard, kind):
                    found.append(heard)
        return found
