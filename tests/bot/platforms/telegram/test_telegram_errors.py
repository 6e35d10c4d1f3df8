"""Every line of the decision table, through the real PTB and our transport (reliability §4.0, T-01 to T-27)."""

import asyncio
import socket

import aiohttp
import pytest
from telegram.error import TimedOut

from bot.actions import Screen, Show
from bot.cards import Button, Card, Reply
from bot.platforms.telegram import transport
from bot.platforms.telegram.errors import PROBE_SECONDS, RIGHTS_SECONDS, TOKEN_SECONDS, Meaning, read
from bot.platforms.telegram.transport import FLOOD_SECONDS, NOT_SENT
from scheduler.nudge import Broken, Gone, Later, Sent, Unknown
from tests.kit.telegram import Cut, HalfBody, Page, Refuse, Slow, TelegramServer
from tests.kit.telegram.faults import Fault, FloodControl
from tests.kit.telegram.memory import Rig

CARD = Card("Time to practise", rows=((Button("Go", Show(Screen.TODAY)),),))
PROMPT = Reply(CARD)


def refuse(text: str, code: int = 400) -> Refuse:
    return Refuse(code, f"Bad Request: {text}" if code == 400 else f"Forbidden: {text}")


GONE = [
    ("bot was blocked by the user", 403, "blocked"),
    ("user is deactivated", 403, "account-deleted"),
    ("bot was kicked from the supergroup chat", 403, "kicked"),
    ("bot was kicked from the group chat", 403, "kicked"),
    ("bot was kicked from the channel chat", 403, "kicked"),
    ("bot is not a member of the supergroup chat", 403, "not-a-member"),
    ("the group chat was deleted", 403, "chat-deleted"),
    ("bot can't initiate conversation with a user", 403, "not-started"),
    ("something nobody has read before", 403, "forbidden"),
    ("USER_IS_BLOCKED", 400, "blocked"),
    ("INPUT_USER_DEACTIVATED", 400, "account-deleted"),
    ("PEER_ID_INVALID", 400, "chat-not-found"),
    ("chat not found", 400, "chat-not-found"),
    ("private chat not found", 400, "chat-not-found"),
]


@pytest.mark.parametrize(("text", "code", "reason"), GONE)
async def test_a_chat_that_cannot_be_reached_is_gone_and_not_tried_again(
    server: TelegramServer, rig: Rig, text: str, code: int, reason: str
) -> None:
    server.person(7)
    server.faults.add("sendMessage", refuse(text, code))
    assert await rig.telegram.deliver(rig.address(7), PROMPT) == Gone(reason)
    assert len(server.calls("sendMessage")) == 1


RIGHTS = [
    ("not enough rights to send text messages to the chat", "no-rights"),
    ("have no write access to the chat", "no-rights"),
    ("CHAT_RESTRICTED", "restricted"),
    ("CHAT_WRITE_FORBIDDEN", "no-rights"),
    ("CHAT_SEND_PLAIN_FORBIDDEN", "no-text-allowed"),
]


@pytest.mark.parametrize(("text", "reason"), RIGHTS)
@pytest.mark.parametrize("code", [400, 403])
async def test_a_chat_that_forbids_us_to_write_is_tried_again_hours_later(
    server: TelegramServer, rig: Rig, text: str, reason: str, code: int
) -> None:
    server.person(7)
    server.faults.add("sendMessage", refuse(text, code))
    assert await rig.telegram.deliver(rig.address(7), PROMPT) == Later(RIGHTS_SECONDS, reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("message is too long", "too-long"),
        ("message caption is too long", "too-long"),
        ("text is too long", "too-long"),
        ("message text is empty", "empty"),
        ("BUTTON_DATA_INVALID", "button-data"),
        ("something nobody has read before", "refused"),
    ],
)
async def test_a_message_that_is_refused_as_it_is_is_broken(
    server: TelegramServer, rig: Rig, text: str, reason: str
) -> None:
    server.person(7)
    server.faults.add("sendMessage", refuse(text))
    assert await rig.telegram.deliver(rig.address(7), PROMPT) == Broken(reason)


UNKNOWN: list[tuple[Fault, str]] = [
    (Cut(done=True), "ServerDisconnectedError"),
    (Cut(done=True, reset=True), "ClientOSError"),
    (HalfBody(), "ClientPayloadError"),
    (Refuse(500, "Internal Server Error: restart"), "NetworkError"),
    (Page(502, done=True), "not-json"),
    (Page(504, done=True), "not-json"),
    (Page(200, done=True), "not-json"),
    (Page(403), "not-json"),
    (Page(302), "not-json"),
    (Page(200, body="[]", content_type="application/json", done=True), "TypeError"),
    (Page(200, body='{"ok": true}', content_type="application/json", done=True), "KeyError"),
    (Page(200, body='{"ok": true, "result": {}}', content_type="application/json", done=True), "KeyError"),
]


