"""A running Discord platform with its ports in memory, on the fake server."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.actions import Screen, Show
from bot.cards import Button, Card
from bot.platforms.discord.platform import Discord
from bot.platforms.port import Account, Address, MenuEntry, Posted, Press, RawUpdate, Said, Turn, Unreadable
from bot.words import load
from tests.kit.discord import Channel, DiscordServer, Person
from tests.kit.telegram.memory import Box, Inbox

MENU = (
    MenuEntry("today", "What is due today", team=False),
    MenuEntry("challenge", "How the team is doing", team=True),
    MenuEntry("drills", "All drills", team=False),
)
DRILLS = (("toe-yoga", "Toe yoga"), ("heel-raise", "Heel raise"))

GO = Button("Go", Show(Screen.TODAY))
MORE = Button("More", Show(Screen.DRILLS))
CARD = Card("Time to practise", ("Three minutes",), ((GO,),))
NEXT = Card("Well done", ("That was it",), ((MORE,),))

T = TypeVar("T")


class Hasty:
    """asyncio, but its sleeps are short: discord.py waits for up to nine seconds between its own tries."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.005))


class WatchedBox(Box):
    """Whoever waits at the server looks again when something is remembered."""

    server: DiscordServer

    async def put(self, address: Address, living: str, posted: Posted) -> Posted | None:
        before = await super().put(address, living, posted)
        self.server.touch()
        return before


class WatchedInbox(Inbox):
    server: DiscordServer

    async def accept(self, platform: str, bot: str, updates: Sequence[RawUpdate]) -> None:
        await super().accept(platform, bot, updates)
        self.server.touch()


class Rig:
    """Waits between tries are noted in `pauses` and take no time."""

    def __init__(
        self,
        server: DiscordServer,
        *,
        token: str | None = None,
        url: str | None = None,
        inbox: WatchedInbox | None = None,
        box: WatchedBox | None = None,
        shards: tuple[tuple[int, ...], int] | None = None,
        turn: Turn | None = None,
    ) -> None:
        self.server = server
        self.box = box or WatchedBox()
        self.inbox = inbox or WatchedInbox()
        self.box.server = self.inbox.server = server
        self.pauses: list[float] = []
        self._shards = shards
        self.discord = Discord(
            server.token if token is None else token,
            server.url if url is None else url,
            self.inbox,
            self.box,
            load(),
            MENU,
            DRILLS,
            lambda: datetime.fromtimestamp(server.clock(), UTC),
            shards=shards,
            turn=turn,
            pause=self._pause,
        )

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.server.touch()
        await asyncio.sleep(0.001)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Rig"]:
        """Until every shard is connected and the commands are there."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.discord.run())
            try:
                await self.up(task)
                yield self
            finally:
                task.cancel()
        await self.server.until(lambda: not self._connected(), "the goodbye to arrive")

    def _connected(self) -> bool:
        gateway = self.server.gateway
        shards = self._shards[1] if self._shards else gateway.shards
        return any(session.socket is not None and session.shards == shards for session in gateway.sessions)

    async def up(self, task: "asyncio.Task[None]") -> None:
        place = (Address("discord", self.discord.bot, ""), "commands")
        async with asyncio.timeout(5):
            ready = asyncio.create_task(self.discord.ready.wait())
            await asyncio.wait([task, ready], return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
        await self.server.until(lambda: task.done() or place in self.box.posted, "the commands")

    def account(self, person: Person) -> Account:
        return Account("discord", self.discord.bot, str(person.id))

    def direct(self, person: Person) -> Address:
        return Address("discord", self.discord.bot, f"@{person.id}")

    def hidden(self, person: Person, channel: Channel) -> Address:
        return Address("discord", self.discord.bot, f"@{person.id}", str(channel.id))

    def room(self, channel: Channel) -> Address:
        assert channel.guild is not None
        return Address("discord", self.discord.bot, str(channel.guild.id), str(channel.id))

    async def heard(self, kind: type[T], count: int = 1) -> list[T]:
        """Wait until so many of a kind are stored; what they mean, in order."""
        await self.server.until(lambda: len(self.all(kind)) >= count, f"{count} {kind.__name__}")
        return self.all(kind)

    async def said(self, count: int = 1) -> Said:
        """Wait until so many commands and messages have come; the newest."""
        return (await self.heard(Said, count))[-1]

    async def pressed(self, count: int = 1) -> Press:
        """Wait until so many taps have come; the newest."""
        return (await self.heard(Press, count))[-1]

    def all(self, kind: type[T]) -> list[T]:
        found: list[T] = []
        for raw in self.inbox.kept.values():
            with suppress(Unreadable):
                heard = self.discord.understand(raw)
                if isinstance(heard, kind):
                    found.append(heard)
        return found
