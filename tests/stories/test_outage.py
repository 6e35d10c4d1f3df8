"""Telegram is away for hours: nothing is lost, and afterwards there is one message for each, and it says that it is late."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.outcomes import ATTEMPTS_MOST
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


async def test_after_an_outage_the_open_step_comes_again_once_with_a_sentence(stage: TelegramStage) -> None:
    ann, ben, cy = [await stage.person(name) for name in ("Ann", "Ben", "Cy")]
    for player in (ann, ben, cy):
        await player.set_up("07:30")
    await ann.tap("Start now", "I know this one")
    await ben.tap("Start now", "I know this one")
    await stage.forward(minutes=1)
    counts = [len(player.messages) for player in (ann, ben, cy)]
    await stage.sleep_through(minutes=5)
    assert [len(player.messages) for player in (ann, ben, cy)] == [counts[0] + 1, counts[1] + 1, counts[2]]
    ann.sees("I was away. Tap again if your last tap is missing.", "Left foot")
    await stage.forward(minutes=1)
    await ann.tap("Done")
    ann.sees("Right foot")
    ann.sees_no("I was away")
    assert len(ann.messages) == counts[0] + 1


async def test_a_short_restart_says_nothing(stage: TelegramStage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up("07:30")
    await ann.tap("Start now", "I know this one")
    await stage.forward(minutes=1)
    before = len(ann.messages)
    await stage.sleep_through(seconds=100)
    assert len(ann.messages) == before


async def test_in_quiet_hours_the_open_step_stays_where_it_is(stage: TelegramStage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up("07:30")
    await stage.until("21:30")
    await ann.say("/today")
    await ann.tap("1-minute version", "I know this one")
    before = len(ann.messages)
    await stage.sleep_through(hours=1)
    assert len(ann.messages) == before


async def test_taps_that_telegram_forgot_while_the_network_was_down_are_asked_for_once(stage: TelegramStage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up("07:30")
    await ann.tap("Start now", "I know this one")
    await stage.forward(minutes=1)
    before = len(ann.messages)
    ben = await stage.person("Ben")
    await ben.set_up("07:30")  # has nothing open
    quiet = len(ben.messages)
    for _ in range(2):  # the network comes and goes
        await stage.bot.intake.missed("telegram")
        await stage.forward(minutes=1)
    assert (len(ann.messages), len(ben.messages)) == (before + 1, quiet)
    ann.sees("I was away. Tap again if your last tap is missing.", "Left foot")
