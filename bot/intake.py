"""Intake: the durable inbox -> one lane per account -> coach -> answer. At start, what was left is worked or repainted.

An update is stored before its platform confirms it. Updates of one lane are worked one after the other, different lanes
side by side, so nobody waits behind somebody else's press.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.cards import Reply
from bot.clock import Clock
from bot.coach.door import Coach, Unfinished
from bot.nursery import Nursery
from bot.platforms.port import Heard, Platform, RawUpdate, Unreadable
from bot.store import inbox
from bot.store.faults import StoreFault
from bot.store.inbox import Waiting
from bot.store.unit import Store

AT_ONCE = 32  # lanes worked side by side: engine measurements, presses over aiohttp
RETRY_SECONDS = (1, 2, 5, 10, 30)  # after a fault of the database; the last one repeats
PURGE_EVERY = timedelta(hours=6)

log = structlog.get_logger()


class Intake:
    """`bot.platforms.port.Intake`. `platforms` may be filled after construction: they need the intake first."""

    def __init__(self, store: Store, coach: Coach, clock: Clock, nursery: Nursery) -> None:
        self._store = store
        self._coach = coach
        self._clock = clock
        self._nursery = nursery
        self.platforms: dict[str, Platform] = {}
        self._lanes: dict[tuple[str, str], deque[Waiting]] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._idle = asyncio.Event()
        self._idle.set()

    async def accept(self, platform: str, bot: str, updates: Sequence[RawUpdate]) -> None:
        now = self._clock.now()
        for waiting in await self._store.run(lambda tx: inbox.accept(tx, platform, bot, updates, now)):
            self._enqueue(waiting)

    async def resume(self) -> None:
        """At start: everything that a stopped process left behind."""
        left = await self._store.read(inbox.waiting)
        if left:
            log.info("inbox.resumed", count=len(left), to_repaint=sum(waiting.done for waiting in left))
        for waiting in left:
            self._enqueue(waiting)

    async def idle(self) -> None:
        """Return when nothing is being worked."""
        await self._idle.wait()

    def _enqueue(self, waiting: Waiting) -> None:
        lane = (waiting.platform, waiting.raw.lane)
        self._idle.clear()
        if lane in self._lanes:
            self._lanes[lane].append(waiting)
        else:
            self._lanes[lane] = deque([waiting])
            self._nursery.start(self._work_lane(lane), f"lane:{waiting.platform}")

    async def _work_lane(self, lane: tuple[str, str]) -> None:
        queue = self._lanes[lane]
        try:
            while queue:
                async with self._gate:
                    tries = 0
                    while not await self._work(queue[0], tries):
                        await asyncio.sleep(RETRY_SECONDS[min(tries, len(RETRY_SECONDS) - 1)])
                        tries += 1
                queue.popleft()
        finally:
            del self._lanes[lane]
            if not self._lanes:
                self._idle.set()

    async def _work(self, waiting: Waiting, tries: int) -> bool:
        """One update. False: the database failed and nothing was written; try again. Never raises."""
        platform = self.platforms.get(waiting.platform)
        if platform is None or platform.bot != waiting.bot:
            return True  # a platform that is not connected now; its rows wait
        try:
            try:
                heard = platform.understand(waiting.raw)
            except Unreadable as error:
                log.warning("inbox.unreadable", inbox=waiting.id, reason=str(error)[:128])
                await self._quarantine(waiting, str(error))
                return True
            if heard is None:
                await self._quarantine(waiting, "nothing for us")
                return True
            if waiting.done:
                reply = await self._coach.repaint(heard)
            else:
                reply = await self._coach.hear(heard, waiting.id)
        except Unfinished as unfinished:
            if unfinished.reply is not None and tries == 0:
                await platform.answer(unfinished.heard, unfinished.reply)
            return False
        except StoreFault as fault:
            log.warning("inbox.store-fault", kind=fault.kind, inbox=waiting.id)
            return False
        except Exception:
            log.exception("inbox.failed", inbox=waiting.id)
            return True
        await self._answer(platform, waiting, heard, reply)
        return True

    async def _answer(self, platform: Platform, waiting: Waiting, heard: Heard, reply: Reply | None) -> None:
        """The effect stands, whatever happens here: a row that is not marked answered is repainted at the next start."""
        try:
            if reply is not None:
                await platform.answer(heard, reply)
            now = self._clock.now()
            await self._store.run(lambda tx: inbox.answered(tx, waiting.id, now))
        except Exception:
            log.exception("inbox.not-answered", inbox=waiting.id)

    async def _quarantine(self, waiting: Waiting, reason: str) -> None:
        now = self._clock.now()
        await self._store.run(lambda tx: inbox.quarantine(tx, waiting.id, reason, now))
