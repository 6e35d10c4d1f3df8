"""Today: the plan before it is begun, and what may be chosen instead: later, not today; or yesterday, if it was forgotten."""

from datetime import datetime, time, timedelta

from bot.actions import NotToday, Screen, Show, Snooze, Tick
from bot.cards import PLAYER, Place
from bot.coach import practice, reach, standing
from bot.coach.desk import Answer, Desk
from bot.coach.quiet import quiet_until
from bot.reading.times import read_minutes
from bot.store import nudges, sessions
from bot.views import notes
from bot.views import today as view
from bot.views.result import ClosedSession
from bot.views.scenes import Scene
from drills import programme
from drills.localtime import instant, local_date
from drills.model import Drill
from scheduler.nudge import NudgeKind

TONIGHT = time(20)
TONIGHT_OFFERED_UNTIL = time(19, 30)
SNOOZE_MOST = timedelta(hours=12)


def show(desk: Desk) -> Answer:
    """/today: the open session, or today's plan. It becomes the living message."""
    closed = practice.may_not_practise(desk)
    if closed is not None:
        return Answer(closed, Place.NEW)
    kept = practice.unfinished(desk)
    if kept is not None:
        return Answer(practice.scene(desk, kept), Place.NEW, living=PLAYER)
    return Answer(plan(desk), Place.NEW, living=PLAYER)


def plan(desk: Desk, *, prompted: bool = False, late_since: datetime | None = None, told: str | None = None) -> Scene:
    today = desk.today
    parts = practice.rest_of_plan(desk, today) or programme.todays_plan(desk.catalog, today, desk.needs())
    if not parts:
        return view.AllResting()
    now, judge = desk.standing_and_judge()
    return view.Today(
        plan=parts,
        catalog=desk.catalog,
        day=today,
        calendar_day=local_date(desk.now, desk.zone),
        standing=now,
        hidden=desk.person.streak_hidden,
        zone=desk.zone,
        prompted=prompted,
        late_since=late_since,
        tonight=_tonight_is_offered(desk),
        done=sessions.day_is_done(desk.tx, desk.person.id, today),
        rest=not desk.is_scheduled(today),
        outlook=standing.outlook(desk, now, judge),
        told=told,
        unreached=reach.is_in_channel(desk) and reach.is_closed(desk),
    )


def drills(desk: Desk, action: Show) -> Answer:
    drill = drill_named(desk, action.arg)
    return Answer(view.DrillScene(drill, desk.today) if drill else view.DrillList(desk.catalog, desk.today))


def drill_named(desk: Desk, text: str) -> Drill | None:
    """By its name or its id, as people type them."""
    word = text.casefold().strip()
    return next((drill for drill in desk.catalog.values() if word in (drill.name.casefold(), drill.id)), None)


def snooze(desk: Desk, action: Snooze) -> Answer:
    """From the press; never past the end of the practice day, never into quiet hours; the rule of the slot stays."""
    today = desk.today
    if action.day != f"{today:%Y%m%d}":
        label = practice.read_day(action.day)
        return Answer(ClosedSession(label, today) if label else notes.NothingChanged("button"), living=PLAYER)
    if action.minutes < 0:
        desk.change(asking="snooze")
        return Answer(view.AskSnooze(today), living=PLAYER)
    if action.minutes == 0:
        until = instant(local_date(desk.now, desk.zone), TONIGHT, desk.zone)
        if not _tonight_is_offered(desk):
            return Answer(view.SnoozeRefused("tonight", until, desk.zone, today), living=PLAYER)
    else:
        until = desk.now + min(timedelta(minutes=action.minutes), SNOOZE_MOST)
    return _snooze_until(desk, until, Place.HERE)


def typed_snooze(desk: Desk, text: str) -> Answer:
    minutes = read_minutes(text)
    if minutes is None:
        desk.change(asking="snooze")
        return Answer(view.AskSnooze(desk.today, understood=False), Place.NEW, living=PLAYER)
    return _snooze_until(desk.change(asking=None), desk.now + timedelta(minutes=minutes), Place.NEW)


def _snooze_until(desk: Desk, until: datetime, place: Place) -> Answer:
    desk = desk.change(asking=None)
    today, ends = desk.today, desk.ends(desk.today)
    if until >= ends:
        return Answer(view.SnoozeRefused("day-ends", ends, desk.zone, today), place, living=PLAYER)
    if quiet_until(desk.person, desk.zone, until) is not None:
        return Answer(view.SnoozeRefused("quiet", until, desk.zone, today), place, living=PLAYER)
    nudges.drop_planned(desk.tx, desk.person.id, (NudgeKind.SNOOZE, NudgeKind.FOLLOW_UP), "snoozed")
    number = nudges.count(desk.tx, desk.person.id, NudgeKind.SNOOZE, today) + 1
    key = f"snooze:{desk.person.id}:{today}:{number}"
    nudges.add(desk.tx, key, NudgeKind.SNOOZE, desk.person.id, today, until)
    return Answer(view.Snoozed(until, desk.zone, today), place, living=PLAYER)


def not_today(desk: Desk, action: NotToday) -> Answer:
    """No more prompts in this practice day; the day itself stays due."""
    today = desk.today
    if action.day != f"{today:%Y%m%d}":
        label = practice.read_day(action.day)
        return Answer(ClosedSession(label, today) if label else notes.NothingChanged("button"), living=PLAYER)
    desk = desk.change(silent_day=today, asking=None)
    nudges.drop_planned(desk.tx, desk.person.id, (NudgeKind.SNOOZE, NudgeKind.FOLLOW_UP), "not today")
    return Answer(view.NotTodayScene(today), living=PLAYER)


def tick(desk: Desk, action: Tick) -> Answer:
    """ "I did do it", from any card: the card that it was tapped on is drawn anew."""
    label = practice.read_day(action.day)
    if label is None:
        return Answer(notes.NothingChanged("button"))
    if action.screen is not Screen.TODAY:
        return standing.tick_from_list(desk, action, label)
    verdict, milestone = standing.tick(desk, label)
    notice = standing.ticked_notice(desk, verdict, milestone)
    kept = practice.unfinished(desk)
    if kept is not None:
        return Answer(practice.scene(desk, kept), Place.HERE, notice, living=PLAYER)
    return Answer(plan(desk, prompted=True, told=verdict), Place.HERE, notice, living=PLAYER)


def _tonight_is_offered(desk: Desk) -> bool:
    local = desk.now.astimezone(desk.zone)
    return desk.person.day_start <= local.time() < TONIGHT_OFFERED_UNTIL
