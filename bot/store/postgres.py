"""A store on a PostgreSQL server: a small pool, each unit a transaction of its own, and patience.

Units are SERIALIZABLE, so a unit that reads, decides and writes is right beside any other, in this process or in another
one; who comes too late gets 40001, and the whole unit runs again (docs/decisions/0009). The same goes for deadlocks,
time-outs and lost connections, for as long as SQLite would be waited for. Queries are read-only and see one moment.

A connection that is lost in the middle of a COMMIT leaves open whether it was done. The server is asked: if it was, the
unit has its value already and must not run again.
"""

import asyncio
import random
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import structlog
from sqlalchemy import Engine, ExceptionContext, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.store.faults import StoreBusy, StoreClosed, StoreFault, StoreUnreachable, sqlstate, translate
from bot.store.unit import BUSY_SECONDS, T, Tx, carried, to_its_end

OLDEST = (13,)  # the first version with `pg_current_xact_id_if_assigned`
WRITERS, READERS = 4, 4  # threads, each with a connection: a press never waits behind a query, nor for the pool
RECYCLE_SECONDS = 1800
PAUSE, PAUSE_MOST = 0.01, 1.0  # seconds before the second try, doubled for each one after it; a random part of that
CLASHES_MOST = 5  # how often a unit may run again because of a broken constraint, before the constraint is right

TIMEOUTS = {
    "lock_timeout": "3s",
    "statement_timeout": "10s",
    # A process that stands still in the middle of a unit must not outlast the patience of the others.
    "idle_in_transaction_session_timeout": "10s",
}
# A server that is gone without a word is noticed within half a minute, not after the two hours of TCP.
CONNECTING = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
    "target_session_attrs": "read-write",  # of several hosts, the one that is not a replica
    "application_name": "toehold",
}
READ_ONLY = "25006"
IN_THE_FUTURE = "22023"

log = structlog.get_logger()


def open_engine(url: str, *, migrating: bool = False) -> Engine:
    """An engine on a PostgreSQL database; nothing connects yet. What the URL says about a connection goes before ours.

    Migrations may take long, but wait for no table longer than units do: others would queue up behind them.
    """
    where = make_url(url)
    timeouts = {**TIMEOUTS, "statement_timeout": "0"} if migrating else TIMEOUTS
    session = " ".join(f"-c {name}={value}" for name, value in {**timeouts, "timezone": "UTC"}.items())
    ours = {name: value for name, value in CONNECTING.items() if name not in where.query}
    options: dict[str, Any] = (
        {"poolclass": NullPool}
        if migrating
        else {
            "pool_size": WRITERS + READERS,
            "max_overflow": 0,
            "pool_pre_ping": True,
            "pool_recycle": RECYCLE_SECONDS,
            "isolation_level": "SERIALIZABLE",
        }
    )
    engine = create_engine(
        where,
        hide_parameters=True,
        connect_args={**ours, "options": f"{session} {where.query.get('options', '')}".strip()},
        **options,
    )
    event.listen(engine, "handle_error", _hide_values)
    event.listen(engine, "connect", _drop_nul)
    return engine


