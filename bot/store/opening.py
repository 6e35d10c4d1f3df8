"""Opening the database: its folder, its lock, its migrations. What is wrong is told in one sentence, and nothing starts.

A SQLite file belongs to one process, and migrates by itself. A PostgreSQL database is shared by many, some perhaps of the
version before: it migrates when it is told to, one process at a time.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeAlias

from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from bot.store import postgres, sqlite
from bot.store.faults import StoreDamaged, StoreFault, StoreUnreachable, in_brief, translate
from bot.store.postgres import PostgresStore
from bot.store.sqlite import SqliteStore, quick_check
from bot.store.unit import Store

Where: TypeAlias = Path | str  # a SQLite file, or the URL of a PostgreSQL database

HEAD = "0005"  # the newest migration; a guard compares it with the scripts
CHECKED_UP_TO = (
    16 * 1024**2
)  # bytes: some 20 ms, so that a start takes as long with many people as with few; `toehold check` reads any file


class AlreadyRunningError(StoreFault):
    kind = "running"


class TooNewError(StoreFault):
    """The database was written by a newer version of Toehold."""

    kind = "too-new"


class BehindError(StoreFault):
    """The PostgreSQL database was written by an older version of Toehold, or is new: `toehold migrate` is missing."""

    kind = "behind"


class TooOldError(StoreFault):
    """The PostgreSQL server is older than what we need of it."""

    kind = "too-old"


class Lock:
    """One process per SQLite file. The operating system frees it when the process ends, however it ends."""

    def __init__(self, path: Path | None) -> None:
        self._file: IO[str] | None = None
        if path is None:
            return
        self._file = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise AlreadyRunningError(str(path)) from None
        self._file.seek(0)
        self._file.truncate()
        self._file.write(str(os.getpid()))
        self._file.flush()

    def free(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def lock_database(where: Where) -> Lock:
    """Make the folder and take the lock; PostgreSQL needs neither. Raises StoreUnreachable or AlreadyRunningError."""
    if isinstance(where, str):
        return Lock(None)
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
        return Lock(where.with_name(where.name + ".lock"))
    except OSError as error:
        raise StoreUnreachable(error.strerror or type(error).__name__) from None


def open_store(where: Where, on_migrate: Callable[[str], None] = lambda _revision: None) -> Store:
    """Open the database; a file is created or migrated first. Raises a StoreFault that says what is wrong."""
    if isinstance(where, str):
        _refuse_other_revisions(where)
    else:
        _migrate_file(where, on_migrate)
    return attach(where)


def attach(where: Where) -> Store:
    """Open a database that was looked at already."""
    return PostgresStore(where) if isinstance(where, str) else SqliteStore(where)


def migrate(where: Where, on_migrate: Callable[[str], None]) -> None:
    """Bring the tables to this version. Raises as `open_store`. Of several processes at once, one does it."""
    if isinstance(where, str):
        _migrate_server(where, on_migrate)
        return
    lock = lock_database(where)
    try:
        _migrate_file(where, on_migrate)
    finally:
        lock.free()


# --- a PostgreSQL database

_MIGRATING = int.from_bytes(b"toehold")  # the number of our advisory lock


def _refuse_other_revisions(url: str) -> None:
    revision = _inspect_server(url).revision or "empty"
    if revision == "empty" or revision < HEAD:
        raise BehindError(revision)
    if revision > HEAD:
        raise TooNewError(revision)


def _migrate_server(url: str, on_migrate: Callable[[str], None]) -> None:
    with _server(url) as engine, engine.connect().execution_options(isolation_level="AUTOCOMMIT") as tx:
        _refuse_old_server(engine)
        tx.execute(text("SET lock_timeout = 0"))  # until whoever migrates just now is done
        tx.execute(text("SELECT pg_advisory_lock(:number)"), {"number": _MIGRATING})
        revision = _revision(engine)
        if revision != HEAD:
            on_migrate(revision or "empty")
            _migrate(engine)


def _inspect_server(url: str) -> "Found":
    with _server(url) as engine:
        revision = _revision(engine)
        _refuse_old_server(engine)
        assert engine.dialect.server_version_info is not None
        return Found(revision, None, ".".join(str(number) for number in engine.dialect.server_version_info))


@contextmanager
def _server(url: str) -> Iterator[Engine]:
    """An engine whose every connection is closed at once. Raises StoreFault only."""
    try:
        yield postgres.open_engine(url, migrating=True)
    except DBAPIError as error:
        raise translate(error) or StoreFault(in_brief(error)) from None


def _refuse_old_server(engine: Engine) -> None:
    version = engine.dialect.server_version_info
    if version is not None and version < postgres.OLDEST:
        raise TooOldError(str(version[0]))


# --- a SQLite file


def _migrate_file(path: Path, on_migrate: Callable[[str], None]) -> None:
    engine = sqlite.open_engine(path, foreign_keys=False)
    try:
        if path.is_file() and path.stat().st_size <= CHECKED_UP_TO:
            _refuse_damage(engine)
        revision = _revision(engine)
        if revision != HEAD:
            on_migrate(revision or "empty")
            _migrate(engine)
    except DBAPIError as error:
        raise translate(error) or StoreFault(type(error).__name__) from None
    except UnicodeDecodeError:  # from the driver, which cannot even read SQLite's complaint
        raise StoreDamaged("text") from None
    except OSError as error:
        raise StoreUnreachable(error.strerror or type(error).__name__) from None
    finally:
        engine.dispose()


def _refuse_damage(engine: Engine) -> None:
    """Nothing is written to a file that is not whole: a good copy must take its place first."""
    with engine.connect() as tx:
        complaint = quick_check(tx)
    if complaint is not None:
        raise StoreDamaged(complaint)


def _revision(engine: Engine) -> str | None:
    """The migration that the database stands at, read without Alembic: most starts have nothing to migrate."""
    with engine.connect() as tx:
        if not inspect(tx).has_table("alembic_version"):
            return None
        revision: str | None = tx.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return revision


def _migrate(engine: Engine) -> None:
    from alembic.util.exc import CommandError  # heavy, and needed only here

    from bot.store.migrations.run import upgrade

    try:
        upgrade(engine)
    except CommandError as error:
        raise TooNewError(str(error)) from None


# --- looking


@dataclass(frozen=True, slots=True)
class Found:
    """What a database is: the migration that it stands at, SQLite's first complaint about a file, PostgreSQL's version."""

    revision: str | None
    complaint: str | None
    server: str | None = None


def inspect_database(where: Where) -> Found | None:
    """Look at a database without changing it; None when there is no file yet, which is read whole. Raises StoreFault."""
    if isinstance(where, str):
        return _inspect_server(where)
    if not where.exists():
        return None
    lock = lock_database(where)
    engine = sqlite.open_engine(where, read_only=True)
    try:
        revision = _revision(engine)
        with engine.begin() as tx:
            return Found(revision, quick_check(tx))
    except DBAPIError as error:
        raise translate(error) or StoreFault(type(error).__name__) from None
    except UnicodeDecodeError:
        raise StoreDamaged("text") from None
    finally:
        engine.dispose()
        lock.free()
