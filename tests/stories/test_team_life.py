"""The life of team chats: they move, put us out and let us in again, people come, leave, lose their rights and are erased."""

import pytest

from tests.kit.stage import Player, Stage, TeamRoom
from tests.kit.telegram_stage import TelegramTeam
from tests.stories.test_team import Team, cast, started


async def community(stage: Stage, title: str = "Runners", *, topic: bool = False) -> TeamRoom:
    if stage.platform == "local":
        pytest.skip("the local chat has one team room, which never changes")
    return await stage.team(title, topic=topic)


async def begun(stage: Stage, room: TeamRoom) -> tuple[Team, Player]:
    team = Team(stage, room)
    boss = await team.at("You", admin=True)
    await boss.say("/challenge")
    await boss.tap("1 week", "Start it")
    await team.board(boss)
    return team, boss


def boards(room: TeamRoom) -> list[str]:
    return [text for text in room.texts if "Team challenge: " in text]


async def test_a_group_that_becomes_a_supergroup_takes_its_challenge_along(stage: Stage) -> None:
    room = await community(stage)
    await cast(stage, "You", "Ann")
    team, boss = await begun(stage, room)
    await (await team.at("Ann")).tap("Join")
    await room.migrate()
    boss = await team.at("You", admin=True)
    await team.board(boss)
    boss.sees("Team challenge: Share of days", "Ann")
    there = await team.at("Ann")
    await boss.tap("Join")
    await there.tap("👏 0")
    await team.board(boss)
    boss.can_tap("👏 1")
    assert len([message for message in boss.messages if "Team challenge: " in message.text]) == 1


async def test_put_out_of_a_group_we_are_silent_and_let_in_again_the_board_comes_back(stage: Stage) -> None:
    room = await community(stage)
    _, ann = await cast(stage, "You", "Ann")
    team, boss = await begun(stage, room)
    await (await team.at("Ann")).tap("Join")
    await team.board(boss)
    await room.kick_bot()
    said = len(room.texts)
    await stage.until("08:00", days=1)
    await ann.one_set()
    ann.sees("Streak 1")
    await stage.forward(hours=2)
    assert len(room.texts) == said
    await room.add_bot()
    boss = await team.at("You", admin=True)
    await team.board(boss)
    boss.sees("1. Ann · 100 % · ✓")


async def test_the_admin_who_puts_us_out_still_gets_their_own_prompts(stage: Stage) -> None:
    room = await community(stage)
    founder = await stage.person("Founder")
    await founder.set_up("07:30")
    await room.kick_bot()
    await stage.until("07:30")
    founder.sees("time for your feet")


async def test_rights_are_asked_again_at_the_press(stage: Stage) -> None:
    room = await community(stage)
    await cast(stage, "You", "Ann")
    team, boss = await begun(stage, room)
    ann = await team.at("Ann", admin=True)
    await ann.say("/challenge")
    await ann.tap("End")
    await room.demote("Ann")
    await ann.tap("End it for everybody")
    assert ann.notice == "Only admins of this chat can do that."
    await team.board(boss)
    assert not any("It was ended" in board for board in boards(room))


async def test_an_anonymous_admin_starts_a_challenge(stage: Stage) -> None:
    room = await community(stage)
    if not isinstance(room, TelegramTeam):
        pytest.skip("only on Telegram an admin can speak as the group")
    await cast(stage, "You")
    boss = Player(stage, "You", await room.seat("You", anonymous=True))
    await boss.say("/challenge")
    await boss.tap("Start it")
    await stage.forward(seconds=30)
    assert len(boards(room)) == 1


async def test_somebody_we_may_not_write_to_yet_joins_by_one_tap_and_counts_once_set_up(stage: Stage) -> None:
    room = await community(stage)
    await cast(stage, "You")
    team, boss = await begun(stage, room)
    there = await team.at("Eve")
    await there.tap("Join")
    await team.board(boss)
    boss.sees("Eve · not started")
    eve = await stage.person("Eve")
    await eve.say("/start")
    await eve.tap("OK, let's set up")
    await eve.say("Berlin")
    await eve.say("07:30")
    await eve.tap("3 min", "No band", "None of these")
    await team.board(boss)
    boss.sees_no("not started")
    await stage.until("08:00", days=1)
    await eve.one_set()
    await team.board(boss)
    boss.sees("1. Eve · 100 % · ✓")


