"""A snapshot of an earlier day and the facts of later labels come to the same as a rebuild from every fact there is."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest

from drills import streaks
from drills.streaks import Facts, Outage, Standing, Tally, standing, without_days
from drills.streaks.outages import LOOKED_BACK
from tests.drills.streak_model.drive import facts_at, written
from tests.drills.streak_model.histories import (
    FRIDAY,
    LOS_ANGELES,
    MONDAY,
    ONE_DAY,
    SUNDAY,
    TOKYO,
    TUESDAY,
    after,
    history,
    life,
    local,
    on,
)
from tests.drills.streak_model.life import Life, Move
from tests.drills.streak_model.random_lives import long_life

LIVES, PARTS = 3_000, 6


def later(lived: Life, facts: Facts, since: date | None) -> Facts:
    """The facts as the store loads them: of done days, ticks and pain only those of later labels (bot/store/streak.py)."""
    if since is None:
        return facts
    from_day = datetime.combine(since - ONE_DAY, time(), tzinfo=UTC)
    over = [Outage(each.begins, each.ends) for each in lived.outages if from_day - LOOKED_BACK < each.ends <= lived.now]
    counting = streaks.counting(over, lived.first_beat)
    return replace(
        facts,
        done=frozenset(label for label in facts.done if label > since),
        ticks=tuple(tick for tick in facts.ticks if tick.label > since),
        reds=frozenset(label for label in facts.reds if label > since),
        outages=tuple(outage for outage in counting if outage.ends > from_day),
    )


def until(lived: Life, moment: datetime) -> Life:
    """This life as it was at an earlier moment."""
    return replace(lived, events=tuple(event for event in lived.events if event.at <= moment), now=moment)


def rebuilt(lived: Life, facts: Facts | None = None) -> Standing:
    """`facts`: those of this life, where they are written down already."""
    return standing(facts or facts_at(written(lived), lived, lived.now), lived.now)


def resumed(lived: Life, since: Tally, facts: Facts | None = None) -> Standing:
    known = later(lived, facts or facts_at(written(lived), lived, lived.now), since.label)
    return standing(known, lived.now, since)


def moments(lived: Life, dice: Random) -> list[datetime]:
    """Some moments of this life, from its 31st day to its last."""
    first = lived.joined_at + 31 * ONE_DAY
    whole = max(0, int((lived.now - first) / timedelta(minutes=1)))
    return [*sorted(first + dice.randint(0, whole) * timedelta(minutes=1) for _ in range(2)), lived.now]


def pairs(seed: int, forgotten: str | None = None) -> Iterator[tuple[Standing, Standing]]:
    """At each moment the rebuild, and what comes of the snapshot that was kept at the moment before."""
    whole_life = long_life(seed)
    snapshot, nothing = Tally(), Tally()
    for moment in moments(whole_life, Random(seed)):
        lived = until(whole_life, moment)
        facts = facts_at(written(lived), lived, lived.now)
        pair = rebuilt(lived, facts), resumed(lived, snapshot, facts)
        yield pair
        snapshot = pair[0].settled
        if forgotten is not None:
            snapshot = replace(snapshot, **{forgotten: getattr(nothing, forgotten)})


def differs(seed: int, forgotten: str | None = None) -> bool:
    return any(without_days(whole) != without_days(short) for whole, short in pairs(seed, forgotten))


@pytest.mark.parametrize("first", range(0, LIVES, LIVES // PARTS))
def test_on_random_lives_the_numbers_and_the_days_are_those_of_the_rebuild(first: int) -> None:
    began_later = 0
    for seed in range(first, first + LIVES // PARTS):
        for whole, short in pairs(seed):
            context = f"long_life({seed})"
            assert without_days(whole) == without_days(short), context
            assert short.days == whole.days[-len(short.days) :], seed
            assert short.settled == whole.settled, seed
            began_later += len(short.days) < len(whole.days)
    assert began_later > LIVES // PARTS


def test_a_snapshot_of_days_that_are_not_settled_would_be_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not any(differs(seed) for seed in range(50))
    monkeypatch.setitem(standing.__globals__, "SETTLED_AFTER", timedelta(days=0))
    assert any(differs(seed) for seed in range(50))


# Not the label; a settled day is never open, so that none is `blocked`; and flights have a test of their own.
SETTLED = [each.name for each in fields(Tally) if each.name not in ("label", "blocked", "last_travel")]


@pytest.mark.parametrize("forgotten", SETTLED)
def test_everything_in_a_snapshot_matters(forgotten: str) -> None:
    assert any(differs(seed, forgotten) for seed in range(600))


def test_a_snapshot_remembers_the_last_day_that_a_flight_excused() -> None:
    """Two flights east, five days apart, and a snapshot of a day between them: only the first excuses its day."""
    flights = (
        Move(local(TUESDAY, "12:00", LOS_ANGELES), TOKYO),
        Move(local(FRIDAY, "12:00", TOKYO), LOS_ANGELES),
        Move(local(SUNDAY, "12:00", LOS_ANGELES), TOKYO),
    )
    lived = life(*flights, zone=LOS_ANGELES, now=local(FRIDAY + 35 * ONE_DAY, "12:00", TOKYO))
    since = rebuilt(until(lived, lived.now - 5 * ONE_DAY)).settled
    assert (since.label, since.last_travel) == (FRIDAY, TUESDAY)
    assert on(rebuilt(lived), SUNDAY) == on(resumed(lived, since), SUNDAY) == "m"
    assert on(resumed(lived, replace(since, last_travel=None)), SUNDAY) == "e"


# --- what a snapshot stands for


def test_a_snapshot_stands_for_days_that_are_at_least_thirty_days_old() -> None:
    assert after("x" * 29).settled == Tally()
    assert after("x" * 30).settled == Tally(label=MONDAY - ONE_DAY)
    assert after("x" * 31).settled == Tally(label=MONDAY, streak=1, best=1, done=1, strength=1 - 0.5 ** (1 / 13))


def test_a_snapshot_is_never_taken_within_a_gap_that_freezes_keep() -> None:
    settled = [after("xxxxxxx .. x" + "x" * more).settled.label for more in range(27, 31)]
    assert settled == [MONDAY + n * ONE_DAY for n in (6, 6, 6, 9)]


def test_with_a_snapshot_the_days_begin_after_it() -> None:
    lived = history("x" * 40)
    since = rebuilt(lived).settled
    assert since.label == MONDAY + 9 * ONE_DAY
    short = resumed(lived, since)
    assert short.days[0].label == since.label + ONE_DAY
    assert (short.streak, short.total, short.strength) == (40, 40, 88)


def test_without_days_leaves_only_what_does_not_depend_on_where_the_fold_began() -> None:
    whole = rebuilt(history("x . x", "12:00"))
    plain = without_days(whole)
    assert (plain.days, plain.settled) == ((), Tally())
    assert (plain.streak, plain.best, plain.total, plain.bank) == (2, 2, 2, 0)
