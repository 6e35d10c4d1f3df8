"""What the fake Telegram knows: people, chats, messages, taps, and the updates that wait for the bot."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

BOT_USERNAME = "ToeholdTestBot"
TAP_SECONDS = 150  # a press lives no longer on Telegram's side (reliability, fact 2), and is answered no later
UPDATE_SECONDS = 24 * 3600
GENERAL_TOPIC = 1


@dataclass
class Chat:
    id: int
    type: str
    title: str = ""
    """Of a private chat the person's first name."""
    started: bool = True
    blocked: bool = False
    deactivated: bool = False
    kicked: bool = False
    deleted: bool = False
    mute: bool = False
    """The bot may not write (rights, slow mode, restriction)."""
    no_photos: bool = False
    no_pins: bool = False
    """The bot may write, but send no pictures, or pin nothing."""
    roles: dict[int, str] = field(default_factory=dict)
    """The status of everybody who is or was in a group, the bot included."""
    moved_to: int | None = None
    topics: dict[int, str] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)

    def json(self) -> dict[str, Any]:
        if self.type == "private":
            return {"id": self.id, "type": "private", "first_name": self.title}
        forum = {"is_forum": True} if self.topics else {}
        return {"id": self.id, "type": self.type, "title": self.title, **forum}


@dataclass
class Message:
    id: int
    chat: Chat
    author: dict[str, Any]
    date: int
    text: str | None = None
    caption: str | None = None
    entities: list[dict[str, Any]] = field(default_factory=list)
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    media: str | None = None
    """ "photo" or "document"; a message without it is a text."""
    file: tuple[str, str, bytes] | None = None
    """Name, media type and content of what was uploaded."""
    thread: int | None = None
    reply_to: "Message | None" = None
    deleted: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
    service: bool = False
    """Something that happened to the chat, shown in grey between the messages."""
    silent: bool = False
    """Sent without a sound."""
    pinned: bool = False

    def json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "message_id": self.id,
            "from": self.author,
            "chat": self.chat.json(),
            "date": self.date,
            **self.extra,
        }
        if self.text is not None:
            body["text"] = self.text
        if self.caption is not None:
            body["caption"] = self.caption
        if self.entities:
            body["entities" if self.media is None else "caption_entities"] = self.entities
        if self.keyboard:
            body["reply_markup"] = {"inline_keyboard": self.keyboard}
        if self.media == "photo":
            body["photo"] = [{"file_id": f"P{self.id}", "file_unique_id": f"p{self.id}", "width": 9, "height": 9}]
        if self.media == "document":
            name, media_type, content = self.file or ("file", "application/octet-stream", b"")
            body["document"] = {
                "file_id": f"D{self.id}",
                "file_unique_id": f"d{self.id}",
                "file_name": name,
                "mime_type": media_type,
                "file_size": len(content),
            }
        if self.thread is not None:
            body |= {"message_thread_id": self.thread, "is_topic_message": True}
        if self.reply_to is not None:
            body["reply_to_message"] = self.reply_to.json()
        return body


@dataclass(frozen=True)
class Notice:
    """The short answer to a tap; `text` is "" when it only stopped the spinner, or opened `url`."""

    text: str
    alert: bool
    url: str = ""


@dataclass
class Tap:
    id: str
    person: int
    at: float
    answer: Notice | None = None


@dataclass
class Waiting:
    """One update in the queue, with the time when it is forgotten."""

    id: int
    kind: str
    body: dict[str, Any]
    expires: float


@dataclass
class World:
    clock: Callable[[], float]
    me: dict[str, Any]
    chats: dict[int, Chat] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    taps: dict[str, Tap] = field(default_factory=dict)
    queue: list[Waiting] = field(default_factory=list)
    commands: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    allowed: tuple[str, ...] | None = None
    reads_groups: bool = False
    _next_update: int = 500_001
    _next_message: int = 1

    def push(self, kind: str, body: dict[str, Any]) -> int:
        number = self._next_update
        self._next_update += 1
        lasts = TAP_SECONDS if kind == "callback_query" else UPDATE_SECONDS
        self.queue.append(Waiting(number, kind, body, self.clock() + lasts))
        return number

    def confirm(self, offset: int) -> None:
        self.queue = [entry for entry in self.queue if entry.id >= offset]

    def waiting(self) -> list[Waiting]:
        """What the bot may still receive, in order."""
        now = self.clock()
        self.queue = [entry for entry in self.queue if entry.expires > now and self._wanted(entry.kind)]
        return self.queue

    def _wanted(self, kind: str) -> bool:
        # chat_member is off unless asked for (reliability T-55).
        return kind in self.allowed if self.allowed else kind != "chat_member"

    def post(self, chat: Chat, author: dict[str, Any], **parts: Any) -> Message:
        message = Message(self._next_message, chat, author, int(self.clock()), **parts)
        self._next_message += 1
        self.messages.append(message)
        return message

    def find(self, chat: int, message: int) -> Message | None:
        return next(
            (m for m in self.messages if m.chat.id == chat and m.id == message and not m.deleted),
            None,
        )

    def visible(self, chat: int, thread: int | None = None) -> list[Message]:
        return [
            m
            for m in self.messages
            if m.chat.id == chat and not m.deleted and (thread is None or m.thread == thread) and not m.service
        ]
