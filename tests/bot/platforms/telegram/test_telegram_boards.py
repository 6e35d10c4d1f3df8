"""The living message of a chat: edited, sent anew at most once an hour, and never more than the group's minute allows (C-85)."""

import asyncio

import pytest

from bot.actions import Screen, Show
from bot.cards import Attachment, Button, Card, Place, Reply
from bot.platforms.port import Address, MessageKind
from bot.platforms.telegram.errors import PROBE_SECONDS, RIGHTS_SECONDS
from bot.platforms.telegram.limits import CHAT, GROUP
from scheduler.nudge import Broken, Gone, Later, Sent, Unknown
from tests.kit.png import png
from tests.kit.telegram import Cut, Group, Refuse, TelegramServer
from tests.kit.telegram.faults import FloodControl
from tests.kit.telegram.memory import Rig

BOARD = "board:1"
FOR_BOARDS = GROUP.count - GROUP.kept


def board(text: str, **more: object) -> Reply:
    card = Card(text, rows=((Button("Join", Show(Screen.TODAY)),),))
    return Reply(card, living=BOARD, **more)  # type: ignore[arg-type]


@pytest.fixture
async def group(server: TelegramServer) -> Group:
    return await server.group("Team", server.person(7), server.person(8, "Ben"))


def shown(group: Group) -> list[str]:
    return [message.text for message in group.members[0].at(group).messages if message.ours]


def delete(server: TelegramServer, group: Group) -> None:
    server.world.visible(group.chat.id)[-1].deleted = True


async def test_a_board_is_sent_once_and_then_edited(server: TelegramServer, rig: Rig, group: Group) -> None:
    where = rig.address(group.chat.id)
    first = await rig.telegram.show(where, board("Monday", pin=True, silent=True))
    assert isinstance(first, Sent)
    assert await rig.telegram.show(where, board("Tuesday", pin=True, silent=True)) == first
    [message] = group.members[0].at(group).messages
    assert (message.text, message.labels, message.pinned, message.silent) == ("Tuesday", ("Join",), True, True)
    assert len(server.calls("pinChatMessage")) == 1


async def test_a_board_that_already_looks_like_this_is_shown(server: TelegramServer, rig: Rig, group: Group) -> None:
    where = rig.address(group.chat.id)
    first = await rig.telegram.show(where, board("Monday"))
    assert await rig.telegram.show(where, board("Monday")) == first
    assert len(server.calls("editMessageText")) == 1


async def test_two_boards_of_one_chat_live_apart(rig: Rig, group: Group) -> None:
    where = rig.address(group.chat.id)
    await rig.telegram.show(where, board("One"))
    await rig.telegram.show(where, Reply(Card("Two"), living="board:2"))
    await rig.telegram.show(where, board("One, later"))
    assert shown(group) == ["One, later", "Two"]


async def test_a_board_that_was_deleted_comes_back_at_once_and_then_only_every_hour(
    server: TelegramServer, rig: Rig, group: Group
) -> None:
    where = rig.address(group.chat.id)
    await rig.telegram.show(where, board("1", pin=True))
    delete(server, group)
    assert isinstance(await rig.telegram.show(where, board("2", pin=True)), Sent)
    assert [message.pinned for message in group.members[0].at(group).messages] == [True]
    delete(server, group)
    server.advance(600)
    gone = await rig.telegram.show(where, board("3"))
    assert isinstance(gone, Later)
    assert (gone.reason, round(gone.seconds)) == ("reposted-lately", 3000)
    calls = len(server.history)
    server.advance(gone.seconds - 10)
    assert await rig.telegram.show(where, board("4")) == Later(pytest.approx(10, abs=1.1), "reposted-lately")  # type: ignore[arg-type]
    assert len(server.history) == calls  # what is known to be gone is not asked for again
    server.advance(10.1)
    assert isinstance(await rig.telegram.show(where, board("5")), Sent)
    assert shown(group) == ["5"]


async def test_an_hour_without_deleting_counts_for_each_board_alone(
    server: TelegramServer, rig: Rig, group: Group
) -> None:
    where = rig.address(group.chat.id)
    other = Reply(Card("Other"), living="board:2")
    await rig.telegram.show(where, board("1"))
    delete(server, group)
    await rig.telegram.show(where, board("2"))
    assert isinstance(await rig.telegram.show(where, board("3")), Sent)
    await rig.telegram.show(where, other)
    delete(server, group)
    assert isinstance(await rig.telegram.show(where, other), Sent)
    assert shown(group) == ["3", "Other"]


