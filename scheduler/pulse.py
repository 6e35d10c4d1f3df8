"""APScheduler, as the pulse and nothing else: one interval job that calls the tick. The truth is in our own tables."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

SECONDS = 5  # a prompt is at most this late; a clock that jumps or sleeps is noticed as soon

log = structlog.get_logger()


class Pulse:
    """Calls `beat` every few seconds while it runs. A beat that fails is logged, and the next one comes all the same."""

    def __init__(self, beat: Callable[[], Awaitable[object]], seconds: float = SECONDS) -> None:
        self._beat = beat
        self._resting = asyncio.Event()
        self._resting.set()
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_job(
            self._safely, "interval", seconds=seconds, misfire_grace_time=None, coalesce=True, max_instances=1
        )

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
