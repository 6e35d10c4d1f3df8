"""Cues: when a rest of 10 s or more ends, the card is redrawn once. Held in memory; restored from the sessions at start."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.addresses import Address
from bot.clock import Clock

SHORTEST = timedelta(seconds=10)  # shorter rests are over before an edit would arrive

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Cue:
    session: str
    rev: int
    at: datetime
    address: Address


class Cues:
    """One cue a session at most; a move in the session replaces or removes it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._cues: dict[str, Cue] = {}
        self._changed = asyncio.Event()

    def set(self, cue: Cue) -> None:
        self._cues[cue.session] = cue
        self._changed.set()

    def restore(self, cue: Cue) -> None:
        """As `set`, but a cue that the person has caused meanwhile stays."""
        if cue.session not in self._cues:
            self.set(cue)

    def clear(self, session: str) -> None:
        self._cues.pop(session, None)

    def next_due(self) -> datetime | None:
        return min((cue.at for cue in self._cues.values()), default=None)

    def take_due(self, now: datetime) -> list[Cue]:
        due = [cue for cue in self._cues.values() if cue.at <= now]
        for cue in due:
            del self._cues[cue.session]
        return due

    async def run(self, beat: Callable[[datetime], Awaitable[None]]) -> None:
        """Call `beat` whenever a cue is due, until cancelled."""
        while True:
            self._changed.clear()
            await self._clock.wait(self._changed, self.next_due())
            now = self._clock.now()
            due = self.next_due()
            if due is not None and due <= now:
                try:
                    await beat(now)
                except Exception:
                    log.exception("cue.failed")
