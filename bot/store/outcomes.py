"""What became of a nudge: marked before it goes on the wire and recorded after it, each behind the fence of owner and attempt."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, select, update

from bot.store import tables as t
from bot.store.unit import Tx
from scheduler.nudge import Broken, Gone, Later, Nudge, NudgeId, NudgeKind, NudgeState, Outcome, Sent, Unknown
from scheduler.ports import Delivery, Drop, Postpone

ATTEMPTS_MOST = 12
UNKNOWN_WAITS = timedelta(seconds=90)  # before a message of unknown outcome is sent again: a press would prove delivery
# Doubled with each attempt: twelve outlast an outage of half a day, and should all have arrived, they are twelve copies.
UNKNOWN_WAITS_MOST = timedelta(hours=2)
WAITS_LEAST = timedelta(seconds=1)  # or the same tick would claim it again, and again
# A prompt that may have been sent is sent again: better twice than never. These rather never than twice (reliability 3.3).
AT_MOST_ONCE = (NudgeKind.FOLLOW_UP, NudgeKind.AWAY)

_MARK = re.compile(r"[0-9a-f]{1,15}\Z")

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