async def test_a_board_that_could_not_be_sent_anew_keeps_its_hour(
    server: TelegramServer, rig: Rig, group: Group
) -> None:
    where = rig.address(group.chat.id)
    await rig.telegram.show(where, board("1"))
    delete(server, group)
    group.chat.mute = True
    server.faults.add("editMessageText", Refuse(400, "Bad Request: message to edit not found"))
    assert await rig.telegram.show(where, board("2")) == Later(RIGHTS_SECONDS, "no-rights")
    group.chat.mute = False
    assert isinstance(await rig.telegram.show(where, board("3")), Sent)


async def test_eighteen_edits_fit_into_a_minute_and_the_next_waits_without_a_call(
    server: TelegramServer, rig: Rig, group: Group
) -> None:
    server.flood = FloodControl.of_groups(server.clock)
    where = rig.address(group.chat.id)
    for number in range(FOR_BOARDS):
        assert isinstance(await rig.telegram.show(where, board(f"{number}")), Sent)
        server.advance(2)
    assert await rig.telegram.show(where, board("late")) == Later(GROUP.seconds - 36, "group-limit")
    assert len(server.calls("sendMessage") + server.calls("editMessageText")) == FOR_BOARDS
    server.advance(GROUP.seconds - 36)
    assert isinstance(await rig.telegram.show(where, board("late")), Sent)
    assert shown(group) == ["late"]


async def test_answers_count_and_find_their_room_when_boards_have_used_up_theirs(
    server: TelegramServer, rig: Rig, group: Group
) -> None:
    server.flood = FloodControl(server.clock)
    where = rig.address(group.chat.id)
    seat = group.members[0].at(group)
    for number in range(FOR_BOARDS - 1):
        await rig.telegram.show(where, board(f"{number}"))
    for count in (1, 2, 3):
        await seat.say("/team")
        await rig.telegram.answer(await rig.said(count), Reply(Card(f"Answer {count}"), place=Place.NEW))
    assert shown(group)[1:] == ["Answer 1", "Answer 2", "Answer 3"]
    for later in (await rig.telegram.show(where, board("x")), await rig.telegram.deliver(where, board("y"))):
        assert isinstance(later, Later)
        assert later.reason == "group-limit"
    assert (server.flood.refused, rig.pauses) == (0, [])


async def test_an_hour_of_wishes_never_meets_the_flood_control(server: TelegramServer, rig: Rig, group: Group) -> None:
    server.flood = FloodControl(server.clock)
    where = rig.address(group.chat.id)
    sent, began = 0, server.clock()
    while server.clock() < began + 3600:
        sent += isinstance(await rig.telegram.show(where, board(f"{sent}")), Sent)
        server.advance(3)
    assert sent == pytest.approx(3600 / GROUP.seconds * FOR_BOARDS, rel=0.02)
    assert [call for call in server.history if call.error] == []


async def test_other_groups_and_private_chats_do_not_wait(server: TelegramServer, rig: Rig, group: Group) -> None:
    ann = group.members[0]
    other = await server.group("Other", ann)
    for number in range(FOR_BOARDS):
        await rig.telegram.show(rig.address(group.chat.id), board(f"{number}"))
    assert isinstance(await rig.telegram.show(rig.address(other.chat.id), board("x")), Sent)
    for number in range(30):
        assert isinstance(await rig.telegram.show(rig.address(7), board(f"{number}")), Sent)


async def test_a_board_in_a_group_that_moved_goes_to_its_new_number(
    server: TelegramServer, rig: Rig, group: Group
) -> None:
    old = rig.address(group.chat.id)
    await rig.telegram.show(old, board("1"))
    await group.migrate(tell=False)
    assert isinstance(await rig.telegram.show(old, board("2", pin=True)), Sent)
    assert [message.pinned for message in group.members[0].at(group).messages] == [True]
    assert isinstance(await rig.telegram.show(rig.address(group.chat.id), board("3")), Sent)
    assert shown(group) == ["3"]


