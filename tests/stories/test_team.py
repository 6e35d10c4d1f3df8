"""Team challenges in the team chat: one card to start, one tap to join, one board for all, and a fair result."""

import asyncio

import pytest
from sqlalchemy import select

from bot.coach import showing, teams
from bot.store import tables as t
from bot.store.faults import StoreFull
from tests.kit.stage import Player, Stage, TeamRoom


class Team:
    """A team chat and who sits in it. "You" is the admin."""

    def __init__(self, stage: Stage, room: TeamRoom) -> None:
        self.stage = stage
        self.room = room

    async def at(self, name: str, *, admin: bool = False) -> Player:
        player = Player(self.stage, name, await self.room.seat(name, admin))
        await player.look()
        return player

    async def board(self, player: Player) -> None:
        """Time for the board to follow."""
        await self.stage.forward(seconds=30)
        await player.look()


async def cast(stage: Stage, *names: str) -> list[Player]:
    players = []
    for name in names:
        player = await stage.person(name)
        await player.set_up("07:30")
        players.append(player)
    return players


async def started(stage: Stage, kind: str = "Share of days", weeks: str = "1 week") -> tuple[Team, Player]:
    team = Team(stage, await stage.team("Runners"))
    boss = await team.at("You", admin=True)
    await boss.say("/challenge")
    await boss.tap(kind, weeks, "Start it")
    await team.board(boss)
    return team, boss


async def test_a_challenge_is_started_with_one_card_and_gets_one_board(stage: Stage) -> None:
    await cast(stage, "You", "Ann")
    _, boss = await started(stage)
    boss.sees("Team challenge: Share of days", "Nobody is in yet.", "Thu 26 Nov to Wed 2 Dec")
    boss.can_tap("Join", "👏 0", "Feet up!", "My part")
    boards = [message for message in boss.messages if "Team challenge: " in message.text]
    assert len(boards) == 1


async def test_joining_is_one_tap_and_days_are_kept_on_the_board(stage: Stage) -> None:
    _, ann = await cast(stage, "You", "Ann")
    team, boss = await started(stage)
    there = await team.at("Ann")
    await there.tap("Join")
    assert there.notice == "You are in. Your days count from Thu 26 Nov."
    await boss.tap("Join")
    await team.board(boss)
    boss.sees("Ann", "You")

    await stage.until("08:00", days=1)
    await ann.one_set()
    await team.board(boss)
    boss.sees("1. Ann · 100 % · ✓")
    boss.sees_no("· 0 %")
    await stage.until("13:00", days=1)
    await team.board(boss)
    boss.sees("1. Ann · 100 %", "You", "Team")


async def test_a_board_that_is_due_since_a_while_is_no_outage_of_ours(stage: Stage) -> None:
    await cast(stage, "You", "Ann")
    team, _ = await started(stage)
    await stage.forward(minutes=5)
    there = await team.at("Ann")
    await there.tap("Join")
    await team.board(there)
    there.sees("Ann")
    assert await stage.bot.store.read(lambda tx: tx.execute(select(t.outage)).all()) == []


async def test_only_admins_start_and_end_a_challenge(stage: Stage) -> None:
    await cast(stage, "You", "Ann")
    team, boss = await started(stage)
    await boss.say("/challenge")
    boss.sees("1 challenge runs in this chat.")
    ann = await team.at("Ann")
    if stage.platform != "local":
        await ann.tap("New team challenge")
        assert ann.notice == "Only admins of this chat can do that."
        await ann.tap("End")
        assert ann.notice == "Only admins of this chat can do that."
    await boss.tap("End", "End it for everybody")
    boss.sees("The challenge is ended.")
    await team.board(boss)
    assert any("It was ended before its time." in message.text for message in boss.messages)


async def test_at_most_three_challenges_run_in_one_chat(stage: Stage) -> None:
    await cast(stage, "You")
    team, boss = await started(stage)
    for kind in ("Light the foot", "Sets"):
        await boss.say("/challenge")
        await boss.tap("New team challenge", kind, "Start it")
        await team.board(boss)
    await boss.say("/challenge")
    boss.sees("3 challenges run in this chat.")
    boss.cannot_tap("New team challenge")
    await boss.press("1g.s..share-1-t-chat")
    assert any("Three challenges run here already." in message.text for message in boss.messages)


async def test_alias_cheer_only_and_leaving_are_one_tap_each(stage: Stage) -> None:
    _, ann = await cast(stage, "You", "Ann")
    team, boss = await started(stage)
    there = await team.at("Ann")
    await there.tap("Join", "My part")
    await ann.look()
    ann.sees("My part: Share of days", "Your days count from Thu 26 Nov.")
    await ann.tap("Another name")
    await ann.say("Toe<b>rrific")
    await team.board(boss)
    boss.sees("Toe<b>rrific")
    boss.sees_no("Ann")

    await ann.say("/challenge")
    await ann.tap("Cheer only")
    ann.sees("You cheer, and are not scored.")
    await team.board(boss)
    boss.sees("1 cheering")
    boss.sees_no("Toe<b>rrific")

    await ann.tap("Play too", "My own name", "Leave")
    ann.sees("You have left.")
    await team.board(boss)
    boss.sees("Ann · left")
    await there.tap("Join")
    await team.board(boss)
    boss.sees_no("left")


