"""A practice session as a pure state machine: a plan, a place in it, and the moves from place to place.

Every move is a value. `play(session, move, quoted_rev, at)` answers with a new session and the facts to store, or with the
reason why nothing changed. A button quotes the revision that its card was drawn from, so a second tap on it is stale by
construction; a typed word quotes none. Nothing here reads a clock, a catalogue or a database.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, TypeAlias, assert_never

from drills.model import DrillId, Round, VariantId
from drills.safety import Colour

SessionId = NewType("SessionId", str)

MAX_REPS = 50  # what a person may claim for one round; more is a typing error


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One drill of the plan, frozen when the session begins: later edits of the catalogue do not move it."""

    drill: DrillId
    variant: VariantId
    sets: int
    sets_most: int
    rounds: tuple[Round, ...]
    steps: int
    reps: int
    rest_seconds: int
    can_slip: bool


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


# --- moves --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Next:
    pass


@dataclass(frozen=True, slots=True)
class Back:
    pass


@dataclass(frozen=True, slots=True)
class Know:
    """ "I know this one": straight to the rounds."""


@dataclass(frozen=True, slots=True)
class Done:
    """Closes the round. `reps` where the person gave a number."""

    reps: int | None = None


@dataclass(frozen=True, slots=True)
class Slipped:
    """The band slipped: the set is over once the reps are known."""


@dataclass(frozen=True, slots=True)
class Undo:
    pass


@dataclass(frozen=True, slots=True)
class Skip:
    pass


@dataclass(frozen=True, slots=True)
class Easier:
    """Go on in an easier form; `to` is the same drill in that form."""

    to: PlanItem


@dataclass(frozen=True, slots=True)
class More:
    """One more set of the drill that was just finished."""


@dataclass(frozen=True, slots=True)
class Stop:
    pass


@dataclass(frozen=True, slots=True)
class Hurts:
    pass


@dataclass(frozen=True, slots=True)
class Feel:
    """`easier`: the easier form of the drill in progress, used when amber is said in its middle."""

    colour: Colour
    easier: PlanItem | None = None


@dataclass(frozen=True, slots=True)
class Which:
    """The drill that hurt; counts from 0 in the plan."""

    item: int


@dataclass(frozen=True, slots=True)
class GoOn:
    """After a stopped drill: the next one."""


Move: TypeAlias = Next | Back | Know | Done | Slipped | Undo | Skip | Easier | More | Stop | Hurts | Feel | Which | GoOn


# --- facts and answers --------------------------------------------------------------------------------------------


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


class Why(StrEnum):
    """Why nothing changed."""

    OLD_CARD = "old-card"
    ALREADY_COUNTED = "already-counted"
    NOT_HERE = "not-here"
    NOTHING_TO_UNDO = "nothing-to-undo"
    TOO_MANY_REPS = "too-many-reps"


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


@dataclass(frozen=True, slots=True)
class Moved:
    session: Session
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Stale:
    session: Session
    why: Why


class _NotHereError(Exception):
    """This move does not exist at this place."""


# --- questions ----------------------------------------------------------------------------------------------------


def sets_done(session: Session) -> int:
    """Sets whose rounds are all done: the number that makes a day."""
    return sum(len(_rounds_done(session, item, set_no)) == len(plan.rounds) for item, plan, set_no in _sets(session))


def is_complete(session: Session) -> bool:
    """Every planned set of every drill is done."""
    return all(_first_open(session, item) is None for item in range(len(session.plan)))


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
        case AtStep(item=item, step=0) if not _any_done(session, item):
            before = item - 1
        case Feeling():
            before = len(session.plan) - 1
        case _:
            return None
    if before < 0 or before in session.skipped | session.stopped_for_pain or _first_open(session, before) is not None:
        return None
    return before if session.plan[before].sets < session.plan[before].sets_most else None


def begin(session_id: SessionId, plan: tuple[PlanItem, ...]) -> Session:
    """A new session at the first step of its first drill. Raises ValueError for an empty plan."""
    if not plan:
        raise ValueError("a session needs at least one drill")
    return Session(session_id, plan, AtStep(0, 0))


# --- playing ------------------------------------------------------------------------------------------------------


