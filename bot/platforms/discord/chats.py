"""Which channel is somebody's private chat: asked of Discord once, as it counts how many we open (D-09)."""

import discord
import structlog

from bot.platforms.discord.connection import Connection
from bot.platforms.discord.errors import Fault
from bot.platforms.discord.fields import PLATFORM
from bot.platforms.port import Address, MessageKind, Postbox, Posted

DIRECT = "dm"
"""Under this name the postbox remembers it, in the private chat itself."""
CHATS_MAX = 10_000

log = structlog.get_logger()


class DirectChats:
    def __init__(self, connection: Connection, postbox: Postbox) -> None:
        self._connection = connection
        self._postbox = postbox
        self._known: dict[str, int] = {}

    async def learn(self, user: str, channel: str) -> None:
        """They have just written or pressed there."""
        if self._known.get(user) != int(channel):
            await self._keep(user, int(channel))

    async def find(self, user: str) -> int | Fault:
        known = self._known.get(user) or await self._recall(user)
        if known is not None:
            return known
        result = await self._connection.call(lambda client: client.create_dm(discord.Object(int(user))))
        if isinstance(result, Fault):
            return result
        await self._keep(user, result.id)
        return result.id

    async def _recall(self, user: str) -> int | None:
        try:
            posted = await self._postbox.last(self._home(user), DIRECT)
        except Exception:  # Discord knows it too
            log.exception("private chat not known", user=user)
            return None
        if posted is not None:
            self._known[user] = int(posted.message)
        return int(posted.message) if posted else None

    async def _keep(self, user: str, channel: int) -> None:
        while len(self._known) >= CHATS_MAX:
            self._known.pop(next(iter(self._known)))
        self._known[user] = channel
        try:
            posted = Posted(str(channel), MessageKind.TEXT)
            if await self._postbox.last(self._home(user), DIRECT) != posted:
                await self._postbox.put(self._home(user), DIRECT, posted)
        except Exception:  # it is asked for again
            log.exception("private chat not remembered", user=user)

    def _home(self, user: str) -> Address:
        return Address(PLATFORM, self._connection.me, f"@{user}")
