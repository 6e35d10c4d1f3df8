"""How the platform begins, introduces itself, puts its commands in place, and ends (D-22, D-25, D-26, D-31)."""

import asyncio
import re
import threading
from dataclasses import replace

import discord
import pytest
from discord.gateway import DiscordWebSocket, KeepAliveHandler
from discord.http import Route

from bot.clock import TravelClock
from bot.platforms.discord import gateway
from bot.platforms.discord.connection import TokenRefused, bot_id
from bot.platforms.discord.platform import Discord, Me, Problem, probe
from bot.platforms.port import Address, CannotStart, MessageKind, Posted
from bot.words import load
from tests.bot.platforms.discord.rig import DRILLS, MENU, Rig, WatchedBox
from tests.kit.discord import TOKEN, Broken, Cut, DiscordServer, Page, Refuse
from tests.kit.discord.server import BOT_ID
from tests.kit.telegram.memory import Box, Inbox

words = load()
PLACE = (Address("discord", bot_id(TOKEN) or "", ""), "commands")


async def test_the_commands_are_put_in_place_once_however_often_we_start(server: DiscordServer) -> None:
    """D-26: 50 starts, one PUT."""
    box = WatchedBox()
    for _ in range(50):
        async with Rig(server, box=box).running():
            pass
    assert len(server.calls("PUT /applications/*/commands")) == 1
    assert {command["name"] for command in server.world.commands} == {entry.name for entry in MENU}


async def test_commands_that_have_changed_are_put_in_place_anew(server: DiscordServer) -> None:
    box = WatchedBox({PLACE: Posted("0" * 32, MessageKind.TEXT)})
    async with Rig(server, box=box).running():
        await server.until(lambda: box.posted[PLACE].message != "0" * 32, "the new fingerprint")
    assert server.commands.written == 1


async def test_commands_that_are_refused_do_not_stop_the_bot(server: DiscordServer) -> None:
    server.faults.add("PUT /applications/*/commands", Refuse(50035), times=2)
    async with Rig(server).running() as rig:
        assert len(rig.pauses) == 2
        await server.person().dm().say("hello")
        assert (await rig.said()).text == "hello"


@pytest.mark.parametrize("fault", [Cut(), Broken(503), Page(status=404), Page(status=401)], ids=repr)
async def test_a_network_that_is_away_at_the_start_is_waited_for(
    server: DiscordServer, fault: Cut | Broken | Page
) -> None:
    server.faults.add("GET /users/@me", fault, times=8)
    rig = Rig(server)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(rig.discord.run())
        await server.until(lambda: len(rig.pauses) >= 3, "three failures")
        problems = [rig.discord.problem]
        await rig.up(task)
        problems.append(rig.discord.problem)
        assert problems == [words("discord.unreachable"), None]
        task.cancel()


async def test_a_gateway_that_is_not_there_is_asked_for_again(server: DiscordServer) -> None:
    server.faults.add("GET /gateway/bot", Broken(503))
    server.faults.add("GET /gateway/bot", Page(status=200, body="[]", content_type="application/json"))
    async with Rig(server).running() as rig:
        assert len(rig.pauses) == 2


async def test_a_token_that_discord_does_not_know_ends_the_start_with_a_sentence(server: DiscordServer) -> None:
    with pytest.raises(TokenRefused) as caught:
        await Rig(server, token=TOKEN[:-1] + "x").discord.run()
    assert str(caught.value) == words("discord.token-refused")
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "token", ["", "hello", "a.b.c", "MTIz.b", "MTIz.b.c d", "YWJj.b.c", "123:abc", "MTIz..c", "é.b.c"]
)
def test_what_cannot_be_a_token_is_refused_before_anything_is_sent(token: str) -> None:
    with pytest.raises(TokenRefused) as caught:
        Discord(token, "http://127.0.0.1:1", Inbox(), Box(), words, MENU, DRILLS, TravelClock().now)
    assert str(caught.value) == words("discord.token-malformed")


def test_the_token_says_who_we_are() -> None:
    assert bot_id("MTE4NDQwMDU5MDAwMDAwMDAwMA.b.c") == "1184400590000000000"
    assert bot_id("MTIz.b.c") == "123"


@pytest.mark.parametrize(
    ("code", "sentence", "kind"),
    [
        (4004, "discord.token-refused", TokenRefused),
        (4010, "discord.shards-refused", CannotStart),
        (4011, "discord.shards-refused", CannotStart),
        (4012, "discord.api-version-refused", CannotStart),
        (4013, "discord.intents-refused", CannotStart),
        (4014, "discord.intents-refused", CannotStart),
    ],
)
async def test_close_codes_that_do_not_pass_end_the_start_with_a_sentence(
    server: DiscordServer, code: int, sentence: str, kind: type[CannotStart]
) -> None:
    """D-22: whether at once or in mid-flow."""
    server.gateway.refuse = code
    with pytest.raises(kind) as caught:
        await Rig(server).discord.run()
    assert str(caught.value) == words(sentence)
    server.gateway.refuse = None
    rig = Rig(server)
    task = asyncio.create_task(rig.discord.run())
    await rig.up(task)
    await server.gateway.close(code)
    with pytest.raises(kind, match=re.escape(words(sentence))):
        await task


async def test_nothing_privileged_is_asked_for(server: DiscordServer) -> None:
    """D-22: servers, and what is written to us directly."""
    async with Rig(server).running():
        assert server.gateway.identified[0]["intents"] == 1 << 0 | 1 << 12


async def test_as_many_shards_as_discord_recommends(server: DiscordServer) -> None:
    """D-25."""
    server.gateway.shards = 3
    async with Rig(server).running():
        assert [data["shard"] for data in server.gateway.identified] == [[0, 3], [1, 3], [2, 3]]


