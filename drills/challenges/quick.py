"""Sets pressed faster than they can be done. They count for the person; a team's board marks them and counts one a day."""

from collections.abc import Sequence
from datetime import datetime, timedelta

# Of the time that the reps take at the published pace, which is slow on purpose. A brisk squat takes half of its 6 seconds,
# and two taps at the end of a set are fine, as the rounds are taken together. To be called quick wrongly hurts more than to
# be quick: so the floor lies well under what anybody does (a squat in 2.4 s, a circle of the heel in 1.6 s).
LEAST_PART_OF_PACE = 0.4


def is_quick(presses: Sequence[datetime], began: datetime, reps: int, rep_seconds: float) -> bool:
    """Whether this set was quicker than its reps can be done.

    `presses`: when *Done* was accepted for each of its rounds. `began`: when the round before the first of them was done, or
    the session began. `reps` are those of one round: as planned, or as said when the band slipped (0: never quick).
    """
    if not presses:
        return False
    least = timedelta(seconds=len(presses) * reps * rep_seconds * LEAST_PART_OF_PACE)
    return max(presses) - began < least
