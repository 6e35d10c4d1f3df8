"""Intake: the durable inbox -> one lane per account -> coach -> answer. At start, what was left is worked or repainted.

An update is stored before its platform confirms it. Updates of one lane are worked one after the other, different lanes
side by side, so nobody waits behind somebody else's press.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence

import structlog

from bot import metrics
from bot.cards import Reply
from bot.clock import Clock
from bot.coach import away
from bot.coach.door import Coach, Unfinished, WorkedElsewhere
from bot.nursery import Nursery
from bot.platforms.port import Heard, Platform, RawUpdate, Unreadable
from bot.store import inbox
from bot.store.faults import StoreFault
from bot.store.inbox import State, Waiting
from bot.store.unit import Store

AT_ONCE = 32  # lanes worked side by side: engine measurements, presses over aiohttp
RETRY_SECONDS: tuple[float, ...] = (
    1,
    2,
    3,
)  # after a fault of the database; the last one repeats: it is near, and somebody waits
ANSWER_TRIES = 5  # then the next start repaints it: an answer that cannot be kept must not hold up what comes after

log = structlog.get_logger()


class _Job:
    """One update on its way: to be worked or repainted, then to be answered, then to be marked."""

    def __init__(self, waiting: Waiting) -> None:
        self.waiting = waiting
        self.since = time.monotonic()
        self.done = waiting.done
        self.tries = 0
        self.answer_tries = 0
        self.heard: Heard | None = None
        self.reply: Reply | None = None
        self.worked = False
        self.answered = False


class Intake:
    """`bot.platforms.port.Intake`. `platforms` may be filled after construction: they need the intake first.

    Nothing is accepted before `resume`: what was left comes first in its lane, and nothing is taken twice.
    """

    def __init__(self, store: Store, coach: Coach, clock: Clock, nursery: Nursery) -> None:
        self._store = store
        self._coach = coach
        self._clock = clock
        self._nursery = nursery
        self.platforms: dict[str, Platform] = {}
        self._lanes: dict[tuple[str, str], deque[_Job]] = {}
        self._given_up: set[int] = set()  # not answered here, and not to be tried again in this process
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._resumed = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    async def accept(self, platform: str, bot: str, updates: Sequence[RawUpdate]) -> None:
        """Returns after the commit. Raises StoreFault when nothing was stored. Cancelling the caller takes nothing back."""
        await self._resumed.wait()
        fault = await asyncio.shield(self._nursery.start(self._keep(platform, bot, updates), f"accept:{platform}"))
        if fault is not None:
            raise fault

    async def _keep(self, platform: str, bot: str, updates: Sequence[RawUpdate]) -> StoreFault | None:
        now = self._clock.now()
        try:
            new = await self._store.run(lambda tx: inbox.accept(tx, platform, bot, updates, now))
        except StoreFault as fault:
            return fault
        for waiting in new:
            self._enqueue(waiting)
        return None

    async def missed(self, platform: str) -> None:
        now = self._clock.now()
        try:
            await self._store.run(lambda tx: away.plan(tx, now, platform))
        except StoreFault as fault:
            log.warning("inbox.store-fault", kind=fault.kind, missed=platform)

    def open(self) -> None:
        """What is left was taken up, or is another process's: from here on updates are accepted."""
        self._resumed.set()

    async def take_up(self, platform: str, bot: str) -> None:
        """Go on with everything that is left of a bot: whoever worked for it does so no more."""
        self._take_up(await self._store.read(lambda tx: inbox.left(tx, platform, bot)))

    async def take_up_overdue(self, platform: str, bot: str) -> None:
        """Go on with what nobody goes on with, where several processes receive at the same time."""
        now = self._clock.now()
        self._take_up(await self._store.read(lambda tx: inbox.overdue(tx, platform, bot, now)))

    def _take_up(self, left: Sequence[Waiting]) -> None:
        ours = {job.waiting.id for queue in self._lanes.values() for job in queue} | self._given_up
        left = [waiting for waiting in left if waiting.id not in ours]
        if left:
            log.info("inbox.resumed", count=len(left), to_repaint=sum(waiting.done for waiting in left))
        for waiting in left:
            self._enqueue(waiting)

    async def idle(self) -> None:
        """Return when nothing is being worked."""
        await self._idle.wait()

    def waiting(self) -> int:
        """How many updates are not answered yet."""
        return sum(len(queue) for queue in self._lanes.values())

    def _enqueue(self, waiting: Waiting) -> None:
        if self._nursery.leaving:
            return  # it is in the inbox, for the next start
        lane = (waiting.platform, waiting.raw.lane)
        self._idle.clear()
        if lane in self._lanes:
            self._lanes[lane].append(_Job(waiting))
        else:
            self._lanes[lane] = deque([_Job(waiting)])
            self._nursery.start(self._work_lane(lane), f"lane:{waiting.platform}", finishes=True)

    async def _work_lane(self, lane: tuple[str, str]) -> None:
        queue = self._lanes[lane]
        try:
            while queue and not self._nursery.leaving:
                await self._carry_through(queue[0])
                queue.popleft()
        finally:
            del self._lanes[lane]
            if not self._lanes:
                self._idle.set()

    async def _carry_through(self, job: _Job) -> None:
        """One update to its end, however often the database fails on the way. Never raises."""
        while not await self._safely(job):
            seconds = RETRY_SECONDS[min(job.tries, len(RETRY_SECONDS) - 1)]
            job.tries += 1
            await self._nursery.rest(seconds)
            if self._nursery.leaving:
                return

    async def _safely(self, job: _Job) -> bool:
        """False: the database failed; the same step must be tried again."""
        try:
            return await self._step(job)
        except StoreFault as fault:
            log.warning("inbox.store-fault", kind=fault.kind, inbox=job.waiting.id)
            return False
        except Exception as error:
            log.exception("inbox.failed", inbox=job.waiting.id)
            return await self._put_aside(job, f"failed: {type(error).__name__}")

    async def _step(self, job: _Job) -> bool:
        waiting = job.waiting
        platform = self.platforms.get(waiting.platform)
        if platform is None or platform.bot != waiting.bot:
            return True  # a platform that is not connected now; its rows wait
        if not job.worked:
            try:
                async with self._gate:
                    if not await self._work(job, platform):
                        return True
            except Unfinished as unfinished:
                if unfinished.reply is not None and job.tries == 0:
                    await self._apologise(platform, unfinished.heard, unfinished.reply)
                return False
        if not job.answered:
            if job.answer_tries:  # it may be out: while nothing can be written it is neither sent again nor given up
                await self._store.run(lambda tx: inbox.knock(tx, waiting.id, self._clock.now()))
            await self._answer(job, platform)
        if job.answered:
            now = self._clock.now()
            await self._store.run(lambda tx: inbox.answered(tx, waiting.id, now))
        return True

    async def _work(self, job: _Job, platform: Platform) -> bool:
        """The effect, exactly once, and the reply to it. False: nothing to answer. Raises Unfinished or StoreFault."""
        waiting = job.waiting
        if job.tries:  # a fault may have come after the commit of the effect
            state = await self._store.read(lambda tx: inbox.state(tx, waiting.id))
            if state is State.OVER:
                return False
            job.done = state is State.DONE
        try:
            job.heard = platform.understand(waiting.raw)
        except Unreadable as error:
            log.warning("inbox.unreadable", inbox=waiting.id, reason=str(error)[:128])
            await self._quarantine(waiting, str(error))
            return False
        if job.heard is None:
            await self._quarantine(waiting, "nothing for us")
            return False
        if job.tries == 0:
            metrics.UPDATES.labels(waiting.platform, type(job.heard).__name__.lower()).inc()
        if job.done:
            job.reply = await self._coach.repaint(job.heard)
        else:
            try:
                job.reply = await self._coach.hear(job.heard, waiting.id)
            except WorkedElsewhere:
                log.info("inbox.worked-elsewhere", inbox=waiting.id)
                return False
        job.worked = True
        return True

    async def _apologise(self, platform: Platform, heard: Heard, reply: Reply) -> None:
        """A platform that keeps its messages in the same database cannot even say this."""
        try:
            await platform.answer(heard, reply)
        except Exception as error:  # noqa: BLE001 - whatever it is, the update itself is tried again
            log.warning("inbox.not-told", reason=type(error).__name__)

    async def _answer(self, job: _Job, platform: Platform) -> None:
        """The effect stands, whatever happens here: a row that is not marked answered is repainted at the next start."""
        try:
            if job.reply is not None and job.heard is not None:
                await platform.answer(job.heard, job.reply)
            job.answered = True
            metrics.ANSWER_SECONDS.labels(job.waiting.platform).observe(time.monotonic() - job.since)
        except Exception as error:
            job.answer_tries += 1
            if isinstance(error, StoreFault) and job.answer_tries < ANSWER_TRIES:
                raise
            log.exception("inbox.not-answered", inbox=job.waiting.id)
            self._given_up.add(job.waiting.id)

    async def _put_aside(self, job: _Job, reason: str) -> bool:
        """A fault of ours: the same update would fail again, now and at every start."""
        try:
            await self._quarantine(job.waiting, reason)
        except StoreFault:
            return False
        return True

    async def _quarantine(self, waiting: Waiting, reason: str) -> None:
        now = self._clock.now()
        await self._store.run(lambda tx: inbox.quarantine(tx, waiting.id, reason, now))
