"""Lease time is the database's own clock: it never travels, and it is the same for every replica."""

from datetime import UTC, datetime

from sqlalchemy import text

from bot.store.unit import Tx


def database_now(tx: Tx) -> datetime:
    stamp: str = tx.execute(text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")).scalar_one()
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC)
