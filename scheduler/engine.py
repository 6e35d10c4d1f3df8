"""One tick: plan what is due, claim it, read reality again, deliver, record. `now` is passed in; nothing here reads a clock.

A nudge is written down before it is sent and recorded after, so a crash at any point leaves a row that says how far it got:
`claimed` is safe to take over, only `sending` is ambiguous. Two ticks never overlap: `tick` holds a lock.

The work goes in waves. One unit records what has come back and marks the next ones as `sending`, never more than there are
places on the wire; then one read judges and draws these, and they leave. So a commit serves many, and between the look at a
person's day and their message lies nothing but the wire.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime

import structlog

from scheduler.nudge import Later, Nudge, NudgeId, Sent, Unknown
from scheduler.ports import Deliverer, Delivery, Drop, NudgeStore, Postpone, Send

CLAIM_AT_ONCE = 100  # one statement claims a batch; should its lease run out meanwhile, the next wave finds out
TICK_MOST = (
    250  # in one tick: ten seconds of Telegram's pace, so that a burst holds up neither boards nor the heartbeat
)
IN_FLIGHT = 4  # sends on the wire at once: what is ambiguous after a crash, and plenty for a platform's limit
GATHER_SECONDS, GATHERING = 0.002, 8  # while more comes back in so short a time, the next wave waits for it; so often
FAULT_SECONDS, FAULT_SECONDS_MOST = 30, 3600  # after a fault of ours before the wire: doubled with each attempt

log = structlog.get_logger()


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
            planned = 0  # no further ahead than this tick can deliver: the first of a crowd do not wait for the last
            while planned < TICK_MOST and (more := await self._store.plan(now)):
                planned += more
            deliveries: list[Delivery] = []
            if nudges := await self._claim(now, TICK_MOST):
                await self._work_off(nudges, now, deliveries)
            return deliveries

    async def _work_off(self, claimed: Sequence[Nudge], now: datetime, deliveries: list[Delivery]) -> None:
        waiting, left = deque(claimed), TICK_MOST - len(claimed)
        wire = _Wire(self._in_flight)
        fault: Exception | None = None
        try:
            async with asyncio.TaskGroup() as group:
                while waiting or wire.taken:
                    back = wire.come_back()
                    if pause := self._pause(now):  # what is claimed already goes back untried
                        back += [Delivery(nudge, pause) for nudge in waiting]
                        waiting.clear()
                    batch = [waiting.popleft() for _ in range(min(wire.places, len(waiting)))]
                    deliveries += back
                    deliveries += await self._wave(wire, group, back, batch, now)
                    if claimed and left and len(waiting) < CLAIM_AT_ONCE:
                        try:  # while some are on the wire, so that it never waits for the claim
                            claimed = await self._claim(now, left)
                        except Exception as error:  # noqa: BLE001 - raised below, when what is on the wire has come back
                            fault, claimed = error, ()
                        waiting.extend(claimed)
                        left -= len(claimed)
                    if not (waiting and wire.places):
                        await wire.news()
        finally:  # cut short: what came back meanwhile is recorded all the same
            if back := wire.come_back():
                await asyncio.shield(self._advance(back, (), now))
        if fault is not None:
            raise fault

    async def _claim(self, now: datetime, most: int) -> Sequence[Nudge]:
        if not most or self._pause(now):
            return ()
        return await self._store.claim(now, self._owner, min(most, CLAIM_AT_ONCE))

    async def _wave(
        self, wire: "_Wire", group: asyncio.TaskGroup, back: Sequence[Delivery], batch: Sequence[Nudge], now: datetime
    ) -> list[Delivery]:
        """Never raises. Returns those of the batch that somebody else owns by now, and says what becomes of them."""
        lost, failed = await self._advance(back, batch, now)
        for nudge in failed:
            wire.end(nudge, _our_fault(nudge))
        begun = [nudge for nudge in batch if nudge.id not in lost and nudge not in failed]
        for nudge, answer in zip(begun, await self._judge(begun, now), strict=True):
            if isinstance(answer, Drop | Postpone | Later):
                wire.end(nudge, answer)
            else:
                wire.send(group, nudge, answer)
        return [Delivery(nudge, Drop("claim lost")) for nudge in batch if nudge.id in lost]

    async def _advance(
        self, back: Sequence[Delivery], batch: Sequence[Nudge], now: datetime
    ) -> tuple[frozenset[NudgeId], list[Nudge]]:
        """One unit for all; should it fail, one for each, so that none spoils the others. What cannot be recorded now is kept,
        and recorded before the next tick's work. Returns who lost a claim, and who of the batch failed."""
        if not back and not batch:
            return frozenset(), []
        try:
            lost = await self._store.advance(back, batch, self._owner, now)
        except Exception:
            if len(back) + len(batch) > 1:
                alone = [self._advance([each], (), now) for each in back] + [
                    self._advance((), [each], now) for each in batch
                ]
                advanced = await asyncio.gather(*alone)
                return frozenset().union(*(lost for lost, _ in advanced)), [
                    each for _, failed in advanced for each in failed
                ]
            for delivery in back:
                kind = type(delivery.result).__name__
                log.exception("nudge.not-recorded", nudge=delivery.nudge.id, result=kind)
                self._unrecorded.append(delivery)
                _tell(delivery, now)
            for nudge in batch:  # nothing is on the wire yet: nobody may lose a prompt over it
                log.exception("nudge.failed", nudge=nudge.id, kind=nudge.kind)
            return frozenset(), list(batch)
        for id_ in sorted(lost):
            log.warning("nudge.claim-lost", nudge=id_)
        for delivery in back:
            _tell(delivery, now)
        return lost, []

    async def _judge(self, nudges: Sequence[Nudge], now: datetime) -> Sequence[Drop | Postpone | Later | Send]:
        """Never raises; if all together cannot be judged, each is alone."""
        if not nudges:
            return ()
        try:
            return await self._deliverer.judge(nudges, now)
        except Exception:
            if len(nudges) > 1:
                return [answer for nudge in nudges for answer in await self._judge([nudge], now)]
            [nudge] = nudges
            log.exception("nudge.failed", nudge=nudge.id, kind=nudge.kind)
            return [_our_fault(nudge)]

    async def _record_the_rest(self, now: datetime) -> None:
        while self._unrecorded:
            for id_ in await self._store.advance(self._unrecorded[:1], (), self._owner, now):
                log.warning("nudge.claim-lost", nudge=id_)
            del self._unrecorded[0]

    def _pause(self, now: datetime) -> Postpone | None:
        """Everyone has to wait."""
        until = self._deliverer.waits_until(now)
        return None if until is None else Postpone(until, "everyone waits")


