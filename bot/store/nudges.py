"""Nudges: planned once under a unique key, claimed in one statement, recorded behind a fence. `scheduler.ports.NudgeStore`."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import ColumnElement, and_, bindparam, case, delete, func, not_, or_, select, true, update

from bot.store import tables as t
from bot.store.leases import database_now
from bot.store.postbox import StoredPostbox
from bot.store.unit import Store, Tx
from bot.store.upsert import upsert
from scheduler.nudge import (
    Broken,
    Gone,
    Later,
    Nudge,
    NudgeId,
    NudgeKind,
    NudgeState,
    Outcome,
    Sent,
    Unknown,
)
from scheduler.ports import Delivery, Drop, Postpone
from scheduler.slot import Due, Rule, next_due

LEASE = timedelta(seconds=180)  # longer than the slowest send (70 s) and its retry
PLAN_AT_ONCE = 500  # a batch of 500 takes some 20 ms, so no press waits long behind it
ATTEMPTS_MOST = 12
UNKNOWN_WAITS = timedelta(seconds=90)  # before a message of unknown outcome is sent again: a press would prove delivery
# Doubled with each attempt: twelve outlast an outage of half a day, and should all have arrived, they are twelve copies.
UNKNOWN_WAITS_MOST = timedelta(hours=2)
WAITS_LEAST = timedelta(seconds=1)  # or the same tick would claim it again, and again
KEPT_FOR = timedelta(days=90)
PURGE_AT_ONCE = 500
# A prompt that may have been sent is sent again: better twice than never. These rather never than twice (reliability 3.3).
AT_MOST_ONCE = (NudgeKind.FOLLOW_UP, NudgeKind.AWAY)

_MARK = re.compile(r"[0-9a-f]{1,15}\Z")

log = structlog.get_logger()

Platforms = Collection[str] | None
"""The platforms whose people are meant; None: everybody."""


@dataclass(frozen=True, slots=True)
class Outlived:
    """Nudges that can be forgotten; `after`: where to look on, None: nowhere."""

    ids: list[int]
    after: int | None


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
        return await self._along(lambda tx: advance(tx, ended, begun, owner, now))

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
    """Due slots become nudges; of several labels that were missed only the newest does, the others are past their day."""
    rows = tx.execute(
        select(t.slot, t.person.c.zone)
        .join(t.person, t.person.c.id == t.slot.c.person)
        .where(t.slot.c.next_due_at <= now, _among(t.slot.c.person, platforms))
        .order_by(t.slot.c.next_due_at)
        .limit(PLAN_AT_ONCE)
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
    _merge(tx, {row.person for row in rows}, now)
    return len(rows)


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
    """Take due nudges: planned ones, and those whose owner let the lease run out before the wire.

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


_BEGIN = (
    update(t.nudge)
    .where(
        t.nudge.c.id.in_(bindparam("ids", expanding=True)),
        t.nudge.c.owner == bindparam("whose"),
        t.nudge.c.attempt == bindparam("tried"),
        t.nudge.c.state == NudgeState.CLAIMED,
    )
    .values(state=NudgeState.SENDING)
    .returning(t.nudge.c.id)
)
_OURS = select(t.nudge.c.id, t.nudge.c.attempt).where(
    t.nudge.c.id.in_(bindparam("ids", expanding=True)), t.nudge.c.owner == bindparam("whose")
)
_SENT = (
    update(t.nudge)
    .where(
        t.nudge.c.id == bindparam("its_id"),
        t.nudge.c.owner == bindparam("whose"),
        t.nudge.c.attempt == bindparam("tried"),
    )
    .values(state=NudgeState.SENT, message_id=bindparam("message"), sent_at=bindparam("at"))
)


def advance(tx: Tx, ended: Sequence[Delivery], begun: Sequence[Nudge], owner: str, now: datetime) -> frozenset[NudgeId]:
    """Record what ended and mark what goes on the wire next, in a few statements for all. Returns whose claim was lost."""
    return _record_all(tx, ended, owner, now) | _begin(tx, begun, owner)


