"""All that a button can mean, and its codec: at most 64 bytes, readable, versioned, never trusted.

An action is a frozen dataclass with a one-letter tag. Its fields are written between dots, in order:
`1p.k3Jv9Qw2xYs.17.d.` is version 1, a Play for that session, drawn from revision 17, move "d" (done), no argument.
What does not decode to exactly one action is None: a forged or ancient button, answered kindly and without effect.
"""

import re
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeAlias

VERSION = "1"
MAX_BYTES = 64  # Telegram's callback_data; Discord's custom_id allows 100


class MoveCode(StrEnum):
    """The moves of `drills.practice`, one letter each."""

    NEXT = "n"
    BACK = "b"
    KNOW = "k"
    DONE = "d"
    SLIPPED = "s"
    REPS = "r"
    UNDO = "u"
    SKIP = "x"
    EASIER = "e"
    MORE = "m"
    STOP = "q"
    HURTS = "h"
    FEEL = "f"
    WHICH = "w"
    GO_ON = "g"


class StartKind(StrEnum):
    PLAN = "p"
    MINUTE = "m"
    SNACK = "s"
    DRILL = "d"


class Screen(StrEnum):
    TODAY = "today"
    TIMES = "times"
    SETTINGS = "settings"
    HELP = "help"
    SAFETY = "safety"
    STREAK = "streak"
    WHY = "why"
    PAUSE = "pause"
    REST = "rest"
    DAY_START = "daystart"
    TICK = "tick"
    DRILLS = "drills"
    EXPORT = "export"
    ERASE = "erase"
    REACH = "reach"


class Setting(StrEnum):
    MINUTES = "minutes"
    BAND = "band"
    QUIET = "quiet"
    HIDE_STREAK = "hide"
    FOLLOW_UPS = "follow"
    ZONE = "zone"
    FREEZES = "freezes"
    LINE = "line"
    PLATFORM = "platform"


class TeamMove(StrEnum):
    """What a button in a team chat, or about a team challenge, does."""

    DRAFT = "d"
    START = "s"
    JOIN = "j"
    CHEER = "c"
    PAGE = "p"
    SHOW = "v"
    KEEP = "k"
    MINUTE = "m"
    TAKE = "t"
    ASK_END = "e"
    END = "x"
    PART = "i"
    LEAVE = "l"
    CHEER_ONLY = "o"
    ALIAS = "a"


RESUME, CANCEL_AHEAD, GIVE_REASON = -1, -2, -3  # what PauseFor's days mean below zero


@dataclass(frozen=True, slots=True)
class Play:
    """A move in a session, quoting the revision that the card was drawn from. `arg` is "" where the move has none."""

    session: str
    rev: int
    move: MoveCode
    arg: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """Begin today's session. `day` is the practice day (YYYYMMDD) that the card was drawn for."""

    kind: StartKind
    day: str
    drill: str = ""


@dataclass(frozen=True, slots=True)
class Show:
    screen: Screen
    arg: str = ""


@dataclass(frozen=True, slots=True)
class Snooze:
    """Minutes from the press; 0 means tonight at 20:00; -1 asks for a number."""

    day: str
    minutes: int


@dataclass(frozen=True, slots=True)
class NotToday:
    day: str


@dataclass(frozen=True, slots=True)
class Agree:
    """OK to the disclaimer."""


@dataclass(frozen=True, slots=True)
class PickZone:
    zone: str


@dataclass(frozen=True, slots=True)
class PickTime:
    """`at` is HHMM."""

    at: str


@dataclass(frozen=True, slots=True)
class Screening:
    """An answer to the screening card: "none", "some", "cleared", "again", or the number of a line and y or n: "3y"."""

    answer: str


@dataclass(frozen=True, slots=True)
class EditTimes:
    """What to do with a reading: how = "set" (replace all), "add"; mask = weekdays as digits 0-6; times = HHMM, joined."""

    how: str
    mask: str
    times: str


@dataclass(frozen=True, slots=True)
class EditSlot:
    """how = "remove", "role", "open"."""

    slot: str
    how: str


