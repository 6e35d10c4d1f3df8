"""What one day is, before any chain is looked at: joining, rest, pauses, pain, travel (`drills.streaks.states`)."""

from dataclasses import replace
from datetime import date

import pytest

from drills.streaks import EVERY_DAY, Cause, DayState, Pause, ScheduleSince, Standing, Tick, is_scheduled, standing
from tests.drills.streak_model.drive import LETTERS
from tests.drills.streak_model.histories import (
    FRIDAY,
    KIRITIMATI,
    LOS_ANGELES,
    MONDAY,
    NEW_YORK,
    NIUE,
    ONE_DAY,
    SATURDAY,
    SUNDAY,
    THURSDAY,
    TOKYO,
    TUESDAY,
    WEDNESDAY,
    after,
    facts,
    history,
    life,
    local,
    on,
    seen,
    states,
)
from tests.drills.streak_model.life import Event, Freezes, Move, PauseFrom, Press, Red, Rest, Resume, Start, Undo

JOINED = MONDAY - ONE_DAY
WEEKDAYS = frozenset({0, 1, 2, 3, 4})


def every(result: Standing) -> str:
    """All states, the day of joining too."""
    return " ".join(LETTERS[day.state] for day in result.days)


# --- joining


def test_the_day_of_joining_is_rest() -> None:
    joining = after(". .", "12:00").days[0]
    assert (joining.label, joining.state, joining.cause) == (JOINED, DayState.REST, Cause.JOINING)


def test_on_the_day_of_joining_there_is_one_day() -> None:
    result = seen(life(now=local(JOINED, "21:00")))
    assert [(day.label, day.state) for day in result.days] == [(JOINED, DayState.REST)]


def test_done_on_the_day_of_joining_adds_one() -> None:
    result = seen(life(Press(local(JOINED, "21:00")), now=local(MONDAY, "10:00")))
    assert (every(result), result.streak) == ("x o", 1)


def test_days_done_before_joining_count_and_those_between_are_not_due() -> None:
    imported = replace(facts(MONDAY), joined=THURSDAY)
    result = standing(imported, local(THURSDAY, "10:00"))
    assert (every(result), result.streak) == ("x r r r", 1)
    assert [day.cause for day in result.days] == [None, None, None, Cause.JOINING]


def test_a_label_that_is_done_ahead_of_the_calendar_counts_and_is_the_last_day() -> None:
    """Two accounts are linked, and the one that is left lived further east."""
    result = standing(facts(MONDAY, TUESDAY, WEDNESDAY), local(TUESDAY, "12:00"))
    assert (result.streak, result.today.label) == (3, WEDNESDAY)


# --- finality


def test_yesterday_is_open_until_noon() -> None:
    assert [states(after(". .", clock)) for clock in ("03:00", "11:59:59", "12:00")] == ["o o", "o o", "m o"]


def test_a_day_is_judged_by_the_noon_of_the_zone_in_force_when_it_ended() -> None:
    """On Tuesday evening to New York: Tuesday ends there at 03:00, and is final there at noon."""
    flight = Move(local(TUESDAY, "20:00"), NEW_YORK)
    clocks = [local(WEDNESDAY, "12:00"), local(WEDNESDAY, "11:59", NEW_YORK), local(WEDNESDAY, "12:00", NEW_YORK)]
    shown = [states(seen(life(Press(local(MONDAY, "07:00")), flight, now=now))) for now in clocks]
    assert shown == ["x o o", "x o o", "x f o"]


# --- rest


@pytest.mark.parametrize(
    ("edits", "shown"),
    [
        ([(TUESDAY, "10:00", {0, 1})], "m m r r r r r m m r"),
        ([(TUESDAY, "10:00", set())], "m m r r r r r r r r"),
        ([(TUESDAY, "10:00", {0}), (TUESDAY, "11:00", {2})], "m m m r r r r r r o"),
        ([(TUESDAY, "10:00", {0}), (WEDNESDAY, "11:00", {0, 3})], "m m r m r r r m r r"),
        ([(TUESDAY, "10:00", {0}), (WEDNESDAY, "02:59", {0, 3})], "m m r m r r r m r r"),
    ],
    ids=[
        "today stays due",
        "nothing is due any more",
        "of two edits on one day the last wins",
        "each edit holds from the next day on",
        "at half past two in the night it is still Tuesday",
    ],
)
def test_an_edit_of_the_schedule_holds_from_the_next_practice_day(
    edits: list[tuple[date, str, set[int]]], shown: str
) -> None:
    rests = [Rest(local(label, clock), frozenset(due)) for label, clock, due in edits]
    last = MONDAY + 9 * ONE_DAY
    result = states(seen(life(*rests, Freezes(local(JOINED, "20:00"), False), now=local(last, "12:00"))))
    assert result == shown


