"""The waits that Telegram's flood control has asked for."""

import asyncio


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
