"""What the tests of the store share: a second connection, a count that lives in one row, units that wait or refuse."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, NoReturn

import psycopg
from sqlalchemy import insert, select, update

from bot.store import tables as t
from bot.store.unit import Store, Tx

PATIENCE = 30.0  # seconds; used up by failures only


class Witness:
    """Sees what was committed, and nothing else. Instants and days come as SQLite keeps them: as text; truth as 1 and 0."""

    IN_ORDER = "?"  # the column that tells in which order rows came

    def execute(self, query: str, *values: object) -> None:
        raise NotImplementedError

    def all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def seconds_left(self, table: str, column: str) -> float:
        """From now, by the database's clock, until what stands in the column of the only row."""
        raise NotImplementedError

    def changes(self, table: str) -> object:
        """Another one whenever somebody wrote to the table."""
        raise NotImplementedError

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
        return [name for (name,) in self.all(f"SELECT name FROM local_persona ORDER BY {self.IN_ORDER}")]


class SqliteWitness(Witness):
    IN_ORDER = "rowid"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, query: str, *values: object) -> None:
        self._connection.execute(query, values)

    def all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, values).fetchall()

    def seconds_left(self, table: str, column: str) -> float:
        return float(self.one(f"SELECT (julianday({column}) - julianday('now')) * 86400 FROM {table}"))

    def changes(self, table: str) -> object:
        return self.one("PRAGMA data_version")


class PostgresWitness(Witness):
    IN_ORDER = "ctid"

    def __init__(self, connection: "psycopg.Connection[tuple[Any, ...]]") -> None:
        self._connection = connection

    def execute(self, query: str, *values: object) -> None:
        self._connection.execute(query.replace("?", "%s").encode(), values or None)

    def all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        rows = self._connection.execute(query.replace("?", "%s").encode(), values or None).fetchall()
        return [tuple(_as_sqlite_keeps_it(value) for value in row) for row in rows]

    def seconds_left(self, table: str, column: str) -> float:
        return float(self.one(f"SELECT extract(epoch FROM {column} - clock_timestamp()) FROM {table}"))

    def changes(self, table: str) -> object:
        return self.all(f"SELECT xmin::text FROM {table} ORDER BY 1")


def _as_sqlite_keeps_it(value: object) -> object:
    match value:
        case bool():
            return int(value)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        case date():
            return value.isoformat()
        case _:
            return value


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


class Refused(Exception):
    """A test's own exception."""


def refuse(tx: Tx) -> NoReturn:
    name_one("half")(tx)
    raise Refused


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


async def behind(store: Store, units: list[Callable[[Tx], Any]]) -> list[Any]:
    """The results of units that were all handed in while another one was held up."""
    held = Held()
    first = asyncio.create_task(store.run(held))
    assert await asyncio.to_thread(held.begun.wait, PATIENCE)
    waiting = [asyncio.create_task(store.run(unit)) for unit in units]
    await asyncio.sleep(0)  # every one has handed its unit in
    held.let_go()
    await first
    return await asyncio.gather(*waiting, return_exceptions=True)


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
