"""Team challenges: what was agreed, in which rooms it is played, and who is in."""

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, func, insert, select, update

from bot.addresses import Address
from bot.ids import new_id
from bot.store import tables as t
from bot.store.posts import BOARD
from bot.store.unit import Tx
from drills.challenges import Terms
from drills.localtime import instant, zone_of

RUNNING_MOST = 3  # in one chat: more boards than that, and nobody reads them
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without those that are mistaken for each other
CODE_LENGTH = 6


class State(StrEnum):
    RUNNING = "running"
    ENDED = "ended"  # before its time, by whoever may; nothing is scored any more
    OVER = "over"  # the last member's last day is final


@dataclass(frozen=True, slots=True)
class Challenge:
    """`open_to`: "chat" (only people of its rooms) or "code" (rooms that know the code may come in).

    `settings`: the numbers of its kind, as they were when it was started.
    """

    id: str
    code: str
    kind: str
    first_day: date
    last_day: date
    zone: str
    open_to: str
    settings: dict[str, int]
    starter: str
    state: State
    cheers: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """`member` None: erased, shown as "someone". `joined_on` None: a guest. `score`: as it was reckoned last."""

    id: str
    challenge: str
    member: str | None
    alias: str
    cheer_only: bool
    joined_at: datetime
    joined_on: date | None
    left_on: date | None
    cheered_on: date | None
    score: dict[str, Any] | None
    next_final_at: datetime | None
    name: str = ""


# --- rooms


def team_room(tx: Tx, address: Address) -> int:
    """The team chat at this address, known or new."""
    known = tx.execute(select(t.room.c.id).where(*_at(address))).scalar()
    if known is not None:
        return int(known)
    made = insert(t.room).values(
        platform=address.platform,
        bot_id=address.bot,
        chat_id=address.chat,
        thread_id=address.thread,
        kind="team",
        state="open",
    )
    return int(tx.execute(made.returning(t.room.c.id)).scalar_one())


def set_present(tx: Tx, address: Address, present: bool) -> None:
    """We were put out of a team chat, with all its topics, or let in again; then its boards are shown anew."""
    here = (
        t.room.c.platform == address.platform,
        t.room.c.bot_id == address.bot,
        t.room.c.chat_id == address.chat,
        t.room.c.kind == "team",
    )
    tx.execute(update(t.room).where(*here).values(state="open" if present else "closed"))
    if present:
        rooms = select(t.room.c.id).where(*here)
        boards = (t.post.c.room.in_(rooms), t.post.c.what == BOARD)
        tx.execute(update(t.post).where(*boards).values(wanted=t.post.c.wanted + 1))


def close_room(tx: Tx, room: int) -> None:
    """We may not speak there any more; other parts of the same chat say so themselves."""
    tx.execute(update(t.room).where(t.room.c.id == room).values(state="closed"))


def is_in_room(tx: Tx, challenge: str, room: int) -> bool:
    found = select(t.challenge_room.c.room).where(
        t.challenge_room.c.challenge == challenge, t.challenge_room.c.room == room
    )
    return tx.execute(found).first() is not None


def add_room(tx: Tx, challenge: Challenge, room: int, recaps: Iterable[tuple[str, datetime]], now: datetime) -> None:
    """The challenge is played in this room too, with a board of its own and recaps to come."""
    tx.execute(insert(t.challenge_room).values(challenge=challenge.id, room=room, added_at=now))
    for what, not_before in ((BOARD, now), *recaps):
        tx.execute(insert(t.post).values(challenge=challenge.id, room=room, what=what, wanted=1, not_before=not_before))


def turn_page(tx: Tx, challenge: str, room: int, page: int) -> None:
    here = (t.challenge_room.c.challenge == challenge, t.challenge_room.c.room == room)
    tx.execute(update(t.challenge_room).where(*here).values(page=page))


def page_of(tx: Tx, challenge: str, room: int) -> int:
    here = (t.challenge_room.c.challenge == challenge, t.challenge_room.c.room == room)
    return int(tx.execute(select(t.challenge_room.c.page).where(*here)).scalar() or 0)


# --- challenges


