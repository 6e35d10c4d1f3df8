"""How the platform begins, introduces itself and ends (T-12, T-56)."""

import asyncio

import pytest

from bot.cards import Card, PrivateLink, Reply
from bot.clock import TravelClock
from bot.platforms.telegram.connection import TokenRefused
from bot.platforms.telegram.platform import Me, Problem, Telegram, probe
from bot.words import load
from scheduler.nudge import Sent
from tests.kit.telegram import BOT_USERNAME, TOKEN, Cut, Page, Refuse, TelegramServer
from tests.kit.telegram.memory import MENU, Box, Inbox, Rig

NOT_FOUND = Page(404, body="")


async def test_the_menus_are_published_for_private_chats_and_for_groups(server: TelegramServer, rig: Rig) -> None:
    names = {scope: [entry["command"] for entry in menu] for scope, menu in server.world.commands.items()}
    assert names == {"all_private_chats": ["today", "team"], "all_group_chats": ["team"]}


async def test_a_menu_that_is_refused_does_not_stop_the_bot(server: TelegramServer) -> None:
    server.faults.add("setMyCommands", Refuse(400, "Bad Request: BOT_COMMAND_INVALID"))
    server.faults.add("setMyCommands", Cut(done=True))
    rig = Rig(server)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(rig.telegram.run())
        await server.person(7).say("/today")
        await rig.said()
        await server.until(lambda: bool(server.world.commands), "the other menu")
        assert set(server.world.commands) == {"all_group_chats"}
        task.cancel()


async def test_a_network_that_is_away_at_the_start_is_waited_for(server: TelegramServer) -> None:
    server.faults.add("getMe", Cut(), times=4)
    async with Rig(server).running() as rig:
        assert len(rig.pauses) == 4
        assert rig.telegram.username == BOT_USERNAME
        assert rig.telegram.problem is None


async def test_a_proxy_that_answers_404_at_the_start_is_not_taken_for_telegram(server: TelegramServer) -> None:
    server.faults.add("getMe", NOT_FOUND, times=3)
    async with Rig(server).running() as rig:
        assert len(rig.pauses) == 3


async def test_what_is_sent_at_once_after_the_start_waits_until_we_know_our_name(server: TelegramServer) -> None:
    """The first beat may come before Telegram has answered, and a link into the private chat is made of our name."""
    ann = server.person(7, started=False)
    group = await server.group("Team", ann)
    server.faults.add("getMe", Cut(), times=2)
    rig = Rig(server)
    link = Card("Begin", rows=((PrivateLink("Join in private", "join-42"),),))
    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(rig.telegram.deliver(rig.address(group.chat.id), Reply(link)))
        running = tasks.create_task(rig.telegram.run())
        assert isinstance(await sending, Sent)
        running.cancel()
    await ann.at(group).tap("Join in private")


@pytest.mark.parametrize("token", ["110201543:AAwrong", "110201543:" + "x" * 35])
async def test_a_token_that_telegram_does_not_know_ends_the_start_with_a_sentence(
    server: TelegramServer, token: str
) -> None:
    with pytest.raises(TokenRefused) as caught:
        await Rig(server, token=token).telegram.run()
    assert str(caught.value) == load()("telegram.token-refused")
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("token", ["", "hello", "123", ":abc", "12a:xyz", "1:a/../b", "1:a b"])
def test_what_cannot_be_a_token_is_refused_before_anything_is_sent(token: str) -> None:
    with pytest.raises(TokenRefused) as caught:
        Telegram(token, "http://127.0.0.1:1", Inbox(), Box(), load(), MENU, TravelClock().now)
    assert str(caught.value) == load()("telegram.token-malformed")


async def test_stopping_does_not_wait_for_the_poll(server: TelegramServer) -> None:
    async with Rig(server, hold=50).running():
        await server.until(lambda: server.polls._current is not None, "a poll")
        started = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - started < 2


async def test_probe_tells_who_the_bot_is_or_what_is_wrong(server: TelegramServer) -> None:
    assert await probe(TOKEN, server.url) == Me("110201543", BOT_USERNAME, reads_groups=False)
    server.world.reads_groups = True
    assert await probe(TOKEN, server.url) == Me("110201543", BOT_USERNAME, reads_groups=True)
    words = load()
    assert await probe("110201543:AAwrong", server.url) == Problem(words("telegram.token-refused"))
    assert await probe("hello", server.url) == Problem(words("telegram.token-malformed"))
    server.faults.add("getMe", Page(200))
    assert await probe(TOKEN, server.url) == Problem(words("telegram.probe-unreadable"))
    server.faults.add("getMe", Cut())
    assert await probe(TOKEN, server.url) == Problem(words("telegram.probe-unreachable"))
