"""A long chain that a short gap broke can be joined again; what a card may promise of it, and that the promise holds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drills.streaks import Comeback, Standing
from tests.drills.streak_model import drive
from tests.drills.streak_model.histories import MONDAY, ONE_DAY, after, local, seen, states
from tests.drills.streak_model.life import Event, Freezes, Press, Start, Tick
from tests.drills.streak_model.random_lives import random_life

OFF = Freezes(local(MONDAY, "04:00"), False)  # nothing is ever frozen: each missed day breaks the chain
JUST_AFTER = timedelta(microseconds=1)


def without_freezes(signs: str, clock: str = "12:00", *more: Event) -> Standing:
    return after(signs, clock, OFF, *more)


# --- joined

JOINED: list[tuple[str, str, int]] = [
    ("after a gap of one", "xxxxxxx . x x", 9),
    ("after a gap of two", "xxxxxxx .. x x", 9),
    ("after a gap of three", "xxxxxxx ... x x", 9),
    ("not after a gap of four", "xxxxxxx .... x x", 2),
    ("not before the second day", "xxxxxxx . x", 1),
    ("not a chain of six", "xxxxxx . x x", 2),
    ("and it goes on from there", "xxxxxxx . x x x x", 11),
    ("not when the second day is missed", "xxxxxxx . x . x x", 2),
    ("not when the first two days are two gaps away", "xxxxxxx . x . . x x x", 3),
    ("only the chain directly before the gap", "xxxxxxx . x . x x x x x x x . x x", 9),
    ("paused days in between are looked through", "xxxxxxx . p x p x", 9),
    ("paused days within the gap do not make it longer", "xxxxxxx . p . p . x x", 9),
    ("days done on paused days are done days", "xxxxxxx . P P", 9),
    ("a day of pain in between is looked through", "xxxxxxx . x h x", 9),
    ("ticked days are done days", "xxxxxxx . t t .", 9),
]


@pytest.mark.parametrize(("signs", "streak"), [case[1:] for case in JOINED], ids=[case[0] for case in JOINED])
def test_two_done_days_right_after_a_short_gap_bring_a_chain_of_seven_back(signs: str, streak: int) -> None:
    assert without_freezes(signs).streak == streak


def test_the_missed_days_stay_missed_and_no_freeze_is_spent() -> None:
    result = after("xxxxxxx ... x x", "12:00")
    assert (states(result), result.streak, result.bank) == ("x x x x x x x m m m x x", 9, 2)
    assert [(day.streak, day.broke, day.came_back) for day in result.days[7:]] == [
        (7, 0, 0),
        (0, 0, 0),
        (0, 0, 0),
        (0, 7, 0),
        (1, 0, 0),
        (9, 0, 7),
    ]


def test_the_chain_that_comes_back_is_as_long_as_it_was_shown_with_frozen_days_and_an_earlier_comeback() -> None:
    once = "xxxxxxx . x x" + "x" * 27
    assert without_freezes(once + ". x x").streak == 7 + 2 + 27 + 2
    frozen = "xxxxxx . x ... x x"
    assert (after(frozen, "12:00").streak, states(after(frozen, "12:00"))) == (9, "x x x x x x f x m m m x x")


@pytest.mark.parametrize(("between", "streak"), [(26, 2), (27, 38), (28, 39)])
def test_there_is_one_in_thirty_practice_days_from_second_day_to_second_day(between: int, streak: int) -> None:
    assert without_freezes("xxxxxxx . x x" + "x" * between + ". x x").streak == streak


def test_a_comeback_that_came_too_early_does_not_put_off_the_next_one() -> None:
    too_early = "xxxxxxx . x x xxxxxxx . x x"
    assert without_freezes(too_early).streak == 2
    assert without_freezes(too_early + "x" * 17 + ". x x").streak == 2 + 17 + 2


class TestWhileADayIsOpen:
    signs = "xxxxxxx . x . x"

    def test_nothing_is_joined_while_one_of_the_first_two_days_is_open(self) -> None:
        result = without_freezes(self.signs, "08:00")
        assert (states(result)[-7:], result.streak) == ("m x o x", 2)

    def test_nor_after_it_was_missed(self) -> None:
        result = without_freezes(self.signs, "12:00")
        assert (states(result)[-7:], result.streak) == ("m x m x", 1)

    def test_a_tick_joins_it_in_time(self) -> None:
        tick = Tick(local(MONDAY + 10 * ONE_DAY, "09:00"), 1)
        assert without_freezes(self.signs, "10:00", tick).streak == 10

    def test_an_open_day_before_the_first_day_back_may_still_be_the_first_itself(self) -> None:
        signs = "xxxxxxx . . x x"
        assert without_freezes(signs[:-2], "08:00").streak == 1
        assert without_freezes(signs, "08:00").streak == 9
        tick = Tick(local(MONDAY + 9 * ONE_DAY, "09:00"), 1)
        assert without_freezes(signs[:-2], "10:00", tick).streak == 9


# --- promised

OFFERS: list[tuple[str, str, str, tuple[int, int, int] | None]] = [
    ("nothing is broken, nothing is offered", "xxxxxxx . .", "11:59", None),
    ("today and tomorrow", "xxxxxxx . .", "12:00", (7, 2, 8)),
    ("after a gap of three", "xxxxxxx ... .", "12:00", (7, 2, 10)),
    ("no more after a gap of four", "xxxxxxx .... .", "12:00", None),
    ("not for a chain of six", "xxxxxx . .", "12:00", None),
    ("today is done: tomorrow", "xxxxxxx . x", "12:00", (7, 1, 9)),
    ("the first day is done, today is open: today", "xxxxxxx . x .", "10:00", (7, 1, 9)),
    ("both are done", "xxxxxxx . x x", "12:00", None),
    ("today is paused: from tomorrow on", "xxxxxxx . p", "12:00", (7, 2, 9)),
    ("the first day is done, today is paused", "xxxxxxx . x p", "12:00", (7, 1, 10)),
    ("today it hurts", "xxxxxxx . h", "12:00", (7, 2, 9)),
    ("yesterday is open and would make it two", "xxxxxxx . . .", "10:00", (7, 2, 9)),
    ("yesterday is open and would make it three", "xxxxxxx .. . .", "10:00", (7, 2, 10)),
    ("yesterday is open and would make it four", "xxxxxxx ... . .", "10:00", None),
    ("yesterday was to be the second day and is open", "xxxxxxx . x . .", "10:00", None),
    ("yesterday was to be the second day and is missed", "xxxxxxx . x . .", "12:00", None),
    ("only one of them is a long chain", "xxxxxxx . x . x .", "10:00", None),
]


@pytest.mark.parametrize(("signs", "clock", "offer"), [case[1:] for case in OFFERS], ids=[case[0] for case in OFFERS])
def test_a_comeback_is_offered_while_it_can_still_be_reached(
    signs: str, clock: str, offer: tuple[int, int, int] | None
) -> None:
    comeback = without_freezes(signs, clock).comeback
    assert comeback == (None if offer is None else Comeback(offer[0], offer[1], MONDAY + offer[2] * ONE_DAY))


@pytest.mark.parametrize(
    ("signs", "clock", "offered"),
    [
        ("x" * 26 + ". .", "12:00", False),
        ("x" * 27 + ". .", "12:00", True),
        ("x" * 26 + ".. .", "12:00", True),
        ("x" * 26 + ". x", "12:00", False),
        ("x" * 27 + ". x", "12:00", True),
        ("x" * 26 + ". x p", "12:00", True),
    ],
)
def test_none_is_offered_whose_second_day_would_lie_within_thirty_days_of_the_last(
    signs: str, clock: str, offered: bool
) -> None:
    assert (without_freezes("xxxxxxx . x x" + signs, clock).comeback is not None) == offered


def test_a_gap_that_freezes_keep_offers_no_comeback() -> None:
    kept = after("xxxxxxx . .", "12:00")
    assert (kept.kept, kept.comeback) == ((MONDAY + 7 * ONE_DAY,), None)


def test_on_random_lives_whoever_trains_as_promised_gets_the_chain_back() -> None:
    offered = 0
    for seed in range(5_000):
        life = random_life(seed)
        standing = drive.standing(life)
        promise = standing.comeback
        if promise is None:
            continue
        offered += 1
        calendar = drive.written(life).calendar
        labels = [promise.begin + n * ONE_DAY for n in range(promise.days)]
        moments = [max(life.now + JUST_AFTER, calendar.begins(label)) for label in labels]
        events = [event for at in moments for event in (Start(at), Press(at))]
        judged = max(moments[-1], *(calendar.final_at(day.label) for day in standing.days if day.label < promise.begin))
        kept = seen(replace(life, events=(*life.events, *events), now=judged))
        assert kept.streak == promise.lost + 2 >= 9, seed
        assert [(day.label, day.came_back) for day in kept.days[-3:] if day.came_back] == [(labels[-1], promise.lost)]
    assert offered > 100


@pytest.mark.parametrize(("signs", "missed"), [("x", 0), ("x . .", 0), ("x . . .", 2), ("x . p . .", 2), ("....x", 0)])
def test_missed_days_are_counted_since_the_last_day_that_was_done(signs: str, missed: int) -> None:
    assert after(signs, "12:00").missed_lately == missed


def test_today_is_the_newest_day() -> None:
    assert after("x . x").today.label == MONDAY + timedelta(days=2)
