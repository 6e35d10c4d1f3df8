"""The naive model and the real rules side by side, on one life or on many; a difference is told so that one can read it."""

from collections.abc import Iterable
from dataclasses import fields

from tests.drills.streak_model.drive import drive
from tests.drills.streak_model.life import Life
from tests.drills.streak_model.naive import live
from tests.drills.streak_model.random_lives import random_life


def difference(life: Life) -> str | None:
    """None when both come to the same."""
    real, naive = drive(life), live(life)
    if real == naive:
        return None
    lines = [f"  {each.name:9} {getattr(real, each.name)!s:40} {getattr(naive, each.name)}" for each in fields(real)]
    return "\n".join([told(life), f"  {'':9} {'drills.streaks':40} the naive model", *lines])


def first_difference(seeds: Iterable[int]) -> str | None:
    """Of the first of these random lives on which the two do not agree."""
    for seed in seeds:
        life = random_life(seed)
        found = difference(life)
        if found is not None:
            return f"random_life({seed})\n{found}"
    return None


def told(life: Life) -> str:
    """A life, one line an event, in UTC."""
    head = f"  joined {life.joined_at:%Y-%m-%d %H:%M:%S} in {life.zone}, days begin at {life.day_start}"
    slots = [f"{slot.at} on {sorted(slot.weekdays)}" for slot in life.slots]
    reached = f"  {'remote' if life.remote else 'local'}, slots {slots}, first beat {life.first_beat:%Y-%m-%d %H:%M:%S}"
    lines = [(each.begins, f"down until {each.ends:%Y-%m-%d %H:%M:%S}") for each in life.outages]
    lines += [(event.at, repr(event).replace(f"at={event.at!r}", "").replace("(, ", "(")) for event in life.events]
    lines.append((life.now, "now"))
    lines.sort(key=lambda line: line[0])
    return "\n".join([head, reached, *(f"  {at:%Y-%m-%d %H:%M:%S} {what}" for at, what in lines)])
