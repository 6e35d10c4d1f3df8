"""What is done at once about a refusal: there, without the topic, without markup, anew (T-05 to T-09, T-21 to T-27)."""

import pytest

from bot.actions import Screen, Show
from bot.cards import PLAYER, Button, Card, Reply
from scheduler.nudge import Gone, Sent
from tests.kit.telegram import Refuse, TelegramServer
from tests.kit.telegram.memory import Rig

CARD = Card("Time to practise", rows=((Button("Go", Show(Screen.TODAY)),),))
PROMPT = Reply(CARD)


def refuse(text: str) -> Refuse:
    return Refuse(400, f"Bad Request: {text}")


async def test_a_group_that_moved_gets_the_message_at_its_new_number(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    group = await server.group("Team", ann)
    old = rig.address(group.chat.id)
    await rig.telegram.deliver(old, Reply(CARD, living=PLAYER))
    await group.migrate(tell=False)
    new = rig.address(group.chat.id)
    sent = await rig.telegram.deliver(old, Reply(CARD, living=PLAYER))
    assert isinstance(sent, Sent)
    assert rig.box.moves == [(old, new)]
    living = await rig.box.last(new, PLAYER)
    assert living is not None
    assert living.message == sent.message_id
    assert [message.text for message in ann.at(group).messages] == ["Time to practise"]


async def test_a_tap_in_a_group_that_moved_is_answered_at_its_new_number(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    group = await server.group("Team", ann)
    await rig.telegram.deliver(rig.address(group.chat.id), PROMPT)
    await ann.at(group).tap("Go", wait=False)
    press = await rig.pressed()
    await group.migrate(tell=False)
    await rig.telegram.answer(press, Reply(Card("Done")))
    assert ann.at(group).last.text == "Done"


async def test_markup_that_telegram_cannot_parse_is_sent_as_plain_text_once(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    server.faults.add("sendMessage", refuse("can't parse entities: Unsupported start tag"))
    server.faults.add("editMessageText", refuse("can't parse entities: Unsupported start tag"), times=2)
    assert isinstance(await rig.telegram.deliver(rig.address(7), Reply(Card("1 < 2", rows=CARD.rows))), Sent)
    assert (ann.last.text, ann.last.entities) == ("1 < 2", ())
    await ann.tap("Go", wait=False)
    await rig.telegram.answer(await rig.pressed(), Reply(Card("2 > 1")))
    assert ann.last.text == "1 < 2"
    assert len(server.calls("editMessageText")) == 2


@pytest.mark.parametrize("trouble", ["closed", "deleted", "general"])
async def test_a_topic_that_is_closed_or_gone_is_left_for_the_general_one(
    server: TelegramServer, rig: Rig, trouble: str
) -> None:
    ann = server.person(7)
    group = await server.group("Team", ann, supergroup=True)
    topic = group.topic("Drills")
    if trouble == "closed":
        group.chat.closed.add(topic)
    elif trouble == "deleted":
        del group.chat.topics[topic]
    address = rig.address(group.chat.id, "1" if trouble == "general" else str(topic))
    assert isinstance(await rig.telegram.deliver(address, PROMPT), Sent)
    assert [call.params.get("message_thread_id") for call in server.calls("sendMessage")] == [address.thread, None]


async def test_a_message_in_a_topic_stays_in_it(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    group = await server.group("Team", ann, supergroup=True)
    topic = group.topic("Drills")
    await ann.at(group, topic).say("/team@ToeholdTestBot")
    said = await rig.said()
    assert (said.text, said.address.thread) == ("/team", str(topic))
    await rig.telegram.answer(said, Reply(Card("Team")))
    assert ann.at(group, topic).last.text == "Team"


@pytest.mark.parametrize(
    "text",
    ["message to edit not found", "MESSAGE_ID_INVALID", "message can't be edited"],
)
async def test_what_cannot_be_edited_any_more_is_sent_anew(server: TelegramServer, rig: Rig, text: str) -> None:
    ann = server.person(7)
    await rig.telegram.deliver(rig.address(7), Reply(CARD, living=PLAYER))
    server.faults.add("editMessageText", refuse(text))
    await rig.telegram.redraw(rig.address(7), Reply(Card("Step"), living=PLAYER))
    assert [message.text for message in ann.messages] == ["Time to practise", "Step"]


async def test_a_tap_that_is_too_old_keeps_its_effect_and_nothing_else_happens(
    server: TelegramServer, rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    ann = server.person(7)
    await rig.telegram.deliver(rig.address(7), PROMPT)
    await ann.tap("Go", wait=False)
    press = await rig.pressed()
    server.advance(200)
    await rig.telegram.answer(press, Reply(Card("Done"), notice="Set 1"))
    assert ann.last.text == "Done"
    assert len(server.calls("answerCallbackQuery")) == 1
    assert "tap not answered" not in capsys.readouterr().out


async def test_a_person_who_comes_back_can_be_reached_again(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    await ann.block()
    assert await rig.telegram.deliver(rig.address(7), PROMPT) == Gone("blocked")
    await ann.unblock()
    assert isinstance(await rig.telegram.deliver(rig.address(7), PROMPT), Sent)


async def test_a_postbox_that_fails_does_not_undo_what_was_sent(
    server: TelegramServer, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.person(7)

    def note(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(rig.box, "note", note)
    assert isinstance(await rig.telegram.deliver(rig.address(7), Reply(CARD, living=PLAYER)), Sent)