def test_the_schedule_that_was_written_last_for_this_day_or_an_earlier_one_holds() -> None:
    schedules = (
        ScheduleSince(MONDAY, EVERY_DAY),
        ScheduleSince(THURSDAY, WEEKDAYS),
        ScheduleSince(THURSDAY, frozenset({4})),
    )
    assert [is_scheduled(schedules, label) for label in (WEDNESDAY, THURSDAY, FRIDAY, SATURDAY)] == [
        True,
        False,
        True,
        False,
    ]
    assert is_scheduled((), SUNDAY)
    assert is_scheduled(schedules, JOINED)


# --- pauses

PAUSES: list[tuple[str, list[Event], str]] = [
    ("today and the days after it", [PauseFrom(local(TUESDAY, "08:00"), 0, 2)], "x p p o o"),
    ("from later on", [PauseFrom(local(TUESDAY, "08:00"), 2, 1)], "x m m p o"),
    ("an earlier start begins today", [PauseFrom(local(TUESDAY, "08:00"), -1, 2)], "x p p o o"),
    ("open: until it is resumed", [PauseFrom(local(TUESDAY, "08:00"), 0, None)], "x p p p p"),
    (
        "resumed: due from the next day on",
        [PauseFrom(local(TUESDAY, "08:00"), 0, None), Resume(local(WEDNESDAY, "08:00"))],
        "x p p o o",
    ),
    (
        "a dated one is resumed early",
        [PauseFrom(local(TUESDAY, "08:00"), 0, 9), Resume(local(WEDNESDAY, "08:00"))],
        "x p p o o",
    ),
    (
        "resumed on its first day, that day stays paused",
        [PauseFrom(local(WEDNESDAY, "08:00"), 0, 9), Resume(local(WEDNESDAY, "09:00"))],
        "x f p o o",
    ),
    (
        "resumed before it began, nothing is paused",
        [PauseFrom(local(TUESDAY, "08:00"), 1, 9), Resume(local(TUESDAY, "09:00"))],
        "x m m o o",
    ),
    (
        "one that is over is not made longer by resuming",
        [PauseFrom(local(TUESDAY, "08:00"), 0, 1), Resume(local(THURSDAY, "08:00"))],
        "x p f o o",
    ),
    (
        "overlapping ones are one",
        [PauseFrom(local(TUESDAY, "08:00"), 0, 2), PauseFrom(local(TUESDAY, "09:00"), 1, 2)],
        "x p p p o",
    ),
    (
        "training does not end it",
        [PauseFrom(local(TUESDAY, "08:00"), 0, 4), Press(local(WEDNESDAY, "08:00"))],
        "x p x p p",
    ),
    ("in the night it is still the day before", [PauseFrom(local(WEDNESDAY, "02:59"), 0, 1)], "x p f o o"),
]


@pytest.mark.parametrize(("edits", "shown"), [case[1:] for case in PAUSES], ids=[case[0] for case in PAUSES])
def test_a_paused_day_neither_breaks_nor_adds(edits: list[Event], shown: str) -> None:
    result = states(after("x . . . .", "10:00", *edits))
    assert result == shown


def test_an_open_pause_goes_on_for_as_long_as_it_takes() -> None:
    result = after("x" + "." * 100, "12:00", PauseFrom(local(TUESDAY, "08:00"), 0, None))
    assert (result.streak, states(result)) == (1, "x" + " p" * 100)


def test_the_union_of_pauses_counts_in_any_order() -> None:
    pauses = Pause(WEDNESDAY, WEDNESDAY), Pause(TUESDAY, THURSDAY), Pause(FRIDAY, None)
    for order in (pauses, pauses[::-1]):
        assert every(standing(replace(facts(MONDAY), pauses=order), local(SATURDAY, "12:00"))) == "r x p p p p p"


# --- pain


def test_red_pain_without_a_set_pauses_the_day() -> None:
    result = after("x h .", "12:00")
    assert (states(result), result.days[2].cause, result.streak, result.bank) == ("x p o", Cause.PAIN, 1, 1)


def test_red_pain_after_a_set_takes_nothing_away() -> None:
    assert states(after("x x", "10:00", Red(local(TUESDAY, "07:30")))) == "x x"


def test_when_the_only_set_is_undone_the_pain_is_left() -> None:
    events = Red(local(TUESDAY, "07:30")), Undo(local(TUESDAY, "07:40"))
    assert states(after("x x", "10:00", *events)) == "x p"


