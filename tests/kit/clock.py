"""A clock that stands still until it is moved. It stands on a fixed Wednesday: far from weekends and from any DST night."""

import asyncio
from datetime import UTC, datetime

from bot.clock import TravelClock
from tests.kit.hurry import Hurry

WEDNESDAY = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)  # 07:00 in Berlin


class StandingClock(TravelClock):
    def __init__(self, moment: datetime = WEDNESDAY) -> None:
        super().__init__()
        self._moment = moment
        self._jumped = 0.0
        self._timer = Hurry(lambda: self._moment.timestamp() + self._jumped, self._jump)

    @property
    def timer(self) -> Hurry:
        """Limits of a platform keep no story waiting."""
        return self._timer

    def now(self) -> datetime:
        return self._moment

    def _jump(self, seconds: float) -> None:
        self._jumped += seconds

    def travel_to(self, moment: datetime) -> None:
        self._moment = max(self._moment, moment)

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        """Time does not pass by itself: only `wake` ends the wait."""
        await wake.wait()
        await asyncio.Event().wait()