def create(tx: Tx, terms: Terms, zone: str, open_to: str, starter: str, now: datetime) -> Challenge:
    settings = {"lights": terms.lights, "sets_per_day": terms.sets_per_day}
    made = Challenge(
        id=new_id(),
        code=_new_code(tx),
        kind=terms.kind,
        first_day=terms.first,
        last_day=terms.last,
        zone=zone,
        open_to=open_to,
        settings=settings,
        starter=starter,
        state=State.RUNNING,
        cheers=0,
        created_at=now,
    )
    tx.execute(insert(t.challenge).values(**asdict(made)))
    return made


def load(tx: Tx, challenge: str) -> Challenge | None:
    return _one(tx, select(t.challenge).where(t.challenge.c.id == challenge))


def by_code(tx: Tx, code: str) -> Challenge | None:
    return _one(tx, select(t.challenge).where(t.challenge.c.code == code.upper()))


def running_in(tx: Tx, room: int) -> list[Challenge]:
    """The challenges that run in this room, oldest first."""
    rows = tx.execute(
        select(t.challenge)
        .join(t.challenge_room, t.challenge_room.c.challenge == t.challenge.c.id)
        .where(t.challenge_room.c.room == room, t.challenge.c.state == State.RUNNING)
        .order_by(t.challenge.c.created_at)
    )
    return [_challenge(row) for row in rows]


def running_in_chat(tx: Tx, address: Address) -> list[Challenge]:
    """The challenges that run in this chat, in any of its topics."""
    rooms = select(t.room.c.id).where(*_chat(address))
    rows = tx.execute(
        select(t.challenge)
        .where(
            t.challenge.c.state == State.RUNNING,
            t.challenge.c.id.in_(select(t.challenge_room.c.challenge).where(t.challenge_room.c.room.in_(rooms))),
        )
        .order_by(t.challenge.c.created_at)
    )
    return [_challenge(row) for row in rows]


def is_elsewhere(tx: Tx, challenge: str, address: Address) -> bool:
    """Whether the challenge is played in another chat too: whoever leaves this one may be there."""
    here = select(t.room.c.id).where(*_chat(address))
    found = select(t.challenge_room.c.room).where(
        t.challenge_room.c.challenge == challenge, t.challenge_room.c.room.not_in(here)
    )
    return tx.execute(found.limit(1)).first() is not None


def running_of(tx: Tx, member: str) -> list[Challenge]:
    """The running challenges that this person is in."""
    rows = tx.execute(
        select(t.challenge)
        .join(t.challenge_member, t.challenge_member.c.challenge == t.challenge.c.id)
        .where(
            t.challenge_member.c.member == member,
            t.challenge_member.c.left_on.is_(None),
            t.challenge.c.state == State.RUNNING,
        )
        .order_by(t.challenge.c.created_at)
    )
    return [_challenge(row) for row in rows]


def close(tx: Tx, challenge: str, state: State, now: datetime) -> bool:
    """End it. Returns whether it was running until now."""
    ended = tx.execute(
        update(t.challenge)
        .where(t.challenge.c.id == challenge, t.challenge.c.state == State.RUNNING)
        .values(state=state, ended_at=now)
    )
    tx.execute(update(t.challenge_member).where(t.challenge_member.c.challenge == challenge).values(next_final_at=None))
    return ended.rowcount == 1


def cheer(tx: Tx, challenge: str) -> None:
    tx.execute(update(t.challenge).where(t.challenge.c.id == challenge).values(cheers=t.challenge.c.cheers + 1))


def closing(tx: Tx, now: datetime) -> list[Challenge]:
    """Running challenges whose members' last days are all final; never before the noon after the last day, where it began."""
    awaited = select(t.challenge_member.c.id).where(
        t.challenge_member.c.challenge == t.challenge.c.id, t.challenge_member.c.next_final_at.is_not(None)
    )
    rows = tx.execute(
        select(t.challenge).where(
            t.challenge.c.state == State.RUNNING, t.challenge.c.last_day <= now.date(), ~awaited.exists()
        )
    ).all()
    ended = [_challenge(row) for row in rows]
    noons = {each.id: instant(each.last_day + timedelta(days=1), time(12), zone_of(each.zone)) for each in ended}
    return [each for each in ended if now >= noons[each.id]]


