"""Sessions and the rounds done in them. The plan and the place are a snapshot; the rounds are facts of their own."""

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, bindparam, cast, func, insert, select, update

from bot.store import snapshot
from bot.store import tables as t
from bot.store.crowd import Question
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


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _begun(since: date) -> dict[str, datetime]:
    return {"begun": _midnight(since) - BEGINS_WITHIN}


def _later() -> tuple[ColumnElement[bool], ...]:
    """Of practice days later than `since`: found by when the session began."""
    return t.session.c.practice_day > bindparam("since"), t.session.c.started_at > bindparam("begun")


def _count_sets(them: ColumnElement[bool]) -> Select[Any]:
    """By person and day: the sets of which every round is done."""
    sets = (
        select(t.session.c.person, t.session.c.practice_day)
        .join(t.round_done, t.round_done.c.session == t.session.c.id)
        .where(them, *_later(), t.round_done.c.undone_at.is_(None))
        .group_by(
            t.session.c.id, t.session.c.person, t.session.c.practice_day, t.round_done.c.item, t.round_done.c.set_no
        )
        .having(func.count() == func.max(t.round_done.c.of))
        .subquery()
    )
    return select(sets.c.person, sets.c.practice_day, func.count().label("sets")).group_by(
        sets.c.person, sets.c.practice_day
    )


_SETS = Question(t.session.c.person, _count_sets, _begun)
_PLANS = Question(
    t.session.c.person,
    lambda them: select(t.session.c.person, t.session.c.practice_day, cast(t.session.c.plan, Text).label("plan")).where(
        them, *_later(), t.session.c.kind == PLAN
    ),
    _begun,
)
_NOT_OVER = Question(
    t.session.c.person,
    lambda them: (
        select(t.session)
        .where(them, t.session.c.started_at > bindparam("begun"), t.session.c.state == "open")
        .order_by(t.session.c.started_at.desc(), t.session.c.id.desc())
    ),
)
_OF_DAY = Question(
    t.session.c.person,
    lambda them: (
        select(t.session)
        .where(
            them,
            t.session.c.practice_day == bindparam("day"),
            t.session.c.started_at > bindparam("after"),
            t.session.c.started_at < bindparam("before"),
        )
        .order_by(t.session.c.started_at)
    ),
)


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
    return [_kept(tx, row) for row in _NOT_OVER(tx, person, begun=since)]


def of_day(tx: Tx, person: str, day: date) -> list[Kept]:
    """The sessions of one practice day, in the order in which they began."""
    midnight = _midnight(day)
    when = {"day": day, "after": midnight - BEGINS_WITHIN, "before": midnight + BEGINS_WITHIN}
    return [_kept(tx, row) for row in _OF_DAY(tx, person, **when)]


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
    return frozenset(_sets_by_day(tx, person, since))


def day_is_done(tx: Tx, person: str, day: date) -> bool:
    return day in _sets_by_day(tx, person, day - timedelta(days=1))


def sets_by_day(tx: Tx, person: str, since: date) -> Counter[date]:
    """How many whole sets were done on each practice day later than `since`."""
    return Counter(_sets_by_day(tx, person, since))


def _sets_by_day(tx: Tx, person: str, since: date | None) -> dict[date, int]:
    rows = _SETS(tx, person, since=since)
    return {row.practice_day: row.sets for row in rows if since is None or row.practice_day > since}


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
    plans: dict[date, int] = {}
    for row in _PLANS(tx, person, since=since):
        plans[row.practice_day] = max(plans.get(row.practice_day, 0), _sets_in(row.plan))
    return frozenset(
        day for day, sets in _sets_by_day(tx, person, since).items() if day not in plans or sets < plans[day]
    )


@lru_cache(512)  # few plans are played by many people on many days
def _sets_in(plan: str) -> int:
    return sum(int(item["sets"]) for item in json.loads(plan))


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
