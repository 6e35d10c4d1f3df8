"""Models and migrations are the same thing twice; every migration goes up, down and up again, or not at all."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from bot.store import opening, tables
from bot.store.migrations import run
from bot.store.opening import HEAD, open_store
from bot.store.sqlite import open_engine
from tests.bot.store.cast import nudge, person

Schema = list[tuple[Any, ...]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "toehold.sqlite"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    made = open_engine(path, foreign_keys=False)
    yield made
    made.dispose()


def scripts(engine: Engine) -> ScriptDirectory:
    return ScriptDirectory.from_config(run.config(engine))


def schema(path: Path) -> Schema:
    """Every table and index as SQLite has it, through a second connection."""
    connection = sqlite3.connect(path)
    try:
        query = (
            "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name != 'alembic_version' ORDER BY type, name"
        )
        return [row for row in connection.execute(query) if not row[2].startswith(("alembic_version", "sqlite_"))]
    finally:
        connection.close()


def _other_default(
    _context: object, _there: object, _model: object, there: str | None, _default: object, model: str | None
) -> bool:
    """Alembic's own comparison takes ('') in the file and an empty text in the model for two things."""
    return (None if there is None else there.strip("()'")) != model


def test_the_models_are_what_the_migrations_make(engine: Engine) -> None:
    run.upgrade(engine)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": _other_default}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.metadata) == []


def test_the_newest_migration_is_the_one_that_the_store_opens_at(engine: Engine) -> None:
    assert scripts(engine).get_heads() == [HEAD]


def test_every_migration_goes_up_down_and_up(engine: Engine, path: Path) -> None:
    for script in reversed(list(scripts(engine).walk_revisions())):
        assert script.down_revision is None or isinstance(script.down_revision, str), "one line of migrations"
        before = schema(path)
        run.upgrade(engine, script.revision)
        there = schema(path)
        run.downgrade(engine, script.down_revision or "base")
        assert schema(path) == before, f"{script.revision} does not take back what it does"
        run.upgrade(engine, script.revision)
        assert schema(path) == there, f"{script.revision} does something else the second time"


async def test_a_migration_that_runs_out_of_room_anywhere_is_not_begun_and_is_done_later(
    path: Path, engine: Engine, tmp_path: Path
) -> None:
    """The n-th step fails, for every n, until it passes; what stands then is one revision, whole."""
    other = tmp_path / "other.sqlite"
    along = open_engine(other, foreign_keys=False)
    whole: list[Schema] = [[]]
    for script in reversed(list(scripts(engine).walk_revisions())):
        run.upgrade(along, script.revision)
        whole.append(schema(other))
    along.dispose()
    pages, failed = 1, 0
    while not _migrated_within(path, pages):
        assert schema(path) in whole
        failed += 1
        pages += 4
    assert failed > 5
    await open_store(path).close()


def _migrated_within(path: Path, pages: int) -> bool:
    engine = open_engine(path, foreign_keys=False)

    @event.listens_for(engine, "connect")
    def _small(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    try:
        with suppress(OperationalError):
            run.upgrade(engine)
            return True
        return False
    finally:
        engine.dispose()


async def test_a_table_that_a_migration_makes_anew_keeps_its_children(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite drops the old table on the way, which would take along whatever belongs to it."""
    store = open_store(path)
    await person(store, "ann", "07:30")
    await nudge(store, "ann")
    await store.close()

    def make_anew(engine: Engine) -> None:
        with engine.begin() as connection:
            operations = Operations(MigrationContext.configure(connection, opts={"render_as_batch": True}))
            with operations.batch_alter_table("person", recreate="always"):
                pass

    monkeypatch.setattr(opening, "HEAD", "9999")
    monkeypatch.setattr(run, "upgrade", make_anew)
    await open_store(path).close()
    connection = sqlite3.connect(path)
    counts = [connection.execute(f"SELECT count(*) FROM {each}").fetchone() for each in ("person", "slot", "nudge")]
    connection.close()
    assert counts == [(1,), (1,), (1,)]
