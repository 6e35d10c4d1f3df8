"""A backup takes the place of the database, and learns what has happened since and may not be undone.

Whoever erased themselves after the backup was made is erased again. What was sent since, or was on its way, is known to be, so
nobody is prompted twice. The days in between count as an outage of ours, because there was no beat in them.
"""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, create_engine, delete, insert, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from bot.addresses import Account
from bot.store import beats, erasing, posts
from bot.store import tables as t
from bot.store.backup import CannotCopy, copy_database, examine, sync, uri
from bot.store.opening import HEAD, open_store
from bot.store.unit import Tx
from scheduler.nudge import NudgeState
from scheduler.slot import Due, Rule, next_due

ON_THE_WAY = (NudgeState.PLANNED, NudgeState.CLAIMED, NudgeState.SENDING)
BEFORE = timedelta(days=2)  # a nudge that was due so long before the backup has been settled by then


@dataclass(frozen=True, slots=True)
class Present:
    """What the database that is replaced knows, and the backup must learn. `unread`: it is there, and cannot be read."""

    there: bool = False
    unread: bool = False
    accounts: frozenset[Account] = frozenset()
    stones: dict[str, datetime] = field(default_factory=dict)
    until: datetime | None = None  # what was due by then has been dealt with
    travelled: timedelta = timedelta()
    nudges: Sequence[Row[Any]] = ()
    posts: Sequence[Row[Any]] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """`beside`: where the replaced database is now, if there was one. `unread`: nothing could be learnt from it."""

    people: int
    erased: int
    made: datetime | None
    beside: Path | None
    unread: bool


async def restore(file: Path, database: Path, now: datetime, *, however_old: bool = False) -> Restored:
    """Put a backup in the place of the database, whose lock the caller holds. Raises CannotCopy or StoreFault."""
    copy = examine(file)
    if copy.revision > HEAD:
        raise CannotCopy("too-new", file)
    if not however_old and copy.beat is not None and copy.beat < now - erasing.TOMBSTONE_KEPT_FOR:
        raise CannotCopy("old", file)
    present = _look_at(database, (copy.beat or now) - BEFORE)
    fresh = database.with_name(f"{database.name}.restoring")
    _remove(fresh)  # of a restore that did not come to its end
    try:
        copy_database(file, fresh)
        store = open_store(fresh)
        try:
            erased = await store.run(lambda tx: learn(tx, present))
            await store.checkpoint()
        finally:
            await store.close()
        people = examine(fresh).people
        beside = _take_place(fresh, database, present.there, now)
    finally:
        _remove(fresh)
    return Restored(people, erased, copy.beat, beside, present.unread)


def _look_at(database: Path, since: datetime) -> Present:
    if not database.exists():
        return Present()
    with suppress(sqlite3.Error, UnicodeDecodeError), closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # then the file alone is all of it
    try:
        return _read(database, since)
    except (DBAPIError, UnicodeDecodeError, ValueError):
        return Present(there=True, unread=True)


def _read(database: Path, since: datetime) -> Present:
    """Raises DBAPIError for a file that is damaged, or of a version whose tables are not ours."""
    engine = create_engine(f"sqlite:///{uri(database)}&uri=true", poolclass=NullPool, hide_parameters=True)
    nudge = t.nudge.c
    with engine.connect() as tx:
        stones = {row.account_hash: row.erased_at for row in tx.execute(select(t.tombstone))}
        beat = tx.execute(select(t.heartbeat.c.at).where(t.heartbeat.c.name == "engine")).scalar()
        nudges = tx.execute(select(t.nudge).where(or_(nudge.due_at >= since, nudge.state.in_(ON_THE_WAY)))).all()
        moments = [beat, *(row.sent_at for row in nudges)]
        return Present(
            there=True,
            accounts=frozenset(account for account, *_ in _accounts(tx)),
            stones=stones,
            until=max((moment for moment in moments if moment is not None), default=None),
            travelled=beats.travelled(tx),
            nudges=nudges,
            posts=tx.execute(select(t.post)).all(),
        )


def learn(tx: Tx, present: Present) -> int:
    """What the restored database must know of what came after it. Returns how many people were erased again."""
    if (
        beats.travelled(tx) == present.travelled
    ):  # otherwise the time machine goes back, and what was sent is yet to come
        both = frozenset(person for account, person, _ in _accounts(tx) if account in present.accounts)
        _learn_nudges(tx, [row for row in present.nudges if row.person in both])
        if present.until is not None:
            _pass_by(tx, both, present.until)
        _learn_posts(tx, present.posts)
    return _erase_again(tx, present.stones)


