"""The fake's gateway: sessions, and what becomes of events when the line breaks."""

import asyncio

import discord
import pytest

from tests.bot.platforms.discord.conftest import Bot, Press, connected
from tests.kit.discord import DidNotRespond, DiscordServer


async def test_what_happens_while_the_line_is_dead_is_told_when_the_session_resumes(
    server: DiscordServer, bot: Bot
) -> None:
    seat = server.person("Ann").dm()
    await bot.send(seat.channel.id, flags=1 << 15, components=[_row("Done")])
    await server.until(lambda: "message" in bot.heard)
    bot.heard.clear()
    server.gateway.deaf = True
    heard = asyncio.create_task(seat.tap("Done"))
    await seat.say("and a word")
    await server.until(lambda: len(server.world.interactions) == 1)
    assert "message" not in bot.heard

    async def react(press: Press) -> None:
        await press.response.defer()

    bot.react = react
    server.gateway.cut()
    assert (await heard).kind == "nothing"
    await server.quiet()
    assert (server.gateway.resumed, len(server.gateway.identified)) == (1, 1)
    assert bot.heard.count("interaction") == bot.heard.count("resumed") == 1
    assert "message" in bot.heard


@pytest.mark.parametrize("how", ["reconnect", "invalid but resumable", "4000", "1000"])
async def test_a_session_is_resumed(server: DiscordServer, bot: Bot, how: str) -> None:
    if how == "reconnect":
        await server.gateway.reconnect()
    elif how == "invalid but resumable":
        await server.gateway.invalidate(resumable=True)
    else:
        await server.gateway.close(int(how))
    await server.until(lambda: "resumed" in bot.heard, "the bot to resume")
    assert len(server.gateway.sessions) == 1


async def test_an_invalid_session_is_begun_anew_and_what_came_between_is_lost(server: DiscordServer, bot: Bot) -> None:
    seat = server.person("Ann").dm()
    server.gateway.deaf = True
    await seat.say("lost")
    server.gateway.deaf = False
    await server.gateway.invalidate()
    await server.until(lambda: bot.heard.count("shard_ready") == 2, "the bot to come back")
    assert len(server.gateway.sessions) == 2
    await seat.say("heard")
    await server.until(lambda: "message" in bot.heard)
    assert bot.heard.count("message") == 1


async def test_events_of_the_meantime_wait_for_the_resumed_session(server: DiscordServer, bot: Bot) -> None:
    seat = server.person("Ann").dm()
    await bot.send(seat.channel.id, flags=1 << 15, components=[_row("Done")])
    server.gateway.down = True
    server.gateway.cut()
    await server.until(lambda: not server.gateway.connected)
    bot.heard.clear()
    await seat.say("while you were away")
    with pytest.raises(DidNotRespond):
        await seat.press("x")
    server.gateway.down = False
    await server.until(lambda: "message" in bot.heard, "the bot to hear of it", 15)
    assert "interaction" not in bot.heard


async def test_a_wrong_token_and_privileged_intents_end_it(server: DiscordServer) -> None:
    bot = Bot(server)
    server.gateway.refuse = 4004
    async with bot:
        with pytest.raises(discord.ConnectionClosed) as caught:
            await bot.start(server.token)
    assert caught.value.code == 4004
    server.gateway.refuse = None
    async with Bot(server, discord.Intents(members=True)) as bot:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await bot.start(server.token)
    assert server.gateway.closed == [4004, 4014]
    async with Bot(server) as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.start("nope")


async def test_every_shard_hears_of_its_own_guilds(server: DiscordServer) -> None:
    founder = server.person("Founder")
    guilds = [await server.guild(name, founder) for name in ("One", "Two")]
    server.gateway.shards = 2
    async with connected(server, Bot(server)) as bot:
        assert {guild.id: guild.shard_id for guild in bot.guilds} == {g.id: (g.id >> 22) % 2 for g in guilds}
        assert {guild.shard_id for guild in bot.guilds} == {0, 1}
        await founder.dm().say("hello")
        await server.until(lambda: "message" in bot.heard)
        assert bot.heard.count("message") == 1


async def test_the_bot_is_told_of_the_life_of_a_guild(server: DiscordServer, bot: Bot) -> None:
    guild = await server.guild("Team", server.person("Founder"))
    thread = guild.thread(guild.channel("drills"), "Drills")
    guild.archive(thread)
    guild.delete_channel(thread)
    guild.delete_channel(guild.channel("drills"))
    await guild.outage()
    await guild.back()
    await guild.kick_bot()
    await guild.add_bot()
    await server.until(lambda: bot.heard.count("guild_join") == 2)
    told = [event for event in bot.heard if event.startswith(("guild_", "thread_", "private", "guild_channel"))]
    assert told[-9:] == [
        "guild_join",
        "guild_channel_create",
        "thread_create",
        "thread_update",
        "guild_channel_delete",
        "guild_unavailable",
        "guild_available",
        "guild_remove",
        "guild_join",
    ]


async def test_a_person_in_a_guild_is_shown_with_their_rights(server: DiscordServer, bot: Bot) -> None:
    guild = await server.guild("Team", server.person("Founder"), locale="de")
    channel = guild.channel("general")
    ann = server.person("Ann", locale="fr").at(channel)
    guild.promote(ann.person)
    await bot.send(channel.id, flags=1 << 15, components=[_row("Mine")])
    guild.forbid(channel, "send_messages")
    seen: list[Press] = []

    async def react(press: Press) -> None:
        seen.append(press)
        await press.response.send_message("Yours", ephemeral=True)  # an answer needs no right

    bot.react = react
    await ann.tap("Mine")
    (press,) = seen
    assert press.permissions.manage_guild
    assert not press.app_permissions.send_messages
    assert (press.locale.value, str(press.guild_locale), press.context.guild) == ("fr", "de", True)
    assert press.channel_id == channel.id
    assert press.is_guild_integration()
    assert (ann.notices, server.person("Founder").at(channel).notices) == (["Yours"], [])


def _row(label: str) -> dict[str, object]:
    button = {"type": 2, "style": 1, "label": label, "custom_id": label.lower()}
    return {"type": 1, "components": [button]}
