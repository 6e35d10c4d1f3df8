"""Everything of one person: taken out as rows (export), or removed (erase). Both lists come from the tables themselves."""

import hashlib
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, update

from bot.addresses import Account, Address
from bot.store import tables as t
from bot.store.unit import Tx

TOMBSTONE_KEPT_FOR = timedelta(days=30)

_BURIED = select(t.tombstone.c.account_hash).where(t.tombstone.c.account_hash.in_(bindparam("hashes", expanding=True)))


def person_tables() -> list[Table]:
    """Every table with a `person` column, and `person` itself; children last."""
    return [table for table in t.metadata.sorted_tables if table is t.person or "person" in table.c]


def export(tx: Tx, person: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of one person, table by table, as JSON values. Times are UTC; practice days as they were frozen."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for table in person_tables():
        key = table.c.id if table is t.person else table.c.person
        rows[table.name] = _rows(tx, table, key == person)
    sessions = select(t.session.c.id).where(t.session.c.person == person)
    for table in (t.challenge_member, t.minute_taker):
        rows[table.name] = _rows(tx, table, table.c.member == person)
    rows[t.round_done.name] = _rows(tx, t.round_done, t.round_done.c.session.in_(sessions))
    return rows


def erase(tx: Tx, person: str, now: datetime) -> None:
    """Remove everything of one person. What stays for 30 days is a hash of each account and private chat: so a restored
    backup erases too, and what is on its way to the chat right now leaves no trace of it behind.
    """
    accounts = tx.execute(
        select(t.account.c.platform, t.account.c.bot_id, t.account.c.external_id).where(t.account.c.person == person)
    ).all()
    chats = tx.execute(
        select(t.room.c.platform, t.room.c.bot_id, t.room.c.chat_id).where(
            t.room.c.person == person, t.room.c.kind == "private"
        )
    ).all()
    for row in accounts:
        account = Account(row.platform, row.bot_id, row.external_id)
        _bury(tx, account, now)
        tx.execute(
            update(t.inbox)
            .where(
                t.inbox.c.platform == account.platform, t.inbox.c.bot_id == account.bot, t.inbox.c.lane == account.id
            )
            .values(payload="", lane="")
        )
        if account.platform == "local":
            tx.execute(delete(t.local_line).where(t.local_line.c.author == account.id))
    for row in chats:
        _bury(tx, Account(row.platform, row.bot_id, row.chat_id), now)
        tx.execute(
            delete(t.postbox).where(
                t.postbox.c.platform == row.platform,
                t.postbox.c.bot_id == row.bot_id,
                t.postbox.c.chat_id == row.chat_id,
            )
        )
        if row.platform == "local":
            tx.execute(delete(t.local_line).where(t.local_line.c.chat == row.chat_id))
    # A team keeps the score that was reached together, and forgets by whom: the board says "someone".
    mine = t.challenge_member.c.member == person
    shared = t.post.c.challenge.in_(select(t.challenge_member.c.challenge).where(mine))
    tx.execute(update(t.post).where(shared, t.post.c.shown > 0).values(wanted=t.post.c.wanted + 1))  # without the name
    tx.execute(update(t.challenge_member).where(mine).values(member=None, alias="", next_final_at=None))
    tx.execute(update(t.challenge).where(t.challenge.c.starter == person).values(starter=""))
    tx.execute(delete(t.minute_taker).where(t.minute_taker.c.member == person))
    tx.execute(delete(t.room).where(t.room.c.person == person))
    tx.execute(delete(t.person).where(t.person.c.id == person))  # the rest goes with it (ON DELETE CASCADE)


def _bury(tx: Tx, what: Account, now: datetime) -> None:
    tx.execute(delete(t.tombstone).where(t.tombstone.c.account_hash == account_hash(what)))
    tx.execute(insert(t.tombstone).values(account_hash=account_hash(what), erased_at=now))


def erased_chats(tx: Tx, addresses: Collection[Address]) -> frozenset[Address]:
    """Those that were the private chat of somebody who was erased and has not come back."""
    hashes = {account_hash(Account(each.platform, each.bot, each.chat)): each for each in addresses}
    buried = tx.execute(_BURIED, {"hashes": sorted(hashes)}).scalars()
    return frozenset(hashes[each] for each in buried if not _has_room(tx, hashes[each]))


def _has_room(tx: Tx, address: Address) -> bool:
    room = select(t.room.c.id).where(
        t.room.c.platform == address.platform, t.room.c.bot_id == address.bot, t.room.c.chat_id == address.chat
    )
    return tx.execute(room.limit(1)).first() is not None


def forget_tombstones(tx: Tx, now: datetime) -> int:
    """The backups that a tombstone guards against are gone by then."""
    return tx.execute(delete(t.tombstone).where(t.tombstone.c.erased_at < now - TOMBSTONE_KEPT_FOR)).rowcount


def account_hash(account: Account) -> str:
    return hashlib.sha256(f"{account.platform}:{account.bot}:{account.id}".encode()).hexdigest()


def _rows(tx: Tx, table: Table, condition: Any) -> list[dict[str, Any]]:
    return [
        {name: _json(value) for name, value in row._mapping.items()}
        for row in tx.execute(select(table).where(condition).order_by(*table.primary_key))
    ]


def _json(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime | date | time) else value
