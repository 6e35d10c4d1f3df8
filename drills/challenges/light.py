"""Light the foot, together: a light for every kept day of anyone, at most one a day each, until all of them shine."""

from collections.abc import Iterable

from drills.challenges import board
from drills.challenges.model import Kind, Measure, Member, Standing, Terms


def score(members: Iterable[Member], terms: Terms) -> Standing:
    """Nobody is ranked. A name stands where its first light put it, and never moves down for having lit fewer."""
    team = board.entries(members, terms)
    rows = board.rows(team, terms, {}, lambda entry: entry.first_kept)
    kept = sum(entry.kept for entry in team)
    return board.standing(team, rows, lights=min(kept, terms.lights), complete=kept >= terms.lights)


KIND = Kind(id="light", score=score, is_cooperative=True, measure=Measure.LIGHTS)
