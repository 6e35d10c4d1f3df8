"""Milestones: which streaks get a line of their own, and that it is told once (`drills.streaks.milestones`)."""

from datetime import date, timedelta

import pytest

from drills.streaks import milestone

TODAY = date(2026, 6, 1)


def reached(before: int, after: int, **days_ago: int) -> int | None:
    """The milestone of lifting the streak so far; `m7=3`: seven was told three practice days ago."""
    told = {int(name[1:]): TODAY - timedelta(days=days) for name, days in days_ago.items()}
    return milestone(before, after, told, TODAY)


def test_the_milestones_are_these() -> None:
    assert [after for after in range(1, 420) if reached(after - 1, after)] == [
        *(1, 2, 3, 7, 14, 30, 50, 66, 100),
        *(150, 200, 250, 300, 350, 400),
    ]
    assert all(reached(after - 1, after) in (None, after) for after in range(1, 420))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [(0, 1, 1), (6, 7, 7), (7, 8, None), (0, 9, 7), (2, 43, 30), (41, 43, None), (90, 210, 200), (100, 149, None)],
    ids=[
        "the first",
        "a week",
        "nothing on the way",
        "a comeback jumps",
        "of several only the highest",
        "a chain that comes back without a new one",
        "a hundred and more",
        "until the next fifty",
    ],
)
def test_of_those_in_between_only_the_highest_is_looked_at(before: int, after: int, told: int | None) -> None:
    assert reached(before, after) == told


@pytest.mark.parametrize(("before", "after"), [(0, 0), (7, 7), (8, 7), (7, 0), (100, 50)])
def test_a_streak_that_does_not_grow_reaches_nothing(before: int, after: int) -> None:
    assert reached(before, after) is None


@pytest.mark.parametrize(
    ("number", "days_ago", "told"),
    [(1, 0, False), (1, 1, True), (7, 0, False), (7, 6, False), (7, 7, True), (50, 49, False), (50, 50, True)],
)
def test_a_milestone_is_not_told_again_within_as_many_practice_days(number: int, days_ago: int, told: bool) -> None:
    assert (reached(number - 1, number, **{f"m{number}": days_ago}) == number) == told


def test_one_that_was_told_lately_does_not_make_room_for_a_smaller_one() -> None:
    assert reached(0, 9, m7=2) is None


def test_another_one_that_was_told_lately_does_not_matter() -> None:
    assert reached(6, 7, m3=1, m14=1) == 7
