"""The local chat as a stage: in process (straight into the inbox), and through its door (HTTP and WebSocket)."""

import json
import secrets
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.addresses import RawUpdate
from bot.cards import Reply
from bot.platforms.local import inbound
from bot.platforms.local.chats import private_chat
from bot.platforms.local.platform import LocalChat
from bot.platforms.local.transcript import Persona
from bot.platforms.port import Heard, RoomMoved
from bot.settings import Settings
from bot.store.transcript import StoredTranscript
from tests.bot.platforms.local.client import Page
from tests.bot.platforms.local.shown import Message
from tests.kit.stage import Seat, Shown, Stage, TeamRoom


class LocalStage(Stage):
    """In process: updates go straight into the inbox; what is shown is read back from the database."""

    platform = "local"

    def settings(self) -> Settings:
        return Settings(toehold_port=0, toehold_data_dir=self.folder)

    @property
    def transcript(self) -> StoredTranscript:
        return StoredTranscript(self.bot.store, self.clock.now)

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.replies: list[tuple[Heard, Reply]] = []

    async def connected(self) -> None:
        local = self.bot.platforms["local"]
        assert isinstance(local, LocalChat)
        await local.ready.wait()
        self.bot.platforms["local"] = _Overheard(local, self.replies)

    async def seat(self, name: str, number: int) -> Seat:
        people = await self.transcript.people()
        persona = people[0] if number == 0 and people else await self.transcript.add_person(name)
        return _InProcess(self, persona)


class _Overheard:
    """The local chat, with every reply kept: notices are shown to an open page only, and here no page is open."""

    def __init__(self, inner: LocalChat, replies: list[tuple[Heard, Reply]]) -> None:
        self._inner = inner
        self._replies = replies

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def answer(self, heard: Heard, reply: Reply) -> None:
        self._replies.append((heard, reply))
        await self._inner.answer(heard, reply)


class _InProcess:
    def __init__(self, stage: LocalStage, persona: Persona) -> None:
        self._stage = stage
        self._persona = persona
        self._chat = private_chat(persona.id)

    async def say(self, text: str) -> None:
        await self._accept(
            inbound.said(
                secrets.token_hex(16),
                self._persona,
                self._chat,
                text,
                line=0,
                zone="",
                language="en",
                at=self._stage.clock.now(),
            )
        )

    async def tap(self, label: str, back: int = 0) -> None:
        message, control = await self._find(label, back)
        await self._press(control["data"], message.id)

    async def tap_twice(self, label: str) -> None:
        message, control = await self._find(label, 0)
        await self._press(control["data"], message.id)
        await self._press(control["data"], message.id)

    async def data_of(self, label: str) -> str:
        _, control = await self._find(label, 0)
        return str(control["data"])

    async def press(self, data: str) -> None:
        await self._press(data, (await self._messages())[-1].id)

    async def _find(self, label: str, back: int) -> tuple[Message, dict[str, Any]]:
        found = [
            (message, c)
            for message in reversed(await self._messages())
            for c in message.controls
            if c["label"] == label
        ]
        assert len(found) > back, f"no button {label!r}"
        return found[back]

    async def _press(self, data: str, message: int) -> None:
        request = secrets.token_hex(16)
        await self._accept(
            inbound.press(request, self._persona, self._chat, data, line=message, zone="", language="en")
        )

    async def shown(self) -> list[Shown]:
        return [Shown(message.text, tuple(message.buttons)) for message in await self._messages()]

    async def notices(self) -> list[str]:
        return [reply.notice for heard, reply in self._stage.replies if self._is_mine(heard) and reply.notice]

    def _is_mine(self, heard: Heard) -> bool:
        return not isinstance(heard, RoomMoved) and heard.address.chat == self._chat

    async def _accept(self, raw: RawUpdate) -> None:
        await self._stage.bot.intake.accept("local", "local", [raw])
        await self._stage.settle()

    async def _messages(self) -> list[Message]:
        lines = await self._stage.transcript.tail(self._chat, 500)
        raw: list[dict[str, Any]] = [{"id": line.id, "author": line.author, **json.loads(line.body)} for line in lines]
        return [message for message in (Message(self._chat, each) for each in raw) if message.ours]


