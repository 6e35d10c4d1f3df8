"""Members and the days that count -> the rows of a board, in its order. Every kind uses it; it has no rule of any kind."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache, partial
from itertools import compress
from operator import attrgetter
from typing import TypeAlias

from drills.challenges.days import counted, sets_counted
from drills.challenges.model import Member, MemberDay, Row, Standing, Terms, Verdict

Merit: TypeAlias = tuple[Fraction | int, ...]
"""What members are ranked by; the greatest is the first."""


_VERDICT, _LABEL, _QUICK = attrgetter("verdict"), attrgetter("label"), attrgetter("quick")


@dataclass(frozen=True, slots=True)
class Entry:
    """A member with the days that count, oldest first, and what they come to. `today`: their newest day is kept; `quick`: a
    kept day was; `first_kept` and `last_kept` are labels."""

    member: Member
    days: tuple[MemberDay, ...]
    kept: int = 0
    due: int = 0
    sets: int = 0
    today: bool = False
    quick: bool = False
    first_kept: date | None = None
    last_kept: date | None = None

    @property
    def share(self) -> Fraction | None:
        return _fraction(self.kept, self.due) if self.due else None

    @property
    def plays(self) -> bool:
        """In the challenge, and comparable with others."""
        return self.member.joined_on is not None and self.member.left_on is None and not self.member.cheer_only


@lru_cache(maxsize=1024)  # a big team has few different ones
def _fraction(kept: int, due: int) -> Fraction:
    return Fraction(kept, due)


def entries(members: Iterable[Member], terms: Terms) -> tuple[Entry, ...]:
    return tuple(_entry(member, counted(member, terms), terms) for member in members)


def _entry(member: Member, days: tuple[MemberDay, ...], terms: Terms) -> Entry:
    verdicts = list(map(_VERDICT, days))  # `map` and no loops: a big team has a hundred thousand days
    not_kept = verdicts.count(Verdict.NOT_KEPT)
    kept = list(compress(days, map(Verdict.KEPT.__eq__, verdicts)))
    if not kept:
        return Entry(member, days, due=not_kept)
    return Entry(
        member=member,
        days=days,
        kept=len(kept),
        due=len(kept) + not_kept,
        sets=sum(map(partial(sets_counted, terms=terms), kept)),
        today=member.today in map(_LABEL, kept),
        quick=any(map(_QUICK, kept)),
        first_kept=kept[0].label,
        last_kept=kept[-1].label,
    )


def ranks(team: Sequence[Entry], merit: Callable[[Entry], Merit | None]) -> dict[str, int]:
    """The rank of each member who plays and has a merit. Equal merits share a rank: "1, 1, 3"."""
    merits = {entry.member.id: each for entry in team if entry.plays and (each := merit(entry)) is not None}
    places: dict[Merit, int] = {}
    better = 0
    for each, how_many in sorted(Counter(merits.values()).items(), reverse=True):
        places[each] = better + 1
        better += how_many
    return {member: places[each] for member, each in merits.items()}


def rows(
    team: Sequence[Entry], terms: Terms, ranked: Mapping[str, int], reached: Callable[[Entry], date | None]
) -> tuple[Row, ...]:
    """In the order of the board: by rank, then by who was there first (`reached`: on which label), then by id.

    Those who play without a rank come next. Those who left, guests and those who cheer follow by id alone: their order must
    say nothing. Nothing depends on the order in which members or days are given.
    """
    last_rank = len(team) + 1

    def place(entry: Entry) -> tuple[int, int, date, str]:
        member = entry.member
        if entry.plays:
            return 0, ranked.get(member.id, last_rank), reached(entry) or date.max, member.id
        return 3 if member.cheer_only else 2 if member.joined_on is None else 1, 0, date.max, member.id

    return tuple(_row(entry, terms, ranked.get(entry.member.id)) for entry in sorted(team, key=place))


def _row(entry: Entry, terms: Terms, rank: int | None) -> Row:
    member, joined_on = entry.member, entry.member.joined_on
    return Row(
        member=member.id,
        rank=rank,
        share=entry.share,
        kept=entry.kept,
        due=entry.due,
        sets=entry.sets,
        today=entry.today,
        quick=entry.quick,
        guest=joined_on is None,
        left=member.left_on is not None,
        cheer_only=member.cheer_only,
        since=joined_on if joined_on is not None and joined_on > terms.first else None,
    )


def standing(
    team: Sequence[Entry],
    board: tuple[Row, ...],
    *,
    percent: int | None = None,
    lights: int = 0,
    complete: bool = False,
) -> Standing:
    """The sums are over everybody with days that count, those who left included: what was done stays done, so that nobody's
    leaving, nor throwing somebody out, moves the result of the others."""
    return Standing(
        rows=board,
        kept=sum(entry.kept for entry in team),
        due=sum(entry.due for entry in team),
        percent=percent,
        lights=lights,
        sets=sum(entry.sets for entry in team),
        complete=complete,
    )