async def test_the_shards_that_are_set_and_the_announced_gateway(server: DiscordServer) -> None:
    server.gateway.shards = 9
    async with Rig(server, shards=((1, 2), 3)).running():
        assert [data["shard"] for data in server.gateway.identified] == [[1, 3], [2, 3]]
        assert str(DiscordWebSocket.DEFAULT_GATEWAY) == server.gateway.url


async def test_when_no_session_may_be_begun_we_wait_as_long_as_discord_says(
    server: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D-23: more than a thousand beginnings a day would cost the token."""
    ask, used_up = gateway.ask, [True]

    async def asked(client: discord.Client) -> gateway.Announced:
        announced = await ask(client)
        return replace(announced, left=0, seconds=77.0) if used_up and used_up.pop() else announced

    monkeypatch.setattr(gateway, "ask", asked)
    async with Rig(server).running() as rig:
        assert rig.pauses == [77.0]
        assert len(server.gateway.identified) == 1


async def test_a_start_that_fails_again_and_again_waits_longer_and_longer(server: DiscordServer) -> None:
    """D-23: even when every login succeeds."""
    real, tries = gateway.enter_by, 0

    def enter_by(url: str) -> None:
        nonlocal tries
        tries += 1
        real(url)
        if tries < 6:
            raise OSError("no gateway")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gateway, "enter_by", enter_by)
        async with Rig(server).running() as rig:
            waits = list(rig.pauses)
    assert len(waits) == 5
    assert waits[4] > waits[0]
    assert waits[4] >= 8


async def test_another_version_of_discord_py_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord, "__version__", "2.8.0")
    with pytest.raises(CannotStart, match=r"2\.7\.1, not 2\.8\.0"):
        gateway.use("https://discord.com/api/v10")


def test_a_slash_at_the_end_of_the_address_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", "")
    gateway.use("http://127.0.0.1:1/api/v10/")
    assert Route("GET", "/users/@me").url == "http://127.0.0.1:1/api/v10/users/@me"


async def test_stopping_does_not_wait_for_a_gateway_that_does_not_say_goodbye(
    server: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platforms.discord.client.CLOSE_SECONDS", 0.1)
    rig = Rig(server)
    loop = asyncio.get_running_loop()

    async def deaf(*_: object, **__: object) -> None:
        await asyncio.sleep(20)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(rig.discord.run())
        await rig.up(task)
        client = rig.discord._connection._client
        assert client is not None
        shard = client._AutoShardedClient__shards[0]  # type: ignore[attr-defined]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(shard.ws, "close", deaf)
            started = loop.time()
            task.cancel()
            await asyncio.wait([task])
            assert loop.time() - started < 2
    assert not rig.discord.ready.is_set()


async def test_stopping_works_while_the_gateway_is_being_looked_for(server: DiscordServer) -> None:
    """discord.py swallows a cancellation there."""
    rig = Rig(server)
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(rig.discord.run())
    await rig.up(task)
    connect = asyncio.Event()

    async def never(*_: object, **__: object) -> None:
        connect.set()
        await asyncio.Event().wait()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DiscordWebSocket, "from_client", never)
        server.gateway.cut()
        await connect.wait()
        started = loop.time()
        task.cancel()
        await asyncio.wait([task], timeout=5)
    assert task.cancelled()
    assert loop.time() - started < 2


async def test_nothing_is_left_of_a_session_that_was_only_half_begun(server: DiscordServer) -> None:
    rig = Rig(server)
    half = asyncio.Event()

    async def stuck(*_: object) -> None:
        half.set()
        await asyncio.Event().wait()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DiscordWebSocket, "identify", stuck)
        task = asyncio.create_task(rig.discord.run())
        await half.wait()
        hearts = [thread for thread in threading.enumerate() if isinstance(thread, KeepAliveHandler)]
        client = rig.discord._connection._client
        assert client is not None
        assert hearts
        assert [socket.closed for socket in client._sockets] == [False]
        task.cancel()
        await asyncio.wait([task])
    for heart in hearts:
        heart.join(5)
        assert not heart.is_alive()
    assert [socket.closed for socket in client._sockets] == [True]


async def test_probe_tells_who_the_bot_is_or_what_is_wrong(server: DiscordServer) -> None:
    url = (
        f"https://discord.com/oauth2/authorize?client_id={BOT_ID}"
        "&scope=bot+applications.commands&permissions=2252074691693568"
    )
    assert await probe(TOKEN, server.url) == Me(str(BOT_ID), "toehold", url, ())
    server.application["interactions_endpoint_url"] = "https://example.org/discord"
    warned = await probe(TOKEN, server.url)
    assert isinstance(warned, Me)
    assert warned.warnings == (words("discord.endpoint-set"),)  # D-31
    assert await probe(TOKEN[:-1] + "x", server.url) == Problem(words("discord.token-refused"))
    assert await probe("hello", server.url) == Problem(words("discord.token-malformed"))
    server.faults.add("GET /users/@me", Page(200))
    assert await probe(TOKEN, server.url) == Problem(words("discord.probe-unreadable"))
    server.faults.add("GET /users/@me", Cut(), times=2)  # aiohttp asks twice
    assert await probe(TOKEN, server.url) == Problem(words("discord.probe-unreachable"))
    assert await probe(TOKEN, "http://127.0.0.1:1/api/v10") == Problem(words("discord.probe-unreachable"))


def test_we_ask_to_be_invited_with_no_more_than_we_use() -> None:
    names = {name for name, granted in discord.Permissions(2252074691693568) if granted}
    assert names == {
        "read_messages",  # discord.py's other name for seeing a channel
        "send_messages",
        "send_messages_in_threads",
        "read_message_history",
        "attach_files",
        "pin_messages",
    }
