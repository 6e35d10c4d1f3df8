"""One look at Discord for `toehold check`: who we are, how we are invited, and what would keep presses away."""

import asyncio
from dataclasses import dataclass

import discord

from bot.platforms.discord import gateway
from bot.platforms.discord.connection import bot_id
from bot.platforms.discord.errors import Meaning, read
from bot.words import Words, load

PROBE_SECONDS = 10.0

# Only what is used: to see a channel, to write there, to find what was written, to add a picture, to pin a board.
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    read_message_history=True,
    attach_files=True,
    pin_messages=True,
)


@dataclass(frozen=True, slots=True)
class Me:
    """The bot as Discord knows it. `warnings`: sentences about what will not work."""

    id: str
    username: str
    invite_url: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why Discord cannot be used, in a sentence."""

    sentence: str


async def probe(token: str, api_url: str, words: Words | None = None) -> Me | Problem:
    words, token = words or load(), token.strip()
    if bot_id(token) is None:
        return Problem(words("discord.token-malformed"))
    gateway.use(api_url)
    try:
        async with asyncio.timeout(PROBE_SECONDS), discord.Client(intents=discord.Intents(guilds=True)) as client:
            await client.login(token)
    except Exception as error:  # noqa: BLE001 - the question is just whether Discord answers
        return Problem(words(_sentence(error)))
    me, application = client.user, client.application
    assert me is not None
    assert application is not None
    warnings = (words("discord.endpoint-set"),) if application.interactions_endpoint_url else ()
    return Me(str(me.id), me.name, invite_url(str(application.id)), warnings)


def invite_url(application: str) -> str:
    """Where an owner of a server adds the bot to it."""
    place = "https://discord.com/oauth2/authorize"
    return f"{place}?client_id={application}&scope=bot+applications.commands&permissions={PERMISSIONS.value}"


def _sentence(error: Exception) -> str:
    fault = read(error)
    if fault.meaning is Meaning.TOKEN:
        return "discord.token-refused"
    odd = fault.reason in ("not-json", "cloudflare") or fault.reason.startswith("refused-")
    odd = odd or isinstance(error, KeyError | TypeError | ValueError)
    return "discord.probe-unreadable" if odd else "discord.probe-unreachable"
