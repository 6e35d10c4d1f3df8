"""Of several processes one is connected to the gateway; shards that are set are connected whoever's turn it is."""

import asyncio
import math
import time

from bot.cards import PLAYER, Reply
from bot.duty import Watch
from scheduler.nudge import Sent
from tests.bot.platforms.discord.rig import CARD, Rig
from tests.kit.discord import DiscordServer


def ours(watch: Watch) -> None:
    watch.prolong(math.inf)
    watch.begin()


async def test_the_gateway_is_ours_while_it_is_our_turn_and_again_with_the_next(server: DiscordServer) -> None:
    watch = Watch("discord", time.monotonic)
    rig = Rig(server, turn=watch)
    ann = server.person("Ann")
    async with asyncio.TaskGroup() as group:
        task = group.create_task(rig.discord.run())
        for _ in range(20):
            await asyncio.sleep(0)
        assert server.gateway.identified == []
        assert rig.discord.problem is None, "to stand by is no trouble"
        for turns in (1, 2):
            ours(watch)
            await server.until(lambda turns=turns: len(server.gateway.identified) == turns, "the gateway")  # type: ignore[misc]
            await server.until(rig.discord.ready.is_set, "to be ready")
            assert isinstance(await rig.discord.deliver(rig.direct(ann), Reply(CARD, living=PLAYER)), Sent)
            watch.end("lease.lost")
            await server.until(lambda: not rig._connected(), "the goodbye")
        assert not task.done()
        task.cancel()


async def test_shards_that_are_set_are_connected_whoevers_turn_it_is(server: DiscordServer) -> None:
    async with Rig(server, shards=((0,), 1), turn=Watch("discord", time.monotonic)).running() as rig:
        assert len(server.gateway.identified) == 1
        ann = server.person("Ann")
        assert isinstance(await rig.discord.deliver(rig.direct(ann), Reply(CARD, living=PLAYER)), Sent)
