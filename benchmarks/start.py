"""How long from `toehold run` to ready, on a database with few and with many people?"""

import os
import shutil
import statistics
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine, people
from benchmarks.process import toehold
from benchmarks.tables import ratio, spread, table

PEOPLE = (1_000, 100_000, 1_000_000)
PEOPLE_QUICK = (1_000, 20_000)
STARTS = 5
STARTS_QUICK = 3


@dataclass(frozen=True, slots=True)
class Started:
    people: int
    seconds: list[float]
    cpu: list[float]
    resident_mb: float
    database_mb: float
    others: float


def run(folder: Path, quick: bool, patience: float) -> str:
    measured = [_measure(folder, count, quick, patience) for count in (PEOPLE_QUICK if quick else PEOPLE)]
    few = statistics.median(measured[0].seconds)
    rows = [
        (
            f"{each.people:,}",
            f"{statistics.median(each.seconds):.2f} s",
            spread(each.seconds),
            ratio(statistics.median(each.seconds), few),
            f"{statistics.median(each.cpu):.2f} s" if each.cpu else "?",
            f"{each.resident_mb:.0f} MB",
            f"{each.database_mb:,.0f} MB",
            f"{each.others:.0%}",
        )
        for each in measured
    ]
    head = ("people", "to ready", "range", f"against {measured[0].people:,}", "CPU", "memory", "database", "others")
    return table(head, rows)


def _measure(folder: Path, count: int, quick: bool, patience: float) -> Started:
    data = folder / f"start-{count}"
    data.mkdir()
    database = data / "toehold.sqlite"
    people.fill(database, count, datetime.now(UTC))
    settings = {"TOEHOLD_DATA_DIR": str(data), "TOEHOLD_PORT": "0", "TOEHOLD_LOG_LEVEL": "WARNING"}
    seconds, cpu, memory, shares = [], [], [], []
    for number in range((STARTS_QUICK if quick else STARTS) + 1):
        machine.wait_for_quiet(patience)
        others = machine.Others(os.getpid())
        with toehold(data, settings) as (process, ready):
            if number:  # the first one only warms the file cache
                shares.append(others.share(process))
                seconds.append(ready)
                cpu.append(machine.cpu_seconds(process))
                memory.append(machine.resident_mb(process))
    size = database.stat().st_size / 1e6
    shutil.rmtree(data)
    return Started(
        people=count,
        seconds=seconds,
        cpu=[used for used in cpu if used is not None],
        resident_mb=statistics.median(memory),
        database_mb=size,
        others=statistics.median([share for share in shares if share is not None] or [0.0]),
    )
