"""A store on a fresh database of each engine, and a witness: a second connection that sees only what was committed."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from bot.store.opening import Where, open_store
from bot.store.unit import Store
from tests.bot.store.witness import PostgresWitness, SqliteWitness, Witness
from tests.kit.postgres import ENGINES


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "toehold.sqlite"


@pytest.fixture(params=ENGINES)
def where(request: pytest.FixtureRequest, path: Path) -> Where:
    """A file, or the URL of a database. A module about one of them has a fixture of this name of its own."""
    if request.param == "sqlite":
        return path
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
async def store(where: Where) -> AsyncIterator[Store]:
    opened = open_store(where)
    yield opened
    await opened.close()


@pytest.fixture
def witness(store: Store, where: Where) -> Iterator[Witness]:
    if isinstance(where, str):
        with psycopg.connect(where.replace("+psycopg", ""), autocommit=True, options="-c timezone=UTC") as other:
            yield PostgresWitness(other)
        return
    connection = sqlite3.connect(where, isolation_level=None, timeout=0)
    yield SqliteWitness(connection)
    connection.close()
