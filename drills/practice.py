"""A practice session as a pure state machine: a plan, a place in it, and the moves from place to place.

Every move is a value. `play(session, move, quoted_rev, at)` answers with a new session and the facts to store, or with the
reason why nothing changed. A button quotes the revision that its card was drawn from, so a second tap on it is stale by
construction; a typed word quotes none. Nothing here reads a clock, a catalogue or a database.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from drills.moves import Back, Done, Easier, Feel, GoOn, Hurts, Know, More, Move, Next, Skip, Slipped, Stop, Undo, Which
from drills.safety import Colour
from drills.session import (
    MAX_REPS,
    AskingReps,
    AtRound,
    AtStep,
    Fact,
    Feeling,
    Felt,
    Hurting,
    Over,
    Place,
    PlanItem,
    Rested,
    RoundDone,
    RoundUndone,
    Session,
    SessionId,
    Where,
    any_done,
    begin,
    current_item,
    drills_done,
    first_open,
    is_complete,
    may_add_a_set,
    sets_done,
)

__all__ = [
    "MAX_REPS",
    "AskingReps",
    "AtRound",
    "AtStep",
    "Back",
    "Done",
    "Easier",
    "Fact",
    "Feel",
    "Feeling",
    "Felt",
    "GoOn",
    "Hurting",
    "Hurts",
    "Know",
    "More",
    "Move",
    "Moved",
    "Next",
    "Over",
    "Place",
    "PlanItem",
    "Rested",
    "RoundDone",
    "RoundUndone",
    "Session",
    "SessionId",
    "Skip",
    "Slipped",
    "Stale",
    "Stop",
    "Undo",
    "Where",
    "Which",
    "Why",
    "begin",
    "current_item",
    "is_complete",
    "may_add_a_set",
    "play",
    "sets_done",
]


class Why(StrEnum):
    """Why nothing changed."""

    OLD_CARD = "old-card"
    ALREADY_COUNTED = "already-counted"
    NOT_HERE = "not-here"
    NOTHING_TO_UNDO = "nothing-to-undo"
    TOO_MANY_REPS = "too-many-reps"


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
    following = first_open(after, item)
    if following is None:
        moved = _leave(after, item)
        return Moved(moved.session, (fact, *moved.facts))
    new_set = following[0] != set_no
    rest = at + timedelta(seconds=plan.rest_seconds) if new_set and plan.rest_seconds else None
    return Moved(replace(after, place=AtRound(item, *following, rest)), (fact,))


def _undo(session: Session) -> Moved:
    added = _added_and_untouched(session)
    if added is not None:
        plan = session.plan[added]
        return _leave(_with_item(session, added, replace(plan, sets=plan.sets - 1, added=plan.added - 1)), added)
    last = session.done[-1]
    before = replace(session, done=session.done[:-1])
    if last.item not in session.stopped_for_pain:  # a drill that hurt is not opened again by an undo
        before = replace(before, place=AtRound(*last.key), skipped=session.skipped - {last.item})
    return Moved(before, (RoundUndone(*last.key),))


def _added_and_untouched(session: Session) -> int | None:
    """The drill whose added set was just begun: taking that back takes back no round."""
    match session.place:
        case AtRound(item=item, set=set_no, round=0) if session.plan[item].added:
            last = set_no == session.plan[item].sets - 1
            return item if last and first_open(session, item) == (set_no, 0) else None
        case _:
            return None


def _one_more_set(session: Session, at: datetime) -> Session:
    item = may_add_a_set(session)
    if item is None:
        raise _NotHereError
    plan = replace(session.plan[item], sets=session.plan[item].sets + 1, added=session.plan[item].added + 1)
    rest = at + timedelta(seconds=plan.rest_seconds) if plan.rest_seconds else None
    return replace(_with_item(session, item, plan), place=AtRound(item, plan.sets - 1, 0, rest))


def _change_form(session: Session, item: int, to: PlanItem) -> Session:
    """The same drill in another form: what is done stays done, the number of sets stays as planned."""
    now = session.plan[item]
    if to.drill != now.drill or to.rounds != now.rounds:
        raise _NotHereError
    changed = _with_item(session, item, replace(to, sets=now.sets, sets_most=now.sets_most, added=now.added))
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
            facts = tuple(Felt(drill, colour) for drill in drills_done(session))
            return Moved(replace(session, felt=colour, place=Over()), facts)
        case Feeling(), Colour.AMBER | Colour.RED:
            drills = drills_done(session)
            if len(drills) > 1:
                return Moved(replace(session, place=Where(colour)))
            return _felt_at_the_end(session, session.done[0].item, colour)
        case _:
            raise _NotHereError


def _which(session: Session, item: int) -> Moved:
    match session.place:
        case Where(colour=colour) if 0 <= item < len(session.plan) and any_done(session, item):
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
    later = (i for i in range(item + 1, len(session.plan)) if i not in closed and first_open(session, i) is not None)
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
    following = first_open(session, item)
    if following is None:
        raise _NotHereError
    return AtRound(item, *following)


def _with_item(session: Session, item: int, plan: PlanItem) -> Session:
    return replace(session, plan=(*session.plan[:item], plan, *session.plan[item + 1 :]))
