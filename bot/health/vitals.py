"""The watchdog: when something last went on in the beat, and how late the event loop is."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot import metrics
from bot.platforms.port import CannotStart
from bot.store.faults import StoreFault
from bot.words import Words

SILENT_SECONDS = 60.0  # a beat comes every five seconds, and one send takes less: after so long something hangs
STUCK_SECONDS = 300.0  # then only a new process helps
LOOK_SECONDS = 1.0
LAG_SECONDS = 0.5  # from here on a late loop is worth a line
FROZEN_SECONDS = 10.0  # so late is no loop: the whole process was stopped, or the machine slept

T = TypeVar("T")
log = structlog.get_logger()


class Stuck(CannotStart):
    """Nothing goes on any more, though the loop turns."""

    for_good = False


class Vitals:
    """`now` counts seconds and never jumps; it is an argument for tests."""

    def __init__(self, words: Words, now: Callable[[], float] = time.monotonic) -> None:
        self.trouble: str | None = None  # why the last beat failed
        self._words = words
        self._now = now
        self._ended = self._moved = now()
        self._beating = False

    def beating(self, beat: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
        """The same beat, watched."""

        async def watched() -> T:
            began = self._now()
            self._beating, self._moved = True, began
            trouble: str | None = self._words("operate.beat-failed")
            try:
                result = await beat()
                trouble = None
                return result
            except StoreFault as fault:
                trouble = self._words("operate.database", kind=fault.kind)
                raise
            finally:
                self.trouble, self._beating = trouble, False
                self._ended = self._moved = self._now()
                metrics.BEAT_SECONDS.labels("failed" if trouble else "ok").observe(self._ended - began)

        return watched

    def moved(self) -> None:
        """A beat may take long when there is much to do; this tells that it does it."""
        self._moved = self._now()

    @property
    def beat_age(self) -> float:
        """Seconds since the last beat ended, or since the start."""
        return self._now() - self._ended

    @property
    def problem(self) -> str | None:
        """Why the process is not alive, in a sentence; None when it is."""
        silence = self._now() - self._moved
        if silence < SILENT_SECONDS:
            return None
        if self._beating:
            return self._words("operate.beat-hangs", seconds=round(silence))
        return self._words("operate.no-beat", seconds=round(silence))

    async def watch(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Until cancelled. Raises Stuck."""
        while True:
            before = self._now()
            await sleep(LOOK_SECONDS)
            self.look(self._now() - before - LOOK_SECONDS)

    def look(self, lag: float) -> None:
        """Once a second, with how late that was."""
        metrics.LOOP_LAG_SECONDS.observe(max(0.0, lag))
        if lag >= LAG_SECONDS:
            log.warning("loop.late", seconds=round(lag, 1))
        if lag >= FROZEN_SECONDS:
            self.moved()  # nothing could go on meanwhile
        silence = self._now() - self._moved
        if silence >= STUCK_SECONDS:
            raise Stuck(self._words("operate.stuck", seconds=round(silence)))
