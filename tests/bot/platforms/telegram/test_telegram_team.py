"""The team chat of the stage: people who sit in it, what happens to it, and what they see of the bot there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.actions import Screen, Show
from bot.cards import Attachment, Button, Card, Reply
from bot.platforms.port import Account, Address, Platform
from scheduler.nudge import Gone, Sent
from tests.kit.clock import StandingClock
from tests.kit.png import png
from tests.kit.stage import Shown, opened
from tests.kit.telegram_stage import TelegramStage, TelegramTeam

JOIN = Card("Board", rows=((Button("Join", Show(Screen.TODAY)),),))
BOARD = Reply(JOIN, living="board:1", silent=True, pin=True, photo=Attachment("foot.png", "image/png", png(), "A foot"))


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[TelegramStage]:
    stage = TelegramStage(tmp_path, StandingClock())
    async with opened(stage):
        yield stage
    await stage.end()


def bot(stage: TelegramStage) -> Platform:
    return stage.bot.platforms["telegram"]


def address(stage: TelegramStage, room: TelegramTeam) -> Address:
    topic = "" if room.topic is None else str(room.topic)
    return Address("telegram", bot(stage).bot, str(room.group.chat.id), topic)


@pytest.mark.parametrize("topic", [False, True])
async def test_everybody_in_the_room_sees_the_board_with_its_picture_its_pin_and_its_silence(
    stage: TelegramStage, topic: bool
) -> None:
    room = await stage.team("Team", topic=topic)
    seats = [await room.seat(name) for name in ("Ann", "Ben")]
    assert isinstance(await bot(stage).show(address(stage, room), BOARD), Sent)
    for seat in seats:
        [shown] = await seat.shown()
        assert shown == Shown("Board", ("Join",), png(), pinned=True, silent=True)


async def test_what_is_said_and_tapped_in_a_room_comes_from_whoever_sits_there(stage: TelegramStage) -> None:
    room = await stage.team("Team")
    ann, ben = await room.seat("Ann"), await room.seat("Ben")
    await ann.say("/help")
    assert await ben.shown()
    await bot(stage).show(address(stage, room), BOARD)
    await ben.tap("Join")
    assert [tap.person for tap in stage.server.world.taps.values()] == [ben.person.id]


async def test_one_who_only_sits_in_a_room_cannot_be_written_to_and_who_starts_can(stage: TelegramStage) -> None:
    room = await stage.team("Team")
    seat = await room.seat("Ben")
    home = Address("telegram", bot(stage).bot, str(seat.person.id))
    assert await bot(stage).deliver(home, Reply(JOIN)) == Gone("not-started")
    ben = await stage.person("Ben")
    await ben.say("/start c_8FJ2K")
    assert isinstance(await bot(stage).deliver(home, Reply(JOIN)), Sent)
    ann = await stage.person("Ann")
    assert (await room.seat("Ann")).person.chat.started
    assert ann.messages == []


async def test_who_manages_a_room_is_as_it_was_seated(stage: TelegramStage) -> None:
    room = await stage.team("Team")
    platform, where = bot(stage), address(stage, room)
    seats = {"Ann": await room.seat("Ann", admin=True), "Ben": await room.seat("Ben")}
    seats["Eve"] = await room.seat("Eve", anonymous=True)

    async def may(name: str) -> bool:
        account = Account("telegram", platform.bot, str(seats[name].person.id))
        return await platform.may_manage(where, account, fresh=True)

    assert [await may(name) for name in seats] == [True, False, True]
    await room.demote("Ann")
    await room.promote("Ben")
    assert [await may(name) for name in seats] == [False, True, True]
    await seats["Eve"].say("/help")
    spoken = stage.server.world.messages[-2]
    assert (spoken.author["username"], spoken.extra["sender_chat"]["title"]) == ("GroupAnonymousBot", "Team")
    assert await seats["Ben"].shown()


async def test_a_deleted_board_comes_back_after_an_hour_at_the_latest(stage: TelegramStage) -> None:
    room = await stage.team("Team")
    seat, where = await room.seat("Ann"), address(stage, room)
    for shown in (1, 1, 0):
        await bot(stage).show(where, BOARD)
        assert len(await seat.shown()) == shown
        if await seat.shown():
            await room.delete_board()
    await stage.forward(hours=1)
    await bot(stage).show(where, BOARD)
    assert len(await seat.shown()) == 1


async def test_a_room_moves_loses_the_bot_gets_it_back_and_is_deleted(stage: TelegramStage) -> None:
    room = await stage.team("Team")
    seat = await room.seat("Ann")
    old = address(stage, room)
    await room.migrate()
    where = address(stage, room)
    assert where != old
    assert isinstance(await bot(stage).show(where, BOARD), Sent)
    assert [shown.text for shown in await seat.shown()] == ["Board"]
    await room.kick_bot()
    assert await bot(stage).show(where, BOARD) == Gone("kicked")
    await room.add_bot()
    assert isinstance(await bot(stage).show(where, BOARD), Sent)
    room.delete()
    assert await bot(stage).show(where, BOARD) == Gone("chat-deleted")


async def test_the_admin_who_throws_the_bot_out_of_a_room_keeps_their_own_chat(stage: TelegramStage) -> None:
    founder = await stage.person("Founder")
    await founder.set_up("07:30")
    room = await stage.team("Team")
    await room.kick_bot()
    before = len(founder.messages)
    await stage.until("07:31")
    assert len(founder.messages) > before


async def test_members_leave_and_come_back_and_a_topic_is_closed(stage: TelegramStage) -> None:
    room = await stage.team("Team", topic=True)
    await room.promote_bot()
    seat = await room.seat("Ben")
    await room.leave("Ben")
    assert room.group.chat.roles[seat.person.id] == "left"
    await room.come_back("Ben")
    assert room.group.chat.roles[seat.person.id] == "member"
    room.close_topic()
    assert isinstance(await bot(stage).show(address(stage, room), BOARD), Sent)
    assert await seat.shown() == []
    assert [seen.text for seen in room.messages] == ["Board"]
