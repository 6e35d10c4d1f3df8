"""One tick: plan what is due, claim it, read reality again, deliver, record. `now` is passed in; nothing here reads a clock.

A nudge is written down before it is sent and recorded after, so a crash at any point leaves a row that says how far it got:
`claimed` is safe to take over, only `sending` is ambiguous. Two ticks never overlap: `tick` holds a lock.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import structlog

from scheduler.nudge import Broken, Nudge, Outcome, Sent
from scheduler.ports import Deliverer, Drop, NudgeStore, Postpone

CLAIM_AT_ONCE = 100  # a batch stays small enough that its lease outlives the slowest send
IN_FLIGHT = 4  # sends on the wire at once: what is ambiguous after a crash, and plenty for a platform's limit

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One nudge and what became of it."""

    nudge: Nudge
    result: Outcome | Drop | Postpone


class Engine:
    def __init__(self, store: NudgeStore, deliverer: Deliverer, owner: str) -> None:
        self._store = store
        self._deliverer = deliverer
        self._owner = owner
        self._lock = asyncio.Lock()

    async def recover(self, now: datetime) -> None:
        """Once, at start."""
        taken_back = await self._store.recover(self._owner, now)
        if taken_back:
            log.info("nudge.recovered", count=taken_back)

    async def next_due(self) -> datetime | None:
        return await self._store.next_due()

    async def tick(self, now: datetime) -> list[Delivery]:
        """Do everything that is due at `now`. Raises what the store raises; one delivery's fault stays its own."""
        async with self._lock:
            deliveries: list[Delivery] = []
            while await self._store.plan(now):
                pass
            gate = asyncio.Semaphore(IN_FLIGHT)
            while nudges := await self._store.claim(now, self._owner, CLAIM_AT_ONCE):
                deliveries += await asyncio.gather(*(self._deliver(nudge, now, gate) for nudge in nudges))
            return deliveries

    async def _deliver(self, nudge: Nudge, now: datetime, gate: asyncio.Semaphore) -> Delivery:
        async with gate:
            try:
                result = await self._attempt(nudge, now)
            except Exception:
                log.exception("nudge.failed", nudge=nudge.id, kind=nudge.kind)
                result = Broken("our fault")
            if result is not None and not await self._store.record(nudge, self._owner, result, now):
                log.warning("nudge.claim-lost", nudge=nudge.id, result=type(result).__name__)
            result = result or Drop("claim lost")
        log.info(
            "nudge.sent" if isinstance(result, Sent) else "nudge.not-sent",
            nudge=nudge.id,
            kind=nudge.kind,
            result=type(result).__name__.lower(),
            reason=getattr(result, "reason", ""),
            late_s=round((now - nudge.due_at).total_seconds()),
        )
        return Delivery(nudge, result)

    async def _attempt(self, nudge: Nudge, now: datetime) -> Outcome | Drop | Postpone | None:
        verdict = await self._deliverer.judge(nudge, now)
        if verdict is not None:
            return verdict
        if not await self._store.sending(nudge, self._owner):
            return None
        return await self._deliverer.send(nudge, now)