class _Wire:
    """What is marked as `sending`. A place is free again when the next wave records what came back from it."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.taken = 0
        self._back: list[Delivery] = []
        self._news = asyncio.Event()

    def send(self, group: asyncio.TaskGroup, nudge: Nudge, send: Send) -> None:
        self._take()
        group.create_task(self._deliver(nudge, send))

    def end(self, nudge: Nudge, result: Drop | Postpone | Later) -> None:
        """It will not be sent now."""
        self._take()
        self._came_back(Delivery(nudge, result))

    def come_back(self) -> list[Delivery]:
        """What has ended since the last wave; its places are free."""
        back, self._back = self._back, []
        self._news.clear()
        self.taken -= len(back)
        self.places += len(back)
        return back

    async def news(self) -> None:
        """Until something has come back, and a moment longer for what comes right behind it: it goes with the next wave."""
        if not self.taken:
            return
        await self._news.wait()
        waited = 0
        while len(self._back) < self.taken and waited < GATHERING:
            waited += 1
            before = len(self._back)
            await asyncio.sleep(GATHER_SECONDS)
            if len(self._back) == before:
                return

    def _take(self) -> None:
        self.taken += 1
        self.places -= 1

    async def _deliver(self, nudge: Nudge, send: Send) -> None:
        try:
            result = await send()
        except Exception:
            log.exception("nudge.failed-sending", nudge=nudge.id, kind=nudge.kind)
            self._came_back(Delivery(nudge, Unknown("our fault")))
        else:
            self._came_back(Delivery(nudge, result))

    def _came_back(self, delivery: Delivery) -> None:
        self._back.append(delivery)
        self._news.set()


def _our_fault(nudge: Nudge) -> Later:
    return Later(min(FAULT_SECONDS * 2**nudge.attempt, FAULT_SECONDS_MOST), "our fault", fault=True)


def _tell(delivery: Delivery, now: datetime) -> None:
    nudge, result = delivery.nudge, delivery.result
    log.info(
        "nudge.sent" if isinstance(result, Sent) else "nudge.not-sent",
        nudge=nudge.id,
        kind=nudge.kind,
        result=type(result).__name__.lower(),
        reason=getattr(result, "reason", ""),
        late_s=round((now - nudge.due_at).total_seconds()),
    )
