"""The living message of a channel: edited, sent anew where it is gone, pinned, in threads, with a picture (C-85, D-10)."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.cards import Attachment, Card, Place, Reply
from bot.platforms.port import MessageKind, Posted
from scheduler.nudge import Broken, Gone, Later, Sent, Unknown
from tests.bot.platforms.discord.rig import CARD, GO, NEXT, Rig
from tests.kit.discord import Broken as Status
from tests.kit.discord import Channel, Cut, DiscordServer, Guild, Limited, Refuse
from tests.kit.png import png

LIVING = "board:1"
BOARD = Reply(CARD, Place.NEW, living=LIVING, silent=True, pin=True)
NEWER = replace(BOARD, card=NEXT)
PICTURE = Attachment("podium.png", "image/png", png(), alt="The podium")
EDITS = "PATCH /channels/*/messages/*"


@pytest.fixture
async def rig(server: DiscordServer) -> AsyncIterator[Rig]:
    async with Rig(server).running() as rig:
        yield rig


@pytest.fixture
async def guild(server: DiscordServer) -> Guild:
    return await server.guild("Office", server.person("Founder"))


@pytest.fixture
def channel(guild: Guild) -> Channel:
    return guild.channel("general")


async def test_a_board_is_sent_silently_pinned_and_then_edited(rig: Rig, channel: Channel) -> None:
    seat = rig.server.person().at(channel)
    outcome = await rig.discord.show(rig.room(channel), BOARD)
    assert outcome == Sent(str(seat.last.id))
    assert (seat.last.silent, seat.last.pinned) == (True, True)
    assert await rig.discord.show(rig.room(channel), NEWER) == outcome
    assert "Well done" in seat.last.text
    assert len([seen for seen in seat.messages if seen.ours]) == 1


async def test_a_board_that_may_not_be_pinned_stands_all_the_same(rig: Rig, guild: Guild, channel: Channel) -> None:
    guild.forbid(channel, "pin_messages")
    assert isinstance(await rig.discord.show(rig.room(channel), BOARD), Sent)
    assert not rig.server.person().at(channel).last.pinned


async def test_a_board_that_is_deleted_again_and_again_comes_back_hourly(rig: Rig, channel: Channel) -> None:
    """C-85."""
    address, seat = rig.room(channel), rig.server.person().at(channel)
    await rig.discord.show(address, BOARD)
    await seat.delete(seat.last)
    assert isinstance(await rig.discord.show(address, NEWER), Sent)
    await seat.delete(seat.last)
    for _ in range(2):
        later = await rig.discord.show(address, NEWER)
        assert later == Later(3600, "reposted-lately")
    assert len(rig.server.calls(EDITS)) == 2
    rig.server.advance(3601)
    assert isinstance(await rig.discord.show(address, NEWER), Sent)
    assert "Well done" in seat.last.text


async def test_a_result_has_its_picture_and_keeps_it_when_it_is_edited(rig: Rig, channel: Channel) -> None:
    seat = rig.server.person().at(channel)
    await rig.discord.show(rig.room(channel), replace(BOARD, photo=PICTURE))
    assert seat.last.files == (("podium.png", PICTURE.content),)
    assert rig.box.posted[rig.room(channel), LIVING].kind is MessageKind.PHOTO
    await rig.discord.show(rig.room(channel), replace(NEWER, photo=PICTURE))
    assert seat.last.files == (("podium.png", PICTURE.content),)
    call = rig.server.calls(EDITS)[-1]
    assert call.files == ()
    assert "attachment://podium.png" in str(call.body)


async def test_where_pictures_are_forbidden_the_card_comes_without(rig: Rig, guild: Guild, channel: Channel) -> None:
    guild.forbid(channel, "attach_files")
    address = rig.room(channel)
    assert isinstance(await rig.discord.show(address, replace(BOARD, photo=PICTURE)), Sent)
    assert rig.box.posted[address, LIVING].kind is MessageKind.TEXT
    assert isinstance(await rig.discord.show(address, replace(NEWER, photo=PICTURE)), Sent)
    assert "Well done" in rig.server.person().at(channel).last.text


async def test_d_10_an_archived_thread_is_taken_out_once(rig: Rig, guild: Guild, channel: Channel) -> None:
    thread = guild.thread(channel, "Drills")
    await rig.discord.show(rig.room(thread), BOARD)
    guild.archive(thread)
    assert isinstance(await rig.discord.show(rig.room(thread), NEWER), Sent)
    assert not thread.archived
    assert "Well done" in rig.server.person().at(thread).last.text


async def test_d_10_a_locked_thread_waits_for_an_hour(rig: Rig, guild: Guild, channel: Channel) -> None:
    thread = guild.thread(channel, "Drills")
    await rig.discord.show(rig.room(thread), BOARD)
    guild.archive(thread, locked=True)
    later = await rig.discord.show(rig.room(thread), NEWER)
    assert isinstance(later, Later)
    assert later.seconds == 3600


async def test_d_10_a_channel_that_is_gone_is_gone(rig: Rig, guild: Guild, channel: Channel) -> None:
    await rig.discord.show(rig.room(channel), BOARD)
    guild.delete_channel(channel)
    assert await rig.discord.show(rig.room(channel), NEWER) == Gone("channel-gone")


@pytest.mark.parametrize(("right", "reason"), [("view_channel", "no-access"), ("send_messages", "no-rights")])
async def test_d_08_where_we_may_not_write_we_try_again_in_an_hour(
    rig: Rig, guild: Guild, channel: Channel, right: str, reason: str
) -> None:
    guild.forbid(channel, right)
    assert await rig.discord.show(rig.room(channel), BOARD) == Later(3600, reason)
    guild.allow(channel, right)
    assert isinstance(await rig.discord.show(rig.room(channel), BOARD), Sent)


@pytest.mark.parametrize("fault", [Cut(), Cut(done=True), Status(503), Status(503, done=True)], ids=repr)
async def test_d_16_an_edit_whose_outcome_nobody_saw_is_made_again(rig: Rig, channel: Channel, fault: object) -> None:
    await rig.discord.show(rig.room(channel), BOARD)
    rig.server.faults.add(EDITS, fault, times=2)  # type: ignore[arg-type]
    assert isinstance(await rig.discord.show(rig.room(channel), NEWER), Sent)
    rig.server.faults.add(EDITS, fault, times=3)  # type: ignore[arg-type]
    assert isinstance(await rig.discord.show(rig.room(channel), BOARD), Unknown)


async def test_d_12_a_long_limit_is_handed_on(rig: Rig, channel: Channel) -> None:
    await rig.discord.show(rig.room(channel), BOARD)
    rig.server.faults.add(EDITS, Limited(45.0))
    assert await rig.discord.show(rig.room(channel), NEWER) == Later(45, "rate-limited")


async def test_d_30_a_board_that_was_edited_too_often_is_sent_anew(rig: Rig, channel: Channel) -> None:
    address = rig.room(channel)
    first = await rig.discord.show(address, BOARD)
    rig.server.advance(2 * 3600)
    rig.server.world.old_edits_an_hour = 0
    second = await rig.discord.show(address, NEWER)
    assert isinstance(second, Sent)
    assert second != first
    shown = [m for m in rig.server.person().at(channel).messages if m.ours]
    await rig.server.quiet()
    assert len(shown) == 2


async def test_what_cannot_be_shown_is_broken_and_not_sent(rig: Rig, channel: Channel) -> None:
    address = rig.room(channel)
    assert await rig.discord.show(address, Reply(None, living=LIVING)) == Broken("nothing-to-show")
    assert await rig.discord.show(address, Reply(CARD)) == Broken("nothing-to-show")
    assert await rig.discord.show(replace(address, thread=""), BOARD) == Broken("no-channel")
    rig.server.faults.add("POST /channels/*/messages", Refuse(50035))
    assert await rig.discord.show(address, BOARD) == Broken("invalid")
    too_long = Card("x", rows=((GO,) * 5,) * 40)
    assert await rig.discord.show(address, replace(BOARD, card=too_long)) == Broken("bug")


async def test_a_postbox_that_fails_before_means_later_and_after_does_not_mean_twice(
    rig: Rig, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> Posted:
        raise OSError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(rig.box, "last", broken)
        assert await rig.discord.show(rig.room(channel), BOARD) == Later(5, "postbox")
    with monkeypatch.context() as patch:
        patch.setattr(rig.box, "put", broken)
        assert isinstance(await rig.discord.show(rig.room(channel), BOARD), Sent)
