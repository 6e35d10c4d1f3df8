"""The store and the deliverer with a stopwatch beside them, so that neither has to know of metrics."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TypeVar

from bot import metrics
from bot.clock import Clock
from bot.store.faults import StoreFault
from bot.store.unit import Store, Tx
from scheduler.nudge import Nudge, Outcome, Sent
from scheduler.ports import Deliverer, Drop, Postpone, Send

T = TypeVar("T")


class MeasuredStore(Store):
    """The same store; every unit and read is timed as its caller sees it, with its wait."""

    def __init__(self, inner: Store) -> None:
        self._inner = inner

    async def run(self, unit: Callable[[Tx], T]) -> T:
        with _timed("unit"):
            return await self._inner.run(unit)

    async def read(self, query: Callable[[Tx], T]) -> T:
        with _timed("read"):
            return await self._inner.read(query)

    async def checkpoint(self) -> None:
        await self._inner.checkpoint()

    async def close(self) -> None:
        await self._inner.close()


@contextmanager
def _timed(work: str) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    except StoreFault as fault:
        metrics.STORE_FAULTS.labels(fault.kind).inc()
        raise
    finally:
        metrics.STORE_SECONDS.labels(work).observe(time.perf_counter() - began)


class MeasuredDeliverer:
    """`scheduler.ports.Deliverer`. `on_end` is called after each delivery: something goes on."""

    def __init__(self, inner: Deliverer, clock: Clock, on_end: Callable[[], None]) -> None:
        self._inner = inner
        self._clock = clock
        self._on_end = on_end

    async def judge(self, nudges: Sequence[Nudge], now: datetime) -> Sequence[Drop | Postpone | Send]:
        answers = list(await self._inner.judge(nudges, now))
        for number, (nudge, answer) in enumerate(zip(nudges, answers, strict=True)):
            if isinstance(answer, Drop | Postpone):
                self._count(nudge, answer)
            else:
                answers[number] = partial(self._send, nudge, answer)
        return answers

    async def _send(self, nudge: Nudge, send: Send) -> Outcome | Drop:
        with metrics.SENDS_IN_FLIGHT.track_inprogress():
            result = await send()
        if isinstance(result, Sent):
            metrics.LATE_SECONDS.observe(max(0.0, (self._clock.now() - nudge.due_at).total_seconds()))
        self._count(nudge, result)
        return result

    def waits_until(self, now: datetime) -> datetime | None:
        return self._inner.waits_until(now)

    def _count(self, nudge: Nudge, result: object) -> None:
        metrics.NUDGES.labels(nudge.kind, type(result).__name__.lower()).inc()
        self._on_end()