async def test_a_topic_that_is_closed_sends_its_board_to_the_general_one(server: TelegramServer, rig: Rig) -> None:
    group = await server.group("Team", server.person(7), supergroup=True)
    topic = group.topic("Drills")
    where = rig.address(group.chat.id, str(topic))
    await rig.telegram.show(where, board("1"))
    group.close_topic(topic)
    server.faults.add("editMessageText", Refuse(400, "Bad Request: TOPIC_CLOSED"))
    assert isinstance(await rig.telegram.show(where, board("2")), Sent)
    assert isinstance(await rig.telegram.show(where, board("3")), Sent)
    messages = [message for message in server.world.visible(group.chat.id) if message.author == server.world.me]
    assert [(message.thread, message.text) for message in messages] == [(topic, "1"), (None, "3")]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Refuse(403, "Forbidden: bot was kicked from the group chat"), Gone("kicked")),
        (Refuse(403, "Forbidden: the group chat was deleted"), Gone("chat-deleted")),
        (Refuse(429, "Too Many Requests: retry after 9", {"retry_after": 9}), Later(9, "flood")),
        (Refuse(400, "Bad Request: CHAT_RESTRICTED"), Later(RIGHTS_SECONDS, "restricted")),
        (Refuse(400, "Bad Request: BUTTON_DATA_INVALID"), Broken("button-data")),
        (Cut(done=True), Unknown("ServerDisconnectedError")),
    ],
)
@pytest.mark.parametrize("living", [False, True], ids=["new", "edited"])
async def test_what_cannot_be_shown_is_an_outcome(
    server: TelegramServer, rig: Rig, group: Group, fault: Refuse | Cut, outcome: object, living: bool
) -> None:
    where = rig.address(group.chat.id)
    if living:
        await rig.telegram.show(where, board("1"))
    server.faults.add("*", fault)
    assert await rig.telegram.show(where, board("2")) == outcome


async def test_two_boards_of_one_chat_are_a_second_apart(server: TelegramServer, rig: Rig, group: Group) -> None:
    where, began = rig.address(group.chat.id), server.clock()
    for number in range(5):
        assert isinstance(await rig.telegram.show(where, board(f"{number}")), Sent)
    assert server.clock() - began == pytest.approx(4 * CHAT.seconds)


async def test_a_flooded_chat_is_left_alone(server: TelegramServer, rig: Rig, group: Group) -> None:
    where = rig.address(group.chat.id)
    server.faults.add("sendMessage", Refuse(429, "Too Many Requests: retry after 9", {"retry_after": 9}))
    await rig.telegram.show(where, board("1"))
    calls = len(server.calls("sendMessage"))
    assert isinstance(await rig.telegram.show(where, board("2")), Later)
    assert len(server.calls("sendMessage")) == calls


async def test_nothing_is_raised_when_the_postbox_fails(
    rig: Rig, group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = rig.address(group.chat.id)

    async def fail(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(rig.box, "last", fail)
        assert await rig.telegram.show(where, board("1")) == Later(PROBE_SECONDS, "postbox")
    with monkeypatch.context() as broken:
        broken.setattr(rig.box, "put", fail)
        assert isinstance(await rig.telegram.show(where, board("1")), Sent)
    assert shown(group) == ["1"]


@pytest.mark.parametrize("reply", [Reply(None, living=BOARD), Reply(Card("x"))])
async def test_a_board_needs_a_card_and_a_name(server: TelegramServer, rig: Rig, group: Group, reply: Reply) -> None:
    assert await rig.telegram.show(rig.address(group.chat.id), reply) == Broken("nothing-to-show")
    assert shown(group) == []


async def test_a_board_with_a_picture_is_edited_as_its_caption(server: TelegramServer, rig: Rig, group: Group) -> None:
    where = rig.address(group.chat.id)
    photo = Attachment("foot.png", "image/png", png(), "The lit foot")
    await rig.telegram.show(where, board("1", photo=photo))
    await rig.telegram.show(where, board("2 " + "x" * 2000, photo=photo))
    living = await rig.box.last(where, BOARD)
    assert living is not None
    assert living.kind is MessageKind.PHOTO
    assert [len(text) <= 1024 and text.startswith("2 ") for text in shown(group)] == [True]
    assert (len(server.calls("sendPhoto")), server.calls("editMessageText")) == (1, [])


async def test_boards_of_one_chat_keep_their_order_and_end_with_the_newest(
    server: TelegramServer, rig: Rig, group: Group
) -> None:
    where: Address = rig.address(group.chat.id)
    async with asyncio.TaskGroup() as tasks:
        for number in range(10):
            tasks.create_task(rig.telegram.show(where, board(f"{number}")))
    assert shown(group) == ["9"]
    assert len(server.calls("sendMessage")) == 1
