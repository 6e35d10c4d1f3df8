"""Where the chat listens and who gets a cookie (reliability X-04, X-07); ports that are taken; the end of the server."""

import io
import json

import aiohttp
import pytest

from bot.platforms.local.platform import CannotListen, LocalChat, PortTaken
from bot.words import load
from tests.bot.platforms.local.client import Page
from tests.bot.platforms.local.coach import Clock, ScriptedCoach
from tests.bot.platforms.local.knock import get, knock
from tests.bot.platforms.local.memory import MemoryPostbox, MemoryTranscript
from tests.bot.platforms.local.scenes import MENU
from tests.bot.platforms.local.server import World, serving

SECRET = "a-long-access-token-that-was-printed"


# -- other hosts and the access token


async def test_a_host_that_others_reach_needs_a_token(world: World) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.7", "my-computer"):
        with pytest.raises(ValueError, match="access token"):
            async with serving(world, host=host):
                pass


async def test_with_a_token_nothing_is_told_without_it(world: World) -> None:
    async with serving(world, access_token=SECRET) as chat, aiohttp.ClientSession() as http:
        url = chat.url.partition("#")[0].rstrip("/")
        assert chat.url.endswith(f"/#access={SECRET}")
        async with http.get(f"{url}/start.json") as answer:
            assert answer.status == 401
        for protocols in (["toehold.1", "token.x"], ["toehold.1"]):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await http.ws_connect(f"{url}/talk", protocols=protocols, origin=url)


async def test_the_right_token_gives_a_cookie_that_opens_the_page_and_survives_a_restart(world: World) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with serving(world, access_token=SECRET) as chat:
            url = chat.url.partition("#")[0].rstrip("/")
            headers = {"Origin": url, "X-Toehold": "page"}
            async with http.post(f"{url}/access", json={"token": SECRET}, headers=headers) as answer:
                assert answer.status == 200
                cookie = answer.headers["Set-Cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie
            assert SECRET not in cookie
            page = Page(chat.url, http, "")
            await page.connect()
            await page.disconnect()
            port = int(url.rsplit(":", 1)[1])
        async with serving(world, access_token=SECRET, port=port):
            await page.connect()
            await page.disconnect()


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"X-Toehold": "page"}, '{"token":"wrong"}', 401),
        ({"X-Toehold": "page"}, '{"token":5}', 401),
        ({"X-Toehold": "page"}, "[]", 401),
        ({"X-Toehold": "page"}, "{", 400),
        ({}, json.dumps({"token": SECRET}), 403),
        ({"X-Toehold": "page", "Origin": "http://evil.test"}, json.dumps({"token": SECRET}), 403),
        ({"X-Toehold": "page", "Sec-Fetch-Site": "cross-site"}, json.dumps({"token": SECRET}), 403),
        ({"X-Toehold": "page", "Content-Type": "text/plain"}, json.dumps({"token": SECRET}), 403),
        ({"X-Toehold": "page", "Content-Type": "application/x-www-form-urlencoded"}, f"token={SECRET}", 403),
        ({"X-Toehold": "page"}, "x" * (1024 * 1024 + 1), 413),
    ],
)
async def test_nobody_else_gets_a_cookie(world: World, headers: dict[str, str], body: str, status: int) -> None:
    async with serving(world, access_token=SECRET) as chat, aiohttp.ClientSession() as http:
        url = chat.url.partition("#")[0].rstrip("/")
        sent = {"Content-Type": "application/json", "Origin": url, **headers}
        async with http.post(f"{url}/access", data=io.BytesIO(body.encode()), headers=sent) as answer:
            assert answer.status == status
            assert "Set-Cookie" not in answer.headers


async def test_guessing_is_stopped(world: World) -> None:
    async with serving(world, access_token=SECRET) as chat, aiohttp.ClientSession() as http:
        url = chat.url.partition("#")[0].rstrip("/")
        headers = {"Origin": url, "X-Toehold": "page"}
        for token in ["wrong"] * 10 + [SECRET]:
            async with http.post(f"{url}/access", json={"token": token}, headers=headers) as answer:
                assert answer.status == 401


async def test_a_wildcard_host_answers_to_the_address_that_was_dialled(world: World) -> None:
    async with serving(world, host="0.0.0.0", access_token=SECRET) as chat:
        assert chat.url.startswith("http://127.0.0.1:")
        assert (await knock(chat, get("/", "Host: 127.0.0.1:PORT"))).startswith("HTTP/1.1 200")
        assert (await knock(chat, get("/", "Host: 192.0.2.7:PORT"))).startswith("HTTP/1.1 421")


# -- the port


async def test_a_taken_port_is_one_plain_sentence(world: World, chat: LocalChat) -> None:
    port = int(chat.url.split(":")[2].split("/")[0])
    with pytest.raises(PortTaken, match=f"Port {port} is taken"):
        async with serving(World(), port=port):
            pass


async def test_an_address_that_is_not_ours_is_one_plain_sentence() -> None:
    with pytest.raises(CannotListen, match="no such address"):
        async with serving(World(), host="192.0.2.7", access_token=SECRET):
            pass


async def test_the_end_of_the_server_closes_open_pages(world: World) -> None:
    async with aiohttp.ClientSession() as http:
        async with serving(world) as chat:
            page = Page(chat.url, http, "")
            await page.connect()
        with pytest.raises(ConnectionError, match="1001"):
            await page.expect(lambda: False)
        assert not chat.ready.is_set()


def test_before_it_runs_the_url_has_the_wanted_port() -> None:
    clock = Clock()
    coach = ScriptedCoach(clock)
    chat = LocalChat("::1", 8080, coach, MemoryPostbox(), MemoryTranscript(clock), load(), MENU, None, clock)
    assert chat.url == "http://[::1]:8080/"
    assert (chat.name, chat.bot) == ("local", "local")
