"""A person's calendar: zones and `day_start` over time -> when each practice day runs, ends and is final.

In one zone this is `drills/day.py` and nothing else. Whoever travels has a *day in progress*, and these rules:

- the current day never goes back: flying west over the boundary makes it longer;
- flying east ends it early on the new clock, so it stays earnable until its old end, beside the new day: two days may run;
- labels that the flight jumped over never were; the next day begins by the new clock.

A new `day_start` holds from the next day on, and today ends at the later of its old and its new end. So neither a flight
nor an edit ever takes away an hour that a person could still use.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from drills import day
from drills.localtime import zone_named

_ONE_DAY = timedelta(days=1)
_BEFORE_EVERYTHING = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ZoneSince:
    """From `at` on, `zone` was in force. The first one holds from the beginning."""

    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class DayStartSince:
    """From `at` on, the setting was `day_start`. The first one holds from the beginning."""

    at: datetime
    day_start: time


@dataclass(frozen=True, slots=True)
class _Leg:
    """From `at` until the next change: `newest` has begun, the day after it begins at `next_start`, later ones at `start`."""

    at: datetime
    newest: date
    zone: ZoneInfo
    next_start: time
    start: time

    def begins(self, label: date) -> datetime:
        """Where a day later than `newest` begins, if nothing changes any more."""
        ahead = (label - self.newest).days
        if ahead == 1:
            return day.begins(label, self.zone, self.next_start)
        begin = day.begins(label, self.zone, self.start)
        # Where a date is missing the day after it would begin before the day in progress has ended.
        return max(begin, self.begins(label - _ONE_DAY)) if ahead == 2 else begin

    def newest_at(self, moment: datetime) -> date:
        following = self.newest + _ONE_DAY
        if moment < self.begins(following):
            return self.newest
        return max(following, day.practice_day(moment, self.zone, self.start))


class Calendar:
    """Built from all changes of one person; they may come in any order, and there is at least one of each kind."""

    def __init__(self, zones: Sequence[ZoneSince], day_starts: Sequence[DayStartSince]) -> None:
        first_zone, *moves = sorted(zones, key=lambda since: since.at)
        first_start, *edits = sorted(day_starts, key=lambda since: since.at)
        start = first_start.day_start
        self._legs = [_Leg(_BEFORE_EVERYTHING, _BEFORE_EVERYTHING.date(), _zone(first_zone.zone), start, start)]
        self._kept: dict[date, datetime] = {}  # the end that a day had before its zone changed: it is never taken away
        self._left_east: set[date] = set()
        self._jumped: set[date] = set()
        changes: list[ZoneSince | DayStartSince] = [*moves, *edits]
        for change in sorted(changes, key=lambda since: (since.at, isinstance(since, DayStartSince))):
            leg = self._turned_over(change.at)
            moved = self._moved(leg, _zone(change.zone)) if isinstance(change, ZoneSince) else self._edited(leg, change)
            self._legs.append(moved)
        self._moments = [leg.at for leg in self._legs]
        self._labels = [leg.newest for leg in self._legs]
        self._begins: dict[date, datetime] = {}  # as far as asked: a fold asks for the same ones again and again
        self._final: dict[date, datetime] = {}

    # --- questions

    def newest(self, moment: datetime) -> date:
        """The practice day that began last. It is the day in progress, and never goes back."""
        return self._leg_at(moment).newest_at(moment)

    def running(self, moment: datetime) -> tuple[date, ...]:
        """Every day that still runs, oldest first; more than one only after a flight. `moment`: not before a change."""
        newest = self.newest(moment)
        older = sorted(label for label, end in self._kept.items() if label < newest and moment < end)
        return (*older, newest)

    def begins(self, label: date) -> datetime:
        """The first instant of a day that exists (aware UTC)."""
        begin = self._begins.get(label)
        if begin is None:
            leg, arrival = self._around(label)
            begin = leg.begins(label)
            if arrival is not None:  # a flight east arrives in the middle of its new day
                begin = min(begin, arrival.at)
            self._begins[label] = begin
        return begin

    def ends(self, label: date) -> datetime:
        """The first instant at which nothing counts for this day any more (aware UTC)."""
        kept = self._kept.get(label)
        if kept is None:
            return self.begins(label + _ONE_DAY)
        return kept if label in self._left_east else max(kept, self.begins(label + _ONE_DAY))

    def final_at(self, label: date) -> datetime:
        """When the day can no longer change: by the zone in force when it ends, whatever comes after."""
        final = self._final.get(label)
        if final is None:
            end = self.ends(label)
            before = bisect_left(self._moments, end) - 1  # at the very instant of the end the old zone still holds
            final = self._final[label] = day.final_after(end, self._legs[max(0, before)].zone)
        return final

    def exists(self, label: date) -> bool:
        """False for a label that a flight jumped over, and for a date that the zone never had (Apia, 2011-12-30)."""
        return label not in self._jumped and self.begins(label) < self.ends(label)

    def was_left_east(self, label: date) -> bool:
        """Whether the person flew east out of this day, into a later one."""
        return label in self._left_east

    def zone_at(self, moment: datetime) -> ZoneInfo:
        return self._leg_at(moment).zone

    def zones_between(self, begin: datetime, end: datetime) -> set[ZoneInfo]:
        """The zones in force at some moment of this time."""
        first, last = bisect_right(self._moments, begin) - 1, bisect_left(self._moments, end)
        return {leg.zone for leg in self._legs[max(0, first) : last]}

    # --- building

    def _turned_over(self, at: datetime) -> _Leg:
        """The last leg, brought forward to `at`: a change at the very instant of a begin finds the new day."""
        leg = self._legs[-1]
        newest = leg.newest_at(at)
        next_start = leg.next_start if newest == leg.newest else leg.start
        return _Leg(at, newest, leg.zone, next_start, leg.start)

    def _moved(self, leg: _Leg, zone: ZoneInfo) -> _Leg:
        today = leg.newest
        old_end = leg.begins(today + _ONE_DAY)
        self._kept[today] = max(old_end, self._kept.get(today, old_end))
        moved = _Leg(leg.at, today, zone, leg.next_start, leg.start)
        arrived = moved.newest_at(leg.at)
        if arrived == today:  # the same day goes on, or (west) it is longer than it was
            return moved
        self._left_east.add(today)
        self._jumped.update(today + n * _ONE_DAY for n in range(1, (arrived - today).days))
        return _Leg(leg.at, arrived, zone, leg.start, leg.start)

    def _edited(self, leg: _Leg, edit: DayStartSince) -> _Leg:
        """Of all values in force during a day the largest rules the begin of the next; the day after has the new one."""
        edited = _Leg(leg.at, leg.newest, leg.zone, max(leg.next_start, edit.day_start), edit.day_start)
        following = leg.newest + _ONE_DAY
        old_end = leg.begins(following)
        if edited.begins(following) < old_end:  # the night of a gap: 02:30 is then later than 03:00
            self._kept[leg.newest] = max(old_end, self._kept.get(leg.newest, old_end))
        return edited

    def _leg_at(self, moment: datetime) -> _Leg:
        return self._legs[max(0, bisect_right(self._moments, moment) - 1)]

    def _around(self, label: date) -> tuple[_Leg, _Leg | None]:
        """The leg in which this day was still to come, and the first one in which it had begun."""
        after = bisect_left(self._labels, label)
        return self._legs[max(0, after - 1)], self._legs[after] if after < len(self._legs) else None


def _zone(name: str) -> ZoneInfo:
    """The zone that was in force; UTC for a name that the time-zone data no longer knows."""
    return zone_named(name) or ZoneInfo("UTC")
