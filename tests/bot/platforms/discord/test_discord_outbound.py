"""Answers and deliveries, as the people in the fake Discord see them (D-01, D-02, D-10, D-18, D-19, D-27, D-30)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.actions import Screen, Show
from bot.cards import PLAYER, SCREEN, Attachment, Button, Card, Place, PrivateLink, Reply
from bot.platforms.discord.traffic import LINE, nonce, short
from bot.platforms.port import MessageKind, Posted, Press
from scheduler.nudge import Broken, Sent
from tests.bot.platforms.discord.rig import CARD, GO, NEXT, Rig
from tests.kit.discord import Channel, DiscordServer, Hang, Person, Refuse

FILE = Attachment("export.json", "application/json", b"{}")


@pytest.fixture
async def rig(server: DiscordServer) -> AsyncIterator[Rig]:
    async with Rig(server).running() as rig:
        yield rig


@pytest.fixture
def ann(server: DiscordServer) -> Person:
    return server.person("Ann")


@pytest.fixture
async def channel(server: DiscordServer) -> Channel:
    return (await server.guild("Office", server.person("Founder"))).channel("general")


async def test_a_prompt_goes_to_the_private_chat_and_its_button_changes_it(rig: Rig, ann: Person) -> None:
    outcome = await rig.discord.deliver(rig.direct(ann), Reply(CARD, living=PLAYER, key="nudge:1"))
    shown = await ann.dm().expect("Time to practise")
    assert outcome == Sent(str(shown.id))
    await ann.dm().tap("Go")
    await rig.discord.answer(await rig.pressed(), Reply(NEXT, living=PLAYER, notice="Counted"))
    assert (await ann.dm().expect("Well done")).id == shown.id
    assert ann.dm().notices == ["Counted"]
    assert len(ann.dm().messages) == 1


async def test_a_command_in_a_channel_is_answered_to_the_caller_alone(rig: Rig, ann: Person, channel: Channel) -> None:
    seat, ben = ann.at(channel), rig.server.person("Ben").at(channel)
    await seat.command("today")
    await rig.discord.answer(await rig.said(), Reply(CARD, living=PLAYER))
    card = await seat.expect("Time to practise")
    assert card.ephemeral
    assert ben.messages == []
    assert rig.box.posted[rig.hidden(ann, channel), PLAYER] == Posted(str(card.id), MessageKind.TEXT)
    await seat.tap("Go")
    await rig.discord.answer(await rig.pressed(), Reply(NEXT, living=PLAYER, notice="Counted"))
    assert (await seat.expect("Well done")).id == card.id
    assert seat.notices == ["Counted"]


async def test_something_new_in_a_hidden_conversation_is_hidden_too(rig: Rig, ann: Person, channel: Channel) -> None:
    seat = ann.at(channel)
    await seat.command("today")
    await rig.discord.answer(await rig.said(), Reply(CARD))
    await seat.tap("Go")
    await rig.discord.answer(await rig.pressed(), Reply(NEXT, Place.NEW, notice="Saved", attachments=(FILE,)))
    assert (await seat.expect("Well done")).ephemeral
    assert "Saved" in seat.notices
    files = [(message.ephemeral, file.name) for message in rig.server.world.messages for file in message.files]
    assert files == [(True, "export.json")]


async def test_the_public_command_is_answered_to_everybody(rig: Rig, ann: Person, channel: Channel) -> None:
    await ann.at(channel).command("challenge")
    await rig.discord.answer(await rig.said(), Reply(CARD, living="board", attachments=(FILE,)))
    seen = rig.server.person("Ben").at(channel).last
    assert "Time to practise" in seen.text
    assert not seen.ephemeral
    assert rig.box.posted[rig.room(channel), "board"].message == str(seen.id)
    assert not [message for message in ann.at(channel).messages if message.files]  # an export is not for everybody


async def test_a_press_in_a_channel_changes_the_message_or_says_something_new(
    rig: Rig, ann: Person, channel: Channel
) -> None:
    seat = ann.at(channel)
    await rig.discord.deliver(rig.room(channel), Reply(CARD, living="board"))
    first = await seat.expect("Time to practise")
    await seat.tap("Go")
    await rig.discord.answer(await rig.pressed(), Reply(NEXT, Place.NEW, notice="Only you see this"))
    assert not (await seat.expect("Well done")).ephemeral
    assert seat.notices == ["Only you see this"]
    assert rig.server.person("Ben").at(channel).notices == []
    await seat.tap("Go", first)
    await rig.discord.answer(await rig.pressed(2), Reply(NEXT, living="board"))
    assert (await seat.expect(lambda seen: seen.id == first.id and "Well done" in seen.text)).id == first.id


async def test_a_press_with_nothing_but_a_notice_is_answered_in_a_whisper(
    rig: Rig, ann: Person, channel: Channel
) -> None:
    await rig.discord.deliver(rig.room(channel), Reply(CARD))
    await ann.at(channel).tap("Go")
    await rig.discord.answer(await rig.pressed(), Reply(None, notice="Not yours"))
    assert ann.at(channel).notices == ["Not yours"]
    assert rig.server.person("Ben").at(channel).notices == []


async def test_an_alert_stands_beside_the_card(rig: Rig, ann: Person) -> None:
    await rig.discord.deliver(rig.direct(ann), Reply(CARD))
    await ann.dm().tap("Go")
    await rig.discord.answer(await rig.pressed(), Reply(NEXT, notice="Stop when it hurts", alert=True))
    assert ann.dm().notices == ["Stop when it hurts"]
    assert "Stop" not in (await ann.dm().expect("Well done")).text


async def test_a_command_that_has_only_a_notice_says_it(rig: Rig, ann: Person, channel: Channel) -> None:
    for seat in (ann.at(channel), ann.dm()):
        await seat.command("today")
        said = (await rig.heard(type(await rig.said())))[-1]
        await rig.discord.answer(said, Reply(None, notice="Nothing is due"))
        await seat.expect("Nothing is due")


async def test_a_command_that_has_nothing_to_say_stops_thinking(rig: Rig, ann: Person, channel: Channel) -> None:
    await ann.at(channel).command("today")
    await rig.discord.answer(await rig.said(), Reply(None))
    assert "thinking" not in ann.at(channel).transcript()


async def test_what_is_typed_in_the_private_chat_is_answered_there(rig: Rig, ann: Person) -> None:
    await ann.dm().say("hello")
    await rig.discord.answer(await rig.said(), Reply(None, notice="I did not understand"))
    await ann.dm().expect("I did not understand")
    await ann.dm().say("again")
    await rig.discord.answer(await rig.said(2), Reply(CARD, living=SCREEN, attachments=(FILE,)))
    assert ann.dm().messages[-1].files == (("export.json", b"{}"),)
    await ann.dm().say("and again")
    await rig.discord.answer(await rig.said(3), Reply(NEXT, living=SCREEN))
    await rig.server.until(lambda: not [m for m in ann.dm().messages if ("Go",) in m.rows], "the old buttons to go")
    assert len([seen for seen in ann.dm().messages if "Time to practise" in seen.text]) == 1


async def test_a_tap_that_opens_the_private_conversation_is_heard_again_there(
    rig: Rig, ann: Person, channel: Channel
) -> None:
    await rig.discord.deliver(rig.room(channel), Reply(CARD))
    await ann.at(channel).tap("Go")
    press = await rig.pressed()
    await rig.discord.answer(press, Reply(None, notice="Go to the private chat", opens="c_abc"))
    said = await rig.said()
    assert (said.text, said.address, said.private) == ("/start c_abc", rig.hidden(ann, channel), True)
    await rig.discord.answer(said, Reply(NEXT, living=SCREEN))
    card = await ann.at(channel).expect("Well done")
    assert card.ephemeral
    assert ann.at(channel).notices == []
    assert [m.text for m in rig.server.person("Ben").at(channel).messages] == [ann.at(channel).messages[0].text]


async def test_a_link_into_the_private_conversation_is_one(rig: Rig, ann: Person, channel: Channel) -> None:
    card = Card("Join us", rows=((PrivateLink("Join", "c_abc"),),))
    await rig.discord.deliver(rig.room(channel), Reply(card))
    await ann.at(channel).tap("Join")
    said = await rig.said()
    assert said.text == "/start c_abc"
    await rig.discord.answer(said, Reply(NEXT))
    assert (await ann.at(channel).expect("Well done")).ephemeral


async def test_d_02_when_the_token_is_too_old_the_bot_shows_it(rig: Rig, ann: Person, channel: Channel) -> None:
    await rig.discord.deliver(rig.direct(ann), Reply(CARD, living=PLAYER))
    await rig.discord.deliver(rig.room(channel), Reply(CARD, living="board"))
    await ann.dm().tap("Go")
    await ann.at(channel).tap("Go")
    presses = await rig.heard(Press, 2)
    rig.server.advance(16 * 60)
    for press in presses:
        await rig.discord.answer(press, Reply(NEXT, living=PLAYER))
    assert (await ann.dm().expect("Well done")).id == int(presses[0].message)
    assert (await ann.at(channel).expect("Well done")).id == int(presses[1].message)
    assert not rig.server.calls("PATCH /webhooks/**")


@pytest.mark.parametrize("code", [50027, 10015, 10062])
async def test_d_02_a_token_that_fails_in_mid_flow_is_done_without(
    rig: Rig, ann: Person, channel: Channel, code: int
) -> None:
    await rig.discord.deliver(rig.direct(ann), Reply(CARD))
    await ann.dm().tap("Go")
    await ann.at(channel).command("challenge")
    press, said = await rig.pressed(), await rig.said()
    rig.server.faults.add("PATCH /webhooks/**", Refuse(code), times=2)
    await rig.discord.answer(press, Reply(NEXT))
    await rig.discord.answer(said, Reply(CARD))
    assert (await ann.dm().expect("Well done")).id == int(press.message)
    assert not (await ann.at(channel).expect("Time to practise")).ephemeral


async def test_d_02_a_hidden_conversation_whose_token_is_over_shows_nothing(
    rig: Rig, ann: Person, channel: Channel
) -> None:
    await ann.at(channel).command("today")
    said = await rig.said()
    rig.server.advance(16 * 60)
    before = len(rig.server.history)
    await rig.discord.answer(said, Reply(CARD, notice="x", attachments=(FILE,)))
    await rig.discord.redraw(rig.hidden(ann, channel), Reply(CARD, living=PLAYER))
    assert len(rig.server.history) == before
    await ann.at(channel).command("today")  # the person goes on with any command
    await rig.discord.answer(await rig.said(2), Reply(CARD))
    await ann.at(channel).expect("Time to practise")


async def test_d_10_a_pressed_message_that_is_gone_is_sent_anew(rig: Rig, ann: Person, channel: Channel) -> None:
    for seat, address in ((ann.dm(), rig.direct(ann)), (ann.at(channel), rig.room(channel))):
        await rig.discord.deliver(address, Reply(CARD))
        shown = await seat.expect("Time to practise")
        await seat.tap("Go")
        press = rig.all(Press)[-1]
        await seat.delete(shown)
        await rig.discord.answer(press, Reply(NEXT))
        assert (await seat.expect("Well done")).id != shown.id


async def test_d_18_what_is_delivered_again_is_found_by_its_key(rig: Rig, ann: Person) -> None:
    """Later than Discord remembers a nonce."""
    reply = Reply(CARD, living=PLAYER, key="nudge:1:2026-11-25")
    first = await rig.discord.deliver(rig.direct(ann), reply)
    for text in ("a", "b", "c"):
        await ann.dm().say(text)
    rig.server.advance(3600)
    rig.box.posted.pop((rig.direct(ann), PLAYER))
    again = Reply(CARD, living=PLAYER, key="nudge:1:2026-11-25", again=True)
    assert await rig.discord.deliver(rig.direct(ann), again) == first
    assert len([seen for seen in ann.dm().messages if seen.ours]) == 1
    assert isinstance(first, Sent)
    assert rig.box.posted[rig.direct(ann), PLAYER].message == first.message_id


async def test_d_18_what_is_not_found_is_sent(rig: Rig, ann: Person, channel: Channel) -> None:
    await rig.discord.deliver(rig.direct(ann), Reply(CARD, key="nudge:1"))
    await rig.discord.deliver(rig.direct(ann), Reply(CARD, key="nudge:2", again=True))
    assert len(ann.dm().messages) == 2
    assert channel.guild is not None
    channel.guild.forbid(channel, "read_message_history")
    assert isinstance(await rig.discord.deliver(rig.room(channel), Reply(CARD, key="nudge:3", again=True)), Sent)


async def test_d_18_one_whose_card_has_no_buttons_is_found_by_its_nonce(rig: Rig, ann: Person) -> None:
    reply = Reply(Card("Good night"), key="nudge:9", again=True)
    assert await rig.discord.deliver(rig.direct(ann), reply) == await rig.discord.deliver(rig.direct(ann), reply)
    assert len(ann.dm().messages) == 1


def test_d_19_keys_are_short_and_never_meet() -> None:
    keys = [short(f"nudge:{number}:2026-11-25T07:00:00+00:00") for number in range(10_000)]
    assert len(set(keys)) == len(keys)
    assert max(map(len, keys)) <= 25
    assert short("a") == short("a")
    assert nonce() != nonce()
    assert len(nonce()) <= 25


async def test_d_27_nothing_rings_for_anybody_but_whom_it_is_meant_for(rig: Rig, ann: Person, channel: Channel) -> None:
    loud = Card("@everyone @here", (f"<@{ann.id}>",), ((GO,),))
    await rig.discord.deliver(rig.room(channel), Reply(loud))
    await ann.at(channel).tap("Go")
    await rig.discord.answer(await rig.pressed(), Reply(loud, Place.NEW, notice="@everyone"))
    await rig.discord.answer(rig.all(Press)[0], Reply(loud))
    await rig.discord.redraw(rig.room(channel), Reply(loud, living="x"))
    sent = [
        call.body
        for call in rig.server.history
        if call.method in ("POST", "PATCH") and "components" in (call.body or {})
    ]
    assert len(sent) >= 4
    for body in sent:
        assert body["allowed_mentions"]["parse"] == []
        assert not body["allowed_mentions"].get("users")


async def test_a_line_in_a_channel_names_whom_it_is_meant_for_and_replaces_the_last(
    rig: Rig, ann: Person, channel: Channel
) -> None:
    living = f"{LINE}{ann.id}"
    address = rig.hidden(ann, channel)
    for key in ("one", "two"):
        outcome = await rig.discord.deliver(address, Reply(CARD, living=living, meant=rig.account(ann), key=key))
        assert isinstance(outcome, Sent)
    sent = rig.server.calls("POST /channels/*/messages")[-1].body
    assert sent["allowed_mentions"] == {"parse": [], "users": [ann.id]} or sent["allowed_mentions"]["users"] == [
        str(ann.id)
    ]
    await rig.server.until(lambda: len(rig.server.person("Ben").at(channel).messages) == 1, "the first line to go")
    assert str(ann.id) in str(sent["components"])
    await rig.discord.redraw(address, Reply(NEXT, living=living, meant=rig.account(ann)))
    await rig.server.person("Ben").at(channel).expect("Well done")


async def test_what_is_for_one_person_is_not_said_before_others(rig: Rig, ann: Person, channel: Channel) -> None:
    assert await rig.discord.deliver(rig.hidden(ann, channel), Reply(CARD)) == Broken("not-private")
    assert rig.server.calls("POST /channels/**") == []


async def test_d_30_a_message_that_was_edited_too_often_is_sent_anew(rig: Rig, ann: Person) -> None:
    await rig.discord.deliver(rig.direct(ann), Reply(CARD, living=PLAYER))
    rig.server.advance(2 * 3600)
    rig.server.world.old_edits_an_hour = 0
    await rig.discord.redraw(rig.direct(ann), Reply(NEXT, living=PLAYER))
    assert len(ann.dm().messages) == 2
    assert "Well done" in ann.dm().last.text
    assert rig.box.posted[rig.direct(ann), PLAYER].message == str(ann.dm().last.id)


async def test_redraw_changes_what_lives_and_nothing_else(rig: Rig, ann: Person, channel: Channel) -> None:
    await rig.discord.redraw(rig.direct(ann), Reply(NEXT, living=PLAYER))
    await rig.discord.redraw(rig.direct(ann), Reply(None))
    assert ann.dm().messages == []
    await rig.discord.deliver(rig.direct(ann), Reply(CARD, living=PLAYER))
    await rig.discord.redraw(rig.direct(ann), Reply(NEXT, living=PLAYER))
    assert [seen.text for seen in ann.dm().messages] == [(await ann.dm().expect("Well done")).text]


async def test_a_hidden_conversation_is_redrawn_by_its_newest_token(rig: Rig, ann: Person, channel: Channel) -> None:
    seat = ann.at(channel)
    await seat.command("today")
    await rig.discord.answer(await rig.said(), Reply(CARD, living=PLAYER))
    rig.server.advance(14 * 60)
    await seat.tap("Go")
    await rig.discord.answer(await rig.pressed(), Reply(CARD, living=PLAYER))
    rig.server.advance(14 * 60)
    await rig.discord.redraw(rig.hidden(ann, channel), Reply(NEXT, living=PLAYER))
    await seat.expect("Well done")


async def test_the_private_chat_is_opened_once(server: DiscordServer, ann: Person) -> None:
    async with Rig(server).running() as rig:
        for _ in range(3):
            await rig.discord.deliver(rig.direct(ann), Reply(CARD))
    async with Rig(server, box=rig.box).running() as rig:
        await rig.discord.deliver(rig.direct(ann), Reply(CARD))
    assert len(server.calls("POST /users/@me/channels")) == 1
    assert rig.box.posted[rig.direct(ann), "dm"] == Posted(str(ann.dm().channel.id), MessageKind.TEXT)


async def test_the_private_chat_is_learnt_from_what_happens_there(rig: Rig, ann: Person) -> None:
    await ann.dm().command("today")
    await rig.said()
    await rig.server.until(lambda: (rig.direct(ann), "dm") in rig.box.posted, "the chat to be remembered")
    await rig.discord.deliver(rig.direct(ann), Reply(CARD))
    assert rig.server.calls("POST /users/@me/channels") == []


async def test_answers_in_one_chat_keep_their_order_and_hold_up_no_other(rig: Rig, ann: Person) -> None:
    ben = rig.server.person("Ben")
    for text in ("a", "b"):
        await ann.dm().say(text)
    await ben.dm().say("c")
    first, second, other = await rig.heard(type(await rig.said()), 3)
    rig.server.faults.add(f"POST /channels/{ann.dm().channel.id}/messages", Hang())
    async with asyncio.TaskGroup() as group:
        slow = group.create_task(rig.discord.answer(first, Reply(CARD)))
        await asyncio.sleep(0)
        after = group.create_task(rig.discord.answer(second, Reply(NEXT)))
        await rig.discord.answer(other, Reply(NEXT))
        await ben.dm().expect("Well done")
        assert not after.done()
        slow.cancel()
        after.cancel()


async def test_a_card_that_cannot_be_drawn_is_our_fault_and_not_sent(rig: Rig, ann: Person) -> None:
    """D-07: an id that is too long never reaches Discord."""
    reply = Reply(Card("x", rows=((Button("y" * 80, Show(Screen.TODAY)),) * 5,) * 40))
    assert await rig.discord.deliver(rig.direct(ann), reply) == Broken("bug")
    assert rig.server.calls("POST /channels/**") == []
