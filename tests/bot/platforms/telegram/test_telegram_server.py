"""The fake Telegram is as strict as the real one; what the other tests show is worth no more than this."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import aiohttp
import pytest

from bot.actions import Screen, Show
from bot.cards import Button, Card, Reply
from bot.platforms.port import RawUpdate
from tests.kit.telegram import TOKEN, Notice, TelegramServer
from tests.kit.telegram.entities import CannotParse, parse
from tests.kit.telegram.memory import Inbox, Rig
from tests.kit.telegram.spec import description


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def call(http: aiohttp.ClientSession, server: TelegramServer, method: str, **params: Any) -> Any:
    async with http.post(f"{server.url}/bot{TOKEN}/{method}", data={k: str(v) for k, v in params.items()}) as response:
        answer = await response.json()
    return answer["result"] if answer["ok"] else answer["description"]


async def updates(http: aiohttp.ClientSession, server: TelegramServer, offset: int = 0, **more: Any) -> Any:
    return await call(http, server, "getUpdates", offset=offset, timeout=0, **more)


async def test_updates_stay_until_a_higher_offset_confirms_them(
    server: TelegramServer, http: aiohttp.ClientSession
) -> None:
    ann = server.person(7)
    await ann.say("one")
    await ann.say("two")
    first = await updates(http, server)
    assert [update["message"]["text"] for update in first] == ["one", "two"]
    # Asking again at once for the same gives one only.
    assert len(await updates(http, server)) == 1
    assert [u["message"]["text"] for u in await updates(http, server, first[0]["update_id"] + 1)] == ["two"]
    assert await updates(http, server, first[1]["update_id"] + 1) == []
    assert await updates(http, server) == []


async def test_a_press_is_forgotten_after_150_seconds_and_a_message_after_a_day(
    server: TelegramServer, http: aiohttp.ClientSession
) -> None:
    ann = server.person(7)
    await call(http, server, "sendMessage", chat_id=7, text="x")
    await ann.say("hello")
    await ann.press("data", {"message_id": 1, "chat": ann.chat.json(), "date": 1}, wait=False)
    server.advance(149)
    assert len(await updates(http, server)) == 2
    server.advance(2)
    assert [list(update)[1] for update in await updates(http, server, 1)] == ["message"]
    server.advance(24 * 3600)
    assert await updates(http, server, 2) == []


async def test_the_older_of_two_pollers_is_thrown_out(server: TelegramServer, http: aiohttp.ClientSession) -> None:
    async with asyncio.TaskGroup() as group:
        older = group.create_task(call(http, server, "getUpdates", timeout=5))
        await server.until(lambda: server.polls._current is not None, "the first poll")
        newer = group.create_task(call(http, server, "getUpdates", timeout=1))
    assert older.result().startswith("Conflict: terminated by other getUpdates request")
    assert newer.result() == []


async def test_a_tap_is_answered_once_and_not_too_late(server: TelegramServer, http: aiohttp.ClientSession) -> None:
    ann = server.person(7)
    message = {"message_id": 1, "chat": ann.chat.json(), "date": 1}
    await ann.press("data", message, wait=False)
    await ann.press("data", message, wait=False)
    first, second = server.world.taps
    assert await call(http, server, "answerCallbackQuery", callback_query_id=first, text="x" * 201) == (
        "Bad Request: MESSAGE_TOO_LONG"
    )
    assert await call(http, server, "answerCallbackQuery", callback_query_id=first) is True
    old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await call(http, server, "answerCallbackQuery", callback_query_id=first) == old
    server.advance(151)
    assert await call(http, server, "answerCallbackQuery", callback_query_id=second) == old


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"chat_id": 8, "text": "x"}, "Bad Request: chat not found"),
        ({"chat_id": 9, "text": "x"}, "Forbidden: bot can't initiate conversation with a user"),
        ({"chat_id": 7, "text": " "}, "Bad Request: message text is empty"),
        ({"chat_id": 7, "text": "x" * 4097}, "Bad Request: message is too long"),
        ({"chat_id": 7, "text": "é" * 20000}, "Bad Request: text is too long"),
        ({"chat_id": 7, "text": "<b>x", "parse_mode": "HTML"}, "Bad Request: can't parse entities: Can't find end tag"),
        (
            {
                "chat_id": 7,
                "text": "x",
                "reply_markup": '{"inline_keyboard": [[{"text": "a", "callback_data": "%s"}]]}' % ("x" * 65),
            },
            "Bad Request: BUTTON_DATA_INVALID",
        ),
    ],
)
async def test_a_bad_message_is_refused_in_telegrams_words(
    server: TelegramServer, http: aiohttp.ClientSession, params: dict[str, Any], refusal: str
) -> None:
    server.person(7)
    server.person(9, started=False)
    assert (await call(http, server, "sendMessage", **params)).startswith(refusal)


async def test_a_message_can_be_deleted_for_two_days(server: TelegramServer, http: aiohttp.ClientSession) -> None:
    server.person(7)
    for _ in range(2):
        await call(http, server, "sendMessage", chat_id=7, text="x")
    assert await call(http, server, "deleteMessage", chat_id=7, message_id=1) is True
    server.advance(49 * 3600)
    assert await call(http, server, "deleteMessage", chat_id=7, message_id=2) == (
        "Bad Request: message can't be deleted for everyone"
    )
    assert (await call(http, server, "editMessageText", chat_id=7, message_id=2, text="y"))["text"] == "y"


async def test_in_a_group_the_privacy_mode_keeps_chatter_from_the_bot(
    server: TelegramServer, http: aiohttp.ClientSession
) -> None:
    ann = server.person(7)
    group = await server.group("Team", ann)
    await ann.at(group).say("good morning")
    await ann.at(group).say("/team")
    heard = await updates(http, server)
    assert [list(update)[1] for update in heard] == ["my_chat_member", "message"]


async def test_what_the_published_description_forbids_is_a_violation(http: aiohttp.ClientSession) -> None:
    if description() is None:
        pytest.skip("the description of the Bot API is not beside the project")
    async with TelegramServer.running() as server:
        server.person(7)
        await call(http, server, "sendMessage", chat_id=7, text="x", txt="y", disable_notification="perhaps")
        await call(
            http, server, "sendMessage", chat_id=7, text="x", reply_markup='{"inline_keyboard": [[{"txt": "a"}]]}'
        )
        await call(http, server, "deleteMessage", chat_id=7)
        await call(http, server, "getUpdate")
        assert server.violations == [
            "sendMessage: unknown parameter txt",
            "sendMessage: disable_notification is not Boolean",
            "sendMessage: reply_markup is not InlineKeyboardMarkup or ReplyKeyboardMarkup or ReplyKeyboardRemove or ForceReply",
            "deleteMessage: message_id is missing",
            "deleteMessage: KeyError('message_id')",
            "getUpdate: no such method",
        ]


@pytest.mark.parametrize(
    "source",
    [
        "<b>x",
        "x</b>",
        "<b><i>x</b></i>",
        "<x>y</x>",
        "a & b",
        "&nope;",
        "a < b",
        '<b class="x">y</b>',
        "<tg-time>x</tg-time>",
    ],
)
def test_bad_markup_is_an_error(source: str) -> None:
    with pytest.raises(CannotParse):
        parse(source)


def test_good_markup_is_text_and_entities() -> None:
    text, entities = parse('🦶 <b>a&lt;<i>b</i></b> <tg-time unix="5" format="r">x</tg-time>&#33;')
    assert text == "🦶 a<b x!"
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in entities] == [
        ("bold", 3, 3),
        ("italic", 5, 1),
        ("date_time", 7, 1),
    ]


async def test_a_person_can_talk_with_a_bot_and_wait_for_what_it_shows(server: TelegramServer) -> None:
    ann = server.person(7, "Ann")

    class Coach(Inbox):
        """Answers on the spot what a real one would take from its inbox."""

        async def accept(self, platform: str, bot: str, updates: Sequence[RawUpdate]) -> None:
            for update in updates:
                heard = rig.telegram.understand(update)
                assert heard is not None
                count = sum(message.ours for message in ann.messages)
                card = Card(f"Answer {count}", rows=((Button("More", Show(Screen.TODAY)),),))
                await rig.telegram.answer(heard, Reply(card, notice=f"Notice {count}"))

    rig = Rig(server, inbox=Coach())
    async with rig.running():
        await ann.say("/start")
        assert (await ann.expect("Answer 0")).rows == (("More",),)
        assert await ann.tap("More") == Notice("Notice 1", alert=False)
        await ann.expect(lambda message: message.text == "Answer 1")
        await server.quiet()
        assert [(message.ours, message.text) for message in ann.messages] == [(False, "/start"), (True, "Answer 1")]
        with pytest.raises(AssertionError, match=r"(?s)no button 'Less'.*\[More\]"):
            await ann.tap("Less")
        with pytest.raises(AssertionError, match=r"(?s)waited 0.05 s for 'Answer 9'.*bot 2: Answer 1"):
            await ann.expect("Answer 9", seconds=0.05)
