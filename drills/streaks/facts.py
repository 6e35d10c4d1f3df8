"""What is stored of one person, and all that the fold reads. Labels are frozen when a fact is written; nothing is counted up."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeAlias

from drills.streaks.calendar import DayStartSince, ZoneSince
from drills.streaks.outages import Outage

Weekdays: TypeAlias = frozenset[int]
"""Days of the week, Monday is 0."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Paused from `first` on; `last` None: until the person resumes."""

    first: date
    last: date | None

    def covers(self, label: date) -> bool:
        return self.first <= label and (self.last is None or label <= self.last)


@dataclass(frozen=True, slots=True)
class Tick:
    """ "I did do it" for `label`, tapped on the practice day `tapped_on`. `joined`: it makes the day DONE; if not, it goes to
    the history alone (total and strength). That was decided at the tap: `drills/streaks/counting.py`."""

    label: date
    tapped_on: date
    joined: bool


@dataclass(frozen=True, slots=True)
class ScheduleSince:
    """From the practice day `first` on, these weekdays are due and the others are rest."""

    first: date
    due: Weekdays


@dataclass(frozen=True, slots=True)
class FreezesSince:
    """From `at` on, freezes may be used, or not."""

    at: datetime
    used: bool


@dataclass(frozen=True, slots=True)
class DoSlot:
    """A slot of the role *do*, in force from `since` until before `until`."""

    at: time
    weekdays: Weekdays
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class ReachedSince:
    """From `at` on, prompts went to a platform that is always there (`remote`: Telegram, Discord), or to the local chat."""

    at: datetime
    remote: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of one person; with a snapshot, only those of later labels. `zones` and `day_starts` are always whole.

    `schedules` stand in the order of their writing: of several edits in one day the last wins. `outages` are those that
    count (`outages.counting`), and `done` and `reds` are the labels with a set done, and with red pain said.
    """

    joined: date
    zones: tuple[ZoneSince, ...]
    day_starts: tuple[DayStartSince, ...]
    done: frozenset[date] = frozenset()
    ticks: tuple[Tick, ...] = ()
    reds: frozenset[date] = frozenset()
    pauses: tuple[Pause, ...] = ()
    schedules: tuple[ScheduleSince, ...] = ()
    freezes: tuple[FreezesSince, ...] = ()
    slots: tuple[DoSlot, ...] = ()
    reached: tuple[ReachedSince, ...] = ()
    outages: tuple[Outage, ...] = ()