def _begin(tx: Tx, nudges: Sequence[Nudge], owner: str) -> frozenset[NudgeId]:
    ours: set[NudgeId] = set()
    for attempt in {nudge.attempt for nudge in nudges}:
        ids = [nudge.id for nudge in nudges if nudge.attempt == attempt]
        ours.update(tx.execute(_BEGIN, {"ids": ids, "whose": owner, "tried": attempt}).scalars())
    return frozenset(nudge.id for nudge in nudges if nudge.id not in ours)


def _record_all(tx: Tx, ended: Sequence[Delivery], owner: str, now: datetime) -> frozenset[NudgeId]:
    sent, lost = [], set[NudgeId]()
    for delivery in ended:
        if isinstance(delivery.result, Sent):
            sent.append((delivery.nudge, delivery.result.message_id))
        elif not record(tx, delivery.nudge, owner, delivery.result, now):
            lost.add(delivery.nudge.id)
    if sent:
        ids = [nudge.id for nudge, _ in sent]
        ours = {(row.id, row.attempt) for row in tx.execute(_OURS, {"ids": ids, "whose": owner})}
        lost.update(nudge.id for nudge, _ in sent if (nudge.id, nudge.attempt) not in ours)
        fence = {"whose": owner, "at": now}
        tx.execute(_SENT, [{"its_id": n.id, "tried": n.attempt, "message": message, **fence} for n, message in sent])
    return frozenset(lost)


def record(tx: Tx, nudge: Nudge, owner: str, outcome: Outcome | Drop | Postpone, now: datetime) -> bool:
    match outcome:
        case Sent(message_id=message_id):
            return _set(tx, nudge, owner, state=NudgeState.SENT, message_id=message_id, sent_at=now)
        case Drop(reason=reason):
            return _set(tx, nudge, owner, state=NudgeState.DROPPED, reason=reason)
        case Postpone(until=until, reason=reason):
            until = max(until, now + WAITS_LEAST)
            return _untried(tx, nudge, owner, until, reason)
        case Gone(reason=reason):
            return _set(tx, nudge, owner, state=NudgeState.GONE, reason=reason[:64])
        case Broken(reason=reason):
            return _set(tx, nudge, owner, state=NudgeState.BROKEN, reason=reason[:64])
        case Later(seconds=seconds, reason=reason, fault=fault):
            put_off = _again if fault else _untried
            return put_off(tx, nudge, owner, now + max(timedelta(seconds=seconds), WAITS_LEAST), reason)
        case Unknown(reason=reason) if nudge.kind in AT_MOST_ONCE:
            return _set(tx, nudge, owner, state=NudgeState.UNKNOWN, reason=reason[:64])
        case Unknown(reason=reason):
            wait = min(UNKNOWN_WAITS * 2 ** (nudge.attempt - 1), UNKNOWN_WAITS_MOST)
            return _again(tx, nudge, owner, now + wait, reason)


def mark(nudge: NudgeId) -> str:
    """What the buttons of its message bring back."""
    return f"{nudge:x}"


def prove(tx: Tx, person: str, its_mark: str, message: str, now: datetime) -> bool:
    """A button of a nudge's message was pressed, so it was delivered: it is not sent again. Returns whether that was news.

    Whoever holds the row loses it, so that what they do not know cannot be written over what we know. The mark comes from
    outside: it can prove no more than the person's own nudges, and none that was never tried.
    """
    if not _MARK.match(its_mark):
        return False
    proved = tx.execute(
        update(t.nudge)
        .where(
            t.nudge.c.id == int(its_mark, 16),
            t.nudge.c.person == person,
            t.nudge.c.attempt > 0,
            t.nudge.c.state.in_((NudgeState.PLANNED, NudgeState.CLAIMED, NudgeState.SENDING, NudgeState.UNKNOWN)),
        )
        .values(state=NudgeState.SENT, owner=None, message_id=message, sent_at=now, reason="proved by a press")
    )
    return proved.rowcount == 1


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