def _erase_again(tx: Tx, stones: dict[str, datetime]) -> int:
    gone: dict[str, datetime] = {}
    for account, person, first_seen in _accounts(tx):
        at = stones.get(erasing.account_hash(account))
        if at is not None and at >= first_seen:  # an older stone is of somebody who has come back
            gone[person] = max(at, gone.get(person, at))
    for person, at in gone.items():
        erasing.erase(tx, person, at)
    known = {row.account_hash: row.erased_at for row in tx.execute(select(t.tombstone))}
    for account_hash, at in stones.items():
        if account_hash not in known:
            tx.execute(insert(t.tombstone).values(account_hash=account_hash, erased_at=at))
        elif known[account_hash] < at:
            same = t.tombstone.c.account_hash == account_hash
            tx.execute(update(t.tombstone).where(same).values(erased_at=at))
    return len(gone)


def _accounts(tx: Tx) -> list[tuple[Account, str, datetime]]:
    """Every account, whose it is, and since when. `/link` changes whose it is, so across time a person is known by these."""
    return [
        (Account(row.platform, row.bot_id, row.external_id), row.person, row.first_seen_at)
        for row in tx.execute(select(t.account))
    ]


def _learn_nudges(tx: Tx, rows: Sequence[Row[Any]]) -> None:
    for row in rows:
        tx.execute(delete(t.nudge).where(or_(t.nudge.c.key == row.key, t.nudge.c.id == row.id)))
        tx.execute(insert(t.nudge).values(**row._mapping))


def _pass_by(tx: Tx, people: frozenset[str], until: datetime) -> None:
    """What was due by then was prompted for, or rightly not, perhaps by a slot that the backup does not have."""
    rows = tx.execute(
        select(t.slot, t.person.c.zone)
        .join(t.person, t.person.c.id == t.slot.c.person)
        .where(t.slot.c.next_due_at <= until)
    ).all()
    for row in rows:
        if row.person not in people:
            continue
        last, due = row.last_label, Due(row.next_label, row.next_due_at)
        with suppress(ValueError):  # a zone that the rules lost: planning says so
            rule = Rule(row.at, frozenset(int(digit) for digit in row.weekdays), row.zone)
            while due.at <= until:
                last, due = due.label, next_due(rule, due.at, due.label)
        same = t.slot.c.id == row.id
        tx.execute(update(t.slot).where(same).values(last_label=last, next_due_at=due.at, next_label=due.label))


def _learn_posts(tx: Tx, rows: Sequence[Row[Any]]) -> None:
    """No recap and no result comes a second time; a board is drawn anew, because what it shows has changed."""
    rooms = {tuple(row) for row in tx.execute(select(t.challenge_room.c.challenge, t.challenge_room.c.room))}
    for row in rows:
        if (row.challenge, row.room) not in rooms:
            continue
        same = (t.post.c.challenge == row.challenge, t.post.c.room == row.room, t.post.c.what == row.what)
        tx.execute(delete(t.post).where(*same))
        wanted = row.wanted + (row.what == posts.BOARD)
        tx.execute(insert(t.post).values(**{**row._mapping, "wanted": wanted}))


def _take_place(fresh: Path, database: Path, there: bool, now: datetime) -> Path | None:
    """At every moment there is a whole database in its place: first the one, then the other."""
    beside = database.with_name(f"{database.name}.before-{now:%Y%m%dT%H%M%SZ}")
    if beside.exists():
        raise CannotCopy("exists", beside)
    if there:
        for tail in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                database.with_name(database.name + tail).rename(beside.with_name(beside.name + tail))
        owner = database.stat()
        with suppress(OSError):  # whoever restores may be root, and the bot is not
            os.chown(fresh, owner.st_uid, owner.st_gid)
        try:
            os.link(database, beside)
        except OSError:  # a file system without links
            database.rename(beside)
    fresh.rename(database)
    sync(database.parent)
    return beside if there else None


def _remove(path: Path) -> None:
    for tail in ("", "-wal", "-shm"):
        path.with_name(path.name + tail).unlink(missing_ok=True)
