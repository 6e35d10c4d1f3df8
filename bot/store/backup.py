"""A copy of the SQLite file beside the running bot, checked by opening it. A plain copy of a file in use is not a backup."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.exc import DBAPIError

from bot.store.faults import translate

BUSY_SECONDS = 15.0
_NAMES = "toehold-????????T??????Z.sqlite"  # the shape of `name_for`, as `prune` looks for it


class CannotCopy(Exception):
    """`kind` is the tail of a message id ("copy.missing"), `path` the file that it is about."""

    def __init__(self, kind: str, path: Path) -> None:
        super().__init__(f"{kind}: {path}")
        self.kind = kind
        self.path = path


@dataclass(frozen=True, slots=True)
class Copy:
    """A database file that is whole. `beat`: when the bot that wrote it was last alive; None: never."""

    path: Path
    revision: str
    people: int
    beat: datetime | None
    bytes: int


def name_for(now: datetime) -> str:
    return f"toehold-{now:%Y%m%dT%H%M%SZ}.sqlite"


def prune(folder: Path, keep: int) -> int:
    """Delete all but the newest backups that were named by us. Returns how many went."""
    old = sorted(folder.glob(_NAMES), reverse=True)[keep:]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def copy_database(source: Path, target: Path) -> Copy:
    """Copy a database that may be in use. `target` comes into being at once and whole, readable by its owner only.

    Raises CannotCopy; then there is no `target`, and one that was there before is untouched.
    """
    if not source.is_file():
        raise CannotCopy("missing", source)
    if target.exists():
        raise CannotCopy("exists", target)
    with _faults(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        os.close(number)
    part = Path(name)
    try:
        _vacuum_into(source, part)
        with _faults(target):
            sync(part)
            part.rename(target)
            sync(target.parent)
    finally:
        part.unlink(missing_ok=True)
    return examine(target)


def _vacuum_into(source: Path, part: Path) -> None:
    with _faults(source), closing(_open(source)) as connection:
        before = _count(connection)
        with _faults(part.parent, of=("SQLITE_FULL", "SQLITE_CANTOPEN", "SQLITE_IOERR_WRITE")):
            connection.execute("VACUUM INTO ?", (str(part),))
        after = _count(connection)
    people = examine(part).people
    if not min(before, after) <= people <= max(before, after):
        raise CannotCopy("damaged", part)


def examine(path: Path) -> Copy:
    """Open a database file and read all of it, without changing it. Raises CannotCopy when it is not whole, or not ours."""
    if not path.is_file():
        raise CannotCopy("missing", path)
    with _faults(path), closing(_open(path)) as connection:
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise CannotCopy("damaged", path)
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            raise CannotCopy("foreign", path)
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
        beat = connection.execute("SELECT at FROM heartbeat WHERE name = 'engine'").fetchone()
        at = datetime.fromisoformat(beat[0]).replace(tzinfo=UTC) if beat else None
        return Copy(path, revision, _count(connection), at, path.stat().st_size)


def sync(path: Path) -> None:
    """What was written there survives a power cut from here on."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def uri(path: Path) -> str:
    return f"file:{quote(str(path.absolute()))}?mode=ro"


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(uri(path), uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _count(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM person").fetchone()
    return int(count)


@contextmanager
def _faults(path: Path, of: tuple[str, ...] = ("SQLITE_",)) -> Iterator[None]:
    """What goes wrong with this file, as CannotCopy; `of`: only errors whose names begin so."""
    try:
        yield
    except sqlite3.Error as error:
        if not getattr(error, "sqlite_errorname", "SQLITE_").startswith(of):
            raise
        fault = translate(DBAPIError("", None, error))
        raise CannotCopy(fault.kind if fault else "damaged", path) from None
    except UnicodeDecodeError:  # from the driver, which cannot even read SQLite's complaint
        raise CannotCopy("damaged", path) from None
    except OSError as error:
        raise CannotCopy("full" if error.errno in (28, 122) else "unreachable", path) from None
