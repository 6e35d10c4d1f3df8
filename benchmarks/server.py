"""A lean Bot API on loopback: as little work a call as it can, so that what is measured is the bot, not the server."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from benchmarks.crowd import Crowd, update
from benchmarks.model import BOT, MESSAGE

TOKEN = f"{BOT}:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw-bench"
BATCH = 100
HOLD_SECONDS = 50.0

_OFFSET = re.compile(rb"offset=(\d+)")
_RECEIPT = re.compile(rb"callback_query_id=(\d+)")
_CHAT = re.compile(rb"chat_id=(\d+)")
_REV = re.compile(rb"1p\.[\w-]+\.(\d+)\.")
_ME = (
    f'{{"id":{BOT},"is_bot":true,"first_name":"Toehold","username":"toehold_bot","can_join_groups":true,'
    '"can_read_all_group_messages":false,"supports_inline_queries":false}'
)


class Server:
    """`latency`: seconds that every call is under way, half of it there and half of it back, as over a real network."""

    def __init__(self, crowd: Crowd, latency: float) -> None:
        self.url = ""
        self.polled = asyncio.Event()
        self._crowd = crowd
        self._half = latency / 2
        self._waiting: deque[tuple[int, str]] = deque()
        self._came = asyncio.Event()
        self._now = asyncio.get_running_loop().time

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        server = web.Server(self._handle, access_log=None)
        listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        try:
            yield
        finally:
            listener.close()
            await server.shutdown(1.0)

    def press(self, at: float) -> None:
        number, tap = self._crowd.press(at)
        self._waiting.append((number + 1, update(number, tap)))
        self._came.set()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        method = request.path.rpartition("/")[2].lower()
        try:
            body = await request.read()
        except ConnectionError:  # the contender was stopped in the middle of a call
            return web.Response()
        await self._travel()
        result = await self._answer(method, body)
        await self._travel()
        return web.Response(body=f'{{"ok":true,"result":{result}}}'.encode(), content_type="application/json")

    async def _travel(self) -> None:
        if self._half:
            await asyncio.sleep(self._half)

    async def _answer(self, method: str, body: bytes) -> str:
        match method:
            case "answercallbackquery":
                self._crowd.answered(int(_found(_RECEIPT, body)), self._now())
                return "true"
            case "editmessagetext":
                chat, rev = int(_found(_CHAT, body)), int(_found(_REV, body))
                self._crowd.drawn(chat, rev, self._now())
                return (
                    f'{{"message_id":{MESSAGE},"date":1790000000,"edit_date":1790000001,'
                    f'"chat":{{"id":{chat},"type":"private","first_name":"Ann"}},"text":"x"}}'
                )
            case "getupdates":
                return await self._updates(body)
            case "getme":
                return _ME
            case _:
                return "true"

    async def _updates(self, body: bytes) -> str:
        found = _OFFSET.search(body)
        offset = int(found[1]) if found else 0
        while self._waiting and self._waiting[0][0] < offset:
            self._waiting.popleft()
        self.polled.set()
        if not self._waiting:
            self._came.clear()
            try:
                async with asyncio.timeout(HOLD_SECONDS):
                    await self._came.wait()
            except TimeoutError:
                return "[]"
        return f"[{','.join(each for _, each in list(self._waiting)[:BATCH])}]"


def _found(pattern: re.Pattern[bytes], body: bytes) -> bytes:
    found = pattern.search(body)
    assert found is not None, f"{pattern.pattern!r} is not in {body!r:.300}"
    return found[1]
