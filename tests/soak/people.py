"""People for a soak, written straight into a database of any kind: each has a slot due now, in the middle of their day."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, insert, select

from benchmarks import people
from bot.store import tables as t

# One of them has midday, whatever the hour here: quiet hours and the end of a day are not what is tested.
_ZONES = ("Pacific/Auckland", "Asia/Tokyo", "Asia/Kolkata", "Europe/Berlin", "America/New_York", "Pacific/Honolulu")
_COPIED = (t.person, t.account, t.room, t.setting_version, t.slot)
_AT_ONCE = 2_000


def fill_due(path: Path, count: int, silent: int = 0) -> list[str]:
    """A SQLite database of `count` people who are due now. The chats of all; the first `silent` of them have stopped the bot."""
    now = datetime.now(UTC)
    people.fill(path, count, now)
    zone, local = midday(now)
    with closing(sqlite3.connect(path)) as tx:
        for name in ("round_done", "session", "nudge", "inbox", "postbox"):
            tx.execute(f"DELETE FROM {name}")
        due = f"{now - timedelta(seconds=1):%Y-%m-%d %H:%M:%S}.000000"
        tx.execute(
            "UPDATE slot SET at = ?, next_due_at = ?, next_label = ?",
            (f"{local:%H:%M:%S}.000000", due, f"{local:%Y-%m-%d}"),
        )
        tx.execute("UPDATE person SET zone = ?, heard_on = ?", (zone, f"{local - timedelta(days=1):%Y-%m-%d}"))
        tx.execute("UPDATE setting_version SET value = ? WHERE kind = 'zone'", (zone,))
        tx.execute("UPDATE person SET stopped = 1 WHERE rowid <= ?", (silent,))
        tx.commit()
        return [str(row[0]) for row in tx.execute("SELECT chat_id FROM room ORDER BY id")]


def midday(now: datetime) -> tuple[str, datetime]:
    """A zone where it is about noon, and the minute that it shows there."""
    zone = min(_ZONES, key=lambda name: abs(now.astimezone(ZoneInfo(name)).hour - 12))
    return zone, now.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0)


def copy(path: Path, url: str) -> None:
    """The same people in another database, whose tables are made."""
    here, there = create_engine(f"sqlite:///{path}"), create_engine(url)
    try:
        with here.connect() as source, there.begin() as target:
            for table in _COPIED:
                found: Sequence[dict[str, object]] = [dict(row._mapping) for row in source.execute(select(table))]
                for first in range(0, len(found), _AT_ONCE):
                    target.execute(insert(table), found[first : first + _AT_ONCE])
    finally:
        here.dispose()
        there.dispose()


def silent_chats(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as tx:
        rows = tx.execute("SELECT chat_id FROM room JOIN person ON person.id = room.person WHERE person.stopped")
        return [str(row[0]) for row in rows]
