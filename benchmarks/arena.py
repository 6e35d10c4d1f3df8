"""Where contenders meet: the lean server that counts by chat, and one contender as a process of its own."""

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from benchmarks import machine
from benchmarks.burst import Server
from benchmarks.process import Failed, running
from benchmarks.rivals.task import TOLD, Task

LOOK_SECONDS = 0.05
TELLING_SECONDS = 20.0  # beyond its limit, a contender has so long to say what it saw


class TooLate(Exception):
    """Everybody was due before the contender was ready."""


class Arena(Server):
    """Tells which chats got the message, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.first: dict[int, float] = {}
        self.twice = 0

    def clear(self) -> None:
        self.empty(limited=False)
        self.first.clear()
        self.twice = 0

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.lower().endswith("/sendmessage"):
            try:
                body = await request.read()
            except ConnectionError:
                return web.Response()
            chat = int(body.partition(b"chat_id=")[2].partition(b"&")[0])
            self.twice += chat in self.first
            self.first.setdefault(chat, time.time())
        return await super()._handle(request)


@dataclass(frozen=True, slots=True)
class Met:
    """One contender's run. `over`: when it had done with everybody, None: not within its limit; times in seconds since 1970."""

    ready: float
    resident_mb: float
    peak_mb: float | None
    cpu: float
    due: float
    over: float | None
    late: list[float]
    twice: int
    lags: list[float]
    outcomes: dict[str, int]
    ticks: dict[str, list[float]]
    others: float  # how much of the machine other programs took meanwhile


def meet(task: Task, arena: Arena) -> Met:
    """Blocks; the server turns in another thread. Raises TooLate."""
    arena.clear()
    told_path = Path(task.folder) / TOLD
    told_path.unlink(missing_ok=True)
    others, began = machine.Others(os.getpid()), time.perf_counter()
    with running([sys.executable, "-m", "benchmarks.rivals", str(task.write())], Path(task.folder), {}) as (pid, ready):
        resident = machine.resident_mb(pid)
        before = machine.cpu_seconds(pid) or 0.0
        if task.due is not None and task.contender != "raw" and time.time() >= task.due:
            raise TooLate
        _wait(task, arena, told_path, pid)
    told = _told(task, told_path)
    share, took = others.share() or 0.0, time.perf_counter() - began
    last = max(arena.first.values(), default=told["due"])
    until = max(last, told.get("over") or time.time())
    # What came after the last message, when everybody had theirs, would only thin out the lags.
    until = last if len(arena.first) == task.people else until
    return Met(
        ready=ready,
        resident_mb=resident,
        peak_mb=told["peak_mb"],
        cpu=told["cpu"] - before,
        due=told["due"],
        over=last if len(arena.first) == task.people else told.get("over"),
        late=sorted(at - told["due"] for at in arena.first.values()),
        twice=arena.twice,
        lags=[lag for at, lag in told["lags"] if at + lag >= told["due"] and at <= until],
        outcomes=told["outcomes"],
        ticks=told.get("ticks", {}),
        others=max(0.0, share - told["cpu"] / took / (os.cpu_count() or 1)),
    )


def _told(task: Task, path: Path) -> dict[str, Any]:
    if path.exists():
        told: dict[str, Any] = json.loads(path.read_text())
        return told
    if task.due is None:
        raise Failed(f"{task.contender} said nothing: {(Path(task.folder) / 'log').read_text()[-4000:]}")
    # It hung until it was killed; what arrived is known all the same.
    return {"due": task.due, "over": None, "lags": [], "cpu": 0.0, "peak_mb": None, "outcomes": {"says nothing": 1}}


def _wait(task: Task, arena: Arena, told: Path, process: int) -> None:
    until = max(time.time(), task.due or 0.0) + task.limit + TELLING_SECONDS
    asked = False
    while not told.exists() and time.time() < until:
        time.sleep(LOOK_SECONDS)
        if task.due is not None and not asked and len(arena.first) >= task.people:
            asked = True
            os.kill(process, signal.SIGTERM)


def felt(lags: Sequence[float], share: float, look: float) -> float:
    """What a press that comes at any moment waits for the loop at most, but for a `share` of them.

    A loop that hangs is looked at once in all that time, so a percentile of the looks would hide it.
    """
    whole = sum(lag + look for lag in lags)
    low, high = 0.0, max(lags, default=0.0)
    for _ in range(50):
        middle = (low + high) / 2
        if sum(max(0.0, lag - middle) for lag in lags) > share * whole:
            low = middle
        else:
            high = middle
    return high
