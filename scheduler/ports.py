"""What the engine needs: a store for nudges, and somebody who delivers one."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from scheduler.nudge import Nudge, NudgeId, Outcome


@dataclass(frozen=True, slots=True)
class Drop:
    """Reality said no: done already, paused, stopped, stale. Never sent; the reason is kept."""

    reason: str


@dataclass(frozen=True, slots=True)
class Postpone:
    """Not now (quiet hours); again at `until`."""

    until: datetime
    reason: str


Verdict: TypeAlias = Drop | Postpone | None
Result: TypeAlias = Outcome | Drop | Postpone
Send: TypeAlias = Callable[[], Awaitable[Outcome | Drop]]
"""Puts one message on the wire, and tells what became of it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One nudge and what became of it."""

    nudge: Nudge
    result: Result


class NudgeStore(Protocol):
    async def plan(self, now: datetime) -> int:
        """Turn due slots into nudges, once per slot and calendar label, the oldest first. Returns of how many people; 0 when
        no slot is due."""

    async def claim(self, now: datetime, owner: str, limit: int) -> Sequence[Nudge]:
        """Take due nudges for `owner`, in one statement, with a lease."""

    async def advance(
        self, ended: Sequence[Delivery], begun: Sequence[Nudge], owner: str, now: datetime
    ) -> frozenset[NudgeId]:
        """In one unit: what became of those that ended, and the next ones are about to go on the wire. Both are fenced by
        owner and attempt; returns those that somebody else owns by now."""

    async def recover(self, owner: str, now: datetime, platform: str | None = None) -> int:
        """Take back what a process that is gone had claimed, for the people of that platform. Returns how many."""

    async def next_due(self) -> datetime | None:
        """The earliest instant at which `plan` or `claim` would find something."""


class Deliverer(Protocol):
    def waits_until(self, now: datetime) -> datetime | None:
        """Nothing at all can be sent before this moment; None: now."""

    async def judge(self, nudges: Sequence[Nudge], now: datetime) -> Sequence[Drop | Postpone | Send]:
        """Read reality again, for all of them at one moment: for each in turn why it is not sent, or how it is."""


__all__ = [
    "Deliverer",
    "Delivery",
    "Drop",
    "Nudge",
    "NudgeId",
    "NudgeStore",
    "Postpone",
    "Result",
    "Send",
    "Verdict",
]