def _drop_nul(connection: Any, _record: object) -> None:
    """PostgreSQL refuses a text with the character 0 in it, which nobody sees and SQLite takes."""
    from psycopg.types.string import StrDumperUnknown  # loaded by whoever connects, and by nobody else

    class WithoutNul(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", ""))

    connection.adapters.register_dumper(str, WithoutNul)


def _hide_values(context: ExceptionContext) -> None:
    """PostgreSQL quotes what people wrote in its complaints; only what names tables and rules may reach a log."""
    state = getattr(context.original_exception, "sqlstate", None)
    if state is None:
        return
    primary = context.original_exception.diag.message_primary  # type: ignore[attr-defined]  # psycopg's
    words = state if state.startswith("22") else f"{primary} [{state}]"  # class 22: a wrong value, quoted
    context.original_exception.args = (words,)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (f"({type(context.original_exception).__name__}) {words}",)


class PostgresStore:
    """One database, open. Build it with `bot.store.opening.open_store`."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="store-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._closed = False

    async def run(self, unit: Callable[[Tx], T]) -> T:
        return await self._hand_in(self._writers, lambda: self._unit(unit))

    async def read(self, query: Callable[[Tx], T]) -> T:
        return await self._hand_in(self._readers, lambda: self._query(query))

    async def checkpoint(self) -> None:
        """Nothing: VACUUM overwrites what was erased, and the server runs it by itself (docs/operating.md)."""
        if self._closed:
            raise StoreClosed("closed")

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            await to_its_end(self._end)

    def _end(self) -> None:
        self._writers.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self._engine.dispose()

    async def _hand_in(self, threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        if self._closed:
            raise StoreClosed("closed")
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # from here on nothing takes it back
        threads.submit(_answer, future, work, time.monotonic())
        return await asyncio.shield(asyncio.wrap_future(future))

    # --- in a thread

    def _unit(self, unit: Callable[[Tx], T]) -> T:
        """One try of a unit, and its value after the commit."""
        with self._engine.connect() as tx:
            transaction = tx.begin()
            try:
                value = unit(tx)
                number = tx.execute(text("SELECT pg_current_xact_id_if_assigned()::text")).scalar()
            except DBAPIError as error:
                if sqlstate(error) == READ_ONLY:  # the server has become a replica: the next try looks for the new one
                    tx.invalidate()
                raise
            try:
                transaction.commit()
                return value
            except DBAPIError as error:
                fault = translate(error)
                if number is None or not isinstance(fault, StoreUnreachable):
                    raise
        if not self._was_committed(number):
            raise fault
        log.info("store.commit-found", reason=str(fault))
        return value

    def _was_committed(self, number: str) -> bool:
        """Whether a transaction was committed although its answer was lost. Raises StoreFault when nobody can tell."""

        def ask() -> bool:
            with self._engine.connect() as tx:
                try:
                    query = text("SELECT pg_xact_status(CAST(:number AS xid8))")
                    status = tx.execute(query, {"number": number}).scalar()
                except DBAPIError as error:
                    if sqlstate(error) == IN_THE_FUTURE:  # a server that never saw it took over
                        return False
                    raise
            if status == "in progress":  # the server has not noticed yet that we are gone
                raise StoreBusy("a commit is under way")
            return bool(status == "committed")

        return _patiently(ask, time.monotonic())

    def _query(self, query: Callable[[Tx], T]) -> T:
        with self._reading.connect() as tx, tx.begin():
            try:
                return query(tx)
            except DBAPIError as error:
                if sqlstate(error) == READ_ONLY:
                    raise StoreFault("a query tried to write") from None
                raise


def _answer(future: "Future[T]", work: Callable[[], T], since: float) -> None:
    try:
        future.set_result(_patiently(work, since))
    except BaseException as error:  # noqa: BLE001 - handed to the caller's future, not swallowed
        future.set_exception(carried(error))


def _patiently(work: Callable[[], T], since: float) -> T:
    """Do it until it is done, or until patience is over: counted from `since`, so who waited in the queue has waited."""
    tries = clashes = 0
    while True:
        try:
            return work()
        except IntegrityError:
            # Two units that both saw nothing there may meet at a constraint, before the serialization failure is noticed.
            clashes += 1
            if clashes > CLASHES_MOST:
                raise
        except (DBAPIError, StoreFault) as error:
            fault = translate(error) if isinstance(error, DBAPIError) else error
            if fault is None:
                raise
            if not isinstance(fault, StoreBusy | StoreUnreachable) or time.monotonic() - since >= BUSY_SECONDS:
                log.warning("store.fault", kind=fault.kind, reason=str(fault))
                raise fault from None
        time.sleep(random.uniform(0, min(PAUSE_MOST, PAUSE * 2**tries)))  # noqa: S311 - it only parts those who met
        tries += 1
