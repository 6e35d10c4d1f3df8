"""A Nudge is one message that we owe somebody; an Outcome is what became of an attempt to send it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType, TypeAlias

NudgeId = NewType("NudgeId", int)


class NudgeKind(StrEnum):
    PROMPT = "prompt"
    SNOOZE = "snooze"
    RESULT = "result"  # of a team challenge, to somebody whose team chat we were put out of
    MINUTE = "minute"  # a team minute: the private card of somebody who takes part
    HELLO = "hello"  # the first words in a private chat that the person has not opened yet
    NOTICE = "notice"  # something that a person is told once, such as that a pause has lasted for long
    FOLLOW_UP = "follow-up"
    AWAY = "away"  # the open step once more, after taps may have been lost while we were not there


class NudgeState(StrEnum):
    """planned -> claimed -> sending -> sent | later (planned again) | gone | broken | unknown | dropped.

    `claimed` is not on the wire yet and may always be taken over; only `sending` is ambiguous after a crash
    (`dropped`: reality said no when the moment came, with the reason beside it).
    """

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    GONE = "gone"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Sent:
    message_id: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not sent; may be tried again after `seconds`. `everyone`: the whole platform must wait, not only this chat.

    `fault`: it was one of ours. Only these are counted, and given up after some attempts: no flood and no outage may lose
    a message.
    """

    seconds: float
    reason: str
    everyone: bool = False
    fault: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The chat cannot be reached until the person comes back (blocked, deleted, kicked)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """This message will never be accepted; others may be."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The platform may or may not have taken the message (reliability: the third outcome)."""

    reason: str


Outcome: TypeAlias = Sent | Later | Gone | Broken | Unknown


@dataclass(frozen=True, slots=True)
class Nudge:
    """One claimed row. `label` is the calendar date of the slot's local time; `attempt` counts from 1."""

    id: NudgeId
    kind: NudgeKind
    person: str
    slot: str | None
    session: str | None
    label: date
    due_at: datetime
    attempt: int
