"""Sets: who does most of them, with a cap for every day so that nobody grinds (the numbers: `model.py`)."""

from collections.abc import Iterable
from datetime import date

from drills.challenges import board
from drills.challenges.board import Entry, Merit
from drills.challenges.days import sets_counted
from drills.challenges.model import Kind, Measure, Member, Standing, Terms


def score(members: Iterable[Member], terms: Terms) -> Standing:
    team = board.entries(members, terms)

    def last_set(entry: Entry) -> date | None:
        """A day that was only ticked has no sets, and reached nothing here."""
        return next((day.label for day in reversed(entry.days) if sets_counted(day, terms)), None)

    return board.standing(team, board.rows(team, terms, board.ranks(team, _merit), last_set))


def _merit(entry: Entry) -> Merit | None:
    """No set, no rank: a last place for somebody who is ill or away would tell on them."""
    return (entry.sets,) if entry.sets else None


KIND = Kind(id="sets", score=score, is_cooperative=False, measure=Measure.SETS)
