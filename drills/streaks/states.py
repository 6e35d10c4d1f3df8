"""Facts -> the state of one day, before any chain is looked at. The first that applies, in the order of `DayState`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from drills.localtime import date_exists, instant, local_date
from drills.streaks.calendar import Calendar
from drills.streaks.facts import Facts, FreezesSince, ScheduleSince, Weekdays
from drills.streaks.outages import LONGER_THAN, SUMMED_LONGER_THAN, Outage

EVERY_DAY: Weekdays = frozenset(range(7))
TRAVEL_EXCUSES_APART = 7  # practice days: one flight east a week is travel, two are a way of life

_ONE_DAY = timedelta(days=1)


class DayState(StrEnum):
    """Only DONE adds to the streak, and only MISSED breaks it."""

    DONE = "done"
    PAUSED = "paused"
    REST = "rest"  # not scheduled; the day of joining too
    EXCUSED = "excused"  # by a flight east, by our outage, or because there was no such day
    OPEN = "open"  # due, and not final yet
    FROZEN = "frozen"  # final and missed, but a freeze keeps it: only the chain knows
    MISSED = "missed"


class Cause(StrEnum):
    """Why a day has its state, where the state alone does not say it."""

    TICKED = "ticked"  # "I did do it"
    PAIN = "pain"  # paused by red pain
    JOINING = "joining"
    OUTAGE = "outage"
    TRAVEL = "travel"
    NO_SUCH_DAY = "no-such-day"


@dataclass(frozen=True, slots=True)
class Judged:
    """One day on its own. MISSED here means final and not done: whether a freeze keeps it, the chain decides."""

    label: date
    state: DayState
    cause: Cause | None = None


def is_scheduled(schedules: Sequence[ScheduleSince], label: date) -> bool:
    """By the last schedule that was written for this day or an earlier one; without any, every day is due."""
    for each in reversed(schedules):
        if each.first <= label:
            return label.weekday() in each.due
    return True


class Judge:
    """Judges the days of one person at one moment."""

    def __init__(self, facts: Facts, calendar: Calendar, now: datetime) -> None:
        self.facts = facts
        self.calendar = calendar
        self.now = now
        self.ticked = {tick.label for tick in facts.ticks if tick.joined}
        self.in_history = {tick.label for tick in facts.ticks if not tick.joined}

    def judge(self, label: date, last_travel: date | None = None) -> Judged:
        """`last_travel`: the last day before this one that a flight east excused."""
        early = self._not_due(label)
        if early is not None:
            return early
        if self.now < self.calendar.final_at(label):
            return Judged(label, DayState.OPEN)
        # An outage goes first: our fault must not use up the excuse that a traveller has.
        if self.outage_excuses(label):
            return Judged(label, DayState.EXCUSED, Cause.OUTAGE)
        if self.calendar.was_left_east(label) and _apart(label, last_travel, TRAVEL_EXCUSES_APART):
            return Judged(label, DayState.EXCUSED, Cause.TRAVEL)
        return Judged(label, DayState.MISSED)

    def is_done(self, label: date) -> bool:
        return label in self.facts.done or label in self.ticked

    def is_open(self, label: date) -> bool:
        return self._not_due(label) is None and self.now < self.calendar.final_at(label)

    def may_freeze(self, label: date) -> bool:
        """The setting at the day's finality decides for that day; a change at that very instant comes too late."""
        if not self._freezes:
            return True
        final = self.calendar.final_at(label)
        return next((since.used for since in self._freezes if since.at < final), True)

    @cached_property
    def _freezes(self) -> list[FreezesSince]:
        """Newest first."""
        return sorted(self.facts.freezes, key=lambda since: since.at)[::-1]

    def _not_due(self, label: date) -> Judged | None:
        if label in self.facts.done:
            return Judged(label, DayState.DONE)
        if label in self.ticked:
            return Judged(label, DayState.DONE, Cause.TICKED)
        for pause in self.facts.pauses:
            if pause.covers(label):
                return Judged(label, DayState.PAUSED)
        if label in self.facts.reds:
            return Judged(label, DayState.PAUSED, Cause.PAIN)
        if label <= self.facts.joined:
            return Judged(label, DayState.REST, Cause.JOINING if label == self.facts.joined else None)
        if not is_scheduled(self.facts.schedules, label):
            return Judged(label, DayState.REST)
        if not self.calendar.exists(label):
            return Judged(label, DayState.EXCUSED, Cause.NO_SUCH_DAY)
        return None

    # --- our outages

    def outage_excuses(self, label: date) -> bool:
        """Whether an outage of ours spoils this day, as far as it is over. It shows at finality, unless the day is done."""
        if not self._over or not self._is_reached_remotely(label):
            return False
        if label in self._prompts_lost:
            return True
        begin, end = self.calendar.begins(label), self.calendar.ends(label)
        return sum((outage.within(begin, end) for outage in self._over), timedelta()) > SUMMED_LONGER_THAN

    @cached_property
    def _over(self) -> tuple[Outage, ...]:
        return tuple(outage for outage in self.facts.outages if outage.ends <= self.now)

    @cached_property
    def _prompts_lost(self) -> frozenset[date]:
        """The practice days whose *do* slot fell into a long outage."""
        long = [outage for outage in self._over if outage.length > LONGER_THAN]
        return frozenset(self.calendar.newest(at) for outage in long for at in self._prompts_within(outage))

    def _prompts_within(self, outage: Outage) -> Iterable[datetime]:
        for zone in self.calendar.zones_between(outage.begins, outage.ends):
            label = local_date(outage.begins, zone) - _ONE_DAY
            while label <= local_date(outage.ends, zone):
                for slot in self.facts.slots:
                    at = instant(label, slot.at, zone)
                    in_force = slot.since <= at and (slot.until is None or at < slot.until)
                    there = outage.begins <= at < outage.ends and self.calendar.zone_at(at) == zone
                    if label.weekday() in slot.weekdays and in_force and there and date_exists(label, zone):
                        yield at
                label += _ONE_DAY

    def _is_reached_remotely(self, label: date) -> bool:
        """Where prompts went at the day's finality."""
        final = self.calendar.final_at(label)
        reached = sorted(self.facts.reached, key=lambda since: since.at)
        return next((since.remote for since in reversed(reached) if since.at < final), False)


def _apart(label: date, before: date | None, days: int) -> bool:
    return before is None or (label - before).days >= days
