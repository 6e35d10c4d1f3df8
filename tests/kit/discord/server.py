"""A fake Discord on loopback, so that the real discord.py and our real platform run in tests (reliability §5).

As strict as the real one, and where the published description of the API lies beside the project, stricter: what that
forbids is kept in `violations`, which a test asserts to be empty when it ends.
"""

import asyncio
import json
import time
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.kit.discord import spec
from tests.kit.discord.commands import Commands
from tests.kit.discord.drafts import Drafts, Upload
from tests.kit.discord.faults import Faults, RateLimits, matches
from tests.kit.discord.gateway import Gateway
from tests.kit.discord.guilds import Guild
from tests.kit.discord.interactions import Interactions
from tests.kit.discord.messages import Messages
from tests.kit.discord.people import Person
from tests.kit.discord.refusals import Refused, refused
from tests.kit.discord.routes import Request, Routes
from tests.kit.discord.shapes import user_json
from tests.kit.discord.wire import answer, misbehave, misbehave_after
from tests.kit.discord.world import World, snowflake

# Recognisable in any output; the check for leaks greps for it.
TOKEN = "MTE4NDQwMDA1OTAwMDAwMDAwMA.GcAnRy.q7Zx0vN5w2YkLr8sTgQm4HbJcDfPe1iUoXaW-canary"
START = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)  # the Wednesday of all tests
BOT_ID = 1184400590000000000
_API = "/api/v10"
_NOW_AND_THEN = 0.05
_YEAR = 365 * 24 * 3600.0


@dataclass(frozen=True)
class Call:
    """One request: when (by the server's clock), what, and how it was answered. `code` is Discord's error code."""

    at: float
    method: str
    path: str
    body: Any = None
    files: tuple[str, ...] = ()
    status: int = 200
    result: Any = None
    code: int | None = None
    error: str | None = None


