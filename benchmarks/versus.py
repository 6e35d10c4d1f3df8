"""What do a start, an idle tick and a burst cost, beside what people would otherwise use? And how does a database grow?"""

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import machine, people, year
from benchmarks.arena import Arena, TooLate, meet
from benchmarks.burst import TOKEN
from benchmarks.model import ZONE
from benchmarks.rivals import jobstore
from benchmarks.rivals.task import Task
from benchmarks.sender import ROWS, TEXT
from benchmarks.verdict import Burst, Stood, bursts, standing
from drills.localtime import zone_of

PEOPLE, PEOPLE_QUICK = (1_000, 10_000, 100_000, 1_000_000), (1_000, 10_000)
OTHERS_MOST = 100_000  # beyond, only ours starts and idles; nobody takes part in the burst
LIMIT, LIMIT_QUICK = 300.0, 60.0
# Between the call to start and the moment when everybody is due; doubled until it is enough.
MARGIN_SECONDS, MARGIN_A_PERSON = 10.0, 0.001
DATABASE = "toehold.sqlite"


@dataclass(frozen=True, slots=True)
class Contender:
    """`stands`: its start and idle tick are measured too, for the other settings do not touch them. `takes_most`: it takes part
    in the largest burst, which is for each as it ships and as well as we could set it."""

    name: str
    module: str
    settings: dict[str, Any]
    stands: bool = False
    takes_most: bool = False


CONTENDERS = (
    Contender("Toehold, as shipped", "toehold", {}, stands=True, takes_most=True),
    Contender("Toehold, TOEHOLD_IN_FLIGHT=32", "toehold", {"at_once": 32}, takes_most=True),
    Contender("JobQueue, as shipped", "jobqueue", {"grace": 1}, stands=True, takes_most=True),
    Contender("JobQueue, no grace limit", "jobqueue", {}),
    Contender("JobQueue, our transport", "jobqueue", {"grace": 1, "aiohttp": True, "at_once": 256}),
    Contender("JobQueue, tuned", "jobqueue", {"patient": True, "at_once": 8}),
    Contender(
        "JobQueue, tuned, our transport", "jobqueue", {"patient": True, "aiohttp": True, "at_once": 32}, takes_most=True
    ),
    Contender("APScheduler, as shipped", "jobstore", {"grace": 1}, stands=True, takes_most=True),
    Contender("APScheduler, no grace limit", "jobstore", {}),
    Contender(
        "APScheduler, tuned, our transport",
        "jobstore",
        {"patient": True, "aiohttp": True, "at_once": 32},
        takes_most=True,
    ),
    Contender("raw client, 8 at once", "raw", {"patient": True, "at_once": 8}),
    Contender(
        "raw client, our transport, 32", "raw", {"patient": True, "aiohttp": True, "at_once": 32}, takes_most=True
    ),
)


def run(
    folder: Path,
    quick: bool,
    patience: float,
    counts: Sequence[int] | None = None,
    limit: float | None = None,
    rest: bool = False,
) -> str:
    """`rest`: only who stands ready with nobody due."""
    counts = counts or (PEOPLE_QUICK if quick else PEOPLE)
    limit = limit or (LIMIT_QUICK if quick else LIMIT)
    stood = asyncio.run(_run(folder, patience, counts, limit, rest))
    return "\n".join((standing(stood, counts), year.run(folder, quick)))


async def _run(folder: Path, patience: float, counts: Sequence[int], limit: float, rest: bool) -> list[Stood]:
    """The contenders are processes; the server has this one, so that on two cores each has its own. Bursts are printed as
    they come, for all of it takes hours."""
    arena = Arena()
    stood = []
    async with arena.running():
        for count in counts:
            met = []
            for contender in CONTENDERS:
                if count >= OTHERS_MOST and not contender.takes_most:
                    continue
                if count > OTHERS_MOST and not (contender.module == "toehold" and contender.stands):
                    continue
                home = folder / f"{contender.module}-{count}"
                task = Task(
                    contender.module,
                    str(home),
                    arena.url,
                    TOKEN,
                    count,
                    TEXT,
                    ROWS,
                    due=None,
                    limit=limit,
                    database=str(home / DATABASE),
                    **contender.settings,
                )
                if contender.stands:
                    stood.append(await asyncio.to_thread(_stand, contender.name, task, arena, patience))
                if count <= OTHERS_MOST and not rest:
                    met.append(await asyncio.to_thread(_be_due, contender.name, task, arena, patience))
            if met:
                print(bursts(met, count, limit), flush=True)
    return stood


def _stand(name: str, task: Task, arena: Arena, patience: float) -> Stood:
    Path(task.folder).mkdir()
    added = fill(task)
    machine.wait_for_quiet(patience)
    met = meet(task, arena)
    size = sum(path.stat().st_size for path in Path(task.folder).glob("*.sqlite")) / 1e6
    shutil.rmtree(task.folder)
    return Stood(name, task.people, met, size, added)


def _be_due(name: str, task: Task, arena: Arena, patience: float) -> Burst:
    margin = MARGIN_SECONDS + task.people * MARGIN_A_PERSON
    while True:
        Path(task.folder).mkdir()
        machine.wait_for_quiet(patience)
        if task.contender == "toehold":
            fill(task)
        due = replace(task, due=float(round(time.time() + margin)))
        _fill_due(due)
        try:
            return Burst(name, task.people, meet(due, arena))
        except TooLate:
            margin *= 2
        finally:
            shutil.rmtree(task.folder)


def fill(task: Task) -> float | None:
    """Its database, where it has one, with nobody due for an hour."""
    match task.contender:
        case "jobstore":
            return jobstore.fill(task)
        case "toehold":
            database = Path(task.database)
            # An hour ago, so that no rest is still running.
            people.fill(database, task.people, datetime.now(UTC) - timedelta(hours=1))
            with closing(sqlite3.connect(database)) as tx:
                tx.execute(
                    "UPDATE slot SET next_due_at = strftime('%Y-%m-%d %H:%M:%f', next_due_at, '+2 hours') || '000'"
                )
                tx.commit()
    return None


def _fill_due(task: Task) -> None:
    """Everybody is due at one instant."""
    assert task.due is not None
    if task.contender == "jobstore":
        jobstore.fill(task)
    if task.contender != "toehold":
        return
    due = datetime.fromtimestamp(task.due, UTC)
    with closing(sqlite3.connect(task.database)) as tx:
        # Who is in a session, or done for the day, would not be prompted.
        for name in ("round_done", "session", "nudge", "inbox"):
            tx.execute(f"DELETE FROM {name}")
        label = due.astimezone(zone_of(ZONE)).date().isoformat()
        tx.execute("UPDATE slot SET next_due_at = ?, next_label = ?", (f"{due:%Y-%m-%d %H:%M:%S.%f}", label))
        tx.commit()
