"""Where discord.py finds Discord, and the few calls for which it has no documented name.

discord.py has no setting for them, and with shard ids set it never asks where the gateway is (it would also go back to its
own address after an invalid session). So this file sets two class constants, and no other file touches what is not in
discord.py's documentation. They are one for the process: two bots in it must use the same API, and the gateway that was
announced last is everybody's. Their meaning is only known for the pinned version, so any other is refused.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket, KeepAliveHandler
from discord.http import Route

from bot.platforms.port import CannotStart

VERSION = "2.7.1"

ORIGINAL = cast(int, "@original")
"""In the place of a message's id: what an interaction's first answer is, or the message that its button hangs on."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What Discord recommends; `left`: how often we may still begin a session, until `seconds` from now."""

    url: str
    shards: int
    left: int
    seconds: float


def use(api_url: str) -> None:
    """From now on every request goes to this API, as "https://discord.com/api/v10"."""
    if discord.__version__ != VERSION:
        raise CannotStart(f"Toehold knows discord.py {VERSION}, not {discord.__version__}; install what is locked.")
    Route.BASE = api_url.rstrip("/")
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here


async def ask(client: discord.Client) -> Announced:
    shards, url, limit = await client.http.get_bot_gateway()
    if yarl.URL(url).scheme not in ("ws", "wss"):
        raise ValueError("not the address of a gateway")
    return Announced(url, max(1, int(shards)), int(limit["remaining"]), limit["reset_after"] / 1000)


def enter_by(url: str) -> None:
    """Every new session begins there; one that is resumed goes where Discord told it to."""
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)


def remember_sockets(client: discord.Client) -> list[aiohttp.ClientWebSocketResponse]:
    """Those that the client opens from now on: discord.py forgets the one of a session that is only half begun."""
    connect, opened = client.http.ws_connect, list[aiohttp.ClientWebSocketResponse]()

    async def ws_connect(url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
        socket = await connect(url, compress=compress)
        opened[:] = [each for each in opened if not each.closed] + [socket]
        return socket

    client.http.ws_connect = ws_connect  # type: ignore[method-assign]
    return opened


async def shut(sockets: Sequence[aiohttp.ClientWebSocketResponse]) -> None:
    """Nothing is left of them: neither an open connection, nor the thread that would keep it alive."""
    for thread in threading.enumerate():
        if isinstance(thread, KeepAliveHandler) and thread.ws.socket in sockets:
            thread.stop()
    for socket in sockets:
        await socket.close()


async def who_am_i(client: discord.Client) -> str:
    return str((await client.http.request(Route("GET", "/users/@me")))["id"])


async def put_commands(client: discord.Client, commands: Sequence[Mapping[str, Any]]) -> None:
    await client.http.bulk_upsert_global_commands(client.application_id or 0, [dict(each) for each in commands])


def hook(client: discord.Client, token: str) -> discord.Webhook:
    """What an interaction's token opens. `Webhook.partial` would be of a type that may not whisper."""
    opened = {"id": client.application_id or 0, "type": discord.WebhookType.application.value, "token": token}
    return discord.Webhook.from_state(cast(Any, opened), state=client._connection)
