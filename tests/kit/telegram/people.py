"""The people on the other side of the fake server: what they type, tap and see."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.kit.telegram.members import change_json
from tests.kit.telegram.world import BOT_USERNAME, Chat, Message, Notice, Tap

if TYPE_CHECKING:
    from tests.kit.telegram.groups import Group
    from tests.kit.telegram.server import TelegramServer

_GROUP_ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


@dataclass(frozen=True)
class Seen:
    """One message as it stands in the chat now. `rows` holds the labels of the buttons."""

    id: int
    ours: bool
    """Sent by the bot."""
    text: str
    rows: tuple[tuple[str, ...], ...]
    entities: tuple[dict[str, Any], ...]
    media: str | None
    file: tuple[str, str, bytes] | None
    pinned: bool = False
    silent: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(label for row in self.rows for label in row)


class Seat:
    """One person in one chat (and topic). In a group it follows when the group moves."""

    def __init__(
        self, server: "TelegramServer", person: "Person", place: "Chat | Group", thread: int | None = None
    ) -> None:
        self.server = server
        self.person = person
        self.thread = thread
        self._place = place

    @property
    def chat(self) -> Chat:
        return self._place if isinstance(self._place, Chat) else self._place.chat

    async def say(self, text: str, reply_to: Seen | None = None, anonymous: bool = False) -> int:
        """Type a message; its number. In a group the bot only gets what its privacy mode lets through."""
        world = self.server.world
        answered = world.find(self.chat.id, reply_to.id) if reply_to is not None else None
        author = _GROUP_ANONYMOUS if anonymous else self.person.json()
        extra = {"sender_chat": self.chat.json()} if anonymous else {}
        message = world.post(
            self.chat, author, text=text, entities=_commands(text), thread=self.thread, reply_to=answered, extra=extra
        )
        if self.chat.type == "private":
            self.chat.started = True
        to_bot = answered is not None and answered.author == world.me
        if self.chat.type == "private" or world.reads_groups or text.startswith("/") or to_bot:
            await self.server.push("message", message.json())
        return message.id

    async def tap(self, label: str, message: Seen | None = None, wait: bool = True, seconds: float = 5.0) -> Notice:
        """Tap the newest button with this label; what the bot showed for it. `wait` False: do not wait for the answer."""
        button, shown = self._button(label, message)
        if "url" in button:
            return await self._open(button["url"])
        return await self.press(button["callback_data"], shown.json(), wait, seconds)

    async def press(self, data: str, message: dict[str, Any], wait: bool = True, seconds: float = 5.0) -> Notice:
        """Press a button with any data on any message, as a forged or ancient client may."""
        world = self.server.world
        tap = Tap(f"{len(world.taps) + 4000}", self.person.id, self.server.clock())
        world.taps[tap.id] = tap
        await self.server.push(
            "callback_query",
            {"id": tap.id, "from": self.person.json(), "message": message, "chat_instance": "1", "data": data},
        )
        if not wait:
            return Notice("", alert=False)
        await self.server.until(lambda: tap.answer is not None, f"an answer to the tap {data!r}", seconds)
        assert tap.answer is not None
        self.person.notices.append(tap.answer)
        if tap.answer.url and not tap.answer.text:  # clients that get both show the text and open nothing
            await self._open(tap.answer.url)
        return tap.answer

    @property
    def messages(self) -> list[Seen]:
        """All that stands in the chat, oldest first."""
        world = self.server.world
        return [_seen(message, world.me) for message in world.visible(self.chat.id, self.thread)]

    @property
    def last(self) -> Seen:
        """The bot's newest message."""
        return next(message for message in reversed(self.messages) if message.ours)

    async def expect(self, what: str | Callable[[Seen], bool], seconds: float = 5.0) -> Seen:
        """Wait until the bot shows a message that has this text, or of which this holds; the newest such message."""

        def found() -> Seen | None:
            ours = [message for message in reversed(self.messages) if message.ours]
            return next((m for m in ours if (what in m.text if isinstance(what, str) else what(m))), None)

        try:
            await self.server.until(lambda: found() is not None, repr(what), seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; the chat shows:\n{self.transcript()}") from None
        shown = found()
        assert shown is not None
        return shown

    async def delete(self, message: Seen) -> None:
        """Delete a message for both sides; bots are not told."""
        found = self.server.world.find(self.chat.id, message.id)
        assert found is not None
        found.deleted = True
        await self.server.notify()

    def transcript(self) -> str:
        lines = []
        for message in self.messages:
            lines.append(f"{'bot' if message.ours else 'person'} {message.id}: {message.text}")
            lines += ["    " + " ".join(f"[{label}]" for label in row) for row in message.rows]
        return "\n".join(lines)

    def _button(self, label: str, message: Seen | None) -> tuple[dict[str, Any], Message]:
        shown = [
            m for m in self.server.world.visible(self.chat.id, self.thread) if message is None or m.id == message.id
        ]
        buttons = [(button, m) for m in reversed(shown) for row in m.keyboard for button in row]
        for fits in (lambda text: text == label, lambda text: label in text):
            for button, m in buttons:
                if fits(button["text"]):
                    return button, m
        raise AssertionError(f"no button {label!r}; the chat shows:\n{self.transcript()}")

    async def _open(self, url: str) -> Notice:
        """A link into the private chat with the bot sends /start with its payload; other links lead out of Telegram."""
        prefix = f"t.me/{BOT_USERNAME}?start="
        payload = url.removeprefix("https://")
        if payload.startswith(prefix):
            await self.person.say(f"/start {payload.removeprefix(prefix)}")
        return Notice("", alert=False)


class Person(Seat):
    """Somebody, in their private chat with the bot."""

    def __init__(self, server: "TelegramServer", number: int, first_name: str, language: str, started: bool) -> None:
        chat = Chat(number, "private", first_name, started=started)
        server.world.chats[number] = chat
        super().__init__(server, self, chat)
        self.id = number
        self.first_name = first_name
        self.language = language
        self.notices: list[Notice] = []

    def json(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "first_name": self.first_name, "language_code": self.language}

    def at(self, group: "Group", topic: int | None = None) -> Seat:
        return Seat(self.server, self, group, topic)

    async def block(self) -> None:
        self.chat.blocked = True
        await self._standing("member", "kicked")

    async def unblock(self) -> None:
        self.chat.blocked = False
        await self._standing("kicked", "member")

    def delete_account(self) -> None:
        self.chat.deactivated = True

    async def _standing(self, old: str, new: str) -> None:
        change = change_json(self.server, self.chat, self.json(), self.server.world.me, old, new)
        await self.server.push("my_chat_member", change)


def _seen(message: Message, me: dict[str, Any]) -> Seen:
    return Seen(
        message.id,
        message.author == me,
        (message.caption if message.media else message.text) or "",
        tuple(tuple(button["text"] for button in row) for row in message.keyboard),
        tuple(message.entities),
        message.media,
        message.file,
        message.pinned,
        message.silent,
    )


def _commands(text: str) -> list[dict[str, Any]]:
    head = text.split(maxsplit=1)[0] if text.startswith("/") else ""
    return [{"type": "bot_command", "offset": 0, "length": len(head)}] if head else []
