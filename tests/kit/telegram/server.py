"""A fake Telegram on loopback, so that the real PTB and our real transport run in tests (reliability §5).

As strict as the real one, and where the published description of the API lies beside the project, stricter: what that
forbids is kept in `violations`, which a test asserts to be empty when it ends.
"""

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

from aiohttp import web

from tests.kit.telegram import spec
from tests.kit.telegram.faults import Cut, Fault, Faults, FloodControl, HalfBody, Page, Refuse, Refused, Slow
from tests.kit.telegram.groups import Group
from tests.kit.telegram.hooks import Hooks
from tests.kit.telegram.methods import Methods
from tests.kit.telegram.people import Person
from tests.kit.telegram.polls import Polls
from tests.kit.telegram.world import BOT_USERNAME, World

# Recognisable in any output; the check for leaks greps for it.
TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw-canary"
START = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)  # the Wednesday of all tests
_EDITS = ("editmessagetext", "editmessagecaption", "editmessagereplymarkup")
_SENDS = frozenset({"sendmessage", "sendphoto", "senddocument", *_EDITS})


@dataclass(frozen=True)
class Call:
    """One request: when (by the server's clock), what, and how it was answered."""

    at: float
    method: str
    params: Mapping[str, Any]
    result: Any = None
    error: str | None = None


