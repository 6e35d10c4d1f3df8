"""A contender's view of itself: how late its event loop is, what its ticks cost, what it took of the machine."""

import asyncio
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from benchmarks.rivals.task import TOLD, Task

LOOK_SECONDS = 0.01
TICKS, TICKS_WARM = 200, 10


class Watch:
    def __init__(self, task: Task) -> None:
        self.outcomes: Counter[str] = Counter()
        self._task = task
        self._due = task.due or time.time()
        self._lags: list[tuple[float, float]] = []
        self._looked = time.time()
        self._stop = asyncio.Event()
        self._telling = threading.Lock()

    async def idle(self, ticks: dict[str, Callable[[], Awaitable[object] | object]]) -> None:
        """Measures each kind of tick a few hundred times, one after the other."""
        took: dict[str, list[float]] = {}
        for name, tick in ticks.items():
            for _ in range(TICKS_WARM + TICKS):
                began = time.perf_counter()
                done = tick()
                if isinstance(done, Awaitable):
                    await done
                took.setdefault(name, []).append(time.perf_counter() - began)
        self._tell(ticks={name: each[TICKS_WARM:] for name, each in took.items()})

    def begin(self, due: float | None = None) -> None:
        """Look at the loop from here on; `due`: the burst begins now, whatever the task says."""
        self._due = due or self._due
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._stop.set)
        self._looking = asyncio.create_task(self._look())
        # A thread, because a loop that hangs could not say so.
        cut = threading.Timer(max(0.0, self._due + self._task.limit - time.time()), self._cut_short)
        cut.daemon = True
        cut.start()

    def count(self, outcome: str) -> None:
        self.outcomes[outcome] += 1

    def over(self) -> None:
        self._stop.set()

    async def burst(self) -> None:
        """Until it is over, or somebody ends the process."""
        await self._stop.wait()
        self._looking.cancel()
        self._tell(over=time.time())

    async def _look(self) -> None:
        while True:
            self._looked = time.time()
            await asyncio.sleep(LOOK_SECONDS)
            self._lags.append((self._looked, max(0.0, time.time() - self._looked - LOOK_SECONDS)))

    def _cut_short(self) -> None:
        self._lags.append((self._looked, max(0.0, time.time() - self._looked - LOOK_SECONDS)))
        self._tell(over=None)
        os._exit(0)

    def _tell(self, **more: Any) -> None:
        with self._telling:
            told = {
                "due": self._due,
                "outcomes": dict(self.outcomes),
                "lags": self._lags,
                "cpu": time.process_time(),
                "peak_mb": _peak_mb(),
                **more,
            }
            path = Path(self._task.folder) / TOLD
            new = path.with_suffix(".new")
            new.write_text(json.dumps(told))
            new.rename(path)


def _peak_mb() -> float | None:
    """The most that was ever resident; None where there is no /proc. (getrusage would tell the parent's, if that was more.)"""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
