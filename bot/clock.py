"""People's time: the only file that reads the clock. Lease time is the database's and never moves (bot/store/leases.py)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol

from scheduler.pacing import Timer


class Clock(Protocol):
    def now(self) -> datetime:
        """The moment, aware UTC."""

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        """Return when `wake` is set, or at `until`; None: only when it is set."""


class TravelClock:
    """The real clock, moved by `offset`: zero unless the time machine was used."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def travel_to(self, moment: datetime) -> None:
        """Make it `moment` now. Only forward: what was counted stays in the past."""
        self.offset = max(self.offset, moment - datetime.now(UTC))

    @property
    def timer(self) -> Timer | None:
        """What the limits of a platform go by; None: the event loop, whose time nobody moves."""
        return None

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        seconds = None if until is None else max(0.0, (until - self.now()).total_seconds())
        try:
            async with asyncio.timeout(seconds):
                await wake.wait()
        except TimeoutError:
            return