# --- members


def join(tx: Tx, challenge: str, member: str, joined_on: date | None, due_at: datetime | None, now: datetime) -> bool:
    """In for the first time, or again after leaving (one entry, from the earlier joining). False: was in already."""
    known = membership(tx, challenge, member)
    if known is None:
        tx.execute(
            insert(t.challenge_member).values(
                id=new_id(),
                challenge=challenge,
                member=member,
                joined_at=now,
                joined_on=joined_on,
                next_final_at=due_at,
            )
        )
        return True
    if known.left_on is None:
        return False
    change_member(tx, known.id, left_on=None, next_final_at=due_at)
    return True


def membership(tx: Tx, challenge: str, member: str) -> Membership | None:
    found = _members().where(t.challenge_member.c.challenge == challenge, t.challenge_member.c.member == member)
    row = tx.execute(found).one_or_none()
    return _membership(row) if row else None


def count_members(tx: Tx, challenge: str) -> int:
    return tx.execute(select(func.count()).where(t.challenge_member.c.challenge == challenge)).scalar_one()


def members(tx: Tx, challenge: str) -> list[Membership]:
    return [_membership(row) for row in tx.execute(_members().where(t.challenge_member.c.challenge == challenge))]


def memberships_of(tx: Tx, member: str) -> list[Membership]:
    """This person's part in running challenges."""
    running = select(t.challenge.c.id).where(t.challenge.c.state == State.RUNNING)
    found = _members().where(t.challenge_member.c.member == member, t.challenge_member.c.challenge.in_(running))
    return [_membership(row) for row in tx.execute(found)]


def due_members(tx: Tx, now: datetime, most: int) -> list[Membership]:
    """Members whose next day has become final, the longest due first."""
    due = _members().where(t.challenge_member.c.next_final_at <= now)
    return [_membership(row) for row in tx.execute(due.order_by(t.challenge_member.c.next_final_at).limit(most))]


def is_judging_due(tx: Tx, now: datetime) -> bool:
    """Whether a day has become final, or a challenge's days are over: an idle beat takes no write lock."""
    due = select(t.challenge_member.c.id).where(t.challenge_member.c.next_final_at <= now)
    if tx.execute(due.limit(1)).first() is not None:
        return True
    return bool(closing(tx, now))


def change_member(tx: Tx, membership: str, **values: object) -> None:
    tx.execute(update(t.challenge_member).where(t.challenge_member.c.id == membership).values(**values))


def next_final(tx: Tx) -> datetime | None:
    """The next moment at which a member's day becomes final."""
    found: datetime | None = tx.execute(select(func.min(t.challenge_member.c.next_final_at))).scalar()
    return found


# --- parts


_MEMBER_COLUMNS = [t.challenge_member.c[field.name] for field in fields(Membership) if field.name != "name"]


def _members() -> Select[Any]:
    """Members with the name that their account bears now; it is refreshed with each thing they say."""
    name = (
        select(t.account.c.name)
        .where(t.account.c.person == t.challenge_member.c.member)
        .order_by(t.account.c.first_seen_at)
        .limit(1)
        .scalar_subquery()
    )
    return select(*_MEMBER_COLUMNS, func.coalesce(name, "").label("name"))


def _membership(row: Row[Any]) -> Membership:
    values: tuple[Any, ...] = tuple(row)
    return Membership(*values)  # by place: a big team is read whole for each of its boards


def _one(tx: Tx, query: Select[Any]) -> Challenge | None:
    row = tx.execute(query).one_or_none()
    return _challenge(row) if row else None


def _challenge(row: Row[Any]) -> Challenge:
    values = {name: value for name, value in row._mapping.items() if name != "ended_at"}
    return Challenge(**{**values, "state": State(values["state"])})


def _new_code(tx: Tx) -> str:
    while True:
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        if by_code(tx, code) is None:
            return code


def _at(address: Address) -> tuple[Any, ...]:
    return (*_chat(address), t.room.c.thread_id == address.thread)


def _chat(address: Address) -> tuple[Any, ...]:
    c = t.room.c
    return c.platform == address.platform, c.bot_id == address.bot, c.chat_id == address.chat
