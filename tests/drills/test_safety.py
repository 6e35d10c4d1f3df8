"""Tests for `drills.safety`: what the screening opens and closes, and how long pain rests a drill."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest

from drills.model import DrillId
from drills.safety import (
    LINES,
    Colour,
    Mode,
    Pain,
    Screened,
    caution,
    gentle_only,
    may_practise,
    outcome,
    screening_is_due,
)

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
SECOND = timedelta(seconds=1)
ROLL, SQUAT = DrillId("outward-roll"), DrillId("banded-squat")


def red(drill: DrillId, ago: timedelta) -> Pain:
    return Pain(drill, Colour.RED, NOW - ago)


# --- screening ----------------------------------------------------------------------------------------------------


def test_the_nine_lines_have_the_modes_of_the_domain_notes() -> None:
    block, urgent, modify = Mode.BLOCK, Mode.URGENT, Mode.MODIFY
    assert list(LINES) == [block, block, modify, urgent, urgent, modify, modify, modify, modify]


@pytest.mark.parametrize(
    ("yes", "expected"),
    [
        ((), Screened.CLEAR),
        ((1,), Screened.BLOCK),
        ((2,), Screened.BLOCK),
        ((3,), Screened.MODIFY),
        ((4,), Screened.URGENT),
        ((5,), Screened.URGENT),
        ((9,), Screened.MODIFY),
        ((3, 1), Screened.BLOCK),
        ((1, 4), Screened.URGENT),
        ((9, 5, 3), Screened.URGENT),
        (range(1, 10), Screened.URGENT),
    ],
)
def test_urgent_outweighs_block_and_block_outweighs_modify(yes: tuple[int, ...], expected: Screened) -> None:
    assert outcome(yes) is expected


def test_one_more_yes_never_makes_the_outcome_lighter() -> None:
    weight = [Screened.CLEAR, Screened.MODIFY, Screened.BLOCK, Screened.URGENT]
    for count in range(9):
        for yes in combinations(range(1, 10), count):
            more = [outcome((*yes, line)) for line in range(1, 10)]
            assert min(weight.index(heavier) for heavier in more) >= weight.index(outcome(yes))


@pytest.mark.parametrize("line", [-1, 0, 10])
def test_a_line_that_does_not_exist_is_a_mistake_of_ours(line: int) -> None:
    with pytest.raises(KeyError):
        outcome([1, line])


def test_who_may_practise_and_who_only_gently() -> None:
    assert {screened for screened in Screened if may_practise(screened)} == {
        Screened.CLEAR,
        Screened.MODIFY,
        Screened.CLEARED,
    }
    assert {screened for screened in Screened if gentle_only(screened)} == {Screened.MODIFY, Screened.CLEARED}
    assert not may_practise(None)


def test_the_screening_comes_again_after_ninety_days() -> None:
    assert screening_is_due(None, TODAY)
    assert not screening_is_due(TODAY, TODAY)
    assert not screening_is_due(TODAY - timedelta(days=89), TODAY)
    assert screening_is_due(TODAY - timedelta(days=90), TODAY)


# --- pain ---------------------------------------------------------------------------------------------------------


def test_without_pain_nothing_is_closed() -> None:
    nothing = caution([], NOW)
    assert nothing.resting | nothing.muted | nothing.gentle == frozenset()


def test_red_rests_a_drill_for_forty_eight_hours_and_no_other() -> None:
    assert caution([red(ROLL, timedelta(0))], NOW).resting == {ROLL}
    assert caution([red(ROLL, timedelta(hours=48) - SECOND)], NOW).resting == {ROLL}
    assert caution([red(ROLL, timedelta(hours=48))], NOW).resting == frozenset()


def test_a_newer_red_rests_the_drill_anew_in_whatever_order_they_are_read() -> None:
    pains = [red(ROLL, timedelta(hours=1)), red(ROLL, timedelta(days=5))]
    assert caution(pains, NOW).resting == caution(pains[::-1], NOW).resting == {ROLL}


def test_after_the_rest_a_drill_comes_back_gently_for_two_weeks() -> None:
    after_the_rest = caution([red(ROLL, timedelta(hours=48))], NOW)
    assert not after_the_rest.resting
    assert after_the_rest.gentle == {ROLL}
    assert caution([red(ROLL, timedelta(days=14) - SECOND)], NOW).gentle == {ROLL}
    assert caution([red(ROLL, timedelta(days=14))], NOW).gentle == frozenset()


def test_three_reds_mute_a_drill_however_long_ago_they_were() -> None:
    months = [red(ROLL, timedelta(days=30 * n)) for n in (1, 2, 3)]
    assert caution(months, NOW).muted == {ROLL}
    assert caution(months[:2], NOW).muted == frozenset()


def test_reds_of_different_drills_do_not_add_up() -> None:
    pains = [red(ROLL, timedelta(days=1)), red(ROLL, timedelta(days=2)), red(SQUAT, timedelta(days=3))]
    assert caution(pains, NOW).muted == frozenset()


@pytest.mark.parametrize("colour", [Colour.GREEN, Colour.AMBER])
def test_green_and_amber_close_nothing(colour: Colour) -> None:
    result = caution([Pain(ROLL, colour, NOW)] * 3, NOW)
    assert result.resting | result.muted | result.gentle == frozenset()
