"""A store on a fresh file, and a witness: a second connection that sees only what was committed."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.store.opening import open_store
from bot.store.unit import Store
from tests.bot.store.witness import Witness


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "toehold.sqlite"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    opened = open_store(path)
    yield opened
    await opened.close()


@pytest.fixture
def witness(store: Store) -> Iterator[Witness]:
    connection = sqlite3.connect(store.path, isolation_level=None, timeout=0)
    yield Witness(connection)
    connection.close()
