"""The client of the moment: made, logged in, connected and closed here, again and again; and every call into discord.py.

A call is never cancelled: discord.py 2.7.1 waits for ever once a request is cancelled in a global 429 (reliability, fact 9).
Whoever called may leave, or lose patience; the call goes on, and its end is noted in the log (D-13, D-17).
"""

import asyncio
import base64
import binascii
import re
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import discord
import structlog

from bot.platforms.discord import gateway
from bot.platforms.discord.client import CLOSE_SECONDS, Client, Reception
from bot.platforms.discord.errors import CLOUDFLARE_SECONDS, NO_ANSWER, Fault, Meaning, places, read
from bot.platforms.discord.toll import Toll
from bot.platforms.patience import NETWORK_CEILING, Pause, backoff
from bot.platforms.port import CannotStart
from bot.words import Words
from scheduler.pacing import Timer

# Somebody is waiting for an answer; after a minute they have tapped again or gone.
PATIENCE_SECONDS = 60.0
LOGIN_SECONDS = 30.0
# One failure is weather; three in a row, or a gateway away for a minute, are worth a sentence on the health page.
SPOKEN_AFTER = 3
AWAY_SECONDS = 60.0
# Whoever was connected for so long did not fail to connect.
SETTLED_SECONDS = 60.0

_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+\Z", re.ASCII)
# Close codes after which it is no use to come again (D-22), and the sentence for each.
_FATAL = {
    4010: "discord.shards-refused",
    4011: "discord.shards-refused",
    4012: "discord.api-version-refused",
    4013: "discord.intents-refused",
    4014: "discord.intents-refused",
}

T = TypeVar("T")
log = structlog.get_logger()


class TokenRefused(CannotStart):
    """The token cannot be used; the message is a sentence for whoever runs the bot, and does not hold the token."""


def bot_id(token: str) -> str | None:
    """Who we are: the first part of the token is our id. None for what cannot be a token."""
    if not _TOKEN.match(token):
        return None
    part = token.partition(".")[0]
    try:
        number = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return number if re.fullmatch(r"[0-9]{1,20}", number) else None


