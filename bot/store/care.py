"""Pauses and pain: what a person said about not practising, and about what hurt."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, bindparam, insert, or_, select, update

from bot.ids import new_id
from bot.store import tables as t
from bot.store.crowd import Question
from bot.store.unit import Tx
from drills.model import DrillId
from drills.practice import Felt
from drills.safety import Colour, Pain
from drills.streaks import Pause

_REDS = Question(
    t.pain.c.person,
    lambda them: select(t.pain).where(them, t.pain.c.colour == Colour.RED).order_by(t.pain.c.at),
)
_RED_DAYS = Question(
    t.pain.c.person,
    lambda them: (
        select(t.session.c.practice_day, t.pain.c.person)
        .join(t.pain, t.pain.c.session == t.session.c.id)
        .where(them, t.pain.c.colour == Colour.RED, t.session.c.practice_day > bindparam("since"))
    ),
)
_PAUSES = Question(
    t.pause.c.person,
    lambda them: (
        select(t.pause.c.first_day, t.pause.c.last_day, t.pause.c.reason, t.pause.c.resumed_at, t.pause.c.person)
        .where(them)
        .order_by(t.pause.c.first_day)
    ),
)


def add_pains(tx: Tx, person: str, session_id: str, facts: Iterable[Felt], now: datetime) -> None:
    for fact in facts:
        tx.execute(
            insert(t.pain).values(
                id=new_id(), person=person, session=session_id, drill=fact.drill, colour=fact.colour, at=now
            )
        )


def reds(tx: Tx, person: str) -> list[Pain]:
    """Every red of this person, oldest first."""
    return [Pain(DrillId(row.drill), Colour(row.colour), row.at) for row in _REDS(tx, person)]


def red_days(tx: Tx, person: str, since: date | None = None) -> frozenset[date]:
    """The practice days, later than `since`, of the sessions in which red pain was said."""
    days = (row.practice_day for row in _RED_DAYS(tx, person, since=since))
    return frozenset(day for day in days if since is None or day > since)


def begin_pause(tx: Tx, person: str, first: date, last: date | None, reason: str, now: datetime) -> None:
    """Who saw no answer says it again: the very same pause is begun once."""
    same = (t.pause.c.person == person, t.pause.c.first_day == first, t.pause.c.last_day.is_not_distinct_from(last))
    if tx.execute(select(t.pause.c.id).where(*same, t.pause.c.resumed_at.is_(None))).first() is not None:
        return
    tx.execute(
        insert(t.pause).values(
            id=new_id(), person=person, first_day=first, last_day=last, reason=reason, entered_at=now
        )
    )


def resume(tx: Tx, person: str, today: date, now: datetime) -> int:
    """End every pause in force today: due again from the next practice day. Returns how many ended."""
    ended = tx.execute(
        update(t.pause)
        .where(*_in_force(person, today), t.pause.c.resumed_at.is_(None))
        .values(last_day=today, resumed_at=now)
    )
    return ended.rowcount


def cancel_ahead(tx: Tx, person: str, today: date, now: datetime) -> int:
    """Cancel every pause that has not begun. Returns how many there were."""
    ended = tx.execute(
        update(t.pause)
        .where(t.pause.c.person == person, t.pause.c.first_day > today, t.pause.c.resumed_at.is_(None))
        .values(last_day=today, resumed_at=now)
    )
    return ended.rowcount


def give_reason(tx: Tx, person: str, today: date, reason: str) -> bool:
    changed = tx.execute(
        update(t.pause).where(*_in_force(person, today), t.pause.c.resumed_at.is_(None)).values(reason=reason)
    )
    return changed.rowcount > 0


def pauses(tx: Tx, person: str, since: date | None = None) -> tuple[Pause, ...]:
    """The pauses that reach past `since`, or all; one that was cancelled before it began covers nothing and is left out."""
    kept = ((row.first_day, row.last_day) for row in _PAUSES(tx, person))
    reaching = ((first, last) for first, last in kept if since is None or last is None or last > since)
    return tuple(Pause(first, last) for first, last in reaching if last is None or first <= last)


@dataclass(frozen=True, slots=True)
class Planned:
    """A pause that nobody has ended yet."""

    first: date
    last: date | None
    reason: str


def silent_pause(tx: Tx, person: str, label: date) -> Planned | None:
    """The pause that keeps us quiet on this day, the longest of several. One that was resumed today no longer does."""
    now = [each for each in _planned(tx, person) if each.first <= label and (each.last is None or label <= each.last)]
    return max(now, key=lambda each: each.last or date.max, default=None)


def pauses_ahead(tx: Tx, person: str, today: date) -> list[Planned]:
    """The pauses that have not begun, first ones first."""
    return [each for each in _planned(tx, person) if each.first > today]


def _planned(tx: Tx, person: str) -> list[Planned]:
    open_ones = (row for row in _PAUSES(tx, person) if row.resumed_at is None)
    return [Planned(row.first_day, row.last_day, row.reason) for row in open_ones]


def _in_force(person: str, today: date) -> tuple[ColumnElement[bool], ...]:
    until = or_(t.pause.c.last_day.is_(None), t.pause.c.last_day >= today)
    return t.pause.c.person == person, t.pause.c.first_day <= today, until
