"""M-13: a SQLite file that another program holds, a disk that is full, a migration that is killed at any statement.

The bot is a process of its own, on the fake Telegram; the disk is a small tmpfs of its own where we may mount one (as
root), so that it is full as a disk is. All the time people write: an update that the bot has confirmed must be in the inbox.
"""

import asyncio
import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, event

from bot.store.migrations.run import upgrade
from bot.store.opening import HEAD, open_store
from bot.store.sqlite import open_engine
from tests.kit.telegram import TelegramServer
from tests.soak.report import Asked, Report

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
DISK = "6m"
HEALS_WITHIN = 5.0
SOME = 3  # updates that wait at any moment, as they have only just been said
FIRST_REVISION = "0001"
ROWS = 200


class House:
    """A bot that runs, people who write to it, and what may not happen."""

    def __init__(self, folder: Path, server: TelegramServer) -> None:
        self.folder = folder
        self.server = server
        self.database = folder / "data" / "toehold.sqlite"
        self.sent: list[int] = []
        self.wrong: list[str] = []
        self._stopped = asyncio.Event()

    async def write(self) -> None:
        """Ten people say something, about ten times a second together."""
        number = 0
        while not self._stopped.is_set():
            person = self.server.person(7_000_000_000 + number % 10, f"P{number % 10}")
            await person.say("/help")
            self.sent.append(self.server.world._next_update - 1)
            number += 1
            await asyncio.sleep(0.1)

    def stop(self) -> None:
        self._stopped.set()

    def stored(self) -> list[int]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=PATIENCE)) as other:
            return [int(key) for (key,) in other.execute("SELECT update_key FROM inbox ORDER BY id")]

    def confirmed(self) -> set[int]:
        """What Telegram has forgotten, because the bot said that it has it."""
        return set(self.sent) - {entry.id for entry in self.server.world.queue}

    def look(self, when: str) -> None:
        confirmed = self.confirmed()
        lost = confirmed - set(self.stored())
        if lost:
            self.wrong.append(f"{when}: {len(lost)} updates were confirmed and are not stored")

    async def until_taken(self) -> float:
        """Seconds until everything that waits now is taken."""
        began, there = time.monotonic(), set(self.sent)
        while there - self.confirmed():
            if time.monotonic() - began > PATIENCE:
                self.wrong.append(f"{len(there - self.confirmed())} updates are not taken after {PATIENCE:g} s")
                break
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def end(self) -> None:
        self.stop()
        await self.until_taken()
        stored = self.stored()
        if len(stored) != len(set(stored)) or set(self.sent) - set(stored):
            self.wrong.append(f"{len(self.sent)} sent, {len(stored)} stored, {len(set(stored))} different")
        with closing(sqlite3.connect(self.database, timeout=PATIENCE)) as other:
            waiting = "SELECT count(*) FROM inbox WHERE answered_at IS NULL AND quarantined IS NULL"
            left, moved = other.execute(waiting).fetchone()[0], time.monotonic()
            # A chat is answered once a second: fewer and fewer is enough.
            while left and time.monotonic() < moved + PATIENCE:
                await asyncio.sleep(0.1)
                before, left = left, other.execute(waiting).fetchone()[0]
                moved = time.monotonic() if left < before else moved
            if left:
                self.wrong.append(f"{left} updates were never answered")
            if other.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                self.wrong.append("the file is not whole")


@asynccontextmanager
async def started(folder: Path, log: Path, server: TelegramServer) -> AsyncIterator[asyncio.subprocess.Process]:
    """`toehold run`. Its log goes to a file: nobody reads along, and a full pipe would stop it."""
    settings = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "TOEHOLD_DATA_DIR": str(folder / "data"),
        "TELEGRAM_BOT_TOKEN": server.token,
        "TELEGRAM_API_URL": server.url,
        "TOEHOLD_HEALTH_PORT": "0",
    }
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=folder, env=settings, stdout=out, stderr=out
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            async with asyncio.timeout(PATIENCE):
                await process.wait()


@asynccontextmanager
async def lived_in(folder: Path, log: Path) -> AsyncIterator[House]:
    async with TelegramServer.running(time.time) as server:
        house = House(folder, server)
        async with started(folder, log, server) as process:
            person = server.person(1, "First")
            await person.say("/help")
            house.sent.append(server.world._next_update - 1)
            await server.until(lambda: not server.world.waiting(), "the bot to start", seconds=PATIENCE)
            writing = asyncio.create_task(house.write())
            try:
                yield house
                await house.end()
            finally:
                house.stop()
                await writing
        if process.returncode != 0:
            house.wrong.append(f"it ended with {process.returncode}")


