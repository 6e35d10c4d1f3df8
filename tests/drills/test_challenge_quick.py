"""Sets that were pressed, not done (`drills.challenges.quick`), held against the doses that we have."""

from datetime import timedelta

import pytest

from drills import catalog
from drills.challenges import is_quick
from drills.model import DrillId
from tests.drills.streak_model.histories import MONDAY, local

BEGAN = local(MONDAY, "07:00")


def after(*seconds: float, reps: int = 5, rep_seconds: float = 6) -> bool:
    return is_quick([BEGAN + timedelta(seconds=each) for each in seconds], BEGAN, reps, rep_seconds)


def test_five_squats_are_quick_below_twelve_seconds() -> None:
    assert [after(each) for each in (0, 1, 11.99, 12, 30, 600)] == [True, True, True, False, False, False]


def test_the_rounds_of_a_set_are_taken_together_so_two_taps_at_its_end_are_fine() -> None:
    assert not after(50, 51)
    assert after(1, 23.9)
    assert not after(1, 24)


def test_a_longer_set_takes_longer() -> None:
    assert not after(12, reps=5)
    assert after(12, reps=20)


@pytest.mark.parametrize("reps", [0, 1])
def test_a_band_that_slips_at_once_makes_no_quick_set(reps: int) -> None:
    assert not after(3, reps=reps)


def test_the_order_in_which_the_presses_are_given_does_not_matter() -> None:
    assert not after(60, 40, 20)
    assert after(3, 2, 1)


def test_without_a_press_there_is_nothing_to_call_quick() -> None:
    assert not is_quick([], BEGAN, 5, 6)


def test_a_set_that_was_undone_and_pressed_again_is_not_quick() -> None:
    """The round before it is what counts, and an undone press is none."""
    assert not is_quick([BEGAN + timedelta(seconds=33)], BEGAN, 5, 6)


@pytest.mark.parametrize(("drill", "seconds"), [("outward-roll", 24.0), ("heel-circle", 32.0), ("banded-squat", 12.0)])
def test_the_floor_of_each_drill(drill: str, seconds: float) -> None:
    found = catalog.load()[DrillId(drill)]
    rounds = len(found.rounds)
    for last, quick in ((seconds - 0.01, True), (seconds, False)):
        presses = [BEGAN + timedelta(seconds=last * (n + 1) / rounds) for n in range(rounds)]
        assert is_quick(presses, BEGAN, found.dose.reps, found.dose.rep_seconds) is quick


def test_a_hundred_presses_a_second_are_quick_in_every_drill() -> None:
    for found in catalog.load().values():
        presses = [BEGAN + timedelta(milliseconds=10 * n) for n in range(len(found.rounds))]
        assert is_quick(presses, BEGAN, found.dose.reps, found.dose.rep_seconds)


def test_the_published_pace_is_never_quick() -> None:
    for found in catalog.load().values():
        a_round = timedelta(seconds=found.dose.reps * found.dose.rep_seconds)
        presses = [BEGAN + (n + 1) * a_round for n in range(len(found.rounds))]
        assert not is_quick(presses, BEGAN, found.dose.reps, found.dose.rep_seconds)
