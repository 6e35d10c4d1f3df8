"""How one person stands at one moment: the whole fold, and what a card may promise about tomorrow."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from drills.streaks.calendar import Calendar
from drills.streaks.chain import COMEBACK_FROM, COMEBACK_GAP_MOST, COMEBACKS_APART, Day, Tally, fold
from drills.streaks.facts import Facts
from drills.streaks.states import DayState, Judge

# A snapshot stands for days at least so old. Nothing reaches further back: an undo ends with finality (days), a tick after
# 7 days, and an outage that is told later began after the snapshot was taken.
SETTLED_AFTER = timedelta(days=30)
WELCOME_AFTER = 4  # missed days in a row: from here on a comeback is out of reach, and a welcome is due

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Comeback:
    """The chain of `lost` days can be joined again: `days` to do (2, or 1 after the first), the next of them on `begin`."""

    lost: int
    days: int
    begin: date


@dataclass(frozen=True, slots=True)
class Standing:
    """`strength` in per cent. `days` from the first known (or the first after the snapshot) to the newest, one each.

    `bank` holds the freezes, `kept` the days that they keep now and that the next done day pays for. `comeback`: an offer
    that still stands. `settled` may be stored as a snapshot.
    """

    streak: int
    best: int
    total: int
    strength: int
    bank: int
    kept: tuple[date, ...]
    comeback: Comeback | None
    days: tuple[Day, ...]
    settled: Tally

    @property
    def today(self) -> Day:
        """The newest day."""
        return self.days[-1]

    @property
    def missed_lately(self) -> int:
        """Missed days since the last one that was done."""
        missed = 0
        for day in reversed(self.days):
            if day.state is DayState.DONE:
                break
            missed += day.state is DayState.MISSED
        return missed


def standing(facts: Facts, now: datetime, since: Tally | None = None, calendar: Calendar | None = None) -> Standing:
    """The truth about one person at `now`: of all facts, or of those after the snapshot `since`."""
    return standing_by(Judge(facts, calendar or Calendar(facts.zones, facts.day_starts), now), since)


def standing_by(judge: Judge, since: Tally | None = None) -> Standing:
    """The same by a judge that is there already."""
    since = since or Tally()
    newest = judge.calendar.newest(judge.now)
    folded = fold(since, _labels(judge.facts, since, newest), judge, newest - SETTLED_AFTER)
    end = folded.end
    return Standing(
        streak=end.streak,
        best=end.best,
        total=end.done + end.extra,
        strength=round(100 * end.strength),
        bank=end.bank,
        kept=folded.gap,
        comeback=_comeback(folded.days, end, newest),
        days=folded.days,
        settled=folded.settled,
    )


def without_days(standing: Standing) -> Standing:
    """For comparing a standing with a rebuild: the numbers, which do not depend on where the fold began."""
    return replace(standing, days=(), settled=Tally())


def _labels(facts: Facts, since: Tally, newest: date) -> Iterator[date]:
    """From the first label to the newest. Before joining there are only days on which something was done."""
    known = facts.done | {tick.label for tick in facts.ticks}
    label = since.label + _ONE_DAY if since.label else min({facts.joined} | known)
    last = max({newest, facts.joined} | known)
    while label <= last:
        yield label
        label += _ONE_DAY


def _comeback(days: tuple[Day, ...], end: Tally, newest: date) -> Comeback | None:
    """What can still be promised, if every day that is open and past ends up missed."""
    if end.lost < COMEBACK_FROM or not days:
        return None
    today_is_over = days[-1].state is not DayState.OPEN  # done, or not due: the next one is tomorrow's
    begin = newest + _ONE_DAY if today_is_over else newest
    open_before = sum(day.state is DayState.OPEN for day in days[:-1])
    if end.streak == 1 and end.first_day_back and not open_before:
        second, to_do = begin, 1
    elif end.streak == 0 and end.missed + open_before <= COMEBACK_GAP_MOST:
        second, to_do = begin + _ONE_DAY, 2
    else:
        return None
    if end.last_comeback is not None and (second - end.last_comeback).days < COMEBACKS_APART:
        return None
    return Comeback(end.lost, to_do, begin)