class Connection:
    """`ready` is set while every shard is connected; `call` may be made at any time, and waits for a login."""

    def __init__(
        self,
        token: str,
        api_url: str,
        words: Words,
        pause: Pause,
        shards: tuple[tuple[int, ...], int] | None,
        timer: Timer | None = None,
    ) -> None:
        token = token.strip()
        me = bot_id(token)
        if me is None:
            raise TokenRefused(words("discord.token-malformed"))
        self.me = me
        self.ready = asyncio.Event()
        self._token = token
        self._api_url = api_url
        self._words = words
        self._pause = pause
        self._shards = shards
        self._client: Client | None = None
        self._logged_in = asyncio.Event()
        self._failures = 0
        self._toll = Toll(api_url, timer, self._keep_silent)
        self._banned_until = 0.0
        self._calls: set[asyncio.Task[object]] = set()

    def __repr__(self) -> str:
        return f"Connection(bot={self.me})"

    @property
    def problem(self) -> str | None:
        """Why nothing arrives, in a sentence for the health page; None when all is well."""
        now, client = time.monotonic(), self._client
        if client is None:
            is_well = self._failures < SPOKEN_AFTER
        else:
            is_well = client.away_since is None or now < client.away_since + AWAY_SECONDS
        return None if is_well and now >= self._banned_until else self._words("discord.unreachable")

    async def call(self, make: Callable[[Client], Awaitable[T]], patience: float | None = None) -> T | Fault:
        """What the call gives, or the Fault that it ends with. Raises nothing but CancelledError."""
        left = self._banned_until - time.monotonic()
        if left > 0:
            return Fault(Meaning.WAIT, "kept-out", left, everyone=True)
        abandoned = False

        async def settle(client: Client) -> T | Fault:
            task = asyncio.current_task()
            assert task is not None
            self._calls.add(task)
            result: T | Fault
            try:
                result = await make(client)
            except asyncio.CancelledError:  # by `_leave` alone, which nobody who waits here must take for their own
                result = Fault(Meaning.UNKNOWN, "closed")
            except Exception as error:  # noqa: BLE001 - the edge; also discord.py failing to read an answer
                result = self._read(error)
            finally:
                self._calls.discard(task)
            if abandoned:
                log.info("late answer", reason=result.reason if isinstance(result, Fault) else "done")
            return result

        begun = False
        try:
            async with asyncio.timeout(PATIENCE_SECONDS if patience is None else patience):
                while (client := self._client) is None:
                    await self._logged_in.wait()
                begun = True
                return await asyncio.shield(settle(client))
        except TimeoutError:
            abandoned = True
            return Fault(Meaning.UNKNOWN if begun else Meaning.NOT_SENT, NO_ANSWER)

    async def run(self, reception: Reception) -> None:
        """Connected until cancelled. Raises CannotStart for what does not pass by itself."""
        gateway.use(self._api_url)
        while True:
            started, seconds = time.monotonic(), 0.0
            client = Client(reception, self.ready, self._pause, self._shards, self._toll.trace())
            try:
                seconds = await self._enter(client)
                reason = "no-sessions-left" if seconds else "closed"
                if not seconds:
                    await asyncio.shield(self._stay(client))
            except CannotStart:
                raise
            except discord.ConnectionClosed as error:
                self._refuse(error.code)
                reason = f"closed-{error.code}"
            except discord.PrivilegedIntentsRequired:
                raise CannotStart(self._words("discord.intents-refused")) from None
            except Exception as error:  # noqa: BLE001 - whatever answers in Discord's place, we come again
                fault = self._read(error)
                if fault.meaning is Meaning.TOKEN:
                    raise TokenRefused(self._words("discord.token-refused")) from None
                reason, seconds = fault.reason, fault.seconds
            finally:
                await self._leave(client)
            self._failures = 1 if time.monotonic() > started + SETTLED_SECONDS else self._failures + 1
            log.warning("discord not reached", bot=self.me, reason=reason, failures=self._failures)
            await self._pause(seconds or backoff(self._failures, NETWORK_CEILING))

    async def _enter(self, client: Client) -> float:
        """Log in and find the gateway. Gives the seconds to wait when no session may be begun (D-23)."""
        async with asyncio.timeout(LOGIN_SECONDS):
            await client.login(self._token)
            announced = await gateway.ask(client)
        gateway.enter_by(announced.url)
        if self._shards is None:
            client.shard_count = announced.shards
        log.info("discord ready", bot=self.me, shards=client.shard_count, sessions_left=announced.left)
        if announced.left < len(client.shard_numbers()):
            return max(1.0, announced.seconds)
        self._client = client
        self._logged_in.set()
        return 0.0

    async def _stay(self, client: Client) -> None:
        """Connected until it is closed: while discord.py comes back to the gateway, it swallows a cancellation."""
        task = asyncio.current_task()
        assert task is not None
        self._calls.add(task)
        try:
            await client.connect()
        finally:
            self._calls.discard(task)

    async def _leave(self, client: Client) -> None:
        self._client = None
        self._logged_in.clear()
        await client.leave()
        for task in self._calls:
            task.cancel()
        if self._calls:
            await asyncio.wait(self._calls, timeout=CLOSE_SECONDS)
        await client.finish()

    def _keep_silent(self) -> None:
        """Before Discord locks us out for it (D-14)."""
        self._banned_until = time.monotonic() + CLOUDFLARE_SECONDS

    def _refuse(self, code: int) -> None:
        if code == 4004:
            raise TokenRefused(self._words("discord.token-refused"))
        if code in _FATAL:
            raise CannotStart(self._words(_FATAL[code]))

    def _read(self, error: Exception) -> Fault:
        fault = read(error)
        if fault.everyone:
            self._banned_until = time.monotonic() + fault.seconds
            log.error("discord keeps us out", reason=fault.reason, seconds=fault.seconds)
        elif fault.reason == "invalid":
            log.error("refused as invalid", fields=places(error))
        elif fault.meaning is Meaning.UNKNOWN and not isinstance(error, discord.DiscordException | OSError):
            log.debug("unknown outcome", error=type(error).__name__)
        return fault
