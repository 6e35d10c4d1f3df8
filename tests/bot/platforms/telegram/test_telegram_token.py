"""The token is in no log line, traceback, repr, argument or cause, whatever goes wrong (X-01)."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from io import StringIO

import pytest
import structlog
from telegram.error import TelegramError

from bot.actions import Screen, Show
from bot.cards import PLAYER, Attachment, Button, Card, Reply
from bot.platforms.telegram import transport
from bot.platforms.telegram.connection import Connection, TokenRefused
from bot.platforms.telegram.platform import probe
from bot.words import load
from tests.kit.telegram import TOKEN, Cut, HalfBody, Page, Refuse, Slow, TelegramServer
from tests.kit.telegram.faults import Fault
from tests.kit.telegram.memory import Rig

SECRET = TOKEN.partition(":")[2]
CARD = Card("Time to practise", rows=((Button("Go", Show(Screen.TODAY)),),))
ECHO = f"<html>The requested URL /bot{TOKEN}/x (or /bot{TOKEN.replace(':', '%3A')}/x) was not found</html>"

FAULTS: list[Fault] = [
    Refuse(400, "Bad Request: something new"),
    Refuse(401, "Unauthorized"),
    Refuse(403, "Forbidden: bot was blocked by the user"),
    Refuse(404, f"Not Found: /bot{TOKEN}/sendMessage"),
    Refuse(409, "Conflict: terminated by other getUpdates request"),
    Refuse(429, "Too Many Requests: retry after 3", {"retry_after": 3}),
    Refuse(429, "Too Many Requests"),
    Refuse(500, "Internal Server Error: restart"),
    Refuse(400, "Bad Request: can't parse entities: x"),
    Refuse(400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": -100123}),
    Page(200, body=ECHO),
    Page(302, body=ECHO),
    Page(400, body=ECHO),
    Page(403, body=ECHO),
    Page(404, body=ECHO),
    Page(404, body=""),
    Page(502, body=ECHO),
    Page(504, body=ECHO),
    Page(200, body="[]", content_type="application/json"),
    Page(200, body='{"ok": true, "result": {}}', content_type="application/json"),
    Cut(),
    Cut(done=True),
    Cut(reset=True),
    HalfBody(),
    Slow(1),
]


@pytest.fixture
def heard_logs() -> Iterator[StringIO]:
    """All that is logged, at DEBUG, by the standard library and by structlog."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for name in ("telegram", "aiohttp", "asyncio"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    yield stream
    structlog.reset_defaults()
    root.removeHandler(handler)
    root.setLevel(level)
    for name in ("telegram", "aiohttp", "asyncio"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def everything(error: BaseException | None, seen: set[int] | None = None) -> str:
    """All that an exception and those behind it hold: text, arguments, attributes, and the variables of their frames."""
    seen = set() if seen is None else seen
    if error is None or id(error) in seen:
        return ""
    seen.add(id(error))
    parts = [str(error), repr(error), repr(error.args), repr(getattr(error, "__dict__", {}))]
    for name in dir(error):
        if not name.startswith("__"):
            parts.append(repr(getattr(error, name, "")))
    parts += traceback.format_exception(error)
    if isinstance(error, BaseExceptionGroup):
        parts += [everything(inner, seen) for inner in error.exceptions]
    return "\n".join([*parts, everything(error.__cause__, seen), everything(error.__context__, seen)])


def frames(error: BaseException | None) -> str:
    """What a renderer that shows local variables would print of an exception and its causes."""
    found = []
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if "/tests/" not in frame.f_code.co_filename:
                found.append(repr(frame.f_locals))
        error = error.__cause__ or error.__context__
    return "\n".join(found)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: repr(fault)[:40])
