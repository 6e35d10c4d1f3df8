"""What a new fact counts for: the label of a session, ticks, the start of a pause (`drills.streaks.counting`)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from drills.streaks import Calendar, Facts, Judge, Pause, Ticked, pause_from, session_is_open, tick
from drills.streaks import Tick as Ticking
from tests.drills.streak_model.drive import drive, facts_at, written
from tests.drills.streak_model.histories import (
    FRIDAY,
    LONDON,
    MONDAY,
    NEW_YORK,
    ONE_DAY,
    SATURDAY,
    SECOND,
    SUNDAY,
    THURSDAY,
    TOKYO,
    TUESDAY,
    WEDNESDAY,
    done_labels,
    facts,
    history,
    life,
    local,
    seen,
    states,
)
from tests.drills.streak_model.life import Event, Life, Move, PauseFrom, Press, Red, Rest, Start, Tick, Undo

JOINED = MONDAY - ONE_DAY


def verdict(lived: Life, label: date) -> Ticked:
    """What a tick for this day would come to at the end of this life."""
    book = written(lived)
    return tick(Judge(facts_at(book, lived, lived.now), book.calendar, lived.now), label)


# --- ticks

VERDICTS: list[tuple[str, Life, date, Ticked]] = [
    ("yesterday, until it is final", history("x . .", "11:59:59"), TUESDAY, Ticked.JOINED),
    ("yesterday, final", history("x . .", "12:00"), TUESDAY, Ticked.HISTORY),
    ("today", history("x . .", "10:00"), WEDNESDAY, Ticked.STILL_RUNS),
    ("tonight, before it ends", history("x . .", "02:59"), TUESDAY, Ticked.STILL_RUNS),
    ("the instant after it ended", history("x . .", "03:00"), TUESDAY, Ticked.JOINED),
    ("tomorrow", history("x . .", "10:00"), THURSDAY, Ticked.STILL_RUNS),
    ("a done day", history("x . .", "10:00"), MONDAY, Ticked.ALREADY),
    ("a ticked day", history("x t .", "10:00"), TUESDAY, Ticked.ALREADY),
    ("seven days back", history("x . . . . . . .", "10:00"), MONDAY, Ticked.ALREADY),
    ("seven days back, not done", history(". . . . . . . .", "10:00"), MONDAY, Ticked.HISTORY),
    ("eight days back", history(". . . . . . . . .", "10:00"), MONDAY, Ticked.TOO_OLD),
    ("the day of joining", history(". .", "10:00"), JOINED, Ticked.HISTORY),
    ("before joining", history(". .", "10:00"), JOINED - ONE_DAY, Ticked.TOO_OLD),
    ("a paused day", history("x p .", "10:00"), TUESDAY, Ticked.HISTORY),
    ("a day of pain", history("x h .", "10:00"), TUESDAY, Ticked.HISTORY),
    ("a frozen day", history("x . .", "13:00"), TUESDAY, Ticked.HISTORY),
    ("a missed day", history("x . . . .", "13:00"), TUESDAY, Ticked.HISTORY),
    ("a rest day", history("x . .", "10:00", first=FRIDAY, rest=frozenset({5, 6})), SATURDAY, Ticked.HISTORY),
]


@pytest.mark.parametrize(
    ("lived", "label", "expected"), [case[1:] for case in VERDICTS], ids=[case[0] for case in VERDICTS]
)
def test_what_a_tick_comes_to(lived: Life, label: date, expected: Ticked) -> None:
    assert verdict(lived, label) is expected


def test_every_verdict_is_in_the_tables() -> None:
    assert {case[3] for case in VERDICTS} | {Ticked.NO_SUCH_DAY} == set(Ticked)


def test_a_day_that_does_not_exist_cannot_be_ticked() -> None:
    apia, new_year = "Pacific/Apia", date(2012, 1, 1)
    joined = local(date(2011, 12, 28), "10:00", apia)
    there = life(joined=joined, zone=apia, now=local(new_year, "10:00", apia))
    assert verdict(there, date(2011, 12, 30)) is Ticked.NO_SUCH_DAY
    assert verdict(there, date(2011, 12, 29)) is Ticked.HISTORY


def test_the_day_flown_out_of_still_runs_and_can_be_ticked_when_it_is_over() -> None:
    flight = Move(local(MONDAY, "22:00", NEW_YORK), LONDON)
    old_end = local(TUESDAY, "03:00", NEW_YORK)
    before, at_the_end = (life(flight, zone=NEW_YORK, now=now) for now in (old_end - SECOND, old_end))
    assert verdict(before, MONDAY) is Ticked.STILL_RUNS
    assert verdict(at_the_end, MONDAY) is Ticked.JOINED


@pytest.mark.parametrize(
    ("signs", "answers"),
    [
        ("x t t t .", ("joined", "joined", "history")),
        ("x t t x x x x x t .", ("joined", "joined", "joined")),
        ("x t t x x x x t .", ("joined", "joined", "history")),
        ("x t x x t x t x t .", ("joined", "joined", "history", "joined")),
    ],
    ids=[
        "three in a row",
        "the third tap lies seven days after the first",
        "the third tap lies six days after the first",
        "one that went to the history is not counted",
    ],
)
def test_at_most_two_ticks_join_in_seven_practice_days_counted_by_the_day_of_the_tap(
    signs: str, answers: tuple[str, ...]
) -> None:
    lived = history(signs, "10:00")
    seen(lived)
    assert drive(lived).ticks == answers


def test_a_tick_is_one_a_label_and_cannot_be_undone() -> None:
    late = local(WEDNESDAY, "09:30")
    lived = history("x t .", "10:00", Tick(late, 1), Undo(late + SECOND))
    assert (drive(lived).ticks, states(seen(lived))) == (("joined", "none"), "x x o")


def test_when_the_set_of_a_done_day_is_undone_a_day_ticked_in_between_was_not_ticked() -> None:
    """A tick on a done day does nothing, so the undo leaves an open day that can be ticked again."""
    evening = local(TUESDAY, "20:00")
    taps: list[Event] = [Press(evening), Tick(local(WEDNESDAY, "08:00"), 1), Undo(local(WEDNESDAY, "09:00"))]
    lived = history("x . .", "10:00", *taps)
    assert (drive(lived).ticks, states(seen(lived)), seen(lived).total) == (("none",), "x o o", 1)


def test_ticks_that_joined_are_counted_by_their_taps_not_by_their_labels() -> None:
    base: Facts = facts()
    calendar = Calendar(base.zones, base.day_starts)
    taps = Ticking(MONDAY, THURSDAY, True), Ticking(TUESDAY, THURSDAY, True)
    for now, expected in ((WEDNESDAY + 7 * ONE_DAY, Ticked.HISTORY), (THURSDAY + 7 * ONE_DAY, Ticked.JOINED)):
        judge = Judge(replace(base, ticks=taps), calendar, local(now, "10:00"))
        assert tick(judge, now - ONE_DAY) is expected


# --- sessions


def sessions(*at: tuple[date, str, str]) -> list[Event]:
    """A session with one set at each of these local times."""
    moments = [local(*each) for each in at]
    return [event for moment in moments for event in (Start(moment), Press(moment))]


class TestFlyingEastByNight:
    """New York, Monday 22:00, to London, where it is Tuesday 03:00. Monday runs on until 08:00 there."""

    flight = Move(local(MONDAY, "22:00", NEW_YORK), LONDON)

    def labels(self, *events: Event, now: tuple[date, str]) -> list[date]:
        return done_labels(life(self.flight, *events, zone=NEW_YORK, now=local(*now, LONDON)))

    def test_a_session_counts_for_the_newest_running_day(self) -> None:
        assert self.labels(*sessions((TUESDAY, "06:00", LONDON)), now=(TUESDAY, "09:00")) == [TUESDAY]

    def test_if_that_is_done_it_counts_for_the_oldest_that_is_open(self) -> None:
        trained = sessions((TUESDAY, "06:00", LONDON), (TUESDAY, "07:59", LONDON))
        assert self.labels(*trained, now=(TUESDAY, "09:00")) == [MONDAY, TUESDAY]

    def test_the_older_day_is_over_at_its_old_end(self) -> None:
        trained = sessions((TUESDAY, "06:00", LONDON), (TUESDAY, "08:00", LONDON))
        assert self.labels(*trained, now=(TUESDAY, "09:00")) == [TUESDAY]

    def test_if_none_is_open_it_counts_for_the_newest(self) -> None:
        trained = sessions((MONDAY, "20:00", NEW_YORK), (TUESDAY, "06:00", LONDON), (TUESDAY, "07:00", LONDON))
        assert self.labels(*trained, now=(TUESDAY, "09:00")) == [MONDAY, TUESDAY]

    def test_a_paused_older_day_is_not_open(self) -> None:
        paused = PauseFrom(local(MONDAY, "20:00", NEW_YORK), 0, 1)
        trained = sessions((TUESDAY, "06:00", LONDON), (TUESDAY, "07:00", LONDON))
        assert self.labels(paused, *trained, now=(TUESDAY, "09:00")) == [TUESDAY]

    def test_settings_and_taps_go_by_the_newest_day(self) -> None:
        at = local(TUESDAY, "06:00", LONDON)
        wishes: list[Event] = [Rest(at, frozenset({1, 3})), PauseFrom(at, 0, 1), Tick(at, 1)]
        lived = life(self.flight, *wishes, zone=NEW_YORK, now=local(FRIDAY, "12:00", LONDON))
        assert drive(lived).ticks == ("none",)
        assert states(seen(lived)) == "e p r m r"

    def test_red_pain_goes_by_its_sessions_day(self) -> None:
        begun = Start(local(MONDAY, "21:00", NEW_YORK))
        hurt = Red(local(TUESDAY, "07:00", LONDON))
        assert states(seen(life(begun, self.flight, hurt, zone=NEW_YORK, now=hurt.at))) == "p o"


@pytest.mark.parametrize(
    ("label", "last_press", "now", "is_open"),
    [
        (MONDAY, (MONDAY, "07:00"), (TUESDAY, "02:59"), True),
        (MONDAY, (MONDAY, "07:00"), (TUESDAY, "03:00"), False),
        (MONDAY, (TUESDAY, "02:50"), (TUESDAY, "03:49"), True),
        (MONDAY, (TUESDAY, "02:50"), (TUESDAY, "03:50"), False),
    ],
)
def test_a_session_is_open_while_its_day_runs_and_an_hour_after_its_last_press(
    label: date, last_press: tuple[date, str], now: tuple[date, str], is_open: bool
) -> None:
    calendar = Calendar(facts().zones, facts().day_starts)
    assert session_is_open(calendar, local(*now), label, local(*last_press)) is is_open


def test_a_session_kept_open_by_presses_counts_for_its_day_until_that_day_is_final() -> None:
    begun = local(WEDNESDAY, "02:30")
    presses = [Press(begun + n * timedelta(minutes=59)) for n in range(11)]
    assert presses[9].at < local(WEDNESDAY, "12:00") < presses[10].at
    undone = [Undo(presses[9].at + n * SECOND) for n in range(1, 11)]
    assert done_labels(life(*presses[:10], now=presses[9].at)) == [TUESDAY]
    assert done_labels(life(*presses[:10], *undone, now=presses[10].at)) == []
    assert done_labels(life(*presses, now=presses[10].at)) == [TUESDAY, WEDNESDAY]


def test_an_undo_is_accepted_until_the_day_is_final_and_reopens_nothing() -> None:
    evening = Press(local(TUESDAY, "20:00"))
    in_time, too_late = (Undo(local(WEDNESDAY, clock)) for clock in ("11:59:59", "12:00"))
    again = Press(local(WEDNESDAY, "11:59:59"))
    assert states(seen(life(evening, in_time, now=again.at))) == "m o o"
    assert states(seen(life(evening, too_late, now=too_late.at))) == "m x o"
    assert states(seen(life(evening, in_time, again, now=again.at))) == "m o x"


# --- pauses


@pytest.mark.parametrize(
    ("asked", "last", "expected"),
    [
        (WEDNESDAY, FRIDAY, Pause(WEDNESDAY, FRIDAY)),
        (THURSDAY, None, Pause(THURSDAY, None)),
        (MONDAY, FRIDAY, Pause(WEDNESDAY, FRIDAY)),
        (MONDAY, None, Pause(WEDNESDAY, None)),
        (MONDAY, WEDNESDAY, Pause(WEDNESDAY, WEDNESDAY)),
        (MONDAY, TUESDAY, None),
        (SUNDAY, SATURDAY, None),
    ],
    ids=["today", "later", "earlier", "earlier and open", "until today", "over by now", "ends before it begins"],
)
def test_a_pause_entered_on_wednesday_never_begins_before_it(
    asked: date, last: date | None, expected: Pause | None
) -> None:
    assert pause_from(asked, last, WEDNESDAY) == expected


def test_a_pause_covers_its_first_and_its_last_day() -> None:
    dated, open_pause = Pause(TUESDAY, WEDNESDAY), Pause(TUESDAY, None)
    labels = MONDAY, TUESDAY, WEDNESDAY, THURSDAY
    assert [dated.covers(label) for label in labels] == [False, True, True, False]
    assert [open_pause.covers(label) for label in labels] == [False, True, True, True]


def test_flying_west_the_day_goes_on_and_so_does_its_session() -> None:
    flight = Move(local(WEDNESDAY, "13:00", TOKYO), NEW_YORK)
    trained = sessions((WEDNESDAY, "12:00", TOKYO), (WEDNESDAY, "23:00", NEW_YORK))
    lived = life(*trained, flight, zone=TOKYO, now=local(THURSDAY, "02:00", NEW_YORK))
    assert done_labels(lived) == [WEDNESDAY]
