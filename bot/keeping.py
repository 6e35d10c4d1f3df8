"""`toehold backup` and `toehold restore`, in plain words."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from bot import words
from bot.clock import TravelClock
from bot.settings import Settings
from bot.store import backup, restoring
from bot.store.backup import CannotCopy
from bot.store.opening import lock_database

FOLDER = "backups"  # beside the database

Say = Callable[[str], object]
Fail = Callable[[str], NoReturn]


def keep_copy(settings: Settings, file: Path | None, keep: int | None, say: Say, fail: Fail) -> None:
    texts = words.load()
    if settings.on_server:
        fail(texts("operate.on-server"))
    folder = settings.database_path.parent / FOLDER
    target = file or folder / backup.name_for(TravelClock().now())
    try:
        copy = backup.copy_database(settings.database_path, target)
        say(texts("operate.backup-made", path=copy.path, size=copy.bytes, n=copy.people))
        if keep is not None and (gone := backup.prune(folder, keep)):
            say(texts("operate.backup-pruned", n=gone))
    except CannotCopy as error:
        fail(texts(f"copy.{error.kind}", path=error.path))


def put_back(settings: Settings, file: Path, old: bool, say: Say, fail: Fail) -> None:
    """Raises StoreFault: the bot runs, or the folder cannot be used."""
    texts = words.load()
    if settings.on_server:
        fail(texts("operate.on-server"))
    path = settings.database_path
    lock = lock_database(path)
    try:
        done = asyncio.run(restoring.restore(file, path, TravelClock().now(), however_old=old))
    except CannotCopy as error:
        fail(texts(f"copy.{error.kind}", path=error.path))
    finally:
        lock.free()
    made = f"{done.made:%Y-%m-%d %H:%M} UTC" if done.made else "?"
    say(texts("operate.restored", path=path, n=done.people, made=made))
    if done.erased:
        say(texts("operate.restored-erased", n=done.erased))
    if done.beside is None:
        say(texts("operate.restored-alone"))
    else:
        say(texts("operate.restored-beside", path=done.beside))
    if done.unread:
        say(texts("operate.restored-unread"))
