"""How often a group may hear of us: Telegram's messages a minute, and a board that somebody keeps deleting."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeAlias

from bot.platforms.port import Address

Now: TypeAlias = Callable[[], datetime]

WINDOW = timedelta(minutes=1)
# Telegram allows 20 messages a minute in one group; two are left for answers, which nobody can put off.
GROUP_LIMIT = 18
# A living message that was deleted comes back at most so often (C-85).
REPOST_AFTER = timedelta(hours=1)


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


class Reposts:
    """When a living message was last sent anew, and which one of its messages is known to be gone since."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._at: dict[tuple[Address, str], datetime] = {}
        self._gone: dict[tuple[Address, str], str] = {}

    def left(self, address: Address, living: str) -> float:
        """Seconds until it may be sent anew."""
        at, now = self._at.get((address, living)), self._now()
        if at is None or not now - REPOST_AFTER < at <= now:
            return 0.0
        return (at + REPOST_AFTER - now).total_seconds()

    def is_gone(self, address: Address, living: str, message: str) -> bool:
        return self._gone.get((address, living)) == message

    def gone(self, address: Address, living: str, message: str) -> None:
        self._gone[address, living] = message

    def note(self, address: Address, living: str) -> None:
        """It has just been sent anew."""
        now = self._now()
        self._at = {key: at for key, at in self._at.items() if at > now - REPOST_AFTER}
        self._at[address, living] = now
        self._gone = {key: message for key, message in self._gone.items() if key in self._at}
        self._gone.pop((address, living), None)
