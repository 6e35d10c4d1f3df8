"""Neither the bot's token nor an interaction's is in a log line, a traceback, a repr or an exception (X-01)."""

import asyncio
import logging
import traceback
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog

from bot.cards import PLAYER, Attachment, Place, Reply
from bot.platforms.discord.connection import TokenRefused, bot_id
from bot.platforms.discord.platform import probe
from bot.platforms.discord.receipts import Receipt
from bot.platforms.port import CannotStart, Press, Said
from tests.bot.platforms.discord.rig import CARD, NEXT, Hasty, Rig
from tests.kit.discord import TOKEN, Broken, Cut, DiscordServer, Limited, Page, Refuse
from tests.kit.discord.faults import Fault

SECRET = "canary"  # ends the bot's token, and every interaction's
FILE = Attachment("export.json", "application/json", b"{}")
ECHO = f"<html>The requested URL for Bot {TOKEN} was not found</html>"

FAULTS: list[Fault] = [
    Refuse(0),
    Refuse(10003),
    Refuse(10015),
    Refuse(10062),
    Refuse(40060),
    Refuse(50007),
    Refuse(50013),
    Refuse(50027),
    Refuse(50035),
    Limited(0.01),
    Limited(31.0),
    Broken(503),
    Page(),
    Page(404, ECHO),
    Page(502, ECHO),
    Page(200, ECHO),
    Page(200, "[]", "application/json"),
    Cut(),
    Cut(done=True),
    Cut(reset=True),
]


@pytest.fixture
def heard_logs() -> Iterator[StringIO]:
    """All that is logged; of discord.py from WARNING, as `bot/logs.py` has it: at DEBUG it writes down every address."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    root, quiet = logging.getLogger(), logging.getLogger("discord")
    levels = root.level, quiet.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    quiet.setLevel(logging.WARNING)
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    yield stream
    structlog.reset_defaults()
    root.removeHandler(handler)
    root.setLevel(levels[0])
    quiet.setLevel(levels[1])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: repr(fault)[:40])
async def test_whatever_goes_wrong_no_token_is_told(
    server: DiscordServer, heard_logs: StringIO, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("discord.http.asyncio", Hasty())
    monkeypatch.setattr("discord.webhook.async_.asyncio", Hasty())
    ann = server.person()
    channel = (await server.guild("Office", server.person("Founder"))).channel("general")
    async with Rig(server).running() as rig:
        rig.inbox.failures = 1
        await rig.discord.deliver(rig.direct(ann), Reply(CARD, living=PLAYER))
        await rig.discord.deliver(rig.room(channel), Reply(CARD, living="board"))
        server.faults.add("POST /interactions/**", fault, times=2)
        await ann.dm().tap("Go", wait=False)
        await ann.at(channel).tap("Go", wait=False)
        await ann.at(channel).command("today", wait=False)
        spoken: list[Press | Said] = [*await rig.heard(Press, 2), await rig.said()]
        server.world.answer_seconds = 0.1  # nobody waits for an answer that was refused
        await server.quiet()
        server.faults.clear()
        for pattern in ("* /channels/**", "* /webhooks/**"):
            server.faults.add(pattern, fault, times=60)
        full = Reply(NEXT, living=PLAYER, notice="hi", alert=True, attachments=(FILE,))
        for heard in spoken:
            await rig.discord.answer(heard, full)
            await rig.discord.answer(heard, Reply(NEXT, Place.NEW, notice="hi"))
            await rig.discord.answer(heard, Reply(None, notice="hi"))
        await rig.discord.deliver(rig.direct(ann), Reply(CARD, living=PLAYER, key="k", again=True))
        await rig.discord.redraw(rig.direct(ann), Reply(NEXT, living=PLAYER))
        await rig.discord.redraw(rig.hidden(ann, channel), Reply(NEXT, living=PLAYER))
        await rig.discord.show(rig.room(channel), Reply(NEXT, living="board", pin=True))
    for path in ("GET /users/@me", "GET /oauth2/applications/@me"):
        server.faults.add(path, fault, times=2)
    outcome = await probe(TOKEN, server.url)
    assert SECRET not in repr(outcome)
    assert "reason" in heard_logs.getvalue()
    assert SECRET not in heard_logs.getvalue()


@pytest.mark.parametrize("code", [4004, 4014])
async def test_what_ends_the_start_does_not_hold_the_token(
    server: DiscordServer, heard_logs: StringIO, code: int
) -> None:
    server.gateway.refuse = code
    with pytest.raises(CannotStart) as caught:
        await Rig(server).discord.run()
    told = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert SECRET not in told
    assert SECRET not in heard_logs.getvalue()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/api/v10", "http://[::1", "nowhere", "ftp://127.0.0.1", ""])
async def test_an_address_that_leads_nowhere_brings_no_token_out(
    server: DiscordServer, heard_logs: StringIO, url: str
) -> None:
    rig = Rig(server, url=url)
    running = asyncio.create_task(rig.discord.run())
    await server.until(lambda: len(rig.pauses) >= 2, "two failures")
    running.cancel()
    await asyncio.wait([running])
    assert SECRET not in heard_logs.getvalue()
    assert "not reached" in heard_logs.getvalue()


async def test_no_object_shows_a_token_when_it_is_printed(server: DiscordServer) -> None:
    async with Rig(server).running() as rig:
        ann = server.person()
        await ann.dm().command("today")
        said = await rig.said()
        receipt = Receipt.parse(said.receipt)
        discord = rig.discord
        connection = discord._connection
        parts = (connection._client, discord._reception, discord._outbound, discord._boards, discord._rights)
        for thing in (discord, connection, receipt, *parts):
            for shown in (repr(thing), str(thing) if thing is not receipt else "", f"{thing!r}"):
                assert SECRET not in shown
        assert isinstance(said, Said)


@pytest.mark.parametrize("token", [TOKEN + "!", TOKEN.replace(".", ";"), "x" + TOKEN + " y"])
def test_a_token_with_a_slip_of_the_finger_is_not_repeated(server: DiscordServer, token: str) -> None:
    with pytest.raises(TokenRefused) as caught:
        Rig(server, token=token)
    assert SECRET not in "".join(traceback.format_exception(caught.value, chain=True, limit=0))
    assert bot_id(token) is None
