"""Plain values that the platforms and the store exchange: who, where, what arrived, what was posted."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody on a platform. `id` is the platform's own id as text (never a user name: those change)."""

    platform: str
    bot: str
    id: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where to speak. `chat` is one person, or a community of many; `thread` is "" or a part of it.

    Telegram: a chat, and a topic in it. Discord: "@" and a person, or a server and a channel of it. A person's chat with a
    thread is a conversation that only they see, held in a channel where others talk; their private chat has none.
    """

    platform: str
    bot: str
    chat: str
    thread: str = ""


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """What arrived, as it arrived. `key` is unique for (platform, bot); `lane`: updates of one lane are worked in order."""

    key: str
    lane: str
    payload: str


class MessageKind(StrEnum):
    TEXT = "text"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class Posted:
    message: str
    kind: MessageKind
