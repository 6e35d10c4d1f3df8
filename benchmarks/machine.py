"""What the figures depend on: the machine, how busy others keep it, and what a process of ours takes of it."""

import importlib.metadata
import os
import platform
import sqlite3
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PACKAGES = ("python-telegram-bot", "httpx", "aiohttp", "sqlalchemy", "apscheduler")
QUIET = 0.10  # below this share of the machine, what others do is taken for nothing
LOOK_SECONDS = 1.0

_TICKS = os.sysconf("SC_CLK_TCK")
_STAT = Path("/proc/stat")


def describe() -> list[str]:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    return [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {platform.system()}, {os.cpu_count()} cores, {_memory_gb():.0f} GB",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {versions}",
    ]


def load() -> str:
    return " ".join(f"{each:.1f}" for each in os.getloadavg())


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def resident_mb(process: int) -> float:
    """Resident memory of a process, as `ps` tells it."""
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, check=True)
    return int(told.stdout) / 1024


def cpu_seconds(process: int) -> float | None:
    """What a process has used so far; None where there is no /proc."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / _TICKS


@dataclass(frozen=True, slots=True)
class Reading:
    at: float
    busy: float


def _read() -> Reading | None:
    """Seconds that all cores together have been busy; None where there is no /proc."""
    try:
        user, nice, system, _idle, _iowait, irq, soft, steal = _STAT.read_text().split(maxsplit=9)[1:9]
    except OSError:
        return None
    return Reading(time.perf_counter(), sum(map(int, (user, nice, system, irq, soft, steal))) / _TICKS)


class Others:
    """How much of the machine others take: all that is used, without what our own processes use."""

    def __init__(self, *ours: int) -> None:
        self._ours = ours
        self._began = _read()
        self._used = self._own()

    def share(self, *born: int) -> float | None:
        """Since the beginning; 1.0 is the whole machine. `born`: processes of ours that began since. None: cannot be told."""
        now = _read()
        if now is None or self._began is None:
            return None
        new = sum(cpu_seconds(process) or 0.0 for process in born)
        busy = now.busy - self._began.busy - (self._own() - self._used) - new
        return max(0.0, busy / (now.at - self._began.at) / (os.cpu_count() or 1))

    def _own(self) -> float:
        return sum(cpu_seconds(process) or 0.0 for process in self._ours)


def wait_for_quiet(patience: float) -> None:
    """Return when others leave the machine alone, at the latest after `patience` seconds."""
    until = time.perf_counter() + patience
    while time.perf_counter() < until:
        others = Others(os.getpid())
        time.sleep(LOOK_SECONDS)
        share = others.share()
        if share is None or share < QUIET:
            return
