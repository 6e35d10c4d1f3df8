"""What arrives is acknowledged and stored at once, whatever gateway, network and database do (D-01 to D-06, D-20 to D-24)."""

import asyncio
import time
from typing import Any

import pytest

from bot.cards import PLAYER, Ask, AskKind, Card, Reply
from bot.platforms.discord import inbound, reception
from bot.platforms.port import Press, RoomChanged, Said
from tests.bot.platforms.discord.rig import CARD, NEXT, Hasty, Rig, WatchedInbox
from tests.kit.discord import Broken, Cut, DidNotRespond, DiscordServer, Hang, Limited, Person, Refuse, Slow

CALLBACK = "POST /interactions/*/*/callback"


@pytest.fixture
async def rig(server: DiscordServer) -> Any:
    async with Rig(server).running() as rig:
        yield rig


async def prompted(rig: Rig, name: str = "Ann") -> Person:
    """Somebody before a card with the button "Go", in their private chat."""
    person = rig.server.person(name)
    await rig.discord.deliver(rig.direct(person), Reply(CARD, living=PLAYER))
    return person


async def test_a_command_in_a_server_is_thought_about_before_the_caller_alone(server: DiscordServer, rig: Rig) -> None:
    ann = server.person()
    channel = (await server.guild("Office", ann)).channel("general")
    answer = await ann.at(channel).command("today")
    assert (answer.kind, answer.ephemeral) == ("thinking", True)
    said = await rig.said()
    assert (said.text, said.address, said.private) == ("/today", rig.hidden(ann, channel), True)


async def test_the_public_command_is_thought_about_before_everybody(server: DiscordServer, rig: Rig) -> None:
    ann = server.person()
    channel = (await server.guild("Office", ann)).channel("general")
    answer = await ann.at(channel).command("challenge")
    assert (answer.kind, answer.ephemeral) == ("thinking", False)
    said = await rig.said()
    assert (said.address, said.private) == (rig.room(channel), False)


async def test_a_command_in_the_private_chat_is_thought_about_openly(server: DiscordServer, rig: Rig) -> None:
    answer = await server.person().dm().command("today")
    assert (answer.kind, answer.ephemeral) == ("thinking", False)


async def test_what_is_written_to_us_directly_is_stored(server: DiscordServer, rig: Rig) -> None:
    ann = server.person()
    number = await ann.dm().say("7:30")
    said = await rig.said()
    assert (said.text, said.address, said.message, said.receipt) == ("7:30", rig.direct(ann), str(number), "")