async def purge(store: Store, now: datetime) -> int:
    """Forget old nudges. A slot's labels only grow, so none of them can be planned again.

    They are looked for by reading and forgotten in small units, so that no press waits long behind them.
    """
    gone, after = 0, 0
    while True:
        look = await store.read(partial(outlived, now=now, after=after))
        if look.ids:
            gone += await store.run(partial(forget, ids=look.ids, now=now))
        if look.after is None:
            return gone
        after = look.after


def outlived(tx: Tx, now: datetime, after: int) -> Outlived:
    """Among the next rows after that one; a row planned later is due later, but for a few hours."""
    is_old = t.nudge.c.due_at < now - KEPT_FOR
    query = select(t.nudge.c.id, is_old.label("is_old"), _is_over().label("is_over")).where(t.nudge.c.id > after)
    rows = tx.execute(query.order_by(t.nudge.c.id).limit(PURGE_AT_ONCE)).all()
    more = len(rows) == PURGE_AT_ONCE and any(row.is_old for row in rows)
    return Outlived([row.id for row in rows if row.is_old and row.is_over], rows[-1].id if more else None)


def forget(tx: Tx, ids: Sequence[int], now: datetime) -> int:
    """Of these, what is old and over still."""
    old = and_(t.nudge.c.id.in_(ids), t.nudge.c.due_at < now - KEPT_FOR, _is_over())
    return tx.execute(delete(t.nudge).where(old)).rowcount


def _is_over() -> ColumnElement[bool]:
    """Nothing is owed any more. The prompts that somebody has not answered since are not over: without them we would begin
    anew to prompt who fell silent."""
    open_states = (NudgeState.PLANNED, NudgeState.CLAIMED, NudgeState.SENDING)
    heard_on = select(t.person.c.heard_on).where(t.person.c.id == t.nudge.c.person).scalar_subquery()
    unanswered = and_(
        t.nudge.c.kind == NudgeKind.PROMPT,
        t.nudge.c.state == NudgeState.SENT,
        or_(heard_on.is_(None), t.nudge.c.label >= heard_on),
    )
    return and_(t.nudge.c.state.not_in(open_states), not_(unanswered))


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
    """Due, and nobody's: planned, or claimed by somebody whose lease ran out before the wire."""
    lapsed = and_(t.nudge.c.state == NudgeState.CLAIMED, t.nudge.c.lease_until < lease_now)
    return and_(t.nudge.c.not_before <= now, or_(t.nudge.c.state == NudgeState.PLANNED, lapsed))


def _untried(tx: Tx, nudge: Nudge, owner: str, not_before: datetime, reason: str) -> bool:
    """Nothing was sent, so that was no attempt: however long an outage lasts, it uses none of them up."""
    values = {"state": NudgeState.PLANNED, "not_before": not_before, "reason": reason[:64]}
    return _set(tx, nudge, owner, attempt=t.nudge.c.attempt - 1, **values)


def _again(tx: Tx, nudge: Nudge, owner: str, not_before: datetime, reason: str) -> bool:
    if nudge.attempt >= ATTEMPTS_MOST:
        return _set(tx, nudge, owner, state=NudgeState.BROKEN, reason=f"gave up: {reason}"[:64])
    return _set(tx, nudge, owner, state=NudgeState.PLANNED, not_before=not_before, reason=reason[:64])


def _set(tx: Tx, nudge: Nudge, owner: str, *conditions: ColumnElement[bool], **values: object) -> bool:
    """Change a row only while it is still ours: same owner, same attempt."""
    changed = tx.execute(
        update(t.nudge)
        .where(t.nudge.c.id == nudge.id, t.nudge.c.owner == owner, t.nudge.c.attempt == nudge.attempt, *conditions)
        .values(**values)
    )
    return changed.rowcount == 1
