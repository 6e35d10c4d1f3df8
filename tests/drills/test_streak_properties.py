"""What holds of every life, and of its facts in any order."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drills.streaks import DayState, Facts, standing
from tests.drills.streak_model import drive
from tests.drills.streak_model.drive import facts_at, written
from tests.drills.streak_model.histories import ONE_DAY
from tests.drills.streak_model.life import Life, Move, Press, Start, Undo
from tests.drills.streak_model.random_lives import random_life

lives = st.integers(0, 2**48).map(random_life)
UNORDERED = ("zones", "day_starts", "freezes", "ticks", "pauses", "slots", "reached", "outages")


def facts_of(life: Life) -> Facts:
    return facts_at(written(life), life, life.now)


# --- any order


def twice_at_one_instant(facts: Facts) -> bool:
    return any(
        max(Counter(each.at for each in changes).values(), default=0) > 1
        for changes in (facts.zones, facts.day_starts, facts.freezes)
    )


def lives_of_many_facts(seeds: range) -> Iterator[tuple[int, Life, Facts]]:
    for seed in seeds:
        life = random_life(seed)
        facts = facts_of(life)
        some = sum(len(getattr(facts, name)) > 1 for name in UNORDERED)
        if some >= 2 and not twice_at_one_instant(facts):
            yield seed, life, facts


@pytest.mark.parametrize("part", range(2))
def test_the_order_in_which_facts_are_replayed_does_not_matter(part: int) -> None:
    """But for schedules: of several edits in one day the last that was written wins."""
    shuffled = 0
    for seed, life, facts in lives_of_many_facts(range(part * 3_000, (part + 1) * 3_000)):
        dice = Random(seed)
        values = {name: dice.sample(getattr(facts, name), len(getattr(facts, name))) for name in UNORDERED}
        other = replace(facts, **{name: tuple(value) for name, value in values.items()})  # type: ignore[arg-type]
        assert standing(other, life.now) == standing(facts, life.now), seed
        shuffled += other != facts
    assert shuffled > 500


@given(lives)
def test_a_standing_is_the_same_whenever_it_is_asked_for(life: Life) -> None:
    assert drive.standing(life) == drive.standing(life)


# --- always


@given(lives)
@settings(max_examples=500)
def test_days_follow_each_other_and_the_numbers_hold_each_other(life: Life) -> None:
    result = drive.standing(life)
    labels = [day.label for day in result.days]
    assert labels == [labels[0] + n * ONE_DAY for n in range(len(labels))]
    assert 0 <= result.streak <= result.best <= result.total <= len(labels)
    assert 0 <= result.strength <= 100
    assert 0 <= len(result.kept) <= result.bank <= 2
    assert result.missed_lately == 0 or result.streak == 0
    assert (result.streak, result.bank) == (result.today.streak, result.today.bank)
    assert result.settled.label is None or result.settled.label <= result.today.label - timedelta(days=30)


@given(lives)
@settings(max_examples=500)
def test_the_lines_of_the_days_add_up(life: Life) -> None:
    streak, bank, owed = 0, 1, 0
    for day in drive.standing(life).days:
        match day.state:
            case DayState.DONE:
                assert (day.streak, day.bank) == (streak + 1 + day.came_back, bank - day.spent + day.earned)
                assert day.spent == owed
                owed = 0
            case DayState.FROZEN:
                owed += 1
                assert owed <= bank
                assert day.streak == streak > 0
            case DayState.MISSED:
                assert day.streak == 0
                owed = 0
            case _:
                assert day.streak == streak, "a day that is not due changes nothing"
        assert day.bank == bank or day.state is DayState.DONE
        streak, bank = day.streak, day.bank


@given(lives)
@settings(max_examples=300)
def test_today_never_breaks_anything_and_doing_it_adds_one(life: Life) -> None:
    before = drive.standing(life)
    assert before.today.state not in (DayState.MISSED, DayState.FROZEN)
    if before.today.state is not DayState.DONE:
        done = drive.standing(replace(life, events=(*life.events, Start(life.now), Press(life.now))))
        assert done.today.state is DayState.DONE
        assert done.streak == before.streak + 1 + done.today.came_back
        assert done.best == max(before.best, done.streak)
        assert done.total in (before.total, before.total + 1)


@given(lives)
@settings(max_examples=300)
def test_a_set_that_is_undone_at_once_leaves_nothing_behind(life: Life) -> None:
    new = Start(life.now), Press(life.now), Undo(life.now)
    assert drive.drive(replace(life, events=(*life.events, *new))) == drive.drive(life)


@given(lives, st.integers(0, 72))
@settings(max_examples=500)
def test_time_alone_closes_open_days_and_lets_gaps_grow(life: Life, hours: int) -> None:
    """Without flights: two days flown out of may be judged in either order."""
    still = replace(life, events=tuple(event for event in life.events if not isinstance(event, Move)))
    over = replace(still, outages=tuple(outage for outage in life.outages if outage.ends <= life.now))
    before = drive.standing(over).days
    after = drive.standing(replace(over, now=life.now + timedelta(hours=hours))).days
    may_become = {
        DayState.OPEN: {DayState.MISSED, DayState.FROZEN, DayState.EXCUSED},
        DayState.FROZEN: {DayState.MISSED},
    }
    for early, late in zip(before, after, strict=False):
        assert early.label == late.label
        assert early.state is late.state or late.state in may_become[early.state]
