"""Which days of a member count for a challenge, and what each is worth. The states are those of `drills/streaks`."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import assert_never

from drills.challenges.model import QUICK_SETS_PER_DAY, Member, MemberDay, Terms, Verdict
from drills.streaks import Calendar, Cause, DayState, Facts, Judge, Tally
from drills.streaks.states import TRAVEL_EXCUSES_APART

_ONE_DAY = timedelta(days=1)
_BY_LABEL = attrgetter("label")


# --- one day


def team_day(facts: Facts, calendar: Calendar, label: date, now: datetime, since: Tally | None = None) -> Verdict:
    """The verdict on one label at `now`. From its finality on it is the one that was true then: an outage that ended later,
    and whatever was written later, changes nothing.

    `since`: the snapshot, if `facts` are only those of later labels.
    """
    judge = Judge(facts, calendar, min(now, calendar.final_at(label)))
    return judged(judge.judge(label, _last_travel(judge, label, since or Tally())).state)


def judged(state: DayState) -> Verdict:
    """The verdict that belongs to a state."""
    match state:
        case DayState.DONE:
            return Verdict.KEPT
        case DayState.MISSED | DayState.FROZEN:
            return Verdict.NOT_KEPT
        case DayState.PAUSED | DayState.REST | DayState.EXCUSED:
            return Verdict.NOT_DUE
        case DayState.OPEN:
            return Verdict.OPEN
        case other:
            assert_never(other)


def _last_travel(judge: Judge, label: date, since: Tally) -> date | None:
    """The last day before `label` that a flight east excused, as it was known to this judge.

    Only a flight asks for it, and only the last few days can matter; so nothing else is looked at. It is not taken from the
    streak's own fold, which may know an outage by now that was not over yet when this day was judged.
    """
    if not judge.calendar.was_left_east(label):
        return None
    day = label
    while (before := _flight_before(judge.calendar, day, since.label)) is not None:
        day = before
    last = since.last_travel
    while day < label:
        if judge.calendar.was_left_east(day) and judge.judge(day, last).cause is Cause.TRAVEL:
            last = day
        day += _ONE_DAY
    return last


def _flight_before(calendar: Calendar, label: date, settled: date | None) -> date | None:
    """The last day left eastwards that could use up the excuse of `label`; the snapshot speaks for those up to `settled`."""
    days = (label - n * _ONE_DAY for n in range(1, TRAVEL_EXCUSES_APART))
    return next((day for day in days if calendar.was_left_east(day) and (settled is None or day > settled)), None)


# --- the days of a member


def counted(member: Member, terms: Terms) -> tuple[MemberDay, ...]:
    """The days that count, oldest first: within the challenge, due from the day after joining until the day before leaving.

    The days of joining and of leaving are nobody's full day: they count if they are kept, and are not due.
    """
    joined, left = member.joined_on, member.left_on
    if joined is None or member.cheer_only:
        return ()
    first, last = max(joined, terms.first), min(left or terms.last, terms.last)
    days = [
        day
        for day in member.days
        if first <= day.label <= last and (day.label not in (joined, left) or day.verdict is Verdict.KEPT)
    ]
    return tuple(sorted(days, key=_BY_LABEL))


def sets_counted(day: MemberDay, terms: Terms) -> int:
    """The sets of a day that count: capped, so that nobody grinds; of a quick day one, as of the shortest real one."""
    if day.verdict is not Verdict.KEPT:
        return 0
    return min(day.sets, terms.sets_per_day, QUICK_SETS_PER_DAY if day.quick else day.sets)


def merged(kept: Member, other: Member) -> Member:
    """Two memberships of one person as one: after leaving and joining again, or when two accounts are linked.

    It counts from the earlier joining, and the days in between are due: leaving is no way round a bad day. Who is still in
    by one of them is in. The rest is that of `kept`; its days must be those of the united facts.
    """
    joined = [on for on in (kept.joined_on, other.joined_on) if on is not None]
    left = [on for on in (kept.left_on, other.left_on) if on is not None]
    return replace(kept, joined_on=min(joined, default=None), left_on=max(left) if len(left) == 2 else None)
