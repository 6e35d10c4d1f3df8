"""While Telegram does not answer: deliveries stop, answers still try, somebody is told, and all is well afterwards."""

import pytest

from bot.cards import Card, Reply
from bot.platforms.breaker import FAILURES, PROBE_SECONDS
from bot.platforms.port import Account, Said, Sender
from bot.words import load
from scheduler.nudge import Later, Sent, Unknown
from tests.kit.telegram import Cut, Page, Refuse, TelegramServer
from tests.kit.telegram.faults import Fault
from tests.kit.telegram.memory import Rig

PROMPT = Reply(Card("x"))
BOARD = Reply(Card("board"), living="board:1")
DOWN = load()("telegram.deliveries-wait")


def problem(rig: Rig) -> str | None:
    return rig.telegram.problem


@pytest.mark.parametrize("fault", [Cut(), Page(502), Page(200)], ids=["cut", "bad gateway", "sign-in page"])
async def test_after_some_failures_deliveries_stop_and_a_success_lets_them_go_on(
    server: TelegramServer, rig: Rig, fault: Fault
) -> None:
    for number in range(7, 20):
        server.person(number)
    server.faults.add("sendMessage", fault, times=FAILURES)
    for number in range(FAILURES):
        assert problem(rig) is None
        assert isinstance(await rig.telegram.deliver(rig.address(7 + number), PROMPT), Unknown)
    assert problem(rig) == DOWN
    calls = len(server.calls("sendMessage"))
    for reply in (await rig.telegram.deliver(rig.address(15), PROMPT), await rig.telegram.show(rig.address(16), BOARD)):
        assert isinstance(reply, Later)
        assert (reply.reason, reply.everyone) == ("network-down", True)
    assert len(server.calls("sendMessage")) == calls
    server.advance(PROBE_SECONDS)
    assert isinstance(await rig.telegram.deliver(rig.address(15), PROMPT), Sent)
    assert problem(rig) is None
    assert isinstance(await rig.telegram.deliver(rig.address(16), PROMPT), Sent)


async def test_answers_still_try_and_the_first_that_arrives_ends_it(server: TelegramServer, rig: Rig) -> None:
    for number in range(7, 20):
        server.person(number)
    server.faults.add("sendMessage", Cut(), times=FAILURES)
    for number in range(FAILURES):
        await rig.telegram.deliver(rig.address(7 + number), PROMPT)
    assert problem(rig) == DOWN
    said = Said(Sender(Account("telegram", rig.telegram.bot, "15"), "Ann"), rig.address(15), True, "/today", "1")
    await rig.telegram.answer(said, PROMPT)
    assert problem(rig) is None
    assert isinstance(await rig.telegram.deliver(rig.address(16), PROMPT), Sent)


async def test_refusals_are_answers(server: TelegramServer, rig: Rig) -> None:
    server.person(7)
    server.faults.add("sendMessage", Refuse(403, "Forbidden: bot was blocked by the user"), times=2 * FAILURES)
    for _ in range(2 * FAILURES):
        await rig.telegram.deliver(rig.address(7), PROMPT)
    assert problem(rig) is None