async def test_cheers_are_counted_once_a_day_and_only_from_the_team(stage: Stage) -> None:
    await cast(stage, "You", "Ann")
    team, boss = await started(stage)
    await boss.tap("👏 0")
    assert boss.notice == "Join first: then you can cheer, or cheer only."
    await boss.tap("Join", "👏 0", "👏 0")
    assert boss.notice == "You have cheered today. Tomorrow again."
    await team.board(boss)
    boss.can_tap("👏 1")


async def test_many_taps_make_one_edit(stage: Stage) -> None:
    await cast(stage, "You", "Ann", "Ben")
    team, boss = await started(stage)
    ann, ben = await team.at("Ann"), await team.at("Ben")
    before = len(boss.messages)
    for player in (boss, ann, ben):
        await player.tap("Join")
    await boss.look()
    boss.sees("Nobody is in yet.")
    await team.board(boss)
    boss.sees("You", "Ann", "Ben")
    assert len(boss.messages) == before


async def test_a_team_minute_names_who_did_it_and_nobody_who_did_not(stage: Stage) -> None:
    _, ann, ben = await cast(stage, "You", "Ann", "Ben")
    team, boss = await started(stage)
    there, here = await team.at("Ann"), await team.at("Ben")
    await there.tap("Join")
    await here.tap("Join")
    await boss.tap("Feet up!")
    assert boss.notice == "Join the challenge first."
    await there.tap("Feet up!")
    await team.board(boss)
    boss.sees("One minute together, until 07:15 (Europe/Berlin).", "1 is on it")
    await here.look()
    await here.tap("I am in")
    await stage.forward(seconds=1)
    await ann.look()
    ann.sees("Your team has its feet up.")
    await ann.tap("1-minute version")
    await ann.whole_session()
    await team.board(boss)
    boss.sees("✓ Ann", "1 is on it")
    boss.sees_no("Ben")
    await stage.forward(minutes=16)
    await ben.look()
    await there.tap("Feet up!")
    assert there.notice == "There was one just now. Give their feet half an hour."


async def test_the_foot_is_lit_together(stage: Stage) -> None:
    _, ann = await cast(stage, "You", "Ann")
    team, boss = await started(stage, "Light the foot")
    there = await team.at("Ann")
    await there.tap("Join")
    await boss.tap("Join")
    await stage.days(ann, ".")
    await stage.days(ann, "xxx")
    await team.board(boss)
    boss.sees("3 of 33 lights", "Ann · 3 lights")


async def test_sets_pressed_faster_than_they_can_be_done_are_marked_and_capped(stage: Stage) -> None:
    you, ann = await cast(stage, "You", "Ann")
    team, boss = await started(stage, "Sets")
    there = await team.at("Ann")
    await there.tap("Join")
    await boss.tap("Join")
    await stage.until("08:00", days=1)
    await ann.one_set(seconds=60)
    await ann.one_set(seconds=60)
    for _ in range(3):
        await you.one_set()
    await team.board(boss)
    boss.sees("1. Ann · 2 sets · ✓", "2. You · 1 set · ✓ · quick", "3 sets together")


async def test_the_end_of_the_last_members_last_day_brings_the_result(stage: Stage) -> None:
    _, ann = await cast(stage, "You", "Ann")
    team, boss = await started(stage)
    there = await team.at("Ann")
    await there.tap("Join")
    await ann.say("/settings zone Honolulu")
    await stage.until("12:30", days=8)  # Thu 3 Dec in Berlin: 01:30 in Honolulu
    await team.board(boss)
    assert not any("the result" in message.text for message in boss.messages)
    await stage.until("12:00", "Pacific/Honolulu")
    await team.board(boss)
    assert any("Share of days: the result" in message.text for message in boss.messages)
    assert any("It is over." in message.text for message in boss.messages)


async def test_a_board_belongs_to_its_chat_and_a_forged_button_does_nothing(stage: Stage) -> None:
    await cast(stage, "You")
    _, boss = await started(stage)
    data = await boss.seat.data_of("Join")
    await boss.press(data[:5] + "AAAAAAAAAAA" + data[16:])
    assert boss.notice == "That challenge is not played in this chat."


