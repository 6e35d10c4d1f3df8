"""/link: one person on two platforms, in one bot. What was practised on both becomes one history."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.platforms.local import talk
from bot.store import erasing, people, streak
from bot.store.unit import Tx
from tests.kit.local_stage import DoorStage
from tests.kit.stage import Player
from tests.kit.telegram_stage import TelegramStage
from tests.kit.two_platforms import TwoPlatforms, together

ONE_PERSON = "One person, one history."


@pytest.fixture
async def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TwoPlatforms]:
    monkeypatch.setattr(talk, "FRAMES_PER_SECOND", 1e6)
    async with together(tmp_path, TelegramStage, DoorStage) as stage:
        yield stage


async def cast(both: TwoPlatforms) -> tuple[Player, Player]:
    """Ann on Telegram, and Ann in the local chat: two people, as far as we know."""
    phone, desk = await both.person_at("telegram", "Ann"), await both.person_at("local", "Ann")
    await phone.set_up("07:30")
    await desk.set_up("18:00", minutes=6)
    return phone, desk


async def code_of(player: Player) -> str:
    await player.say("/link")
    found = re.search(r"/link ([A-Z2-9-]+)", player.card.text)
    assert found, player.card.text
    return found.group(1)


async def link(here: Player, there: Player) -> None:
    """The code is made by the first, whose settings stay, and typed by the second."""
    await there.say(f"/link {await code_of(here)}")
    await there.tap("Join them")
    there.sees(ONE_PERSON)


async def people_known(both: TwoPlatforms) -> int:
    return len(set(await both.bot.store.read(lambda tx: [row for row, _ in streak.compared(tx, both.now(), "", 100)])))


# --- joining


async def test_days_on_two_platforms_become_one_streak(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    await both.days(phone, "x x x x x")
    await both.days(desk, "x x")
    await code_of(phone)
    phone.sees("within 10 minutes", "Your settings on Telegram stay.", "cannot be undone", "Show it to nobody")
    await desk.say(f"/link {await code_of(phone)}")
    desk.sees("Join this account with Ann on Telegram?", "5 days", "2 days", "Join only if you made this code yourself")
    await desk.tap("Join them")
    desk.sees(ONE_PERSON, "Streak 7", "7 days in all", "Prompts go to Telegram.")
    for player in (phone, desk):
        await player.say("/streak")
        player.sees("7 days")
    [(_, whole)] = await both.bot.store.read(lambda tx: streak.compared(tx, both.now(), "", 100))
    assert whole, "the snapshot equals a rebuild"


async def test_prompts_go_where_they_are_wanted(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    await link(phone, desk)
    seen = {player: len(player.messages) for player in (phone, desk)}
    await both.until("07:30", days=1)
    phone.can_tap("Start", "Not today")
    assert len(desk.messages) == seen[desk], "nothing comes to the other chat"

    await phone.say("/settings")
    phone.sees("Prompts go to", "Telegram")
    await phone.tap("Prompts to the local chat")
    phone.sees("Prompts go there from now on.", "the local chat")
    await both.until("07:31", days=1)
    desk.can_tap("Start", "Not today")
    await desk.say("/settings")
    desk.can_tap("Prompts to Telegram")


async def test_where_prompts_go_is_chosen_on_the_card_that_joins(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    await link(phone, desk)
    desk.can_tap("Telegram", "Local chat")
    await desk.tap("Local chat")
    desk.sees("Prompts go there from now on.")
    seen = len(desk.messages)
    await both.until("07:29", days=1)
    await both.until("18:01")
    desk.can_tap("Start", "Not today")
    assert len(desk.messages) == seen + 2, "the times are those of the account that made the code: 07:30 twice"


async def test_whoever_is_on_one_platform_is_asked_nothing_about_it(both: TwoPlatforms) -> None:
    phone, _ = await cast(both)
    await phone.say("/settings")
    phone.sees_no("Prompts go to")
    await phone.press("1v.platform.local")
    phone.sees_no("Prompts go to")
    phone.sees("Settings")


async def test_settings_are_those_of_the_account_where_the_code_was_made(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    await link(desk, phone)
    phone.sees("Prompts go to the local chat.")
    for player in (phone, desk):
        await player.say("/times")
        player.sees("18:00")
        player.sees_no("07:30")
        await player.say("/settings")
        player.sees("6 min")


async def test_somebody_who_is_not_set_up_is_simply_joined(both: TwoPlatforms) -> None:
    phone, desk = await both.person_at("telegram", "Ann"), await both.person_at("local", "Ann")
    await phone.set_up()
    await phone.one_set()
    await desk.say(f"/link {(await code_of(phone)).lower().replace('-', ' ')}")
    desk.sees("not set up yet", "1 day")
    await desk.tap("Join them")
    desk.sees(ONE_PERSON, "1 day")
    await desk.say("/today")
    desk.sees("Streak 1")
    assert await people_known(both) == 1


async def test_it_is_set_up_first_that_makes_a_code(both: TwoPlatforms) -> None:
    desk = await both.person_at("local", "Ann")
    await desk.say("/link")
    desk.can_tap("OK, let's set up")


# --- one session, two chats


async def test_both_chats_go_on_with_the_same_session(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    await link(phone, desk)
    await phone.say("/today")
    await phone.tap("Start", "I know this one", "Done")
    await desk.say("/today")
    await desk.tap("Done")
    assert "older" not in desk.notice
    await phone.tap("Done")
    assert phone.notice == "Already counted. Nothing changed."
    await phone.whole_session()
    await desk.say("/streak")
    desk.sees("1 day")
    await desk.tap("I know this one")
    assert any("Counted for Wednesday" in message.text for message in desk.messages), "its card tells how it ended"


async def test_of_two_open_sessions_the_newer_one_stays(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    for player in (phone, desk):
        await both.forward(minutes=1)
        await player.say("/today")
        await player.tap("Start", "I know this one", "Done")
    await link(phone, desk)
    await phone.tap("Done")
    assert phone.notice == "Already counted. Nothing changed."
    assert "Do the rest of the plan" in phone.messages[-2].buttons, "it was closed as it stood"
    await phone.say("/today")
    await phone.tap("Done")
    assert phone.notice == "1 day in a row"


async def test_the_open_session_stays_if_the_other_account_is_done(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    await phone.say("/today")
    await phone.tap("Start", "I know this one", "Done")
    await both.forward(minutes=1)
    await desk.one_set()
    await link(phone, desk)
    await desk.say("/today")
    desk.can_tap("Done", "Undo")


# --- pauses, teams, data


async def test_a_pause_on_one_holds_for_both(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    await desk.say("/pause 10 days")
    await link(phone, desk)
    seen = len(phone.messages)
    await both.until("07:31", days=2)
    assert len(phone.messages) == seen
    await phone.say("/pause")
    phone.can_tap("Resume")


async def test_two_members_become_one_on_every_board(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    group, room = await both.team_at("telegram", "Runners"), await both.team_at("local", "Runners")
    boss = Player(both, "You", await group.seat("You", admin=True))
    await boss.say("/challenge")
    await boss.tap("1 week", "Other chats, by code", "Start it")
    await both.forward(seconds=30)
    await boss.look()
    found = re.search(r"/challenge ([A-Z2-9]{6})", boss.card.text)
    assert found, boss.card.text
    there, local = Player(both, "Ann", await group.seat("Ann")), Player(both, "You", await room.seat("You"))
    await local.say(f"/challenge {found.group(1)}")
    await both.forward(seconds=30)
    for each in (there, local):
        await each.look()
        await each.tap("Join")
    await both.days(phone, "x .", at="08:00")
    await both.days(desk, "x", at="08:30")
    await link(phone, desk)
    await both.forward(seconds=60)
    for each in (boss, local):
        await each.look()
        [board] = [message.text for message in each.messages if "Team challenge: " in message.text]
        assert board.count("Ann") == 1, board
        assert "1. Ann · 100 % · ✓" in board, board  # Wednesday here, Thursday there


async def test_an_export_holds_everything_once(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    await phone.one_set()
    await both.forward(minutes=10)
    await desk.one_set()
    await link(phone, desk)

    def exported(tx: Tx) -> dict[str, list[dict[str, object]]]:
        [(person, _)] = streak.compared(tx, both.now(), "", 100)
        return erasing.export(tx, person)

    rows = await both.bot.store.read(exported)
    assert len(rows["person"]) == 1
    assert [row["platform"] for row in rows["account"]] == ["local", "telegram"]
    assert len(rows["session"]) == 2
    assert rows["link_code"] == []
    for table, found in rows.items():
        assert len({str(row) for row in found}) == len(found), table


async def test_erasing_removes_both_accounts(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    await link(phone, desk)
    await phone.say("/erase")
    [erase] = [label for label in phone.card.buttons if "rase" in label]
    await phone.tap(erase)
    assert await people_known(both) == 0
    for player in (phone, desk):
        await player.say("/today")
        player.can_tap("OK, let's set up")


# --- codes that do not join


async def test_a_code_that_is_wrong_old_or_used_joins_nothing(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    for typed in ("hello", "ABCD", "<b>", "🦶" * 26, "O" * 26, "A" * 150):
        await desk.say(f"/link {typed}")
        desk.sees("That is no code of mine.")
    await desk.say(f"/link {'A' * 26}")
    desk.sees("That code is used up, or older than ten minutes.")

    older = await code_of(phone)
    newer = await code_of(phone)
    await desk.say(f"/link {older}")
    desk.sees("That code is used up")
    await both.forward(minutes=10)
    await desk.say(f"/link {newer}")
    desk.sees("older than ten minutes")
    assert await people_known(both) == 2


async def test_a_code_grows_old_on_the_card_that_asks(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    await desk.say(f"/link {await code_of(phone)}")
    await both.forward(minutes=11)
    await desk.tap("Join them")
    desk.sees("older than ten minutes")
    assert await people_known(both) == 2


async def test_a_code_is_used_once(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    code = await code_of(phone)
    await desk.say(f"/link {code}")
    await desk.tap_twice("Join them")
    desk.sees(ONE_PERSON)
    other = await both.person_at("local", "Ben")
    await other.say(f"/link {code}")
    other.sees("That code is used up")


async def test_kept_apart_the_code_is_used_up(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    code = await code_of(phone)
    await desk.say(f"/link {code}")
    await desk.tap("Keep apart")
    desk.sees("Nothing was joined, and the code is used up.")
    await desk.say(f"/link {code}")
    desk.sees("That code is used up")
    assert await people_known(both) == 2


async def test_ones_own_code_is_for_the_other_platform(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    code = await code_of(phone)
    await phone.say(f"/link {code}")
    phone.sees("You made that code here.")
    await desk.say(f"/link {code}")  # it still holds
    await desk.tap("Join them")
    await desk.say(f"/link {await code_of(phone)}")
    desk.sees("These accounts are one person already.")


async def test_two_accounts_on_one_platform_stay_apart(both: TwoPlatforms) -> None:
    phone, _ = await cast(both)
    other = await both.person_at("telegram", "Ben")
    await other.say(f"/link {await code_of(phone)}")
    other.sees("Only accounts on different platforms can be joined.")


async def test_a_forged_answer_joins_nothing(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    code = (await code_of(phone)).replace("-", "")
    for data in (f"1j.{'A' * 26}.yes", "1j..yes", f"1j.{code}.maybe"):
        await desk.press(data)
        desk.sees_no(ONE_PERSON)
    assert await people_known(both) == 2


async def test_killed_between_the_code_and_the_answer_it_still_joins(both: TwoPlatforms) -> None:
    phone, desk = await cast(both)
    await desk.say(f"/link {await code_of(phone)}")
    await both.kill()
    await desk.tap("Join them")
    desk.sees(ONE_PERSON)
    await both.kill()
    await phone.say("/settings")
    phone.can_tap("Prompts to the local chat")
    assert await people_known(both) == 1
    [person] = [row for row, _ in await both.bot.store.read(lambda tx: streak.compared(tx, both.now(), "", 9))]
    accounts = await both.bot.store.read(lambda tx: people.accounts(tx, person))
    assert {each.platform for each in accounts} == {"telegram", "local"}
