"""When a challenge is over: when the last day of the last member is final, in that member's own zone.

There is no cut-off of its own for sessions (`reliability.md` C-82 had one, of 30 minutes). The practice day has it already:
a set counts for the day of its session while that session is open and the day is not final (`streaks.md` §4), and the
challenge waits for exactly that finality.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from drills.challenges.model import Member, Terms
from drills.streaks import Calendar

# A flight may leave two days running, and the older may then be final after the newer; never after the one after that.
_MAY_BE_FINAL_LATE = 1


def is_awaited(member: Member, terms: Terms) -> bool:
    """Whether the close waits for this member's days. Who left, or only cheers, or is still a guest holds nobody up; nor
    does somebody who joined where the last day was over already."""
    if member.cheer_only or member.left_on is not None:
        return False
    return member.joined_on is not None and member.joined_on <= terms.last


def last_final(calendar: Calendar, terms: Terms) -> datetime:
    """When all of a member's days in this challenge are final (aware UTC)."""
    return max(calendar.final_at(terms.last - timedelta(days=n)) for n in range(_MAY_BE_FINAL_LATE + 1))


def closes_at(finals: Iterable[datetime], nobody: datetime) -> datetime:
    """When it closes, as far as is known now: a flight before the end may move it.

    `finals`: the `last_final` of each member who is awaited. `nobody`: that of whoever started it, for when none is.
    """
    return max(finals, default=nobody)


def is_over(members: Iterable[Member], terms: Terms, now: datetime, nobody: datetime) -> bool:
    """The same, told from the days of the members: every awaited one has come to the last label, and none is left open."""
    awaited = [member for member in members if is_awaited(member, terms)]
    return all(_is_through(member, terms) for member in awaited) if awaited else now >= nobody


def _is_through(member: Member, terms: Terms) -> bool:
    days = [day for day in member.days if terms.first <= day.label <= terms.last]
    return any(day.label == terms.last for day in days) and all(day.final for day in days)
