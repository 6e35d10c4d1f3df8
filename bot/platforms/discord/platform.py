"""The Discord platform: what `build.py` makes."""

import asyncio
from collections.abc import Sequence

import structlog

from bot.cards import Reply
from bot.platforms.discord import commands, gateway, inbound
from bot.platforms.discord.boards import Boards
from bot.platforms.discord.chats import DirectChats
from bot.platforms.discord.connection import Connection, TokenRefused
from bot.platforms.discord.courier import Courier
from bot.platforms.discord.errors import NO_ANSWER, Fault, Meaning
from bot.platforms.discord.fields import PLATFORM
from bot.platforms.discord.outbound import Outbound
from bot.platforms.discord.probing import Me, Problem, probe
from bot.platforms.discord.reception import Drills, Reception
from bot.platforms.discord.rights import Rights
from bot.platforms.discord.toll import urgency
from bot.platforms.discord.traffic import Traffic
from bot.platforms.patience import NETWORK_CEILING, Pause, backoff
from bot.platforms.port import (
    Account,
    Address,
    CannotStart,
    Heard,
    Intake,
    MenuEntry,
    MessageKind,
    Postbox,
    Posted,
    RawUpdate,
    Turn,
)
from bot.platforms.reposts import Now
from bot.words import Words
from scheduler.nudge import Outcome
from scheduler.pacing import Kind, Timer

# The commands are a convenience: they are tried for some minutes, and again at the next start.
COMMAND_TRIES = 8
COMMANDS = "commands"
WATCH_SECONDS = 60.0

log = structlog.get_logger()


class Wedged(CannotStart):
    """discord.py does not come back from a request any more: only a new process helps (D-13)."""

    for_good = False


class Discord:
    """`bot.platforms.port.Platform` on discord.py. Raises TokenRefused for what cannot be a token.

    `api_url` is the API's with its version ("https://discord.com/api/v10"). `drills`: each one's id and name, to suggest.
    `shards`: which of how many, whoever's `turn` it is; without them all that Discord recommends, and only while it is ours.
    `timer` is that of the limits; `pause` is for tests. Two of these in one process must use the same API (see `gateway`).
    """

    def __init__(
        self,
        token: str,
        api_url: str,
        intake: Intake,
        postbox: Postbox,
        words: Words,
        menu: Sequence[MenuEntry],
        drills: Drills,
        now: Now,
        *,
        shards: tuple[tuple[int, ...], int] | None = None,
        turn: Turn | None = None,
        pause: Pause = asyncio.sleep,
        timer: Timer | None = None,
    ) -> None:
        self._connection = Connection(token, api_url, words, pause, shards, timer)
        self._words = words
        self._postbox = postbox
        self._commands = commands.payload(menu, words)
        self._pause = pause
        self._turn = turn if shards is None else None
        chats = DirectChats(self._connection, postbox)
        self._rights = Rights(now)
        self._reception = Reception(self._connection, intake, self._rights, chats, words, drills, pause)
        traffic = Traffic(Courier(self._connection, chats, now), postbox, words, pause)
        self._outbound = Outbound(traffic, self._reception.acks, self._rights, intake, now)
        self._boards = Boards(traffic, now)

    def __repr__(self) -> str:
        return f"Discord(bot={self.bot})"

    @property
    def name(self) -> str:
        return PLATFORM

    @property
    def bot(self) -> str:
        return self._connection.me

    @property
    def ready(self) -> asyncio.Event:
        """Set while every shard is connected."""
        return self._connection.ready

    @property
    def problem(self) -> str | None:
        """Why nothing arrives, in a sentence for the health page; None when all is well."""
        return self._connection.problem

    def understand(self, raw: RawUpdate) -> Heard | None:
        heard = inbound.understand(raw, self.bot)
        if heard is not None:
            self._outbound.note(raw, heard)
        return heard

    async def answer(self, heard: Heard, reply: Reply) -> None:
        await self._outbound.answer(heard, reply)

    async def deliver(self, address: Address, reply: Reply) -> Outcome:
        return await self._outbound.deliver(address, reply)

    async def redraw(self, address: Address, reply: Reply) -> None:
        await self._outbound.redraw(address, reply)

    async def show(self, address: Address, reply: Reply) -> Outcome:
        return await self._boards.show(address, reply)

    async def may_manage(self, address: Address, account: Account, fresh: bool = False) -> bool:
        """Nothing can be asked for afresh; and whoever presses now has said with the press what they may."""
        del fresh
        return self._rights.may_manage(address, account)

    async def run(self) -> None:
        """Until cancelled. Raises CannotStart for what does not pass by itself, and Wedged."""
        try:
            async with asyncio.TaskGroup() as group:
                with urgency(Kind.BOARD):
                    group.create_task(self._outbound.tidy())
                group.create_task(self._be_there() if self._turn is None else self._turn.during(self._be_there))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        finally:
            await self._reception.close()

    async def _be_there(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._connection.run(self._reception))
                group.create_task(self._publish())
                group.create_task(self._watch())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def _publish(self) -> None:
        """Discord allows the commands to be replaced only so often, so that is done when they have changed (D-26)."""
        place, mark = Address(PLATFORM, self.bot, ""), commands.fingerprint(self._commands)
        for attempt in range(1, COMMAND_TRIES + 1):
            reason = await self._try_to_publish(place, mark)
            if reason is None:
                return
            log.warning("commands not published", bot=self.bot, reason=reason, attempt=attempt)
            await self._pause(backoff(attempt, NETWORK_CEILING))

    async def _try_to_publish(self, place: Address, mark: str) -> str | None:
        try:
            known = await self._postbox.last(place, COMMANDS)
            if known is not None and known.message == mark:
                return None
            result = await self._connection.call(lambda client: gateway.put_commands(client, self._commands))
            if isinstance(result, Fault):
                return result.reason
            await self._postbox.put(place, COMMANDS, Posted(mark, MessageKind.TEXT))
        except Exception as error:  # noqa: BLE001 - missing commands must not stop the bot
            return type(error).__name__
        return None

    async def _watch(self) -> None:
        """Any answer will do, and so will any failure; but a request that never ends means that none ever will."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            result = await self._connection.call(gateway.who_am_i)
            if isinstance(result, Fault) and (result.meaning, result.reason) == (Meaning.UNKNOWN, NO_ANSWER):
                raise Wedged(self._words("discord.wedged"))


__all__ = ["Discord", "Me", "Problem", "TokenRefused", "Wedged", "probe"]