class DoorStage(LocalStage):
    """Through the door: each person has the page open and speaks its WebSocket."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._http: ClientSession | None = None
        self._seats: list[_AtTheDoor] = []
        self._team_titles: set[str] = set()

    async def connected(self) -> None:
        await super().connected()
        self._http = ClientSession()
        for seat in self._seats:
            await seat.reopen(self._url, self._http)

    async def disconnect(self) -> None:
        for seat in self._seats:
            await seat.page.disconnect()
        if self._http is not None:
            await self._http.close()
            self._http = None

    @property
    def _url(self) -> str:
        url: str = self.bot.platforms["local"].url  # type: ignore[attr-defined]
        return url

    async def team(self, title: str, *, topic: bool = False) -> TeamRoom:
        if topic or self._team_titles - {title}:
            pytest.skip("the local chat has one team room, without topics")
        self._team_titles.add(title)
        return _TeamRoom(self)

    async def team_seat(self, name: str) -> Seat:
        assert self._http is not None
        page = Page(self._url, self._http, "")
        await page.connect()
        page.play(name)
        page.chat = "team"
        seat = _AtTheDoor(self, page)
        self._seats.append(seat)
        return seat

    async def seat(self, name: str, number: int) -> Seat:
        assert self._http is not None
        page = Page(self._url, self._http, "")
        await page.connect()
        if number:
            before = len(page.people)
            await page.add_person(name)
            await page.expect(lambda: len(page.people) > before)
            page.person, page.chat = page.people[-1]["id"], page.people[-1]["chat"]
        seat = _AtTheDoor(self, page)
        self._seats.append(seat)
        return seat


class _TeamRoom:
    """The one team room of the local chat. Nobody can be thrown out of it, and it never moves."""

    def __init__(self, stage: DoorStage) -> None:
        self._stage = stage

    async def seat(self, name: str, admin: bool = False) -> Seat:
        del admin  # everybody who can open the page may manage the room
        return await self._stage.team_seat(name)

    async def migrate(self) -> None:
        pytest.skip("the local team room never moves")

    async def kick_bot(self) -> None:
        pytest.skip("we cannot be put out of the local team room")

    async def add_bot(self) -> None:
        pytest.skip("we cannot be put out of the local team room")

    async def leave(self, name: str) -> None:
        pytest.skip("nobody leaves the local team room")

    async def come_back(self, name: str) -> None: ...

    async def demote(self, name: str) -> None:
        pytest.skip("everybody may manage the local team room")

    async def promote_bot(self) -> None: ...

    @property
    def texts(self) -> list[str]:
        pytest.skip("the local chat has one team room, which never changes")

    async def delete_board(self) -> None:
        pytest.skip("no message can be deleted in the local chat")


class _AtTheDoor:
    def __init__(self, stage: DoorStage, page: Page) -> None:
        self._stage = stage
        self.page = page

    async def reopen(self, url: str, http: ClientSession) -> None:
        person, chat = self.page.person, self.page.chat
        old = self.page
        self.page = Page(url, http, "")
        self.page.events = old.events
        await self.page.connect()
        self.page.person, self.page.chat = person, chat

    async def say(self, text: str) -> None:
        await self.page.say(text)

    async def tap(self, label: str, back: int = 0) -> None:
        found = [message for message in reversed(self.page.messages) if message.has(label)]
        assert len(found) > back, f"no button {label!r} in:\n{self.page.shown()}"
        request = await self.page.tap(label, message=found[back])
        answered = [e for e in self.page.events if e["type"] == "answered" and e["request"] == request]
        if answered and answered[-1].get("opens"):  # as the page does it
            chat, self.page.chat = self.page.chat, f"me:{self.page.person}"
            await self.page.say(f"/start {answered[-1]['opens']}")
            self.page.chat = chat

    async def tap_twice(self, label: str) -> None:
        message, data = self._find(label)
        await self.page.press(message.id, data)
        await self.page.press(message.id, data)

    async def data_of(self, label: str) -> str:
        return self._find(label)[1]

    async def press(self, data: str) -> None:
        await self.page.press(self.page.last_ours.id, data)

    def _find(self, label: str) -> tuple[Message, str]:
        message = next(message for message in reversed(self.page.messages) if message.has(label))
        return message, next(control["data"] for control in message.controls if control["label"] == label)

    async def shown(self) -> list[Shown]:
        """Everything that the server has told by now: its refusal of an empty word comes after all of it."""
        await self._stage.settle()
        await self.page.say("")
        return [Shown(message.text, tuple(message.buttons)) for message in self.page.messages if message.ours]

    async def notices(self) -> list[str]:
        return [e["notice"] for e in self.page.events if e["type"] == "answered" and e["notice"]]
