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
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from bot.store import opening, postgres, tables
from bot.store.migrations import run
from bot.store.opening import HEAD, open_store
from bot.store.sqlite import open_engine
from tests.bot.store.cast import nudge, person
from tests.kit.postgres import ENGINES, Server

Schema = list[tuple[Any, ...]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "toehold.sqlite"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    made = open_engine(path, foreign_keys=False)
    yield made
    made.dispose()


@pytest.fixture(params=ENGINES)
def any_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """On an empty database, of each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("engine")
        return
    server: Server = request.getfixturevalue("postgres")
    url = server.create()
    made = postgres.open_engine(url, migrating=True)
    yield made
    made.dispose()
    server.drop(url)


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


# Table by table what stands in a PostgreSQL database: columns, constraints, indexes.
IN_POSTGRES = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text || pg_get_expr(d.adbin, d.adrelid)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), '' FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT tablename, indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT relname, relkind::text, '', '' FROM pg_class
    WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
"""


def schema_of(engine: Engine) -> Schema:
    """The same through a new connection, on either engine."""
    if engine.dialect.name == "sqlite":
        return schema(Path(str(engine.url.database)))
    with engine.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(text(IN_POSTGRES)) if row[0] != "alembic_version")


def _other_default(
    _context: object, _there: object, _model: object, there: str | None, _default: object, model: str | None
) -> bool:
    """Alembic's own comparison takes ('') in the file and an empty text in the model for two things."""
    if there is None:
        return model is not None
    there = there.partition("::")[0].strip("()'")  # PostgreSQL adds the type
    return {"false": "0"}.get(there, there) != model


def test_the_models_are_what_the_migrations_make(any_engine: Engine) -> None:
    run.upgrade(any_engine)
    with any_engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": _other_default}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.metadata) == []


def test_the_newest_migration_is_the_one_that_the_store_opens_at(engine: Engine) -> None:
    assert scripts(engine).get_heads() == [HEAD]


def test_every_migration_goes_up_down_and_up(any_engine: Engine) -> None:
    for script in reversed(list(scripts(any_engine).walk_revisions())):
        assert script.down_revision is None or isinstance(script.down_revision, str), "one line of migrations"
        before = schema_of(any_engine)
        run.upgrade(any_engine, script.revision)
        there = schema_of(any_engine)
        assert there != before
        run.downgrade(any_engine, script.down_revision or "base")
        assert schema_of(any_engine) == before, f"{script.revision} does not take back what it does"
        run.upgrade(any_engine, script.revision)
        assert schema_of(any_engine) == there, f"{script.revision} does something else the second time"


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
