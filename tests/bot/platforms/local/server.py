"""A running local chat with its scripted coach, for as long as a `with` block lasts."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from bot.platforms.local.platform import LocalChat
from bot.platforms.port import Account, MenuEntry
from bot.words import load
from tests.bot.platforms.local.coach import Clock, ScriptedCoach, ScriptedMachine
from tests.bot.platforms.local.memory import MemoryPostbox, MemoryTranscript
from tests.bot.platforms.local.scenes import MENU


@dataclass
class World:
    """What outlives a server: the clock, the stored chats, the coach's inbox."""

    clock: Clock = field(default_factory=Clock)
    postbox: MemoryPostbox = field(default_factory=MemoryPostbox)
    zones: dict[str, str] = field(default_factory=dict)
    transcript: MemoryTranscript = field(init=False)
    coach: ScriptedCoach = field(init=False)
    machine: ScriptedMachine = field(init=False)

    def __post_init__(self) -> None:
        self.transcript = MemoryTranscript(self.clock)
        self.coach = ScriptedCoach(self.clock)
        self.machine = ScriptedMachine(self.clock)

    async def zone_of(self, account: Account) -> str | None:
        return self.zones.get(account.id)


@asynccontextmanager
async def serving(
    world: World,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    access_token: str | None = None,
    machine: bool = True,
    menu: Sequence[MenuEntry] = MENU,
) -> AsyncIterator[LocalChat]:
    chat = LocalChat(
        host,
        port,
        world.coach,
        world.postbox,
        world.transcript,
        load(),
        menu,
        world.machine if machine else None,
        world.clock,
        access_token,
        world.zone_of,
    )
    world.coach.platform = world.machine.platform = chat
    server = asyncio.create_task(chat.run())
    worker = asyncio.create_task(world.coach.work())
    ready = asyncio.create_task(chat.ready.wait())
    try:
        await asyncio.wait({server, ready}, return_when=asyncio.FIRST_COMPLETED)
        if server.done():
            server.result()
        yield chat
    finally:
        for task in (server, worker, ready):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if worker.done() and not worker.cancelled():
            worker.result()
