"""The groups of the fake Telegram are as strict as the real ones: pictures, pins, links, members, twenty messages a minute."""

from typing import Any

import aiohttp
import pytest

from tests.kit.png import png
from tests.kit.telegram import TOKEN, Group, TelegramServer
from tests.kit.telegram.faults import FloodControl


@pytest.fixture
async def group(server: TelegramServer) -> Group:
    return await server.group("Team", server.person(7), server.person(8, "Ben"))


async def call(server: TelegramServer, method: str, photo: bytes | None = None, **params: Any) -> Any:
    form = aiohttp.FormData({name: str(value) for name, value in params.items()})
    if photo is not None:
        form.add_field("photo", photo, filename="x.png", content_type="image/png")
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{server.url}/bot{TOKEN}/{method}", data=form) as response,
    ):
        answer = await response.json()
    return answer["result"] if answer["ok"] else answer["description"]


async def updates(server: TelegramServer, offset: int = 0) -> list[dict[str, Any]]:
    allowed = '["message", "my_chat_member", "chat_member"]'
    found: list[dict[str, Any]] = await call(server, "getUpdates", offset=offset, timeout=0, allowed_updates=allowed)
    return found


@pytest.mark.parametrize(
    ("photo", "caption", "refusal"),
    [
        (b"GIF89a" + png()[6:], "x", "Bad Request: IMAGE_PROCESS_FAILED"),
        (png()[:-6], "x", "Bad Request: IMAGE_PROCESS_FAILED"),
        (png(300, 2), "x", "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (png(), "x" * 1025, "Bad Request: message caption is too long"),
    ],
)
async def test_a_bad_picture_is_refused(
    server: TelegramServer, group: Group, photo: bytes, caption: str, refusal: str
) -> None:
    assert await call(server, "sendPhoto", photo, chat_id=group.chat.id, caption=caption) == refusal


async def test_a_group_may_forbid_pictures_and_pins(server: TelegramServer, group: Group) -> None:
    group.chat.no_photos = group.chat.no_pins = True
    here = group.chat.id
    assert await call(server, "sendPhoto", png(), chat_id=here) == (
        "Bad Request: not enough rights to send photos to the chat"
    )
    message = await call(server, "sendMessage", chat_id=here, text="x")
    assert await call(server, "pinChatMessage", chat_id=here, message_id=message["message_id"]) == (
        "Bad Request: not enough rights to manage pinned messages in the chat"
    )
    group.chat.no_pins = False
    assert await call(server, "pinChatMessage", chat_id=here, message_id=99) == "Bad Request: message to pin not found"


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        ("https://t.me/ToeholdTestBot?start=c_8FJ2K", True),
        ("t.me/ToeholdTestBot?start=c-1", True),
        ("https://t.me/ToeholdTestBot", False),
        ("https://t.me/ToeholdTestBot?start=", False),
        ("https://t.me/ToeholdTestBot?start=a.b", False),
        ("https://t.me/ToeholdTestBot?start=" + "x" * 65, False),
        ("https://t.me/OtherBot?start=c_1", False),
        ("tg://resolve?domain=ToeholdTestBot&start=c_1", False),
        ("https://example.org/?start=c_1", False),
    ],
)
async def test_a_tap_opens_nothing_but_the_same_bot(
    server: TelegramServer, group: Group, url: str, accepted: bool
) -> None:
    message = {"message_id": 1, "chat": group.chat.json(), "date": 1}
    await group.members[0].press("x", message, wait=False)
    [tap] = server.world.taps
    answer = await call(server, "answerCallbackQuery", callback_query_id=tap, url=url)
    assert answer == (True if accepted else "Bad Request: URL_INVALID")


@pytest.mark.parametrize(
    "role", ["creator", "administrator", "member", "restricted", "outsider", "left", "kicked", "nobody"]
)
async def test_everybody_in_a_group_is_something(server: TelegramServer, group: Group, role: str) -> None:
    if role == "nobody":
        del group.chat.roles[8]
    else:
        group.chat.roles[8] = role
    group.chat.mute = True  # which keeps the bot from writing, and not from asking
    member = await call(server, "getChatMember", chat_id=group.chat.id, user_id=8)
    assert member["status"] == {"outsider": "restricted", "nobody": "left"}.get(role, role)
    assert member.get("is_member") == {"restricted": True, "outsider": False}.get(role)
    assert await call(server, "getChatMember", chat_id=group.chat.id, user_id=99) == "Bad Request: user not found"


async def test_a_bot_that_was_thrown_out_learns_nothing_about_members(server: TelegramServer, group: Group) -> None:
    await group.kick_bot(group.members[0])
    assert await call(server, "getChatMember", chat_id=group.chat.id, user_id=7) == (
        "Forbidden: bot was kicked from the group chat"
    )


async def test_only_an_admin_gets_updates_about_members_and_everybody_the_note(
    server: TelegramServer, group: Group
) -> None:
    ann, ben = group.members
    await group.leave(ben)
    await group.join(ben)
    await group.promote_bot(ann)
    await group.promote(ben)
    await group.remove(ben, by=ann)
    heard = await updates(server)
    kinds = [next(kind for kind in update if kind != "update_id") for update in heard]
    assert kinds == ["my_chat_member", "message", "message", "my_chat_member", "chat_member", "chat_member", "message"]
    gone = heard[5]["chat_member"]
    assert (gone["from"]["id"], gone["new_chat_member"]["status"], gone["old_chat_member"]["status"]) == (
        7,
        "kicked",
        "administrator",
    )


async def test_the_twentyfirst_message_of_a_minute_is_refused_in_a_group_alone(
    server: TelegramServer, group: Group
) -> None:
    server.flood = FloodControl.of_groups(server.clock)
    here = group.chat.id
    first = await call(server, "sendMessage", chat_id=here, text="0")
    for number in range(1, 20):
        edited = await call(server, "editMessageText", chat_id=here, message_id=first["message_id"], text=f"{number}")
        assert edited["text"] == f"{number}"
    server.advance(20)
    assert await call(server, "sendMessage", chat_id=here, text="x") == "Too Many Requests: retry after 40"
    for _ in range(30):
        assert await call(server, "sendMessage", chat_id=7, text="x") != "Too Many Requests: retry after 40"
    server.advance(40)
    assert (await call(server, "sendMessage", chat_id=here, text="x"))["text"] == "x"
