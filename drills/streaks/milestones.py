"""Milestones: a streak that is worth a line of its own, told once."""

from collections.abc import Mapping
from datetime import date

_FIRST = (1, 2, 3, 7, 14, 30, 50, 66, 100)
_THEN_EVERY = 50


def milestone(before: int, after: int, told: Mapping[int, date], today: date) -> int | None:
    """The milestone that a press or a tick has reached by lifting the streak from `before` to `after`, or None.

    Of several only the highest is looked at; one that was told within its own number of practice days is not told again.
    `told`: when each was told last.
    """
    reached = _highest_up_to(after)
    if reached is None or reached <= before:
        return None
    last = told.get(reached)
    return reached if last is None or (today - last).days >= reached else None


def _highest_up_to(streak: int) -> int | None:
    if streak >= _FIRST[-1]:
        return streak - streak % _THEN_EVERY
    return max((each for each in _FIRST if each <= streak), default=None)
