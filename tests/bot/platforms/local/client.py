"""A person at the local chat's page, without the page: speaks its WebSocket, keeps what it was shown, waits for conditions.

    async with open_page(chat.url) as page:
        await page.say("/today")
        await page.expect(lambda: page.last.has("Done"))
        await page.tap("Done")

Nothing sleeps: `expect` reads what the server tells until the condition holds, and fails with all that was shown otherwise.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.bot.platforms.local.shown import Message

PATIENCE = 10.0  # seconds for a condition; generous, because it is only used up by failures


class Page:
    """One open page. `person` and `chat` are what the person has chosen; both can be changed at any time."""

    def __init__(self, url: str, http: aiohttp.ClientSession, zone: str) -> None:
        self.url = url.partition("#")[0].rstrip("/")
        self.http = http
        self.zone = zone
        self.person = ""
        self.chat = ""
        self.people: list[dict[str, Any]] = []
        self.zones: dict[str, str] = {}
        self.now = ""
        self.notices: list[str] = []
        self.alerts: list[str] = []
        self.refusals: list[str] = []
        self.acknowledged: set[str] = set()
        self.answered: set[str] = set()
        self.trips: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.start: dict[str, Any] = {}
        self._lines: dict[str, dict[int, dict[str, Any]]] = {}
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    # -- the connection

    async def connect(self) -> None:
        """Like opening or reloading the page; what was shown before is replaced by the snapshot."""
        async with self.http.get(f"{self.url}/start.json") as answer:
            answer.raise_for_status()
            self.start = await answer.json()
        token = self.start["token"]
        self._socket = await self.http.ws_connect(
            f"{self.url}/talk", protocols=["toehold.1", f"token.{token}"], origin=self.url, max_msg_size=0
        )
        seen = len(self.events)
        await self.expect(lambda: any(event["type"] == "snapshot" for event in self.events[seen:]))

    async def disconnect(self) -> None:
        if self._socket is not None:
            await self._socket.close()
            self._socket = None

    @property
    def socket(self) -> aiohttp.ClientWebSocketResponse:
        assert self._socket is not None, "the page is not connected"
        return self._socket

    # -- what is shown

    @property
    def messages(self) -> list[Message]:
        """The open chat, oldest first."""
        return self.in_chat(self.chat)

    @property
    def last(self) -> Message:
        return self.messages[-1]

    @property
    def last_ours(self) -> Message:
        """The newest message of the bot in the open chat."""
        return [message for message in self.messages if message.ours][-1]

    def in_chat(self, chat: str) -> list[Message]:
        return [Message(chat, line) for _, line in sorted(self._lines.get(chat, {}).items())]

    # -- what the person does

    def open_chat(self, name: str) -> None:
        """ "Team room", or somebody's name for their private chat (then they are who speaks)."""
        if name == "Team room":
            self.chat = "team"
            return
        person = next(each for each in self.people if each["name"] == name)
        self.person, self.chat = person["id"], person["chat"]

    def play(self, name: str) -> None:
        """Speak as this person in the team room."""
        self.person = next(each["id"] for each in self.people if each["name"] == name)

    async def say(self, text: str, *, request: str | None = None) -> str:
        """Type and send; returns once the server has it for good. Returns the request's id."""
        frame = {"type": "say", "persona": self.person, "chat": self.chat, "text": text, "zone": self.zone}
        return await self.send(frame, request)

    async def tap(self, label: str, *, message: Message | None = None, request: str | None = None) -> str:
        """Press the newest control with that label (or the one on `message`), like the page does; waits for the answer."""
        candidates = [message] if message is not None else list(reversed(self.messages))
        for each in candidates:
            for control in each.controls:
                if control["label"] == label:
                    return await self._use(each, control, request)
        raise AssertionError(f"no control {label!r}; shown is:\n{self.shown()}")

    async def _use(self, message: Message, control: dict[str, Any], request: str | None) -> str:
        if control["type"] == "private":
            self.chat = f"me:{self.person}"
            return await self.say(f"/start {control['payload']}", request=request)
        assert control["type"] == "button", f"{control['label']!r} is a link to {control.get('url')}"
        return await self.press(message.id, control["data"], request=request)

    async def press(self, message: int, data: str, *, request: str | None = None, wait: bool = True) -> str:
        """Press by the button's data, forged or not; `wait` for the coach's answer."""
        frame = {"type": "press", "persona": self.person, "chat": self.chat, "message": message, "data": data}
        sent = await self.send({**frame, "zone": self.zone}, request)
        if wait and sent in self.acknowledged:
            await self.expect(lambda: sent in self.answered)
        return sent

    async def add_person(self, name: str) -> str:
        return await self.send({"type": "person", "name": name})

    async def travel(self, to: str) -> str:
        """ "prompt", "hour" or "day"; returns after the trip, with how it ended."""
        done = len(self.trips)
        sent = await self.send({"type": "travel", "persona": self.person, "to": to})
        if sent in self.acknowledged:
            await self.expect(lambda: len(self.trips) > done)
            return self.trips[-1]
        return "refused"

    async def send(self, frame: dict[str, Any], request: str | None = None) -> str:
        """Any frame; waits until the server has taken or refused it."""
        sent = request or secrets.token_hex(16)
        self.acknowledged.discard(sent)
        refused = len(self.refusals)
        await self.socket.send_str(json.dumps({**frame, "request": sent}))
        await self.expect(lambda: sent in self.acknowledged or len(self.refusals) > refused)
        return sent

    # -- waiting

    async def expect(self, condition: Callable[[], bool], within: float = PATIENCE) -> None:
        """Read events until the condition holds. A condition about a message that is not there yet simply does not hold."""
        try:
            async with asyncio.timeout(within):
                while not _holds(condition):
                    message = await self.socket.receive()
                    if message.type is not aiohttp.WSMsgType.TEXT:
                        raise ConnectionError(f"the server closed the connection: {message.type.name} {message.data}")
                    self._hear(json.loads(message.data))
        except TimeoutError:
            raise AssertionError(f"it did not come to that; shown is:\n{self.shown()}") from None

    def shown(self) -> str:
        """The open chat as text, for failure messages."""
        lines = [f"[{message.raw['author']}] {message.text} {message.buttons or ''}" for message in self.messages]
        return "\n".join([*lines, f"notices: {self.notices}", f"refused: {self.refusals}"])

    def _hear(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        self.now = event["now"]
        match event["type"]:
            case "snapshot":
                self.people, self.zones = event["people"], event["zones"]
                self._lines = {chat: {line["id"]: line for line in lines} for chat, lines in event["chats"].items()}
                if not self.person:
                    self.person, self.chat = self.people[0]["id"], self.people[0]["chat"]
            case "line":
                self._lines.setdefault(event["chat"], {})[event["line"]["id"]] = event["line"]
            case "people":
                self.people = event["people"]
            case "zones":
                self.zones = event["zones"]
            case "ack":
                self.acknowledged.add(event["request"])
            case "refused":
                self.refusals.append(event["text"])
            case "answered":
                self.answered.add(event["request"])
                if event["notice"]:
                    (self.alerts if event["alert"] else self.notices).append(event["notice"])
            case "travel" if event["state"] != "under-way":
                self.trips.append(event["state"])


def _holds(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except (IndexError, KeyError):
        return False


@asynccontextmanager
async def open_page(url: str, *, zone: str = "Europe/Berlin") -> AsyncIterator[Page]:
    async with aiohttp.ClientSession() as http:
        page = Page(url, http, zone)
        await page.connect()
        try:
            yield page
        finally:
            await page.disconnect()
