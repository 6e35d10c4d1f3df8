"""Facts -> the state of each practice day -> streak, best, total and strength. Nothing is counted up: it is folded anew.

The core of the rules: one set makes a day, today never breaks anything, a day is judged only once it is final. A person
reads the result in `/why`, day by day, so every state has its reason beside it. Rest schedules, freezes, "I did do it",
comebacks, travel and outages are further sources of states; they join in `_state`, and nothing else has to change.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from drills import day as practice_days
from drills.localtime import zone_named

HALF_LIFE_DAYS = 13  # Loop's habit score: strength halves after 13 missed days
_KEEP = 0.5 ** (1 / HALF_LIFE_DAYS)
_ONE_DAY = timedelta(days=1)


class DayState(StrEnum):
    """The first that applies, in this order. Only DONE adds to the streak, only MISSED breaks it."""

    DONE = "done"
    PAUSED = "paused"
    REST = "rest"  # not due; the day of joining is one
    OPEN = "open"  # due, and not final yet
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Pause:
    """Paused from `first` on; `last` None: until the person resumes."""

    first: date
    last: date | None

    def covers(self, label: date) -> bool:
        return self.first <= label and (self.last is None or label <= self.last)


@dataclass(frozen=True, slots=True)
class ZoneSince:
    """From `at` on, `zone` was in force. The first one holds from the beginning."""

    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is stored of one person: the practice days with a set done (labels frozen when written), and the settings."""

    joined: date
    done: frozenset[date]
    pauses: tuple[Pause, ...]
    zones: tuple[ZoneSince, ...]
    day_start: time


@dataclass(frozen=True, slots=True)
class Day:
    label: date
    state: DayState
    joining: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """`strength` in per cent; `days` from the first to the current one, one each."""

    streak: int
    best: int
    total: int
    strength: int
    days: tuple[Day, ...]

    @property
    def today(self) -> Day:
        return self.days[-1]


def standing(facts: Facts, today: date, now: datetime) -> Standing:
    """The whole truth about one person at `now`, in the practice day `today`."""
    days = tuple(_judge(facts, today, now))
    runs = list(_streaks(days))
    return Standing(
        streak=runs[-1],
        best=max(runs),
        total=sum(day.state is DayState.DONE for day in days),
        strength=strength(days),
        days=days,
    )


def strength(days: Iterable[Day]) -> int:
    """One step a day that is DONE or MISSED: s' = s·m + v·(1-m), m = 0.5^(1/13). In per cent, to the nearest."""
    value = 0.0
    for day in days:
        if day.state is DayState.DONE:
            value = value * _KEEP + (1 - _KEEP)
        elif day.state is DayState.MISSED:
            value *= _KEEP
    return round(100 * value)


def final_at(facts: Facts, label: date) -> datetime:
    """When a day can no longer change: the first local noon at least 3 h after its end, in the zone in force at that end."""
    first, *later = sorted(facts.zones, key=lambda since: since.at)
    zone = first.zone
    for since in later:
        if since.at < practice_days.ends(label, _zone(zone), facts.day_start):
            zone = since.zone
    return practice_days.final_at(label, _zone(zone), facts.day_start)


def _judge(facts: Facts, today: date, now: datetime) -> Iterator[Day]:
    """States from the first label to the current one. Labels before joining exist only where something was done.

    The current day never goes back: after a flight west it may be a day already done (or joined) ahead of `today`.
    """
    known = {facts.joined, *facts.done}
    first, last = min(known), max(known | {today})
    settled = True  # finality only grows with the label: once a day is not final, no later one is
    label = first
    while label <= last:
        due = _state(facts, label)
        if due is None:
            settled = settled and now >= final_at(facts, label)
            due = DayState.MISSED if settled and label < today else DayState.OPEN
        yield Day(label, due, joining=label == facts.joined)
        label += _ONE_DAY


def _state(facts: Facts, label: date) -> DayState | None:
    """The state of a day that is not due, or done; None for a due day, which time decides."""
    if label in facts.done:
        return DayState.DONE
    if any(pause.covers(label) for pause in facts.pauses):
        return DayState.PAUSED
    if label <= facts.joined:
        return DayState.REST
    return None


def _streaks(days: Sequence[Day]) -> Iterator[int]:
    """The streak after each day."""
    run = 0
    for day in days:
        if day.state is DayState.DONE:
            run += 1
        elif day.state is DayState.MISSED:
            run = 0
        yield run


def _zone(name: str) -> ZoneInfo:
    """The zone that was in force; UTC for a name that the time-zone data no longer knows."""
    return zone_named(name) or ZoneInfo("UTC")
