"""Who waits for whom: order within a chat, limits over all, and flood control."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bot.actions import Screen, Show
from bot.cards import Button, Card, Reply
from bot.platforms.port import Account, Press, Said, Sender
from bot.platforms.telegram.limits import ANSWERS_IN_FLIGHT, BURST, CHAT, TOTAL
from scheduler.nudge import Later, Sent
from tests.kit.telegram import FloodControl, Refuse, TelegramServer
from tests.kit.telegram.memory import Rig
from tests.kit.telegram.server import START


def said_by(rig: Rig, number: int) -> Said:
    sender = Sender(Account("telegram", rig.telegram.bot, str(number)), "Ann")
    return Said(sender, rig.address(number), private=True, text="/today", message="1")


async def test_answers_to_one_chat_keep_their_order_and_other_chats_do_not_wait(
    server: TelegramServer, rig: Rig
) -> None:
    ann, ben = server.person(7), server.person(8)
    server.faults.add("sendMessage", Refuse(429, "Too Many Requests: retry after 9", {"retry_after": 9}))
    async with asyncio.TaskGroup() as group:
        for text in ("one", "two", "three"):
            group.create_task(rig.telegram.answer(said_by(rig, 7), Reply(Card(text))))
        group.create_task(rig.telegram.deliver(rig.address(8), Reply(Card("for Ben"))))
    assert [message.text for message in ann.messages] == ["one", "two", "three"]
    assert [message.text for message in ben.messages] == ["for Ben"]
    calls = [(call.params["chat_id"], call.at - START.timestamp()) for call in server.calls("sendMessage")]
    assert [at for chat, at in calls if chat == "8"] == [0]
    assert [at for chat, at in calls if chat == "7"] == pytest.approx([0, 9, 9 + CHAT.seconds, 9 + 2 * CHAT.seconds])


async def test_no_more_than_eight_answers_are_on_the_wire_and_prompts_do_not_take_their_place(
    server: TelegramServer, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy: list[int] = []
    real = server.methods.call

    def call(method: str, params: Mapping[str, Any]) -> object:
        busy.append(sum(now.values()) if int(params["chat_id"]) >= 100 else 0)
        return real(method, params)

    now: dict[int, int] = {}
    work = server._work

    async def count(method: str, params: Mapping[str, Any]) -> Any:
        chat = int(params.get("chat_id", 0))
        now[chat] = chat >= 100
        await asyncio.sleep(0.02)
        try:
            return await work(method, params)
        finally:
            now[chat] = False

    monkeypatch.setattr(server, "_work", count)
    monkeypatch.setattr(server.methods, "call", call)
    for number in (*range(1, 25), *range(100, 124)):
        server.person(number)
    async with asyncio.TaskGroup() as group:
        for number in range(1, 25):
            group.create_task(rig.telegram.deliver(rig.address(number), Reply(Card("x"))))
        for number in range(100, 124):
            group.create_task(rig.telegram.answer(said_by(rig, number), Reply(Card("x"))))
    assert len(server.calls("sendMessage")) == 48
    assert max(busy) <= ANSWERS_IN_FLIGHT


async def test_a_burst_of_prompts_never_meets_the_flood_control_and_answers_go_first(
    server: TelegramServer, rig: Rig
) -> None:
    server.flood = FloodControl(server.clock)
    people = range(1000, 1150)
    for number in (*people, 7, 8):
        server.person(number)
    posted = await rig.telegram.deliver(rig.address(8), Reply(Card("One", rows=((Button("Go", Show(Screen.TODAY)),),))))
    assert isinstance(posted, Sent)
    server.advance(60)
    began = server.clock()
    async with asyncio.TaskGroup() as group:
        for number in people:
            group.create_task(rig.telegram.deliver(rig.address(number), Reply(Card("x"))))
        await server.until(lambda: len(server.calls("sendMessage")) > 25, "a burst under way")
        asked = server.clock()
        await rig.telegram.answer(said_by(rig, 7), Reply(Card("An answer")))
        answered = server.clock()
        press = Press(said_by(rig, 8).sender, rig.address(8), True, Show(Screen.TODAY), posted.message_id)
        await rig.telegram.answer(press, Reply(Card("Two")))
        edited = server.clock()
    assert server.flood.refused == 0
    assert answered - asked <= 2 * BURST.seconds
    assert edited - answered <= BURST.seconds  # an edit stands in nobody's line
    assert server.clock() - began == pytest.approx(len(people) / TOTAL, abs=1.0)


async def test_quick_taps_are_answered_as_fast_as_they_come(server: TelegramServer, rig: Rig) -> None:
    server.flood = FloodControl(server.clock)
    server.person(7)
    posted = await rig.telegram.deliver(rig.address(7), Reply(Card("0", rows=((Button("Go", Show(Screen.TODAY)),),))))
    assert isinstance(posted, Sent)
    press = Press(said_by(rig, 7).sender, rig.address(7), True, Show(Screen.TODAY), posted.message_id)
    began = server.clock()
    for number in (1, 2, 3):
        await rig.telegram.answer(press, Reply(Card(f"{number}")))
    assert len(server.calls("editMessageText")) == 3
    assert (server.clock() - began, server.flood.refused) == (0, 0)


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