def play(session: Session, move: Move, quoted_rev: int | None, at: datetime) -> Moved | Stale:
    """Answer one move. `quoted_rev` None: typed, so meant for the session as it stands now. `at` starts the rests."""
    if quoted_rev is not None and quoted_rev != session.rev:
        counted = isinstance(move, Done) and quoted_rev < session.rev and session.done
        return Stale(session, Why.ALREADY_COUNTED if counted else Why.OLD_CARD)
    if isinstance(move, Undo) and not session.done:
        return Stale(session, Why.NOTHING_TO_UNDO)
    if isinstance(move, Done) and move.reps is not None and not 0 <= move.reps <= MAX_REPS:
        return Stale(session, Why.TOO_MANY_REPS)
    try:
        moved = _answer(session, move, at)
    except _NotHereError:
        return Stale(session, Why.NOT_HERE)
    return replace(moved, session=replace(moved.session, rev=session.rev + 1))


def _answer(session: Session, move: Move, at: datetime) -> Moved:
    match move:
        case Next() | Back() | Know():
            return Moved(replace(session, place=_read(session, move)))
        case Done(reps=reps):
            return _round_done(session, reps, at)
        case Slipped():
            place = _at_round(session)
            if not session.plan[place.item].can_slip:
                raise _NotHereError
            return Moved(replace(session, place=AskingReps(place.item, place.set, place.round)))
        case Undo():
            return _undo(session)
        case Skip():
            item = _drill_in_progress(session)
            return _leave(replace(session, skipped=session.skipped | {item}), item)
        case Easier(to=to):
            return Moved(_change_form(session, _drill_in_progress(session), to))
        case More():
            return Moved(_one_more_set(session, at))
        case Stop():
            if isinstance(session.place, Feeling | Where | Over):
                raise _NotHereError
            return Moved(_end(session))
        case Hurts():
            place = _at_round(session)
            return Moved(replace(session, place=Hurting(place.item, place.set, place.round)))
        case Feel(colour=colour, easier=easier):
            return _feel(session, colour, easier)
        case Which(item=item):
            return _which(session, item)
        case GoOn():
            if not isinstance(session.place, Rested):
                raise _NotHereError
            return _leave(session, session.place.item)
        case other:
            assert_never(other)


def _read(session: Session, move: Next | Back | Know) -> Place:
    place = session.place
    match move, place:
        case Next(), AtStep(item=item, step=step) if step + 1 < session.plan[item].steps:
            return AtStep(item, step + 1)
        case (Next(), AtStep(item=item)) | (Know(), AtStep(item=item)):
            return _open_round(session, item)
        case Back(), AtStep(item=item, step=step) if step > 0:
            return AtStep(item, step - 1)
        case Back(), AtRound(item=item):
            return AtStep(item, session.plan[item].steps - 1)
        case Back(), AskingReps(item=item, set=set_no, round=round_no) | Hurting(item=item, set=set_no, round=round_no):
            return AtRound(item, set_no, round_no)
        case _:
            raise _NotHereError


def _round_done(session: Session, reps: int | None, at: datetime) -> Moved:
    match session.place:
        case AtRound(item=item, set=set_no, round=round_no):
            slipped = False
        case AskingReps(item=item, set=set_no, round=round_no) if reps is not None:
            slipped = True
        case _:
            raise _NotHereError
    plan = session.plan[item]
    fact = RoundDone(item, set_no, round_no, len(plan.rounds), reps, slipped)
    after = replace(session, done=(*session.done, fact))
    following = _first_open(after, item)
    if following is None:
        moved = _leave(after, item)
        return Moved(moved.session, (fact, *moved.facts))
    new_set = following[0] != set_no
    rest = at + timedelta(seconds=plan.rest_seconds) if new_set and plan.rest_seconds else None
    return Moved(replace(after, place=AtRound(item, *following, rest)), (fact,))


def _undo(session: Session) -> Moved:
    last = session.done[-1]
    before = replace(session, done=session.done[:-1])
    if last.item not in session.stopped_for_pain:  # a drill that hurt is not opened again by an undo
        before = replace(before, place=AtRound(*last.key), skipped=session.skipped - {last.item})
    return Moved(before, (RoundUndone(*last.key),))


def _one_more_set(session: Session, at: datetime) -> Session:
    item = may_add_a_set(session)
    if item is None:
        raise _NotHereError
    plan = replace(session.plan[item], sets=session.plan[item].sets + 1)
    rest = at + timedelta(seconds=plan.rest_seconds) if plan.rest_seconds else None
    return replace(_with_item(session, item, plan), place=AtRound(item, plan.sets - 1, 0, rest))


def _change_form(session: Session, item: int, to: PlanItem) -> Session:
    """The same drill in another form: what is done stays done, the number of sets stays as planned."""
    now = session.plan[item]
    if to.drill != now.drill or to.rounds != now.rounds:
        raise _NotHereError
    changed = _with_item(session, item, replace(to, sets=now.sets, sets_most=now.sets_most))
    match session.place:
        case AtStep():
            return replace(changed, place=AtStep(item, 0))
        case _:
            return replace(changed, place=_open_round(changed, item))