async def test_no_failed_call_shows_the_token(
    server: TelegramServer, heard_logs: StringIO, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "READ_SECONDS", 0.05)
    server.person(7)
    connection = Connection(TOKEN, server.url, load())
    server.faults.add("sendMessage", fault)
    async with connection.open():
        with pytest.raises(Exception) as caught:  # noqa: PT011 - any: the table is what other tests are about
            await connection.bot.send_message(7, "x")
    logging.getLogger("shown").error("failed", exc_info=caught.value)
    structlog.get_logger().error("failed", exc_info=caught.value)
    for output in (everything(caught.value), frames(caught.value), heard_logs.getvalue()):
        assert output
        assert SECRET not in output


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: repr(fault)[:40])
async def test_no_failed_platform_shows_the_token(
    server: TelegramServer, heard_logs: StringIO, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = server.person(7)
    async with Rig(server).running() as rig:
        rig.inbox.failures = 1
        await rig.telegram.deliver(rig.address(7), Reply(CARD, living=PLAYER))
        await ann.tap("Go", wait=False)
        press = await rig.pressed()
        monkeypatch.setattr(transport, "READ_SECONDS", 0.05)
        attachment = Attachment("export.json", "application/json", b"{}")
        for method in ("getUpdates", "sendMessage", "editMessageText", "answerCallbackQuery", "sendDocument"):
            server.faults.add(method, fault)
        await rig.telegram.answer(press, Reply(CARD, notice="hi", living=PLAYER, attachments=(attachment,)))
        await rig.telegram.deliver(rig.address(7), Reply(CARD, living=PLAYER))
        await rig.telegram.redraw(rig.address(7), Reply(CARD, living=PLAYER))
    for method in ("getMe", "setMyCommands"):
        server.faults.add(method, fault)
    outcome = await probe(TOKEN, server.url)
    assert SECRET not in repr(outcome)
    assert "Calling Bot API endpoint" in heard_logs.getvalue()
    assert SECRET not in heard_logs.getvalue()


@asynccontextmanager
async def saying(answer: bytes) -> AsyncIterator[str]:
    """A server that answers with these very bytes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/9.9 what\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: ftp://elsewhere/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"",
    ],
)
async def test_a_server_that_does_not_speak_http_does_not_bring_the_token_out(
    heard_logs: StringIO, answer: bytes
) -> None:
    async with saying(answer) as url:
        connection = Connection(TOKEN, url, load())
        async with connection.open():
            with pytest.raises(TelegramError) as caught:
                await connection.bot.get_me()
    logging.getLogger("shown").error("failed", exc_info=caught.value)
    for output in (everything(caught.value), frames(caught.value), heard_logs.getvalue()):
        assert SECRET not in output


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[::1", "nowhere", "ftp://127.0.0.1", ""])
async def test_an_address_that_leads_nowhere_does_not_bring_the_token_out(heard_logs: StringIO, url: str) -> None:
    connection = Connection(TOKEN, url, load())
    async with connection.open():
        with pytest.raises(TelegramError) as caught:
            await connection.bot.get_me()
    for output in (everything(caught.value), frames(caught.value), heard_logs.getvalue()):
        assert SECRET not in output


async def test_a_redirect_is_not_followed(server: TelegramServer) -> None:
    reached: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    elsewhere = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = elsewhere.sockets[0].getsockname()[1]
    redirect = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:{port}/x\r\nContent-Length: 0\r\n\r\n"
    async with elsewhere, saying(redirect.encode()) as url:
        connection = Connection(TOKEN, url, load())
        async with connection.open():
            with pytest.raises(TelegramError):
                await connection.bot.get_me()
    assert reached == []


async def test_no_object_shows_the_token_when_it_is_printed(server: TelegramServer) -> None:
    rig = Rig(server)
    telegram = rig.telegram
    connection = telegram._connection
    for thing in (
        telegram,
        connection,
        connection.bot,
        *connection._transports,
        telegram._receiver,
        telegram._outbound,
    ):
        for show in (repr, str, lambda x: repr(getattr(x, "__dict__", "")), lambda x: f"{x}"):
            assert SECRET not in show(thing)
    assert SECRET not in repr(connection.bot.token)
    assert SECRET not in connection.bot.base_url


@pytest.mark.parametrize("spoil", [lambda t: t + "!", lambda t: t.replace(":", ";"), lambda t: "x" + t])
def test_a_token_with_a_slip_of_the_finger_is_not_repeated(spoil: Callable[[str], str]) -> None:
    with pytest.raises(TokenRefused) as caught:
        Connection(spoil(TOKEN), "http://127.0.0.1:1", load())
    assert SECRET not in everything(caught.value)
