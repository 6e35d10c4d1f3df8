"""How often a living message that somebody keeps deleting may come back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeAlias

from bot.platforms.port import Address

Now: TypeAlias = Callable[[], datetime]

# A living message that was deleted comes back at most so often (C-85).
REPOST_AFTER = timedelta(hours=1)


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
