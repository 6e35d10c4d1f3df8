"""What the engine needs: a store for nudges, and somebody who delivers one."""

from collections.abc import Sequence
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


class NudgeStore(Protocol):
    async def plan(self, now: datetime) -> int:
        """Turn every due slot into a nudge, once per slot and calendar label. Returns how many were planned."""

    async def claim(self, now: datetime, owner: str, limit: int) -> Sequence[Nudge]:
        """Take due nudges for `owner`, in one statement, with a lease."""

    async def sending(self, nudge: Nudge, owner: str) -> bool:
        """About to go on the wire. False: the claim was lost."""

    async def record(self, nudge: Nudge, owner: str, outcome: Outcome | Drop | Postpone, now: datetime) -> bool:
        """What became of it, fenced by owner and attempt. False: somebody else owns it by now."""

    async def recover(self, owner: str, now: datetime, platform: str | None = None) -> int:
        """Take back what a process that is gone had claimed, for the people of that platform. Returns how many."""

    async def next_due(self) -> datetime | None:
        """The earliest instant at which `plan` or `claim` would find something."""


class Deliverer(Protocol):
    def waits_until(self, now: datetime) -> datetime | None:
        """Nothing at all can be sent before this moment; None: now."""

    async def judge(self, nudge: Nudge, now: datetime) -> Verdict:
        """Read reality again. None: send it."""

    async def send(self, nudge: Nudge, now: datetime) -> Outcome | Drop:
        """Build the card and send it."""


__all__ = ["Deliverer", "Drop", "Nudge", "NudgeId", "NudgeStore", "Postpone", "Verdict"]
