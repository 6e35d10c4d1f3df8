"""One tick: plan what is due, claim it, read reality again, deliver, record. `now` is passed in; nothing here reads a clock.

A nudge is written down before it is sent and recorded after, so a crash at any point leaves a row that says how far it got:
`claimed` is safe to take over, only `sending` is ambiguous. Two ticks never overlap: `tick` holds a lock.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog

from scheduler.nudge import Later, Nudge, Outcome, Sent, Unknown
from scheduler.ports import Deliverer, Drop, NudgeStore, Postpone

CLAIM_AT_ONCE = 100  # one statement claims a batch; should its lease run out meanwhile, `sending` finds out
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
    def __init__(self, store: NudgeStore, deliverer: Deliverer, owner: str) -> None:
        self._store = store
        self._deliverer = deliverer
        self._owner = owner
        self._lock = asyncio.Lock()
        self._unrecorded: list[Delivery] = []
        self._everyone_waits_until: datetime | None = None

    async def recover(self, now: datetime) -> None:
        """Once, at start."""
        taken_back = await self._store.recover(self._owner, now)
        if taken_back:
            log.info("nudge.recovered", count=taken_back)

    async def next_due(self) -> datetime | None:
        due = await self._store.next_due()
        if due is None or self._everyone_waits_until is None:
            return due
        return max(due, self._everyone_waits_until)

    async def tick(self, now: datetime) -> list[Delivery]:
        """Do everything that is due at `now`. Raises what the store raises; one delivery's fault stays its own."""
        async with self._lock:
            await self._record_the_rest(now)
            while await self._store.plan(now):
                pass
            deliveries: list[Delivery] = []
            gate = asyncio.Semaphore(IN_FLIGHT)
            while self._pause(now) is None and (nudges := await self._store.claim(now, self._owner, CLAIM_AT_ONCE)):
                deliveries += await asyncio.gather(*(self._deliver(nudge, now, gate) for nudge in nudges))
            return deliveries

    async def _deliver(self, nudge: Nudge, now: datetime, gate: asyncio.Semaphore) -> Delivery:
        """Never raises: what cannot be recorded now is kept, and recorded before the next tick's work."""
        async with gate:
            result = self._pause(now) or await self._attempt(nudge, now)
            if result is None:
                log.warning("nudge.claim-lost", nudge=nudge.id)
                return Delivery(nudge, Drop("claim lost"))  # its new owner says what becomes of it
            delivery = Delivery(nudge, result)
            if isinstance(delivery.result, Later) and delivery.result.everyone:
                self._everyone_waits_until = now + timedelta(seconds=delivery.result.seconds)
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
            return Later(min(FAULT_SECONDS * 2**nudge.attempt, FAULT_SECONDS_MOST), "our fault")
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
        """The platform asked the whole bot to wait: what is claimed already goes back untried."""
        until = self._everyone_waits_until
        return None if until is None or until <= now else Postpone(until, "everyone waits")
