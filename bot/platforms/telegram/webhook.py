"""Updates that Telegram brings: an endpoint of ours that says 200 only after the update is stored, and believes no stranger.

Not PTB's own: that answers before the handler has run, takes a body of any size, and compares the secret with `!=`
(reliability X-02, X-03, T-43, T-44). What is refused here comes again: Telegram repeats until 200, an update at a time.
"""

import asyncio
import errno
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from telegram import Bot

from bot.platforms.patience import NETWORK_CEILING, Pause, backoff
from bot.platforms.port import CannotStart, Intake, RawUpdate
from bot.platforms.telegram.errors import read
from bot.platforms.telegram.fields import PLATFORM
from bot.platforms.telegram.inbound import ALLOWED_UPDATES, raw
from bot.words import Words

BODY_MAX = 1_000_000  # Telegram's updates have some kilobytes
BODY_SECONDS = 10.0  # nobody keeps a connection by sending slowly
CONNECTIONS_AT_ONCE = 40  # Telegram's own default
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
SPOKEN_AFTER = 3
LOGGED_MOST = 200
SHUTDOWN_SECONDS = 2.0

log = structlog.get_logger()


class CannotListen(CannotStart):
    """The endpoint cannot be served there; the text is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Hook:
    """`url` is the public one (https), whose path is served on `host` and `port`."""

    url: str
    secret: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8443

    @property
    def path(self) -> str:
        return urlsplit(self.url).path or "/"


class Webhook:
    """`problem` is None, or a plain sentence about why nothing arrives."""

    def __init__(self, hook: Hook, bot: Bot, me: str, intake: Intake, words: Words, pause: Pause) -> None:
        self.problem: str | None = None
        self.port = 0
        self._hook = hook
        self._secret = hook.secret.encode()
        self._bot = bot
        self._me = me
        self._intake = intake
        self._words = words
        self._pause = pause
        self._unstored = 0

    async def run(self) -> None:
        """Until cancelled. Raises CannotListen."""
        app = web.Application(client_max_size=BODY_MAX)
        app.router.add_post(self._hook.path, self._take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            await self._listen(runner)
            await self._announce()
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        hook = self._hook
        try:
            await web.TCPSite(runner, hook.host, hook.port).start()
        except OSError as error:
            taken = error.errno in {errno.EADDRINUSE, errno.EACCES}
            message = "telegram.webhook-port" if taken else "telegram.webhook-host"
            raise CannotListen(self._words(message, port=hook.port, host=hook.host)) from None
        self.port = runner.addresses[0][1]

    async def _announce(self) -> None:
        """Tell Telegram where we are. What waits on its side stays there (T-14)."""
        failures = 0
        while True:
            try:
                await self._bot.set_webhook(
                    self._hook.url,
                    max_connections=CONNECTIONS_AT_ONCE,
                    allowed_updates=list(ALLOWED_UPDATES),
                    secret_token=self._hook.secret,
                )
            except Exception as error:  # noqa: BLE001 - whatever answers in Telegram's place, we ask again
                fault = read(error)
            else:
                self.problem = None
                log.info("webhook set", platform=PLATFORM, bot=self._me, port=self.port)
                return
            failures += 1
            log.warning("webhook not set", platform=PLATFORM, bot=self._me, reason=fault.reason, failures=failures)
            if failures >= SPOKEN_AFTER:
                self.problem = self._words("telegram.webhook-not-set")
            await self._pause(fault.seconds or backoff(failures, NETWORK_CEILING))

    async def _take(self, request: web.Request) -> web.Response:
        # As bytes: `compare_digest` takes no text beyond ASCII, and a header may hold anything.
        told = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(told, self._secret):
            log.warning("webhook refused", reason="secret", peer=str(request.remote)[:LOGGED_MOST])
            return web.Response(status=403)
        if request.content_type != "application/json":
            return web.Response(status=415)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        stored = _read(body)
        if stored is None:  # it would be the same the next time
            log.warning("webhook dropped", reason="not an update", body=ascii(body[: LOGGED_MOST // 4])[:LOGGED_MOST])
            return web.Response()
        try:
            await self._intake.accept(PLATFORM, self._me, [stored])
        except Exception as error:  # noqa: BLE001 - whatever it was, Telegram brings it again
            self._unstored += 1
            log.error("updates not stored", platform=PLATFORM, bot=self._me, error=type(error).__name__)
            if self._unstored >= SPOKEN_AFTER:
                self.problem = self._words("telegram.not-stored")
            return web.Response(status=503)
        if self._unstored:
            self._unstored, self.problem = 0, None
        return web.Response()


def _read(body: bytes) -> RawUpdate | None:
    try:
        update = json.loads(body)
        return raw(update) if isinstance(update, Mapping) else None
    except (ValueError, RecursionError):
        return None
