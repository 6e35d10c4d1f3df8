"""Days in label order -> the chain: streak, freezes, comeback, strength, best and total.

One DONE day adds one. A missed day opens a *gap*, and while the gap is not longer than the bank of freezes its days are
kept (FROZEN); the DONE that closes the gap pays for them. A gap that outgrows the bank breaks the chain, and then nothing is
paid. Two done days in a row right after a short gap bring a long chain back. That is all; every number below is policy.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from drills.streaks.states import Cause, DayState, Judge, Judged

FIRST_FREEZES = 1
MOST_FREEZES = 2  # more would teach skipping (domain notes M07)
DAYS_PER_FREEZE = 7

COMEBACK_FROM = 7  # days: a chain shorter than this is as quickly built again
COMEBACK_GAP_MOST = 3  # missed days: after more it is a new beginning, and a welcome
COMEBACKS_APART = 30  # practice days between two, or missing on purpose would pay

HALF_LIFE_DAYS = 13  # Loop's habit score: strength halves after 13 missed days
_KEEP: float = 0.5 ** (1 / HALF_LIFE_DAYS)


@dataclass(frozen=True, slots=True)
class Day:
    """One day with its state, and what it did to the chain: the line of a ledger.

    `streak` and `bank` as they stood after it; `earned` a freeze, `spent` so many; `broke` and `came_back`: the length of the
    chain that ended, or was joined again, on this day.
    """

    label: date
    state: DayState
    cause: Cause | None = None
    streak: int = 0
    bank: int = FIRST_FREEZES
    earned: bool = False
    spent: int = 0
    broke: int = 0
    came_back: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """What the fold remembers after `label`, when no gap is open: a snapshot of it stands for all days up to there.

    `lost` is the length of the chain that broke last, `missed` the length of the gap that broke it. They matter while nothing
    was done since (`streak` is 0) or only the first day of a comeback was (`first_day_back`). `blocked`: a day after the gap
    is still open. `extra`: history ticks on days that are not DONE.
    """

    label: date | None = None
    streak: int = 0
    best: int = 0
    done: int = 0
    extra: int = 0
    strength: float = 0.0
    bank: int = FIRST_FREEZES
    lost: int = 0
    missed: int = 0
    blocked: bool = False
    first_day_back: bool = False
    last_comeback: date | None = None
    last_travel: date | None = None


@dataclass(frozen=True, slots=True)
class Folded:
    """`days` in label order; `end` after the last of them, `settled` after the last that a snapshot may stand for.

    `gap`: the days that freezes keep at the end, not paid for yet.
    """

    days: tuple[Day, ...]
    end: Tally
    settled: Tally
    gap: tuple[date, ...]


def fold(tally: Tally, labels: Iterable[date], judge: Judge, settle_until: date) -> Folded:
    """Go on from `tally` through these labels, which follow it. Days up to `settle_until` are final for good."""
    chain = _Chain(tally)
    settled_days, settled = 0, tally
    for label in labels:
        chain.add(label, judge)
        if label <= settle_until and not chain.gap:
            settled_days, settled = len(chain.days), chain.tally(label)
    strength, settled_strength = tally.strength, tally.strength
    for number, day in enumerate(chain.days, 1):  # after the chain, which says what is MISSED and what FROZEN
        strength = _strengthened(strength, day, day.label in judge.in_history)
        if number == settled_days:
            settled_strength = strength
    last = chain.days[-1].label if chain.days else tally.label
    return Folded(
        days=tuple(chain.days),
        end=replace(chain.tally(last), strength=strength),
        settled=replace(settled, strength=settled_strength),
        gap=tuple(chain.days[number].label for number in chain.gap),
    )


class _Chain:
    """The chain while days are added to it. `gap` holds the places in `days` that freezes keep so far."""

    def __init__(self, tally: Tally) -> None:
        self.days: list[Day] = []
        self.gap: list[int] = []
        self._streak, self._best, self._bank = tally.streak, tally.best, tally.bank
        self._done, self._extra = tally.done, tally.extra
        self._lost, self._missed = tally.lost, tally.missed
        self._blocked, self._first_day_back = tally.blocked, tally.first_day_back
        self._last_comeback, self._last_travel = tally.last_comeback, tally.last_travel

    def add(self, label: date, judge: Judge) -> None:
        judged = judge.judge(label, self._last_travel)
        match judged.state:
            case DayState.DONE:
                day = self._add_done(judged)
            case DayState.MISSED:
                day = self._add_missed(judged, judge.may_freeze(label))
            case _:
                day = self._add_not_due(judged)
        if label in judge.in_history and judged.state is not DayState.DONE:
            self._extra += 1
        self.days.append(day)

    def _add_done(self, judged: Judged) -> Day:
        label, bank = judged.label, self._bank
        spent, self.gap = len(self.gap), []
        self._done += 1
        earned = self._done % DAYS_PER_FREEZE == 0 and bank - spent < MOST_FREEZES
        self._bank = bank - spent + earned  # it pays first, then it earns
        came_back = self._lost if self._first_day_back and self._may_come_back(label) else 0
        if came_back:
            self._last_comeback = label
        self._first_day_back = self._streak == 0 and self._is_worth_a_comeback()
        self._blocked = False
        self._streak += 1 + came_back
        self._best = max(self._best, self._streak)
        return Day(label, DayState.DONE, judged.cause, self._streak, self._bank, earned, spent, 0, came_back)

    def _add_missed(self, judged: Judged, may_freeze: bool) -> Day:
        label, lost = judged.label, self._streak
        self._first_day_back = self._blocked = False
        if lost == 0:
            self._missed += 1
            return Day(label, DayState.MISSED, judged.cause, 0, self._bank)
        gap = [*self.gap, len(self.days)]
        if len(gap) <= self._bank and may_freeze:
            self.gap = gap
            return Day(label, DayState.FROZEN, judged.cause, lost, self._bank)
        for number in range(gap[0], len(self.days)):  # nothing is spent: the chain ended with the first day of the gap
            self.days[number] = replace(self.days[number], streak=0)
        for number in self.gap:
            self.days[number] = replace(self.days[number], state=DayState.MISSED)
        self.gap = []
        self._streak, self._lost, self._missed = 0, lost, len(gap)
        return Day(label, DayState.MISSED, judged.cause, 0, self._bank, broke=lost)

    def _add_not_due(self, judged: Judged) -> Day:
        """Neither done nor missed, or not yet."""
        if judged.state is DayState.OPEN:
            self._blocked = True
        elif judged.cause is Cause.TRAVEL:
            self._last_travel = judged.label
        return Day(judged.label, judged.state, judged.cause, self._streak, self._bank)

    def _is_worth_a_comeback(self) -> bool:
        return self._lost >= COMEBACK_FROM and self._missed <= COMEBACK_GAP_MOST and not self._blocked

    def _may_come_back(self, label: date) -> bool:
        last = self._last_comeback
        return not self._blocked and (last is None or (label - last).days >= COMEBACKS_APART)

    def tally(self, label: date | None) -> Tally:
        """As it stands after `label`, but for the strength, which is reckoned at the end."""
        return Tally(
            label=label,
            streak=self._streak,
            best=self._best,
            done=self._done,
            extra=self._extra,
            bank=self._bank,
            lost=self._lost,
            missed=self._missed,
            blocked=self._blocked,
            first_day_back=self._first_day_back,
            last_comeback=self._last_comeback,
            last_travel=self._last_travel,
        )


def _strengthened(strength: float, day: Day, in_history: bool) -> float:
    """One step a day that is done (in the history too), or missed: s' = s·m + v·(1-m), m = 0.5^(1/13)."""
    if in_history or day.state is DayState.DONE:
        return strength * _KEEP + (1 - _KEEP)
    return strength * _KEEP if day.state is DayState.MISSED else strength
