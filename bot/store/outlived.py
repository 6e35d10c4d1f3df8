"""Nudges that nobody needs any more are forgotten, in small units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, and_, delete, not_, or_, select

from bot.store import tables as t
from bot.store.unit import Store, Tx
from scheduler.nudge import NudgeKind, NudgeState

KEPT_FOR = timedelta(days=90)
PURGE_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Outlived:
    """Nudges that can be forgotten; `after`: where to look on, None: nowhere."""

    ids: list[int]
    after: int | None


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
