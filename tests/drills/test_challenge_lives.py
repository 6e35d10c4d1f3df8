"""A day is judged once: on random lives, the verdict is the state that the naive model of streaks saw at the finality."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

import pytest

from drills.challenges import Verdict, days, last_final, team_day
from drills.challenges.model import Terms
from drills.streaks import Calendar, Facts, Judge
from tests.drills.streak_model.drive import Written, facts_at, written
from tests.drills.streak_model.histories import ONE_DAY
from tests.drills.streak_model.life import Life, Outcome
from tests.drills.streak_model.naive import live
from tests.drills.streak_model.random_lives import random_life

CASES = 1_200
CHUNK = 300
WORTH = {"x": Verdict.KEPT, "f": Verdict.NOT_KEPT, "m": Verdict.NOT_KEPT, "o": Verdict.OPEN}


def until(life: Life, moment: datetime) -> Life:
    """As much of it as had happened then: an event at the very instant comes after it, an outage is over by it."""
    told = tuple(event for event in life.events if event.at < moment)
    return replace(life, events=told, outages=tuple(each for each in life.outages if each.ends <= moment), now=moment)


def worth(outcome: Outcome, label: date) -> Verdict:
    return WORTH.get(outcome.states[(label - outcome.first).days], Verdict.NOT_DUE)


def shuffled(facts: Facts, dice: random.Random) -> Facts:
    """The same facts in another order; schedules alone are kept in the order of their writing."""
    names = ("zones", "day_starts", "ticks", "pauses", "freezes", "slots", "reached", "outages")
    mixed: dict[str, Any] = {
        name: tuple(dice.sample(getattr(facts, name), len(getattr(facts, name)))) for name in names
    }
    return replace(facts, **mixed)


@cache
def naively(seed: int) -> list[tuple[date, Verdict]]:
    """Each label of this life with its verdict at the end of it. Calendars are held against the naive model elsewhere."""
    life = random_life(seed)
    calendar, end = written(life).calendar, live(life)
    found = []
    for number in range(len(end.states)):
        label = end.first + number * ONE_DAY
        final = calendar.final_at(label)
        found.append((label, worth(end if life.now < final else live(until(life, final)), label)))
    return found


def difference(seed: int) -> str | None:
    life, dice = random_life(seed), random.Random(seed)
    book: Written = written(life)
    facts = shuffled(facts_at(book, life, life.now), dice)
    calendar = Calendar(facts.zones, facts.day_starts) if no_two_at_once(life) else book.calendar
    for label, expected in naively(seed):
        ours = team_day(facts, calendar, label, life.now)
        if ours is not expected:
            return f"random_life({seed}) {label}: {ours}, and naively {expected}"
    return None


def no_two_at_once(life: Life) -> bool:
    """Two changes of the zone at one instant have no order but that of their writing."""
    moments = [event.at for event in life.events]
    return len(set(moments)) == len(moments) and life.joined_at not in moments


@pytest.mark.parametrize("first", range(0, CASES, CHUNK))
def test_the_verdict_on_a_day_is_the_one_of_its_finality_in_these_lives(first: int) -> None:
    found = next(filter(None, map(difference, range(first, first + CHUNK))), None)
    assert found is None, found


def test_these_lives_come_through_every_verdict() -> None:
    assert {verdict for seed in range(100) for _, verdict in naively(seed)} == set(Verdict)


def test_all_days_are_final_when_the_last_one_is_said_to_be() -> None:
    for seed in range(2_000):
        life = random_life(seed)
        calendar = written(life).calendar
        newest = calendar.newest(life.now)
        labels = [newest - n * ONE_DAY for n in range(10)]
        for last in labels[:5]:
            terms = Terms("share", labels[-1], last)
            assert last_final(calendar, terms) == max(calendar.final_at(label) for label in labels if label <= last)


# --- that the comparison has teeth

Patch = Callable[[pytest.MonkeyPatch], None]


class NowJudge(Judge):
    """Judges by all that is known at the end, not at finality."""

    def __init__(self, facts: Facts, calendar: Calendar, now: datetime) -> None:
        super().__init__(facts, calendar, max([now, *(outage.ends for outage in facts.outages)]))


def judged_by_what_is_known_now(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(days, "Judge", NowJudge)


def every_flight_excuses(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(days, "_last_travel", lambda judge, label, since: None)


def an_excuse_is_used_up_by_any_flight(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(days, "_last_travel", lambda judge, label, since: days._flight_before(judge.calendar, label, None))


def an_open_day_is_missed(patch: pytest.MonkeyPatch) -> None:
    right = days.judged
    patch.setattr(
        days,
        "judged",
        lambda state: Verdict.NOT_KEPT if right(state) is Verdict.OPEN else right(state),
    )


@pytest.mark.parametrize(
    "wrong",
    [judged_by_what_is_known_now, every_flight_excuses, an_excuse_is_used_up_by_any_flight, an_open_day_is_missed],
)
def test_a_random_life_finds_out_that(wrong: Patch, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(monkeypatch)
    found = next((seed for seed in range(CASES) if difference(seed)), None)
    assert found is not None, "these lives do not come through this rule"
    monkeypatch.undo()
    assert difference(found) is None
