"""APScheduler, as the pulse and nothing else: one interval job that calls the tick. The truth is in our own tables."""

from collections.abc import Awaitable, Callable

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

SECONDS = 5  # a prompt is at most this late; a clock that jumps or sleeps is noticed as soon

log = structlog.get_logger()


class Pulse:
    """Calls `beat` every few seconds while it runs. A beat that fails is logged, and the next one comes all the same."""

    def __init__(self, beat: Callable[[], Awaitable[object]], seconds: float = SECONDS) -> None:
        self._beat = beat
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_job(
            self._safely, "interval", seconds=seconds, misfire_grace_time=None, coalesce=True, max_instances=1
        )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _safely(self) -> None:
        try:
            await self._beat()
        except Exception:
            log.exception("pulse.failed")
