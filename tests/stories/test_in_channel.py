"""On Discord a person may practise in a channel, where only they see it; and prompts must reach them all the same."""

from pathlib import Path
from typing import cast

import pytest

from tests.kit.clock import StandingClock
from tests.kit.discord import Refuse
from tests.kit.discord_stage import DiscordStage, DiscordTeam, InChannel
from tests.kit.stage import Player, opened


@pytest.fixture
async def stage(tmp_path: Path):  # type: ignore[no-untyped-def]
    made = DiscordStage(tmp_path, StandingClock())
    async with opened(made):
        yield made
    await made.end()


async def room(stage: DiscordStage) -> DiscordTeam:
    return await stage.team("Office")


async def sit(stage: DiscordStage, team: DiscordTeam, name: str) -> Player:
    return Player(stage, name, InChannel(stage, stage.server.person(name), team.channel))


async def type_it(player: Player, label: str, text: str) -> None:
    await cast(InChannel, player.seat).type_it(label, text)
    await player.look()


async def set_up(player: Player, time: str = "07:30") -> None:
    await player.say("/start")
    await player.tap("OK, let's set up")
    await type_it(player, "Type a place…", "Berlin")
    await type_it(player, "Type a time…", time)
    await player.tap("3 min", "Yes, I have one", "None of these")
    player.sees("Next prompt")


def in_channel(team: DiscordTeam) -> list[str]:
    """What everybody in the channel sees of the bot."""
    return team.texts


async def test_a_new_member_sets_up_and_trains_in_a_channel_and_nobody_else_sees_it(stage: DiscordStage) -> None:
    team = await room(stage)
    ann = await sit(stage, team, "Ann")
    await set_up(ann)
    ann.sees("Prompts come to you as a direct message")
    await ann.tap("Start now")
    await ann.whole_session()
    ann.sees("Streak 1")
    assert in_channel(team) == []
    assert len(ann.messages) == 1, "one message lives through all of it"


async def test_the_first_direct_message_comes_at_once_and_the_prompt_in_the_morning(stage: DiscordStage) -> None:
    team = await room(stage)
    ann = await sit(stage, team, "Ann")
    await set_up(ann)
    await stage.forward(seconds=30)
    direct = await stage.person("Ann")
    await direct.look()
    assert any("Your prompts will come here." in message.text for message in direct.messages)
    await stage.until("07:30")
    assert "time for your feet" in direct.card.text
    assert "<t:" not in direct.card.text
    await direct.tap("1-minute version")
    await direct.whole_session()
    direct.sees("Streak 1")


async def test_an_open_session_goes_on_wherever_the_person_types(stage: DiscordStage) -> None:
    team = await room(stage)
    ann = await sit(stage, team, "Ann")
    await set_up(ann)
    await ann.tap("Start now", "I know this one", "Done")
    direct = await stage.person("Ann")
    await direct.say("/today")
    direct.can_tap("Done")
    await direct.tap("Done")
    await ann.look()
    await ann.tap("Done", back=0)
    await ann.look()


async def test_after_a_quarter_of_an_hour_the_card_stands_still_and_any_tap_goes_on(stage: DiscordStage) -> None:
    team = await room(stage)
    ann = await sit(stage, team, "Ann")
    await set_up(ann)
    await ann.tap("Start now", "I know this one", "Done")
    before = ann.card
    await stage.forward(minutes=40)
    assert ann.card == before
    await ann.tap("Done")
    assert ann.card != before
    await stage.forward(minutes=40)
    await ann.say("/today")
    await ann.whole_session()
    ann.sees("Streak 1")


async def test_old_cards_in_a_channel_work_after_kill_9(stage: DiscordStage) -> None:
    team = await room(stage)
    ann = await sit(stage, team, "Ann")
    await set_up(ann)
    await ann.tap("Start now", "I know this one", "Done")
    await stage.kill()
    await ann.look()
    await ann.whole_session()
    ann.sees("Streak 1")