async def test_one_session_feeds_two_challenges_each_once(stage: Stage) -> None:
    _, ann = await cast(stage, "You", "Ann")
    team, boss = await started(stage, "Light the foot")
    there = await team.at("Ann")
    await there.tap("Join")
    await boss.say("/challenge")
    await boss.tap("New team challenge", "Sets", "1 week", "Start it")
    await team.board(boss)
    await there.look()
    await there.tap("Join")
    await stage.until("08:00", days=1)
    await ann.one_set(seconds=60)
    await team.board(boss)
    assert any("1 of 33 lights" in message.text and "Ann · 1 light" in message.text for message in boss.messages)
    boss.sees("Team challenge: Sets", "1. Ann · 1 set")


async def test_an_undo_takes_the_light_back(stage: Stage) -> None:
    _, ann = await cast(stage, "You", "Ann")
    team, boss = await started(stage, "Light the foot")
    await (await team.at("Ann")).tap("Join")
    await stage.until("08:00", days=1)
    await ann.one_set(seconds=60)
    await team.board(boss)
    boss.sees("1 of 33 lights")
    await ann.tap("Undo")
    await team.board(boss)
    boss.sees("0 of 33 lights")


async def test_the_result_is_told_once_whatever_happens_afterwards(stage: Stage) -> None:
    _, ann = await cast(stage, "You", "Ann")
    team, boss = await started(stage)
    await (await team.at("Ann")).tap("Join")
    await stage.days(ann, ".x")
    await stage.until("13:00", days=7)
    await team.board(boss)
    await stage.restart()
    await stage.forward(hours=30)
    await boss.look()
    assert sum("the result" in message.text for message in boss.messages) == 1
    [result] = [message for message in boss.messages if "the result" in message.text]
    assert "1. Ann" in result.text


async def test_a_session_begun_before_the_end_still_counts_for_its_day(stage: Stage) -> None:
    _, ann = await cast(stage, "You", "Ann")
    team, boss = await started(stage, "Light the foot")
    await (await team.at("Ann")).tap("Join")
    await stage.until("02:55", days=7)  # Thu 3 Dec, while Wednesday the 2nd, the last day, still runs
    await ann.say("/today")
    await ann.tap("1-minute version", "I know this one")
    await stage.forward(minutes=10)
    await ann.whole_session()
    ann.sees("Counted for Wednesday")
    await team.board(boss)
    boss.sees("1 of 33 lights")


async def test_two_people_who_tap_at_the_same_moment_are_both_in_by_one_edit(stage: Stage) -> None:
    await cast(stage, "You", "Ann", "Ben")
    team, boss = await started(stage)
    ann, ben = await team.at("Ann"), await team.at("Ben")
    before = len(boss.messages)
    await asyncio.gather(ann.seat.tap("Join"), ben.seat.tap("Join"))
    await team.board(boss)
    boss.sees("Ann", "Ben")
    assert len(boss.messages) == before


async def test_a_full_challenge_says_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teams, "MEMBERS_MOST", 1)
    await cast(stage, "You", "Ann")
    team, boss = await started(stage)
    ann = await team.at("Ann")
    await boss.tap("Join")
    await ann.tap("Join")
    await team.board(boss)
    boss.sees_no("Ann")
    await boss.tap("Join")
    assert boss.notice == "You are in already."


async def test_pain_and_an_undo_are_no_tick_of_a_team_minute(stage: Stage) -> None:
    _, ann = await cast(stage, "You", "Ann")
    team, boss = await started(stage)
    there = await team.at("Ann")
    await there.tap("Join", "Feet up!")
    await stage.forward(seconds=1)
    await ann.look()
    await ann.tap("1-minute version", "I know this one", "Something hurts", "🔴 Pain: stop this drill")
    await team.board(boss)
    boss.sees("1 is on it")
    boss.sees_no("✓ Ann")


async def test_whoever_only_cheers_holds_nobody_up(stage: Stage) -> None:
    you, ann = await cast(stage, "You", "Ann")
    team, boss = await started(stage)
    await boss.tap("Join")
    await (await team.at("Ann")).tap("Join")
    await ann.say("/settings zone Honolulu")
    await ann.say("/challenge")
    await ann.tap("Cheer only")
    await stage.until("12:30", days=8)  # Thu 3 Dec: the last day of whoever lives in Berlin is final
    await team.board(boss)
    assert any("It is over." in message.text for message in boss.messages)
    you.sees_no("the result")


async def test_a_board_follows_soon_after_the_database_has_failed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cast(stage, "You", "Ann")
    team, _ = await started(stage)
    there = await team.at("Ann")
    faults, scene = [StoreFull("full")], showing.scene

    def failing(*args: object) -> object:
        if faults:
            raise faults.pop()
        return scene(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(showing, "scene", failing)
    await there.tap("Join")
    await stage.forward(minutes=2)
    await there.look()
    there.sees("Ann")
    assert sum("Team challenge: " in message.text for message in there.messages) == 1
