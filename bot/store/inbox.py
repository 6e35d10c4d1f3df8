"""The inbox: what arrived, stored before it is confirmed; `done_at` in the same unit as its effect, `answered_at` after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from bot.addresses import RawUpdate
from bot.store import tables as t
from bot.store.unit import Store, Tx
from bot.store.upsert import upsert

KEPT_FOR = timedelta(days=8)  # Telegram may start its update ids anew after a week without updates
WORKED_WITHIN = timedelta(seconds=30)  # an effect is had once, so an impatient second try does no harm
ANSWERED_WITHIN = timedelta(minutes=2)  # longer than an answer may wait for its platform (a flood, a slow network)
PURGE_AT_ONCE = 500  # rows; their ids grow with the time at which they came, so the old ones are the first


class State(Enum):
    """How far an update has come."""

    NEW = "new"
    DONE = "done"  # its effect is in the database
    OVER = "over"  # answered, put aside, or forgotten


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stored update that is not answered yet. `done`: its effect is in the database, only the answer is missing."""

    id: int
    platform: str
    bot: str
    raw: RawUpdate
    done: bool


def accept(tx: Tx, platform: str, bot: str, updates: Sequence[RawUpdate], now: datetime) -> list[Waiting]:
    """Store what is new and return it; a known key is a redelivery and is ignored."""
    new: list[Waiting] = []
    for raw in updates:
        row_id = tx.execute(
            upsert(tx, t.inbox)
            .values(
                platform=platform,
                bot_id=bot,
                update_key=raw.key,
                lane=raw.lane,
                payload=raw.payload,
                received_at=now,
            )
            .on_conflict_do_nothing()
            .returning(t.inbox.c.id)
        ).scalar()
        if row_id is not None:
            new.append(Waiting(row_id, platform, bot, raw, done=False))
    return new


def left(tx: Tx, platform: str, bot: str) -> list[Waiting]:
    """Everything of one bot that a stopped process left: not done, or done and not answered; oldest first."""
    return _left(tx, t.inbox.c.platform == platform, t.inbox.c.bot_id == bot)


def overdue(tx: Tx, platform: str, bot: str, now: datetime) -> list[Waiting]:
    """What a process that is gone left behind while others go on: whoever lives has worked theirs, and answered, by now."""
    undone = and_(t.inbox.c.done_at.is_(None), t.inbox.c.received_at < now - WORKED_WITHIN)
    return _left(
        tx,
        t.inbox.c.platform == platform,
        t.inbox.c.bot_id == bot,
        or_(undone, t.inbox.c.received_at < now - ANSWERED_WITHIN),
    )


def _left(tx: Tx, *conditions: ColumnElement[bool]) -> list[Waiting]:
    unanswered = (t.inbox.c.answered_at.is_(None), t.inbox.c.quarantined.is_(None))
    rows = tx.execute(select(t.inbox).where(*unanswered, *conditions).order_by(t.inbox.c.id))
    return [
        Waiting(
            row.id, row.platform, row.bot_id, RawUpdate(row.update_key, row.lane, row.payload), row.done_at is not None
        )
        for row in rows
    ]


def state(tx: Tx, inbox_id: int) -> State:
    row = tx.execute(select(t.inbox.c.done_at, t.inbox.c.answered_at).where(t.inbox.c.id == inbox_id)).one_or_none()
    if row is None or row.answered_at is not None:
        return State.OVER
    return State.NEW if row.done_at is None else State.DONE


def done(tx: Tx, inbox_id: int, now: datetime) -> bool:
    """In the unit of its effect. False: another process has worked it, so this unit must come to nothing."""
    first = update(t.inbox).where(t.inbox.c.id == inbox_id, t.inbox.c.done_at.is_(None)).values(done_at=now)
    return tx.execute(first).rowcount == 1


def answered(tx: Tx, inbox_id: int, now: datetime) -> None:
    """Nobody needs the payload any more, and it may hold other people's names: only the key stays, to know it again."""
    tx.execute(update(t.inbox).where(t.inbox.c.id == inbox_id).values(answered_at=now, payload=""))


def knock(tx: Tx, inbox_id: int, now: datetime) -> None:
    """Mark it answered and take that back: nothing changes, and it fails when nothing can be written just now.

    SQLite writes no page for a value that stays as it is, so there and back.
    """
    mine = update(t.inbox).where(t.inbox.c.id == inbox_id)
    if tx.execute(mine.where(t.inbox.c.answered_at.is_(None)).values(answered_at=now)).rowcount:
        tx.execute(mine.values(answered_at=None))


def quarantine(tx: Tx, inbox_id: int, reason: str, now: datetime) -> None:
    tx.execute(
        update(t.inbox).where(t.inbox.c.id == inbox_id).values(quarantined=reason[:128], done_at=now, answered_at=now)
    )


async def purge(store: Store, now: datetime) -> int:
    """Forget what is old, in small units, so that no press waits long behind them."""
    gone = 0
    while some := await store.run(lambda tx: forget_some(tx, now)):
        gone += some
    return gone


def forget_some(tx: Tx, now: datetime) -> int:
    """Of the first rows, those that are old. What was never worked by then waits for a bot that is not connected any more."""
    first = select(t.inbox.c.id).order_by(t.inbox.c.id).limit(PURGE_AT_ONCE).scalar_subquery()
    old = and_(t.inbox.c.id.in_(first), t.inbox.c.received_at < now - KEPT_FOR)
    return tx.execute(delete(t.inbox).where(old)).rowcount