@dataclass(frozen=True, slots=True)
class Set:
    """Change a setting at once; `value` "?" asks for something typed."""

    setting: Setting
    value: str


@dataclass(frozen=True, slots=True)
class PauseFor:
    """days = 0: until the person resumes; -1: resume now; -2: cancel the pauses that lie ahead; -3: only keep the reason."""

    days: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """ "I did do it" for the practice day `day` (YYYYMMDD); `screen`: the card to draw again."""

    day: str
    screen: Screen


@dataclass(frozen=True, slots=True)
class Due:
    """The weekdays that are due, as digits (Monday is 0); the others are rest days."""

    weekdays: str


@dataclass(frozen=True, slots=True)
class BeginDay:
    """When practice days begin: HHMM, or "ask"."""

    at: str


@dataclass(frozen=True, slots=True)
class Team:
    """A move about the challenge with this id ("" before it is started). `arg`: a draft ("share-2-t-chat"), a page, a number."""

    move: TeamMove
    challenge: str = ""
    arg: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """The answer to "join these accounts?": "yes" or "no". `code`: as it was typed, without its dashes."""

    code: str
    answer: str


@dataclass(frozen=True, slots=True)
class Erase:
    """The confirmation of /erase; `nonce` was drawn for this person and this question."""

    nonce: str


Action: TypeAlias = (
    Play
    | Start
    | Show
    | Snooze
    | NotToday
    | Agree
    | PickZone
    | PickTime
    | Screening
    | EditTimes
    | EditSlot
    | Set
    | PauseFor
    | Tick
    | Due
    | BeginDay
    | Team
    | Link
    | Erase
)

_TAGS: dict[str, type[Any]] = {
    "p": Play,
    "s": Start,
    "o": Show,
    "z": Snooze,
    "n": NotToday,
    "a": Agree,
    "w": PickZone,
    "t": PickTime,
    "c": Screening,
    "e": EditTimes,
    "l": EditSlot,
    "v": Set,
    "u": PauseFor,
    "k": Tick,
    "r": Due,
    "d": BeginDay,
    "g": Team,
    "j": Link,
    "x": Erase,
}
_TAG_OF = {kind: tag for tag, kind in _TAGS.items()}
_FIELD = re.compile(r"[A-Za-z0-9_/+-]*\Z")
_NUMBER = re.compile(r"(0|-?[1-9][0-9]{0,8})\Z")


@lru_cache(1024)  # a prompt's buttons are the same for many
def encode(action: Action) -> str:
    """The action as button data. Raises ValueError for a field that does not fit the alphabet or for more than 64 bytes."""
    parts = [str(getattr(action, field.name)) for field in fields(action)]
    for field, part in zip(fields(action), parts, strict=True):
        if not (_NUMBER if field.type is int else _FIELD).match(part):
            raise ValueError(f"{type(action).__name__}: {part!r} has characters that button data cannot carry")
    data = ".".join([VERSION + _TAG_OF[type(action)], *parts])
    if len(data) > MAX_BYTES:
        raise ValueError(f"{type(action).__name__}: {len(data)} bytes of button data, {MAX_BYTES} are allowed")
    return data


def decode(data: str) -> Action | None:
    """The action that `encode` wrote, or None. Never raises, whatever a client sends."""
    if len(data) > MAX_BYTES or not data.startswith(VERSION):
        return None
    head, *parts = data[len(VERSION) :].split(".")
    kind = _TAGS.get(head)
    if kind is None or len(parts) != len(fields(kind)) or not all(_FIELD.match(part) for part in parts):
        return None
    values: list[object] = []
    for field, part in zip(fields(kind), parts, strict=True):
        if field.type is int:
            if not _NUMBER.match(part):
                return None
            values.append(int(part))
        elif isinstance(field.type, type) and issubclass(field.type, StrEnum):
            if part not in [member.value for member in field.type]:
                return None
            values.append(field.type(part))
        else:
            values.append(part)
    action: Action = kind(*values)
    return action
