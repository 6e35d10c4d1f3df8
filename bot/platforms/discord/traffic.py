"""What answers, deliveries and boards share: the order in a channel, patience, and what the postbox remembers."""

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from bot.cards import Card, Reply
from bot.platforms.discord import render
from bot.platforms.discord.connection import PATIENCE_SECONDS
from bot.platforms.discord.courier import Courier, Parcel
from bot.platforms.discord.errors import NO_ANSWER, PROBE_SECONDS, Fault, Meaning, outcome
from bot.platforms.lanes import Lanes
from bot.platforms.patience import Pause, backoff
from bot.platforms.port import Address, Postbox, Posted
from bot.words import Words
from scheduler.nudge import Broken, Later, Outcome, Sent, Unknown

DELIVERIES_IN_FLIGHT = 4  # so many messages at most are doubtful after a crash (reliability §3.3)
TRIES = 3
# Taking buttons off replaced messages is the first thing to give up under load.
UNTIDY_MAX = 1000
LINE = "line:"
"""So begin the names of what is said in a channel to somebody whose private chat is closed."""

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Replaced:
    address: Address
    living: str
    message: str


class Traffic:
    def __init__(self, courier: Courier, postbox: Postbox, words: Words, pause: Pause) -> None:
        self.courier = courier
        self.postbox = postbox
        self.words = words
        self.pause = pause
        self.lanes = Lanes()
        self.deliveries = asyncio.Semaphore(DELIVERIES_IN_FLIGHT)
        self.untidy: asyncio.Queue[Replaced] = asyncio.Queue(UNTIDY_MAX)

    def parcel(self, card: Card, reply: Reply, notice: str = "") -> Parcel:
        key = short(reply.key) if reply.key else ""
        meant = reply.meant.id if reply.meant else ""
        return Parcel(
            lambda photo: render.draw(card, self.words, notice=notice, key=key, photo=photo, meant=meant),
            key or nonce(),
            key,
            reply.photo,
            reply.silent,
            meant,
        )

    def whisper(self, text: str) -> Parcel:
        return Parcel(lambda _: render.whisper(text, self.words), nonce())

    async def insist(
        self, call: Callable[[], Awaitable[T | Fault]], *, again: bool = True, waits: bool = True
    ) -> T | Fault:
        """Try up to three times. `again`: also after an unknown outcome, for what may happen twice or has a nonce (D-16).

        `waits`: somebody is there to wait for a limit to pass, if that is not too long.
        """
        for attempt in range(1, TRIES + 1):
            result = await call()
            if not isinstance(result, Fault) or result.reason == NO_ANSWER or attempt == TRIES:
                break
            if result.meaning is Meaning.WAIT and waits and result.seconds <= PATIENCE_SECONDS:
                await self.pause(result.seconds)
            elif result.meaning is Meaning.NOT_SENT or (again and result.meaning is Meaning.UNKNOWN):
                await self.pause(backoff(attempt, PATIENCE_SECONDS))
            else:
                break
        return result

    async def post(self, address: Address, card: Card, reply: Reply) -> Outcome:
        """Send what nobody has asked for just now: a prompt, a board. Its message is remembered, and never sent twice."""
        channel = await self.insist(lambda: self.courier.channel(address), waits=False)
        if isinstance(channel, Fault):
            return self.outcome(address, channel)
        parcel = self.parcel(card, reply)
        result: Posted | Fault | None = None
        if reply.again:
            result = await self.insist(lambda: self.courier.find(channel, parcel), waits=False)
            if isinstance(result, Fault) and result.meaning is Meaning.UNKNOWN:
                return Later(PROBE_SECONDS, "not-searched")  # by looking alone nothing was sent
            if isinstance(result, Fault) and result.meaning is not Meaning.RIGHTS:
                return self.outcome(address, result)
        if not isinstance(result, Posted):
            result = await self.insist(lambda: self.courier.send(channel, parcel), waits=False)
        if isinstance(result, Fault):
            return self.outcome(address, result)
        await self.sent(address, reply, result)
        return Sent(result.message)

    async def sent(self, address: Address, reply: Reply, posted: Posted) -> None:
        """A message is out: it lives from now on, and is pinned if that was asked for. Whatever fails, it stays out."""
        try:
            if reply.living is not None:
                await self._keep(address, reply.living, posted)
            if reply.pin and not is_hidden(address):
                fault = await self._pin(address, posted)
                if fault is not None:
                    log.info("not pinned", chat=address.chat, reason=fault.reason)
        except Exception:
            log.exception("message not remembered", chat=address.chat, message=posted.message)

    async def remember(self, address: Address, living: str | None, posted: Posted) -> None:
        """A message that is there already; most often it lives under this name as it is."""
        if living is None:
            return
        try:
            known = await self.postbox.last(address, living)
        except Exception as error:  # noqa: BLE001 - that this one is out must be kept all the same
            log.warning("older message not known", chat=address.chat, reason=type(error).__name__)
            known = None
        if known != posted:
            await self._keep(address, living, posted)

    async def _keep(self, address: Address, living: str, posted: Posted) -> None:
        last = await self.postbox.put(address, living, posted)
        tidy = not is_hidden(address) or living.startswith(LINE)
        if tidy and last is not None and last.message != posted.message and not self.untidy.full():
            self.untidy.put_nowait(Replaced(address, living, last.message))

    async def tidy(self) -> None:
        """Takes the buttons off replaced messages, and replaced lines away; until cancelled."""
        while True:
            old = await self.untidy.get()
            async with self.lanes.hold(lane(old.address, old.living)):
                channel = await self.courier.channel(old.address)
                if isinstance(channel, Fault):
                    continue
                tidy = self.courier.delete if old.living.startswith(LINE) else self.courier.strip
                fault = await tidy(channel, old.message)
            if fault is not None:
                log.debug("old message stays", chat=old.address.chat, message=old.message, reason=fault.reason)

    def outcome(self, address: Address, fault: Fault) -> Outcome:
        result = outcome(fault)
        say = log.warning if isinstance(result, Unknown | Broken) else log.info
        say("not delivered", chat=address.chat, outcome=type(result).__name__.lower(), reason=fault.reason)
        return result

    async def _pin(self, address: Address, posted: Posted) -> Fault | None:
        channel = await self.courier.channel(address)
        return channel if isinstance(channel, Fault) else await self.courier.pin(channel, posted.message)


def is_private(address: Address) -> bool:
    return address.chat.startswith("@")


def is_hidden(address: Address) -> bool:
    """A conversation that only one person sees, in a channel where others talk."""
    return is_private(address) and bool(address.thread)


def lane(address: Address, living: str | None = None) -> str:
    """What is said in one lane keeps its order: a private chat, a hidden conversation, a channel."""
    if is_hidden(address) and not (living or "").startswith(LINE):
        return f"{address.chat}/{address.thread}"
    return address.thread or address.chat


def short(key: str) -> str:
    """The same key, short enough for a nonce (25 characters) and for custom ids (D-19)."""
    return _base36(hashlib.blake2b(key.encode(), digest_size=12).digest())


def nonce() -> str:
    return _base36(secrets.token_bytes(12))


def _base36(raw: bytes) -> str:
    number, digits = int.from_bytes(raw), ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
