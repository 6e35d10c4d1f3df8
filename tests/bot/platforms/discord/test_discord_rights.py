"""Who may manage challenges in a channel, and what we lack there (C-76, D-08)."""

from collections.abc import AsyncIterator

import pytest

from bot.cards import Reply
from bot.words import load
from tests.bot.platforms.discord.rig import CARD, NEXT, Rig
from tests.kit.discord import Channel, DiscordServer, Guild, Person

words = load()


@pytest.fixture
async def rig(server: DiscordServer) -> AsyncIterator[Rig]:
    async with Rig(server).running() as rig:
        yield rig


@pytest.fixture
async def guild(server: DiscordServer) -> Guild:
    return await server.guild("Office", server.person("Founder"))


@pytest.fixture
def channel(guild: Guild) -> Channel:
    return guild.channel("general")


async def spoke(rig: Rig, person: Person, channel: Channel) -> bool:
    """They call the public command; whether they may manage."""
    await person.at(channel).command("challenge")
    said = await rig.said()
    return await rig.discord.may_manage(said.address, said.sender.account)


async def test_whoever_owns_or_manages_the_server_may(rig: Rig, guild: Guild, channel: Channel) -> None:
    ben, ann = rig.server.person("Ben"), rig.server.person("Ann")
    guild.join(ben, admin=True)
    assert await spoke(rig, rig.server.person("Founder"), channel)
    assert await spoke(rig, ben, channel)
    assert not await spoke(rig, ann, channel)


async def test_of_somebody_who_has_not_spoken_there_nobody_knows(rig: Rig, guild: Guild, channel: Channel) -> None:
    founder = rig.server.person("Founder")
    assert not await rig.discord.may_manage(rig.room(channel), rig.account(founder))
    assert await spoke(rig, founder, channel)
    other = guild.channel("other")
    assert not await rig.discord.may_manage(rig.room(other), rig.account(founder))


async def test_it_is_known_for_a_minute(rig: Rig, guild: Guild, channel: Channel) -> None:
    """C-76, C-77."""
    ben = rig.server.person("Ben")
    guild.join(ben, admin=True)
    assert await spoke(rig, ben, channel)
    rig.server.advance(59)
    assert await rig.discord.may_manage(rig.room(channel), rig.account(ben))
    rig.server.advance(1)
    assert not await rig.discord.may_manage(rig.room(channel), rig.account(ben))


async def test_whoever_loses_the_right_has_lost_it_at_the_next_press(rig: Rig, guild: Guild, channel: Channel) -> None:
    ben = rig.server.person("Ben")
    guild.join(ben, admin=True)
    assert await spoke(rig, ben, channel)
    guild.demote(ben)
    await ben.at(channel).command("challenge")
    await rig.said(2)
    assert not await rig.discord.may_manage(rig.room(channel), rig.account(ben), fresh=True)


async def test_in_a_private_chat_everybody_may(rig: Rig, channel: Channel) -> None:
    ann = rig.server.person()
    assert await rig.discord.may_manage(rig.direct(ann), rig.account(ann))
    assert await rig.discord.may_manage(rig.hidden(ann, channel), rig.account(ann))


async def test_d_08_what_we_lack_is_told_to_whoever_can_change_it(rig: Rig, guild: Guild, channel: Channel) -> None:
    founder, ann = rig.server.person("Founder"), rig.server.person("Ann")
    guild.forbid(channel, "send_messages", "attach_files")
    told = words("discord.missing-permissions", names="Send Messages, Attach Files")
    for number, person in enumerate((ann, founder, founder), 1):
        await person.at(channel).command("challenge")
        await rig.discord.answer(await rig.said(number), Reply(CARD))
    assert told not in "\n".join(seen.text for seen in ann.at(channel).messages)
    assert [seen.ephemeral for seen in founder.at(channel).messages if seen.text == told] == [True]
    rig.server.advance(3600)
    await founder.at(channel).command("challenge")
    await rig.discord.answer(await rig.said(4), Reply(CARD))
    assert len([seen for seen in founder.at(channel).messages if seen.text == told]) == 2


async def test_d_08_a_button_tells_it_too_and_threads_need_another_right(
    rig: Rig, guild: Guild, channel: Channel
) -> None:
    founder, thread = rig.server.person("Founder"), guild.thread(channel, "Drills")
    await rig.discord.deliver(rig.room(thread), Reply(CARD))
    guild.forbid(channel, "send_messages", "send_messages_in_threads")
    await founder.at(thread).tap("Go")
    await rig.discord.answer(await rig.pressed(), Reply(NEXT))
    assert founder.at(thread).notices == [words("discord.missing-permissions", names="Send Messages in Threads")]


async def test_d_08_where_nothing_is_missing_nothing_is_said(rig: Rig, guild: Guild, channel: Channel) -> None:
    founder = rig.server.person("Founder")
    await founder.at(channel).command("challenge")
    await rig.discord.answer(await rig.said(), Reply(CARD))
    assert len([seen for seen in founder.at(channel).messages if seen.ours]) == 1
