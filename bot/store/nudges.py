"""Nudges: planned once under a unique key, claimed in one statement, taken over when their owner is gone (`NudgeStore`)."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, or_, select, true, update

from bot.store import outcomes
from bot.store import tables as t
from bot.store.leases import database_now
from bot.store.outcomes import AT_MOST_ONCE, ATTEMPTS_MOST, UNKNOWN_WAITS
from bot.store.postbox import StoredPostbox
from bot.store.unit import Store, Tx
from bot.store.upsert import upsert
from scheduler.nudge import (
    Nudge,
    NudgeId,
    NudgeKind,
    NudgeState,
)
from scheduler.ports import Delivery
from scheduler.slot import Due, Rule, next_due

LEASE = timedelta(seconds=180)  # longer than the slowest send (70 s) and its retry
PLAN_AT_ONCE = 100  # due slots in one unit: every press that is made meanwhile waits until it ends
log = structlog.get_logger()

Platforms = Collection[str] | None
"""The platforms whose people are meant; None: everybody."""


class StoredNudges:
    """The engine's view of the store. `covers`: whose people it is about just now (bot/duty.py)."""

    def __init__(
        self, store: Store, covers: Callable[[], Platforms] = lambda: None, postbox: StoredPostbox | None = None
    ) -> None:
        """`postbox`: what is noted there is written together with what became of the nudges."""
        self._store = store
        self._covers = covers
        self._along = store.run if postbox is None else postbox.along

    async def plan(self, now: datetime) -> int:
        platforms = self._covers()
        if _nobody(platforms) or not await self._store.read(lambda tx: _any_slot_due(tx, now, platforms)):
            return 0  # an idle tick takes no write lock
        return await self._store.run(lambda tx: plan(tx, now, platforms))

    async def claim(self, now: datetime, owner: str, limit: int) -> Sequence[Nudge]:
        platforms = self._covers()
        if _nobody(platforms) or not await self._store.read(lambda tx: _anything_due(tx, now, platforms)):
            return []
        return await self._store.run(lambda tx: claim(tx, now, owner, limit, platforms))

    async def advance(
        self, ended: Sequence[Delivery], begun: Sequence[Nudge], owner: str, now: datetime
    ) -> frozenset[NudgeId]:
        return await self._along(lambda tx: outcomes.advance(tx, ended, begun, owner, now))

    async def recover(self, owner: str, now: datetime, platform: str | None = None) -> int:
        platforms = None if platform is None else [platform]
        return await self._store.run(lambda tx: recover(tx, owner, now, platforms))

    async def next_due(self) -> datetime | None:
        platforms = self._covers()
        return await self._store.read(lambda tx: earliest(tx, platforms))


_AHEAD = (
    update(t.slot)
    .where(t.slot.c.id == bindparam("its_id"))
    .values(last_label=bindparam("its_last"), next_due_at=bindparam("its_next"), next_label=bindparam("its_label"))
)


def plan(tx: Tx, now: datetime, platforms: Platforms = None) -> int:
    """Due slots become nudges; of several labels that were missed only the newest does, the others are past their day.

    Takes those who have waited longest, each with all their due slots, so that these can become one message.
    """
    is_due = (t.slot.c.next_due_at <= now, _among(t.slot.c.person, platforms))
    first = select(t.slot.c.person).where(*is_due).order_by(t.slot.c.next_due_at).limit(PLAN_AT_ONCE).subquery()
    rows = tx.execute(
        select(t.slot, t.person.c.zone)
        .join(t.person, t.person.c.id == t.slot.c.person)
        .where(t.slot.c.person.in_(select(first.c.person)), t.slot.c.next_due_at <= now)
        .order_by(t.slot.c.next_due_at)
    ).all()
    new: list[dict[str, object]] = []
    ahead: list[dict[str, object]] = []
    for row in rows:
        due, missed = Due(row.next_label, row.next_due_at), 0
        try:
            rule = Rule(row.at, frozenset(int(digit) for digit in row.weekdays), row.zone)
            while (following := next_due(rule, due.at, due.label)).at <= now:
                due, missed = following, missed + 1
        except ValueError as error:  # a zone that the rules lost: this slot falls silent, everybody else's go on
            log.error("slot.unreadable", slot=row.id, reason=str(error))
            tx.execute(update(t.slot).where(t.slot.c.id == row.id).values(next_due_at=None))
            continue
        if missed:
            log.warning("prompt.stale", slot=row.id, labels_missed=missed)
        key = f"prompt:{row.id}:{due.label}"
        new.append(_planned(key, NudgeKind.PROMPT, row.person, due.label, due.at, row.id))
        ahead.append({"its_id": row.id, "its_last": due.label, "its_next": following.at, "its_label": following.label})
    if new:
        tx.execute(upsert(tx, t.nudge).on_conflict_do_nothing(index_elements=["key"]), new)
        tx.execute(_AHEAD, ahead)
    people = {row.person for row in rows}
    _merge(tx, people, now)
    return len(people)