class TelegramServer:
    """`async with TelegramServer.running() as server`. `clock` gives Unix seconds; without one, `advance` moves time."""

    def __init__(self, clock: Callable[[], float] | None = None, token: str = TOKEN) -> None:
        self.token = token
        self.bot_id = int(token.partition(":")[0])
        self._now = START.timestamp()
        self.clock = clock or (lambda: self._now)
        me = {"id": self.bot_id, "is_bot": True, "first_name": "Toehold", "username": BOT_USERNAME}
        self.world = World(self.clock, me)
        self.methods = Methods(self.world)
        self.polls = Polls(self.world)
        self.changed = self.polls.changed
        self.hooks = Hooks(self.world, self.polls)
        self.faults = Faults()
        self.flood: FloodControl | None = None
        self.history: list[Call] = []
        self.violations: list[str] = []
        self.url = ""
        self._busy = 0
        self._people: dict[int, Person] = {}

    @classmethod
    @asynccontextmanager
    async def running(
        cls, clock: Callable[[], float] | None = None, token: str = TOKEN
    ) -> AsyncIterator["TelegramServer"]:
        server = cls(clock, token)
        app = web.Application(client_max_size=50 * 1024 * 1024)
        app.router.add_route("*", "/{tail:.*}", server._handle)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        bringing = asyncio.create_task(server.hooks.run())
        try:
            yield server
        finally:
            bringing.cancel()
            await asyncio.wait({bringing})
            await runner.cleanup()

    def person(self, id: int, first_name: str = "Ann", language_code: str = "en", started: bool = True) -> Person:  # noqa: A002
        """Somebody with a private chat with the bot. `started` False: they have never written to it."""
        if id not in self._people:
            self._people[id] = Person(self, id, first_name, language_code, started)
        return self._people[id]

    async def group(self, title: str, *members: Person, supergroup: bool = False) -> Group:
        """A group that the first member has just added the bot to."""
        group = Group(self, title, members, supergroup)
        await group.add_bot(members[0])
        return group

    def advance(self, seconds: float) -> None:
        self._now += seconds

    def calls(self, method: str) -> list[Call]:
        return [call for call in self.history if call.method.lower() == method.lower()]

    async def push(self, kind: str, body: dict[str, Any]) -> int:
        """Queue any update, well-formed or not; its number."""
        number = self.world.push(kind, body)
        await self.notify()
        return number

    async def notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def until(self, predicate: Callable[[], bool], what: str = "it", seconds: float = 5.0) -> None:
        """Wait for something to become true, looking whenever anything happens; fails with `what` after `seconds`."""
        async with self.changed:
            try:
                async with asyncio.timeout(seconds):
                    await self.changed.wait_for(predicate)
            except TimeoutError:
                raise AssertionError(f"waited {seconds:g} s for {what}") from None

    async def quiet(self, settle: float = 0.1, seconds: float = 5.0) -> None:
        """Wait until the bot has taken every update, answered every tap, and then done nothing for `settle` seconds."""
        while True:
            await self.until(self._idle, "the bot to finish", seconds)
            try:
                async with asyncio.timeout(settle), self.changed:
                    await self.changed.wait()
            except TimeoutError:
                if self._idle():
                    return

    def _idle(self) -> bool:
        now = self.clock()
        open_taps = [tap for tap in self.world.taps.values() if tap.answer is None and now - tap.at < 150]
        return not self._busy and not self.world.waiting() and not open_taps

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method, params = "?", {}
        polling = False
        try:
            method = self._method(request.path)
            polling = method.lower() == "getupdates"
            self._busy += not polling
            params = dict(await request.post())
            fault = self.faults.take(method, params)
            if isinstance(fault, Cut) and not fault.done:
                return self._cut(request, fault)
            if isinstance(fault, Refuse):
                raise Refused(fault.code, fault.description, fault.parameters)
            if isinstance(fault, Page) and not fault.done:
                self._note(method, params, error=f"page {fault.status}")
                return _page(fault)
            result = await self._work(method, params)
            self._note(method, params, result)
            await self.notify()
            return await self._reply(request, fault, {"ok": True, "result": result})
        except Refused as refusal:
            self._note(method, params, error=refusal.description)
            body: dict[str, Any] = {"ok": False, "error_code": refusal.code, "description": refusal.description}
            if refusal.parameters is not None:
                body["parameters"] = dict(refusal.parameters)
            return web.json_response(body, status=refusal.code)
        finally:
            for value in params.values():
                if isinstance(value, web.FileField):
                    value.file.close()
            if method != "?" and not polling:
                self._busy -= 1
            await self.notify()

    def _method(self, path: str) -> str:
        owner, _, method = path.removeprefix("/bot").partition("/")
        if owner != self.token or not path.startswith("/bot"):
            raise Refused(401 if ":" in owner else 404, "Unauthorized" if ":" in owner else "Not Found")
        return method

    async def _work(self, method: str, params: Mapping[str, Any]) -> Any:
        self.violations += spec.violations(method, params)
        match method.lower():
            case "getupdates":
                return await self.polls.get(params)
            case "setwebhook":
                self.hooks.set(params)
                return True
            case "deletewebhook":
                self.polls.webhook = ""
                if params.get("drop_pending_updates") == "true":
                    self.violations.append("deleteWebhook: dropped pending updates")
                return True
        if self.flood is not None and method.lower() in _SENDS:
            self.flood.check(int(params["chat_id"]), edit=method.lower() in _EDITS)
        try:
            return self.methods.call(method, params)
        except (KeyError, ValueError) as error:
            self.violations.append(f"{method}: {error!r}")
            raise Refused(400, f"Bad Request: {error!r}") from error

    def _note(self, method: str, params: Mapping[str, Any], result: Any = None, error: str | None = None) -> None:
        self.history.append(Call(self.clock(), method, params, result, error))

    async def _reply(self, request: web.Request, fault: Fault | None, body: dict[str, Any]) -> web.StreamResponse:
        match fault:
            case Cut():
                return self._cut(request, fault)
            case Page():
                return _page(fault)
            case Slow(seconds):
                await asyncio.sleep(seconds)
            case HalfBody():
                payload = json.dumps(body).encode()
                half = web.StreamResponse(headers={"Content-Type": "application/json"})
                half.content_length = len(payload)
                await half.prepare(request)
                await half.write(payload[: len(payload) // 2])
                return self._cut(request, Cut())
        return web.json_response(body)

    def _cut(self, request: web.Request, fault: Cut) -> web.StreamResponse:
        transport = request.transport
        if transport is not None:
            if fault.reset:
                transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        return web.Response()


def _page(fault: Page) -> web.Response:
    return web.Response(status=fault.status, text=fault.body, content_type=fault.content_type)
