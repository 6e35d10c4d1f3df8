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
from benchmarks.arena import Arena, Met, TooLate, felt, meet
from benchmarks.burst import TOKEN
from benchmarks.model import ZONE
from benchmarks.rivals import jobstore
from benchmarks.rivals.task import Task
from benchmarks.rivals.watch import LOOK_SECONDS
from benchmarks.sender import ROWS, TEXT
from benchmarks.tables import ratio, table
from drills.localtime import zone_of

PEOPLE, PEOPLE_QUICK = (1_000, 10_000, 100_000, 1_000_000), (1_000, 10_000)
OTHERS_MOST = 100_000  # beyond, only ours starts and idles; nobody takes part in the burst
LIMIT, LIMIT_QUICK = 300.0, 60.0
# Between the call to start and the moment when everybody is due; doubled until it is enough.
MARGIN_SECONDS, MARGIN_A_PERSON = 10.0, 0.001
DATABASE = "toehold.sqlite"


@dataclass(frozen=True, slots=True)
class Contender:
    """`stands`: its start and idle tick are measured too, for the other settings do not touch them."""

    name: str
    module: str
    settings: dict[str, Any]
    stands: bool = False


CONTENDERS = (
    Contender("Toehold, as shipped", "toehold", {}, stands=True),
    Contender("Toehold, TOEHOLD_IN_FLIGHT=32", "toehold", {"at_once": 32}),
    Contender("JobQueue, as shipped", "jobqueue", {"grace": 1}, stands=True),
    Contender("JobQueue, no grace limit", "jobqueue", {}),
    Contender("JobQueue, our transport", "jobqueue", {"grace": 1, "aiohttp": True, "at_once": 256}),
    Contender("JobQueue, tuned", "jobqueue", {"patient": True, "at_once": 8}),
    Contender("JobQueue, tuned, our transport", "jobqueue", {"patient": True, "aiohttp": True, "at_once": 32}),
    Contender("APScheduler, as shipped", "jobstore", {"grace": 1}, stands=True),
    Contender("APScheduler, no grace limit", "jobstore", {}),
    Contender("APScheduler, tuned, our transport", "jobstore", {"patient": True, "aiohttp": True, "at_once": 32}),
    Contender("raw client, 8 at once", "raw", {"patient": True, "at_once": 8}),
    Contender("raw client, our transport, 32", "raw", {"patient": True, "aiohttp": True, "at_once": 32}),
)


@dataclass(frozen=True, slots=True)
class Stood:
    """One contender at rest among so many people. `added`: how many a second its store takes one by one."""

    name: str
    people: int
    met: Met
    database_mb: float
    added: float | None


@dataclass(frozen=True, slots=True)
class Burst:
    name: str
    people: int
    met: Met


def run(
    folder: Path, quick: bool, patience: float, counts: Sequence[int] | None = None, limit: float | None = None
) -> str:
    counts = counts or (PEOPLE_QUICK if quick else PEOPLE)
    limit = limit or (LIMIT_QUICK if quick else LIMIT)
    stood, bursts = asyncio.run(_run(folder, patience, counts, limit))
    parts = [_standing(stood, counts)]
    parts += [_bursts([each for each in bursts if each.people == count], count, limit) for count in counts]
    return "\n".join([part for part in parts if part] + [year.run(folder, quick)])


async def _run(folder: Path, patience: float, counts: Sequence[int], limit: float) -> tuple[list[Stood], list[Burst]]:
    """The contenders are processes; the server has this one, so that on two cores each has its own."""
    arena = Arena()
    stood, bursts = [], []
    async with arena.running():
        for count in counts:
            for contender in CONTENDERS:
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
                if count <= OTHERS_MOST:
                    bursts.append(await asyncio.to_thread(_be_due, contender.name, task, arena, patience))
                print(".", end="", flush=True)
    print("\n")
    return stood, bursts


def _stand(name: str, task: Task, arena: Arena, patience: float) -> Stood:
    Path(task.folder).mkdir()
    added = _fill(task)
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
            _fill(task)
        due = replace(task, due=float(round(time.time() + margin)))
        _fill_due(due)
        try:
            return Burst(name, task.people, meet(due, arena))
        except TooLate:
            margin *= 2
        finally:
            shutil.rmtree(task.folder)


def _fill(task: Task) -> float | None:
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


def _standing(stood: Sequence[Stood], counts: Sequence[int]) -> str:
    few = {each.name: each for each in stood if each.people == counts[0]}
    rows = []
    for each in sorted(stood, key=lambda each: (list(few).index(each.name), each.people)):
        first = few[each.name]
        ticks = [
            f"{_ms(_at(took, 0.5))} / {_ms(_at(took, 0.99))}" + (f" (beat: {_ms(_at(beat, 0.5))})" if beat else "")
            for took, beat in [(each.met.ticks["tick"], each.met.ticks.get("beat"))]
        ]
        rows.append(
            (
                each.name,
                f"{each.people:,}",
                f"{each.met.ready:.2f} s",
                ratio(each.met.ready, first.met.ready),
                *ticks,
                ratio(_at(each.met.ticks["tick"], 0.5), _at(first.met.ticks["tick"], 0.5)),
                f"{each.met.resident_mb:.0f} MB",
                f"{each.database_mb:,.1f} MB" if each.database_mb else "none",
                f"{each.people / each.added:,.0f} s" if each.added else "",
                f"{each.met.others:.0%}",
            )
        )
    against = f"against {counts[0]:,}"
    head = (
        "",
        "people",
        "to ready",
        against,
        "idle tick p50 / p99",
        against,
        "memory",
        "database",
        "to add all",
        "others",
    )
    return table(head, rows)


def _bursts(bursts: Sequence[Burst], count: int, limit: float) -> str:
    if not bursts:
        return ""
    best = max(_rate(each.met) for each in bursts)
    rows = []
    for each in bursts:
        met = each.met
        rows.append(
            (
                each.name,
                f"{len(met.late):,}",
                f"not within {limit:.0f} s" if met.over is None else f"{count - len(met.late):,}",
                str(met.twice),
                f"{_at(met.late, 0.5):.2f} / {_at(met.late, 0.99):.2f} s" if met.late else "–",
                f"{_rate(met):,.0f}/s",
                ratio(_rate(met), best),
                f"{_ms(felt(met.lags, 0.01, LOOK_SECONDS))} / {_ms(max(met.lags, default=0.0))}",
                f"{met.peak_mb:.0f} MB" if met.peak_mb else "?",
                f"{met.cpu:.1f} s",
                ", ".join(f"{number:,} {what}" for what, number in met.outcomes.items() if what != "sent"),
                f"{met.others:.0%}",
            )
        )
    head = ("", "delivered", "lost", "twice", "late p50 / p99", "messages", "against the best", "loop lag p99 / most")
    return f"{count:,} people are due at one instant:\n\n" + table((*head, "peak", "CPU", "it says", "others"), rows)


def _rate(met: Met) -> float:
    return len(met.late) / met.late[-1] if met.late and met.late[-1] > 0 else 0.0


def _at(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2g} ms" if seconds < 0.0995 else f"{seconds:,.1f} s"
