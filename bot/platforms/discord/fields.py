"""What the modules of this folder agree on: the name, what custom ids look like, and how a stored payload is read.

A custom id is what a pressed component sends back, at most 100 characters that Discord never shows:
an action as `encode` writes it; `o!payload` opens the private conversation; `ask!kind` opens a modal, which is `say!kind`.
Behind the first "~" stands what only makes it unique: the key of the message it hangs on, and a number.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

from bot.actions import Action, encode
from bot.cards import AskKind
from bot.platforms.fields import Fields, get_text
from bot.platforms.port import Unreadable

PLATFORM = "discord"

CUSTOM_ID_MAX = 100
TYPED = "text"  # the one input of a modal

_MARK = "~"
_OPENS, _ASKS, _SAYS = "o!", "ask!", "say!"
_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)  # Discord's ids count milliseconds from here
_ID = re.compile(r"[0-9]{1,20}\Z", re.ASCII)
_KEY = re.compile(r"[0-9a-z]{1,25}\Z")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


def action_id(action: Action, key: str = "") -> str:
    """`key`: the key of the delivery, by which a message is found again."""
    return _marked(encode(action), key)


def opening_id(payload: str, key: str = "") -> str:
    if not is_payload(payload):
        raise ValueError(f"{payload!r} cannot open a private conversation")
    return _marked(_OPENS + payload, key)


def _marked(custom_id: str, key: str) -> str:
    if key and not _KEY.match(key):
        raise ValueError(f"{key!r} cannot be part of a custom id")
    return custom_id + _MARK + key if key else custom_id


def asking_id(kind: AskKind) -> str:
    return _ASKS + kind.value


def saying_id(kind: AskKind) -> str:
    return _SAYS + kind.value


def numbered(custom_id: str) -> Iterator[str]:
    """The same for the second, third … time in one message: Discord refuses two components with one id."""
    return (f"{custom_id}{_MARK}{number}" for number in count(1))


def meaning(custom_id: str) -> str:
    """Without what only makes it unique."""
    return custom_id.partition(_MARK)[0]


def opened_by(custom_id: str) -> str | None:
    """The payload of `o!payload`; None for everything else."""
    head = meaning(custom_id)
    payload = head.removeprefix(_OPENS)
    return payload if head.startswith(_OPENS) and is_payload(payload) else None


def asked_by(custom_id: str) -> AskKind | None:
    return _kind(custom_id, _ASKS)


def said_by(custom_id: str) -> AskKind | None:
    return _kind(custom_id, _SAYS)


def _kind(custom_id: str, prefix: str) -> AskKind | None:
    head = meaning(custom_id)
    return next((kind for kind in AskKind if head == prefix + kind.value), None)


def is_payload(text: str) -> bool:
    """Whether it can come behind /start (X-30): short, and without anything that could mean something elsewhere."""
    return _PAYLOAD.match(text) is not None


def is_id(text: str) -> bool:
    return _ID.match(text) is not None and int(text) < 1 << 64


def is_locale(text: str) -> bool:
    return _LOCALE.match(text) is not None


def moment_of(snowflake: str) -> datetime:
    """When Discord made the thing with this id."""
    return _EPOCH + timedelta(milliseconds=int(snowflake) >> 22)


def get_id(fields: Fields, name: str) -> str:
    value = get_text(fields, name)
    if not is_id(value):
        raise Unreadable(f"{name} is not an id")
    return value
