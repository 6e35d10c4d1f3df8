"""What every refusal means, and what a delivery reports for it (reliability §4.0, D-01 to D-16, D-30)."""

from typing import Any

import aiohttp
import discord
import pytest
from aiohttp.client_reqrep import ConnectionKey

from bot.cards import Reply
from bot.platforms.discord.errors import Fault, Meaning, outcome, places, read
from scheduler.nudge import Broken, Gone, Later, Outcome, Unknown
from tests.bot.platforms.discord.rig import CARD, Rig
from tests.kit.discord import Broken as Status
from tests.kit.discord import Cut, DiscordServer, Limited, Page, Refuse

JSON, HTML = "application/json", "text/html"


class Response:
    def __init__(self, status: int, content_type: str) -> None:
        self.status = status
        self.reason = "because"
        self.headers = {"Content-Type": content_type}


def http(status: int, code: int = 0, content_type: str = JSON, **more: Any) -> discord.HTTPException:
    kinds = {403: discord.Forbidden, 404: discord.NotFound}
    kind = discord.DiscordServerError if status >= 500 else kinds.get(status, discord.HTTPException)
    body = {"code": code, "message": "words", **more} if content_type == JSON else "<html>"
    return kind(Response(status, content_type), body)


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


KEY = ConnectionKey("discord.com", 443, True, True, None, None, None)

UNREACHABLE: Exception = discord.GatewayNotFound()  # type: ignore[no-untyped-call]

TABLE: list[tuple[str, Exception, Meaning, Outcome]] = [
    ("D-01 too late", http(404, 10062), Meaning.STALE, Broken("interaction-gone")),
    ("D-01 too late", http(404, 10015), Meaning.STALE, Broken("interaction-gone")),
    ("D-02 old token", http(401, 50027), Meaning.STALE, Broken("interaction-expired")),
    ("D-03 twice", http(400, 40060), Meaning.DONE, Broken("acknowledged-before")),
    ("D-07 invalid", http(400, 50035), Meaning.BROKEN, Broken("invalid")),
    ("D-08 no access", http(403, 50001), Meaning.RIGHTS, Later(3600, "no-access")),
    ("D-08 no rights", http(403, 50013), Meaning.RIGHTS, Later(3600, "no-rights")),
    ("D-09 closed", http(403, 50007), Meaning.GONE, Gone("dm-closed")),
    ("D-09 no shared server", http(403, 50278), Meaning.GONE, Gone("dm-closed")),
    ("D-09 too fast", http(403, 40003), Meaning.WAIT, Later(600, "opening-too-fast")),
    ("D-10 channel", http(404, 10003), Meaning.GONE, Gone("channel-gone")),
    ("D-10 server", http(404, 10004), Meaning.GONE, Gone("server-gone")),
    ("D-10 user", http(404, 10013), Meaning.GONE, Gone("user-gone")),
    ("D-10 message", http(404, 10008), Meaning.LOST, Broken("message-gone")),
    ("D-10 not ours", http(403, 50005), Meaning.LOST, Broken("not-ours")),
    ("D-10 archived", http(400, 50083), Meaning.ARCHIVED, Later(3600, "thread-archived")),
    ("D-10 locked", http(403, 160005), Meaning.RIGHTS, Later(3600, "thread-locked")),
    ("D-12 bucket", discord.RateLimited(42.0), Meaning.WAIT, Later(42, "rate-limited")),
    ("D-12 five times", http(429), Meaning.WAIT, Later(5, "rate-limited")),
    ("D-14 Cloudflare", http(429, content_type=HTML), Meaning.WAIT, Later(600, "cloudflare", everyone=True)),
    ("D-15 500", http(500), Meaning.UNKNOWN, Unknown("http-500")),
    ("D-16 503", http(503), Meaning.UNKNOWN, Unknown("http-503")),
    ("D-16 502", http(502, content_type=HTML), Meaning.UNKNOWN, Unknown("http-502")),
    ("D-16 cut", aiohttp.ServerDisconnectedError(), Meaning.UNKNOWN, Unknown("ServerDisconnectedError")),
    ("D-16 reset", aiohttp.ClientOSError(104, "reset"), Meaning.UNKNOWN, Unknown("ClientOSError")),
    (
        "refused",
        aiohttp.ClientConnectorError(KEY, OSError(111, "refused")),
        Meaning.NOT_SENT,
        Later(5, "ClientConnectorError", everyone=True),
    ),
    (
        "unreachable",
        aiohttp.ConnectionTimeoutError(),
        Meaning.NOT_SENT,
        Later(5, "ConnectionTimeoutError", everyone=True),
    ),
    ("D-17 hang", TimeoutError(), Meaning.UNKNOWN, Unknown("TimeoutError")),
    ("D-30 old", http(429, 30046), Meaning.LOST, Broken("edited-too-often")),
    ("token", http(401), Meaning.TOKEN, Later(60, "token-refused", everyone=True)),
    ("token", caused(discord.LoginFailure("x"), http(401)), Meaning.TOKEN, Later(60, "token-refused", everyone=True)),
    ("portal", caused(discord.LoginFailure("x"), http(401, content_type=HTML)), Meaning.UNKNOWN, Unknown("not-json")),
    ("gateway", caused(UNREACHABLE, http(503)), Meaning.UNKNOWN, Unknown("http-503")),
    ("portal", http(404, content_type=HTML), Meaning.UNKNOWN, Unknown("not-json")),
    ("portal", http(403, content_type=HTML), Meaning.UNKNOWN, Unknown("not-json")),
    ("new", http(403, 200000), Meaning.BROKEN, Broken("refused-200000")),
    ("new", http(400), Meaning.BROKEN, Broken("refused-400")),
    ("too large", http(413, 40005), Meaning.BROKEN, Broken("too-large")),
    ("unreadable", KeyError("id"), Meaning.UNKNOWN, Unknown("KeyError")),
]


