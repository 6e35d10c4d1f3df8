"""Who may speak when: one lane per chat, first in, first out, and the waits that Telegram's flood control has asked for."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Lanes:
    """A lock per chat that somebody waits for or holds; asyncio's locks are first come, first served."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._users: Counter[str] = Counter()

    @asynccontextmanager
    async def hold(self, chat: str) -> AsyncIterator[None]:
        lock = self._locks.setdefault(chat, asyncio.Lock())
        self._users[chat] += 1
        try:
            async with lock:
                yield
        finally:
            self._users[chat] -= 1
            if not self._users[chat]:
                del self._users[chat], self._locks[chat]


class Floods:
    """Per chat first; once two chats are flooded at the same time, the whole bot is meant (reliability §4.0)."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def note(self, chat: str, seconds: float) -> None:
        self._until[chat] = max(self._until.get(chat, 0.0), _now() + seconds)

    def left(self, chat: str) -> float:
        """Seconds until something may be sent to this chat."""
        self._forget()
        until = max(self._until.values(), default=0.0) if self.everyone else self._until.get(chat, 0.0)
        return max(0.0, until - _now())

    @property
    def everyone(self) -> bool:
        self._forget()
        return len(self._until) > 1

    def _forget(self) -> None:
        now = _now()
        self._until = {chat: until for chat, until in self._until.items() if until > now}


def _now() -> float:
    return asyncio.get_running_loop().time()
