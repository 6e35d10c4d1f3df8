"""The heart: one beat works everything that is due (engine and cues); the time machine is many beats, one per due instant."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.addresses import Account
from bot.boards import Boards
from bot.clock import TravelClock
from bot.coach import away
from bot.coach.door import Coach
from bot.cues import Cues
from bot.intake import Intake
from bot.store import beats, care, people, slots
from bot.store.unit import Store, Tx
from scheduler.engine import TICK_MOST, Engine
from scheduler.nudge import Sent
from scheduler.ports import Delivery

FURTHEST = timedelta(days=30)  # how far "next prompt" looks before it says that none comes

log = structlog.get_logger()


class Heart:
    def __init__(
        self,
        store: Store,
        engine: Engine,
        coach: Coach,
        cues: Cues,
        intake: Intake,
        clock: TravelClock,
        boards: Boards,
        on_duty: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._engine = engine
        self._coach = coach
        self._cues = cues
        self._intake = intake
        self._clock = clock
        self._boards = boards
        self._on_duty = on_duty
        self._marked: datetime | None = None

    async def beat(self) -> list[Delivery]:
        """Everything that is due now; and a mark in the store that we were alive. Who stands by only ends the rests of
        whoever tapped here."""
        now = self._clock.now()
        if not self._on_duty():
            await self.ring(now)
            return []
        if self._marked is None or now - self._marked > beats.AWAY_AFTER:
            await self._mark(now)  # we were away: what is said now must know it
        await self.ring(now)
        deliveries: list[Delivery] = []
        while True:
            done = await self._engine.tick(now)
            deliveries += done
            await self._boards.keep(now)
            if self._marked is None or now - self._marked >= beats.MARK_EVERY:
                await self._mark(now)
            if len(done) < TICK_MOST:
                return deliveries
            now = self._clock.now()  # a burst goes on, and we are alive all the time

    async def _mark(self, now: datetime) -> None:
        def unit(tx: Tx) -> None:
            if beats.mark(tx, now):
                away.plan(tx, now)

        await self._store.run(unit)
        self._marked = now

    def carried(self, now: datetime) -> None:
        """The time machine came to `now`, and passed nothing by."""
        self._marked = now

    async def ring(self, now: datetime) -> None:
        """Redraw the cards whose rest has ended."""
        for cue in self._cues.take_due(now):
            reply = await self._coach.cue(cue)
            platform = self._intake.platforms.get(cue.address.platform)
            if reply is not None and platform is not None:
                await platform.redraw(cue.address, reply)

    async def next_due(self) -> datetime | None:
        if not self._on_duty():
            return None
        moments = (await self._engine.next_due(), self._cues.next_due(), await self._boards.next_due())
        return min((moment for moment in moments if moment is not None), default=None)


class Machine:
    """`bot.platforms.local.machine.TimeMachine`: it never jumps, it works every due instant up to its target."""

    def __init__(self, store: Store, heart: Heart, clock: TravelClock) -> None:
        self._store = store
        self._heart = heart
        self._clock = clock
        self._travelling = asyncio.Lock()

    def now(self) -> datetime:
        return self._clock.now()

    async def forward(self, delta: timedelta) -> datetime:
        async with self._travelling:
            target = self._clock.now() + delta
            while (await self._step(target)) is not None:
                pass
            await self._travel_to(target)
            return self._clock.now()

    async def next_prompt(self, account: Account) -> datetime | None:
        async with self._travelling:
            person = await self._store.read(lambda tx: _who_is_prompted(tx, account))
            if person is None:
                return None
            furthest = self._clock.now() + FURTHEST
            while (deliveries := await self._step(furthest)) is not None:
                if any(d.nudge.person == person and isinstance(d.result, Sent) for d in deliveries):
                    return self._clock.now()
            return None

    async def _step(self, target: datetime) -> list[Delivery] | None:
        """Go to the next due instant and work it; None when there is none up to `target`."""
        due = await self._heart.next_due()
        if due is None or due > target:
            return None
        await self._travel_to(due)
        return await self._heart.beat()

    async def _travel_to(self, due: datetime) -> None:
        moment = max(
            due, self._clock.now()
        )  # what was due earlier must not take us back: that would look like an outage
        self._clock.travel_to(moment)
        offset = self._clock.offset

        def unit(tx: Tx) -> None:
            beats.keep_travel(tx, offset)
            beats.carry(tx, moment)

        await self._store.run(unit)
        self._heart.carried(moment)


def _who_is_prompted(tx: Tx, account: Account) -> str | None:
    """The person, if a prompt can come at all: not for one who stopped, paused without an end, or has no times."""
    person = people.by_account(tx, account)
    if person is None or person.stopped or slots.next_prompt(tx, person.id) is None:
        return None
    endless = any(pause.last is None for pause in care.pauses(tx, person.id))
    return None if endless else person.id
