"""What a challenge is made of: its terms, its members with their days, and a neutral standing. Values only, and no words.

A challenge knows nothing of facts, zones or platforms. Each member brings their own practice days, judged one by one
(`days.py`); a kind makes a standing of them; a view says it in words.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

WEEKS = (1, 2, 4)  # how long a challenge may last: longer ones lose people, and a new one is a fresh start
LIGHTS = 33  # a foot has 33 joints, and each gets a light
# The whole plan of the longest day (10 minutes): Outward Roll 1, Heel Circle 1, Banded Squat 5. Whoever plans 3 minutes can
# reach it with extra squats through the day, as the drill is published; more helps no foot, and would pay for grinding.
SETS_PER_DAY = 7
QUICK_SETS_PER_DAY = 1  # a day with presses faster than the drill counts as a day, and no more


class Verdict(StrEnum):
    """What a member's day is worth to the team. Judged once, at its finality; until then as things stand."""

    KEPT = "kept"  # DONE at finality, or done so far
    NOT_KEPT = "not-kept"  # due, and missed: a freeze protects the streak, not the team's score
    NOT_DUE = "not-due"  # rest, paused, excused
    OPEN = "open"  # due, not done, not final: it speaks neither for nor against anybody


@dataclass(frozen=True, slots=True)
class MemberDay:
    """One practice day of a member. `sets`: whole sets that stand (undone ones do not). `quick`: some set was pressed faster
    than it can be done (`quick.py`)."""

    label: date
    verdict: Verdict
    sets: int
    quick: bool
    final: bool


@dataclass(frozen=True, slots=True)
class Member:
    """`days` in any order, one a label, up to `today`: the member's newest practice day, by their own zone.

    `joined_on`: the practice day of joining (for a guest: of the end of set-up); None: a guest who is not set up yet.
    `left_on`: the practice day of leaving, for whoever has left; their days are given as they stood at that moment, because
    what people do after leaving is shown to nobody. `cheer_only`: neither scored nor ranked.
    """

    id: str
    joined_on: date | None
    left_on: date | None
    cheer_only: bool
    days: tuple[MemberDay, ...]
    today: date


@dataclass(frozen=True, slots=True)
class Terms:
    """Fixed when a challenge begins. It lasts from the label `first` to the label `last`, both included; everybody lives
    these labels in their own zone, with their own `day_start`. The settings of a kind are frozen here too."""

    kind: str
    first: date
    last: date
    lights: int = LIGHTS
    sets_per_day: int = SETS_PER_DAY


@dataclass(frozen=True, slots=True)
class Row:
    """One member on the board. `rank` None: not ranked; `share` None: nothing was due yet.

    `due` are the days kept and those final and not kept; an open day is in neither. `sets` are capped for each day. `today`:
    their newest day is kept. `since`: the label of joining, for whoever joined after the first day.
    """

    member: str
    rank: int | None
    share: Fraction | None
    kept: int
    due: int
    sets: int
    today: bool
    quick: bool
    guest: bool
    left: bool
    cheer_only: bool
    since: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a challenge stands. `rows` in the order of the board: those who play, those who left, guests, those who cheer.

    `kept`, `due` and `sets` are the sums of the rows. `percent`: the team's result, of kinds that have one and when anything
    was due; `lights` and `complete`: of kinds with a common goal.
    """

    rows: tuple[Row, ...]
    kept: int
    due: int
    percent: int | None
    lights: int
    sets: int
    complete: bool


Score: TypeAlias = Callable[[Iterable[Member], Terms], Standing]


class Measure(StrEnum):
    """What a standing is told in."""

    SHARE = "share"  # `percent` of the team, `share` of a row
    LIGHTS = "lights"  # `lights` of the terms, `kept` days of a row
    SETS = "sets"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of challenge. `id` is stored, and is the name of its words. `is_cooperative`: nobody is ranked."""

    id: str
    score: Score
    is_cooperative: bool
    measure: Measure


def last_label(first: date, weeks: int) -> date:
    """The last label of a challenge of so many weeks."""
    return first + timedelta(weeks=weeks, days=-1)
