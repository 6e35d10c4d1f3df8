"""Who may come in: the Host, Origin, token and frame matrix of reliability X-05 and X-06, over real sockets."""

import json

import aiohttp
import pytest

from bot.platforms.local.platform import LocalChat
from tests.bot.platforms.local.client import Page, open_page
from tests.bot.platforms.local.knock import get, knock
from tests.bot.platforms.local.server import World

UPGRADE = ("Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")


# -- Host


@pytest.mark.parametrize("host", ["127.0.0.1:PORT", "localhost:PORT", "LOCALHOST:PORT", "[::1]:PORT"])
async def test_our_own_names_are_answered(chat: LocalChat, host: str) -> None:
    assert (await knock(chat, get("/", f"Host: {host}"))).startswith("HTTP/1.1 200")


@pytest.mark.parametrize(
    "host",
    [
        "evil.test",
        "evil.test:PORT",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.test:PORT",
        "127.0.0.1.evil.test:PORT",
        "0.0.0.0:PORT",
        "localhost:PORT@evil.test",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/", "/start.json", "/talk", "/static/app.js", "/nothing"])
async def test_foreign_names_get_421_whatever_they_ask_for(chat: LocalChat, host: str, path: str) -> None:
    answer = await knock(chat, get(path, f"Host: {host}"))
    assert answer.split(" ")[1] in {"421", "400"}
    assert "token" not in answer


async def test_two_hosts_or_none_are_nobody(chat: LocalChat) -> None:
    for headers in (("Host: 127.0.0.1:PORT", "Host: evil.test"), ()):
        assert (await knock(chat, get("/start.json", *headers))).split(" ")[1] in {"421", "400"}


# -- the WebSocket


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.test",
        "null",
        "http://localhost:PORT",
        "https://127.0.0.1:PORT",
        "http://127.0.0.1",
        "http://127.0.0.1:PORT/",
        "",
    ],
)
async def test_a_foreign_origin_never_gets_a_socket(chat: LocalChat, page: Page, origin: str) -> None:
    headers = (
        "Host: 127.0.0.1:PORT",
        f"Origin: {origin}",
        f"Sec-WebSocket-Protocol: toehold.1, token.{await token(page)}",
        *UPGRADE,
    )
    assert (await knock(chat, get("/talk", *headers))).startswith("HTTP/1.1 403")


async def test_no_origin_no_socket(chat: LocalChat, page: Page) -> None:
    headers = ("Host: 127.0.0.1:PORT", f"Sec-WebSocket-Protocol: toehold.1, token.{await token(page)}", *UPGRADE)
    assert (await knock(chat, get("/talk", *headers))).startswith("HTTP/1.1 403")


async def test_a_token_opens_one_socket_only(page: Page) -> None:
    used = page.start["token"]
    for protocols in (
        ["toehold.1", f"token.{used}"],
        ["toehold.1", "token.guess"],
        ["toehold.1"],
        ["token." + await token(page)],
    ):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await page.http.ws_connect(f"{page.url}/talk", protocols=protocols, origin=page.url)
        assert refused.value.status == 403


async def test_only_our_own_page_can_read_a_token(chat: LocalChat, page: Page) -> None:
    answer = await knock(chat, get("/start.json", "Host: 127.0.0.1:PORT", "Sec-Fetch-Site: cross-site"))
    assert answer.startswith("HTTP/1.1 403")
    async with page.http.get(f"{page.url}/start.json", headers={"Origin": "http://evil.test"}) as read:
        assert "Access-Control-Allow-Origin" not in read.headers
        assert read.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_plain_get_of_the_socket_is_refused(page: Page) -> None:
    async with page.http.get(f"{page.url}/talk") as answer:
        assert answer.status == 403


async def token(page: Page) -> str:
    async with page.http.get(f"{page.url}/start.json") as answer:
        return str((await answer.json())["token"])


# -- frames


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        '{"type":"say"}',
        '{"type":"erase","request":"0123456789abcdef"}',
        json.dumps({"type": "person", "request": "short", "name": "x"}),
        json.dumps({"type": "person", "request": "0123456789abcdef", "name": 5}),
        json.dumps({"type": "person", "request": "0123456789abcdef", "name": "x", "admin": True}),
        json.dumps({"type": "say", "request": "0123456789abcdef", "persona": "../p1", "chat": "team", "text": "x"}),
        json.dumps({"type": "travel", "request": "0123456789abcdef", "persona": "p1", "to": "year"}),
    ],
)
async def test_a_frame_that_is_not_ours_closes_that_connection_only(world: World, chat: LocalChat, frame: str) -> None:
    async with open_page(chat.url) as hostile, open_page(chat.url) as page:
        await hostile.socket.send_str(frame)
        with pytest.raises(ConnectionError, match="1008"):
            await hostile.expect(lambda: False)
        await page.say("/help")
        await page.expect(lambda: page.last.has("Tell me"))
    assert len(world.coach.accepted) == 1


async def test_oversized_and_binary_frames_close_the_connection(chat: LocalChat) -> None:
    async with open_page(chat.url) as page:
        await page.socket.send_str("x" * (1024 * 1024 + 1))
        with pytest.raises(ConnectionError, match="1009"):
            await page.expect(lambda: False)
    async with open_page(chat.url) as page:
        await page.socket.send_bytes(b"x")
        with pytest.raises(ConnectionError, match="1003"):
            await page.expect(lambda: False)


async def test_there_is_room_for_so_many_pages_and_no_more(chat: LocalChat, page: Page) -> None:
    async def another() -> aiohttp.ClientWebSocketResponse:
        protocols = ["toehold.1", f"token.{await token(page)}"]
        return await page.http.ws_connect(f"{page.url}/talk", protocols=protocols, origin=page.url)

    opened = [await another() for _ in range(31)]
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await another()
    assert refused.value.status == 503
    for socket in opened:
        await socket.close()
