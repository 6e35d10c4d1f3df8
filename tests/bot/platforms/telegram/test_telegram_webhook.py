"""Updates that are brought: stored before the 200, from nobody but Telegram, harmless whatever they are (T-43, X-02, X-03)."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

from bot.platforms.port import Said, Unreadable
from bot.platforms.telegram import webhook
from bot.platforms.telegram.inbound import ALLOWED_UPDATES
from bot.platforms.telegram.webhook import BODY_MAX, SECRET_HEADER, CannotListen, Hook
from bot.words import load
from tests.kit.telegram import Refuse, TelegramServer
from tests.kit.telegram.memory import Rig

SECRET = "s3cret_-canary"
HOOK = Hook("https://bot.example.org/telegram", SECRET, port=0)
UPDATE = {
    "update_id": 9,
    "message": {
        "message_id": 1,
        "date": 1,
        "chat": {"id": 7, "type": "private"},
        "from": {"id": 7, "is_bot": False, "first_name": "Ann"},
        "text": "/today",
    },
}


@pytest.fixture
async def rig(server: TelegramServer) -> AsyncIterator[Rig]:
    async with Rig(server, hook=HOOK).running() as rig:
        await server.until(lambda: server.polls.webhook != "", "the webhook")
        server.hooks.base = f"http://127.0.0.1:{rig.telegram.webhook_port}"
        yield rig


async def post(
    rig: Rig, body: object, secret: str | None = SECRET, path: str = "/telegram", **headers: str
) -> tuple[int, str]:
    """The status and the body of the answer."""
    told = {"Content-Type": "application/json", **headers}
    if secret is not None:
        told[SECRET_HEADER] = secret
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    url = f"http://127.0.0.1:{rig.telegram.webhook_port}{path}"
    async with aiohttp.ClientSession() as http, http.post(url, data=data, headers=told) as answer:
        return answer.status, await answer.text()


async def test_telegram_is_told_where_to_come_what_to_bring_and_how_to_prove_itself(
    server: TelegramServer, rig: Rig
) -> None:
    [call] = server.calls("setWebhook")
    assert call.params["url"] == HOOK.url
    assert call.params["secret_token"] == SECRET
    assert json.loads(call.params["allowed_updates"]) == list(ALLOWED_UPDATES)
    assert call.params["max_connections"] == "40"
    assert "drop_pending_updates" not in call.params
    assert not server.calls("getUpdates")
    assert SECRET not in repr(rig.telegram) + repr(HOOK)


async def test_what_telegram_brings_is_understood(server: TelegramServer, rig: Rig) -> None:
    await server.person(7).say("/today")
    assert (await rig.said()).text == "/today"
    await server.until(lambda: not server.world.waiting(), "the confirmation")
    assert [brought.status for brought in server.hooks.history] == [200]


async def test_a_200_means_stored(server: TelegramServer, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    go, real = asyncio.Event(), rig.inbox.accept

    async def slow(*args: Any) -> None:
        await go.wait()
        await real(*args)

    monkeypatch.setattr(rig.inbox, "accept", slow)
    asking = asyncio.create_task(post(rig, UPDATE))
    await asyncio.sleep(0.05)
    assert not asking.done()
    go.set()
    assert await asking == (200, "")
    assert list(rig.inbox.kept) == ["9"]


async def test_while_the_store_is_down_telegram_repeats_and_nothing_of_that_person_overtakes(
    server: TelegramServer, rig: Rig
) -> None:
    ann, ben = server.person(7), server.person(8)
    rig.inbox.failures = 3
    await ann.say("one")
    await server.until(lambda: len(server.hooks.history) == 1, "the first attempt")
    await ann.say("two")
    for attempt, delay in enumerate((1, 2), 2):
        server.advance(delay)
        await server.notify()
        await server.until(lambda attempt=attempt: len(server.hooks.history) == attempt, "the next attempt")  # type: ignore[misc]
    assert rig.telegram.problem == load()("telegram.not-stored")
    await ben.say("other")
    assert [said.text for said in await rig.heard(Said)] == ["other"]
    server.advance(4)
    await server.notify()
    assert [said.text for said in await rig.heard(Said, 3)] == ["other", "one", "two"]
    await server.until(lambda: not server.world.waiting(), "the confirmation")
    assert [brought.status for brought in server.hooks.history] == [503, 503, 503, 200, 200, 200]
    assert rig.telegram.problem is None


@pytest.mark.parametrize("secret", [None, "", "s3cret_-canarx", SECRET + "x", SECRET.upper(), "é" * 14, "\udce9"])
async def test_a_forged_update_is_refused_unread(rig: Rig, secret: str | None) -> None:
    told = None if secret is None else secret
    if told is not None and not told.isascii():
        told = told.encode("utf-8", "surrogateescape").decode("latin-1")
    assert (await post(rig, UPDATE, told))[0] == 403
    assert rig.inbox.batches == []


async def test_a_replayed_update_is_known(rig: Rig) -> None:
    for _ in range(3):
        assert await post(rig, UPDATE) == (200, "")
    assert list(rig.inbox.kept) == ["9"]


async def test_an_oversized_body_is_refused(rig: Rig) -> None:
    big = {**UPDATE, "pad": "x" * BODY_MAX}
    assert (await post(rig, big))[0] == 413
    assert rig.inbox.batches == []
    assert (await post(rig, {**UPDATE, "pad": "x" * (BODY_MAX - 1000)}))[0] == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/octet-stream"])
async def test_nothing_but_json_is_taken(rig: Rig, kind: str) -> None:
    assert (await post(rig, UPDATE, **{"Content-Type": kind}))[0] == 415
    assert (await post(rig, UPDATE, **{"Content-Type": "application/json; charset=utf-8"}))[0] == 200


@pytest.mark.parametrize(
    ("path", "status"), [("/", 404), ("/telegram/", 404), ("/telegram/../telegram", 200), ("/%74elegram", 200)]
)
async def test_only_the_path_of_the_public_address_is_served(rig: Rig, path: str, status: int) -> None:
    assert (await post(rig, UPDATE, path=path))[0] == status
    page = f"http://127.0.0.1:{rig.telegram.webhook_port}/telegram"
    async with aiohttp.ClientSession() as http, http.get(page) as answer:
        assert answer.status == 405


GARBAGE: dict[str, bytes] = {
    "nothing": b"",
    "not JSON": b"{",
    "not UTF-8": b'"\xff\xfe"',
    "a list": b"[]",
    "no number": b'{"message": {}}',
    "a text as its number": b'{"update_id": "9"}',
    "a boolean as its number": b'{"update_id": true}',
    "a number that no column holds": b'{"update_id": 1' + b"0" * 100 + b"}",
    "a number of a million digits": b'{"update_id": ' + b"1" * 900_000 + b"}",
    "deep": b'{"update_id": 1, "a": ' + b"[" * 400_000 + b"]" * 400_000 + b"}",
}


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
async def test_garbage_with_the_right_secret_is_dropped_and_blocks_nobody(
    rig: Rig, body: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    assert await post(rig, body) == (200, "")
    assert rig.inbox.batches == []
    said = capfd.readouterr()
    assert max((len(line) for line in (said.out + said.err).splitlines()), default=0) < 400
    assert await post(rig, UPDATE) == (200, "")


@pytest.mark.parametrize(
    "shape", [{"message": []}, {"message": {"chat": {"id": 10**50}}}, {"x": {"from": {"id": "7"}}}]
)
async def test_an_update_of_a_wrong_shape_is_stored_and_put_aside_later(rig: Rig, shape: Mapping[str, Any]) -> None:
    assert await post(rig, {"update_id": 5, **shape}) == (200, "")
    [kept] = rig.inbox.kept.values()
    assert len(kept.lane) < 64
    with suppress(Unreadable):
        assert rig.telegram.understand(kept) is None


async def test_a_body_that_trickles_in_is_not_waited_for(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "BODY_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", rig.telegram.webhook_port)
    head = f"POST /telegram HTTP/1.1\r\nHost: x\r\n{SECRET_HEADER}: {SECRET}\r\n"
    writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{".encode())
    assert b" 408 " in await reader.readline()
    writer.close()
    assert rig.inbox.batches == []


async def test_a_webhook_that_telegram_will_not_take_is_a_sentence_and_tried_again(server: TelegramServer) -> None:
    server.faults.add("setWebhook", Refuse(400, "Bad Request: bad webhook: Failed to resolve host"), times=4)
    rig, problems = Rig(server, hook=HOOK), []
    real = rig.telegram._receiver._pause

    async def pause(seconds: float) -> None:
        problems.append(rig.telegram.problem)
        await real(seconds)

    rig.telegram._receiver._pause = pause
    async with rig.running():
        async with asyncio.timeout(30):
            while rig.telegram.problem is not None or not server.polls.webhook:  # noqa: ASYNC110 - the answer is under way
                await asyncio.sleep(0.01)
    sentence = load()("telegram.webhook-not-set")
    assert problems[:4] == [None, None, sentence, sentence]


async def test_a_port_that_is_taken_ends_the_start_with_a_sentence(server: TelegramServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        rig = Rig(server, hook=Hook(HOOK.url, SECRET, port=port))
        with pytest.raises(CannotListen, match=str(port)):
            await rig.telegram.run()


async def test_a_poller_that_comes_after_a_webhook_removes_it_and_gets_what_waits(server: TelegramServer) -> None:
    async with Rig(server, hook=HOOK).running():
        await server.until(lambda: server.polls.webhook != "", "the webhook")
        await server.person(7).say("/today")
    async with Rig(server).running() as rig:
        assert (await rig.said()).text == "/today"
