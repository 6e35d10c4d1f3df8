"""APScheduler, as the pulse and nothing else: one interval job that calls the tick. The truth is in our own tables."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

SECONDS = 5  # a prompt is at most this late; a clock that jumps or sleeps is noticed as soon

log = structlog.get_logger()


class _FirstAtOnce(IntervalTrigger):  # type: ignore[misc]  # APScheduler has no types
    """As the interval, but its first time is when it is started."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        following: datetime | None = super().get_next_fire_time(previous_fire_time, now)
        return now if previous_fire_time is None else following


class Pulse:
    """Calls `beat` every few seconds while it runs. A beat that fails is logged, and the next one comes all the same.

    `at_once`: the first one is not waited for: after a crash people have waited for long enough.
    """

    def __init__(
        self, beat: Callable[[], Awaitable[object]], seconds: float = SECONDS, *, at_once: bool = False
    ) -> None:
        self._beat = beat
        self._resting = asyncio.Event()
        self._resting.set()
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        every = (_FirstAtOnce if at_once else IntervalTrigger)(seconds=seconds, timezone="UTC")
        self._scheduler.add_job(self._safely, every, misfire_grace_time=None, coalesce=True, max_instances=1)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """At once: a beat under way is cancelled, and what it was sending is in doubt."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def finish(self, within: float) -> None:
        """No more beats; the one under way may end by itself for so many seconds."""
        if self._scheduler.running:
            self._scheduler.pause()
        try:
            async with asyncio.timeout(within):
                await self._resting.wait()
        except TimeoutError:
            log.warning("pulse.cut-short")
        self.stop()

    async def _safely(self) -> None:
        self._resting.clear()
        try:
            await self._beat()
        except Exception:
            log.exception("pulse.failed")
        finally:
            self._resting.set()