class DiscordServer:
    """`async with DiscordServer.running() as server`. `clock` gives POSIX seconds; without one, `advance` moves time.

    What happens in the fake world happens in its clock; what the bot has to do quickly (an answer within 3 s, rate
    limits) is measured in real seconds, since a story's clock stands still.
    """

    def __init__(self, clock: Callable[[], float] | None = None, token: str = TOKEN) -> None:
        self.token = token
        self._now = START.timestamp()
        self.clock = clock or (lambda: self._now)
        me = user_json(BOT_ID, "toehold", None, bot=True)
        self.world = World(self.clock, me)
        self.application: dict[str, Any] = _application(me)
        self.gateway = Gateway(self.world, token, self.touch)
        self.world.emit = self.gateway.emit
        self.drafts = Drafts(self.world)
        self.messages = Messages(self.world, self.drafts)
        self.interactions = Interactions(self.world, self.drafts, self.messages)
        self.commands = Commands(self.world)
        self.faults = Faults()
        self.limits: RateLimits | None = None
        self.history: list[Call] = []
        self.violations: list[str] = []
        self.url = ""
        self._routes = Routes()
        self._busy = 0
        self._waiting: set[asyncio.Future[None]] = set()
        self._people: dict[str, Person] = {}
        self._add_routes()

    @classmethod
    @asynccontextmanager
    async def running(
        cls, clock: Callable[[], float] | None = None, token: str = TOKEN
    ) -> AsyncIterator["DiscordServer"]:
        server = cls(clock, token)
        app = web.Application(client_max_size=120 * 1024 * 1024)
        for path in ("/gateway", "/gateway/", "/gateway/resume"):
            app.router.add_get(path, server.gateway.handle)
        app.router.add_get("/attachments/{tail:.*}", server._file)
        app.router.add_route("*", "/{tail:.*}", server._handle)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host = f"127.0.0.1:{runner.addresses[0][1]}"
        server.url = f"http://{host}{_API}"
        server.gateway.url = f"ws://{host}/gateway"
        server.world.files_url = f"http://{host}"
        try:
            yield server
        finally:
            await server.gateway.close(1001)
            await runner.cleanup()

    @property
    def application_id(self) -> str:
        return str(self.application["id"])

    def person(self, name: str = "Ann", locale: str = "en-US") -> Person:
        """The user of that name."""
        if name not in self._people:
            person = Person(self, self.world.snowflake(age=_YEAR), name, locale)
            self._people[name] = self.world.people[person.id] = person
        return self._people[name]

    async def guild(self, name: str, owner: Person, locale: str = "en-US") -> Guild:
        """A new guild, to which its owner has just added the bot. Guilds come to lie on different shards."""
        guild = Guild(self, snowflake(self.clock()) - (len(self.world.guilds) << 22), name, owner, locale)
        self.world.guilds[guild.id] = guild
        await guild.add_bot()
        return guild

    def advance(self, seconds: float) -> None:
        self._now += seconds

    def calls(self, pattern: str) -> list[Call]:
        """By a pattern as of `Faults`: "POST /channels/*/messages"."""
        return [call for call in self.history if matches(pattern, call.method, call.path)]

    def touch(self) -> None:
        """Something has happened: everybody who waits looks again."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, predicate: Callable[[], bool], what: str = "it", seconds: float = 5.0) -> None:
        """Wait for something to become true; fails with `what` after `seconds`.

        Looks whenever anything happens here, and now and then for what happens only inside the bot.
        """
        try:
            async with asyncio.timeout(seconds):
                while not predicate():
                    await self._something(_NOW_AND_THEN)
        except TimeoutError:
            raise AssertionError(f"waited {seconds:g} s for {what}") from None

    async def told(self) -> None:
        """Wait until every connected session has been told everything."""
        await self.until(lambda: self.gateway.delivered, "the gateway to write its events")

    async def quiet(self, settle: float = 0.05, seconds: float = 5.0) -> None:
        """Wait until the bot has heard everything, answered every interaction, and done nothing for `settle` seconds."""
        while True:
            await self.until(lambda: self.idle, "the bot to finish", seconds)
            if not await self._something(settle) and self.idle:
                return

    @property
    def idle(self) -> bool:
        """No request is in progress, nothing is left to tell the bot, and nobody waits for its first answer."""
        now = time.monotonic()
        open_ = [
            interaction
            for interaction in self.world.interactions.values()
            if interaction.answer is None
            and not interaction.lost
            and now - interaction.started <= self.world.answer_seconds
        ]
        return not self._busy and self.gateway.delivered and not open_

    async def _something(self, seconds: float) -> bool:
        """Wait until anything happens, so long at most; whether it did."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            return bool((await asyncio.wait([future], timeout=seconds))[0])
        finally:
            self._waiting.discard(future)

    def _add_routes(self) -> None:
        routes = self._routes
        routes.add("GET", "/users/@me", lambda _: {**self.world.me, "locale": "en-US", "mfa_enabled": True})
        routes.add("GET", "/gateway/bot", self._gateway)
        routes.add("GET", "/oauth2/applications/@me", lambda _: self.application)
        routes.add("GET", "/applications/@me", lambda _: self.application)
        routes.add("PATCH", "/applications/@me", self._edit_application)
        for part in (self.interactions, self.commands, self.messages):
            part.add_to(routes)

    def _gateway(self, _: Request) -> Any:
        used = len(self.gateway.identified)
        limit = {"total": 1000, "remaining": 1000 - used, "reset_after": 86_400_000, "max_concurrency": 1}
        return {"url": self.gateway.url, "shards": self.gateway.shards, "session_start_limit": limit}

    def _edit_application(self, request: Request) -> Any:
        self.application.update(request.fields)
        return self.application

    async def _handle(self, http: web.Request) -> web.StreamResponse:
        request = Request(http.method, http.path.removeprefix(_API), query=dict(http.query))
        self._busy += 1
        try:
            await _read(http, request)
            fault = self.faults.take(request.method, request.path, request.fields)
            misbehaved = await misbehave(http, fault)
            if misbehaved is not None:
                self._note(request, status=misbehaved.status, error=repr(fault))
                return misbehaved
            status, result, headers = self._work(http, request)
            self.touch()
            return await misbehave_after(http, fault, answer(status, result, headers))
        except Refused as refusal:
            self._note(request, refusal.status, code=refusal.code, error=str(refusal))
            return answer(refusal.status, refusal.body, {**self._bucket(request), **refusal.headers})
        finally:
            self._busy -= 1
            self.touch()

    def _work(self, http: web.Request, request: Request) -> tuple[int, Any, Mapping[str, str]]:
        if not http.path.startswith(_API + "/"):
            raise Refused(404, {"message": "404: Not Found", "code": 0})
        route = self._routes.find(request)
        self.violations += spec.violations(request.method, request.path, request.query, request.body)
        if route is None:
            self.violations.append(f"{request.method} {request.path}: the fake does not have this")
            raise Refused(404, {"message": "404: Not Found", "code": 0})
        if not route.open and request.token != f"Bot {self.token}":
            raise refused(0)
        headers = self._bucket(request)
        if self.limits is not None and not route.open:  # answers to interactions are not counted
            headers |= self.limits.check(request.method, request.route, request.parts.get("channel_id", ""))
        try:
            result = route.handler(request)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            self.violations.append(f"{request.method} {request.route}: {error!r}")
            raise Refused(400, {"message": f"400: Bad Request: {error!r}", "code": 0}) from error
        status = 204 if result is None else 200
        self._note(request, status, result)
        return status, result, headers

    def _bucket(self, request: Request) -> dict[str, str]:
        """Generous limits, unless `limits` says otherwise."""
        name = zlib.crc32(f"{request.method} {request.route}".encode())
        return {
            "X-RateLimit-Bucket": f"{name:032x}",
            "X-RateLimit-Limit": "1000",
            "X-RateLimit-Remaining": "999",
            "X-RateLimit-Reset": f"{time.time() + 1:.3f}",
            "X-RateLimit-Reset-After": "1.000",
        }

    def _note(self, request: Request, status: int, result: Any = None, **error: Any) -> None:
        files = tuple(upload.name for upload in request.uploads.values())
        call = Call(self.clock(), request.method, request.path, request.body, files, status, result, **error)
        self.history.append(call)

    async def _file(self, http: web.Request) -> web.StreamResponse:
        for message in self.world.messages:
            for file in message.files:
                if file.url.endswith(http.path):
                    return web.Response(body=file.content, content_type=file.media_type)
        return web.Response(status=404)


async def _read(http: web.Request, request: Request) -> None:
    """The body: JSON, or a form with `payload_json` and `files[n]`."""
    request.token = http.headers.get("Authorization")
    text: str | bytes = b""
    if http.content_type == "multipart/form-data":
        async for part in await http.multipart():
            name = getattr(part, "name", None) or ""
            content = await part.read()  # type: ignore[union-attr]
            if name == "payload_json":
                text = bytes(content)
            elif name.startswith("files[") and name.endswith("]"):
                filename = getattr(part, "filename", None) or "file"
                request.uploads[int(name[6:-1])] = Upload(filename, bytes(content))
    elif http.content_type == "application/json":
        text = await http.text()
    try:
        request.body = json.loads(text) if text else None
    except ValueError:
        raise refused(50109) from None


def _application(me: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": me["id"],
        "name": "Toehold",
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "is_monetized": False,
        "is_verified": False,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 1 << 23,
        "owner": user_json(80351110224678912, "founder", "Founder"),
        "team": None,
        "bot": dict(me),
        "interactions_endpoint_url": None,
        "redirect_uris": [],
        "tags": [],
        "integration_types_config": {"0": {}, "1": {}},
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
        "flags_new": str(1 << 23),
        "role_connections_verification_url": None,
    }