def hold(database: Path, seconds: float) -> None:
    """Another program has the write lock."""
    with closing(sqlite3.connect(database, isolation_level=None, timeout=PATIENCE)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        other.execute("COMMIT")


async def locked(folder: Path, times: int, seconds: float) -> tuple[str, list[str]]:
    """Held for most of the time."""
    async with lived_in(folder, folder / "log") as house:
        for _ in range(times):
            await asyncio.to_thread(hold, house.database, seconds)
            house.look("while it is held")
            await asyncio.sleep(seconds / 4)
    return f"{len(house.sent)} updates beside {times} locks of {seconds:g} s, none lost", house.wrong


@contextmanager
def small_disk(folder: Path) -> Iterator[str]:
    """How it is made small. Without the right to mount: a limit on the file's pages cannot be set from outside, so none."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], check=False, capture_output=True
    )
    try:
        yield "a tmpfs" if mounted.returncode == 0 else ""
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], check=False)


async def full(folder: Path, seconds: float) -> tuple[str, list[str]]:
    with small_disk(folder / "disk") as how:
        if not how:
            return "not done: no right to mount a small disk", []
        place = folder / "disk"
        async with lived_in(place, folder / "log") as house:
            await asyncio.sleep(1)
            stuffing = place / "stuffing"
            waiting, began, lasted = 0, time.monotonic(), 0.0
            # SQLite's log has room of its own, and goes on for a while: full is the disk when updates can be stored nowhere.
            while lasted < seconds or (waiting <= SOME and lasted < seconds + PATIENCE):
                _fill(stuffing)
                await asyncio.sleep(0.5)
                house.look("while the disk is full")
                waiting, lasted = len(house.server.world.waiting()), time.monotonic() - began
            stuffing.unlink()
            healed = await house.until_taken()
            if healed > HEALS_WITHIN:
                house.wrong.append(f"it took {healed:.1f} s to go on after there was room")
            if waiting <= SOME or waiting < seconds:
                house.wrong.append(f"the disk was not full: only {waiting} updates waited")
        told = (
            f"{how} of {DISK} full for {lasted:.0f} s: {waiting} updates waited unconfirmed, taken {healed:.1f} s after"
        )
        return told, house.wrong


def _fill(file: Path) -> None:
    with file.open("ab", buffering=0) as out:
        for size in (65_536, 4_096, 512, 1):
            with suppress(OSError):
                while out.write(b"x" * size):
                    pass


def killed_migrations(folder: Path, every: int) -> tuple[str, list[str]]:
    """SIGKILL before each statement of the way from the first revision to the newest, in a process of its own."""
    old = folder / "old.sqlite"
    engine = open_engine(old, foreign_keys=False)
    upgrade(engine, FIRST_REVISION)
    with engine.begin() as tx:
        for number in range(ROWS):
            tx.exec_driver_sql(
                "INSERT INTO inbox (platform, bot_id, update_key, lane, payload, received_at) "
                "VALUES ('local', 'local', ?, 'x', 'x', '2026-11-25 06:00:00.000000')",
                (str(number),),
            )
    engine.dispose()
    wrong, n, resumed = list[str](), 1, 0
    spawn = multiprocessing.get_context("fork")
    while True:
        here = folder / "here.sqlite"
        for name in ("", "-wal", "-shm", ".lock"):
            Path(f"{here}{name}").unlink(missing_ok=True)
        shutil.copy(old, here)
        child = spawn.Process(target=_migrate_and_die, args=(here, n))
        child.start()
        child.join(PATIENCE)
        if child.exitcode == 0:
            return f"SIGKILL at {(n - 1) // every + 1} places of a migration, {resumed} resumed to the end", wrong
        wrong += [f"at statement {n}: {each}" for each in asyncio.run(_resumed(here))]
        resumed += 1
        n += every


def _migrate_and_die(path: Path, n: int) -> None:
    count = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def _before(*_args: object) -> None:
        nonlocal count
        count += 1
        if count == n:
            os.kill(os.getpid(), signal.SIGKILL)

    engine = open_engine(path, foreign_keys=False)
    upgrade(engine)
    os._exit(0)


async def _resumed(path: Path) -> list[str]:
    """A start after it: all is there, and whole."""
    store = open_store(path)
    try:
        found = await store.read(
            lambda tx: (
                tx.exec_driver_sql("SELECT count(*) FROM inbox").scalar(),
                tx.exec_driver_sql("SELECT version_num FROM alembic_version").scalar(),
                tx.exec_driver_sql("PRAGMA integrity_check").scalar(),
                len(tx.exec_driver_sql("PRAGMA foreign_key_check").all()),
            )
        )
    finally:
        await store.close()
    return [] if found == (ROWS, HEAD, "ok", 0) else [f"found {found}"]


async def run(asked: Asked) -> Report:
    """`--minutes`: how long the disk is full; `--kills`: how many locks."""
    figures, faults = {}, list[str]()
    minutes = asked.minutes if asked.minutes is not None else (0.05 if asked.quick else 5.0)

    def note(name: str, result: tuple[str, list[str]]) -> None:
        figures[name] = result[0]
        faults.extend(f"{name}: {each}" for each in result[1])

    for name in ("locked", "full", "migration"):
        (asked.folder / name).mkdir()
    note("locked:", await locked(asked.folder / "locked", asked.either(asked.kills, 6, 1), 1.5 if asked.quick else 8))
    note("full:", await full(asked.folder / "full", minutes * 60))
    every = 25 if asked.quick else 1
    note("killed:", await asyncio.to_thread(killed_migrations, asked.folder / "migration", every))
    title = "SQLite: lock held 8 s of every 10, disk full, SIGKILL in a migration"
    target = "no update confirmed and not stored; goes on ≤ 5 s after there is room"
    return Report("M-13", title, target, figures, faults)
