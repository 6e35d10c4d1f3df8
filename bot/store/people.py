"""People, their accounts and their private rooms."""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from bot.addresses import Account, Address
from bot.store import tables as t
from bot.store.crowd import Question
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
    platform: str | None
    """Where prompts go; None: where the person came in."""


_COLUMNS = [t.person.c[field.name] for field in fields(Person)]
_SCREENED = next(number for number, column in enumerate(_COLUMNS) if column is t.person.c.screened)

_PERSON = Question(t.person.c.id, lambda them: select(*_COLUMNS, t.person.c.id.label("person")).where(them))
_ACCOUNTS = Question(
    t.account.c.person,
    lambda them: (
        select(t.account.c.platform, t.account.c.bot_id, t.account.c.external_id, t.account.c.state, t.account.c.person)
        .where(them)
        .order_by(t.account.c.first_seen_at, t.account.c.platform)
    ),
)
_ROOMS = Question(
    t.room.c.person,
    lambda them: (
        select(
            t.room.c.platform,
            t.room.c.bot_id,
            t.room.c.chat_id,
            t.room.c.thread_id,
            t.room.c.kind,
            t.room.c.person,
            t.person.c.platform.label("chosen"),
        )
        .join(t.person, t.person.c.id == t.room.c.person)
        .where(them)
        .order_by(t.room.c.id)
    ),
)


def _person(row: Row[Any]) -> Person:
    values = list(row[: len(_COLUMNS)])
    screened = values[_SCREENED]
    values[_SCREENED] = Screened(screened) if screened else None
    return Person(*values)


def load(tx: Tx, person: str) -> Person | None:
    rows = _PERSON(tx, person)
    return _person(rows[0]) if rows else None


def by_account(tx: Tx, account: Account) -> Person | None:
    row = tx.execute(
        select(*_COLUMNS).join(t.account, t.account.c.person == t.person.c.id).where(*_is(account))
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


def seen(tx: Tx, account: Account, name: str, state: str = "reachable") -> None:
    """The person wrote in private: refresh the name, and what we know of reaching them. Writes only what changed."""
    tx.execute(
        update(t.account)
        .where(*_is(account), (t.account.c.name != name[:128]) | (t.account.c.state != state))
        .values(name=name[:128], state=state)
    )


def heard_in_channel(tx: Tx, account: Account, name: str) -> None:
    """The person wrote where only they see it, but not in their private chat: whether that is closed stays as we know it."""
    known = tx.execute(select(t.account.c.state).where(*_is(account))).scalar()
    seen(tx, account, name, "blocked" if known == "blocked" else "reachable")


def refresh_name(tx: Tx, account: Account, name: str) -> None:
    """In a team chat: the name as it is now. It says nothing about whether we may write in private."""
    tx.execute(update(t.account).where(*_is(account), t.account.c.name != name[:128]).values(name=name[:128]))


def set_reachable(tx: Tx, account: Account, reachable: bool) -> None:
    tx.execute(update(t.account).where(*_is(account)).values(state="reachable" if reachable else "blocked"))


def block(tx: Tx, person: str, address: Address) -> None:
    """The platform said that nobody is there: no prompts go there until the person writes again."""
    here = (t.account.c.platform == address.platform, t.account.c.bot_id == address.bot)
    tx.execute(update(t.account).where(t.account.c.person == person, *here).values(state="blocked"))


def unblock(tx: Tx, person: str, address: Address) -> None:
    """The chat took a message after all."""
    here = (t.account.c.platform == address.platform, t.account.c.bot_id == address.bot)
    tx.execute(update(t.account).where(t.account.c.person == person, *here).values(state="reachable"))


def is_reachable(tx: Tx, person: str) -> bool:
    """Whether we may write to the chat that prompts go to; before there is one, to any."""
    address = private_address(tx, person)
    return any(
        row.state == "reachable" and (address is None or (row.platform, row.bot_id) == (address.platform, address.bot))
        for row in _ACCOUNTS(tx, person)
    )


def accounts(tx: Tx, person: str) -> list[Account]:
    """Where the person is, in the order in which they came."""
    return [Account(row.platform, row.bot_id, row.external_id) for row in _ACCOUNTS(tx, person)]


def keep_private_room(tx: Tx, person: str, address: Address) -> None:
    """Remember where this person's private chat is."""
    _keep_room(tx, person, replace(address, thread=""), "private")


def private_address(tx: Tx, person: str) -> Address | None:
    """The private chat that prompts go to: on the platform that the person chose, else where they came in."""
    rooms = [row for row in _ROOMS(tx, person) if row.kind == "private"]
    chosen = next((row for row in rooms if row.platform == row.chosen), rooms[0] if rooms else None)
    return _address(chosen) if chosen else None


# --- the line in a channel, for those whose private chat is closed to us


def keep_line(tx: Tx, person: str, address: Address | None) -> None:
    """The conversation in a channel in which one quiet line may stand when no prompt can come; None: nowhere."""
    tx.execute(delete(t.room).where(t.room.c.person == person, t.room.c.kind == "line"))
    if address is not None:
        _keep_room(tx, person, address, "line")


def line_address(tx: Tx, person: str) -> Address | None:
    line = next((row for row in _ROOMS(tx, person) if row.kind == "line"), None)
    return _address(line) if line else None


def _keep_room(tx: Tx, person: str, address: Address, kind: str) -> None:
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
                kind=kind,
                state="open",
                person=person,
            )
        )
    elif known.person != person:
        tx.execute(update(t.room).where(t.room.c.id == known.id).values(person=person, kind=kind))


def _address(row: Row[Any]) -> Address:
    return Address(row.platform, row.bot_id, row.chat_id, row.thread_id)


def _is(account: Account) -> tuple[ColumnElement[bool], ...]:
    c = t.account.c
    return c.platform == account.platform, c.bot_id == account.bot, c.external_id == account.id
