"""One person's life as a list of raw events, and what must come out of it. Shared by the naive model and the real rules.

Events carry instants and wishes, never labels or states: each side works those out for itself.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Start:
    """A new session, with no set in it yet; the one before is over."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Press:
    """One tap on *Done* that completes a whole set. In the newest session while it is open and its day not final;
    otherwise it begins a new session at this instant and is its first set."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Again:
    """The last tap once more, delivered twice by the platform: nothing may happen."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the last set of the newest session, if there is one and its day is not final."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Red:
    """Red pain, said in the newest session, open or closed; accepted until that session's day is final."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Tick:
    """ "I did do it", for the label that lies `back` days before the label of the tap."""

    at: datetime
    back: int


@dataclass(frozen=True, slots=True)
class Move:
    """The zone from now on."""

    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class DayStart:
    at: datetime
    day_start: time


@dataclass(frozen=True, slots=True)
class Rest:
    """The weekdays (Monday is 0) that are scheduled, from the next practice day on."""

    at: datetime
    scheduled: frozenset[int]


@dataclass(frozen=True, slots=True)
class Freezes:
    """Whether freezes may be used, from now on."""

    at: datetime
    used: bool


@dataclass(frozen=True, slots=True)
class PauseFrom:
    """A pause that names the label `ahead` days after the newest day (negative: an earlier one, so it begins today).

    `days` counts from the label where it really begins; None: open.
    """

    at: datetime
    ahead: int
    days: int | None


@dataclass(frozen=True, slots=True)
class Resume:
    """Ends every pause that is not over yet."""

    at: datetime


Event: TypeAlias = Start | Press | Again | Undo | Red | Tick | Move | DayStart | Rest | Freezes | PauseFrom | Resume


@dataclass(frozen=True, slots=True)
class Outage:
    """We were down from `begins` to `ends`. No event happens in between."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """A *do* slot, in force during the whole life."""

    at: time
    weekdays: frozenset[int]


@dataclass(frozen=True, slots=True)
class Life:
    """Events and outages are in order of time, none before `joined_at`, none after `now`; two events may share an instant
    (then a `DayStart` comes last).

    `zone` and `day_start` hold from the beginning. `remote`: prompts go to Telegram or Discord, during the whole life.
    `first_beat`: the first heartbeat of the store; outages apart, it has been beating since.
    """

    joined_at: datetime
    zone: str
    day_start: time
    slots: tuple[Slot, ...]
    remote: bool
    first_beat: datetime
    events: tuple[Event, ...]
    outages: tuple[Outage, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """`states`: one letter a label, from the joining label to the newest one at `now`: x DONE, p PAUSED, r REST, e EXCUSED,
    o OPEN, f FROZEN, m MISSED. `strength` in per cent, rounded. `ticks`: for each Tick in order "joined", "history" or "none".
    """

    first: date
    states: str
    streak: int
    best: int
    total: int
    strength: int
    bank: int
    reserved: int
    ticks: tuple[str, ...]
