"""What a reply may have besides its card: a way into the private chat, no sound, a pin, a picture."""

import asyncio

import pytest

from bot.actions import Screen, Show
from bot.cards import PLAYER, Attachment, Button, Card, Fine, Place, Reply
from bot.platforms.port import MessageKind, Press
from scheduler.nudge import Later, Sent, Unknown
from tests.kit.png import png
from tests.kit.telegram import Cut, Group, Notice, Refuse, TelegramServer
from tests.kit.telegram.memory import Rig

CARD = Card("Light the foot", rows=((Button("Join", Show(Screen.TODAY)),),))
PHOTO = Attachment("foot.png", "image/png", png(), "A foot with 12 of 33 lights")


@pytest.fixture
async def group(server: TelegramServer) -> Group:
    return await server.group("Team", server.person(7), server.person(8, "Ben", started=False))


async def joined(rig: Rig, group: Group, reply: Reply) -> Notice:
    """Ben, who has never written to us, taps Join; what his client showed for it."""
    await rig.telegram.deliver(rig.address(group.chat.id), Reply(CARD))
    seat = group.members[1].at(group)
    await seat.tap("Join", wait=False)
    press: Press = await rig.pressed()
    await rig.telegram.answer(press, reply)
    [tap] = rig.server.world.taps.values()
    assert tap.answer is not None
    return tap.answer


async def test_a_tap_opens_the_private_chat_with_its_payload(server: TelegramServer, rig: Rig, group: Group) -> None:
    shown = await joined(rig, group, Reply(None, notice="Open our private chat first", opens="c_8FJ2K", alert=True))
    # No text: clients that get one show it and open nothing.
    assert shown == Notice("", alert=False, url="https://t.me/ToeholdTestBot?start=c_8FJ2K")
    assert len(server.calls("answerCallbackQuery")) == 1


async def test_a_client_that_opens_the_link_starts_with_the_code(
    server: TelegramServer, rig: Rig, group: Group
) -> None:
    await rig.telegram.deliver(rig.address(group.chat.id), Reply(CARD))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(group.members[1].at(group).tap("Join"))
        await rig.telegram.answer(await rig.pressed(), Reply(None, opens="c_8FJ2K"))
    said = await rig.said()
    assert (said.text, said.private, said.sender.account.id) == ("/start c_8FJ2K", True, "8")


