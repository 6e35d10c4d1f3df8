"""A store on a SQLite file: one writer thread and a small pool of read-only connections.

The writer takes all waiting units into one transaction, each in its own savepoint, and their futures resolve after the
shared commit (group commit, docs/decisions/0002). SQLite may roll the transaction back by itself, so a fault in one unit
is a fault of its whole group, and each of them runs again.
"""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from bot.store.faults import StoreBusy, StoreClosed, StoreFault, StoreFull, translate
from bot.store.unit import BUSY_SECONDS, T, Tx, carried, to_its_end

BUSY_STEP_MS = 1000  # SQLite's own wait inside one try
BUSY_PAUSE = 0.05  # between two tries, for the kinds of busy that SQLite does not wait for by itself
GROUP_MOST = 64  # units in one commit: bounds the time that a press waits behind others
READERS = 4
# SQLite carries its log into the file whenever a thousand pages have gathered, in whoever's commit that is: a tenth of a
# second with a slow fsync, in which every press waits. A thread of its own does it here, and commits go on beside it.
COMMITS_A_CHECKPOINT = 250
# Under commits without end that thread never comes to the last page, and the log would grow for ever: from so many pages
# (8 MB) on the writer itself carries over the few that are left then, between two commits.
LOG_PAGES_MOST = 2_000
PAGE = 4_096
# A burst writes megabytes in fewer commits than that. The log would take what is left of a small disk, and what cannot be
# carried over then, as the file cannot grow, would keep it for ever: so also whenever the log's file has grown by so much.
LOG_GROWS_BY = 1_000_000  # bytes

log = structlog.get_logger()


class _Waiting:
    """A unit that was handed in: from here on nothing takes it back."""

    __slots__ = ("future", "since", "unit")

    def __init__(self, unit: Callable[[Tx], Any]) -> None:
        self.unit = unit
        self.future: Future[Any] = Future()
        self.future.set_running_or_notify_cancel()
        self.since = time.monotonic()


