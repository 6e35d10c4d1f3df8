"""Who waits for whom: order within a chat, limits over all, and flood control."""

import asyncio
from collections.abc import Mapping

import pytest

from bot.actions import Screen, Show
from bot.cards import Button, Card, Reply
from bot.platforms.port import Account, Said, Sender
from scheduler.nudge import Later, Sent
from tests.kit.telegram import Refuse, Slow, TelegramServer
from tests.kit.telegram.memory import Rig


async def test_answers_to_one_chat_keep_their_order_and_other_chats_do_not_wait(
    server: TelegramServer, rig: Rig
) -> None:
    ann, ben = server.person(7), server.person(8)
    hold = asyncio.Event()
    server.faults.add("sendMessage", Refuse(429, "Too Many Requests: retry after 9", {"retry_after": 9}))
    pauses = rig.pauses

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        await hold.wait()

    rig.telegram._outbound._pause = pause
    await ann.say("/today")
    said = await rig.said()
    async with asyncio.TaskGroup() as group:
        for text in ("one", "two", "three"):
            group.create_task(rig.telegram.answer(said, Reply(Card(text))))
        await server.until(lambda: bool(server.calls("sendMessage")), "the refusal")
        assert isinstance(await rig.telegram.deliver(rig.address(8), Reply(Card("for Ben"))), Sent)
        assert [message.text for message in ann.messages if message.ours] == []
        hold.set()
    assert [message.text for message in ann.messages if message.ours] == ["one", "two", "three"]
    assert [message.text for message in ben.messages] == ["for Ben"]
    assert 9 in pauses


@pytest.mark.parametrize(("way", "cap"), [("deliver", 4), ("answer", 8)])
async def test_no_more_than_four_deliveries_and_eight_answers_are_on_the_wire(
    server: TelegramServer, rig: Rig, monkeypatch: pytest.MonkeyPatch, way: str, cap: int
) -> None:
    busy: list[int] = []
    real = server.methods.call

    def call(method: str, params: Mapping[str, object]) -> object:
        busy.append(server._busy)
        return real(method, params)

    monkeypatch.setattr(server.methods, "call", call)
    server.faults.add("sendMessage", Slow(0.03), times=24)
    async with asyncio.TaskGroup() as group:
        for number in range(100, 124):
            person, address = server.person(number), rig.address(number)
            sender = Sender(Account("telegram", rig.telegram.bot, str(number)), person.first_name)
            if way == "deliver":
                group.create_task(rig.telegram.deliver(address, Reply(Card("x"))))
            else:
                said = Said(sender, address, private=True, text="/today", message="1")
                group.create_task(rig.telegram.answer(said, Reply(Card("x"))))
    assert len(server.calls("sendMessage")) == 24
    assert max(busy) == cap


async def test_a_chat_that_must_wait_for_long_still_gets_its_taps_answered(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7)
    one = Card("One", rows=((Button("Go", Show(Screen.TODAY)),),))
    await rig.telegram.deliver(rig.address(7), Reply(one))
    await ann.tap("Go", wait=False)
    press = await rig.pressed()
    server.faults.add("sendMessage", Refuse(429, "Too Many Requests: retry after 300", {"retry_after": 300}))
    assert await rig.telegram.deliver(rig.address(7), Reply(Card("x"))) == Later(300, "flood")
    await rig.telegram.answer(press, Reply(Card("Two"), notice="Counted"))
    assert ann.last.text == "One"
    assert [call.result for call in server.calls("answerCallbackQuery")] == [True]
    assert not server.calls("editMessageText")
