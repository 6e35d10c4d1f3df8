"""Sessions and the rounds done in them. The plan and the place are a snapshot; the rounds are facts of their own."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, func, insert, select, update

from bot.store import snapshot
from bot.store import tables as t
from bot.store.unit import Tx
from drills.catalog import Catalog
from drills.challenges import is_quick
from drills.model import DrillId
from drills.practice import Over, RoundDone, RoundUndone, Session

RESTORED_MOST = 1000  # rests that get their cue again at a start; the card of any other is right after its next tap
# A session begins while its practice day runs, and wherever people fly that is within this many days of its label: so
# what is asked of some days is found by the time of beginning, without reading a whole history.
BEGINS_WITHIN = timedelta(days=3)
PLAN = "p"  # the kind of a session that plays the plan of the day


@dataclass(frozen=True, slots=True)
class Kept:
    """A session as stored: the machine's value, and what the machine does not know. `ends_at`: of its practice day, as it
    was when the session began; a flight may have moved it."""

    session: Session
    person: str
    kind: str
    day: date
    zone: str
    started_at: datetime
    last_press_at: datetime
    ends_at: datetime

    @property
    def is_over(self) -> bool:
        return isinstance(self.session.place, Over)


def add(tx: Tx, kept: Kept, offset_minutes: int) -> None:
    session = kept.session
    tx.execute(
        insert(t.session).values(
            id=session.id,
            person=kept.person,
            kind=kept.kind,
            practice_day=kept.day,
            zone=kept.zone,
            offset_minutes=offset_minutes,
            started_at=kept.started_at,
            last_press_at=kept.last_press_at,
            ends_at=kept.ends_at,
            plan=snapshot.plan_to_json(session.plan),
            position=snapshot.position_to_json(session),
            rev=session.rev,
            state="over" if kept.is_over else "open",
        )
    )


def load(tx: Tx, session_id: str) -> Kept | None:
    return _one(tx, select(t.session).where(t.session.c.id == session_id))


def newest(tx: Tx, person: str) -> Kept | None:
    """The session that this person began last."""
    return _one(
        tx, select(t.session).where(t.session.c.person == person).order_by(t.session.c.started_at.desc()).limit(1)
    )


def not_over(tx: Tx, person: str, since: datetime) -> list[Kept]:
    """The sessions begun after `since` that nobody has ended, newest first; whether their day still counts is not asked."""
    mine = (t.session.c.person == person, t.session.c.started_at > since, t.session.c.state == "open")
    rows = tx.execute(
        select(t.session).where(*mine).order_by(t.session.c.started_at.desc(), t.session.c.id.desc())
    ).all()
    return [_kept(tx, row) for row in rows]


def of_day(tx: Tx, person: str, day: date) -> list[Kept]:
    """The sessions of one practice day, in the order in which they began."""
    query = select(t.session).where(t.session.c.person == person, *_of_day(day))
    return [_kept(tx, row) for row in tx.execute(query.order_by(t.session.c.started_at)).all()]


def lately_pressed(tx: Tx, since: datetime) -> list[Kept]:
    """Sessions that are not over and were pressed after `since`, newest first: those in which a rest may run."""
    query = select(t.session).where(t.session.c.state == "open", t.session.c.last_press_at > since)
    rows = tx.execute(query.order_by(t.session.c.last_press_at.desc()).limit(RESTORED_MOST)).all()
    return [_kept(tx, row) for row in rows]


def save(tx: Tx, before: Session, after: Session, pressed_at: datetime | None) -> bool:
    """Write the new state if nobody was faster; False otherwise. `pressed_at` None keeps the session from living longer."""
    values: dict[str, object] = {
        "plan": snapshot.plan_to_json(after.plan),
        "position": snapshot.position_to_json(after),
        "rev": after.rev,
        "state": "over" if isinstance(after.place, Over) else "open",
    }
    if pressed_at is not None:
        values["last_press_at"] = pressed_at
    changed = tx.execute(
        update(t.session).where(t.session.c.id == after.id, t.session.c.rev == before.rev).values(**values)
    )
    return changed.rowcount == 1


def close(tx: Tx, kept: Kept) -> None:
    """It gives way to another one: over as it stands, with what was done in it."""
    save(tx, kept.session, replace(kept.session, place=Over(), rev=kept.session.rev + 1), None)


def append(tx: Tx, session_id: str, rev: int, fact: RoundDone, at: datetime) -> None:
    """One round done, under its unique key; a round that was undone before is done again."""
    row = {"of": fact.of, "rev": rev, "at": at, "reps": fact.reps, "slipped": fact.slipped, "undone_at": None}
    again = tx.execute(update(t.round_done).where(*_key(session_id, fact)).values(**row))
    if not again.rowcount:
        tx.execute(
            insert(t.round_done).values(session=session_id, item=fact.item, set_no=fact.set, round_no=fact.round, **row)
        )


def undo(tx: Tx, session_id: str, fact: RoundUndone, at: datetime) -> None:
    tx.execute(update(t.round_done).where(*_key(session_id, fact)).values(undone_at=at))


def done_days(tx: Tx, person: str, since: date | None = None) -> frozenset[date]:
    """The practice days, later than `since`, on which at least one whole set was done."""
    later = (
        (t.session.c.practice_day > since, t.session.c.started_at > _midnight(since) - BEGINS_WITHIN) if since else ()
    )
    sets = _whole_sets(t.session.c.practice_day, t.session.c.person == person, *later)
    return frozenset(tx.execute(select(sets.subquery().c.practice_day).distinct()).scalars())


def day_is_done(tx: Tx, person: str, day: date) -> bool:
    sets = _whole_sets(t.session.c.id, t.session.c.person == person, *_of_day(day))
    return tx.execute(sets.limit(1)).first() is not None


def sets_by_day(tx: Tx, person: str, since: date) -> Counter[date]:
    """How many whole sets were done on each practice day later than `since`."""
    later = (t.session.c.practice_day > since, t.session.c.started_at > _midnight(since) - BEGINS_WITHIN)
    return Counter(tx.execute(_whole_sets(t.session.c.practice_day, t.session.c.person == person, *later)).scalars())


def quick_days(tx: Tx, person: str, since: date, catalog: Catalog) -> frozenset[date]:
    """The practice days, later than `since`, with a set that was pressed faster than it can be done."""
    later = (t.session.c.practice_day > since, t.session.c.started_at > _midnight(since) - BEGINS_WITHIN)
    mine = (t.session.c.person == person, *later)
    # The plans on their own, once a session: they are the greater part of the row.
    begun = {
        row.id: row
        for row in tx.execute(
            select(t.session.c.id, t.session.c.practice_day, t.session.c.plan, t.session.c.started_at).where(*mine)
        )
    }
    c = t.round_done.c
    rounds = tx.execute(
        select(c.session, c.item, c.set_no, c.of, c.at, c.reps)
        .join(t.session, t.session.c.id == c.session)
        .where(*mine, c.undone_at.is_(None))
        .order_by(c.session, c.at, c.rev)
    ).all()
    quick: set[date] = set()
    for session_id, its_rounds in groupby(rounds, key=lambda row: row.session):
        session = begun[session_id]
        began: datetime = session.started_at
        for (item, _set), one_set in groupby(its_rounds, key=lambda row: (row.item, row.set_no)):
            done = list(one_set)
            part, presses = session.plan[item], [row.at for row in done]
            drill = catalog.get(DrillId(part["drill"]))
            reps = min((row.reps for row in done if row.reps is not None), default=part["reps"])
            whole = len(done) == done[0].of
            if whole and drill and is_quick(presses, began, reps, drill.dose.rep_seconds):
                quick.add(session.practice_day)
            began = presses[-1]
    return frozenset(quick)


def partly_done(tx: Tx, person: str, since: date) -> frozenset[date]:
    """The days, later than `since`, with fewer sets done than the plan of the day had. An extra set alone is part of one."""
    later = (t.session.c.practice_day > since, t.session.c.started_at > _midnight(since) - BEGINS_WITHIN)
    mine = (t.session.c.person == person, *later)
    done = Counter(tx.execute(_whole_sets(t.session.c.practice_day, *mine)).scalars())
    plans: dict[date, int] = {}
    for row in tx.execute(select(t.session.c.practice_day, t.session.c.plan).where(*mine, t.session.c.kind == PLAN)):
        plans[row.practice_day] = max(plans.get(row.practice_day, 0), sum(item["sets"] for item in row.plan))
    return frozenset(day for day, sets in done.items() if day not in plans or sets < plans[day])


def _whole_sets(what: Column[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
    """One row for each set of which every round is done."""
    return (
        select(what)
        .join(t.round_done, t.round_done.c.session == t.session.c.id)
        .where(*conditions, t.round_done.c.undone_at.is_(None))
        .group_by(t.session.c.id, what, t.round_done.c.item, t.round_done.c.set_no)
        .having(func.count() == func.max(t.round_done.c.of))
    )


def _of_day(day: date) -> tuple[ColumnElement[bool], ...]:
    begins = t.session.c.started_at
    midnight = _midnight(day)
    return t.session.c.practice_day == day, begins > midnight - BEGINS_WITHIN, begins < midnight + BEGINS_WITHIN


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _one(tx: Tx, query: Select[Any]) -> Kept | None:
    row = tx.execute(query).one_or_none()
    return _kept(tx, row) if row else None


def _kept(tx: Tx, row: Row[Any]) -> Kept:
    rounds = tx.execute(
        select(t.round_done)
        .where(t.round_done.c.session == row.id, t.round_done.c.undone_at.is_(None))
        .order_by(t.round_done.c.rev)
    )
    done = tuple(RoundDone(r.item, r.set_no, r.round_no, r.of, r.reps, r.slipped) for r in rounds)
    return Kept(
        session=snapshot.session_from_json(row.id, row.plan, row.position, row.rev, done),
        person=row.person,
        kind=row.kind,
        day=row.practice_day,
        zone=row.zone,
        started_at=row.started_at,
        last_press_at=row.last_press_at,
        ends_at=row.ends_at,
    )


def _key(session_id: str, fact: RoundDone | RoundUndone) -> tuple[Any, ...]:
    c = t.round_done.c
    return c.session == session_id, c.item == fact.item, c.set_no == fact.set, c.round_no == fact.round