async def test_closed_direct_messages_are_told_and_mended(stage: DiscordStage) -> None:
    team = await room(stage)
    await stage.block("Ann")
    ann = await sit(stage, team, "Ann")
    await set_up(ann)
    await stage.until("08:00")
    assert in_channel(team) == [], "nobody chose a line here"
    await ann.say("/today")
    ann.sees("Your direct messages are closed to me")
    await ann.tap("Where prompts come")
    ann.sees("Allow direct messages")
    await stage.unblock("Ann")
    await ann.tap("Send me a test")
    await stage.forward(seconds=30)
    direct = await stage.person("Ann")
    await direct.look()
    assert "Your prompts will come here." in direct.card.text
    await stage.until("07:30")
    assert "time for your feet" in direct.card.text


async def test_one_quiet_line_stands_where_the_person_chose_it(stage: DiscordStage) -> None:
    team = await room(stage)
    await stage.block("Ann")
    ann = await sit(stage, team, "Ann")
    await set_up(ann)
    await stage.forward(seconds=30)
    await ann.tap("Where prompts come", "A quiet line here, if they are closed")
    ann.sees("one quiet line stands in this channel")
    await stage.until("07:30")
    [line] = in_channel(team)
    assert line == "@Ann Your drills are ready."
    await stage.until("07:30")
    assert len(in_channel(team)) == 1, "the line of the day before is gone"
    ben = Player(stage, "Ben", await team.seat("Ben"))
    await ben.look()
    await ben.tap("Start, just for me")
    hidden = await sit(stage, team, "Ben")
    await hidden.look()
    hidden.sees("Toehold")
    there = Player(stage, "Ann", await team.seat("Ann"))
    await there.look()
    await there.tap("Start, just for me")
    await ann.look()
    ann.can_tap("Start")
    await ann.tap("1-minute version")
    await ann.whole_session()
    ann.sees("Streak 1")
    await there.tap("Why here?")
    await ann.look()
    ann.sees("Your direct messages are closed to me")
    await ann.tap("No line in a channel")
    await stage.until("08:00", days=1)
    assert len(in_channel(team)) == 1


async def test_a_form_takes_nonsense_kindly(stage: DiscordStage) -> None:
    team = await room(stage)
    ann = await sit(stage, team, "Ann")
    await ann.say("/start")
    await ann.tap("OK, let's set up")
    await type_it(ann, "Type a place…", "Xyzzy@everyone **")
    ann.sees("I could not find that place.")
    await type_it(ann, "Type a place…", "Berlin")
    await type_it(ann, "Type a time…", "25:99")
    ann.can_tap("Type a time…")


async def test_settings_are_changed_by_their_own_commands(stage: DiscordStage) -> None:
    team = await room(stage)
    ann = await sit(stage, team, "Ann")
    await set_up(ann)
    await ann.say("/settings zone Asia/Tokyo")
    ann.sees("Asia/Tokyo")
    await ann.say("/settings minutes 6")
    ann.sees("6 min")
    await ann.say("/settings quiet 21-8")
    ann.sees("21:00")
    seat = stage.server.person("Ann").at(team.channel)
    found = await seat.autocomplete("settings", "zone", place="Tok")
    assert ("Asia/Tokyo") in [choice.value for choice in found]
    drills = await seat.autocomplete("drills", name="heel")
    assert [choice.name for choice in drills] == ["Heel Circle"]


async def test_a_command_that_arrives_while_discord_is_down_is_worked_all_the_same(stage: DiscordStage) -> None:
    team = await room(stage)
    ann = await sit(stage, team, "Ann")
    await set_up(ann)
    await ann.tap("Start now", "I know this one")
    stage.server.faults.add("PATCH /webhooks/*", Refuse(50027))
    await ann.tap("Done")
    await ann.say("/today")
    await ann.whole_session()
    ann.sees("Streak 1")