async def test_d_01_the_acknowledgement_does_not_wait_for_the_database(
    server: DiscordServer, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, stored = await prompted(rig), asyncio.Event()
    accept = rig.inbox.accept

    async def late(*args: Any) -> None:
        await stored.wait()
        await accept(*args)

    monkeypatch.setattr(rig.inbox, "accept", late)
    assert (await ann.dm().tap("Go")).kind == "nothing"
    assert rig.all(Press) == []
    stored.set()
    assert (await rig.pressed()).address == rig.direct(ann)


async def test_d_01_the_database_does_not_wait_for_the_acknowledgement(server: DiscordServer, rig: Rig) -> None:
    ann = await prompted(rig)
    server.faults.add(CALLBACK, Hang())
    await ann.dm().tap("Go", wait=False)
    await rig.pressed()


async def test_d_01_what_was_acknowledged_too_late_is_shown_by_the_bot(server: DiscordServer, rig: Rig) -> None:
    ann = await prompted(rig)
    server.world.answer_seconds = 0.05
    server.faults.add(CALLBACK, Slow(before=0.2))
    with pytest.raises(DidNotRespond):
        await ann.dm().tap("Go")
    await rig.discord.answer(await rig.pressed(), Reply(NEXT, living=PLAYER))
    shown = await ann.dm().expect("Well done")
    assert len(ann.dm().messages) == 1
    assert shown.id == int(rig.box.posted[rig.direct(ann), PLAYER].message)
    assert server.calls("POST /webhooks/**") == server.calls("PATCH /webhooks/**") == []


async def test_d_01_the_answer_waits_until_the_acknowledgement_has_ended(server: DiscordServer, rig: Rig) -> None:
    ann = await prompted(rig)
    server.faults.add(CALLBACK, Slow(before=0.3))
    await ann.dm().tap("Go", wait=False)
    press = await rig.pressed()
    await rig.discord.answer(press, Reply(NEXT, living=PLAYER))
    order = [call.path.split("/")[1] for call in server.history if call.path.startswith(("/inter", "/webhooks"))]
    assert order == ["interactions", "webhooks"]
    assert (await ann.dm().expect("Well done")).text


@pytest.mark.parametrize(
    "fault", [Cut(), Cut(done=True), Cut(reset=True), Broken(500), Broken(503, done=True)], ids=repr
)
async def test_d_03_an_acknowledgement_that_was_cut_is_tried_again_and_counts_once(
    server: DiscordServer, rig: Rig, fault: Cut | Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second try of one that did arrive is answered 40060, which is a success."""
    monkeypatch.setattr("discord.webhook.async_.asyncio", Hasty())  # discord.py waits a second after a 500
    ann = await prompted(rig)
    server.faults.add(CALLBACK, fault)
    assert (await ann.dm().tap("Go")).kind == "nothing"
    await rig.discord.answer(await rig.pressed(), Reply(NEXT, living=PLAYER))
    assert len(server.calls("PATCH /webhooks/**")) == 1
    assert [seen.text for seen in ann.dm().messages if "Well done" in seen.text]
    assert len(rig.all(Press)) == 1


async def test_d_03_acknowledged_before_is_a_success(server: DiscordServer, rig: Rig) -> None:
    ann = await prompted(rig)
    server.faults.add(CALLBACK, Refuse(40060))
    await ann.dm().tap("Go", wait=False)
    press = await rig.pressed()
    await server.until(lambda: bool(server.calls(CALLBACK)), "the acknowledgement")
    assert await rig.discord._reception.acks.went_well(press.receipt.split(":")[1])


async def test_d_04_a_press_from_before_a_restart_is_understood(server: DiscordServer) -> None:
    """Nothing about buttons is kept in memory."""
    async with Rig(server).running() as rig:
        ann = await prompted(rig)
        box = rig.box
    async with Rig(server, box=box).running() as rig:
        assert (await ann.dm().tap("Go")).kind == "nothing"
        assert (await rig.pressed()).action is not None


async def test_discord_py_keeps_nothing_of_what_we_send(server: DiscordServer, rig: Rig) -> None:
    ann = await prompted(rig)
    await ann.dm().tap("Go")
    await rig.discord.answer(await rig.pressed(), Reply(NEXT, living=PLAYER, notice="Hi"))
    client = rig.discord._connection._client
    assert client is not None
    store = client._connection._view_store
    assert not store._views
    assert not store._synced_message_views
    assert not store._modals
    assert list(client.persistent_views) == []


async def test_d_06_a_fault_of_ours_neither_kills_the_client_nor_loses_the_next_press(
    server: DiscordServer, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await prompted(rig)

    def broken(_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(inbound, "interaction", broken)
        assert (await ann.dm().tap("Go")).kind == "nothing"
    with monkeypatch.context() as patch:
        patch.setattr(reception, "_defer", broken)
        await ann.dm().tap("Go", wait=False)
        await rig.pressed()
    assert (await ann.dm().tap("Go")).kind == "nothing"
    await rig.pressed(2)


@pytest.mark.parametrize("custom_id", ["", "x", "~", "ask!", "ask!what", "o!" + "x" * 90, "\u202e" * 20, "go:1:\x00"])
async def test_d_06_forged_buttons_are_acknowledged(server: DiscordServer, rig: Rig, custom_id: str) -> None:
    ann = await prompted(rig)
    assert (await ann.dm().press(custom_id)).kind == "nothing"
    await server.quiet()
    assert rig.discord.ready.is_set()


async def test_a_press_that_cannot_be_stored_is_tried_again(server: DiscordServer) -> None:
    inbox = WatchedInbox()
    async with Rig(server, inbox=inbox).running() as rig:
        ann = await prompted(rig)
        inbox.failures = 5
        assert (await ann.dm().tap("Go")).kind == "nothing"
        await rig.pressed()
        assert len(rig.pauses) == 5
        assert rig.pauses[-1] > rig.pauses[0]


async def test_a_press_that_can_never_be_stored_is_given_up_after_minutes(server: DiscordServer) -> None:
    inbox = WatchedInbox()
    async with Rig(server, inbox=inbox).running() as rig:
        inbox.failures = 1000
        await server.person().dm().say("hello")
        await server.until(lambda: len(rig.pauses) == reception.STORE_TRIES, "the last try")
        assert sum(rig.pauses) > 90


async def test_d_20_what_happened_while_the_line_was_cut_comes_after_it_and_counts_once(
    server: DiscordServer, rig: Rig
) -> None:
    ann = await prompted(rig)
    server.gateway.deaf = True
    await ann.dm().tap("Go", wait=False)
    server.gateway.cut()
    assert (await rig.pressed()).address == rig.direct(ann)
    assert server.gateway.resumed == 1
    await rig.discord.ready.wait()
    assert len(server.gateway.identified) == 1


@pytest.mark.parametrize("code", [4000, 4001, 4009, 1001, 1006, 1011])
async def test_d_20_other_close_codes_are_come_back_from(server: DiscordServer, rig: Rig, code: int) -> None:
    ann = await prompted(rig)
    if code == 1006:
        server.gateway.cut()
    else:
        await server.gateway.close(code)
    await server.until(lambda: not rig.discord.ready.is_set() or server.gateway.resumed == 1, "the end")
    await server.until(lambda: server.gateway.connected, "the way back")
    await ann.dm().tap("Go")
    await rig.pressed()


async def test_d_20_asked_to_come_again_we_resume(server: DiscordServer, rig: Rig) -> None:
    await server.gateway.reconnect()
    await server.until(lambda: server.gateway.resumed == 1, "the resume")
    await server.person().dm().say("hello")
    await rig.said()


async def test_d_21_an_invalid_session_is_begun_anew_at_the_announced_gateway(server: DiscordServer, rig: Rig) -> None:
    ann = await prompted(rig)
    await server.gateway.invalidate()
    await server.until(lambda: len(server.gateway.identified) == 2, "another session")
    await server.until(lambda: server.gateway.connected, "the way back")
    await ann.dm().tap("Go")
    await rig.discord.answer(await rig.pressed(), Reply(NEXT, living=PLAYER))
    assert len([seen for seen in ann.dm().messages if "Well done" in seen.text]) == 1


async def test_d_24_a_loop_that_was_blocked_goes_on(server: DiscordServer, rig: Rig) -> None:
    ann = await prompted(rig)
    await ann.dm().tap("Go", wait=False)
    time.sleep(0.5)  # noqa: ASYNC251 - that is the fault
    await rig.pressed()
    await server.quiet()
    assert (await ann.dm().tap("Go")).kind == "nothing"


async def test_d_11_an_outage_is_not_a_goodbye(server: DiscordServer, rig: Rig) -> None:
    guild = await server.guild("Office", server.person())
    assert (await rig.heard(RoomChanged))[-1].present
    await guild.outage()
    await guild.back()
    await guild.kick_bot()
    changes = await rig.heard(RoomChanged, 2)
    assert [change.present for change in changes] == [True, False]
    assert changes[-1].address.chat == str(guild.id)
    await guild.add_bot()
    assert (await rig.heard(RoomChanged, 3))[-1].present


async def test_d_11_servers_that_we_were_in_at_the_start_are_no_news(server: DiscordServer) -> None:
    ann = server.person()
    guild = await server.guild("Office", ann)
    async with Rig(server).running() as rig:
        await ann.at(guild.channel("general")).command("today")
        await rig.said()
        assert rig.all(RoomChanged) == []


async def test_suggestions_are_answered_at_once_and_not_stored(server: DiscordServer, rig: Rig) -> None:
    found = await server.person().dm().autocomplete("drills", name="toe")
    assert [(choice.name, choice.value) for choice in found] == [("Toe yoga", "toe-yoga")]
    assert rig.inbox.kept == {}


async def test_suggestions_that_fail_leave_the_list_empty(
    server: DiscordServer, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.platforms.discord.commands.suggest", broken)
    assert await server.person().dm().autocomplete("drills", name="toe") == []


async def test_a_question_opens_a_form_and_its_answer_is_what_is_said(server: DiscordServer, rig: Rig) -> None:
    ann = server.person()
    question = Card("When?", ask=Ask(AskKind.TIME, "7:30"))
    await rig.discord.deliver(rig.direct(ann), Reply(question, living=PLAYER))
    assert (await ann.dm().tap("Type a time")).kind == "modal"
    assert not [*rig.all(Said), *rig.all(Press)]
    assert (await ann.dm().fill({"text": "8:15"})).kind == "nothing"
    said = await rig.said()
    assert said.text == "8:15"
    await rig.discord.answer(said, Reply(NEXT, living=PLAYER))
    assert [seen.text for seen in ann.dm().messages if seen.ours] == [(await ann.dm().expect("Well done")).text]


async def test_a_limit_on_acknowledgements_is_waited_for(server: DiscordServer, rig: Rig) -> None:
    """D-12: discord.py waits itself, when it may."""
    ann = await prompted(rig)
    server.faults.add(CALLBACK, Limited(0.1))
    assert (await ann.dm().tap("Go")).kind == "nothing"


async def test_d_29_two_that_send_the_same_send_it_once(server: DiscordServer) -> None:
    """Of each shard only one is told, but every one may send: the nonce is the same."""
    ann = server.person()
    async with Rig(server).running() as one, Rig(server, shards=((1,), 2)).running() as two:
        sent = await asyncio.gather(
            *(rig.discord.deliver(rig.direct(ann), Reply(CARD, key="nudge:7")) for rig in (one, two))
        )
    assert sent[0] == sent[1]
    assert len(ann.dm().messages) == 1