async def test_a_link_that_telegram_refuses_is_replaced_by_the_notice(
    server: TelegramServer, rig: Rig, group: Group, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = await joined(rig, group, Reply(None, notice="Open our private chat first", opens="no good", alert=True))
    assert shown == Notice("Open our private chat first", alert=True)
    assert "private chat not opened" in capsys.readouterr().out


async def test_without_our_name_there_is_nowhere_to_open_and_the_notice_is_shown(rig: Rig, group: Group) -> None:
    rig.telegram._username = ""
    shown = await joined(rig, group, Reply(None, notice="Open our private chat first", opens="c_1"))
    assert shown == Notice("Open our private chat first", alert=False)


async def test_a_tap_that_opens_may_change_the_card_too(rig: Rig, group: Group) -> None:
    await joined(rig, group, Reply(Card("One is in"), opens="c_1"))
    assert group.members[0].at(group).last.text == "One is in"


async def test_only_what_is_silent_makes_no_sound(server: TelegramServer, rig: Rig, group: Group) -> None:
    where = rig.address(group.chat.id)
    await rig.telegram.deliver(where, Reply(CARD, silent=True))
    await rig.telegram.deliver(where, Reply(CARD))
    await rig.telegram.deliver(where, Reply(CARD, photo=PHOTO, silent=True))
    assert [message.silent for message in group.members[0].at(group).messages] == [True, False, True]


async def test_a_new_message_is_pinned_without_telling_everybody(
    server: TelegramServer, rig: Rig, group: Group
) -> None:
    seat = group.members[0].at(group)
    await seat.say("/challenge")
    await rig.telegram.answer(await rig.said(), Reply(CARD, place=Place.NEW, pin=True))
    assert seat.last.pinned
    [call] = server.calls("pinChatMessage")
    assert call.params["disable_notification"] == "true"


@pytest.mark.parametrize("fault", [None, Cut(), Refuse(400, "Bad Request: message to pin not found")])
async def test_a_pin_that_is_forbidden_or_fails_is_no_trouble(
    server: TelegramServer, rig: Rig, group: Group, fault: Cut | Refuse | None, capsys: pytest.CaptureFixture[str]
) -> None:
    group.chat.no_pins = fault is None
    if fault is not None:
        server.faults.add("pinChatMessage", fault)
    assert isinstance(await rig.telegram.deliver(rig.address(group.chat.id), Reply(CARD, pin=True)), Sent)
    assert not group.members[0].at(group).last.pinned
    out = capsys.readouterr().out
    assert "not pinned" in out
    assert "error" not in out


async def test_an_edited_message_is_not_pinned_and_keeps_its_picture(
    server: TelegramServer, rig: Rig, group: Group
) -> None:
    where = rig.address(group.chat.id)
    await rig.telegram.deliver(where, Reply(CARD, living=PLAYER))
    await rig.telegram.redraw(where, Reply(Card("Next"), living=PLAYER, pin=True, photo=PHOTO))
    seen = group.members[0].at(group).last
    assert (seen.text, seen.pinned, seen.media) == ("Next", False, None)


async def test_a_picture_stands_above_its_card(server: TelegramServer, rig: Rig, group: Group) -> None:
    where = rig.address(group.chat.id)
    long = Card("Final", (Fine("x" * 2000),), CARD.rows)
    sent = await rig.telegram.deliver(where, Reply(long, living="result", photo=PHOTO))
    seen = group.members[0].at(group).last
    assert (seen.media, seen.labels, seen.file) == ("photo", ("Join",), ("foot.png", "image/png", PHOTO.content))
    assert len(seen.text) <= 1024
    assert seen.text.endswith("…")
    assert seen.entities[0]["type"] == "bold"
    living = await rig.box.last(where, "result")
    assert isinstance(sent, Sent)
    assert living is not None
    assert (living.message, living.kind) == (sent.message_id, MessageKind.PHOTO)


async def test_a_tap_under_a_picture_edits_its_caption(server: TelegramServer, rig: Rig, group: Group) -> None:
    await rig.telegram.deliver(rig.address(group.chat.id), Reply(CARD, living="board", photo=PHOTO))
    seat = group.members[0].at(group)
    await seat.tap("Join", wait=False)
    await rig.telegram.answer(await rig.pressed(), Reply(Card("One is in"), living="board"))
    assert (seat.last.text, seat.last.media) == ("One is in", "photo")
    assert server.calls("editMessageText") == []


async def test_a_group_that_forbids_pictures_gets_the_whole_card_in_words(
    server: TelegramServer, rig: Rig, group: Group
) -> None:
    group.chat.no_photos = True
    where = rig.address(group.chat.id)
    long = Card("Final", (Fine("x" * 2000),))
    assert isinstance(await rig.telegram.deliver(where, Reply(long, living="result", photo=PHOTO)), Sent)
    seen = group.members[0].at(group).last
    assert (seen.media, len(seen.text)) == (None, 2000 + len("Final\n\n"))
    living = await rig.box.last(where, "result")
    assert living is not None
    assert living.kind is MessageKind.TEXT


async def test_a_picture_that_telegram_cannot_read_is_left_out(rig: Rig, group: Group) -> None:
    broken = Attachment("foot.png", "image/png", b"GIF89a", "A foot")
    assert isinstance(await rig.telegram.deliver(rig.address(group.chat.id), Reply(CARD, photo=broken)), Sent)
    assert group.members[0].at(group).last.text == "Light the foot"


async def test_markup_that_is_refused_below_a_picture_is_sent_as_plain_words(
    server: TelegramServer, rig: Rig, group: Group
) -> None:
    server.faults.add("sendPhoto", Refuse(400, "Bad Request: can't parse entities: Unsupported start tag"))
    await rig.telegram.deliver(rig.address(group.chat.id), Reply(Card("1 < 2"), photo=PHOTO))
    seen = group.members[0].at(group).last
    assert (seen.text, seen.entities, seen.media) == ("1 < 2", (), "photo")


async def test_a_picture_goes_into_its_topic_and_out_of_a_closed_one(server: TelegramServer, rig: Rig) -> None:
    group = await server.group("Team", server.person(7), supergroup=True)
    topic = group.topic("Drills")
    where = rig.address(group.chat.id, str(topic))
    await rig.telegram.deliver(where, Reply(CARD, photo=PHOTO))
    group.close_topic(topic)
    await rig.telegram.deliver(where, Reply(CARD, photo=PHOTO))
    assert [(message.thread, message.media) for message in server.world.visible(group.chat.id)] == [
        (topic, "photo"),
        (None, "photo"),
    ]


async def test_nobody_knows_whether_a_picture_arrived_that_was_cut_off(
    server: TelegramServer, rig: Rig, group: Group
) -> None:
    server.faults.add("sendPhoto", Cut(done=True))
    outcome = await rig.telegram.deliver(rig.address(group.chat.id), Reply(CARD, photo=PHOTO))
    assert isinstance(outcome, Unknown)
    assert server.calls("sendMessage") == []


async def test_a_picture_waits_for_flood_control_like_words(server: TelegramServer, rig: Rig, group: Group) -> None:
    server.faults.add("sendPhoto", Refuse(429, "Too Many Requests: retry after 9", {"retry_after": 9}))
    assert await rig.telegram.deliver(rig.address(group.chat.id), Reply(CARD, photo=PHOTO)) == Later(9, "flood")
    assert server.calls("sendMessage") == []
