"""A session: a frozen plan, a place in it, and the rounds done. Values and questions; `practice.py` plays the moves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NewType, TypeAlias, assert_never

from drills.model import DrillId, Round, VariantId
from drills.safety import Colour

SessionId = NewType("SessionId", str)

MAX_REPS = 50  # what a person may claim for one round; more is a typing error


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One drill of the plan, frozen when the session begins: later edits of the catalogue do not move it.

    `sets` counts the `added` ones ("One more set") too.
    """

    drill: DrillId
    variant: VariantId
    sets: int
    sets_most: int
    rounds: tuple[Round, ...]
    steps: int
    reps: int
    rest_seconds: int
    can_slip: bool
    added: int = 0


# --- places -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AtStep:
    """Reading one instruction. `item` and `step` count from 0."""

    item: int
    step: int


@dataclass(frozen=True, slots=True)
class AtRound:
    """Doing one round. `rest_until` is set between two sets; it never blocks *Done*."""

    item: int
    set: int
    round: int
    rest_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AskingReps:
    """The band slipped: how many reps were done?"""

    item: int
    set: int
    round: int


@dataclass(frozen=True, slots=True)
class Hurting:
    """*Something hurts* was pressed: how much?"""

    item: int
    set: int
    round: int


@dataclass(frozen=True, slots=True)
class Rested:
    """This drill was stopped for red pain; others are left."""

    item: int


@dataclass(frozen=True, slots=True)
class Feeling:
    """The question at the end: green, amber or red."""


@dataclass(frozen=True, slots=True)
class Where:
    """Amber or red at the end: which drill was it?"""

    colour: Colour


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing more to do. Whether it was finished or stopped follows from the rounds (`is_complete`)."""


Place: TypeAlias = AtStep | AtRound | AskingReps | Hurting | Rested | Feeling | Where | Over


# --- facts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoundDone:
    """One round closed. (item, set, round) is unique in a session; `of` is the number of rounds in the set."""

    item: int
    set: int
    round: int
    of: int
    reps: int | None = None
    slipped: bool = False

    @property
    def key(self) -> tuple[int, int, int]:
        return self.item, self.set, self.round


@dataclass(frozen=True, slots=True)
class RoundUndone:
    item: int
    set: int
    round: int


@dataclass(frozen=True, slots=True)
class Felt:
    drill: DrillId
    colour: Colour


Fact: TypeAlias = RoundDone | RoundUndone | Felt


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it stands. `done` is in the order of doing; `stopped_for_pain` and `felt` hold what was said of pain."""

    id: SessionId
    plan: tuple[PlanItem, ...]
    place: Place
    rev: int = 0
    done: tuple[RoundDone, ...] = ()
    skipped: frozenset[int] = frozenset()
    stopped_for_pain: frozenset[int] = frozenset()
    felt: Colour | None = None


# --- questions -----------------------------------------------------------------------------------------------------


def sets_done(session: Session) -> int:
    """Sets whose rounds are all done: the number that makes a day."""
    return sum(len(_rounds_done(session, item, set_no)) == len(plan.rounds) for item, plan, set_no in _sets(session))


def is_complete(session: Session) -> bool:
    """Every planned set of every drill is done."""
    return all(first_open(session, item) is None for item in range(len(session.plan)))


def current_item(session: Session) -> int | None:
    match session.place:
        case AtStep(item=item) | AtRound(item=item) | AskingReps(item=item) | Hurting(item=item) | Rested(item=item):
            return item
        case Feeling() | Where() | Over():
            return None
        case other:
            assert_never(other)


def may_add_a_set(session: Session) -> int | None:
    """The drill that *One more set* would add to, or None: the one just finished, while its range of sets allows it."""
    match session.place:
        case AtStep(item=item, step=0) if not any_done(session, item):
            before = item - 1
        case Feeling():
            before = len(session.plan) - 1
        case _:
            return None
    if before < 0 or before in session.skipped | session.stopped_for_pain or first_open(session, before) is not None:
        return None
    return before if session.plan[before].sets < session.plan[before].sets_most else None


def begin(session_id: SessionId, plan: tuple[PlanItem, ...]) -> Session:
    """A new session at the first step of its first drill. Raises ValueError for an empty plan."""
    if not plan:
        raise ValueError("a session needs at least one drill")
    return Session(session_id, plan, AtStep(0, 0))


def first_open(session: Session, item: int) -> tuple[int, int] | None:
    """The first (set, round) of a drill that is not done."""
    plan = session.plan[item]
    done = {(fact.set, fact.round) for fact in session.done if fact.item == item}
    return next(((s, r) for s in range(plan.sets) for r in range(len(plan.rounds)) if (s, r) not in done), None)


def any_done(session: Session, item: int) -> bool:
    return any(fact.item == item for fact in session.done)


def drills_done(session: Session) -> tuple[DrillId, ...]:
    done: dict[DrillId, None] = {session.plan[fact.item].drill: None for fact in session.done}
    return tuple(done)


def _rounds_done(session: Session, item: int, set_no: int) -> set[int]:
    return {fact.round for fact in session.done if fact.item == item and fact.set == set_no}


def _sets(session: Session) -> Iterator[tuple[int, PlanItem, int]]:
    return ((item, plan, set_no) for item, plan in enumerate(session.plan) for set_no in range(plan.sets))