async def test_one_challenge_in_two_groups_has_two_boards_of_one_truth(stage: Stage) -> None:
    runners = await community(stage)
    walkers = await stage.team("Walkers")
    await cast(stage, "You", "Ann", "Ben")
    team, other = Team(stage, runners), Team(stage, walkers)
    boss = await team.at("You", admin=True)
    await boss.say("/challenge")
    await boss.tap("Other chats, by code", "Start it")
    await team.board(boss)
    code = boss.card.text.split("/challenge ")[1][:6]
    here = await other.at("Ben")
    await here.say(f"/challenge {code}")
    here.sees("Only admins of this chat can do that.")
    boss_there = await other.at("You", admin=True)
    await boss_there.say("/challenge NOSUCH")
    boss_there.sees("I know no challenge with that code.")
    await boss_there.say(f"/challenge {code.lower()}")
    await team.board(boss)
    await here.look()
    await here.tap("Join")
    await (await team.at("Ann")).tap("Join")
    await team.board(boss)
    assert boards(runners)[-1] == boards(walkers)[-1]
    boss.sees("Ann", "Ben")


async def test_a_chat_that_comes_in_late_is_told_nothing_of_the_weeks_before(stage: Stage) -> None:
    runners = await community(stage)
    walkers = await stage.team("Walkers")
    await cast(stage, "You")
    team, other = Team(stage, runners), Team(stage, walkers)
    boss = await team.at("You", admin=True)
    await boss.say("/challenge")
    await boss.tap("4 weeks", "Other chats, by code", "Start it")
    await team.board(boss)
    code = boss.card.text.split("/challenge ")[1][:6]
    await stage.until("12:00", days=15)
    late = await other.at("You", admin=True)
    await late.say(f"/CHALLENGE {code}")
    await team.board(late)
    assert any("week 1" in message.text for message in (await boss.seat.shown()))
    assert len(boards(walkers)) == 1
    assert not any("week" in message.text for message in late.messages)


async def test_a_challenge_of_this_chat_only_cannot_be_carried_away(stage: Stage) -> None:
    runners = await community(stage)
    walkers = await stage.team("Walkers")
    await cast(stage, "You", "Eve")
    _, boss = await begun(stage, runners)
    data = await boss.seat.data_of("Join")
    eve = await Team(stage, walkers).at("Eve", admin=True)
    await eve.say("/challenge")
    await eve.press(data)
    assert eve.notice == "That challenge is not played in this chat."


async def test_a_challenge_in_a_topic_stays_in_its_topic(stage: Stage) -> None:
    room = await community(stage, topic=True)
    await cast(stage, "You")
    _, boss = await begun(stage, room)
    boss.sees("Team challenge: Share of days")
    await boss.tap("Join")
    await stage.forward(seconds=30)
    await boss.look()
    boss.sees("You")


async def test_whoever_leaves_the_chat_stays_on_the_board_as_left(stage: Stage) -> None:
    room = await community(stage)
    await room.promote_bot()
    _, ann = await cast(stage, "You", "Ann")
    team, boss = await begun(stage, room)
    await (await team.at("Ann")).tap("Join")
    await stage.until("08:00", days=1)
    await ann.one_set()
    await room.leave("Ann")
    await team.board(boss)
    boss.sees("Ann · left · 100 %")
    await room.come_back("Ann")
    await (await team.at("Ann")).tap("Join")
    await team.board(boss)
    boss.sees("1. Ann · 100 %")


async def test_an_erased_member_is_someone_and_the_score_stays(stage: Stage) -> None:
    room = await community(stage)
    _, ann = await cast(stage, "You", "Ann")
    team, boss = await begun(stage, room)
    await (await team.at("Ann")).tap("Join")
    await stage.until("08:00", days=1)
    await ann.one_set()
    await ann.say("/erase")
    [erase] = [label for label in ann.card.buttons if "rase" in label]
    await ann.tap(erase)
    await boss.tap("Join")
    await team.board(boss)
    boss.sees("someone · 100 %")
    boss.sees_no("Ann")


