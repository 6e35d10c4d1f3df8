"""A lean Bot API on loopback that outlives every kill: it keeps what people saw, and holds what they press until it is taken.

The strict fake is `tests/kit/telegram`; this one answers in a fraction of its time, and knows only what the soak needs. Every
call is under way for a random while, half of it there and half of it back: so there is something on the wire at a kill.
"""

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from aiohttp import web

from benchmarks.model import BOT
from tests.kit.telegram.faults import FloodControl, Refused
from tests.soak.history import History, Message, Press

# Recognisable in any output; oracle O8 looks for it.
TOKEN = f"{BOT}:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw-canary"
TRAVEL = (0.02, 0.18)  # seconds that a call is under way: a tenth of a second, more or less
BATCH = 100
_SHOWS = {"sendmessage": "send", "editmessagetext": "edit", "editmessagereplymarkup": "strip"}
_ME = {"id": int(BOT), "is_bot": True, "first_name": "Toehold", "username": "toehold_bot"}

Fields: TypeAlias = dict[str, str]
Weather: TypeAlias = Callable[[str, Fields], "Spell | None"]


class Spell:
    """What the weather does to a call. `code` refuses it; `cut` carries it out and tears the line; `slow`: answered late."""

    def __init__(self, code: int = 0, retry_after: int = 0, *, cut: bool = False, slow: float = 0.0) -> None:
        self.code, self.retry_after, self.cut, self.slow = code, retry_after, cut, slow


class Telegram:
    """`flood`: Telegram's limits are on. `weather` may spoil any call that shows something."""

    def __init__(self, history: History, chance: random.Random, *, flood: bool = True) -> None:
        self.url = ""
        self.history = history
        self.travel = TRAVEL
        self.weather: Weather = lambda _method, _fields: None
        self.webhook = ""
        self.secret = ""
        self.polls = 0
        self.answered: dict[str, float] = {}
        """When the tap with this key was answered first."""
        self.chance = chance
        self._flood = FloodControl(time.monotonic) if flood else None
        self._messages = 0
        self._updates = 0
        self._waiting: deque[tuple[int, dict[str, Any]]] = deque()
        self._moved = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Telegram"]:
        server = web.Server(self._handle, access_log=None)
        listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            listener.close()
            await server.shutdown(1.0)

    def press(self, chat: str, data: str, message: int) -> Press:
        """Somebody taps: it waits here until the bot has taken it. Its key is that of the update."""
        self._updates += 1
        number = self._updates
        person = {"id": int(chat), "is_bot": False, "first_name": "Ann", "language_code": "en"}
        where = {"id": int(chat), "type": "private", "first_name": "Ann"}
        under = {"message_id": message, "from": _ME, "chat": where, "date": 1_790_000_000, "text": "x"}
        query = {"id": str(number), "from": person, "message": under, "chat_instance": "1", "data": data}
        self._waiting.append((number, {"update_id": number, "callback_query": query}))
        press = Press(time.monotonic(), str(number), chat, data, mark_of(data))
        self.history.presses.append(press)
        self.move()
        return press

    def waiting(self) -> list[tuple[int, dict[str, Any]]]:
        return list(self._waiting)

    def taken(self, number: int) -> None:
        """A webhook has accepted it."""
        self._waiting = deque(each for each in self._waiting if each[0] != number)

    def move(self) -> None:
        """Something has happened: whoever waits looks again."""
        self._moved.set()
        self._moved = asyncio.Event()

    async def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Whether it came true; looked at whenever anything happens here."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    await self._moved.wait()
        except TimeoutError:
            return condition()
        return True

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        method = request.path.rpartition("/")[2].lower()
        if request.path.rpartition("/")[0] != f"/bot{TOKEN}":
            return web.json_response({"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401)
        try:
            fields = dict(parse_qsl((await request.read()).decode()))
        except ConnectionError:  # killed in the middle of the call
            return web.Response()
        if method == "getupdates":
            return _told(await self._updates_from(fields))
        await asyncio.sleep(self.chance.uniform(*self.travel) / 2)
        spell = self.weather(method, fields) if method in _SHOWS else None
        try:
            result = self._work(method, fields, spell)
        except Refused as refused:
            body = {"ok": False, "error_code": refused.code, "description": refused.description}
            return web.json_response(body | {"parameters": refused.parameters or {}}, status=refused.code)
        if spell is not None and spell.cut:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        await asyncio.sleep(self.chance.uniform(*self.travel) / 2 + (spell.slow if spell else 0.0))
        return _told(result)

    def _work(self, method: str, fields: Fields, spell: Spell | None) -> Any:
        match method:
            case "sendmessage" | "editmessagetext" | "editmessagereplymarkup":
                return self._show(method, fields, spell)
            case "answercallbackquery":
                self.answered.setdefault(fields["callback_query_id"], time.monotonic())
                self.move()
            case "setwebhook":
                self.webhook, self.secret = fields.get("url", ""), fields.get("secret_token", "")
                self.move()
            case "getme":
                return _ME
        return True

    def _show(self, method: str, fields: Fields, spell: Spell | None) -> Any:
        chat, verb = fields["chat_id"], _SHOWS[method]
        answer = "ok"
        if spell is not None and spell.code:
            answer = str(spell.code)
        elif self._flood is not None:
            try:
                self._flood.check(int(chat), edit=verb != "send")
            except Refused:
                self.history.refused += 1
                answer = "429"
                spell = Spell(429, 1)
        if verb == "send" and answer == "ok":
            self._messages += 1
        number = self._messages if verb == "send" else int(fields["message_id"])
        if spell is not None and (spell.cut or spell.slow):
            answer = "cut" if spell.cut else "slow"
        buttons = _buttons(fields.get("reply_markup", ""))
        mark = next((found for each in buttons if (found := mark_of(each))), "")
        shown = spell is None or not spell.code
        message = Message(time.monotonic(), chat, verb, fields.get("text", ""), mark, number, buttons, answer, shown)
        self.history.messages.append(message)
        self.move()
        if spell is not None and spell.code:
            more = {"retry_after": spell.retry_after} if spell.code == 429 else None
            raise Refused(
                spell.code, f"Too Many Requests: retry after {spell.retry_after}" if more else "Bad Gateway", more
            )
        where = {"id": int(chat), "type": "private", "first_name": "Ann"}
        return {"message_id": number, "date": 1_790_000_000, "chat": where, "text": "x"}

    async def _updates_from(self, fields: Fields) -> list[dict[str, Any]]:
        offset = int(fields.get("offset", 0))
        while self._waiting and self._waiting[0][0] < offset:
            self._waiting.popleft()
        self.polls += 1
        self.move()
        await self.until(lambda: bool(self._waiting), float(fields.get("timeout", 0)))
        return [update for _, update in list(self._waiting)[:BATCH]]


def mark_of(data: str) -> str:
    """The mark that our bot puts behind the data of a nudge's buttons; "" where there is none."""
    return data.partition("~")[2]


def _buttons(markup: str) -> tuple[str, ...]:
    if not markup:
        return ()
    rows = json.loads(markup).get("inline_keyboard", [])
    return tuple(button.get("callback_data", "") for row in rows for button in row)


def _told(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})