def _merge(tx: Tx, people: set[str], now: datetime) -> None:
    """Several nudges of one person that are due together become one message: the newest."""
    due = tx.execute(
        select(t.nudge.c.id, t.nudge.c.person)
        .where(t.nudge.c.person.in_(sorted(people)), t.nudge.c.state == NudgeState.PLANNED, t.nudge.c.not_before <= now)
        .order_by(t.nudge.c.due_at.desc(), t.nudge.c.id.desc())
    ).all()
    newest = {row.person: row.id for row in reversed(due)}
    older = [row.id for row in due if newest[row.person] != row.id]
    if older:
        tx.execute(update(t.nudge).where(t.nudge.c.id.in_(older)).values(state=NudgeState.DROPPED, reason="merged"))


def add(
    tx: Tx,
    key: str,
    kind: NudgeKind,
    person: str,
    label: date,
    due_at: datetime,
    *,
    slot: str | None = None,
    session: str | None = None,
) -> bool:
    """Plan a nudge unless its key exists. Returns whether it is new."""
    new = tx.execute(
        upsert(tx, t.nudge)
        .values(_planned(key, kind, person, label, due_at, slot, session))
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(t.nudge.c.id)
    )
    return new.first() is not None


def _planned(
    key: str,
    kind: NudgeKind,
    person: str,
    label: date,
    due_at: datetime,
    slot: str | None = None,
    session: str | None = None,
) -> dict[str, object]:
    return {
        "key": key,
        "kind": kind,
        "person": person,
        "slot": slot,
        "session": session,
        "label": label,
        "due_at": due_at,
        "not_before": due_at,
        "state": NudgeState.PLANNED,
    }


def drop_planned(tx: Tx, person: str, kinds: Sequence[NudgeKind], reason: str) -> None:
    """What is not on its way yet will not be sent."""
    tx.execute(
        update(t.nudge)
        .where(t.nudge.c.person == person, t.nudge.c.state == NudgeState.PLANNED, t.nudge.c.kind.in_(kinds))
        .values(state=NudgeState.DROPPED, reason=reason)
    )


def count(tx: Tx, person: str, kind: NudgeKind, label: date) -> int:
    found = select(func.count()).where(t.nudge.c.person == person, t.nudge.c.kind == kind, t.nudge.c.label == label)
    return tx.execute(found).scalar_one()


def said_since(tx: Tx, person: str, kind: NudgeKind, moment: datetime) -> bool:
    """Whether one of the kind has been on its way since then."""
    open_states = (NudgeState.CLAIMED, NudgeState.SENDING, NudgeState.SENT, NudgeState.UNKNOWN)
    found = select(t.nudge.c.id).where(
        t.nudge.c.person == person, t.nudge.c.kind == kind, t.nudge.c.due_at > moment, t.nudge.c.state.in_(open_states)
    )
    return tx.execute(found.limit(1)).first() is not None


def prompts_since(tx: Tx, person: str, label: date) -> tuple[date | None, int]:
    """The label of the last prompt that was sent, and how many were sent for labels after `label`."""
    sent = (t.nudge.c.person == person, t.nudge.c.kind == NudgeKind.PROMPT, t.nudge.c.state == NudgeState.SENT)
    last: date | None = tx.execute(select(func.max(t.nudge.c.label)).where(*sent)).scalar()
    return last, tx.execute(select(func.count()).where(*sent, t.nudge.c.label > label)).scalar_one()


