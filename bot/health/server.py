"""/healthz, /readyz, /metrics: a small page for machines, on this computer unless it is opened on purpose (reliability X-28)."""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from prometheus_client.aiohttp import make_aiohttp_handler

from bot import metrics
from bot.health.vitals import Vitals
from bot.platforms.port import CannotStart, Platform
from bot.store import beats
from bot.store.faults import StoreFault
from bot.store.unit import Store
from bot.words import Words

DATABASE_SECONDS = 2.0  # for an answer of the database
SHUTDOWN_SECONDS = 0.5
LOOPBACK = ("127.0.0.1", "localhost", "::1")

log = structlog.get_logger()


class CannotListen(CannotStart):
    """The health page cannot be served there; the text is one plain sentence for the operator."""


class Health:
    """What is answered. `waiting` counts the updates that are not answered yet; `holds`: a platform is ours to work for."""

    def __init__(
        self,
        vitals: Vitals,
        store: Store,
        platforms: Mapping[str, Platform],
        waiting: Callable[[], int],
        words: Words,
        holds: Callable[[str], bool] = lambda _platform: True,
    ) -> None:
        self._vitals = vitals
        self._store = store
        self._platforms = platforms
        self._waiting = waiting
        self._words = words
        self._holds = holds
        self._metrics = make_aiohttp_handler(metrics.REGISTRY)

    @asynccontextmanager
    async def serving(self, host: str, port: int) -> AsyncIterator[int]:
        """Gives the port. Raises CannotListen at once."""
        app = web.Application(middlewares=[_known_host] if host in LOOPBACK else [], client_max_size=1024)
        app.add_routes(
            [web.get("/healthz", self._alive), web.get("/readyz", self._ready), web.get("/metrics", self._tell)]
        )
        app.on_response_prepare.append(_sign)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, host, port).start()
            except OSError as error:
                taken = error.errno in {errno.EADDRINUSE, errno.EACCES}
                name = "operate.port-taken" if taken else "operate.cannot-listen"
                raise CannotListen(self._words(name, host=host, port=port)) from None
            port = runner.addresses[0][1]
            log.info("health.ready", host=host, port=port)
            yield port
        finally:
            await runner.cleanup()

    async def _alive(self, _request: web.Request) -> web.Response:
        problem = self._vitals.problem
        return _answer([problem] if problem else [], beat_age=round(self._vitals.beat_age, 1))

    async def _ready(self, _request: web.Request) -> web.Response:
        ours = [await self._ask_database() or self._vitals.trouble]
        told = [self._words("operate.platform", platform=each.name, reason=each.problem) for each in self._troubled()]
        standing_by = [name for name in self._platforms if not self._holds(name)]
        return _answer([*filter(None, ours), *told], **({"standing_by": standing_by} if standing_by else {}))

    async def _tell(self, request: web.Request) -> web.StreamResponse:
        metrics.BEAT_AGE_SECONDS.set(self._vitals.beat_age)
        metrics.INBOX_WAITING.set(self._waiting())
        troubled = self._troubled()
        for platform in self._platforms.values():
            metrics.PLATFORM_PROBLEM.labels(platform.name).set(platform in troubled)
        return await self._metrics(request)

    def _troubled(self) -> list[Platform]:
        return [each for each in self._platforms.values() if each.problem is not None]

    async def _ask_database(self) -> str | None:
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                await self._store.read(beats.travelled)
        except StoreFault as fault:
            return self._words("operate.database", kind=fault.kind)
        except TimeoutError:
            return self._words("operate.database-slow", seconds=round(DATABASE_SECONDS))
        return None


def _answer(problems: list[str], **more: object) -> web.Response:
    status = "failing" if problems else "ok"
    return web.json_response({"status": status, "problems": problems, **more}, status=503 if problems else 200)


@web.middleware
async def _known_host(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A web page elsewhere that has its own name point here must read nothing (DNS rebinding)."""
    given = request.headers.getall(hdrs.HOST, [])
    if len(given) != 1 or request.url.host not in LOOPBACK:
        raise web.HTTPMisdirectedRequest(text="421")
    return await handler(request)


async def _sign(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = "toehold"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Cache-Control", "no-store")
