"""Edit, resend or replace: what the Telegram platform does with a reply."""

from bot.actions import Screen, Show
from bot.cards import PLAYER, Attachment, Button, Card, Fine, Place, PrivateLink, Reply
from bot.platforms.port import MessageKind, Posted, Press
from scheduler.nudge import Sent
from tests.kit.telegram import Cut, TelegramServer
from tests.kit.telegram.memory import Rig

GO = Button("Go", Show(Screen.TODAY))


def card(text: str, *labels: str) -> Card:
    return Card(text, rows=(tuple(Button(label, Show(Screen.TODAY)) for label in labels),))


async def tapped(rig: Rig, person_id: int, label: str) -> Press:
    """A tap that has arrived but is not answered yet."""
    person = rig.server.person(person_id)
    await person.tap(label, wait=False)
    return await rig.pressed()


async def test_a_typed_command_is_answered_with_a_new_message(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7, "Ann")
    await ann.say("/today")
    said = await rig.said()
    assert (said.text, said.private, said.sender.name, said.sender.language) == ("/today", True, "Ann", "en")
    await rig.telegram.answer(said, Reply(card("Today", "Go")))
    assert (ann.last.text, ann.last.rows) == ("Today", (("Go",),))


async def test_a_tap_edits_the_message_and_is_answered_with_the_notice(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    await rig.telegram.deliver(rig.address(7), Reply(card("One", "Go")))
    press = await tapped(rig, 7, "Go")
    assert press.action == Show(Screen.TODAY)
    await rig.telegram.answer(press, Reply(card("Two", "Go"), notice="Set 2 of 3", alert=True))
    assert [message.text for message in ann.messages] == ["Two"]
    [tap] = server.world.taps.values()
    assert tap.answer is not None
    assert (tap.answer.text, tap.answer.alert) == ("Set 2 of 3", True)


async def test_a_tap_is_answered_even_when_there_is_nothing_to_show(server: TelegramServer, rig: Rig) -> None:
    await rig.telegram.deliver(rig.address(server.person(7).id), Reply(card("One", "Go")))
    await rig.telegram.answer(await tapped(rig, 7, "Go"), Reply(None))
    assert [call.result for call in server.calls("answerCallbackQuery")] == [True]
    assert not server.calls("editMessageText")


async def test_a_long_notice_is_cut_to_what_telegram_takes(server: TelegramServer, rig: Rig) -> None:
    await rig.telegram.deliver(rig.address(server.person(7).id), Reply(card("One", "Go")))
    await rig.telegram.answer(await tapped(rig, 7, "Go"), Reply(None, notice="🦶" * 300))
    [tap] = server.world.taps.values()
    assert tap.answer is not None
    assert tap.answer.text.endswith("…")


async def test_a_notice_without_a_tap_is_said_in_the_chat(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    await ann.say("/today")
    await rig.telegram.answer(await rig.said(), Reply(None, notice="Nothing is due <today>"))
    assert ann.last.text == "Nothing is due <today>"


async def test_a_living_message_is_remembered_and_the_one_it_replaces_loses_its_buttons(
    server: TelegramServer, rig: Rig
) -> None:
    ann = server.person(7)
    first = await rig.telegram.deliver(rig.address(7), Reply(card("One", "Go"), living=PLAYER))
    assert isinstance(first, Sent)
    second = await rig.telegram.deliver(rig.address(7), Reply(card("Two", "Go"), living=PLAYER))
    assert isinstance(second, Sent)
    assert await rig.box.last(rig.address(7), PLAYER) == Posted(second.message_id, MessageKind.TEXT)
    await server.until(lambda: ann.messages[0].rows == (), "the old buttons to go")
    assert [message.rows for message in ann.messages] == [(), (("Go",),)]


async def test_the_first_tap_on_another_copy_adopts_it_and_strips_the_other(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    await rig.telegram.deliver(rig.address(7), Reply(card("Copy", "Go"), living=PLAYER))
    await rig.telegram.deliver(rig.address(7), Reply(card("Copy", "Go")))  # the duplicate of an unknown outcome
    copy, press = ann.last, await tapped(rig, 7, "Go")
    await rig.telegram.answer(press, Reply(card("Step", "Go"), living=PLAYER))
    assert await rig.box.last(rig.address(7), PLAYER) == Posted(str(copy.id), MessageKind.TEXT)
    await server.until(lambda: ann.messages[0].rows == (), "the other copy to lose its buttons")
    assert [message.text for message in ann.messages] == ["Copy", "Step"]


async def test_a_tap_that_asks_for_a_new_message_leaves_the_old_one_as_it_is(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    await rig.telegram.deliver(rig.address(7), Reply(card("One", "Go")))
    await rig.telegram.answer(await tapped(rig, 7, "Go"), Reply(card("Two", "Go"), place=Place.NEW))
    assert [message.text for message in ann.messages] == ["One", "Two"]


async def test_redraw_edits_the_living_message_and_only_that(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    await rig.telegram.redraw(rig.address(7), Reply(card("Nothing there", "Go"), living=PLAYER))
    assert ann.messages == []
    await rig.telegram.deliver(rig.address(7), Reply(card("One", "Go"), living=PLAYER))
    await rig.telegram.redraw(rig.address(7), Reply(card("Two", "Go"), living=PLAYER))
    assert [message.text for message in ann.messages] == ["Two"]


async def test_a_deleted_message_is_sent_anew_once_and_lives_there(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    await rig.telegram.deliver(rig.address(7), Reply(card("One", "Go"), living=PLAYER))
    press = await tapped(rig, 7, "Go")
    await ann.delete(ann.last)
    await rig.telegram.answer(press, Reply(card("Two", "Go"), living=PLAYER))
    assert [message.text for message in ann.messages] == ["Two"]
    assert await rig.box.last(rig.address(7), PLAYER) == Posted(str(ann.last.id), MessageKind.TEXT)
    assert len(server.calls("editMessageText")) == 1


async def test_the_same_card_twice_is_success_and_sends_nothing_more(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    await rig.telegram.deliver(rig.address(7), Reply(card("One", "Go")))
    await rig.telegram.answer(await tapped(rig, 7, "Go"), Reply(card("One", "Go"), living=PLAYER))
    assert [call.error is not None for call in server.calls("editMessageText")] == [True]
    assert [message.text for message in ann.messages] == ["One"]
    assert await rig.box.last(rig.address(7), PLAYER) == Posted(str(ann.last.id), MessageKind.TEXT)


async def test_a_photo_gets_a_caption_although_it_was_taken_for_a_text(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    photo = server.world.post(ann.chat, server.world.me, caption="Look", media="photo", keyboard=[])
    await rig.box.put(rig.address(7), PLAYER, Posted(str(photo.id), MessageKind.TEXT))
    await rig.telegram.redraw(rig.address(7), Reply(Card("Step", (Fine("x" * 3000),)), living=PLAYER))
    assert ann.last.media == "photo"
    assert ann.last.text.startswith("Step")
    assert len(ann.last.text) <= 1024
    assert await rig.box.last(rig.address(7), PLAYER) == Posted(str(photo.id), MessageKind.PHOTO)


async def test_a_text_gets_its_text_although_it_was_taken_for_a_photo(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    await rig.telegram.deliver(rig.address(7), Reply(card("One", "Go")))
    await rig.box.put(rig.address(7), PLAYER, Posted(str(ann.last.id), MessageKind.PHOTO))
    await rig.telegram.redraw(rig.address(7), Reply(card("Two", "Go"), living=PLAYER))
    assert ann.last.text == "Two"


async def test_a_file_goes_to_its_owner_and_never_into_a_group(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    group = await server.group("Team", ann)
    export = Reply(card("Your data", "Go"), attachments=(Attachment("toehold.data", "application/x-toehold", b"a"),))
    await ann.say("/export")
    await rig.telegram.answer(await rig.said(), export)
    assert ann.last.file == ("toehold.data", "application/x-toehold", b"a")
    await ann.at(group).say("/export")
    await rig.telegram.answer(await rig.said(2), export)
    assert [message.media for message in ann.at(group).messages if message.ours] == [None]


async def test_a_button_into_the_private_chat_works_from_a_group(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7, started=False)
    group = await server.group("Team", ann)
    link = Card("Begin", rows=((PrivateLink("Join in private", "join-42"),),))
    assert isinstance(await rig.telegram.deliver(rig.address(group.chat.id), Reply(link)), Sent)
    await ann.at(group).tap("Join in private")
    assert (await rig.said()).text == "/start join-42"


async def test_an_edit_is_tried_again_when_nobody_knows_whether_it_arrived(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    await rig.telegram.deliver(rig.address(7), Reply(card("One", "Go")))
    server.faults.add("editMessageText", Cut())
    server.faults.add("answerCallbackQuery", Cut())
    await rig.telegram.answer(await tapped(rig, 7, "Go"), Reply(card("Two", "Go"), notice="ok"))
    assert ann.last.text == "Two"
    [tap] = server.world.taps.values()
    assert tap.answer is not None


async def test_an_answer_is_not_sent_twice_when_nobody_knows_whether_it_arrived(
    server: TelegramServer, rig: Rig
) -> None:
    ann = server.person(7)
    await ann.say("/today")
    server.faults.add("sendMessage", Cut(done=True))
    await rig.telegram.answer(await rig.said(), Reply(card("Today", "Go")))
    assert [message.text for message in ann.messages if message.ours] == ["Today"]
