"""PTB's Bot over our transport: made, opened and closed in one place, without `Bot.initialize`, which tells the token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telegram import Bot, User

from bot.platforms.port import CannotStart
from bot.platforms.telegram.transport import Transport, bot_id, stand_in
from bot.words import Words

# Answers, taps, prompts and boards each have so many in flight at most (limits, engine); none of them finds the pool used up.
CONNECTIONS = 64
# A poll that was torn off may hold its connection for a while; the next must not wait for it.
POLL_CONNECTIONS = 4


class TokenRefused(CannotStart):
    """The token cannot be used; the message is a sentence for whoever runs the bot, and does not hold the token."""


class Connection:
    """`bot` may be called while `open()` is entered; before and after, every call fails as "not sent"."""

    def __init__(self, token: str, api_url: str, words: Words) -> None:
        token = token.strip()
        me = bot_id(token)
        if me is None:
            raise TokenRefused(words("telegram.token-malformed"))
        self.me = me
        self._transports = (Transport(token, POLL_CONNECTIONS), Transport(token, CONNECTIONS))
        base = api_url.rstrip("/")
        self.bot = Bot(
            stand_in(token),
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            get_updates_request=self._transports[0],
            request=self._transports[1],
        )

    def __repr__(self) -> str:
        return f"Connection(bot={self.me})"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        try:
            for transport in self._transports:
                await transport.initialize()
            yield
        finally:
            for transport in self._transports:
                await transport.shutdown()

    async def introduce(self, read_seconds: float) -> User:
        """Who we are, from Telegram."""
        return await self.bot.get_me(read_timeout=read_seconds)
