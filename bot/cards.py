"""Card, blocks, Button, Reply: a message before any platform has touched it.

Blocks carry meaning, never markup; each platform's `render` turns a Card into its own payload and escapes in one place.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from bot.actions import Action
from bot.addresses import Account

# The intersection of the platforms' limits (reliability §4, architecture "Cards"); a guard renders every card against them.
LABEL_MAX = 80
TEXT_MAX = 4096
ROWS_MAX = 5
ROW_MAX = 5


@dataclass(frozen=True, slots=True)
class Lead:
    """The one sentence to read on this card."""

    text: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """A short label and its text, such as "Cue" and "Heel stays heavy"."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Fine:
    """Secondary text."""

    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A bulleted list."""

    items: tuple[str, ...]


class Mark(StrEnum):
    DONE = "done"
    NOW = "now"
    TODO = "todo"


@dataclass(frozen=True, slots=True)
class RoundMark:
    label: str
    """What a person reads: "L ↻", or "Set 2"."""
    spoken: str
    """The same in words, for a screen reader: "left foot, clockwise"."""
    mark: Mark


@dataclass(frozen=True, slots=True)
class Rounds:
    """The rounds of the drill in progress; one inner tuple is one line."""

    lines: tuple[tuple[RoundMark, ...], ...]


@dataclass(frozen=True, slots=True)
class Meter:
    """A share in per cent, 0 to 100, drawn as a bar."""

    label: str
    percent: int


class Tone(StrEnum):
    DONE = "done"  # the whole plan
    PART = "part"  # a set or more of it, which is a day all the same
    TICKED = "ticked"  # "I did do it"
    OPEN = "open"
    FROZEN = "frozen"
    MISSED = "missed"
    PAUSED = "paused"
    EXCUSED = "excused"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Square:
    """One day of a row of days: a letter or two below it, and the same in words."""

    label: str
    spoken: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Squares:
    days: tuple[Square, ...]


@dataclass(frozen=True, slots=True)
class Countdown:
    """A time to wait, drawn by the client where the platform can ("Rest: 0:18"), counting to `until` (aware UTC)."""

    label: str
    until: datetime


Block: TypeAlias = str | Lead | Labelled | Fine | Points | Rounds | Meter | Squares | Countdown


class Style(StrEnum):
    PRIMARY = "primary"
    PLAIN = "plain"
    QUIET = "quiet"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    action: Action
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Link:
    """Opens a page (https)."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class PrivateLink:
    """Opens the private chat with the bot; `payload` ([A-Za-z0-9_-], at most 64) comes back as `/start payload`."""

    label: str
    payload: str


Control: TypeAlias = Button | Link | PrivateLink


class AskKind(StrEnum):
    NUMBER = "number"
    TIME = "time"
    PLACE = "place"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Ask:
    """The card waits for something typed; `hint` is an example of it."""

    kind: AskKind
    hint: str


@dataclass(frozen=True, slots=True)
class Card:
    title: str
    blocks: tuple[Block, ...] = ()
    rows: tuple[tuple[Control, ...], ...] = ()
    ask: Ask | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file for the person alone (an export), or a picture. `name` comes from us, never from a person.

    `alt` says what a picture shows, for whoever does not see it.
    """

    name: str
    media_type: str
    content: bytes
    alt: str = ""


class Place(StrEnum):
    """Where a reply goes: into the pressed message, or into a new one at the end of the chat."""

    HERE = "here"
    NEW = "new"


# What the postbox remembers a living message by: the one that lives through prompt, drill and result.
PLAYER = "player"
# Every other card in a private chat: only the newest keeps its buttons, so that an old question cannot be answered by mistake.
SCREEN = "screen"


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say. `notice` is the short answer to a tap; `living` names the message that later replies replace.

    `opens` is a payload as of PrivateLink: the tap opens the private chat with us; where that cannot be, `notice` is shown.
    `silent`, `pin` (if we may) and `photo` (a PNG above the card) are for a message that is sent; an edit keeps what is there.
    `key` names what is sent: sent again with the same key it is the same message, where the platform can tell; `again`: it
    may be there already, from a try whose outcome nobody saw. `meant`: whom it is for, in a chat with several people.
    `mark` comes back with every press on this message, where its buttons have room for it: a few letters and digits.
    """

    card: Card | None
    place: Place = Place.HERE
    notice: str | None = None
    alert: bool = False
    living: str | None = None
    attachments: tuple[Attachment, ...] = ()
    opens: str | None = None
    silent: bool = False
    pin: bool = False
    photo: Attachment | None = None
    key: str = ""
    again: bool = False
    meant: Account | None = None
    mark: str = ""
