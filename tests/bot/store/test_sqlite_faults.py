"""A file that is busy, full, damaged or missing: always a StoreFault of that kind, and work goes on when it is over."""

import asyncio
import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update

from bot.store import sqlite
from bot.store import tables as t
from bot.store.faults import StoreBusy, StoreDamaged, StoreFull, StoreUnreachable
from bot.store.opening import (
    HEAD,
    AlreadyRunningError,
    TooNewError,
    inspect_database,
    lock_database,
    open_store,
)
from bot.store.unit import BUSY_SECONDS, Store, Tx
from tests.bot.store.witness import Locked, Witness, count_up, name_one
from tests.kit.clock import WEDNESDAY

PAGE = 4096


@pytest.fixture
def where(path: Path) -> Path:
    return path


# --- busy


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifteen seconds in one and a half."""
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 1.5)
    monkeypatch.setattr(sqlite, "BUSY_STEP_MS", 100)


async def test_units_wait_for_another_program_and_succeed_when_it_is_done(
    path: Path, store: Store, witness: Witness
) -> None:
    """Longer than one wait of SQLite's own: so the whole transaction is tried again."""
    seconds = 2.5
    assert seconds > sqlite.BUSY_STEP_MS / 1000
    with Locked(path) as other:
        began = time.monotonic()
        waiting = [asyncio.create_task(store.run(count_up)) for _ in range(10)]
        other.free_after(seconds)
        assert await asyncio.gather(*waiting) == list(range(1, 11))
        assert time.monotonic() - began >= seconds
    assert witness.count == 10


async def test_a_database_that_stays_busy_is_told_of_and_works_when_it_is_free(
    quick: None, path: Path, store: Store, witness: Witness
) -> None:
    with Locked(path):
        began = time.monotonic()
        results = await asyncio.gather(*(store.run(count_up) for _ in range(100)), return_exceptions=True)
        assert all(isinstance(result, StoreBusy) for result in results)
        assert time.monotonic() - began >= 1.5
    assert witness.count == 0
    assert await store.run(count_up) == 1


async def test_a_unit_that_came_later_has_its_own_patience(quick: None, path: Path, store: Store) -> None:
    with Locked(path) as other:
        first = asyncio.create_task(store.run(count_up))
        with pytest.raises(StoreBusy):
            await first
        second = asyncio.create_task(store.run(count_up))
        other.free_after(0.5)
        assert await second == 1


async def test_a_reader_waits_for_no_other_program(path: Path, store: Store) -> None:
    await store.run(count_up)
    with Locked(path):
        began = time.monotonic()
        assert await store.read(lambda tx: tx.execute(select(t.travel.c.offset_seconds)).scalar_one()) == 1
        assert time.monotonic() - began < BUSY_SECONDS


async def test_closing_a_busy_store_answers_everybody_first(quick: None, path: Path, store: Store) -> None:
    with Locked(path):
        waiting = [asyncio.create_task(store.run(count_up)) for _ in range(3)]
        await asyncio.sleep(0)
        await store.close()
        assert all(task.done() for task in waiting)
        assert all(isinstance(task.exception(), StoreBusy) for task in waiting)


# --- full


def fill(size: int) -> Callable[[Tx], None]:
    def unit(tx: Tx) -> None:
        line = insert(t.local_line).values(chat="team", author="x", body="x" * size, at=WEDNESDAY)
        tx.execute(line)

    return unit


async def set_room(store: Store, pages: int | None) -> None:
    """Room for so many pages more; None: as much as there is."""

    def unit(tx: Tx) -> None:
        used = tx.execute(text("PRAGMA page_count")).scalar_one()
        tx.execute(text(f"PRAGMA max_page_count={0x7FFFFFFF if pages is None else used + pages}"))

    await store.run(unit)


