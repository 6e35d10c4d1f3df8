"""Discord gives three seconds for the first answer: it comes even while the database can do nothing at all (D-01)."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.kit.clock import StandingClock
from tests.kit.discord_stage import DiscordStage
from tests.kit.stage import opened

PEOPLE = 60


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[DiscordStage]:
    made = DiscordStage(tmp_path, StandingClock())
    async with opened(made):
        yield made
    await made.end()


async def test_sixty_people_are_answered_in_time_while_the_database_stands_still(stage: DiscordStage) -> None:
    seats = [stage.server.person(f"Person {number}").dm() for number in range(PEOPLE)]
    released = threading.Event()
    blocked = asyncio.ensure_future(stage.bot.store.run(lambda _: released.wait(30)))
    try:
        answers = await asyncio.gather(*(seat.command("start") for seat in seats))
    finally:
        released.set()
    await blocked
    assert {answer.kind for answer in answers} == {"thinking"}
    for answer in answers:
        assert answer.interaction is not None
        await stage.heard(f"i{answer.interaction.id}")
    assert all("OK, let's set up" in seat.last.labels for seat in seats)

    released.clear()
    blocked = asyncio.ensure_future(stage.bot.store.run(lambda _: released.wait(30)))
    try:
        answers = await asyncio.gather(*(seat.tap("OK, let's set up") for seat in seats))
    finally:
        released.set()
    await blocked
    for answer in answers:
        assert answer.interaction is not None
        await stage.heard(f"i{answer.interaction.id}")
    assert all("Where are you?" in seat.last.text for seat in seats)
    assert all(len(seat.messages) == 1 for seat in seats)
