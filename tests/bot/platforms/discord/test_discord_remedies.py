"""Limits, cut connections and requests that never end (D-09, D-12, D-13, D-15 to D-18; reliability, facts 9 to 11)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.cards import PLAYER, Reply
from bot.platforms.discord import connection, platform
from bot.platforms.discord.connection import Connection
from bot.platforms.discord.errors import NO_ANSWER, Fault, Meaning
from bot.platforms.discord.gateway import who_am_i
from bot.platforms.discord.platform import Wedged
from bot.words import load
from scheduler.nudge import Gone, Later, Sent, Unknown
from tests.bot.platforms.discord.rig import CARD, NEXT, Hasty, Rig
from tests.kit.discord import Broken, Cut, DiscordServer, Hang, Limited, RateLimits, Slow

SENDS = "POST /channels/*/messages"
words = load()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discord.http.asyncio", Hasty())


@pytest.fixture
async def rig(server: DiscordServer) -> AsyncIterator[Rig]:
    async with Rig(server).running() as rig:
        yield rig


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(
    "fault", [Cut(), Cut(done=True), Cut(reset=True), Broken(503), Broken(503, done=True)], ids=repr
)
async def test_d_16_a_send_whose_outcome_nobody_saw_is_made_again_and_shown_once(
    server: DiscordServer, rig: Rig, fault: Cut | Broken, times: int
) -> None:
    ann = server.person()
    server.faults.add(SENDS, fault, times=times)
    outcome = await rig.discord.deliver(rig.direct(ann), Reply(CARD, living=PLAYER, key="nudge:1"))
    assert outcome == Sent(str(ann.dm().last.id))
    assert len(ann.dm().messages) == 1
    assert len({call.body["nonce"] for call in server.calls(SENDS)}) == 1
    assert all(call.body["enforce_nonce"] for call in server.calls(SENDS))


@pytest.mark.parametrize("fault", [Cut(done=True), Broken(503, done=True)], ids=repr)
async def test_d_16_an_answer_without_a_key_is_shown_once_too(
    server: DiscordServer, rig: Rig, fault: Cut | Broken
) -> None:
    ann = server.person()
    await ann.dm().say("hello")
    server.faults.add(SENDS, fault)
    await rig.discord.answer(await rig.said(), Reply(CARD))
    assert len([seen for seen in ann.dm().messages if seen.ours]) == 1


@pytest.mark.parametrize("status", [500, 502, 504, 524])
async def test_d_15_discord_py_itself_tries_again_with_the_same_nonce(
    server: DiscordServer, rig: Rig, hasty: None, status: int
) -> None:
    ann = server.person()
    server.faults.add(SENDS, Broken(status, done=True), times=4)
    assert isinstance(await rig.discord.deliver(rig.direct(ann), Reply(CARD)), Sent)
    assert len(ann.dm().messages) == 1


async def test_d_18_a_doubtful_prompt_is_the_same_message_when_it_is_sent_again(
    server: DiscordServer, rig: Rig
) -> None:
    """As after a crash between sending and recording: within Discord's minutes, and later."""
    ann = server.person()
    reply = Reply(CARD, living=PLAYER, key="nudge:1")
    server.faults.add(SENDS, Cut(done=True), times=3)
    assert isinstance(await rig.discord.deliver(rig.direct(ann), reply), Unknown)
    assert len(ann.dm().messages) == 1
    outcome = await rig.discord.deliver(rig.direct(ann), Reply(CARD, living=PLAYER, key="nudge:1", again=True))
    assert outcome == Sent(str(ann.dm().last.id))
    assert len(ann.dm().messages) == 1


async def test_d_18_where_nobody_can_look_nothing_is_sent_again(server: DiscordServer, rig: Rig) -> None:
    ann = server.person()
    await rig.discord.deliver(rig.direct(ann), Reply(CARD, key="nudge:1"))
    server.faults.add("GET /channels/*/messages", Broken(503), times=3)
    outcome = await rig.discord.deliver(rig.direct(ann), Reply(CARD, key="nudge:1", again=True))
    assert outcome == Later(5, "not-searched")
    assert len(server.calls(SENDS)) == 1


async def test_d_12_a_full_bucket_is_waited_for_and_nobody_else_waits(server: DiscordServer, rig: Rig) -> None:
    server.limits = RateLimits(channel=1, channel_seconds=0.3)
    ann, ben = server.person(), server.person("Ben")
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(rig.discord.deliver(rig.direct(ann), Reply(CARD)))
        await rig.discord.deliver(rig.direct(ben), Reply(CARD))
        assert len(ann.dm().messages) < 3
    assert len(ann.dm().messages) == 3


async def test_d_13_a_send_that_is_cancelled_in_a_global_limit_wedges_nothing(server: DiscordServer, rig: Rig) -> None:
    """Without the shield every later request of the process would wait for ever."""
    ann, ben = server.person(), server.person("Ben")
    await rig.discord.deliver(rig.direct(ann), Reply(CARD))
    server.faults.add(SENDS, Limited(0.3, everywhere=True))
    sending = asyncio.create_task(rig.discord.deliver(rig.direct(ann), Reply(NEXT)))
    await server.until(lambda: len(server.calls(SENDS)) == 2, "the limit")
    await asyncio.sleep(0.05)  # discord.py has read the answer and sleeps
    sending.cancel()
    await asyncio.wait([sending])
    assert sending.cancelled()
    async with asyncio.timeout(5):
        assert isinstance(await rig.discord.deliver(rig.direct(ben), Reply(CARD)), Sent)
    await ann.dm().expect("Well done")  # the call went on by itself


