"""A backup is whole, private, and made beside the running bot; what is not one is told."""

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from bot.store import backup, beats
from bot.store.backup import CannotCopy, Copy, copy_database, name_for, prune
from bot.store.opening import HEAD, open_store
from bot.store.unit import Store, Tx
from tests.bot.store.cast import add_person
from tests.kit.clock import WEDNESDAY

PEOPLE = 60


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    """On a file: a server's backups are its own business."""
    opened = open_store(path)
    yield opened
    await opened.close()


async def test_a_copy_made_under_load_is_whole_and_has_all_that_was_committed_before(
    store: Store, path: Path, tmp_path: Path
) -> None:
    async def fill() -> None:
        for number in range(PEOPLE):
            await store.run(lambda tx, number=number: add_person(tx, f"p{number}"))  # type: ignore[misc]

    filling = asyncio.create_task(fill())
    copies: list[tuple[int, Copy]] = []
    while not filling.done():
        known = await store.read(count_people)
        copies.append((known, await asyncio.to_thread(copy_database, path, tmp_path / "to" / f"{len(copies)}.sqlite")))
    await filling
    assert len(copies) > 1
    for known, copy in copies:
        assert known <= copy.people <= PEOPLE
        assert copy.revision == HEAD
        with closing(sqlite3.connect(copy.path)) as connection:
            assert connection.execute("SELECT count(*) FROM account").fetchone() == (copy.people,)
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def count_people(tx: Tx) -> int:
    count: int = tx.exec_driver_sql("SELECT count(*) FROM person").scalar_one()
    return count


async def test_a_copy_belongs_to_its_owner_and_says_when_the_bot_was_alive(
    store: Store, path: Path, tmp_path: Path
) -> None:
    await store.run(lambda tx: beats.mark(tx, WEDNESDAY))
    copy = copy_database(path, tmp_path / "copy.sqlite")
    assert stat.S_IMODE(copy.path.stat().st_mode) == 0o600
    assert copy.beat == WEDNESDAY
    assert copy.bytes == copy.path.stat().st_size
    assert [each.name for each in tmp_path.glob("*copy*")] == ["copy.sqlite"], "nothing is left beside it"
    await open_store(copy.path).close()


async def test_nothing_is_overwritten(store: Store, path: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.sqlite").write_text("mine")
    assert kind_of(path, tmp_path / "copy.sqlite") == ("exists", "copy.sqlite")
    assert (tmp_path / "copy.sqlite").read_text() == "mine"


def kind_of(source: Path, target: Path) -> tuple[str, str]:
    with pytest.raises(CannotCopy) as caught:
        copy_database(source, target)
    assert list(target.parent.glob(".*")) == [], "nothing is left behind"
    return caught.value.kind, caught.value.path.name


def test_what_is_no_database_cannot_be_copied(tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite"
    assert kind_of(tmp_path / "none.sqlite", target) == ("missing", "none.sqlite")
    (tmp_path / "text.sqlite").write_bytes(b"this is not a database" * 100)
    assert kind_of(tmp_path / "text.sqlite", target) == ("damaged", "text.sqlite")
    with closing(sqlite3.connect(tmp_path / "other.sqlite")) as connection:
        connection.execute("CREATE TABLE person (id)")
    assert kind_of(tmp_path / "other.sqlite", target)[0] == "foreign"


async def test_a_damaged_database_gives_no_backup(path: Path, tmp_path: Path) -> None:
    store = open_store(path)
    for number in range(20):
        await store.run(lambda tx, number=number: add_person(tx, f"p{number}"))  # type: ignore[misc]
    await store.checkpoint()
    await store.close()
    content = bytearray(path.read_bytes())
    for page in range(8, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(content)
    assert kind_of(path, tmp_path / "copy.sqlite")[0] == "damaged"


async def test_a_folder_that_cannot_be_written_is_named(store: Store, path: Path, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file, and no folder")
    assert kind_of(path, tmp_path / "blocked" / "copy.sqlite") == ("unreachable", "copy.sqlite")


async def test_a_disk_that_is_full_is_told_and_leaves_nothing(
    store: Store, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorname = "SQLITE_FULL"

    def no_room(_path: Path) -> NoReturn:
        raise full

    monkeypatch.setattr(backup, "sync", no_room)
    assert kind_of(path, tmp_path / "copy.sqlite") == ("full", "copy.sqlite")


def test_only_the_newest_of_our_own_are_kept(tmp_path: Path) -> None:
    days = [datetime(2026, 11, day, 3, 0, tzinfo=UTC) for day in range(1, 11)]
    for day in days:
        (tmp_path / name_for(day)).touch()
    (tmp_path / "mine.sqlite").touch()
    assert prune(tmp_path, 7) == 3
    kept = sorted(each.name for each in tmp_path.iterdir())
    assert kept == ["mine.sqlite", *(name_for(day) for day in days[3:])]
    assert prune(tmp_path, 7) == 0
