"""The fake Discord, and discord.py pointed at it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.kit.discord import DiscordServer

Press = discord.Interaction[Any]


class Bot(discord.AutoShardedClient):
    """Notes what it hears; a test gives it hands with `react`."""

    def __init__(self, server: DiscordServer, more: discord.Intents | None = None) -> None:
        intents = discord.Intents(guilds=True, dm_messages=True) | (more or discord.Intents.none())
        nobody = discord.AllowedMentions.none()
        super().__init__(intents=intents, allowed_mentions=nobody, guild_ready_timeout=0.01, max_ratelimit_timeout=30)
        self.server = server
        self.heard: list[str] = []
        self.react: Callable[[Press], Awaitable[Any]] | None = None

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self.heard.append(event)
        self.server.touch()
        super().dispatch(event, *args, **kwargs)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """A real bot waits five seconds here."""

    async def on_interaction(self, interaction: Press) -> None:
        if self.react is not None:
            await self.react(interaction)

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Any request, through discord.py's own HTTP code."""
        return await self.http.request(Route(method, path), **({} if body is None else {"json": body}))

    async def send(self, channel: int, **body: Any) -> Any:
        return await self.call("POST", f"/channels/{channel}/messages", body)

    async def refusal(self, method: str, path: str, body: Any = None) -> int:
        """The error code with which a request is refused."""
        with pytest.raises(discord.HTTPException) as caught:
            await self.call(method, path, body)
        return caught.value.code


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    async with DiscordServer.running() as server:
        monkeypatch.setattr(Route, "BASE", server.url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway.url))
        yield server
    assert server.violations == []


@asynccontextmanager
async def connected(server: DiscordServer, bot: Bot) -> AsyncIterator[Bot]:
    """A bot that is logged in and ready."""
    async with bot, asyncio.TaskGroup() as group:
        group.create_task(bot.start(server.token))
        await server.until(lambda: "ready" in bot.heard, "the bot to be ready")
        yield bot
        await bot.close()
    await server.until(lambda: not server.gateway.connected, "the bot's goodbye to arrive")


@pytest.fixture
async def bot(server: DiscordServer) -> AsyncIterator[Bot]:
    await server.guild("Office", server.person("Founder"))
    async with connected(server, Bot(server)) as bot:
        yield bot
