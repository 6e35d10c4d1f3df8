"""Our own outages: which of them count, and for how long they must last to excuse a day.

Only somebody who runs us all the time can be let down by us: an outage counts if we were there for at least 90 % of the
week before it. So the local chat, started now and then, never excuses anybody by its absence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGER_THAN = timedelta(hours=2)  # one outage over a prompt: shorter ones are caught up with by a late prompt
SUMMED_LONGER_THAN = timedelta(hours=6)  # all outages within one day: a quarter of it
LOOKED_BACK = timedelta(hours=168)
COVERED_AT_LEAST = 0.9


@dataclass(frozen=True, slots=True)
class Outage:
    """We were not there from `begins` until before `ends` (aware UTC)."""

    begins: datetime
    ends: datetime

    @property
    def length(self) -> timedelta:
        return self.ends - self.begins

    def within(self, begin: datetime, end: datetime) -> timedelta:
        """How much of it lies in this time."""
        return max(timedelta(), min(end, self.ends) - max(begin, self.begins))


def counting(outages: Sequence[Outage], first_beat: datetime) -> tuple[Outage, ...]:
    """Those before which we were there, each judged by its own week. The time before the first heartbeat is no presence."""
    kept = []
    for outage in outages:
        begin = outage.begins - LOOKED_BACK
        away = max(timedelta(), min(first_beat, outage.begins) - begin)
        away += sum((other.within(max(begin, first_beat), outage.begins) for other in outages), timedelta())
        if LOOKED_BACK - away >= COVERED_AT_LEAST * LOOKED_BACK:
            kept.append(outage)
    return tuple(kept)
