"""Telegram is away for hours: nothing is lost, and afterwards there is one message for each, and it says that it is late."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.nudges import ATTEMPTS_MOST
from tests.kit.clock import StandingClock
from tests.kit.stage import opened
from tests.kit.telegram import Cut
from tests.kit.telegram_stage import TelegramStage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[TelegramStage]:
    made = TelegramStage(tmp_path, StandingClock())
    async with opened(made):
        yield made
    await made.end()


async def test_after_six_hours_without_telegram_everybody_gets_one_late_prompt(stage: TelegramStage) -> None:
    names = [f"Person {number}" for number in range(6)]
    people = [await stage.person(name) for name in names]
    for player in people:
        await player.set_up("07:30")
    before = [len(player.messages) for player in people]
    stage.server.faults.add("sendMessage", Cut(), times=1_000_000)
    await stage.forward(hours=6)
    tries = len(stage.server.calls("sendMessage"))
    stage.server.faults.clear()
    await stage.forward(hours=2)
    for player, count in zip(people, before, strict=True):
        assert len(player.messages) == count + 1
        player.sees("07:30")
        player.can_tap("Start")
    assert tries <= ATTEMPTS_MOST * len(people)
    assert len(stage.server.calls("sendMessage")) - tries == len(people)


async def test_two_prompts_that_fell_into_an_outage_become_one(stage: TelegramStage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up("07:30")
    await ann.say("/times")
    await ann.tap("Change or add a time")
    await ann.say("12:00")
    before = len(ann.messages)
    stage.server.faults.add("sendMessage", Cut(), times=1_000_000)
    await stage.until("12:30")
    stage.server.faults.clear()
    await stage.forward(hours=2)
    assert len(ann.messages) == before + 1
