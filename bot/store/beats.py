"""Marks of the process itself: that it was alive, and how far the time machine has moved people's time."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from bot.store import tables as t
from bot.store.unit import Tx

MARK_EVERY = timedelta(seconds=30)  # fine enough for outages of hours; most beats write nothing


AWAY_AFTER = timedelta(minutes=2)  # between two marks: a restart is shorter, and no outage


def mark(tx: Tx, now: datetime) -> bool:
    """We are here at `now`. A longer silence before it is kept as an outage of ours: it may excuse people's days.

    Returns whether there was one.
    """
    last = tx.execute(select(t.heartbeat.c.at).where(t.heartbeat.c.name == "engine")).scalar()
    away = last is not None and now - last > AWAY_AFTER
    if away:
        tx.execute(insert(t.outage).values(begins_at=last, ends_at=now))
    carry(tx, now)
    return away


def carry(tx: Tx, now: datetime) -> None:
    """We were here all the time until `now`: the time machine works through what it passes, and misses nothing."""
    if not tx.execute(update(t.heartbeat).where(t.heartbeat.c.name == "engine").values(at=now)).rowcount:
        tx.execute(insert(t.heartbeat).values(name="engine", at=now))
        tx.execute(insert(t.heartbeat).values(name="first", at=now))


def keep_travel(tx: Tx, offset: timedelta) -> None:
    seconds = round(offset.total_seconds())
    if not tx.execute(update(t.travel).values(offset_seconds=seconds)).rowcount:
        tx.execute(insert(t.travel).values(name="people", offset_seconds=seconds))


def travelled(tx: Tx) -> timedelta:
    """How far people's time is ahead of the clock on the wall; zero unless the time machine was used."""
    seconds = tx.execute(select(t.travel.c.offset_seconds)).scalar()
    return timedelta(seconds=seconds or 0)
