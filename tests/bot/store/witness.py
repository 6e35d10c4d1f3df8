"""What the tests of the store share: a second connection, a count that lives in one row, a unit that waits."""

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select, update

from bot.store import tables as t
from bot.store.unit import Tx

PATIENCE = 30.0  # seconds; used up by failures only


class Witness:
    """Sees what was committed, and nothing else."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, values).fetchall()

    def one(self, query: str, *values: object) -> Any:
        """The only value of the only row."""
        [(value,)] = self.all(query, *values)
        return value

    @property
    def count(self) -> int:
        """What `count_up` has counted to."""
        found = self.all("SELECT offset_seconds FROM travel WHERE name = 'tally'")
        return int(found[0][0]) if found else 0

    @property
    def names(self) -> list[str]:
        """The personas, as `name_one` added them."""
        return [name for (name,) in self.all("SELECT name FROM local_persona ORDER BY rowid")]


def count_up(tx: Tx) -> int:
    """Read, add one in Python, write: what loses updates wherever two can do it at once."""
    seen = tx.execute(select(t.travel.c.offset_seconds).where(t.travel.c.name == "tally")).scalar()
    if seen is None:
        tx.execute(insert(t.travel).values(name="tally", offset_seconds=1))
        return 1
    tx.execute(update(t.travel).where(t.travel.c.name == "tally").values(offset_seconds=seen + 1))
    return int(seen) + 1


def name_one(name: str) -> Callable[[Tx], str]:
    """A unit that adds one row."""

    def unit(tx: Tx) -> str:
        tx.execute(insert(t.local_persona).values(id=name, name=name, seq=0))
        return name

    return unit


class Held:
    """A unit that holds the writer until it is let go, so that others are sure to wait behind it."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self._go = threading.Event()

    def __call__(self, tx: Tx) -> None:
        self.begun.set()
        assert self._go.wait(PATIENCE)

    def let_go(self) -> None:
        self._go.set()


class Locked:
    """Another connection, in a thread of its own, that holds the database's write lock until it is freed."""

    def __init__(self, path: object) -> None:
        self._path = str(path)
        self._held, self._free = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._hold)

    def __enter__(self) -> "Locked":
        self._thread.start()
        assert self._held.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self.free()

    def free(self) -> None:
        self._free.set()
        self._thread.join()

    def free_after(self, seconds: float) -> None:
        threading.Timer(seconds, self._free.set).start()

    def _hold(self) -> None:
        other = sqlite3.connect(self._path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        self._held.set()
        self._free.wait(PATIENCE)
        other.execute("COMMIT")
        other.close()