async def test_a_full_disk_is_told_of_and_work_goes_on_once_there_is_room(store: Store, witness: Witness) -> None:
    await set_room(store, 4)
    for _ in range(3):
        with pytest.raises(StoreFull):
            await store.run(fill(100 * PAGE))
    assert witness.one("SELECT count(*) FROM local_line") == 0
    await set_room(store, None)
    await store.run(fill(100 * PAGE))
    assert witness.one("SELECT count(*) FROM local_line") == 1


async def test_what_still_fits_is_written_although_a_neighbour_does_not_fit(store: Store, witness: Witness) -> None:
    await set_room(store, 8)
    units: list[Callable[[Tx], object]] = [name_one("Ann"), fill(100 * PAGE), name_one("Ben"), count_up]
    ann, full, ben, one = await asyncio.gather(*(store.run(each) for each in units), return_exceptions=True)
    assert isinstance(full, StoreFull)
    assert (ann, ben, one) == ("Ann", "Ben", 1)
    assert witness.names == ["Ann", "Ben"]
    assert witness.one("SELECT count(*) FROM local_line") == 0


async def test_a_transaction_that_sqlite_gave_up_by_itself_leaves_nothing_of_anybody(
    store: Store, witness: Witness
) -> None:
    """SQLite may roll back on its own when it is out of room; a unit in a group must not be committed half by that."""

    def given_up(tx: Tx) -> None:
        name_one("half")(tx)
        tx.exec_driver_sql("ROLLBACK")
        name_one("orphan")(tx)
        raise ValueError

    ann, half, ben = await asyncio.gather(
        store.run(name_one("Ann")), store.run(given_up), store.run(name_one("Ben")), return_exceptions=True
    )
    assert isinstance(half, Exception)
    assert (ann, ben) == ("Ann", "Ben")
    assert "half" not in witness.names


async def test_reading_goes_on_while_the_disk_is_full(store: Store) -> None:
    await store.run(count_up)
    await set_room(store, 0)
    with pytest.raises(StoreFull):
        await store.run(fill(100 * PAGE))
    assert await store.read(lambda tx: tx.execute(select(t.travel.c.offset_seconds)).scalar_one()) == 1


# --- damaged


@pytest.fixture
async def filled(tmp_path: Path) -> Path:
    """A database with some hundred pages, closed."""
    path = tmp_path / "good.sqlite"
    store = open_store(path)

    def unit(tx: Tx) -> None:
        for number in range(300):
            tx.execute(
                insert(t.inbox).values(
                    platform="local",
                    bot_id="local",
                    update_key=str(number),
                    lane=str(number % 7),
                    payload="x" * 300,
                    received_at=WEDNESDAY,
                )
            )

    await store.run(unit)
    await store.close()
    assert path.stat().st_size > 50 * PAGE
    return path


def is_not_a_database(path: Path) -> None:
    path.write_bytes(b"These are not the bytes that you are looking for. " * 500)


def has_a_garbage_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(random.Random(1).randbytes(100))


