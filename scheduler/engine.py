"""One tick: plan what is due, claim it, read reality again, deliver, record. `now` is passed in; nothing here reads a clock.

A nudge is written down before it is sent and recorded after, so a crash at any point leaves a row that says how far it got:
`claimed` is safe to take over, only `sending` is ambiguous. Two ticks never overlap: `tick` holds a lock.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import structlog

from scheduler.nudge import Later, Nudge, Outcome, Sent, Unknown
from scheduler.ports import Deliverer, Drop, NudgeStore, Postpone

CLAIM_AT_ONCE = 100  # one statement claims a batch; should its lease run out meanwhile, `sending` finds out
TICK_MOST = (
    250  # in one tick: ten seconds of Telegram's pace, so that a burst holds up neither boards nor the heartbeat
)
IN_FLIGHT = 4  # sends on the wire at once: what is ambiguous after a crash, and plenty for a platform's limit
FAULT_SECONDS, FAULT_SECONDS_MOST = 30, 3600  # after a fault of ours before the wire: doubled with each attempt

Result: TypeAlias = Outcome | Drop | Postpone

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One nudge and what became of it."""

    nudge: Nudge
    result: Result


class Engine:
    """`in_flight`: how many are on the wire at once."""

    def __init__(self, store: NudgeStore, deliverer: Deliverer, owner: str, in_flight: int = IN_FLIGHT) -> None:
        self._store = store
        self._deliverer = deliverer
        self._owner = owner
        self._in_flight = in_flight
        self._lock = asyncio.Lock()
        self._unrecorded: list[Delivery] = []

    async def recover(self, now: datetime, platform: str | None = None) -> None:
        """At the beginning of our work for a platform, before its first tick."""
        taken_back = await self._store.recover(self._owner, now, platform)
        if taken_back:
            log.info("nudge.recovered", count=taken_back)

    async def next_due(self) -> datetime | None:
        due = await self._store.next_due()
        until = None if due is None else self._deliverer.waits_until(due)
        return due if until is None else until

    async def tick(self, now: datetime) -> list[Delivery]:
        """Do what is due at `now`; of more than `TICK_MOST` the oldest. Raises what the store raises; one delivery's fault
        stays its own."""
        async with self._lock:
            await self._record_the_rest(now)
            while await self._store.plan(now):
                pass
            deliveries: list[Delivery] = []
            if nudges := await self._claim(now, TICK_MOST):
                await self._work_off(nudges, now, deliveries)
            return deliveries

    async def _work_off(self, nudges: Sequence[Nudge], now: datetime, deliveries: list[Delivery]) -> None:
        """While some are on the wire the next batch is claimed, so that the wire never waits for the database."""
        waiting: asyncio.Queue[Nudge | None] = asyncio.Queue(CLAIM_AT_ONCE)

        async def work() -> None:
            while (nudge := await waiting.get()) is not None:
                deliveries.append(await self._deliver(nudge, now))

        left = TICK_MOST
        fault: Exception | None = None
        async with asyncio.TaskGroup() as group:
            for _ in range(self._in_flight):
                group.create_task(work())
            while nudges:
                for nudge in nudges:
                    await waiting.put(nudge)
                left -= len(nudges)
                try:
                    nudges = await self._claim(now, left)
                except Exception as error:  # noqa: BLE001 - raised below, when what is on the wire has come back
                    fault, nudges = error, ()
            for _ in range(self._in_flight):
                await waiting.put(None)
        if fault is not None:
            raise fault

    async def _claim(self, now: datetime, most: int) -> Sequence[Nudge]:
        if not most or self._pause(now):
            return ()
        return await self._store.claim(now, self._owner, min(most, CLAIM_AT_ONCE))

    async def _deliver(self, nudge: Nudge, now: datetime) -> Delivery:
        """Never raises: what cannot be recorded now is kept, and recorded before the next tick's work."""
        result = self._pause(now) or await self._attempt(nudge, now)
        if result is None:
            log.warning("nudge.claim-lost", nudge=nudge.id)
            return Delivery(nudge, Drop("claim lost"))  # its new owner says what becomes of it
        delivery = Delivery(nudge, result)
        try:
            await self._record(delivery, now)
        except Exception:
            log.exception("nudge.not-recorded", nudge=nudge.id, result=type(delivery.result).__name__)
            self._unrecorded.append(delivery)
        log.info(
            "nudge.sent" if isinstance(delivery.result, Sent) else "nudge.not-sent",
            nudge=nudge.id,
            kind=nudge.kind,
            result=type(delivery.result).__name__.lower(),
            reason=getattr(delivery.result, "reason", ""),
            late_s=round((now - nudge.due_at).total_seconds()),
        )
        return delivery

    async def _attempt(self, nudge: Nudge, now: datetime) -> Result | None:
        """None: the claim was lost."""
        try:
            verdict = await self._deliverer.judge(nudge, now)
            if verdict is not None:
                return verdict
            if not await self._store.sending(nudge, self._owner):
                return None
        except Exception:  # nothing is on the wire yet: nobody may lose a prompt over it
            log.exception("nudge.failed", nudge=nudge.id, kind=nudge.kind)
            return Later(min(FAULT_SECONDS * 2**nudge.attempt, FAULT_SECONDS_MOST), "our fault", fault=True)
        try:
            return await self._deliverer.send(nudge, now)
        except Exception:
            log.exception("nudge.failed-sending", nudge=nudge.id, kind=nudge.kind)
            return Unknown("our fault")

    async def _record(self, delivery: Delivery, now: datetime) -> None:
        if not await self._store.record(delivery.nudge, self._owner, delivery.result, now):
            log.warning("nudge.claim-lost", nudge=delivery.nudge.id, result=type(delivery.result).__name__)

    async def _record_the_rest(self, now: datetime) -> None:
        while self._unrecorded:
            await self._record(self._unrecorded[0], now)
            del self._unrecorded[0]

    def _pause(self, now: datetime) -> Postpone | None:
        """Everyone has to wait: what is claimed already goes back untried."""
        until = self._deliverer.waits_until(now)
        return None if until is None else Postpone(until, "everyone waits")
