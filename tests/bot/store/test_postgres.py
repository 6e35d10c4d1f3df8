"""A server that hangs up, restarts, is full or refuses: units run again until patience ends, and none has its effect twice."""

import asyncio
import os
import re
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError

from bot.store import postgres as engine
from bot.store import tables as t
from bot.store.faults import StoreBusy, StoreDamaged, StoreFault, StoreFull, StoreUnreachable, translate
from bot.store.migrations import run
from bot.store.opening import (
    HEAD,
    BehindError,
    TooNewError,
    TooOldError,
    inspect_database,
    lock_database,
    migrate,
    open_store,
)
from bot.store.postgres import WRITERS, open_engine
from bot.store.unit import Store, Tx
from tests.bot.store.witness import PATIENCE, Witness, count_up, name_one
from tests.kit.postgres import ON_POSTGRES, Cable, Server, connected

pytestmark = ON_POSTGRES
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[3])}


@pytest.fixture
def where(postgres_url: str) -> str:
    return postgres_url


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifteen seconds in half of one."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.5)


@pytest.fixture
def short(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's limit of this name is a tenth of a second."""
    monkeypatch.setitem(engine.TIMEOUTS, request.param, "100ms")


def shortened(limit: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("short", [limit], indirect=True)


class Tried:
    """A unit that counts how often it runs, and does something to itself in the first runs."""

    def __init__(self, unit: Callable[[Tx], object], trouble: Callable[[Tx], object], times: int = 1) -> None:
        self.runs = 0
        self._unit, self._trouble, self._times = unit, trouble, times

    def __call__(self, tx: Tx) -> object:
        self.runs += 1
        value = self._unit(tx)
        if self.runs <= self._times:
            self._trouble(tx)
        return value


def process(tx: Tx) -> int:
    number: int = tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
    return number


# --- connections that are lost


@pytest.mark.parametrize("times", [1, 3])
async def test_a_unit_whose_connection_is_killed_runs_again(store: Store, witness: Witness, times: int) -> None:
    unit = Tried(count_up, lambda tx: witness.execute("SELECT pg_terminate_backend(?)", process(tx)), times)
    assert await store.run(unit) == 1
    assert unit.runs == times + 1
    assert witness.count == 1


async def test_a_query_whose_connection_is_killed_runs_again(store: Store, witness: Witness) -> None:
    await store.run(count_up)
    seen = select(t.travel.c.offset_seconds)
    query = Tried(
        lambda tx: tx.execute(seen).scalar_one(),
        lambda tx: tx.execute(text("SELECT 1 / (pg_terminate_backend(pg_backend_pid()))::int")),
    )
    assert await store.read(query) == 1
    assert query.runs == 2


async def test_connections_that_died_in_the_pool_are_noticed_before_they_are_used(store: Store, where: str) -> None:
    await asyncio.gather(*(store.run(count_up) for _ in range(20)))
    await store.read(process)
    hang_up(where)
    unit = Tried(count_up, lambda _tx: None)
    assert await store.run(unit) == 21
    assert await store.read(lambda tx: tx.execute(select(t.travel.c.offset_seconds)).scalar_one()) == 21
    assert unit.runs == 1


async def test_under_load_with_every_connection_killed_again_and_again_nothing_is_lost_or_doubled(
    store: Store, where: str, witness: Witness
) -> None:
    ended = threading.Event()

    def saw() -> None:
        while not ended.wait(0.05):
            hang_up(where)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(saw)
        results: list[int] = []
        while len(results) < 200:
            results += await asyncio.gather(*(store.run(count_up) for _ in range(20)))
        ended.set()
    assert sorted(results) == list(range(1, 201))


def hang_up(where: str) -> None:
    """The server ends every connection of the store."""
    with connected(where) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'toehold'")


# --- a commit whose answer is lost


@pytest.fixture
def cable(postgres: Server) -> Iterator[Cable]:
    with Cable(postgres) as made:
        yield made


def through(cable: Cable, where: str) -> str:
    return re.sub(r":\d+/", f":{cable.port}/", where)


async def test_a_commit_whose_answer_is_lost_is_found_and_not_done_again(cable: Cable, where: str) -> None:
    store = open_store(through(cable, where))
    for number in range(1, 11):
        unit = Tried(count_up, lambda _tx: None)
        cable.cuts.append("answer")
        assert await store.run(unit) == number
        assert (unit.runs, cable.cuts) == (1, [])
    assert cable.commits == 10
    await store.close()


async def test_a_commit_that_never_arrived_is_done_again(cable: Cable, where: str) -> None:
    store = open_store(through(cable, where))
    for number in range(1, 6):
        unit = Tried(count_up, lambda _tx: None)
        cable.cuts.append("commit")
        assert await store.run(unit) == number
        assert (unit.runs, cable.cuts) == (2, [])
    await store.close()


async def test_a_unit_that_wrote_nothing_is_simply_run_again(cable: Cable, where: str) -> None:
    store = open_store(through(cable, where))
    unit = Tried(process, lambda _tx: None)
    cable.cuts.append("answer")
    await store.run(unit)
    assert unit.runs == 2
    await store.close()


async def test_a_commit_that_nobody_can_ask_about_is_told_as_unreachable(
    impatient: None, cable: Cable, where: str, witness: Witness
) -> None:
    """The unit is not run again: it may have been done."""
    store = open_store(through(cable, where))
    unit = Tried(count_up, lambda _tx: None)
    cable.cuts.append("line")
    with pytest.raises(StoreUnreachable):
        await store.run(unit)
    assert unit.runs == 1
    assert witness.count == 1
    await store.close()


# --- others in the way


@shortened("lock_timeout")
async def test_a_table_that_is_held_is_waited_for(short: None, store: Store, where: str, witness: Witness) -> None:
    with connected(where) as other, other.transaction():
        other.execute("LOCK TABLE travel IN EXCLUSIVE MODE")
        waiting = asyncio.create_task(store.run(count_up))
        await asyncio.sleep(0.25)  # longer than the server waits: so the whole unit is tried again
        assert not waiting.done()
    assert await waiting == 1


@shortened("lock_timeout")
async def test_a_table_that_stays_held_is_told_of_as_busy_and_heals(
    short: None, impatient: None, store: Store, where: str, witness: Witness
) -> None:
    with connected(where) as other, other.transaction():
        other.execute("LOCK TABLE travel IN EXCLUSIVE MODE")
        began = time.monotonic()
        results = await asyncio.gather(*(store.run(count_up) for _ in range(2 * WRITERS)), return_exceptions=True)
        assert all(isinstance(result, StoreBusy) for result in results)
        assert time.monotonic() - began < 5, "who waited in the queue has waited"
        assert await store.read(process), "readers do not wait behind writers"
    assert await store.run(count_up) == 1


@shortened("statement_timeout")
async def test_a_statement_without_an_end_is_cancelled(short: None, impatient: None, store: Store) -> None:
    with pytest.raises(StoreBusy, match="57014"):
        await store.run(lambda tx: tx.execute(text("SELECT pg_sleep(60)")).scalar())


@shortened("idle_in_transaction_session_timeout")
async def test_a_unit_that_stands_still_is_hung_up_on_and_runs_again(short: None, store: Store) -> None:
    unit = Tried(count_up, lambda _tx: time.sleep(0.3))
    assert await store.run(unit) == 1
    assert unit.runs >= 2


async def test_two_units_that_lock_crosswise_are_both_done(store: Store, witness: Witness) -> None:
    await store.run(lambda tx: [name_one(name)(tx) for name in ("Ann", "Ben")])
    meeting = threading.Barrier(2)

    def touch(tx: Tx, name: str) -> None:
        tx.execute(update(t.local_persona).where(t.local_persona.c.id == name).values(seq=7))

    def crossing(first: str, second: str) -> Tried:
        def trouble(tx: Tx) -> None:
            meeting.wait(PATIENCE)
            touch(tx, second)

        def unit(tx: Tx) -> None:
            touch(tx, first)

        return Tried(unit, trouble)

    units = crossing("Ann", "Ben"), crossing("Ben", "Ann")
    await asyncio.gather(*(store.run(unit) for unit in units))
    assert (
        sum(unit.runs for unit in units) > 2
    )  # one of them was the victim, perhaps twice: it may meet the other again
    assert witness.all("SELECT seq FROM local_persona") == [(7,), (7,)]


async def test_two_that_see_nothing_there_and_write_the_same_key_become_one_and_a_look_again(store: Store) -> None:
    """The constraint may speak before the serialization failure does: the second one looks again, and finds the first."""

    def once(tx: Tx) -> bool:
        if tx.execute(select(t.local_persona.c.id).where(t.local_persona.c.id == "Ann")).first():
            return False
        time.sleep(0.05)
        name_one("Ann")(tx)
        return True

    results = await asyncio.gather(*(store.run(once) for _ in range(WRITERS)))
    assert sorted(results) == [False] * (WRITERS - 1) + [True]


async def test_what_people_wrote_is_in_no_complaint(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    words = "-".join(["what", "Ann", "wrote"])  # so that it does not stand in the lines of this test
    await store.run(name_one(words[:16]))
    wrong: list[tuple[Callable[[Tx], object], type[DBAPIError]]] = [
        (name_one(words[:16]), IntegrityError),
        (lambda tx: tx.execute(text("SELECT CAST(:value AS integer)"), {"value": words}), DataError),
        (name_one(words * 9), DataError),
    ]
    for unit, kind in wrong:
        with pytest.raises(kind) as caught:
            await store.run(unit)
        assert "what-Ann" not in "".join(traceback.format_exception(caught.value))
    assert "what-Ann" not in "".join(capsys.readouterr())


# --- servers that refuse


def refused(where: str) -> StoreFault:
    """Why the database cannot be opened; nothing of it may be secret."""
    with pytest.raises(StoreFault) as caught:
        open_store(where)
    assert "canary" not in "".join(traceback.format_exception(caught.value, chain=True))
    return caught.value


def test_a_server_that_is_not_there_is_unreachable(where: str) -> None:
    fault = refused("postgresql+psycopg://toehold:canary@127.0.0.1:1/toehold")
    assert isinstance(fault, StoreUnreachable)
    assert str(fault) == "Connection refused"


def test_a_wrong_password_is_told_and_not_shown(postgres: Server, where: str) -> None:
    postgres.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'")
    try:
        fault = refused(where.replace("toehold@", "guarded:canary@"))
        assert isinstance(fault, StoreUnreachable)
        assert str(fault) == 'password authentication failed for user "guarded"'
        fault = refused(where.replace("toehold@", "guarded:right@"))
        assert isinstance(fault, StoreUnreachable)
        assert "permission denied" in str(fault)
        postgres.execute("ALTER ROLE guarded CONNECTION LIMIT 0")
        assert isinstance(refused(where.replace("toehold@", "guarded:right@")), StoreBusy)
    finally:
        postgres.execute("DROP ROLE guarded")


@pytest.mark.parametrize(
    "change",
    [
        lambda where: where.rpartition("/")[0] + "/nothing",
        lambda where: where.replace("127.0.0.1", "nowhere.invalid"),
        lambda where: where + "?frobnicate=1",
        lambda where: where + "?sslmode=require",
        lambda where: where + "?options=-c%20frobnicate=1",
    ],
    ids=["database", "host", "option", "encryption", "setting"],
)
def test_a_url_that_leads_nowhere_is_told_in_one_line(where: str, change: Callable[[str], str]) -> None:
    assert "\n" not in str(refused(change(where)))


async def test_a_server_that_became_read_only_is_unreachable_until_it_is_not(
    impatient: None, postgres: Server, where: str, store: Store
) -> None:
    await store.run(count_up)
    name = where.rpartition("/")[2]
    postgres.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    hang_up(where)
    with pytest.raises(StoreUnreachable, match="read-only"):
        await store.run(count_up)
    assert isinstance(refused(where), StoreUnreachable)
    postgres.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    assert await store.run(count_up) == 2


async def test_a_connection_that_became_read_only_is_left_for_another(store: Store, witness: Witness) -> None:
    def demoted(tx: Tx) -> None:
        tx.execute(text("SET TRANSACTION READ ONLY"))
        count_up(tx)

    unit = Tried(process, demoted)
    first = await store.run(process)
    again = await store.run(unit)
    assert unit.runs == 2
    assert again != first
    assert witness.count == 0


async def test_one_store_takes_no_more_connections_than_it_says(store: Store, witness: Witness) -> None:
    await asyncio.gather(*(store.run(count_up) for _ in range(50)), *(store.read(process) for _ in range(50)))
    count = witness.one("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'toehold'")
    assert count <= engine.WRITERS + engine.READERS


async def test_a_url_may_say_otherwise(where: str) -> None:
    store = open_store(where + "?application_name=other&options=-c%20statement_timeout=7s")
    query = (
        "SELECT current_setting('application_name'), current_setting('statement_timeout'), current_setting('TimeZone')"
    )
    shown = await store.read(lambda tx: tuple(tx.execute(text(query)).one()))
    assert shown == ("other", "7s", "UTC")
    await store.close()


STATES = [
    ("40001", StoreBusy),
    ("40P01", StoreBusy),
    ("53300", StoreBusy),
    ("53200", StoreBusy),
    ("53100", StoreFull),
    ("55P03", StoreBusy),
    ("57014", StoreBusy),
    ("57P01", StoreUnreachable),
    ("57P03", StoreUnreachable),
    ("08006", StoreUnreachable),
    ("25006", StoreUnreachable),
    ("58030", StoreUnreachable),
    ("XX001", StoreDamaged),
    ("XX002", StoreDamaged),
    ("42P01", None),
    ("XX000", None),
]


@pytest.mark.parametrize(("state", "fault"), STATES)
def test_a_state_is_the_fault_that_it_means(state: str, fault: type[StoreFault] | None) -> None:
    class Error(Exception):
        sqlstate = state

    translated = translate(OperationalError("SELECT 1", None, Error("words")))
    assert type(translated) is (fault or type(None))


# --- opening and migrating


@pytest.fixture
def empty(postgres: Server) -> Iterator[str]:
    url = postgres.create()
    yield url
    postgres.drop(url)


async def test_a_database_that_is_behind_is_not_opened_but_migrated_by_command(empty: str) -> None:
    with pytest.raises(BehindError, match="empty"):
        open_store(empty)
    steps: list[str] = []
    migrate(empty, steps.append)
    migrate(empty, steps.append)
    assert steps == ["empty"]
    found = inspect_database(empty)
    assert found is not None
    assert (found.revision, found.complaint) == (HEAD, None)
    assert str(found.server).split(".")[0].isdecimal()
    store = open_store(empty)
    assert await store.run(count_up) == 1
    await store.close()
    old = open_engine(empty, migrating=True)
    run.downgrade(old, "0001")
    with pytest.raises(BehindError, match="0001"):
        open_store(empty)
    migrate(empty, steps.append)
    assert steps == ["empty", "0001"]


def test_of_many_that_migrate_at_once_one_does_it(empty: str) -> None:
    steps: list[str] = []
    with ThreadPoolExecutor(4) as threads:
        for each in [threads.submit(migrate, empty, steps.append) for _ in range(4)]:
            each.result()
    assert steps == ["empty"]


def test_a_migration_waits_for_no_table_longer_than_a_unit_does(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(empty, lambda _revision: None)
    run.downgrade(open_engine(empty, migrating=True), "0003")
    monkeypatch.setitem(engine.TIMEOUTS, "lock_timeout", "100ms")
    with connected(empty) as other, other.transaction():
        other.execute("LOCK TABLE person IN ACCESS SHARE MODE")
        with pytest.raises(StoreBusy):
            migrate(empty, lambda _revision: None)
    migrate(empty, lambda _revision: None)


def test_a_database_of_a_newer_version_is_refused(where: str) -> None:
    with connected(where) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(TooNewError):
        open_store(where)
    with pytest.raises(TooNewError):
        migrate(where, lambda _revision: None)


def test_a_server_that_is_too_old_is_refused(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "OLDEST", (99,))
    for each in (open_store, inspect_database, lambda url: migrate(url, lambda _revision: None)):
        with pytest.raises(TooOldError):
            each(where)


def test_nothing_is_locked_so_that_replicas_can_start(where: str) -> None:
    for lock in [lock_database(where), lock_database(where)]:
        lock.free()


def test_who_uses_sqlite_does_not_load_the_driver(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path; import bot.build; from bot.store.opening import open_store\n"
        "asyncio.run(open_store(Path('x.sqlite')).close())\n"
        "print([name for name in sys.modules if name.startswith('psycopg')])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=True, text=True, env=ENVIRONMENT
    )
    assert shown.stdout.strip() == "[]"