@pytest.mark.parametrize(("fault", "reason"), UNKNOWN)
async def test_an_answer_that_does_not_come_or_cannot_be_read_leaves_the_outcome_unknown(
    server: TelegramServer, rig: Rig, fault: Fault, reason: str
) -> None:
    server.person(7)
    server.faults.add("sendMessage", fault)
    assert await rig.telegram.deliver(rig.address(7), PROMPT) == Unknown(reason)


async def test_a_read_that_takes_too_long_leaves_the_outcome_unknown(
    server: TelegramServer, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = server.person(7)
    monkeypatch.setattr(transport, "READ_SECONDS", 0.05)
    server.faults.add("sendMessage", Slow(5))
    assert await rig.telegram.deliver(rig.address(7), PROMPT) == Unknown("SocketTimeoutError")
    assert [message.text for message in ann.messages] == ["Time to practise"]


async def test_a_closed_door_means_not_sent_for_everyone(server: TelegramServer) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        rig = Rig(server, url=f"http://127.0.0.1:{door.getsockname()[1]}")
        async with rig.telegram._connection.open():
            outcome = await rig.telegram.deliver(rig.address(7), PROMPT)
    assert outcome == Later(PROBE_SECONDS, "ClientConnectorError", everyone=True)
    assert issubclass(aiohttp.ClientConnectorDNSError, NOT_SENT)


async def test_waiting_in_vain_for_a_connection_means_not_sent(server: TelegramServer) -> None:
    wire = transport.Transport(server.token, connections=1)
    await wire.initialize()
    server.faults.add("getMe", Slow(5))
    url = f"{server.url}/bot{transport.stand_in(server.token)}/getMe"
    async with asyncio.TaskGroup() as group:
        slow = group.create_task(wire.post(url))
        await server.until(lambda: bool(server.calls("getMe")), "the first request")
        with pytest.raises(TimedOut) as caught:
            await wire.post(url, pool_timeout=0.02, connect_timeout=0.02)
        slow.cancel()
    await wire.shutdown()
    assert read(caught.value).meaning is Meaning.NOT_SENT
    assert len(server.calls("getMe")) == 1


async def test_before_it_runs_nothing_is_sent(server: TelegramServer) -> None:
    rig = Rig(server)
    assert await rig.telegram.deliver(rig.address(7), PROMPT) == Later(PROBE_SECONDS, "NotOpen", everyone=True)


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (Refuse(429, "Too Many Requests: retry after 17", {"retry_after": 17}), 17.0),
        (Refuse(429, "Too Many Requests: retry after 0", {"retry_after": 0}), FLOOD_SECONDS),
        (Refuse(429, "Too Many Requests"), FLOOD_SECONDS),
        (Page(429), FLOOD_SECONDS),
    ],
)
async def test_flood_control_is_obeyed_and_nothing_is_sent_in_the_meantime(
    server: TelegramServer, rig: Rig, fault: Fault, seconds: float
) -> None:
    server.person(7)
    server.person(8)
    server.faults.add("sendMessage", fault)
    assert await rig.telegram.deliver(rig.address(7), PROMPT) == Later(seconds, "flood")
    again = await rig.telegram.deliver(rig.address(7), PROMPT)
    assert isinstance(again, Later)
    assert 0 < again.seconds <= seconds
    assert len(server.calls("sendMessage")) == 1
    assert isinstance(await rig.telegram.deliver(rig.address(8), PROMPT), Sent)


async def test_flood_control_in_two_chats_is_for_everyone(server: TelegramServer, rig: Rig) -> None:
    for number in (7, 8, 9):
        server.person(number)
    server.faults.add("sendMessage", Refuse(429, "Too Many Requests: retry after 9", {"retry_after": 9}), times=2)
    assert await rig.telegram.deliver(rig.address(7), PROMPT) == Later(9, "flood")
    assert await rig.telegram.deliver(rig.address(8), PROMPT) == Later(9, "flood", everyone=True)
    third = await rig.telegram.deliver(rig.address(9), PROMPT)
    assert isinstance(third, Later)
    assert third.everyone
    assert len(server.calls("sendMessage")) == 2


async def test_the_fake_server_floods_as_telegram_does_when_somebody_else_uses_up_what_it_allows(
    server: TelegramServer, rig: Rig
) -> None:
    server.person(7)
    server.flood = FloodControl(server.clock)
    server.flood.check(7)
    assert await rig.telegram.deliver(rig.address(7), PROMPT) == Later(1.0, "flood")


@pytest.mark.parametrize("fault", [Refuse(401, "Unauthorized"), Refuse(404, "Not Found"), Page(404, body="")])
async def test_a_refused_token_stops_everyone_for_a_while(server: TelegramServer, rig: Rig, fault: Fault) -> None:
    server.person(7)
    server.faults.add("sendMessage", fault)
    assert await rig.telegram.deliver(rig.address(7), PROMPT) == Later(TOKEN_SECONDS, "token-refused", everyone=True)
