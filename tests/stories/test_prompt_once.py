"""On Discord a prompt is seen once, even when the bot is killed between sending it and writing that down (D-18)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.addresses import Address
from bot.cards import Reply
from scheduler.nudge import Outcome
from tests.kit.clock import StandingClock
from tests.kit.discord_stage import DiscordStage, InChannel
from tests.kit.stage import Player, opened


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[DiscordStage]:
    made = DiscordStage(tmp_path, StandingClock())
    async with opened(made):
        yield made
    await made.end()


class _Wire:
    """Keeps the database as it is right after a message is out, when nothing of it is written down yet."""

    def __init__(self, stage: DiscordStage) -> None:
        self.kept: dict[Path, bytes] = {}
        self._stage = stage
        self._discord = stage.bot.platforms["discord"]
        self._deliver = self._discord.deliver
        self._discord.deliver = self.deliver  # type: ignore[method-assign]

    async def deliver(self, address: Address, reply: Reply) -> Outcome:
        outcome = await self._deliver(address, reply)
        self.kept = self._stage.files()
        return outcome


def prompts(player: Player) -> int:
    return sum("time for your feet" in message.text for message in player.messages)


@pytest.mark.parametrize("minutes", [0, 60])
async def test_killed_after_the_send_the_prompt_is_not_seen_twice(stage: DiscordStage, minutes: int) -> None:
    ann = await stage.person("Ann")
    await ann.set_up("07:30")
    wire = _Wire(stage)
    await stage.until("07:30")
    assert prompts(ann) == 1
    sent = len(stage.server.calls("POST /channels/*/messages"))

    await stage.kill(wire.kept, minutes=minutes)
    await stage.forward(minutes=5)
    assert prompts(ann) == 1
    again = len(stage.server.calls("POST /channels/*/messages")) - sent
    looked = len([call for call in stage.server.calls("GET /channels/*/messages") if call.status == 200])
    assert (again, looked) == (0, 1), "it is found in the chat, by the key on its buttons"
    assert [nudge.state for nudge in await _nudges(stage)] == ["sent"]

    await ann.tap("1-minute version")
    await ann.whole_session()
    ann.sees("Streak 1")


async def test_where_the_chat_cannot_be_read_the_number_of_the_sending_still_makes_it_one(stage: DiscordStage) -> None:
    from tests.kit.discord import Refuse

    ann = await stage.person("Ann")
    await ann.set_up("07:30")
    wire = _Wire(stage)
    await stage.until("07:30")
    stage.server.faults.add("GET /channels/*/messages", Refuse(50001), times=9)
    await stage.kill(wire.kept)
    await stage.forward(minutes=3)
    assert prompts(ann) == 1
    assert stage.server.messages.deduplicated == 1


async def test_a_quiet_line_is_seen_once_too(stage: DiscordStage) -> None:
    team = await stage.team("Office")
    await stage.block("Ann")
    ann = Player(stage, "Ann", InChannel(stage, stage.server.person("Ann"), team.channel))
    await ann.say("/start")
    await ann.tap("OK, let's set up", "Berlin", "07:30", "3 min", "No band", "None of these", "Where prompts come")
    await ann.tap("A quiet line here, if they are closed")
    wire = _Wire(stage)
    await stage.until("07:30")
    assert len(team.texts) == 1
    await stage.kill(wire.kept, minutes=60)
    await stage.forward(minutes=5)
    assert len(team.texts) == 1


async def _nudges(stage: DiscordStage):  # type: ignore[no-untyped-def]
    from sqlalchemy import select

    from bot.store import tables as t

    return await stage.bot.store.read(lambda tx: tx.execute(select(t.nudge).where(t.nudge.c.kind == "prompt")).all())
