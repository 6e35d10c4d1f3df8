"""What the fake Discord refuses, and with which of Discord's error codes."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import discord
import pytest

from tests.bot.platforms.discord.conftest import Bot, Press
from tests.kit.discord import Broken, Channel, Cut, DiscordServer, Guild, Hang, Limited, Page, RateLimits, Refuse, Slow
from tests.kit.discord.spec import description, misanswers

V2 = 1 << 15


def text(content: str = "x") -> dict[str, Any]:
    return {"type": 10, "content": content}


def button(custom_id: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "A", "custom_id": custom_id, **more}


def row(*inside: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(inside)}


def guild_of(server: DiscordServer) -> Guild:
    return next(iter(server.world.guilds.values()))


@pytest.fixture
def dm(server: DiscordServer) -> Channel:
    return server.person("Ann").dm().channel


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({}, 50006, "Cannot send an empty message"),
        ({"content": " \n"}, 50006, "empty"),
        ({"content": "x" * 2001}, 50035, "2000 or fewer"),
        ({"content": "x", "flags": 64}, 50035, "cannot be set"),
        ({"content": "x", "flags": V2, "components": [text()]}, 50035, "IS_COMPONENTS_V2"),
        ({"components": [text()]}, 50035, "not allowed here"),
        ({"flags": V2}, 50006, "empty"),
        ({"flags": V2, "components": [text()] * 41}, 50035, "cannot exceed 40"),
        (
            {"flags": V2, "components": [{"type": 17, "components": [text("x" * 2001)] * 2}]},
            50035,
            "cannot exceed 4000",
        ),
        ({"flags": V2, "components": [row()]}, 50035, "between 1 and 5"),
        ({"flags": V2, "components": [row(*(button(f"{n}") for n in range(6)))]}, 50035, "between 1 and 5"),
        ({"flags": V2, "components": [row(button()), row(button())]}, 50035, "duplicated"),
        ({"flags": V2, "components": [row(button("x" * 101))]}, 50035, "between 1 and 100"),
        ({"flags": V2, "components": [row(button(label="x" * 81))]}, 50035, "80 or fewer"),
        ({"flags": V2, "components": [row(button(""))]}, 50035, "required"),
        ({"content": "x", "nonce": "x" * 26}, 50035, "25 or fewer"),
        ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["5"]}}, 50035, "mutually exclusive"),
    ],
)
async def test_a_bad_message_is_refused_in_discords_words(
    server: DiscordServer, bot: Bot, dm: Channel, body: dict[str, Any], code: int, words: str
) -> None:
    with pytest.raises(discord.HTTPException) as caught:
        await bot.send(dm.id, **body)
    assert caught.value.code == code
    assert words in caught.value.text
    assert server.person("Ann").dm().messages == []
    server.violations.clear()  # the description forbids most of these too


async def test_as_much_as_is_allowed_is_taken(bot: Bot, dm: Channel) -> None:
    await bot.send(dm.id, content="x" * 2000, nonce="x" * 25)
    rows = [row(*(button(f"{n}{m}".ljust(100, "x"), label="x" * 80) for m in range(5))) for n in range(5)]
    await bot.send(dm.id, flags=V2, components=[*rows, *[text("x" * 500)] * 8])


async def test_a_message_of_components_stays_one(bot: Bot, dm: Channel) -> None:
    number = (await bot.send(dm.id, flags=V2, components=[text()]))["id"]
    path = f"/channels/{dm.id}/messages/{number}"
    assert await bot.refusal("PATCH", path, {"content": "y"}) == 50035
    edited = await bot.call("PATCH", path, {"components": [text("y")]})
    assert (edited["flags"] & V2, edited["components"][0]["content"]) == (V2, "y")
    number = (await bot.send(dm.id, content="x"))["id"]
    path = f"/channels/{dm.id}/messages/{number}"
    assert await bot.refusal("PATCH", path, {"flags": V2, "components": [text()]}) == 50035
    assert (await bot.call("PATCH", path, {"flags": V2, "components": [text()], "content": None}))["content"] == ""


async def test_a_nonce_is_good_for_five_minutes(server: DiscordServer, bot: Bot, dm: Channel) -> None:
    first = await bot.send(dm.id, content="one", nonce="n", enforce_nonce=True)
    server.advance(299)
    assert (await bot.send(dm.id, content="two", nonce="n", enforce_nonce=True))["id"] == first["id"]
    assert [m.text for m in server.person("Ann").dm().messages] == ["one"]
    assert server.messages.deduplicated == 1
    await bot.send(dm.id, content="other nonce", nonce="m", enforce_nonce=True)
    await bot.send(dm.id, content="not enforced", nonce="n")
    server.advance(300)
    await bot.send(dm.id, content="much later", nonce="n", enforce_nonce=True)
    assert len(server.person("Ann").dm().messages) == 4


async def test_only_those_who_may_be_rung_for_are(server: DiscordServer, bot: Bot) -> None:
    ann, bob = server.person("Ann"), server.person("Bob")
    seat = ann.at(guild_of(server).channel("general"))
    named = f"<@{ann.id}> <@{bob.id}> @everyone"
    await bot.send(seat.channel.id, content=named, allowed_mentions={"parse": [], "users": [str(bob.id)]})
    assert (seat.last.mentions, seat.last.text) == ((bob.id,), "@Ann @Bob @everyone")
    await bot.send(seat.channel.id, content=named)
    assert seat.last.mentions == (ann.id, bob.id)


async def test_what_is_not_there_is_unknown(server: DiscordServer, bot: Bot, dm: Channel) -> None:
    guild = guild_of(server)
    extra = guild.channel("extra")
    guild.delete_channel(extra)
    assert await bot.refusal("GET", f"/channels/{extra.id}") == 10003
    assert await bot.refusal("GET", "/channels/5") == 10003
    assert await bot.refusal("GET", f"/channels/{dm.id}/messages/5") == 10008
    assert await bot.refusal("GET", f"/guilds/5/members/{server.person('Ann').id}") == 10004
    assert await bot.refusal("GET", f"/guilds/{guild.id}/members/{server.person('Ann').id}") == 10007
    guild.join(server.person("Ann"), admin=True)
    member = await bot.call("GET", f"/guilds/{guild.id}/members/{server.person('Ann').id}")
    assert member["roles"] == [str(guild.admin_role)]


async def test_who_cannot_be_written_to(server: DiscordServer, bot: Bot, dm: Channel) -> None:
    ann = server.person("Ann")
    ann.dms_closed = True
    assert await bot.refusal("POST", f"/channels/{dm.id}/messages", {"content": "x"}) == 50007
    ann.mutual = False
    assert await bot.refusal("POST", f"/channels/{dm.id}/messages", {"content": "x"}) == 50278
    server.world.new_dms = 1
    for name, code in (("Bob", None), ("Cid", 40003), ("Ann", None)):
        body = {"recipient_id": str(server.person(name).id)}
        if code is None:
            assert (await bot.call("POST", "/users/@me/channels", body))["recipients"][0]["global_name"] == name
        else:
            assert await bot.refusal("POST", "/users/@me/channels", body) == code


async def test_rights_in_a_channel(server: DiscordServer, bot: Bot) -> None:
    guild = guild_of(server)
    channel = guild.channel("general")
    number = (await bot.send(channel.id, content="x"))["id"]
    send, pin = f"/channels/{channel.id}/messages", f"/channels/{channel.id}/messages/pins/{number}"
    guild.forbid(channel, "send_messages", "pin_messages")
    assert await bot.refusal("POST", send, {"content": "x"}) == 50013
    assert await bot.refusal("PUT", pin) == 50013
    await server.quiet()
    known = bot.get_guild(guild.id)
    assert known is not None
    assert not known.text_channels[0].permissions_for(known.me).send_messages
    guild.forbid(channel, "view_channel")
    assert await bot.refusal("GET", send) == 50001
    guild.allow(channel, "view_channel", "send_messages")
    said = await server.person("Ann").at(channel).say("mine")
    assert await bot.refusal("PATCH", f"{send}/{said}", {"content": "x"}) == 50005
    assert await bot.refusal("DELETE", f"{send}/{said}") == 50013
    await guild.kick_bot()
    assert await bot.refusal("POST", send, {"content": "x"}) == 50001
    await guild.delete()
    assert await bot.refusal("POST", send, {"content": "x"}) == 10003


async def test_threads_are_archived_and_locked(server: DiscordServer, bot: Bot) -> None:
    guild = guild_of(server)
    thread = guild.thread(guild.channel("general"), "Drills")
    number = (await bot.send(thread.id, content="x"))["id"]
    one = f"/channels/{thread.id}/messages/{number}"
    guild.archive(thread)
    assert await bot.refusal("PATCH", one, {"content": "y"}) == 50083
    assert await bot.refusal("PUT", f"/channels/{thread.id}/messages/pins/{number}") == 50083
    assert (await bot.call("PATCH", f"/channels/{thread.id}", {"archived": False}))["thread_metadata"][
        "archived"
    ] is False
    guild.archive(thread)
    await bot.send(thread.id, content="wakes it")
    assert not thread.archived
    guild.archive(thread, locked=True)
    assert await bot.refusal("POST", f"/channels/{thread.id}/messages", {"content": "x"}) == 160005
    assert await bot.refusal("PATCH", f"/channels/{thread.id}", {"archived": False}) == 50013


async def test_an_old_message_is_not_edited_too_often(server: DiscordServer, bot: Bot, dm: Channel) -> None:
    server.world.old_edits_an_hour = 1
    path = f"/channels/{dm.id}/messages/" + (await bot.send(dm.id, content="x"))["id"]
    for _ in range(3):
        await bot.call("PATCH", path, {"content": "y"})
    server.advance(3600)
    await bot.call("PATCH", path, {"content": "z"})
    with pytest.raises(discord.RateLimited):  # it comes as a 429 with longer to wait than we put up with
        await bot.call("PATCH", path, {"content": "w"})
    assert server.history[-1].code == 30046


async def test_answers_look_like_discords(server: DiscordServer, dm: Channel) -> None:
    async with aiohttp.ClientSession() as http:
        for token, status in (("nope", 401), (server.token, 200)):
            async with http.get(f"{server.url}/users/@me", headers={"Authorization": f"Bot {token}"}) as response:
                assert response.headers["Content-Type"] == "application/json"
                assert "Via" in response.headers
                assert response.headers["X-RateLimit-Remaining"] == "999" or status == 401
                assert response.status == status
                body = await response.json()
                assert status == 200 or body == {"message": "401: Unauthorized", "code": 0}
        url, auth = f"{server.url}/channels/{dm.id}/messages", {"Authorization": f"Bot {server.token}"}
        async with http.post(url, headers=auth, json={"flags": V2, "components": [row(button(style=5))]}) as response:
            assert (await response.json())["errors"]["components"]["0"]["components"]["0"]["url"]["_errors"]


async def test_what_the_published_description_forbids_is_a_violation(
    server: DiscordServer, bot: Bot, dm: Channel
) -> None:
    if description() is None:
        pytest.skip("the description of the API is not beside the project")
    path = f"/channels/{dm.id}/messages"
    await bot.send(dm.id, content="x", contents="y")
    await bot.refusal("POST", path, {"flags": V2, "components": [row(button(style=9))]})
    await bot.refusal("POST", path, {"content": 5.5})
    await bot.refusal("POST", "/users/@me/channels", {"recipient_id": "me"})
    await bot.refusal("POST", "/channels/5/message", {})
    await bot.call("GET", f"{path}?limit=5&befor=1")
    await bot.refusal("PUT", f"/applications/{server.application_id}/commands", [{"name": "x"}])
    found, server.violations[:] = list(server.violations), []
    assert [line for line in found if "the fake does not have" not in line and "Error(" not in line] == [
        "POST /channels/{channel_id}/messages: contents is unknown",
        "POST /channels/{channel_id}/messages: components[0].components[0].style is 9, not one of [1, 2, 3, 4, 5, 6]",
        "POST /channels/{channel_id}/messages: content is 5.5, not string or null",
        "POST /users/@me/channels: recipient_id is no id: 'me'",
        "POST /channels/5/message: no such route",
        "GET /channels/{channel_id}/messages: unknown query parameter befor",
    ]


async def test_the_fakes_own_answers_are_as_the_description_has_them(
    server: DiscordServer, bot: Bot, dm: Channel
) -> None:
    guild, seat = guild_of(server), server.person("Ann").at(guild_of(server).channel("general"))
    thread = guild.thread(seat.channel, "Drills")
    commands = f"/applications/{server.application_id}/commands"
    option = {"type": 3, "name": "text", "description": "Text"}
    await bot.call("PUT", commands, [{"name": "today", "description": "Today", "options": [option]}])

    async def react(press: Press) -> None:
        path = f"/interactions/{press.id}/{press.token}/callback?with_response=true"
        hook = f"/webhooks/{server.application_id}/{press.token}"
        data: Any = press.data
        if press.type is discord.InteractionType.component:
            await bot.call("POST", path, {"type": 7, "data": {"content": "changed"}})
        elif "options" in data:
            await bot.call("POST", path, {"type": 5})
            await bot.call("POST", hook, {"content": "filled"})
            await bot.call("POST", hook, {"content": "more", "flags": 64})
            await bot.call("PATCH", f"{hook}/messages/@original", {"content": "again"})
            await bot.call("GET", f"{hook}/messages/@original")
        else:
            await bot.call("POST", path, {"type": 4, "data": {"content": "x", "components": [row(button())]}})

    bot.react = react
    await seat.command("today")
    await seat.tap("A")
    await seat.command("today", text="x")
    view = discord.ui.LayoutView()
    view.add_item(discord.ui.Container(discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://a.png"))))
    view.add_item(discord.ui.Section("Text", accessory=discord.ui.Thumbnail("https://example.org/a.png")))
    view.add_item(discord.ui.Separator())
    view.add_item(discord.ui.File("attachment://b.txt"))
    options = [discord.SelectOption(label="One"), discord.SelectOption(label="Two", description="2")]
    view.add_item(discord.ui.ActionRow(discord.ui.Select(options=options)))
    files = [discord.File(__file__, filename=name, description="A file") for name in ("a.png", "b.txt")]
    number = (await bot.get_partial_messageable(dm.id).send(view=view, files=files, nonce="n")).id
    await bot.call("PUT", f"/channels/{dm.id}/messages/pins/{number}")
    await bot.call("PATCH", f"/channels/{thread.id}", {"archived": False})
    for path in (
        *("/users/@me", "/applications/@me", f"/users/{seat.person.id}", commands),
        *(f"/channels/{channel.id}" for channel in (dm, seat.channel, thread)),
        *(f"/channels/{dm.id}/messages{rest}" for rest in ("", "/pins", f"/{number}")),
        *(f"/guilds/{guild.id}/members/{user}" for user in (seat.person.id, server.application_id)),
    ):
        await bot.call("GET", path)
    await server.quiet()
    good = [call for call in server.history if call.result is not None]
    assert len(good) > 20
    assert [line for call in good for line in misanswers(call.method, call.path, call.status, call.result)] == []


async def test_faults_come_as_planned(server: DiscordServer, bot: Bot, dm: Channel) -> None:
    send = "POST /channels/*/messages"
    server.faults.add(send, Refuse(50013))
    assert await bot.refusal("POST", f"/channels/{dm.id}/messages", {"content": "refused"}) == 50013
    plans: list[tuple[Any, Callable[[], Any]]] = [
        (Page(), lambda: pytest.raises(discord.HTTPException, match="1015")),
        (Broken(503), lambda: pytest.raises(discord.DiscordServerError)),
        (Cut(), lambda: pytest.raises(aiohttp.ServerDisconnectedError)),
        (Cut(reset=True), lambda: pytest.raises(aiohttp.ClientOSError)),
        (Cut(done=True), lambda: pytest.raises(aiohttp.ServerDisconnectedError)),
    ]
    for fault, fails in plans:
        server.faults.add(send, fault)
        with fails():
            await bot.send(dm.id, content=repr(fault))
    assert [m.text for m in server.person("Ann").dm().messages] == ["Cut(done=True, reset=False)"]
    server.faults.add("*", Slow(0.01, before=0.01))
    server.faults.add(send, Limited(0.01), when=lambda body: body["content"] == "limited")
    server.faults.add(send, Limited(0.01, everywhere=True))
    for words in ("slow", "limited", "everywhere"):
        await bot.send(dm.id, content=words)
    assert [call.status for call in server.calls(send)][-4:].count(429) == 2
    assert [m.text for m in server.person("Ann").dm().messages][1:] == ["slow", "limited", "everywhere"]
    server.faults.add(send, Hang(done=True))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bot.send(dm.id, content="hung"), 0.05)
    assert server.person("Ann").dm().last.text == "hung"


async def test_discord_py_repeats_after_a_500_and_the_nonce_keeps_it_to_one(
    server: DiscordServer, bot: Bot, dm: Channel
) -> None:
    server.faults.add("POST /channels/*/messages", Broken(500, done=True))
    await bot.send(dm.id, content="once", nonce="n", enforce_nonce=True)
    assert len(server.calls("POST /channels/*/messages")) == 2
    assert [m.text for m in server.person("Ann").dm().messages] == ["once"]


async def test_there_is_room_for_so_many_messages_in_a_channel(server: DiscordServer, bot: Bot, dm: Channel) -> None:
    server.limits = RateLimits(channel=2, channel_seconds=0.2)
    for number in range(3):
        await bot.send(dm.id, content=f"{number}")
    assert {call.status for call in server.history} == {200}  # discord.py read the headers and waited
    server.limits = RateLimits(total=1, total_seconds=0.1)
    await asyncio.gather(*(bot.call("GET", f"/channels/{dm.id}/messages/{m.id}") for m in server.world.messages))
    assert server.history[-1].status == 200
    assert 429 in {call.status for call in server.history}
