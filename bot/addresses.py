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
    """Where to speak. `thread` is "" outside of topics."""

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
