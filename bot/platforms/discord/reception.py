"""What arrives: acknowledged to Discord and stored in the inbox, both at once, so that neither ever waits for the other.

Discord gives three seconds for the first word (D-01), the database may need longer; and a press that reached us has its
effect even when Discord has given up on it. Where a form opens or suggestions are asked for, that is the whole answer.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import discord
import structlog
from discord import app_commands

from bot.platforms.discord import asking, commands, inbound
from bot.platforms.discord.chats import DirectChats
from bot.platforms.discord.client import Arrived
from bot.platforms.discord.connection import Connection
from bot.platforms.discord.errors import NO_ANSWER, Fault, Meaning
from bot.platforms.discord.fields import PLATFORM
from bot.platforms.discord.rights import Rights
from bot.platforms.patience import Pause, backoff
from bot.platforms.port import Intake, RawUpdate, Unreadable
from bot.words import Words

ACK_SECONDS = 3.0
ACK_TRIES = 3
STORE_TRIES = 10
STORE_CEILING = 30.0
# Interactions of which it is known how their acknowledgement ended, or that it is under way.
ACKS_MAX = 4096

Drills: TypeAlias = Sequence[tuple[str, str]]
_AGAIN = frozenset({Meaning.NOT_SENT, Meaning.UNKNOWN})

log = structlog.get_logger()


class Acks:
    """How the acknowledgements of the last interactions ended; whoever answers one waits for that."""

    def __init__(self) -> None:
        self._known: dict[str, asyncio.Future[bool]] = {}

    def begin(self, number: str) -> asyncio.Future[bool]:
        while len(self._known) >= ACKS_MAX:
            self._known.pop(next(iter(self._known)))
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._known[number] = future
        return future

    async def went_well(self, number: str) -> bool:
        """False when Discord has given up on the interaction. True for one from before our start: its token may work."""
        future = self._known.get(number)
        return future is None or await asyncio.shield(future)


class Reception:
    def __init__(
        self,
        connection: Connection,
        intake: Intake,
        rights: Rights,
        chats: DirectChats,
        words: Words,
        drills: Drills,
        pause: Pause,
    ) -> None:
        self.acks = Acks()
        self._connection = connection
        self._intake = intake
        self._rights = rights
        self._chats = chats
        self._words = words
        self._drills = drills
        self._pause = pause
        self._tasks: set[asyncio.Task[object]] = set()

    async def interaction(self, arrived: Arrived) -> None:
        with self._under_way():
            await self._interaction(arrived)

    async def message(self, arrived: discord.Message) -> None:
        raw = inbound.message(arrived)
        if raw is None:
            return
        with self._under_way():
            await self._store(raw)
            await self._chats.learn(str(arrived.author.id), str(arrived.channel.id))

    async def guild(self, guild: discord.Guild, present: bool) -> None:
        """The key is always new: that we came and went may be heard twice, but never not at all."""
        with self._under_way():
            await self._store(inbound.guild(guild.id, present, f"g{guild.id}-{secrets.token_hex(8)}"))

    async def close(self) -> None:
        """What is not stored yet has no more time."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    @contextmanager
    def _under_way(self) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    async def _interaction(self, arrived: Arrived) -> None:
        if arrived.type is discord.InteractionType.autocomplete:
            await self._suggest(arrived)
            return
        custom_id = (arrived.custom_id or "") if arrived.type is discord.InteractionType.component else ""
        form = asking.modal(custom_id, self._words) if custom_id else None
        if form is not None:
            await self._insist(arrived, lambda: arrived.response.send_modal(form))
            return
        ack = self.acks.begin(str(arrived.id))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._acknowledge(arrived, ack))
            group.create_task(self._keep(arrived))

    async def _keep(self, arrived: Arrived) -> None:
        """Stored whatever happens to the acknowledgement; who acts, and with which rights, is news of this moment."""
        try:
            raw = inbound.interaction(arrived)
            if raw is None:
                return
            self._note(raw)
            await self._store(raw)
            if arrived.guild_id is None and not arrived.context.private_channel and arrived.channel_id is not None:
                await self._chats.learn(str(arrived.user.id), str(arrived.channel_id))
        except Exception:
            log.exception("interaction not understood", interaction=arrived.id)

    def _note(self, raw: RawUpdate) -> None:
        try:
            permissions = inbound.permissions(raw, self._connection.me)
        except Unreadable as error:
            log.warning("permissions not understood", reason=str(error))
        else:
            if permissions is not None:
                self._rights.note(permissions)

    async def _store(self, raw: RawUpdate) -> None:
        """As long as this process lives, or for some minutes: a press that reached us has its effect."""
        for attempt in range(1, STORE_TRIES + 1):
            try:
                await self._intake.accept(PLATFORM, self._connection.me, [raw])
            except Exception as error:  # noqa: BLE001 - a fault of the store, of which a platform knows no more
                log.warning("not stored", key=raw.key, reason=type(error).__name__, attempt=attempt)
            else:
                return
            await self._pause(backoff(attempt, STORE_CEILING))
        log.error("given up storing", key=raw.key)

    async def _acknowledge(self, arrived: Arrived, ack: asyncio.Future[bool]) -> None:
        """Whatever Discord answers but "too late", the token is worth a try."""
        well = True
        try:
            fault = await self._insist(arrived, lambda: _defer(arrived))
            well = fault is None or fault.meaning is not Meaning.STALE
        finally:
            ack.set_result(well)

    async def _insist(self, arrived: Arrived, respond: Callable[[], Awaitable[object]]) -> Fault | None:
        """Three tries in three seconds. One that did arrive although it looked otherwise is a success (D-03)."""
        started = time.monotonic()
        for attempt in range(1, ACK_TRIES + 1):
            left = started + ACK_SECONDS - time.monotonic()
            if left <= 0:
                break
            result = await self._connection.call(lambda _: respond(), left)
            if not isinstance(result, Fault) or result.meaning is Meaning.DONE:
                return None
            fault = result
            log.warning("interaction not acknowledged", interaction=arrived.id, reason=fault.reason, attempt=attempt)
            if fault.meaning not in _AGAIN or fault.reason == NO_ANSWER:
                break
        return fault

    async def _suggest(self, arrived: Arrived) -> None:
        path, name, typed = _focused(arrived.data)
        try:
            found = commands.suggest(path, name, typed, self._drills)
        except Exception:
            log.exception("no suggestions", command=path)
            found = []
        choices = [app_commands.Choice(name=shown, value=value) for shown, value in found]
        result = await self._connection.call(lambda _: arrived.response.autocomplete(choices), ACK_SECONDS)
        if isinstance(result, Fault):
            log.info("suggestions not shown", reason=result.reason)


def _defer(arrived: Arrived) -> Awaitable[object]:
    """Commands and forms that stand alone get an answer of their own, what hangs on a message changes that message."""
    if arrived.type is discord.InteractionType.application_command:
        data: Mapping[str, Any] = arrived.data or {}
        name = str(data.get("name", ""))
        hidden = arrived.guild_id is not None or arrived.context.private_channel
        return arrived.response.defer(thinking=True, ephemeral=hidden and commands.is_private(name))
    if arrived.message is None:
        return arrived.response.defer(thinking=True, ephemeral=True)
    return arrived.response.defer()


def _focused(data: Mapping[str, Any] | None) -> tuple[list[str], str, str]:
    """The command, the option that is being typed, and what of it is typed."""
    path, options = [str((data or {}).get("name", ""))], (data or {}).get("options") or []
    while options and options[0].get("type") in (1, 2):  # a subcommand, or a group of them
        path.append(str(options[0].get("name", "")))
        options = options[0].get("options") or []
    focused: Mapping[str, Any] = next((option for option in options if option.get("focused")), {})
    return path, str(focused.get("name", "")), str(focused.get("value", ""))
