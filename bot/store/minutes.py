"""Team minutes: "Feet up!", who is in, and who has done it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from bot.store import posts
from bot.store import tables as t
from bot.store.posts import AT_ITS_END
from bot.store.unit import Tx


@dataclass(frozen=True, slots=True)
class Minute:
    challenge: str
    number: int
    called_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Taker:
    member: str
    done_at: datetime | None


def call(tx: Tx, challenge: str, now: datetime, ends_at: datetime) -> int:
    """ "Feet up!": a new minute, with a post of its own in every room, and once more when it is over."""
    last = last_called(tx, challenge)
    number = last.number + 1 if last else 1
    tx.execute(insert(t.team_minute).values(challenge=challenge, number=number, called_at=now, ends_at=ends_at))
    posts.add_post(tx, challenge, f"minute-{number}", now)
    posts.add_post(tx, challenge, f"minute-{number}{AT_ITS_END}", ends_at)
    return number


def last_called(tx: Tx, challenge: str) -> Minute | None:
    found = select(t.team_minute).where(t.team_minute.c.challenge == challenge)
    row = tx.execute(found.order_by(t.team_minute.c.number.desc()).limit(1)).one_or_none()
    return Minute(**row._mapping) if row else None


def load(tx: Tx, challenge: str, number: int) -> Minute | None:
    same = (t.team_minute.c.challenge == challenge, t.team_minute.c.number == number)
    row = tx.execute(select(t.team_minute).where(*same)).one_or_none()
    return Minute(**row._mapping) if row else None


def take(tx: Tx, challenge: str, number: int, member: str, now: datetime) -> bool:
    """False: was in already."""
    if any(taker.member == member for taker in takers(tx, challenge, number)):
        return False
    tx.execute(insert(t.minute_taker).values(challenge=challenge, number=number, member=member, joined_at=now))
    return True


def takers(tx: Tx, challenge: str, number: int) -> list[Taker]:
    """Who takes part, in the order in which they were done, then joined."""
    same = (t.minute_taker.c.challenge == challenge, t.minute_taker.c.number == number)
    order = (t.minute_taker.c.done_at.is_(None), t.minute_taker.c.done_at, t.minute_taker.c.joined_at)
    rows = tx.execute(select(t.minute_taker.c.member, t.minute_taker.c.done_at).where(*same).order_by(*order))
    return [Taker(row.member, row.done_at) for row in rows]


def done(tx: Tx, member: str, now: datetime) -> None:
    """Somebody has done a set: it is their part of every minute that they are in and that still runs."""
    rows = tx.execute(
        select(t.minute_taker.c.challenge, t.minute_taker.c.number)
        .join(
            t.team_minute,
            (t.team_minute.c.challenge == t.minute_taker.c.challenge)
            & (t.team_minute.c.number == t.minute_taker.c.number),
        )
        .where(
            t.minute_taker.c.member == member,
            t.minute_taker.c.done_at.is_(None),
            t.team_minute.c.ends_at > now,
        )
    ).all()
    for row in rows:
        same = (t.minute_taker.c.challenge == row.challenge, t.minute_taker.c.number == row.number)
        tx.execute(update(t.minute_taker).where(*same, t.minute_taker.c.member == member).values(done_at=now))
        posts.want(tx, row.challenge, f"minute-{row.number}")