async def test_a_deleted_board_comes_back_but_not_more_than_once_an_hour(stage: Stage) -> None:
    room = await community(stage)
    await cast(stage, "You", "Ann")
    team, boss = await begun(stage, room)
    await (await team.at("Ann")).tap("Join")
    await room.delete_board()
    await team.board(boss)
    assert len(boards(room)) == 1
    await boss.tap("Join")
    await room.delete_board()
    await stage.forward(minutes=10)
    assert len(boards(room)) == 0
    await stage.forward(minutes=60)
    assert len(boards(room)) == 1


async def test_an_old_board_far_up_is_brought_down_by_asking_for_it(stage: Stage) -> None:
    await cast(stage, "You", "Ann")
    team, boss = await started(stage)
    await boss.say("/challenge")
    [show] = [label for label in boss.card.buttons if label.startswith("Share of days")]
    await boss.tap(show)
    boss.sees("Team challenge: Share of days")
    await boss.tap("Join")
    await team.board(boss)
    boss.sees("You")
    await boss.say("/challenge")
    await boss.tap("End", "Keep it")
    boss.sees("1 challenge runs in this chat.")
    boss.can_tap("End", "New team challenge")


async def test_the_board_is_pinned_the_recap_is_silent_and_the_result_has_a_picture(stage: Stage) -> None:
    room = await community(stage)
    await room.promote_bot()
    _, ann = await cast(stage, "You", "Ann")
    team = Team(stage, room)
    boss = await team.at("You", admin=True)
    await boss.say("/challenge")
    await boss.tap("2 weeks", "Start it")
    await team.board(boss)
    await (await team.at("Ann")).tap("Join")
    await stage.days(ann, ".")
    await stage.days(ann, "x" * 14)
    await stage.until("13:00", days=1)
    await team.board(boss)
    shown = await boss.seat.shown()
    [board] = [message for message in shown if "Team challenge: " in message.text]
    [recap] = [message for message in shown if "week 1" in message.text]
    [result] = [message for message in shown if "the result" in message.text]
    assert board.pinned
    assert board.silent
    assert recap.silent
    assert result.photo is not None
    assert result.photo.startswith(b"\x89PNG")
    assert "1. Ann · 100 %" in result.text


async def test_prompts_and_practice_stay_private(stage: Stage) -> None:
    await cast(stage, "You", "Ann")
    team, boss = await started(stage)
    there = await team.at("Ann")
    await there.tap("Join")
    before = len(boss.messages)
    await stage.until("12:00", days=1)
    await boss.look()
    assert len(boss.messages) == before


async def test_a_team_minute_is_over_on_its_card_too(stage: Stage) -> None:
    _, ann = await cast(stage, "You", "Ann")
    team, boss = await started(stage)
    there = await team.at("Ann")
    await there.tap("Join", "Feet up!")
    await stage.forward(seconds=30)
    await ann.look()
    await ann.tap("1-minute version")
    await ann.whole_session()
    await stage.forward(minutes=20)
    await boss.look()
    boss.sees("Feet up!", "1 did it.", "✓ Ann")
    boss.cannot_tap("I am in")


async def test_put_out_for_good_the_result_comes_in_private(stage: Stage) -> None:
    room = await community(stage)
    _, ann = await cast(stage, "You", "Ann")
    team, _ = await begun(stage, room)
    await (await team.at("Ann")).tap("Join")
    await stage.days(ann, ".x")
    await room.kick_bot()
    await stage.until("13:00", days=7)
    await ann.look()
    assert any("Share of days: the result" in message.text for message in ann.messages)


async def test_whoever_may_not_manage_sees_what_runs_and_nothing_to_end_it_with(stage: Stage) -> None:
    room = await community(stage)
    await cast(stage, "You", "Ann")
    team = Team(stage, room)
    ann = await team.at("Ann")
    await ann.say("/challenge")
    ann.sees("Only admins of this chat can do that.")
    await begun(stage, room)
    await ann.say("/challenge")
    ann.sees("1 challenge runs in this chat.")
    ann.cannot_tap("End", "New team challenge")
