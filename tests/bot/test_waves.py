"""Prompts that are claimed together are judged wave by wave: what somebody does meanwhile counts."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.coach.prompts import Prompts
from bot.store import care, people
from bot.store import tables as t
from bot.store.nudges import StoredNudges
from bot.store.opening import open_store
from bot.store.unit import Store, Tx
from drills import catalog
from drills.safety import Screened
from scheduler.engine import Engine
from scheduler.nudge import Nudge, NudgeId
from scheduler.ports import Delivery
from tests.bot.store.cast import THE_WEDNESDAY, person
from tests.kit.clock import WEDNESDAY

LATER = WEDNESDAY.replace(hour=7)  # 08:00 in Berlin
JOINED = date(2026, 11, 20)

Act = Callable[[Tx], None]


class Meanwhile(StoredNudges):
    """The real store. As soon as the first wave has left, somebody does something."""

    def __init__(self, store: Store, act: Act) -> None:
        super().__init__(store)
        self._store_itself = store
        self._act: Act | None = act

    async def advance(
        self, ended: Sequence[Delivery], begun: Sequence[Nudge], owner: str, now: datetime
    ) -> frozenset[NudgeId]:
        if ended and self._act is not None:
            act, self._act = self._act, None
            await self._store_itself.run(act)
        return await super().advance(ended, begun, owner, now)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = open_store(tmp_path / "toehold.sqlite")
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda tx: people.change(tx, "ben", stopped=True), "stopped"),
        (lambda tx: people.change(tx, "ben", silent_day=THE_WEDNESDAY), "not today"),
        (lambda tx: care.begin_pause(tx, "ben", THE_WEDNESDAY, None, "", LATER), "paused"),
        (lambda tx: None, "this platform is not connected"),
    ],
    ids=["stopped", "not today", "paused", "nothing"],
)
async def test_whoever_acts_while_the_wave_before_is_out_gets_no_wrong_prompt(
    store: Store, act: Act, reason: str
) -> None:
    for name, at in (("ann", "07:30"), ("ben", "07:31")):
        await person(store, name, at)
        ready = {"joined_day": JOINED, "screened": Screened.CLEAR, "screened_on": JOINED, "minutes": 3, "band": True}
        await store.run(lambda tx, name=name, ready=ready: people.change(tx, name, **ready))  # type: ignore[misc]
    engine = Engine(Meanwhile(store, act), Prompts(store, catalog.load(), {}), "me", in_flight=1)
    await engine.tick(LATER)
    rows = await store.read(lambda tx: tx.execute(select(t.nudge.c.person, t.nudge.c.reason)).all())
    assert {row.person: row.reason for row in rows} == {"ann": "this platform is not connected", "ben": reason}
