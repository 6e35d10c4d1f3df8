"""What a new fact counts for. It is decided once, when the fact is created, and frozen with it: the fold only reads labels."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from drills.streaks.calendar import Calendar
from drills.streaks.facts import Pause
from drills.streaks.states import Judge

TICKS_MOST = 2  # joined ticks in any 7 practice days: forgotten taps are rare, and a third is a habit of ticking
TICKS_WITHIN = 7
TICKED_BACK = 7
STAYS_OPEN = timedelta(minutes=60)  # a session, after its last accepted press, when its day is over already


class Ticked(StrEnum):
    """What "I did do it" comes to."""

    JOINED = "joined"  # the day is done, and the chain goes on
    HISTORY = "history"  # total and strength only
    ALREADY = "already"  # done, or ticked before: nothing changes
    STILL_RUNS = "still-runs"  # it can simply be done
    TOO_OLD = "too-old"
    NO_SUCH_DAY = "no-such-day"


def label_of_session(judge: Judge) -> date:
    """The day that a session beginning now counts for: what a traveller's own calendar says comes first.

    The newest running day; if that is done, the oldest that is open; if there is none, the newest.
    """
    *older, newest = judge.calendar.running(judge.now)
    if judge.is_done(newest):
        return next((label for label in older if judge.is_open(label)), newest)
    return newest


def session_is_open(calendar: Calendar, now: datetime, label: date, last_press_at: datetime) -> bool:
    """Whether a session of this day still lives: while the day runs, and 60 min after its last accepted press."""
    return now < max(calendar.ends(label), last_press_at + STAYS_OPEN)


def tick(judge: Judge, label: date) -> Ticked:
    """What a tick for this day would come to now."""
    calendar, today = judge.calendar, judge.calendar.newest(judge.now)
    if label in calendar.running(judge.now) or label > today:
        return Ticked.STILL_RUNS
    if label < judge.facts.joined or (today - label).days > TICKED_BACK:
        return Ticked.TOO_OLD
    if not calendar.exists(label):
        return Ticked.NO_SUCH_DAY
    if judge.is_done(label) or label in judge.in_history:
        return Ticked.ALREADY
    lately = [each for each in judge.facts.ticks if each.joined and (today - each.tapped_on).days < TICKS_WITHIN]
    return Ticked.JOINED if judge.is_open(label) and len(lately) < TICKS_MOST else Ticked.HISTORY


def pause_from(asked: date, last: date | None, newest: date) -> Pause | None:
    """A pause never begins before the day on which it was entered; None when it would be over by then."""
    first = max(asked, newest)
    return Pause(first, last) if last is None or first <= last else None