@pytest.mark.parametrize(("name", "error", "meaning", "result"), TABLE, ids=lambda value: str(value)[:30])
def test_every_refusal_has_its_meaning(name: str, error: Exception, meaning: Meaning, result: Outcome) -> None:
    fault = read(error)
    assert fault.meaning is meaning, name
    assert outcome(fault) == result


@pytest.mark.parametrize("meaning", Meaning)
def test_every_meaning_has_an_outcome(meaning: Meaning) -> None:
    assert outcome(Fault(meaning, "reason")) is not None


async def test_an_answer_that_discord_py_remembers_is_a_success() -> None:
    class Parent:
        pass

    assert read(discord.InteractionResponded(Parent())).meaning is Meaning.DONE  # type: ignore[arg-type]


def test_of_an_invalid_message_only_the_places_are_told() -> None:
    errors = {"components": {"0": {"label": {"_errors": [{"code": "X", "message": "Ann wrote 'a secret'"}]}}}}
    assert places(http(400, 50035, errors=errors)) == ["components.0.label"]
    assert places(OSError("components")) == []


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Refuse(10003), Gone("channel-gone")),
        (Refuse(50007), Gone("dm-closed")),
        (Refuse(50278), Gone("dm-closed")),
        (Refuse(50013), Later(3600, "no-rights")),
        (Refuse(50001), Later(3600, "no-access")),
        (Refuse(160005), Later(3600, "thread-locked")),
        (Refuse(50035), Broken("invalid")),
        (Refuse(0), Later(60, "token-refused", everyone=True)),
        (Limited(31.0), Later(31, "rate-limited")),
        (Page(), Later(600, "cloudflare", everyone=True)),
        (Page(status=403), Unknown("not-json")),
        (Status(503), Unknown("http-503")),
        (Cut(), Unknown("ServerDisconnectedError")),
    ],
    ids=repr,
)
async def test_discord_py_raises_what_the_table_expects(server: DiscordServer, fault: Any, expected: Outcome) -> None:
    async with Rig(server).running() as rig:
        server.faults.add("POST /channels/*/messages", fault, times=3)
        assert await rig.discord.deliver(rig.direct(server.person()), Reply(CARD)) == expected


async def test_a_private_chat_that_may_not_be_opened_now_waits(server: DiscordServer) -> None:
    """D-09: 40003 comes from opening the chat, not from writing to it."""
    server.world.new_dms = 0
    async with Rig(server).running() as rig:
        assert await rig.discord.deliver(rig.direct(server.person()), Reply(CARD)) == Later(600, "opening-too-fast")


async def test_nothing_is_sent_while_cloudflare_keeps_us_out(server: DiscordServer) -> None:
    """D-14: ten minutes without a single request, and a red health page."""
    async with Rig(server).running() as rig:
        server.faults.add("POST /channels/*/messages", Page())
        await rig.discord.deliver(rig.direct(server.person()), Reply(CARD))
        before = len(server.history)
        result = await rig.discord.deliver(rig.direct(server.person("Ben")), Reply(CARD))
        assert isinstance(result, Later)
        assert (result.reason, result.everyone) == ("kept-out", True)
        assert 590 < result.seconds <= 600
        assert len(server.history) == before
        assert rig.discord.problem