async def test_d_13_without_the_shield_discord_py_would_be_wedged(server: DiscordServer, rig: Rig) -> None:
    """If this fails, discord.py has been mended, and the shield may go."""
    client = rig.discord._connection._client
    assert client is not None
    server.faults.add("GET /users/@me", Limited(0.2, everywhere=True))
    bare = asyncio.create_task(who_am_i(client))
    await server.until(lambda: len(server.calls("GET /users/@me")) == 2, "the limit")
    await asyncio.sleep(0.05)
    bare.cancel()
    await asyncio.wait([bare])
    result = await rig.discord._connection.call(who_am_i, 0.5)
    assert result == Fault(Meaning.UNKNOWN, NO_ANSWER)


async def test_d_13_the_watch_ends_a_process_that_is_wedged(
    server: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "WATCH_SECONDS", 0.05)
    rig = Rig(server)
    task = asyncio.create_task(rig.discord.run())
    await rig.up(task)
    await server.until(lambda: len(server.calls("GET /users/@me")) >= 3, "the watch")
    monkeypatch.setattr(connection, "PATIENCE_SECONDS", 0.2)
    client = rig.discord._connection._client
    assert client is not None
    client.http._global_over.clear()
    with pytest.raises(Wedged) as caught:
        await task
    assert str(caught.value) == words("discord.wedged")


async def test_d_13_the_watch_minds_no_ordinary_fault(server: DiscordServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "WATCH_SECONDS", 0.01)
    async with Rig(server).running() as rig:
        server.faults.add("GET /users/@me", Broken(503), times=3)
        await server.until(lambda: len(server.calls("GET /users/@me")) > 6, "some looks")
        assert rig.discord.ready.is_set()


async def test_d_17_a_request_that_hangs_is_unknown_after_a_minute_and_goes_on(
    server: DiscordServer, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben = server.person(), server.person("Ben")
    await rig.discord.deliver(rig.direct(ben), Reply(CARD))
    await rig.discord.deliver(rig.direct(ann), Reply(CARD))
    monkeypatch.setattr(connection, "PATIENCE_SECONDS", 0.2)
    server.faults.add(f"POST /channels/{ann.dm().channel.id}/messages", Slow(before=0.6))
    outcome, other = await asyncio.gather(
        rig.discord.deliver(rig.direct(ann), Reply(NEXT, key="nudge:1")),
        rig.discord.deliver(rig.direct(ben), Reply(NEXT)),
    )
    assert outcome == Unknown(NO_ANSWER)
    assert isinstance(other, Sent)
    await ann.dm().expect("Well done")
    assert len(ann.dm().messages) == 2


async def test_d_17_at_most_four_deliveries_are_under_way(server: DiscordServer, rig: Rig) -> None:
    people = [server.person(f"P{number}") for number in range(10)]
    server.faults.add(SENDS, Hang(), times=4)
    tasks = [asyncio.create_task(rig.discord.deliver(rig.direct(person), Reply(CARD))) for person in people]
    await server.until(lambda: len(server.calls("POST /users/@me/channels")) == 4, "the first four")
    await asyncio.sleep(0.1)
    assert len(server.calls("POST /users/@me/channels")) == 4
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_d_09_a_closed_private_chat_is_gone_until_the_person_comes_back(server: DiscordServer, rig: Rig) -> None:
    ann = server.person()
    ann.dms_closed = True
    assert await rig.discord.deliver(rig.direct(ann), Reply(CARD)) == Gone("dm-closed")
    ann.dms_closed = False
    assert isinstance(await rig.discord.deliver(rig.direct(ann), Reply(CARD)), Sent)
    ann.mutual = False
    assert await rig.discord.deliver(rig.direct(ann), Reply(CARD)) == Gone("dm-closed")


async def test_what_is_answered_before_the_login_waits_for_it(server: DiscordServer) -> None:
    """What was left in the inbox is worked at once after a start."""
    ann = server.person()
    async with Rig(server).running() as rig:
        await ann.dm().say("hello")
        said = await rig.said()
    rig = Rig(server, box=rig.box)
    async with asyncio.TaskGroup() as group:
        answering = group.create_task(rig.discord.answer(said, Reply(CARD)))
        await asyncio.sleep(0)
        running = group.create_task(rig.discord.run())
        await answering
        running.cancel()
    await ann.dm().expect("Time to practise")


async def test_what_is_under_way_when_we_stop_ends_with_a_fault(server: DiscordServer) -> None:
    ann = server.person()
    rig = Rig(server)
    task = asyncio.create_task(rig.discord.run())
    await rig.up(task)
    server.faults.add(SENDS, Hang())
    sending = asyncio.create_task(rig.discord.deliver(rig.direct(ann), Reply(CARD)))
    await server.until(lambda: bool(server._busy), "the request")
    await server.until(lambda: bool(server.calls("POST /users/@me/channels")) and bool(server._busy), "the send")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "PATIENCE_SECONDS", 0.3)
        task.cancel()
        await asyncio.wait([task])
        sending.cancel()
        await asyncio.wait([sending])
    assert isinstance(rig.discord._connection, Connection)
    assert rig.discord._connection._calls == set()
