"""Who has the page open: one bounded queue a connection, and one way to tell all of them something."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime

from bot.platforms.local.render import Json

CONNECTIONS_MAX = 32
BACKLOG_MAX = 1024  # messages; a page that reads slower than this is let go, reconnects, and gets a snapshot


class Listener:
    """The messages on their way to one page. None ends them."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._ended = False

    def put(self, text: str) -> None:
        if self.queue.qsize() >= BACKLOG_MAX:
            self.end()
        elif not self._ended:
            self.queue.put_nowait(text)

    def end(self) -> None:
        if not self._ended:
            self._ended = True
            self.queue.put_nowait(None)


class Hub:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._listeners: set[Listener] = set()

    @property
    def full(self) -> bool:
        return len(self._listeners) >= CONNECTIONS_MAX

    def join(self) -> Listener:
        listener = Listener()
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        listener.end()

    def tell(self, event: Json) -> None:
        """To every open page."""
        text = self._text(event)
        for listener in self._listeners:
            listener.put(text)

    def whisper(self, listener: Listener, event: Json) -> None:
        """To one page."""
        listener.put(self._text(event))

    def close(self) -> None:
        for listener in self._listeners:
            listener.end()

    def _text(self, event: Json) -> str:
        """Every message carries people's time, so that countdowns on the page follow the time machine."""
        return json.dumps({**event, "now": self._now().isoformat()})
