"""When to kill: moments drawn from a seed, told in what has happened and not in seconds, some of them within the start."""

import asyncio
import math
import random
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.soak.history import History, Life
from tests.soak.process import Process

WITHIN_START = 0.15  # of the kills
START_SECONDS = 1.2  # what a start takes, more or less: within it nothing is sent yet
AFTER_SECONDS = 0.15  # the part of a second that a kill comes after the event: somewhere in a call
STALL_SECONDS = 20.0  # longer than any start; when nothing happens any more the kill comes all the same

Until = Callable[[Callable[[], bool], float], Awaitable[bool]]


@dataclass(slots=True)
class Killer:
    """`done` counts what drives the moments (messages seen, taps answered); `each`: how many of it a life has on average.

    `on_death` is told the marks that were on the wire, while nobody runs. `most`: how many of it there are in all.
    """

    process: Process
    chance: random.Random
    history: History
    until: Until
    done: Callable[[], int]
    each: float
    sending: Callable[[], frozenset[str]]
    on_death: Callable[[frozenset[str]], object] = lambda _: None
    by: signal.Signals = signal.SIGKILL
    within_start: float = WITHIN_START
    first_of: tuple[str, ...] = ("send",)
    """The methods by which a life shows that it works."""
    start_seconds: float = START_SECONDS
    most: float = math.inf
    codes: list[int] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """A process that is killed has not ended before."""
        wrong = [code for code in self.codes if self.by is signal.SIGKILL and code != -signal.SIGKILL]
        return [f"process: it ended by itself with code {code}; its log says why" for code in wrong]

    @property
    def is_over(self) -> bool:
        """Everything is done: who is started now has nothing to be stopped in."""
        return self.done() >= self.most

    async def kill(self) -> Life:
        """One life, from its start to its end."""
        await self.process.start()
        began, seen = self.process.began, len(self.history.messages)
        early = self.chance.random() < self.within_start
        if early:
            await asyncio.sleep(self.chance.uniform(0, self.start_seconds))
        else:
            goal = self.done() + self.chance.randint(1, max(1, round(2 * self.each) - 1))
            await self._progress(min(goal, self.most))
            await asyncio.sleep(self.chance.uniform(0, AFTER_SECONDS))
        code, took = await self.process.end(self.by)
        self.codes.append(code)
        first = next((each.at for each in self.history.messages[seen:] if each.method in self.first_of), None)
        sending = self.sending()
        life = Life(began, time.monotonic(), self.by.name, sending, first, took)
        self.history.lives.append(life)
        self.on_death(sending)
        return life

    async def _progress(self, goal: float) -> None:
        """Until so much is done; a stall, or an end by itself, is noticed."""
        while self.process.is_running:
            before = self.done()
            if await self.until(lambda: self.done() >= goal, STALL_SECONDS) or self.done() == before:
                return
