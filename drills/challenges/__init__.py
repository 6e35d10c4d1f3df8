"""Challenges of a team: members' days -> a neutral standing. Pure rules; the words are a view's.

Read in this order:

1. `model.py`    terms, members and their days, a row, a standing
2. `days.py`     what a day is worth, and which days count
3. `board.py`    from counted days to rows in the order of a board
4. `share.py`, `light.py`, `sets.py`   the kinds, one module each
5. `closing.py`  when it is over; `quick.py`: sets that were pressed, not done

A fourth kind is one module with a `KIND`, one line in `KINDS` below, and its words. Nothing else changes.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from drills.challenges import light, sets, share
from drills.challenges.closing import closes_at, is_awaited, is_over, last_final
from drills.challenges.days import counted, judged, merged, sets_counted, team_day
from drills.challenges.model import (
    LIGHTS,
    SETS_PER_DAY,
    WEEKS,
    Kind,
    Measure,
    Member,
    MemberDay,
    Row,
    Standing,
    Terms,
    Verdict,
    last_label,
)
from drills.challenges.quick import is_quick

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.id: kind
        for kind in (
            share.KIND,  # the first is the default
            light.KIND,
            sets.KIND,
        )
    }
)
DEFAULT_KIND = next(iter(KINDS))


def standing(members: Iterable[Member], terms: Terms) -> Standing:
    """How a challenge stands, by the rule of its kind. Raises KeyError for a kind that we do not have."""
    return KINDS[terms.kind].score(members, terms)


__all__ = [
    "DEFAULT_KIND",
    "KINDS",
    "LIGHTS",
    "SETS_PER_DAY",
    "WEEKS",
    "Kind",
    "Measure",
    "Member",
    "MemberDay",
    "Row",
    "Standing",
    "Terms",
    "Verdict",
    "closes_at",
    "counted",
    "is_awaited",
    "is_over",
    "is_quick",
    "judged",
    "last_final",
    "last_label",
    "merged",
    "sets_counted",
    "standing",
    "team_day",
]
