"""A timer that waits for nobody: when nothing is on the wire, its time jumps to the next alarm."""

import asyncio
from collections.abc import Callable


class Alarm:
    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Hurry:
    """`scheduler.pacing.Timer`. `now` and `advance` may be another clock's, which then jumps along.

    While `busy` says that something is under way, time stands still: what left earlier also arrives earlier.
    """

    def __init__(
        self, now: Callable[[], float] | None = None, advance: Callable[[float], object] | None = None
    ) -> None:
        self.busy: Callable[[], bool] = lambda: False
        self._own = 0.0
        self._now = now or (lambda: self._own)
        self._advance = advance or self._jump

    def time(self) -> float:
        return self._now()

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Alarm:
        alarm, due, loop = Alarm(), self._now() + delay, asyncio.get_running_loop()

        def ring() -> None:
            if alarm.cancelled:
                return
            if self.busy() and self._now() < due:
                loop.call_later(0.001, ring)
                return
            self._advance(max(0.0, due - self._now()))
            callback()

        loop.call_soon(ring)
        return alarm

    def _jump(self, seconds: float) -> None:
        self._own += seconds
