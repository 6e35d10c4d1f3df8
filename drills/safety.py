"""Screening before the first drill, pain afterwards: who may practise which form of a drill. Source: domain notes 2.5, 2.6.

Only the outcome of the screening is kept, never an answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from drills.model import DrillId


class Colour(StrEnum):
    """How a drill felt: green 0-3 of 10, amber 4-5, red 6-10 (pain-monitoring model, Silbernagel 2007; cut-offs vary)."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Mode(StrEnum):
    """What a "yes" to a screening line means."""

    BLOCK = "block"
    URGENT = "urgent"
    MODIFY = "modify"


class Screened(StrEnum):
    """The outcome. CLEARED: blocked, then cleared by a clinician, so the plan starts with the gentle forms."""

    CLEAR = "clear"
    MODIFY = "modify"
    BLOCK = "block"
    URGENT = "urgent"
    CLEARED = "cleared"


# The nine lines in the order of the domain notes; their words stand in the catalogue as "screening.q1" to "screening.q9".
LINES: tuple[Mode, ...] = (
    Mode.BLOCK,  # recent sprain, fracture or surgery
    Mode.BLOCK,  # numbness, neuropathy
    Mode.MODIFY,  # diabetes
    Mode.URGENT,  # open wound, infection, hot swollen foot
    Mode.URGENT,  # Ottawa ankle rules
    Mode.MODIFY,  # falls, dizziness
    Mode.MODIFY,  # ankle that gives way
    Mode.MODIFY,  # osteoporosis, pregnancy, arthritis
    Mode.MODIFY,  # under 16
)
SCREEN_AGAIN_AFTER = timedelta(days=90)
RED_RESTS_A_DRILL = timedelta(hours=48)
RED_FORM_WINDOW = timedelta(days=14)  # "offers the seated form next time": until two weeks without red have passed
REDS_UNTIL_MUTED = 3


def outcome(yes: Iterable[int]) -> Screened:
    """The outcome of the lines answered yes (counted from 1). Urgent outweighs block, block outweighs modify.

    Raises KeyError for a line that does not exist.
    """
    lines = dict(enumerate(LINES, start=1))
    modes = {lines[line] for line in yes}
    for mode, screened in (
        (Mode.URGENT, Screened.URGENT),
        (Mode.BLOCK, Screened.BLOCK),
        (Mode.MODIFY, Screened.MODIFY),
    ):
        if mode in modes:
            return screened
    return Screened.CLEAR


def care_asked_for(screened: Screened | None) -> int:
    """A rank of the outcomes: the greater, the more care it asks for. Not asked yet is the least."""
    known = (None, Screened.CLEAR, Screened.MODIFY, Screened.CLEARED, Screened.BLOCK, Screened.URGENT)
    return known.index(screened)


def may_practise(screened: Screened | None) -> bool:
    return screened in (Screened.CLEAR, Screened.MODIFY, Screened.CLEARED)


def gentle_only(screened: Screened | None) -> bool:
    return screened in (Screened.MODIFY, Screened.CLEARED)


def screening_is_due(screened_on: date | None, today: date) -> bool:
    return screened_on is None or today - screened_on >= SCREEN_AGAIN_AFTER


@dataclass(frozen=True, slots=True)
class Pain:
    """One answer about one drill."""

    drill: DrillId
    colour: Colour
    at: datetime


@dataclass(frozen=True, slots=True)
class Caution:
    """What pain means for the next plan: drills that rest for now, that are muted for good, that start in the gentle form."""

    resting: frozenset[DrillId]
    muted: frozenset[DrillId]
    gentle: frozenset[DrillId]


def caution(pains: Iterable[Pain], now: datetime) -> Caution:
    """Red rests a drill for 48 h and brings the gentle form next; three reds mute it until a professional has seen it."""
    reds = [pain for pain in pains if pain.colour is Colour.RED]
    drills = {pain.drill for pain in reds}
    return Caution(
        resting=frozenset(pain.drill for pain in reds if now - pain.at < RED_RESTS_A_DRILL),
        muted=frozenset(d for d in drills if sum(pain.drill == d for pain in reds) >= REDS_UNTIL_MUTED),
        gentle=frozenset(pain.drill for pain in reds if now - pain.at < RED_FORM_WINDOW),
    )
