"""Share of days: days kept ÷ days due since joining. The team's result is the average of its members' shares."""

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from drills.challenges import board
from drills.challenges.board import Entry, Merit
from drills.challenges.model import Kind, Measure, Member, Standing, Terms


def score(members: Iterable[Member], terms: Terms) -> Standing:
    team = board.entries(members, terms)
    rows = board.rows(team, terms, board.ranks(team, _merit), lambda entry: entry.last_kept)
    return board.standing(team, rows, percent=_average(team))


def _merit(entry: Entry) -> Merit | None:
    """By share alone, so that late joiners and people with rest days are equals. No day kept, no rank: a last place for
    somebody who is ill or away would tell on them."""
    return (Fraction(entry.kept, entry.due),) if entry.kept else None


def _average(team: Sequence[Entry]) -> int | None:
    """In per cent, a half rounded up. Each member weighs the same, and whoever had nothing due is skipped."""
    shares = Counter((entry.kept, entry.due) for entry in team if entry.due)
    if not shares:
        return None
    total = sum((Fraction(kept, due) * people for (kept, due), people in shares.items()), Fraction())
    return int(100 * total / shares.total() + Fraction(1, 2))


KIND = Kind(id="share", score=score, is_cooperative=False, measure=Measure.SHARE)
