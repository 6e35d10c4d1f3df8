"""Opening the database: its folder, its lock, its migrations. What is wrong is told in one sentence, and nothing starts."""

import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from bot.store.faults import StoreDamaged, StoreFault, StoreUnreachable, translate
from bot.store.unit import Store, open_engine, quick_check

HEAD = "0004"  # the newest migration; a guard compares it with the scripts
CHECKED_UP_TO = (
    16 * 1024**2
)  # bytes: some 20 ms, so that a start takes as long with many people as with few; `toehold check` reads any file


class AlreadyRunningError(StoreFault):
    kind = "running"


class TooNewError(StoreFault):
    """The database was written by a newer version of Toehold."""

    kind = "too-new"


class Lock:
    """One process per SQLite file. The operating system frees it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._file: IO[str] | None = path.open("a+", encoding="utf-8")
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


def lock_database(path: Path) -> Lock:
    """Make the folder and take the lock. Raises StoreUnreachable or AlreadyRunningError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return Lock(path.with_name(path.name + ".lock"))
    except OSError as error:
        raise StoreUnreachable(error.strerror or type(error).__name__) from None


def open_store(path: Path, on_migrate: Callable[[str], None] = lambda _revision: None) -> Store:
    """Open the database, creating or migrating it first. Raises a StoreFault that says what is wrong."""
    engine = open_engine(path, foreign_keys=False)
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
    return Store(path)


def _refuse_damage(engine: Engine) -> None:
    """Nothing is written to a file that is not whole: a good copy must take its place first."""
    with engine.connect() as tx:
        complaint = quick_check(tx)
    if complaint is not None:
        raise StoreDamaged(complaint)


def _revision(engine: Engine) -> str | None:
    """The migration that the file stands at, read without Alembic: most starts have nothing to migrate."""
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


@dataclass(frozen=True, slots=True)
class Found:
    """What a database file is: the migration that it stands at, and SQLite's first complaint about it, if any."""

    revision: str | None
    complaint: str | None


def inspect_file(path: Path) -> Found | None:
    """Look at a database file without changing it; None when there is none yet. Reads the whole file. Raises StoreFault."""
    if not path.exists():
        return None
    lock = lock_database(path)
    engine = open_engine(path, read_only=True)
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
