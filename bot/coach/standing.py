"""The streak as a person meets it: /streak, /why, "I did do it", milestones, and what stands beside the numbers."""

from datetime import date, timedelta

from bot.actions import Screen, Tick
from bot.cards import Place
from bot.coach import scoring
from bot.coach.desk import Answer, Desk
from bot.store import sessions, streak
from bot.views import standing as view
from bot.views import when
from drills import streaks
from drills.streaks import Cause, DayState, Judge, Standing, Ticked

_MILESTONE = "milestone-"
_ONE_DAY = timedelta(days=1)


def outlook(desk: Desk, standing: Standing, judge: Judge) -> view.Outlook:
    """What stands beside the numbers of `standing`."""
    running = desk.calendar.running(desk.now)
    counts_for = streaks.label_of_session(judge) if len(running) > 1 else desk.today
    # What we spoiled is told until the person trains again: by then they have seen it.
    since = max((day.label for day in standing.days if day.state is DayState.DONE), default=date.min)
    lately = [day for day in standing.days[-view.ROW_OF_DAYS :] if day.label > since]
    return view.Outlook(
        open_days=tuple(_open_day(desk, day) for day in _tickable(judge, standing) if day not in running),
        excuses=tuple(
            view.Excuse(day.label, final=day.state is DayState.EXCUSED)
            for day in lately
            if day.cause is Cause.OUTAGE or (day.state is DayState.OPEN and judge.outage_excuses(day.label))
        ),
        partly=sessions.partly_done(desk.tx, desk.person.id, desk.today - view.ROW_OF_STREAK * _ONE_DAY),
        runs_on=view.OpenDay(counts_for, _moment(desk, counts_for)) if counts_for != desk.today else None,
    )


def show_streak(desk: Desk) -> view.StreakScene:
    standing, judge = desk.standing_and_judge()
    return view.StreakScene(standing, desk.person.streak_hidden, outlook(desk, standing, judge))


def show_why(desk: Desk, page: str = "") -> view.WhyScene:
    """The ledger. Days before the snapshot are folded anew: only whoever turns the pages asks for them."""
    number = int(page) if page.isdecimal() and len(page) < 4 else 0
    standing = desk.standing()
    if len(standing.days) < (number + 1) * view.WHY_DAYS + 1:
        standing = streak.rebuilt(desk.tx, desk.person, desk.now)
    number = min(number, (len(standing.days) - 1) // view.WHY_DAYS)
    outages = frozenset(day.label for day in standing.days if day.cause is Cause.OUTAGE)
    return view.WhyScene(standing, desk.person.streak_hidden, number, outages)


# --- "I did do it"


def show_ticks(desk: Desk, told: str | None = None) -> view.TickScene:
    judge = desk.judge()
    back = [desk.today - n * _ONE_DAY for n in range(1, streaks.TICKED_BACK + 1)]
    verdicts = {label: streaks.tick(judge, label) for label in back}
    days = tuple(label for label in back if verdicts[label] in (Ticked.JOINED, Ticked.HISTORY))
    return view.TickScene(days, frozenset(day for day in days if verdicts[day] is Ticked.JOINED), told)


def tick(desk: Desk, label: date) -> tuple[Ticked, int | None]:
    """Write the tick, if it counts for anything. Returns what it came to, and a milestone that it reached."""
    verdict = streaks.tick(desk.judge(), label)
    if verdict not in (Ticked.JOINED, Ticked.HISTORY):
        return verdict, None
    before = desk.standing().streak
    counts_for = "streak" if verdict is Ticked.JOINED else "history"
    streak.add_tick(desk.tx, desk.person.id, label, desk.today, counts_for, desk.now)
    scoring.touched(desk.tx, desk.person.id, desk.catalog, desk.now)
    return verdict, celebrate(desk, before)


def ticked_notice(desk: Desk, verdict: Ticked, milestone: int | None) -> str:
    if milestone is not None and not desk.person.streak_hidden:
        return desk.words("notice.milestone", n=milestone)
    return desk.words(f"tick.told-{verdict}")


def tick_from_list(desk: Desk, action: Tick, label: date) -> Answer:
    """A tick on any card but today's, which draws itself anew."""
    verdict, milestone = tick(desk, label)
    notice = ticked_notice(desk, verdict, milestone)
    if action.screen is Screen.TICK:
        return Answer(show_ticks(desk, verdict), Place.HERE, notice)
    return Answer(show_streak(desk), Place.HERE, notice)


# --- milestones


def celebrate(desk: Desk, before: int) -> int | None:
    """After a press or a tick that lifted the streak from `before`: the milestone to tell, and remember that it was told."""
    after = desk.standing()
    streak.keep_snapshot(desk.tx, desk.person.id, after.settled)
    known = streak.told(desk.tx, desk.person.id, _MILESTONE)
    told = {int(what.removeprefix(_MILESTONE)): label for what, label, _ in known}
    reached = streaks.milestone(before, after.streak, told, desk.today)
    if reached is None or not streak.tell(desk.tx, desk.person.id, f"{_MILESTONE}{reached}", desk.today, desk.now):
        return None
    return reached


def milestone_of(desk: Desk, session: sessions.Kept, standing: Standing) -> int | None:
    """The milestone that was told during this session, while it still holds."""
    known = streak.told(desk.tx, desk.person.id, _MILESTONE)
    told = [
        int(what.removeprefix(_MILESTONE)) for what, _, at in known if session.started_at <= at <= session.last_press_at
    ]
    return next((number for number in reversed(told) if number <= standing.streak), None)


# --- parts


def _tickable(judge: Judge, standing: Standing) -> list[date]:
    """The days that a tick would join to the chain now."""
    open_days = [day.label for day in standing.days[-view.ROW_OF_DAYS :] if day.state is DayState.OPEN]
    return [label for label in open_days if streaks.tick(judge, label) is Ticked.JOINED]


def _open_day(desk: Desk, label: date) -> view.OpenDay:
    return view.OpenDay(label, when.moment(desk.words, desk.calendar.final_at(label), desk.now, desk.zone))


def _moment(desk: Desk, label: date) -> str:
    return when.moment(desk.words, desk.calendar.ends(label), desk.now, desk.zone)
