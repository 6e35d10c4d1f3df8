"""How often a group may hear of us: Telegram's messages a minute."""

from collections import deque
from datetime import datetime, timedelta

from bot.platforms.reposts import Now

WINDOW = timedelta(minutes=1)
# Telegram allows 20 messages a minute in one group; two are left for answers, which nobody can put off.
GROUP_LIMIT = 18


def is_group(chat: str) -> bool:
    return chat.startswith("-")  # Telegram numbers people upwards and groups downwards


class GroupWindow:
    """What was sent and edited in each group within the last minute."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._spoken: dict[str, deque[datetime]] = {}

    def note(self, chat: str) -> None:
        if is_group(chat):
            self._spoken.setdefault(chat, deque(maxlen=GROUP_LIMIT)).append(self._now())

    def left(self, chat: str) -> float:
        """Seconds until something that nobody waits for may be shown in this chat."""
        recent, now = self._spoken.get(chat), self._now()
        # A clock that was set back leaves instants of the future behind; they must not keep a group waiting.
        while recent and not now - WINDOW < recent[0] <= now:
            recent.popleft()
        if not recent:
            self._spoken.pop(chat, None)
            return 0.0
        return (recent[0] + WINDOW - now).total_seconds() if len(recent) == GROUP_LIMIT else 0.0
