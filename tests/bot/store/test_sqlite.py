"""What is SQLite's own: one writer, group commit, a file that can have any name."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import delete, insert, text
from sqlalchemy.exc import IntegrityError

from bot.addresses import RawUpdate
from bot.store import inbox, sqlite
from bot.store import tables as t
from bot.store.faults import StoreFull
from bot.store.opening import open_store
from bot.store.sqlite import GROUP_MOST, SqliteStore, open_engine
from bot.store.unit import BUSY_SECONDS, Store, Tx
from tests.bot.store.witness import Refused, Witness, behind, count_up, name_one, refuse
from tests.kit.clock import WEDNESDAY
from tests.soak.file_faults import small_disk


@pytest.fixture
def where(path: Path) -> Path:
    return path


async def commits(store: Store) -> list[str]:
    """Every statement that the writer runs from now on."""
    statements: list[str] = []

    def listen(tx: Tx) -> None:
        driver = tx.connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(statements.append)

    await store.run(listen)
    statements.clear()
    return statements


async def test_units_that_wait_share_one_commit(store: Store, witness: Witness) -> None:
    statements = await commits(store)
    results = await behind(store, [count_up] * GROUP_MOST)
    assert results == list(range(1, GROUP_MOST + 1))
    assert [each for each in statements if each.startswith(("BEGIN", "COMMIT", "ROLLBACK"))] == [
        *("BEGIN IMMEDIATE", "COMMIT"),  # the one that held the writer up
        *("BEGIN IMMEDIATE", "COMMIT"),
    ]
    assert witness.count == GROUP_MOST


async def test_a_commit_holds_no_more_units_than_the_limit(store: Store, witness: Witness) -> None:
    statements = await commits(store)
    await behind(store, [count_up] * (2 * GROUP_MOST + 1))
    assert statements.count("COMMIT") == 1 + 3
    assert witness.count == 2 * GROUP_MOST + 1


async def test_a_unit_that_raises_undoes_only_itself(store: Store, witness: Witness) -> None:
    statements = await commits(store)
    ann, refused, ben = await behind(store, [name_one("Ann"), refuse, name_one("Ben")])
    assert (ann, ben) == ("Ann", "Ben")
    assert isinstance(refused, Refused)
    assert statements.count("COMMIT") == 2
    assert witness.names == ["Ann", "Ben"]


async def test_a_broken_constraint_undoes_only_its_unit(store: Store, witness: Witness) -> None:
    ann, again, ben = await behind(store, [name_one("Ann"), name_one("Ann"), name_one("Ben")])
    assert (ann, ben) == ("Ann", "Ben")
    assert isinstance(again, IntegrityError)
    assert witness.names == ["Ann", "Ben"]


async def test_a_writer_whose_own_code_fails_answers_everybody_and_lives_on(
    store: Store, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: SqliteStore, _group: object) -> NoReturn:
        raise Refused

    with monkeypatch.context() as patch:
        patch.setattr(SqliteStore, "_commit", broken)
        results = await asyncio.gather(*(store.run(count_up) for _ in range(5)), return_exceptions=True)
        assert all(isinstance(result, Refused) for result in results)
    assert await store.run(count_up) == 1


def test_the_waits_for_a_busy_database_fit_into_each_other() -> None:
    assert sqlite.BUSY_STEP_MS / 1000 * 5 <= BUSY_SECONDS


async def test_a_path_with_any_characters_is_only_a_path(tmp_path: Path) -> None:
    odd = tmp_path / "50% ?mode=ro#x ü" / "to?hold.sqlite"
    odd.parent.mkdir()
    store = open_store(odd)
    await store.run(name_one("Ann"))
    await store.close()
    assert odd.is_file()


async def test_the_log_is_carried_into_the_file_beside_the_commits_and_begins_anew(
    path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's commit waits for it (docs/benchmarks.md), and it does not grow for ever."""
    monkeypatch.setattr(sqlite, "COMMITS_A_CHECKPOINT", 5)
    monkeypatch.setattr(sqlite, "LOG_PAGES_MOST", 20)
    salts = set[bytes]()

    async def commit() -> None:
        await store.run(count_up)
        salts.add(Path(f"{path}-wal").read_bytes()[16:24])  # new ones with each new beginning of the log

    async with asyncio.timeout(60):
        while len(salts) < 3:
            await commit()


LARGE = 100_000


def large(number: int) -> Callable[[Tx], None]:
    """The same row each time: the log grows with each commit, the file does not."""

    def unit(tx: Tx) -> None:
        tx.execute(delete(t.local_line))
        tx.execute(insert(t.local_line).values(chat="team", author="x", body=f"{number:0{LARGE}}", at=WEDNESDAY))

    return unit


async def test_the_log_of_a_burst_of_large_commits_stays_small(path: Path, store: Store) -> None:
    log, most = Path(f"{path}-wal"), 0
    for number in range(2 * sqlite.COMMITS_A_CHECKPOINT):
        await store.run(large(number))
        most = max(most, log.stat().st_size)
    assert most < 2 * sqlite.LOG_PAGES_MOST * sqlite.PAGE


@pytest.mark.parametrize("by", ["its size", "a full disk"])
async def test_the_log_does_not_take_the_last_of_a_small_disk_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    if by == "a full disk":
        monkeypatch.setattr(sqlite, "LOG_GROWS_BY", 10**9)
    with small_disk(tmp_path / "disk") as how:
        if not how:
            pytest.skip("no right to mount a small disk")
        store = open_store(tmp_path / "disk" / "toehold.sqlite")
        try:
            await store.run(large(0))
            await store.checkpoint()  # the file has grown to what it needs; from here on only the log grows
            async with asyncio.timeout(60):
                for number in range(200):
                    await _until_taken(store, large(number))
        finally:
            await store.close()


async def test_a_knock_writes_and_changes_nothing(path: Path, store: Store, witness: Witness) -> None:
    """An update to the same value would not: SQLite leaves such a page alone, and a full disk would not be seen."""
    await store.run(lambda tx: inbox.accept(tx, "phone", "1", [RawUpdate("a", "ann", "one")], WEDNESDAY))
    await store.checkpoint()
    log, before = Path(f"{path}-wal"), witness.one("SELECT count(*) FROM inbox WHERE answered_at IS NULL")
    assert log.stat().st_size == 0
    await store.run(lambda tx: inbox.knock(tx, 1, WEDNESDAY))
    assert log.stat().st_size > 0
    assert witness.one("SELECT count(*) FROM inbox WHERE answered_at IS NULL") == before == 1


async def _until_taken(store: Store, unit: Callable[[Tx], None]) -> None:
    """As whoever waits for it does: later, and again."""
    while True:
        try:
            return await store.run(unit)
        except StoreFull:
            await asyncio.sleep(0.05)


def test_a_file_that_is_opened_by_the_way_carries_its_log_over_by_itself(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "a.sqlite")
    with engine.connect() as tx:
        assert tx.execute(text("PRAGMA wal_autocheckpoint")).scalar_one() == 1000
    engine.dispose()