def _feel(session: Session, colour: Colour, easier: PlanItem | None) -> Moved:
    match session.place, colour:
        case Hurting(item=item, set=set_no, round=round_no), Colour.GREEN:
            return Moved(replace(session, place=AtRound(item, set_no, round_no)))
        case Hurting(item=item, set=set_no, round=round_no), Colour.AMBER:
            back = replace(session, place=AtRound(item, set_no, round_no))
            fact = Felt(session.plan[item].drill, colour)
            return Moved(_change_form(back, item, easier) if easier else back, (fact,))
        case Hurting(item=item), Colour.RED:
            stopped = replace(session, stopped_for_pain=session.stopped_for_pain | {item}, felt=Colour.RED)
            fact = Felt(session.plan[item].drill, colour)
            if _next_item(stopped, item) is None:
                return Moved(replace(stopped, place=Over()), (fact,))
            return Moved(replace(stopped, place=Rested(item)), (fact,))
        case Feeling(), Colour.GREEN:
            facts = tuple(Felt(drill, colour) for drill in _drills_done(session))
            return Moved(replace(session, felt=colour, place=Over()), facts)
        case Feeling(), Colour.AMBER | Colour.RED:
            drills = _drills_done(session)
            if len(drills) > 1:
                return Moved(replace(session, place=Where(colour)))
            return _felt_at_the_end(session, session.done[0].item, colour)
        case _:
            raise _NotHereError


def _which(session: Session, item: int) -> Moved:
    match session.place:
        case Where(colour=colour) if 0 <= item < len(session.plan) and _any_done(session, item):
            return _felt_at_the_end(session, item, colour)
        case _:
            raise _NotHereError


def _felt_at_the_end(session: Session, item: int, colour: Colour) -> Moved:
    """Amber or red, said of one drill after the last round. Red closes the drill as it does in the middle."""
    hurt = session.stopped_for_pain | {item} if colour is Colour.RED else session.stopped_for_pain
    fact = Felt(session.plan[item].drill, colour)
    return Moved(replace(session, stopped_for_pain=hurt, felt=colour, place=Over()), (fact,))


def _leave(session: Session, item: int) -> Moved:
    """Go on after a drill: the next one that still has something to do, or the end."""
    following = _next_item(session, item)
    return Moved(_end(session) if following is None else replace(session, place=AtStep(following, 0)))


def _end(session: Session) -> Session:
    """How it felt is asked once, and only of somebody who did something and has not said it already."""
    ask = bool(session.done) and session.felt is None
    return replace(session, place=Feeling() if ask else Over())


def _next_item(session: Session, item: int) -> int | None:
    closed = session.skipped | session.stopped_for_pain
    later = (i for i in range(item + 1, len(session.plan)) if i not in closed and _first_open(session, i) is not None)
    return next(later, None)


def _at_round(session: Session) -> AtRound:
    if not isinstance(session.place, AtRound):
        raise _NotHereError
    return session.place


def _drill_in_progress(session: Session) -> int:
    match session.place:
        case AtStep(item=item) | AtRound(item=item) | AskingReps(item=item) | Hurting(item=item):
            return item
        case _:
            raise _NotHereError


def _open_round(session: Session, item: int) -> AtRound:
    following = _first_open(session, item)
    if following is None:
        raise _NotHereError
    return AtRound(item, *following)


def _first_open(session: Session, item: int) -> tuple[int, int] | None:
    """The first (set, round) of a drill that is not done."""
    plan = session.plan[item]
    done = {(fact.set, fact.round) for fact in session.done if fact.item == item}
    return next(((s, r) for s in range(plan.sets) for r in range(len(plan.rounds)) if (s, r) not in done), None)


def _any_done(session: Session, item: int) -> bool:
    return any(fact.item == item for fact in session.done)


def _drills_done(session: Session) -> tuple[DrillId, ...]:
    done: dict[DrillId, None] = {session.plan[fact.item].drill: None for fact in session.done}
    return tuple(done)


def _rounds_done(session: Session, item: int, set_no: int) -> set[int]:
    return {fact.round for fact in session.done if fact.item == item and fact.set == set_no}


def _sets(session: Session) -> Iterator[tuple[int, PlanItem, int]]:
    return ((item, plan, set_no) for item, plan in enumerate(session.plan) for set_no in range(plan.sets))


def _with_item(session: Session, item: int, plan: PlanItem) -> Session:
    return replace(session, plan=(*session.plan[:item], plan, *session.plan[item + 1 :]))
