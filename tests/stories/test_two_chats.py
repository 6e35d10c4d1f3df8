"""One challenge in a Telegram group and a Discord channel at once, and people who have an account on both."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.kit.discord_stage import DiscordStage
from tests.kit.stage import Player, TeamRoom
from tests.kit.telegram_stage import TelegramStage
from tests.kit.two_platforms import TwoPlatforms, together


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[TwoPlatforms]:
    async with together(tmp_path, TelegramStage, DiscordStage) as stage:
        yield stage


async def sit(both: TwoPlatforms, room: TeamRoom, name: str, *, admin: bool = False) -> Player:
    player = Player(both, name, await room.seat(name, admin))
    await player.look()
    return player


async def two_chats(both: TwoPlatforms) -> tuple[TeamRoom, TeamRoom, Player, Player]:
    """A challenge that was begun in the group and brought into the channel; and an admin in each."""
    group, channel = await both.team_at("telegram", "Runners"), await both.team_at("discord", "Office")
    boss = await sit(both, group, "You", admin=True)
    await boss.say("/challenge")
    await boss.tap("1 week", "Other chats, by code", "Start it")
    await both.forward(seconds=30)
    await boss.look()
    code = boss.card.text.split("/challenge ")[1][:6]
    there = await sit(both, channel, "Founder", admin=True)
    await there.say(f"/challenge {code}")
    await both.forward(seconds=30)
    return group, channel, boss, there


def words(text: str) -> str:
    """Without what each platform draws in its own way: the lines, and the points before them."""
    return " ".join(re.sub(r"^[•-] ", "", text, flags=re.MULTILINE).split())


def boards(room: TeamRoom) -> list[str]:
    return [words(text) for text in room.texts if "Team challenge: " in text]


async def test_both_boards_show_the_same_truth(both: TwoPlatforms) -> None:
    ann, ben = await both.person_at("telegram", "Ann"), await both.person_at("discord", "Ben")
    await ann.set_up("07:30")
    await ben.set_up("07:30", place="Tokyo")
    group, channel, _, _ = await two_chats(both)
    await (await sit(both, group, "Ann")).tap("Join")
    await (await sit(both, channel, "Ben")).tap("Join")
    await both.until("08:00", days=1)
    await ann.one_set()
    await both.forward(seconds=30)
    await ben.one_set()
    await both.forward(seconds=30)
    [here], [there] = boards(group), boards(channel)
    assert here == there
    assert "Ann" in here
    assert "Ben" in here

    await both.until("14:00", days=8)
    results = [[text for text in room.texts if "the result" in text] for room in (group, channel)]
    assert [len(found) for found in results] == [1, 1]
    assert words(results[0][0]) == words(results[1][0])


async def test_a_guest_of_the_channel_joins_sets_up_there_and_counts_in_the_group_too(both: TwoPlatforms) -> None:
    group, channel, _, _ = await two_chats(both)
    there = await sit(both, channel, "Eve")
    await there.tap("Join")
    await both.forward(seconds=30)
    assert "Eve · not started" in boards(group)[0]
    eve = await both.person_at("discord", "Eve")
    await eve.look()
    await eve.tap("OK, let's set up", "Berlin", "07:30", "3 min", "No band", "None of these")
    eve.sees("You are set")
    await both.until("08:00", days=1)
    await eve.one_set()
    await both.forward(seconds=30)
    assert "1. Eve · 100 % · ✓" in boards(group)[0]
    assert boards(group) == boards(channel)


async def test_whoever_is_in_on_both_sides_is_one_member_once_linked(both: TwoPlatforms) -> None:
    phone, desk = await both.person_at("telegram", "Ann"), await both.person_at("discord", "Ann")
    await phone.set_up("07:30")
    await desk.set_up("07:30")
    group, channel, _, _ = await two_chats(both)
    await (await sit(both, group, "Ann")).tap("Join")
    await (await sit(both, channel, "Ann")).tap("Join")
    await both.until("08:00", days=1)
    await phone.one_set()
    await both.until("08:00")
    await desk.one_set()
    await both.forward(seconds=30)
    assert boards(group)[0].count("Ann") == 2

    await phone.say("/link")
    code = re.search(r"/link ([A-Z2-9-]+)", phone.card.text)
    assert code
    await desk.say(f"/link {code.group(1)}")
    await desk.tap("Join them")
    desk.sees("Streak 2")
    await both.forward(seconds=30)
    assert boards(group)[0].count("Ann") == 1
    assert "1. Ann · 100 %" in boards(group)[0]
    assert boards(group) == boards(channel)

    await desk.tap("Discord")
    await both.until("07:30", days=1)
    assert "time for your feet" in desk.card.text
    assert "time for your feet" not in phone.card.text
