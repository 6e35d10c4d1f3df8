"""People, their accounts and their private rooms."""

from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Row, insert, select, update

from bot.addresses import Account, Address
from bot.store import tables as t
from bot.store.unit import Tx
from drills.day import DEFAULT_DAY_START
from drills.safety import Screened

QUIET_FROM, QUIET_TO = time(22), time(7)  # the default quiet hours


@dataclass(frozen=True, slots=True)
class Person:
    """One person. None where a question of the onboarding has not been answered yet."""

    id: str
    created_at: datetime
    joined_day: date | None
    language: str
    zone: str | None
    day_start: time
    minutes: int | None
    band: bool | None
    follow_ups: bool
    quiet_from: time | None
    quiet_to: time | None
    streak_hidden: bool
    agreed_at: datetime | None
    screened: Screened | None
    screened_on: date | None
    silent_day: date | None
    stopped: bool
    heard_on: date | None
    asking: str | None
    asking_arg: str | None


_COLUMNS = [t.person.c[field.name] for field in fields(Person)]


def _person(row: Row[Any]) -> Person:
    values = dict(row._mapping)
    values["screened"] = Screened(values["screened"]) if values["screened"] else None
    return Person(**values)


def load(tx: Tx, person: str) -> Person | None:
    row = tx.execute(select(*_COLUMNS).where(t.person.c.id == person)).one_or_none()
    return _person(row) if row else None


def by_account(tx: Tx, account: Account) -> Person | None:
    row = tx.execute(
        select(*_COLUMNS)
        .join(t.account, t.account.c.person == t.person.c.id)
        .where(
            t.account.c.platform == account.platform,
            t.account.c.bot_id == account.bot,
            t.account.c.external_id == account.id,
        )
    ).one_or_none()
    return _person(row) if row else None


def create(
    tx: Tx, person: str, account: Account, name: str, language: str, now: datetime, state: str = "reachable"
) -> Person:
    """A new person, known by this account; "new" until they have opened a chat with us."""
    tx.execute(
        insert(t.person).values(
            id=person,
            created_at=now,
            language=language,
            day_start=DEFAULT_DAY_START,
            quiet_from=QUIET_FROM,
            quiet_to=QUIET_TO,
        )
    )
    tx.execute(
        insert(t.account).values(
            platform=account.platform,
            bot_id=account.bot,
            external_id=account.id,
            person=person,
            name=name[:128],
            state=state,
            first_seen_at=now,
        )
    )
    created = load(tx, person)
    assert created is not None
    return created


def change(tx: Tx, person: str, **values: object) -> None:
    """Set columns of one person."""
    tx.execute(update(t.person).where(t.person.c.id == person).values(**values))


def seen(tx: Tx, account: Account, name: str) -> None:
    """The person wrote: refresh the name and mark the account reachable. Writes only what changed."""
    here = (
        t.account.c.platform == account.platform,
        t.account.c.bot_id == account.bot,
        t.account.c.external_id == account.id,
    )
    tx.execute(
        update(t.account)
        .where(*here, (t.account.c.name != name[:128]) | (t.account.c.state != "reachable"))
        .values(name=name[:128], state="reachable")
    )


def refresh_name(tx: Tx, account: Account, name: str) -> None:
    """In a team chat: the name as it is now. It says nothing about whether we may write in private."""
    here = (
        t.account.c.platform == account.platform,
        t.account.c.bot_id == account.bot,
        t.account.c.external_id == account.id,
    )
    tx.execute(update(t.account).where(*here, t.account.c.name != name[:128]).values(name=name[:128]))


def set_reachable(tx: Tx, account: Account, reachable: bool) -> None:
    tx.execute(
        update(t.account)
        .where(
            t.account.c.platform == account.platform,
            t.account.c.bot_id == account.bot,
            t.account.c.external_id == account.id,
        )
        .values(state="reachable" if reachable else "blocked")
    )


def block_everywhere(tx: Tx, person: str) -> None:
    """The platform said that nobody is there: prompts stop until the person writes again."""
    tx.execute(update(t.account).where(t.account.c.person == person).values(state="blocked"))


def is_reachable(tx: Tx, person: str) -> bool:
    found = select(t.account.c.person).where(t.account.c.person == person, t.account.c.state == "reachable")
    return tx.execute(found.limit(1)).first() is not None


def keep_private_room(tx: Tx, person: str, address: Address) -> None:
    """Remember where this person's private chat is."""
    same = (
        t.room.c.platform == address.platform,
        t.room.c.bot_id == address.bot,
        t.room.c.chat_id == address.chat,
        t.room.c.thread_id == address.thread,
    )
    known = tx.execute(select(t.room.c.id, t.room.c.person).where(*same)).one_or_none()
    if known is None:
        tx.execute(
            insert(t.room).values(
                platform=address.platform,
                bot_id=address.bot,
                chat_id=address.chat,
                thread_id=address.thread,
                kind="private",
                state="open",
                person=person,
            )
        )
    elif known.person != person:
        tx.execute(update(t.room).where(t.room.c.id == known.id).values(person=person, kind="private"))


def private_address(tx: Tx, person: str) -> Address | None:
    row = tx.execute(
        select(t.room.c.platform, t.room.c.bot_id, t.room.c.chat_id, t.room.c.thread_id)
        .where(t.room.c.person == person, t.room.c.kind == "private")
        .order_by(t.room.c.id)
        .limit(1)
    ).one_or_none()
    return Address(row.platform, row.bot_id, row.chat_id, row.thread_id) if row else None
