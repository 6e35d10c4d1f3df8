"""Which days are due, and when they begin: /rest, /day_start and /pause. Every change is kept as a fact."""

from datetime import date, timedelta

from bot.actions import CANCEL_AHEAD, GIVE_REASON, RESUME, BeginDay, Due, PauseFor
from bot.cards import Place
from bot.coach.desk import Answer, Desk
from bot.reading.pauses import DayStartProblem, NoPause, read_day_start, read_pause, read_weekdays
from bot.store import care, nudges, streak
from bot.views import days as view
from bot.views import when
from drills import streaks
from drills.localtime import instant
from drills.streaks import EVERY_DAY, is_scheduled
from scheduler.nudge import NudgeKind

ASKED_AFTER = timedelta(days=60)  # of a pause: whether it shall go on, once
PAUSE_MOST = 366  # days that a button may ask for

_NO_LONGER = (NudgeKind.SNOOZE, NudgeKind.FOLLOW_UP)
_ONE_DAY = timedelta(days=1)


# --- rest days


def rest(desk: Desk, text: str = "") -> Answer:
    """/rest, or "/rest sat sun"."""
    if not text.strip():
        desk.change(asking="rest")
        return Answer(_rest_scene(desk), Place.NEW)
    resting = read_weekdays(text)
    if resting is None:
        desk.change(asking="rest")
        return Answer(_rest_scene(desk, "not-understood"), Place.NEW)
    return Answer(_set_due(desk, EVERY_DAY - resting), Place.NEW)


def set_due(desk: Desk, action: Due) -> Answer:
    if not set(action.weekdays) <= set("0123456"):
        return Answer(_rest_scene(desk))
    return Answer(_set_due(desk, frozenset(int(digit) for digit in action.weekdays)))


def _set_due(desk: Desk, due: frozenset[int]) -> view.RestScene:
    """From the next practice day on: today cannot be turned into rest after the fact."""
    if not due:
        return _rest_scene(desk, "all")
    if due == due_next(desk):
        return _rest_scene(desk)
    digits = "".join(str(number) for number in sorted(due))
    desk = desk.keep_setting("schedule", digits, from_day=desk.today + _ONE_DAY)
    return _rest_scene(desk, "changed")


def _rest_scene(desk: Desk, told: str | None = None) -> view.RestScene:
    return view.RestScene(due_next(desk), desk.today + _ONE_DAY, told)


def due_next(desk: Desk) -> frozenset[int]:
    """The weekdays as they will be from tomorrow on."""
    week = [desk.today + n * _ONE_DAY for n in range(1, 8)]
    schedules = streak.schedules(desk.versions)
    return frozenset(label.weekday() for label in week if is_scheduled(schedules, label))


# --- the begin of a day


def day_start(desk: Desk, text: str = "") -> Answer:
    """/day_start, or "/day_start 4"."""
    if not text.strip():
        desk.change(asking="day-start")
        return Answer(_day_start_scene(desk), Place.NEW)
    read = read_day_start(text)
    if isinstance(read, DayStartProblem):
        desk.change(asking="day-start")
        return Answer(_day_start_scene(desk, read), Place.NEW)
    return Answer(begin_day(desk, BeginDay(f"{read:%H%M}")).scene, Place.NEW)


def begin_day(desk: Desk, action: BeginDay) -> Answer:
    """It holds from the next practice day on; the one in progress never gets shorter by it."""
    read = read_day_start(f"{action.at[:2]}:{action.at[2:]}") if len(action.at) == 4 else DayStartProblem.NOT_UNDERSTOOD
    if isinstance(read, DayStartProblem) or read == desk.person.day_start:
        return Answer(_day_start_scene(desk))
    if not any(row.kind == "day-start" for row in desk.versions):  # the first edit: keep what held before it
        old = f"{desk.person.day_start:%H:%M}"
        streak.keep_version(desk.tx, desk.person.id, "day-start", old, desk.person.created_at)
    desk = desk.keep_setting("day-start", f"{read:%H:%M}", day_start=read)
    return Answer(_day_start_scene(desk, "changed"))


def _day_start_scene(desk: Desk, told: str | None = None) -> view.DayStartScene:
    ends = when.moment(desk.words, desk.ends(desk.today), desk.now, desk.zone)
    return view.DayStartScene(desk.person.day_start, desk.today, ends, told)


# --- pauses


def pause(desk: Desk, text: str = "", place: Place = Place.NEW) -> Answer:
    """/pause, or "/pause 1 dec to 7 dec", "/pause sick until friday"."""
    if not text.strip():
        desk.change(asking="pause")
        return Answer(pause_scene(desk), place)
    wish = read_pause(text, desk.today)
    if isinstance(wish, NoPause):
        desk.change(asking="pause")
        return Answer(pause_scene(desk, wish), place)
    return Answer(_begin(desk, wish.first, wish.last, wish.reason or ""), place)


def edit_pause(desk: Desk, action: PauseFor) -> Answer:
    """A second tap finds the pause there already, and changes nothing."""
    person, today = desk.person.id, desk.today
    if action.days == RESUME:
        ended = care.resume(desk.tx, person, today, desk.now)
        return Answer(pause_scene(desk, "resumed" if ended else None))
    if action.days == CANCEL_AHEAD:
        cancelled = care.cancel_ahead(desk.tx, person, today, desk.now)
        return Answer(pause_scene(desk, "cancelled" if cancelled else None))
    if action.days == GIVE_REASON:
        known = action.reason in view.REASONS and care.give_reason(desk.tx, person, today, action.reason)
        return Answer(pause_scene(desk, "reason" if known else None))
    if not 0 <= action.days <= PAUSE_MOST or care.silent_pause(desk.tx, person, today) is not None:
        return Answer(pause_scene(desk))
    reason = action.reason if action.reason in view.REASONS else ""
    return Answer(_begin(desk, today, today + (action.days - 1) * _ONE_DAY if action.days else None, reason))


def _begin(desk: Desk, first: date, last: date | None, reason: str) -> view.PauseScene:
    desk = desk.change(asking=None)
    wish = streaks.pause_from(first, last, desk.today)
    if wish is None:
        return pause_scene(desk, NoPause.IN_THE_PAST)
    care.begin_pause(desk.tx, desk.person.id, wish.first, wish.last, reason, desk.now)
    if wish.first == desk.today:
        nudges.drop_planned(desk.tx, desk.person.id, _NO_LONGER, "paused")
    asked_on = wish.first + ASKED_AFTER
    if wish.last is None or wish.last >= asked_on:
        asked_at = instant(asked_on, view.NOON, desk.zone)
        nudges.add(
            desk.tx, f"notice:{desk.person.id}:pause:{asked_on}", NudgeKind.NOTICE, desk.person.id, asked_on, asked_at
        )
    return pause_scene(desk, "kept")


def pause_scene(desk: Desk, told: str | None = None, *, long: bool = False) -> view.PauseScene:
    now = care.silent_pause(desk.tx, desk.person.id, desk.today)
    ahead = care.pauses_ahead(desk.tx, desk.person.id, desk.today)
    return view.PauseScene(
        now=view.Planned(now.first, now.last, now.reason) if now else None,
        ahead=tuple(view.Planned(each.first, each.last, each.reason) for each in ahead),
        told=told,
        long=long,
    )