def claim(tx: Tx, now: datetime, owner: str, limit: int, platforms: Platforms = None) -> list[Nudge]:
    """Take due nudges: planned ones, and those whose owner let the lease run out before the wire. None of a person who has a
    slot that is due and not planned yet: the two may become one message.

    On PostgreSQL others may claim at the same moment: what they have in hand is passed over, not waited for.
    """
    lease_now = database_now(tx)
    due = select(t.nudge.c.id).where(_free(now, lease_now), _among(t.nudge.c.person, platforms))
    free = due.order_by(t.nudge.c.due_at, t.nudge.c.id).limit(limit)
    free = free.with_for_update(skip_locked=True)  # SQLite, which has one writer, leaves it out
    rows = tx.execute(
        update(t.nudge)
        .where(t.nudge.c.id.in_(free))
        .values(state=NudgeState.CLAIMED, owner=owner, attempt=t.nudge.c.attempt + 1, lease_until=lease_now + LEASE)
        .returning(t.nudge)
    ).all()
    nudges = [
        Nudge(
            NudgeId(row.id), NudgeKind(row.kind), row.person, row.slot, row.session, row.label, row.due_at, row.attempt
        )
        for row in rows
    ]
    return sorted(nudges, key=lambda nudge: (nudge.due_at, nudge.id))


def recover(tx: Tx, owner: str, now: datetime, platforms: Platforms = None) -> int:
    """After a take-over: claims of a process that is gone are free at once; what was on the wire waits for a proof of delivery.

    What was on the wire at its last attempt is not tried again: perhaps it is what stops us. Should the other one not be
    gone but only late, `sending` keeps it from the wire, and what it has there it may still `record`.
    """
    others = and_(or_(t.nudge.c.owner.is_(None), t.nudge.c.owner != owner), _among(t.nudge.c.person, platforms))
    claimed = tx.execute(
        update(t.nudge).where(t.nudge.c.state == NudgeState.CLAIMED, others).values(state=NudgeState.PLANNED)
    )
    fate = case(
        (t.nudge.c.kind.in_(AT_MOST_ONCE), NudgeState.UNKNOWN),
        (t.nudge.c.attempt >= ATTEMPTS_MOST, NudgeState.BROKEN),
        else_=NudgeState.PLANNED,
    )
    on_the_wire = tx.execute(
        update(t.nudge)
        .where(t.nudge.c.state == NudgeState.SENDING, others)
        .values(state=fate, not_before=now + UNKNOWN_WAITS, reason="unknown: stopped while sending")
    )
    return claimed.rowcount + on_the_wire.rowcount


def earliest(tx: Tx, platforms: Platforms = None) -> datetime | None:
    slots = select(func.min(t.slot.c.next_due_at)).where(_among(t.slot.c.person, platforms))
    planned = (t.nudge.c.state == NudgeState.PLANNED, _among(t.nudge.c.person, platforms))
    slot = tx.execute(slots).scalar()
    nudge = tx.execute(select(func.min(t.nudge.c.not_before)).where(*planned)).scalar()
    return min((moment for moment in (slot, nudge) if moment is not None), default=None)


def _any_slot_due(tx: Tx, now: datetime, platforms: Platforms) -> bool:
    due = select(t.slot.c.id).where(t.slot.c.next_due_at <= now, _among(t.slot.c.person, platforms))
    return tx.execute(due.limit(1)).first() is not None


def _anything_due(tx: Tx, now: datetime, platforms: Platforms) -> bool:
    due = select(t.nudge.c.id).where(_free(now, database_now(tx)), _among(t.nudge.c.person, platforms))
    return tx.execute(due.limit(1)).first() is not None


def _nobody(platforms: Platforms) -> bool:
    return platforms is not None and not platforms


def _among(person: ColumnElement[str], platforms: Platforms) -> ColumnElement[bool]:
    """Whether prompts of this person go to one of these platforms. Read for each row that is due, and never for all people,
    as a join might be; and a join would lock the person too. Somebody without a platform is everybody's."""
    if platforms is None:
        return true()
    whose = t.person.alias()
    chosen = select(whose.c.platform).where(whose.c.id == person).scalar_subquery()
    return func.coalesce(chosen, "").in_(["", *sorted(platforms)])


def _free(now: datetime, lease_now: datetime) -> ColumnElement[bool]:
    """Due, and nobody's: planned, or claimed by somebody whose lease ran out before the wire; all that it might be
    merged with is planned."""
    lapsed = and_(t.nudge.c.state == NudgeState.CLAIMED, t.nudge.c.lease_until < lease_now)
    unplanned = exists().where(t.slot.c.person == t.nudge.c.person, t.slot.c.next_due_at <= now)
    return and_(t.nudge.c.not_before <= now, or_(t.nudge.c.state == NudgeState.PLANNED, lapsed), ~unplanned)
