"""Pauses and pain: what a person said about not practising, and about what hurt."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import insert, or_, select, update

from bot.ids import new_id
from bot.store import tables as t
from bot.store.unit import Tx
from drills.model import DrillId
from drills.practice import Felt
from drills.safety import Colour, Pain
from drills.streaks import Pause


def add_pains(tx: Tx, person: str, session_id: str, facts: Iterable[Felt], now: datetime) -> None:
    for fact in facts:
        tx.execute(
            insert(t.pain).values(
                id=new_id(), person=person, session=session_id, drill=fact.drill, colour=fact.colour, at=now
            )
        )


def reds(tx: Tx, person: str) -> list[Pain]:
    """Every red of this person, oldest first."""
    rows = tx.execute(
        select(t.pain).where(t.pain.c.person == person, t.pain.c.colour == Colour.RED).order_by(t.pain.c.at)
    )
    return [Pain(DrillId(row.drill), Colour(row.colour), row.at) for row in rows]


def begin_pause(tx: Tx, person: str, first: date, last: date | None, reason: str, now: datetime) -> None:
    tx.execute(
        insert(t.pause).values(
            id=new_id(), person=person, first_day=first, last_day=last, reason=reason, entered_at=now
        )
    )


def resume(tx: Tx, person: str, today: date, now: datetime) -> int:
    """End every pause that covers today or lies ahead: due again from the next practice day. Returns how many ended."""
    ended = tx.execute(
        update(t.pause)
        .where(
            t.pause.c.person == person,
            t.pause.c.resumed_at.is_(None),
            or_(t.pause.c.last_day.is_(None), t.pause.c.last_day >= today),
        )
        .values(last_day=today, resumed_at=now)
    )
    return ended.rowcount


def pauses(tx: Tx, person: str) -> tuple[Pause, ...]:
    """All pauses; one that was resumed before it began covers nothing and is left out."""
    rows = tx.execute(select(t.pause).where(t.pause.c.person == person).order_by(t.pause.c.first_day))
    kept = ((row.first_day, row.last_day) for row in rows)
    return tuple(Pause(first, last) for first, last in kept if last is None or first <= last)


def silent_pause(tx: Tx, person: str, label: date) -> Pause | None:
    """The pause that keeps us quiet on this day, the longest of several. One that was resumed today no longer does."""
    rows = tx.execute(
        select(t.pause.c.first_day, t.pause.c.last_day).where(
            t.pause.c.person == person, t.pause.c.resumed_at.is_(None)
        )
    )
    now = [pause for pause in (Pause(row.first_day, row.last_day) for row in rows) if pause.covers(label)]
    return max(now, key=lambda pause: pause.last or date.max, default=None)