@pytest.mark.parametrize(("clock", "shown"), [("11:59:59", "x p o"), ("12:00", "x f o")])
def test_red_pain_counts_for_its_sessions_day_until_that_day_is_final(clock: str, shown: str) -> None:
    begun = Start(local(TUESDAY, "20:00"))
    assert states(after("x . .", "12:00", begun, Red(local(WEDNESDAY, clock)))) == shown


# --- the first that applies


def test_the_first_state_that_applies_is_taken() -> None:
    """Done in a pause, paused on a rest day, pain in a pause, rest in a jump: done, paused, paused without a cause, rest."""
    base = replace(
        facts(), pauses=(Pause(MONDAY, WEDNESDAY),), schedules=(ScheduleSince(MONDAY, frozenset({0, 1, 3})),)
    )
    full = replace(base, done=frozenset({MONDAY}), reds=frozenset({MONDAY, TUESDAY, THURSDAY}))
    result = standing(full, local(FRIDAY, "12:00"))
    assert [(LETTERS[day.state], day.cause) for day in result.days[1:]] == [
        ("x", None),
        ("p", None),
        ("p", None),
        ("p", Cause.PAIN),
        ("r", None),
    ]


def test_a_set_says_more_than_a_tick_and_a_tick_more_than_a_pause() -> None:
    ticked = replace(facts(MONDAY), ticks=(Tick(MONDAY, TUESDAY, True), Tick(TUESDAY, WEDNESDAY, True)))
    paused = replace(ticked, pauses=(Pause(MONDAY, None),))
    for each in (ticked, paused):
        days = standing(each, local(WEDNESDAY, "12:00")).days
        assert [(LETTERS[day.state], day.cause) for day in days[1:3]] == [("x", None), ("x", Cause.TICKED)]


# --- travel

SEVEN_DAYS_LATER = TUESDAY + 7 * ONE_DAY


def flown(second: date, *more: Event) -> str:
    """Twice from Los Angeles to Tokyo: on Tuesday and on `second`, back between. The two days flown out of, when final."""
    flights: list[Event] = [
        Move(local(TUESDAY, "12:00", LOS_ANGELES), TOKYO),
        Move(local(FRIDAY, "12:00", TOKYO), LOS_ANGELES),
        Move(local(second, "12:00", LOS_ANGELES), TOKYO),
    ]
    result = seen(life(*flights, *more, zone=LOS_ANGELES, now=local(second + 3 * ONE_DAY, "12:00", TOKYO)))
    assert all(day.cause is Cause.TRAVEL for day in result.days if day.state is DayState.EXCUSED)
    return on(result, TUESDAY) + on(result, second)


@pytest.mark.parametrize(("days", "shown"), [(6, "em"), (7, "ee"), (8, "ee")])
def test_a_flight_east_excuses_one_day_in_seven(days: int, shown: str) -> None:
    assert flown(TUESDAY + days * ONE_DAY) == shown


def test_only_a_day_that_ends_up_excused_by_travel_uses_up_the_excuse() -> None:
    trained = Press(local(TUESDAY, "08:00", LOS_ANGELES))
    assert flown(TUESDAY + 5 * ONE_DAY, trained) == "xe"


LATE_ON_MONDAY = (MONDAY, "23:30"), (TUESDAY, "02:30")


def test_a_day_that_was_jumped_over_is_excused_at_once() -> None:
    """Monday night in Niue is Wednesday in Kiritimati: until 03:00 it is Tuesday there, and then Tuesday is jumped over."""
    next_day, jump = (Move(local(label, clock, NIUE), KIRITIMATI) for label, clock in LATE_ON_MONDAY)
    assert states(seen(life(next_day, zone=NIUE, now=next_day.at))) == "o o"
    jumped = seen(life(jump, zone=NIUE, now=jump.at))
    assert (states(jumped), jumped.days[2].cause) == ("o e o", Cause.NO_SUCH_DAY)


def test_apia_had_no_thirtieth_of_december_2011() -> None:
    joined = local(date(2011, 12, 28), "10:00", "Pacific/Apia")
    here = life(joined=joined, zone="Pacific/Apia", now=local(date(2011, 12, 31), "10:00", "Pacific/Apia"))
    result = seen(here)
    assert (states(result), result.days[2].cause) == ("o e o", Cause.NO_SUCH_DAY)
    assert on(seen(replace(here, now=local(date(2011, 12, 31), "12:00", "Pacific/Apia"))), date(2011, 12, 29)) == "m"


def test_history_is_what_it_was_whatever_comes_after() -> None:
    before = seen(history("x x . x x", "12:00"))
    later = seen(history("x x . x x . .", "11:59"))
    assert later.days[: len(before.days)] == before.days
