"""Duty: of several processes on one database, which one works for a bot. Who holds its lease polls, plans and delivers.

A lease is renewed well before its end, and is over by our own clock, counted from before we asked, earlier than in the
database: a process that stood still, or cannot reach the database, stops by itself before a neighbour begins. A SQLite file
belongs to one process by its lock (bot/store/opening.py), so there every duty is ours from the start, without a lease.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot import metrics
from bot.platforms.port import Platform
from bot.store import leases
from bot.store.faults import StoreFault
from bot.store.unit import Store

LEASE_SECONDS = 30.0
ROUNDING = 0.05  # seconds that our clock and the event loop's may differ by

TakeUp = Callable[[Platform], Awaitable[None]]

log = structlog.get_logger()


def boot_seconds() -> float:
    """Since the machine started, the time that it slept included: a laptop's sleep lets a lease run out too."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds: how long a lease lasts, how often it is renewed, and how often one that another holds is looked for."""

    span: float
    renew: float
    look: float

    @staticmethod
    def of(span: float) -> "Rhythm":
        return Rhythm(span, span / 3, span / 6)


class Watch:
    """The duty for one platform. `bot.platforms.port.Turn`."""

    def __init__(self, platform: str, now: Callable[[], float]) -> None:
        self.platform = platform
        self.lease = ""
        self.is_ours = False  # in the database, as far as we know
        self._now = now
        self._until = -math.inf
        self._begun = asyncio.Event()
        self._limits: set[asyncio.Timeout] = set()

    @property
    def holds(self) -> bool:
        return self._begun.is_set() and self._now() < self._until

    @property
    def has_run_out(self) -> bool:
        return self._now() >= self._until

    def prolong(self, until: float) -> None:
        self._until = until
        for limit in self._limits:
            if not limit.expired():
                limit.reschedule(self._ends())

    def begin(self) -> None:
        self._begun.set()
        metrics.LEASE_HELD.labels(self.platform).set(1)
        log.info("lease.taken", platform=self.platform)

    def end(self, event: str, **more: object) -> None:
        """Whatever goes on `during` it is cancelled."""
        self._until = -math.inf
        if not self._begun.is_set():
            return
        self._begun.clear()
        metrics.LEASE_HELD.labels(self.platform).set(0)
        (log.warning if event == "lease.lost" else log.info)(event, platform=self.platform, **more)
        for limit in self._limits:
            if not limit.expired():
                limit.reschedule(asyncio.get_running_loop().time())

    async def during(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await self._begun.wait()
            try:
                async with asyncio.timeout_at(self._ends()) as limit:
                    self._limits.add(limit)
                    return await work()
            except TimeoutError:
                if not limit.expired():
                    raise
                if (
                    self._now() >= self._until - ROUNDING
                ):  # or the next turn has begun while the work was being cancelled
                    self.end("lease.lost", reason="run out")
            finally:
                self._limits.discard(limit)

    def _ends(self) -> float | None:
        """By the clock of the event loop."""
        if math.isinf(self._until):
            return None if self._until > 0 else asyncio.get_running_loop().time()
        return asyncio.get_running_loop().time() + self._until - self._now()


class Duty:
    """`alone`: no other process can have this database open. `now` counts seconds and never jumps."""

    def __init__(
        self,
        store: Store,
        owner: str,
        *,
        alone: bool,
        rhythm: Rhythm | None = None,
        now: Callable[[], float] = boot_seconds,
    ) -> None:
        self.alone = alone
        self._store = store
        self._owner = owner
        self._rhythm = rhythm or Rhythm.of(LEASE_SECONDS)
        self._now = now
        self._watches: dict[str, Watch] = {}

    def watch(self, platform: str) -> Watch:
        if platform not in self._watches:
            self._watches[platform] = Watch(platform, self._now)
        return self._watches[platform]

    def holds(self, platform: str) -> bool:
        return self.watch(platform).holds

    @property
    def on(self) -> bool:
        """Whether there is anything to work for."""
        return self.alone or any(watch.holds for watch in self._watches.values())

    def covers(self) -> frozenset[str] | None:
        """The platforms whose people we work for; None: everybody, for there is nobody else."""
        if self.alone:
            return None
        return frozenset(name for name, watch in self._watches.items() if watch.holds)

    async def begin(self, platforms: Mapping[str, Platform], take_up: TakeUp) -> None:
        """At start: take what is free. `take_up` goes on with what was left of a platform, before anything new."""
        for name, platform in platforms.items():
            watch = self.watch(name)
            watch.lease = name if name == "local" else f"{name}:{platform.bot}"
            metrics.LEASE_HELD.labels(name).set(0)
            if self.alone:
                watch.prolong(math.inf)
                await take_up(platform)
                watch.begin()
            else:
                await self.turn(platform, take_up)

    async def keep(self, platform: Platform, take_up: TakeUp) -> None:
        """Until cancelled: renew the lease, or look whether it is to be had."""
        watch = self.watch(platform.name)
        while True:
            await asyncio.sleep(self._rhythm.renew if watch.holds else self._rhythm.look)
            try:
                await self.turn(platform, take_up)
            except StoreFault as fault:
                log.warning("lease.store-fault", platform=platform.name, kind=fault.kind)
            except Exception:
                log.exception("lease.failed", platform=platform.name)

    async def turn(self, platform: Platform, take_up: TakeUp) -> None:
        """Ask once. Raises StoreFault: then it goes on as it was, until the lease has run out."""
        watch = self.watch(platform.name)
        if watch.is_ours and watch.has_run_out:
            watch.end("lease.lost", reason="run out")  # before asking, which may take long
        asked = self._now()
        if not await self._ask(watch):
            watch.is_ours = False
            watch.end("lease.lost", reason="another process has it")
            return
        watch.is_ours = True
        watch.prolong(asked + self._rhythm.span)
        if not watch.holds:
            try:
                await take_up(platform)
            except Exception:
                await self._free(watch)  # a neighbour may be better at it
                raise
            if not watch.has_run_out:
                watch.begin()

    async def leave(self) -> None:
        """A polite stop: a neighbour need not wait for the end of the lease."""
        for watch in self._watches.values():
            if watch.is_ours:
                try:
                    await self._free(watch)
                except StoreFault as fault:
                    log.warning("lease.store-fault", platform=watch.platform, kind=fault.kind)
            watch.end("lease.freed")

    async def _free(self, watch: Watch) -> None:
        watch.is_ours = False
        await self._store.run(lambda tx: leases.free(tx, watch.lease, self._owner))

    async def _ask(self, watch: Watch) -> bool:
        name, span = watch.lease, timedelta(seconds=self._rhythm.span)
        if watch.is_ours:
            return await self._store.run(lambda tx: leases.renew(tx, name, self._owner, span))
        if not await self._store.read(lambda tx: leases.is_free(tx, name, self._owner)):
            return False  # who stands by writes nothing
        return await self._store.run(lambda tx: leases.take(tx, name, self._owner, span))
