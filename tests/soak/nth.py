"""The n-th call fails: one statement or COMMIT of the database, or one HTTP call, counted from the moment of arming."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from sqlalchemy import Engine, event

from bot import intake
from bot.build import Bot
from bot.platforms.telegram.platform import Telegram
from bot.platforms.telegram.transport import Transport
from bot.store import sqlite
from bot.store.postgres import PostgresStore
from bot.store.sqlite import SqliteStore
from tests.kit.telegram import Cut, Refuse, TelegramServer
from tests.kit.telegram.faults import Fault

NOWHERE = "http://127.0.0.1:1"  # nobody listens there: the connection is refused by the system itself
RAISED = {
    "busy": ("database is locked", "SQLITE_BUSY"),
    "full": ("database or disk is full", "SQLITE_FULL"),
    "io": ("disk I/O error", "SQLITE_IOERR_WRITE"),
}
SERIALIZATION = "DO $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '40001'; END $$"
HANG_UP = "SELECT pg_terminate_backend(pg_backend_pid())"
ON_SQLITE = tuple(RAISED)
ON_POSTGRES = ("serialization", "killed", "answer-lost")
ON_THE_WIRE: dict[str, Fault | None] = {
    "refused": None,
    "500": Refuse(500, "Internal Server Error: restart"),
    "429": Refuse(429, "Too Many Requests: retry after 1", {"retry_after": 1}),
    "cut": Cut(),
    "cut-after": Cut(done=True),  # the server has carried it out
}


class Nth:
    """Counts while it is armed, and fails one call. `fired`: the n-th came."""

    def __init__(self) -> None:
        self.kind = ""
        self.fired: str | None = None
        self.count = 0
        self._n = 0
        self._armed = False
        self._lock = threading.Lock()

    def arm(self, kind: str, n: int) -> None:
        """`n` 0: only count."""
        self.kind, self._n, self.count, self.fired, self._armed = kind, n, 0, None, True

    def disarm(self) -> None:
        self._armed = False

    def strikes(self, kinds: object, what: str) -> bool:
        """Whether this call is the one."""
        with self._lock:
            if not self._armed or self.kind not in kinds:  # type: ignore[operator]
                return False
            self.count += 1
            if self.count != self._n:
                return False
            self.fired = what
            return True


def watch_database(nth: Nth, bot: Bot) -> None:
    store = bot.store._inner  # type: ignore[attr-defined]
    match store:
        case SqliteStore():
            for engine in (store._writer, store._reader):
                _watch(engine, lambda work, what, _c: _on_sqlite(nth, work, what))
        case PostgresStore():
            _watch(store._engine, lambda work, what, connection: _on_postgres(nth, work, what, connection))


Around = Callable[[Callable[[], object], str, Any], None]


def _watch(engine: Engine, around: Around) -> None:
    """`around` does each statement and each COMMIT of an engine, or does not."""

    @event.listens_for(engine, "do_execute")
    def _execute(cursor: Any, statement: str, parameters: Any, _context: object) -> bool:
        around(lambda: cursor.execute(statement, parameters), statement, cursor.connection)
        return True

    @event.listens_for(engine, "do_executemany")
    def _execute_many(cursor: Any, statement: str, parameters: Any, _context: object) -> bool:
        around(lambda: cursor.executemany(statement, parameters), statement, cursor.connection)
        return True

    @event.listens_for(engine, "do_execute_no_params")
    def _execute_bare(cursor: Any, statement: str, _context: object) -> bool:
        around(lambda: cursor.execute(statement), statement, cursor.connection)
        return True

    commit = engine.dialect.do_commit

    def do_commit(connection: Any) -> None:
        around(lambda: commit(connection), "COMMIT", connection.dbapi_connection)

    engine.dialect.do_commit = do_commit  # type: ignore[method-assign, assignment]


def _on_sqlite(nth: Nth, work: Callable[[], object], what: str) -> None:
    if nth.strikes(ON_SQLITE, what):
        words, name = RAISED[nth.kind]
        error = sqlite3.OperationalError(words)
        error.sqlite_errorname = name
        raise error
    work()


def _on_postgres(nth: Nth, work: Callable[[], object], what: str, connection: Any) -> None:
    if not nth.strikes(ON_POSTGRES, what):
        work()
        return
    match nth.kind:
        case "serialization":
            try:
                connection.cursor().execute(SERIALIZATION)
            finally:
                if what == "COMMIT":  # a COMMIT that fails ends its transaction
                    connection.rollback()
        case "killed":
            connection.cursor().execute(HANG_UP)
        case _:
            work()
            connection.pgconn.finish()
            raise psycopg.OperationalError("consuming input failed: server closed the connection unexpectedly")


@contextmanager
def on_the_wire(nth: Nth, server: TelegramServer) -> Iterator[None]:
    """Every call of the Bot API passes here. Polls are not counted: how many there are depends on the machine."""
    exchange = Transport._exchange

    async def watched(self: Transport, url: str, *rest: Any) -> tuple[int, bytes]:
        method = url.rpartition("/")[2]
        if method != "getUpdates" and nth.strikes(ON_THE_WIRE, method):
            fault = ON_THE_WIRE[nth.kind]
            if fault is None:
                url = f"{NOWHERE}/{method}"
            else:
                server.faults.add(method, fault)
        return await exchange(self, url, *rest)

    with patch.object(Transport, "_exchange", watched):
        yield


@contextmanager
def hurried() -> Iterator[None]:
    """Nobody waits for a second try."""
    with ExitStack() as around:
        around.enter_context(patch.object(intake, "RETRY_SECONDS", (0.001,)))
        around.enter_context(patch.object(sqlite, "BUSY_PAUSE", 0.001))
        yield


async def at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


def hurry_telegram(bot: Bot) -> None:
    telegram = bot.platforms["telegram"]
    assert isinstance(telegram, Telegram)
    for part in (telegram, telegram._outbound, telegram._receiver):
        part._pause = at_once
