"""Drives the real rules through a life: each event becomes the fact that the bot would write, then everything is folded."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from drills import streaks
from drills.streaks import (
    Calendar,
    DayStartSince,
    DayState,
    DoSlot,
    Facts,
    FreezesSince,
    Judge,
    Pause,
    ReachedSince,
    ScheduleSince,
    Standing,
    Tally,
    Ticked,
    ZoneSince,
)
from tests.drills.streak_model import life as events
from tests.drills.streak_model.life import Life, Outcome

LETTERS = {
    DayState.DONE: "x",
    DayState.PAUSED: "p",
    DayState.REST: "r",
    DayState.EXCUSED: "e",
    DayState.OPEN: "o",
    DayState.FROZEN: "f",
    DayState.MISSED: "m",
}


@dataclass(slots=True)
class Sitting:
    """A session as the bot keeps it: its label, its sets that stand, the last accepted press."""

    label: date
    last_press: datetime
    sets: int


class Written:
    """The facts of one person while they are written. `Facts` is put together only when a rule asks for it."""

    def __init__(self, life: Life) -> None:
        self.zones: tuple[ZoneSince, ...] = (ZoneSince(life.joined_at, life.zone),)
        self.day_starts: tuple[DayStartSince, ...] = (DayStartSince(life.joined_at, life.day_start),)
        self.calendar = Calendar(self.zones, self.day_starts)
        self.joined = self.calendar.newest(life.joined_at)
        self.slots = tuple(DoSlot(slot.at, slot.weekdays, life.joined_at, None) for slot in life.slots)
        self.reached = (ReachedSince(life.joined_at, life.remote),)
        self.sittings: list[Sitting] = []
        self.done = frozenset[date]()
        self.reds = frozenset[date]()
        self.ticks: tuple[streaks.Tick, ...] = ()
        self.pauses: tuple[Pause, ...] = ()
        self.schedules: tuple[ScheduleSince, ...] = ()
        self.freezes: tuple[FreezesSince, ...] = ()
        self.answers: list[str] = []  # to each tick

    def facts(self, outages: tuple[streaks.Outage, ...] = ()) -> Facts:
        return Facts(
            joined=self.joined,
            zones=self.zones,
            day_starts=self.day_starts,
            done=self.done,
            ticks=self.ticks,
            reds=self.reds,
            pauses=self.pauses,
            schedules=self.schedules,
            freezes=self.freezes,
            slots=self.slots,
            reached=self.reached,
            outages=outages,
        )

    def judge(self, at: datetime) -> Judge:
        return Judge(self.facts(), self.calendar, at)

    def draw_calendar(self) -> None:
        self.calendar = Calendar(self.zones, self.day_starts)

    def count_sets(self, sitting: Sitting, sets: int) -> None:
        sitting.sets += sets
        label = sitting.label
        done = sitting.sets > 0 or any(each.sets and each.label == label for each in self.sittings)
        if done != (label in self.done):
            self.done ^= {label}


def written(life: Life) -> Written:
    book = Written(life)
    for event in life.events:
        write(book, event)
    return book


def facts_at(book: Written, life: Life, now: datetime) -> Facts:
    """All that is written, and the outages that are over by then; each counts by its own week."""
    over = [streaks.Outage(each.begins, each.ends) for each in life.outages if each.ends <= now]
    return book.facts(streaks.counting(over, life.first_beat) if over else ())


def standing(life: Life, since: Tally | None = None) -> Standing:
    book = written(life)
    return streaks.standing(facts_at(book, life, life.now), life.now, since, book.calendar)


def drive(life: Life) -> Outcome:
    book = written(life)
    result = streaks.standing(facts_at(book, life, life.now), life.now, calendar=book.calendar)
    return Outcome(
        first=result.days[0].label,
        states="".join([LETTERS[day.state] for day in result.days]),
        streak=result.streak,
        best=result.best,
        total=result.total,
        strength=result.strength,
        bank=result.bank,
        reserved=len(result.kept),
        ticks=tuple(book.answers),
    )


def write(book: Written, event: events.Event) -> None:
    at, calendar = event.at, book.calendar
    match event:
        case events.Press():
            _press(book, at)
        case events.Start():
            book.sittings.append(Sitting(streaks.label_of_session(book.judge(at)), at, 0))
        case events.Again():
            pass  # the inbox knows this update; it never reaches a rule
        case events.Undo():
            _undo(book, at)
        case events.Red():
            if book.sittings and at < calendar.final_at(book.sittings[-1].label):
                book.reds |= {book.sittings[-1].label}
        case events.Tick(back=back):
            _tick(book, at, calendar.newest(at) - timedelta(days=back))
        case events.Move(zone=zone):
            book.zones += (ZoneSince(at, zone),)
            book.draw_calendar()
        case events.DayStart(day_start=day_start):
            book.day_starts += (DayStartSince(at, day_start),)
            book.draw_calendar()
        case events.Rest(scheduled=due):
            book.schedules += (ScheduleSince(calendar.newest(at) + timedelta(days=1), due),)
        case events.Freezes(used=used):
            book.freezes += (FreezesSince(at, used),)
        case events.PauseFrom(ahead=ahead, days=days):
            newest = calendar.newest(at)
            first = max(newest, newest + timedelta(days=ahead))
            last = None if days is None else first + timedelta(days=days - 1)
            pause = streaks.pause_from(newest + timedelta(days=ahead), last, newest)
            if pause is not None:
                book.pauses += (pause,)
        case events.Resume():
            today = calendar.newest(at)
            ended = [_ended(pause, today) for pause in book.pauses]
            book.pauses = tuple(pause for pause in ended if pause is not None)


def _ended(pause: Pause, today: date) -> Pause | None:
    if pause.first > today:
        return None
    return pause if pause.last is not None and pause.last < today else Pause(pause.first, today)


def _press(book: Written, at: datetime) -> None:
    newest = book.sittings[-1] if book.sittings else None
    if newest is None or not _counts(book.calendar, newest, at):
        newest = Sitting(streaks.label_of_session(book.judge(at)), at, 0)
        book.sittings.append(newest)
    newest.last_press = at
    book.count_sets(newest, 1)


def _counts(calendar: Calendar, sitting: Sitting, at: datetime) -> bool:
    is_open = streaks.session_is_open(calendar, at, sitting.label, sitting.last_press)
    return is_open and at < calendar.final_at(sitting.label)


def _undo(book: Written, at: datetime) -> None:
    newest = book.sittings[-1] if book.sittings else None
    if newest is None or not newest.sets or at >= book.calendar.final_at(newest.label):
        return
    if streaks.session_is_open(book.calendar, at, newest.label, newest.last_press):
        newest.last_press = at
    book.count_sets(newest, -1)


def _tick(book: Written, at: datetime, label: date) -> None:
    verdict = streaks.tick(book.judge(at), label)
    if verdict in (Ticked.JOINED, Ticked.HISTORY):
        book.ticks += (streaks.Tick(label, book.calendar.newest(at), verdict is Ticked.JOINED),)
    book.answers.append(str(verdict) if verdict in (Ticked.JOINED, Ticked.HISTORY) else "none")