def open_engine(path: Path, *, read_only: bool = False, foreign_keys: bool = True, checkpoints: bool = True) -> Engine:
    """An engine on a SQLite file: WAL, full sync, foreign keys, and BEGIN IMMEDIATE for whoever writes.

    Migrations go without foreign keys: a table that is made anew is dropped for a moment, and would take its children along.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)),  # not as text: a "?" in the path would begin a query
        poolclass=QueuePool,
        pool_size=READERS if read_only else 1,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_STEP_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we write BEGIN ourselves; the driver's own transactions lose updates
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_STEP_MS}")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        else:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            if not checkpoints:
                cursor.execute("PRAGMA wal_autocheckpoint=0")
                cursor.execute(f"PRAGMA journal_size_limit={LOG_PAGES_MOST * PAGE}")  # when the log begins anew
            cursor.execute("PRAGMA secure_delete=ON")  # what was erased is overwritten, not only forgotten
            cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


class SqliteStore:
    """One database file, open. Build it with `bot.store.opening.open_store`, which also migrates."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = open_engine(path, checkpoints=False)
        self._reader = open_engine(path, read_only=True)
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._thread = threading.Thread(target=self._work, name="store-write", daemon=True)
        self._full = threading.Event()  # enough has gathered in the log
        self._log = Path(f"{path}-wal")
        self._log_size = 0  # when it was last carried over for its size
        self._commits = 0
        self._rest_is_the_writers = False
        self._carrier = threading.Thread(target=self._carry, name="store-checkpoint", daemon=True)
        self._closed = False
        self._thread.start()
        self._carrier.start()

    async def run(self, unit: Callable[[Tx], T]) -> T:
        return await asyncio.shield(asyncio.wrap_future(self._submit(unit)))

    def _submit(self, unit: Callable[[Tx], T]) -> "Future[T]":
        if self._closed:
            raise StoreClosed("closed")
        waiting = _Waiting(unit)
        self._waiting.put(waiting)
        return waiting.future

    async def read(self, query: Callable[[Tx], T]) -> T:
        if self._closed:
            raise StoreClosed("closed")
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, query)

    def _read(self, query: Callable[[Tx], T]) -> T:
        try:
            with self._reader.begin() as tx:
                return query(tx)
        except DBAPIError as error:
            raise translate(error) or error from None
        except StopIteration as error:
            raise carried(error) from None

    async def checkpoint(self) -> None:
        """Carry what was committed from the log into the file and empty the log, so that what was erased leaves it too.

        Does as much as is possible beside who reads and writes just now; the next one does the rest.
        """
        if self._closed:
            raise StoreClosed("closed")
        await asyncio.get_running_loop().run_in_executor(self._readers, self._checkpoint)

    def _checkpoint(self) -> None:
        connection = self._reader.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        except sqlite3.OperationalError as error:
            log.warning("store.no-checkpoint", reason=error.sqlite_errorname)
        finally:
            connection.close()

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._waiting.put(None)
        await to_its_end(self._end)

    def _end(self) -> None:
        self._thread.join()
        self._full.set()
        self._carrier.join()
        self._readers.shutdown(wait=True)
        self._reader.dispose()
        self._writer.dispose()

    # --- the checkpoint's thread ---

    def _carry(self) -> None:
        failing = ""  # said once: while the disk is full each try fails the same way
        with closing(sqlite3.connect(self.path, BUSY_STEP_MS / 1000, isolation_level=None)) as connection:
            while self._full.wait() and not self._closed:
                self._full.clear()
                if self._rest_is_the_writers:
                    continue  # who finds the other at it carries nothing over
                try:
                    _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                    if pages >= LOG_PAGES_MOST:  # carried over or not: commits that came meanwhile are not counted
                        self._rest_is_the_writers = True
                    failing = ""
                except sqlite3.Error as error:  # the log grows until the next one
                    reason = getattr(error, "sqlite_errorname", type(error).__name__)
                    if reason != failing:
                        log.warning("store.no-checkpoint", reason=reason)
                    failing = reason

    # --- the writer thread ---

    def _work(self) -> None:
        more = True
        while more:
            group, more = self._take()
            try:
                self._commit(group)
            except BaseException as error:  # without this thread everybody would wait for ever
                for waiting in group:
                    if not waiting.future.done():
                        waiting.future.set_exception(error)
                log.error("store.writer-failed", exc_info=error)

    def _take(self) -> tuple[list[_Waiting], bool]:
        """What waits, at least one unit; and whether more may come."""
        group: list[_Waiting] = []
        while not group or (len(group) < GROUP_MOST and not self._waiting.empty()):
            waiting = self._waiting.get()
            if waiting is None:
                return group, False
            group.append(waiting)
        return group, True

    def _commit(self, group: list[_Waiting]) -> None:
        """Commit a group; if that fails, each unit again alone, so that one cannot spoil the others."""
        while group:
            try:
                results = self._together(group)
            except StoreBusy as fault:
                for waiting in group:
                    if time.monotonic() - waiting.since >= BUSY_SECONDS:
                        waiting.future.set_exception(fault)
                group = [waiting for waiting in group if not waiting.future.done()]
                time.sleep(BUSY_PAUSE)
            except Exception as error:  # noqa: BLE001 - handed to the caller's future
                if len(group) == 1:
                    log.warning("store.fault", kind=getattr(error, "kind", type(error).__name__), reason=str(error))
                    group[0].future.set_exception(error)
                    return
                for waiting in group:
                    self._commit([waiting])
                return
            else:
                for waiting, (value, raised) in zip(group, results, strict=True):
                    if raised is None:
                        waiting.future.set_result(value)
                    else:
                        waiting.future.set_exception(raised)
                return

    def _together(self, group: list[_Waiting]) -> list[tuple[Any, BaseException | None]]:
        """All units in one transaction: what each gave or raised, after the commit. Raises what concerns them all."""
        try:
            if self._rest_is_the_writers:
                self._carry_the_rest()
            with self._writer.connect() as tx, tx.begin():
                results = [self._one(tx, waiting) for waiting in group]
            self._committed()
            return results
        except DBAPIError as error:
            fault = translate(error)
            if fault is None:
                log.exception("store.bug")
                fault = StoreFault(type(error).__name__)
            if isinstance(fault, StoreFull):
                self._full.set()  # a log that is carried over begins anew, in the room that it has
            raise fault from None

    def _committed(self) -> None:
        self._commits += 1
        try:
            size = self._log.stat().st_size
        except OSError:  # somebody took it away; the next unit is told
            size = 0
        grown = size - self._log_size >= LOG_GROWS_BY
        if grown or self._commits % COMMITS_A_CHECKPOINT == 0:
            self._full.set()
        if grown or size < self._log_size:
            self._log_size = size

    def _carry_the_rest(self) -> None:
        """Until the log begins anew, which it does when nobody reads from it just then."""
        busy, pages = 0, 0
        with self._writer.connect() as connection, closing(connection.connection.cursor()) as cursor:
            try:
                busy, pages, _ = cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            except sqlite3.Error as error:  # no fault of the units that wait; the other thread asks again
                log.warning("store.no-checkpoint", reason=getattr(error, "sqlite_errorname", type(error).__name__))
        self._rest_is_the_writers = bool(busy) or pages >= LOG_PAGES_MOST

    def _one(self, tx: Tx, waiting: _Waiting) -> tuple[Any, BaseException | None]:
        """One unit in its savepoint. Its own exception undoes it alone; a database fault undoes the whole group."""
        savepoint = tx.begin_nested()
        try:
            value = waiting.unit(tx)
        except DBAPIError as error:
            if translate(error) is not None:
                raise
            savepoint.rollback()
            return None, error
        except BaseException as error:  # noqa: BLE001 - handed to the caller's future, not swallowed
            savepoint.rollback()
            return None, carried(error)
        savepoint.commit()
        return value, None


def quick_check(tx: Tx) -> str | None:
    """None when SQLite finds the file whole, else its first complaint. Reads the whole file."""
    complaint: str = tx.execute(text("PRAGMA quick_check(1)")).scalar_one()
    return None if complaint == "ok" else complaint
