"""The comparison with the naive model has teeth: each of these wrong rules is found out by a random life."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any

import pytest

from drills import streaks
from drills.day import final_after
from drills.streaks import Calendar, DayState, Judge, chain, outages, states
from drills.streaks.chain import Day
from drills.streaks.states import Judged
from tests.drills.streak_model.drive import drive
from tests.drills.streak_model.life import Life, Outcome
from tests.drills.streak_model.naive import live
from tests.drills.streak_model.random_lives import random_life

counting = import_module("drills.streaks.counting")  # the package exports a function of that name
Patch = Callable[[pytest.MonkeyPatch], None]
ENOUGH = 2_000  # most of them within two hundred


def number(module: Any, name: str, wrong: object) -> Patch:
    """Another value for a constant."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        assert getattr(module, name) != wrong
        monkeypatch.setattr(module, name, wrong)

    return patch


def method(owner: type, name: str, wrong: Callable[[Any], Callable[..., Any]]) -> Patch:
    """Another method; `wrong` makes it of the right one."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(owner, name, wrong(getattr(owner, name)))

    return patch


def earns_before_it_pays(right: Callable[..., Day]) -> Callable[..., Day]:
    def add_done(self: Any, judged: Judged) -> Day:
        owed, bank, done = len(self.gap), self._bank, self._done
        day = right(self, judged)
        earned = (done + 1) % chain.DAYS_PER_FREEZE == 0
        self._bank = min(chain.MOST_FREEZES, bank + earned) - owed
        return replace(day, bank=self._bank)

    return add_done


def the_gap_pays_though_it_broke(right: Callable[..., Day]) -> Callable[..., Day]:
    def add_missed(self: Any, judged: Judged, may_freeze: bool) -> Day:
        owed = len(self.gap)
        day = right(self, judged, may_freeze)
        if day.broke:
            self._bank -= owed
        return day

    return add_missed


def every_day_may_be_frozen(_: object) -> Callable[..., bool]:
    return lambda self, label: True


def freezes_go_by_the_setting_of_now(_: object) -> Callable[..., bool]:
    return lambda self, label: next((since.used for since in self._freezes if since.at <= self.now), True)


def no_rest_day_is_done(right: Callable[..., Judged]) -> Callable[..., Judged]:
    def judge(self: Judge, label: date, last_travel: date | None = None) -> Judged:
        if not states.is_scheduled(self.facts.schedules, label):
            return Judged(label, DayState.REST)
        return right(self, label, last_travel)

    return judge


def no_paused_day_is_done(right: Callable[..., Judged]) -> Callable[..., Judged]:
    def judge(self: Judge, label: date, last_travel: date | None = None) -> Judged:
        if any(pause.covers(label) for pause in self.facts.pauses):
            return Judged(label, DayState.PAUSED)
        return right(self, label, last_travel)

    return judge


def an_open_day_is_missed(right: Callable[..., Judged]) -> Callable[..., Judged]:
    def judge(self: Judge, label: date, last_travel: date | None = None) -> Judged:
        judged = right(self, label, last_travel)
        yesterday = label < self.calendar.newest(self.now)
        return Judged(label, DayState.MISSED) if judged.state is DayState.OPEN and yesterday else judged

    return judge


def a_day_is_final_at_its_end(_: object) -> Callable[..., datetime]:
    return lambda self, label: self.ends(label)


def finality_goes_by_the_zone_of_now(_: object) -> Callable[..., datetime]:
    return lambda self, label: final_after(self.ends(label), self._legs[-1].zone)


def finality_at_the_very_end_goes_by_the_new_zone(_: object) -> Callable[..., datetime]:
    return lambda self, label: final_after(self.ends(label), self.zone_at(self.ends(label)))


def a_flight_takes_the_old_end_away(_: object) -> Callable[..., datetime]:
    return lambda self, label: self.begins(label + timedelta(days=1))


def every_day_before_a_flight_is_left(_: object) -> Callable[..., bool]:
    return lambda self, label: label in self._kept


def outages_excuse_in_the_local_chat(_: object) -> Callable[..., bool]:
    return lambda self, label: True


def the_oldest_running_day(judge: Judge) -> date:
    return judge.calendar.running(judge.now)[0]


def the_newest_day(judge: Judge) -> date:
    return judge.calendar.newest(judge.now)


def a_session_ends_with_its_day(calendar: Calendar, now: datetime, label: date, last_press_at: datetime) -> bool:
    return now < calendar.ends(label)


MUTANTS: list[tuple[str, Patch]] = [
    ("the bank holds three", number(chain, "MOST_FREEZES", 3)),
    ("only the eighth day earns a freeze", number(chain, "DAYS_PER_FREEZE", 8)),
    ("a chain of six comes back", number(chain, "COMEBACK_FROM", 6)),
    ("a chain of seven does not", number(chain, "COMEBACK_FROM", 8)),
    ("a gap of four can be made good", number(chain, "COMEBACK_GAP_MOST", 4)),
    ("a comeback every 29 days", number(chain, "COMEBACKS_APART", 29)),
    ("a comeback every 31 days", number(chain, "COMEBACKS_APART", 31)),
    ("strength is lost more slowly", number(chain, "_KEEP", 0.5 ** (1 / 14))),
    ("three ticks join", number(counting, "TICKS_MOST", 3)),
    ("ticks are counted over six days", number(counting, "TICKS_WITHIN", 6)),
    ("ticks are counted over eight days", number(counting, "TICKS_WITHIN", 8)),
    ("eight days back can be ticked", number(counting, "TICKED_BACK", 8)),
    ("a session stays open for an hour and a second", number(counting, "STAYS_OPEN", timedelta(hours=1, seconds=1))),
    ("a flight excuses after six days again", number(states, "TRAVEL_EXCUSES_APART", 6)),
    ("a flight excuses after eight days again", number(states, "TRAVEL_EXCUSES_APART", 8)),
    ("an outage of two hours is enough", number(states, "LONGER_THAN", timedelta(hours=2, seconds=-1))),
    ("an outage of three hours is not enough", number(states, "LONGER_THAN", timedelta(hours=3))),
    ("six hours in sum are enough", number(states, "SUMMED_LONGER_THAN", timedelta(hours=6, seconds=-1))),
    ("we must have been there for 91 %", number(outages, "COVERED_AT_LEAST", 0.91)),
    ("we need not have been there", number(outages, "COVERED_AT_LEAST", 0.0)),
    ("it earns before it pays", method(chain._Chain, "_add_done", earns_before_it_pays)),
    ("the gap pays though it broke", method(chain._Chain, "_add_missed", the_gap_pays_though_it_broke)),
    ("opting out is ignored", method(Judge, "may_freeze", every_day_may_be_frozen)),
    ("opting out goes by the setting of now", method(Judge, "may_freeze", freezes_go_by_the_setting_of_now)),
    ("done on a rest day does not count", method(Judge, "judge", no_rest_day_is_done)),
    ("done on a paused day does not count", method(Judge, "judge", no_paused_day_is_done)),
    ("an open yesterday breaks the chain", method(Judge, "judge", an_open_day_is_missed)),
    ("an outage excuses in the local chat", method(Judge, "_is_reached_remotely", outages_excuse_in_the_local_chat)),
    ("a day is final at its end", method(Calendar, "final_at", a_day_is_final_at_its_end)),
    ("finality goes by the zone of now", method(Calendar, "final_at", finality_goes_by_the_zone_of_now)),
    ("at the very end the new zone holds", method(Calendar, "final_at", finality_at_the_very_end_goes_by_the_new_zone)),
    ("a flight takes the old end away", method(Calendar, "ends", a_flight_takes_the_old_end_away)),
    ("every flight excuses", method(Calendar, "was_left_east", every_day_before_a_flight_is_left)),
    ("sessions count for the oldest day", number(streaks, "label_of_session", the_oldest_running_day)),
    ("sessions count for the newest day", number(streaks, "label_of_session", the_newest_day)),
    ("a session ends with its day", number(streaks, "session_is_open", a_session_ends_with_its_day)),
]


@cache
def known(seed: int) -> tuple[Life, Outcome]:
    life = random_life(seed)
    return life, live(life)


def first_found_out() -> int | None:
    """The first seed on whose life the rules, as they are now, differ from the naive model."""
    for seed in range(ENOUGH):
        life, naive = known(seed)
        if drive(life) != naive:
            return seed
    return None


@pytest.mark.parametrize("patch", [mutant[1] for mutant in MUTANTS], ids=[mutant[0] for mutant in MUTANTS])
def test_a_random_life_finds_out_that(patch: Patch, monkeypatch: pytest.MonkeyPatch) -> None:
    patch(monkeypatch)
    found = first_found_out()
    assert found is not None, "these lives do not come through this rule"
    monkeypatch.undo()
    assert all(drive(life) == naive for life, naive in map(known, range(found + 1)))