def has_a_garbage_schema(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(100)
        file.write(random.Random(2).randbytes(PAGE - 100))


def is_cut_in_the_middle(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def is_cut_to_less_than_a_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(1000)


@pytest.mark.parametrize(
    "damage",
    [
        is_not_a_database,
        has_a_garbage_header,
        has_a_garbage_schema,
        is_cut_in_the_middle,
        is_cut_to_less_than_a_page,
    ],
    ids=lambda damage: damage.__name__,
)
def test_a_damaged_file_is_refused_when_it_is_opened_and_left_as_it_is(
    filled: Path, damage: Callable[[Path], None]
) -> None:
    damage(filled)
    before = filled.read_bytes()
    with pytest.raises(StoreDamaged):
        open_store(filled)
    assert filled.read_bytes() == before


def scribble(path: Path, seed: int) -> None:
    """Somewhere in the file stand other bytes than SQLite wrote: a page, a few bytes, or nothing from there on."""
    chance = random.Random(seed)
    size = path.stat().st_size
    with path.open("r+b") as file:
        match seed % 3:
            case 0:
                file.seek(chance.randrange(size // PAGE) * PAGE)
                file.write(chance.randbytes(PAGE))
            case 1:
                file.seek(chance.randrange(size - 60))
                file.write(chance.randbytes(60))
            case _:
                file.truncate(chance.randrange(1, size))


async def use_everything(store: Store) -> None:
    await store.read(lambda tx: [tx.execute(select(table)).all() for table in t.metadata.sorted_tables])
    await store.run(lambda tx: tx.execute(update(t.inbox).values(done_at=WEDNESDAY)).rowcount)
    await store.run(lambda tx: tx.execute(delete(t.inbox)).rowcount)


async def test_bytes_changed_anywhere_are_a_fault_of_the_store_or_do_no_harm(filled: Path, tmp_path: Path) -> None:
    noticed = 0
    for seed in range(60):
        path = tmp_path / f"{seed}.sqlite"
        shutil.copy(filled, path)
        scribble(path, seed)
        try:
            store = open_store(path)
        except StoreDamaged:
            noticed += 1
            continue
        try:
            await use_everything(store)
        except StoreDamaged:
            noticed += 1
        finally:
            await store.close()
    assert noticed > 40  # the others changed text to other text


async def test_damage_while_it_is_open_is_a_fault_too(filled: Path, tmp_path: Path) -> None:
    for seed in range(0, 60, 3):
        path = tmp_path / f"{seed}.sqlite"
        shutil.copy(filled, path)
        store = open_store(path)
        scribble(path, seed)
        with suppress(StoreDamaged):
            await use_everything(store)
        await store.close()


def test_the_check_finds_damage_without_changing_anything(filled: Path) -> None:
    found = inspect_database(filled)
    assert found is not None
    assert (found.revision, found.complaint) == (HEAD, None)
    scribble(filled, 0)
    before = filled.read_bytes()
    try:
        found = inspect_database(filled)
    except StoreDamaged:
        pass
    else:
        assert found is not None
        assert found.complaint
    assert filled.read_bytes() == before


# --- missing, elsewhere, somebody else's


def test_a_folder_in_place_of_the_file_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "toehold.sqlite").mkdir()
    with pytest.raises(StoreUnreachable):
        open_store(tmp_path / "toehold.sqlite")


def test_a_file_in_place_of_the_folder_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreUnreachable):
        lock_database(tmp_path / "data" / "toehold.sqlite")
    with pytest.raises(StoreUnreachable):
        open_store(tmp_path / "data" / "toehold.sqlite")


def test_a_folder_in_place_of_the_lock_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "toehold.sqlite.lock").mkdir()
    with pytest.raises(StoreUnreachable):
        lock_database(tmp_path / "toehold.sqlite")


async def test_a_file_that_vanishes_while_it_is_open_is_a_fault_of_the_store(path: Path, store: Store) -> None:
    await store.run(count_up)
    for file in path.parent.iterdir():
        file.unlink()
    with suppress(StoreUnreachable):  # or SQLite does not notice: the file lives on without a name
        await store.run(count_up)


async def test_an_empty_file_is_a_new_database(path: Path) -> None:
    await asyncio.to_thread(path.touch)
    await open_store(path).close()
    found = inspect_database(path)
    assert found is not None
    assert found.revision == HEAD


def test_the_second_lock_on_a_database_is_refused_until_the_first_is_freed(tmp_path: Path) -> None:
    first = lock_database(tmp_path / "new" / "toehold.sqlite")
    with pytest.raises(AlreadyRunningError):
        lock_database(tmp_path / "new" / "toehold.sqlite")
    lock_database(tmp_path / "new" / "another.sqlite").free()
    first.free()
    first.free()
    lock_database(tmp_path / "new" / "toehold.sqlite").free()


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(filled: Path) -> None:
    connection = sqlite3.connect(filled)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    before = filled.read_bytes()
    with pytest.raises(TooNewError):
        open_store(filled)
    assert filled.read_bytes() == before
