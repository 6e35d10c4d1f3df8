"""discord.py's client with our settings; what it hears goes to the reception, and its shards' comings and goings are kept."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

import aiohttp
import discord
import structlog

from bot.platforms.discord import gateway
from bot.platforms.patience import Pause

# How long a goodbye to the gateway may take: a container that stops is killed after ten seconds.
CLOSE_SECONDS = 3.0
IDENTIFY_PAUSE = 5.0  # one session may begin in so many seconds

Arrived = discord.Interaction[Any]

log = structlog.get_logger()


class Reception(Protocol):
    async def interaction(self, arrived: Arrived) -> None: ...

    async def message(self, arrived: discord.Message) -> None: ...

    async def guild(self, guild: discord.Guild, present: bool) -> None: ...


class Client(discord.AutoShardedClient):
    """Made anew for every attempt to connect: discord.py cannot open a closed one again.

    It asks for nothing privileged, keeps neither members nor messages, and lets no message ring for anybody by default
    (D-22, D-25, D-27). `ready` is set while every shard is connected; otherwise `away_since` tells since when it is not.
    """

    def __init__(
        self,
        reception: Reception,
        ready: asyncio.Event,
        pause: Pause,
        shards: tuple[tuple[int, ...], int] | None,
        trace: aiohttp.TraceConfig,
    ) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.dm_messages = True
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=30,
            chunk_guilds_at_startup=False,
            # While discord.py waits for the servers after READY, it takes one that we come into for one that we were in.
            guild_ready_timeout=0,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            shard_count=shards[1] if shards else None,
            http_trace=trace,
        )
        self.shard_ids = list(shards[0]) if shards else None
        self._reception = reception
        self._everyone_in = ready
        self._pause = pause
        self._connected: set[int] = set()
        self._sockets = gateway.remember_sockets(self)
        self.away_since: float | None = time.monotonic()

    def shard_numbers(self) -> Sequence[int]:
        return self.shard_ids or range(self.shard_count or 1)

    async def leave(self) -> None:
        """Close, in seconds, whatever the other side does."""
        self._everyone_in.clear()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await asyncio.shield(self.close())
        except TimeoutError:
            await self.http.close()

    async def finish(self) -> None:
        """After `leave`, when nothing of it runs any more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await gateway.shut(self._sockets)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        if not initial:
            await self._pause(IDENTIFY_PAUSE)

    async def on_interaction(self, interaction: Arrived) -> None:
        await self._reception.interaction(interaction)

    async def on_message(self, message: discord.Message) -> None:
        await self._reception.message(message)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._reception.guild(guild, present=True)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        # Not for an outage: that is `guild_unavailable`, of which we want to know nothing (D-11).
        await self._reception.guild(guild, present=False)

    # After an invalid session (D-21) shards begin anew and what happened in between is lost. Nothing need be repainted:
    # a card quotes its revision, so whatever is pressed next brings it up to date, and prompts are owed by the database.
    async def on_shard_connect(self, shard_id: int) -> None:
        self._came(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        self._came(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        self._connected.discard(shard_id)
        self._everyone_in.clear()
        self.away_since = self.away_since or time.monotonic()
        log.info("discord shard disconnected", shard=shard_id)

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        log.exception("discord event failed", event_method=event_method)

    def _came(self, shard_id: int) -> None:
        self._connected.add(shard_id)
        log.info("discord shard connected", shard=shard_id)
        if self._connected.issuperset(self.shard_numbers()) and not self.is_closed():
            self.away_since = None
            self._everyone_in.set()
