"""Of several processes one asks for updates; what is sent when is no business of the transport."""

import asyncio
import math
import time

from bot.cards import Card, Place, Reply
from bot.duty import Watch
from scheduler.nudge import Sent
from tests.kit.telegram import TelegramServer
from tests.kit.telegram.memory import Rig


def ours(watch: Watch) -> None:
    watch.prolong(math.inf)
    watch.begin()


async def test_updates_are_asked_for_while_it_is_our_turn_and_never_by_two(server: TelegramServer) -> None:
    watches = [Watch("telegram", time.monotonic) for _ in range(2)]
    rigs = [Rig(server, turn=watch) for watch in watches]
    ann = server.person(7)
    async with rigs[0].running(), rigs[1].running():
        assert server.polls._current is None
        for turn in range(4):
            rig, watch = rigs[turn % 2], watches[turn % 2]
            ours(watch)
            await ann.say(f"hello {turn}")
            assert (await rig.said(turn // 2 + 1)).text == f"hello {turn}"
            assert rig.telegram.problem is None
            watch.end("lease.lost")
            await server.until(lambda: server.polls._current is None, "the end of the poll")
        for _ in range(20):
            await asyncio.sleep(0)
        assert server.polls._current is None
    assert [call.error for call in server.calls("getUpdates") if call.error] == []


async def test_a_menu_and_a_message_need_no_turn(server: TelegramServer) -> None:
    server.person(7)
    async with Rig(server, turn=Watch("telegram", time.monotonic)).running() as rig:
        outcome = await rig.telegram.deliver(rig.address(7), Reply(Card("Hello"), Place.NEW))
        assert isinstance(outcome, Sent)
