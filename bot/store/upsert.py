"""INSERT … ON CONFLICT, which both databases know and SQLAlchemy writes down once for each."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.unit import Tx


def upsert(tx: Tx, table: Table) -> sqlite.Insert:
    """An insert with `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if tx.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)  # type: ignore[return-value]  # the same two methods, without a class in common
