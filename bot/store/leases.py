"""Leases: what one process of many may do, until when. A lease is taken, kept by renewing it, and freed, or it runs out.

Lease time is the database's own clock: it never travels, and it is the same for every replica. Whoever holds a lease must
stop by their own clock before its end, counted from before they asked; whoever lost it learns so when they renew.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, or_, select, text, update

from bot.store import tables as t
from bot.store.unit import Tx
from bot.store.upsert import upsert


def database_now(tx: Tx) -> datetime:
    if tx.dialect.name == "postgresql":  # not now(), which stands still in a transaction
        moment: datetime = tx.execute(text("SELECT clock_timestamp()")).scalar_one()
        return moment.astimezone(UTC)
    stamp: str = tx.execute(text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")).scalar_one()
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC)


def is_free(tx: Tx, name: str, owner: str) -> bool:
    """Whether it is worth to `take` it."""
    row = tx.execute(select(t.lease.c.owner, t.lease.c.until).where(t.lease.c.name == name)).one_or_none()
    return row is None or row.owner == owner or row.until <= database_now(tx)


def take(tx: Tx, name: str, owner: str, span: timedelta) -> bool:
    """Hold the lease for `span` from now. False: somebody else holds it."""
    now = database_now(tx)
    mine = {"owner": owner, "until": now + span}
    taken = tx.execute(
        upsert(tx, t.lease)
        .values(name=name, **mine)
        .on_conflict_do_update(
            index_elements=["name"], set_=mine, where=or_(t.lease.c.owner == owner, t.lease.c.until <= now)
        )
        .returning(t.lease.c.name)
    )
    return taken.first() is not None


def renew(tx: Tx, name: str, owner: str, span: timedelta) -> bool:
    """Hold it for `span` from now, if it was ours all the time. False: it is lost, and what it allowed is over."""
    until = database_now(tx) + span
    kept = tx.execute(update(t.lease).where(t.lease.c.name == name, t.lease.c.owner == owner).values(until=until))
    return kept.rowcount == 1


def free(tx: Tx, name: str, owner: str) -> None:
    """Give it back, so that the next one need not wait for its end. Somebody else's stays."""
    tx.execute(delete(t.lease).where(t.lease.c.name == name, t.lease.c.owner == owner))
