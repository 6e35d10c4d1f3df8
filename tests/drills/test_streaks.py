"""Tests for `drills.streaks`: the vectors and figures of the streak rules, and a model that counts day by day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drills.day import practice_day
from drills.localtime import zone_of
from drills.streaks import Day, DayState, Facts, Pause, Standing, ZoneSince, final_at, standing, strength

BERLIN, NEW_YORK, TOKYO = "Europe/Berlin", "America/New_York", "Asia/Tokyo"
NIUE, KIRITIMATI = "Pacific/Niue", "Pacific/Kiritimati"  # a whole day apart: 11 h behind, 14 h ahead
MONDAY = date(2026, 11, 16)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
ONE_DAY = timedelta(days=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LETTERS = {
    DayState.DONE: "x",
    DayState.PAUSED: "p",
    DayState.REST: "r",
    DayState.OPEN: "o",
    DayState.MISSED: "m",
}


def local(label: date, clock: str, zone: str = BERLIN) -> datetime:
    return datetime.combine(label, time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


def days(history: str, *, first: date = MONDAY) -> Facts:
    """A history, one sign a day from `first`: x done, . nothing, p paused, P done in a pause. Joined the day before."""
    signs = list(enumerate(history.replace(" ", "")))
    labels = {n: first + n * ONE_DAY for n, _ in signs}
    return Facts(
        joined=first - ONE_DAY,
        done=frozenset(labels[n] for n, sign in signs if sign in "xP"),
        pauses=tuple(Pause(labels[n], labels[n]) for n, sign in signs if sign in "pP"),
        zones=(ZoneSince(LONG_AGO, BERLIN),),
        day_start=time(3),
    )


def on(history: str, clock: str = "10:00") -> Standing:
    """How it stands on the last day of a history, at this time in Berlin."""
    today = MONDAY + (len(history.replace(" ", "")) - 1) * ONE_DAY
    return standing(days(history), today, local(today, clock))


def states(result: Standing) -> str:
    """The states after the day of joining: "x x m o"."""
    return " ".join(LETTERS[day.state] for day in result.days if not day.joining)


# --- vectors ------------------------------------------------------------------------------------------------------


def test_vector_4_today_is_open_and_breaks_nothing() -> None:
    result = on("x x .", "10:00")
    assert result.streak == 2
    assert result.today == Day(WEDNESDAY, DayState.OPEN)


@pytest.mark.parametrize("clock", ["03:00", "11:59", "12:00", "23:59"])
def test_today_is_open_at_every_hour(clock: str) -> None:
    assert (on("x x .", clock).streak, states(on("x x .", clock))) == (2, "x x o")


def test_vector_9_a_done_day_adds_in_a_pause_and_on_the_joining_day_too() -> None:
    assert (on("x P x").streak, states(on("x P x"))) == (3, "x x x")
    facts = replace(days("x"), done=frozenset({MONDAY - ONE_DAY, MONDAY}))
    assert standing(facts, MONDAY, local(MONDAY, "10:00")).streak == 2


def test_vector_14_an_undo_takes_the_day_back_and_doing_it_again_brings_it_back() -> None:
    results = [on(history) for history in ("x x", "x .", "x x")]
    assert [result.today.state for result in results] == [DayState.DONE, DayState.OPEN, DayState.DONE]
    assert [result.streak for result in results] == [2, 1, 2]


def test_vector_15_the_order_of_facts_does_not_matter() -> None:
    zones = (
        ZoneSince(LONG_AGO, BERLIN),
        ZoneSince(local(MONDAY, "20:00"), NEW_YORK),
        ZoneSince(local(WEDNESDAY, "20:00"), TOKYO),
    )
    pauses = (Pause(TUESDAY, TUESDAY), Pause(TUESDAY, WEDNESDAY), Pause(THURSDAY, None))
    facts = days("x . . . .")
    now = local(THURSDAY, "03:00")
    results = {
        standing(replace(facts, zones=z, pauses=p), THURSDAY, now)
        for z in permutations(zones)
        for p in permutations(pauses)
    }
    assert len(results) == 1
    moments = {final_at(replace(facts, zones=z), TUESDAY) for z in permutations(zones)}
    assert moments == {local(WEDNESDAY, "12:00", NEW_YORK)}


def test_vector_17_a_pause_of_ten_days_keeps_the_chain_and_a_day_trained_in_it_adds() -> None:
    facts = replace(days("x x x ......... ."), pauses=(Pause(THURSDAY, THURSDAY + 9 * ONE_DAY),))
    after = THURSDAY + 10 * ONE_DAY
    assert standing(facts, after, local(after, "10:00")).streak == 3
    trained = replace(facts, done=facts.done | {THURSDAY + 3 * ONE_DAY})
    result = standing(trained, after, local(after, "10:00"))
    assert (result.streak, states(result)) == (4, "x x x p p p x p p p p p p o")


def test_an_open_pause_goes_on_until_it_is_ended() -> None:
    facts = replace(days("x"), pauses=(Pause(TUESDAY, None),))
    result = standing(facts, MONDAY + 100 * ONE_DAY, local(MONDAY + 100 * ONE_DAY, "10:00"))
    assert (result.streak, result.today.state) == (1, DayState.PAUSED)
    assert DayState.MISSED not in {day.state for day in result.days}


def test_pauses_that_overlap_or_touch_are_one() -> None:
    facts = replace(days("x"), pauses=(Pause(TUESDAY, WEDNESDAY), Pause(WEDNESDAY, THURSDAY)))
    assert states(standing(facts, THURSDAY + ONE_DAY, local(THURSDAY + ONE_DAY, "10:00"))) == "x p p p o"


# --- missing ------------------------------------------------------------------------------------------------------


def test_yesterday_is_open_until_noon_and_missed_from_noon_on() -> None:
    before, after = on("x . .", "11:59:59"), on("x . .", "12:00")
    assert (states(before), before.streak) == ("x o o", 1)
    assert (states(after), after.streak) == ("x m o", 0)
    assert (after.best, after.total) == (1, 1)


def test_a_missed_day_breaks_the_chain_and_the_best_stays() -> None:
    result = on("x x x . x x")
    assert (result.streak, result.best, result.total, states(result)) == (2, 3, 5, "x x x m x x")


def test_a_day_that_is_not_due_neither_breaks_nor_adds() -> None:
    assert (on("x x p p x").streak, states(on("x x p p x"))) == (3, "x x p p x")


def test_nothing_done_is_a_streak_of_nothing() -> None:
    result = on(". . .", "12:00")
    assert (result.streak, result.best, result.total, result.strength) == (0, 0, 0, 0)
    assert states(result) == "m m o"


# --- joining ------------------------------------------------------------------------------------------------------


def test_the_joining_day_is_not_due() -> None:
    result = on(". .", "12:00")
    assert result.days[0] == Day(MONDAY - ONE_DAY, DayState.REST, joining=True)
    assert states(result) == "m o"
    assert [day.joining for day in result.days] == [True, False, False]


def test_on_the_joining_day_itself_there_is_one_day() -> None:
    facts = days("")
    result = standing(facts, facts.joined, local(facts.joined, "10:00"))
    assert result.days == (Day(facts.joined, DayState.REST, joining=True),)


def test_days_done_before_joining_count_and_the_gaps_between_them_are_not_due() -> None:
    facts = replace(days("x"), joined=THURSDAY)
    result = standing(facts, THURSDAY, local(THURSDAY, "10:00"))
    assert [LETTERS[day.state] for day in result.days] == ["x", "r", "r", "r"]
    assert result.streak == 1


def test_a_done_day_adds_even_where_the_calendar_went_back_after_a_flight_west() -> None:
    result = standing(days("x x x"), TUESDAY, local(TUESDAY, "12:00"))
    assert (result.streak, result.today.label) == (3, WEDNESDAY)
    unfinished = standing(days("x . x"), TUESDAY, local(TUESDAY, "12:00"))
    assert (unfinished.streak, states(unfinished)) == (2, "x o x")


# --- finality -----------------------------------------------------------------------------------------------------


def moved(*changes: tuple[datetime, str]) -> Facts:
    return replace(days("x"), zones=(ZoneSince(LONG_AGO, BERLIN), *(ZoneSince(at, zone) for at, zone in changes)))


def test_a_day_is_final_at_noon_of_the_zone_in_force_at_its_end() -> None:
    assert final_at(moved(), TUESDAY) == local(WEDNESDAY, "12:00")
    west = moved((local(TUESDAY, "20:00"), NEW_YORK))
    assert final_at(west, MONDAY) == local(TUESDAY, "12:00")
    assert final_at(west, TUESDAY) == local(WEDNESDAY, "12:00", NEW_YORK)
    assert final_at(west, WEDNESDAY) == local(THURSDAY, "12:00", NEW_YORK)


def test_a_change_after_the_end_of_a_day_or_at_that_very_instant_moves_its_finality_no_more() -> None:
    end = local(WEDNESDAY, "03:00")
    second = timedelta(seconds=1)
    assert final_at(moved((end - second, NEW_YORK)), TUESDAY) == local(WEDNESDAY, "12:00", NEW_YORK)
    assert final_at(moved((end, NEW_YORK)), TUESDAY) == local(WEDNESDAY, "12:00")
    assert final_at(moved((end + second, NEW_YORK)), TUESDAY) == local(WEDNESDAY, "12:00")


def test_of_several_changes_the_last_before_the_end_counts() -> None:
    there_and_back = moved((local(TUESDAY, "08:00"), TOKYO), (local(TUESDAY, "16:00"), BERLIN))
    assert final_at(there_and_back, TUESDAY) == local(WEDNESDAY, "12:00")


def test_a_zone_that_the_rules_no_longer_know_is_read_as_utc() -> None:
    assert final_at(replace(days("x"), zones=(ZoneSince(LONG_AGO, "Mars/Base"),)), TUESDAY) == local(
        WEDNESDAY, "12:00", "UTC"
    )


def test_a_miss_is_judged_by_the_noon_of_the_zone_that_the_person_went_to() -> None:
    facts = moved((local(TUESDAY, "20:00"), NEW_YORK))
    berlins, new_yorks = local(WEDNESDAY, "12:00"), local(WEDNESDAY, "12:00", NEW_YORK)
    assert states(standing(facts, WEDNESDAY, berlins)) == "x o o"
    assert states(standing(facts, WEDNESDAY, new_yorks)) == "x m o"


def test_a_day_is_not_final_before_an_earlier_one_however_far_east_the_person_flew() -> None:
    flight = ZoneSince(local(TUESDAY, "03:01", NIUE), KIRITIMATI)
    facts = replace(days("."), zones=(ZoneSince(LONG_AGO, NIUE), flight))
    assert final_at(facts, TUESDAY) < final_at(facts, MONDAY)
    between = local(TUESDAY, "11:30", NIUE)
    assert final_at(facts, TUESDAY) < between
    assert states(standing(facts, WEDNESDAY, between)) == "o o o"
    assert states(standing(facts, WEDNESDAY, local(TUESDAY, "12:00", NIUE))) == "m m o"


def test_the_day_in_progress_is_open_though_a_flight_west_made_its_finality_early() -> None:
    facts = replace(days(""), zones=(ZoneSince(LONG_AGO, KIRITIMATI), ZoneSince(local(TUESDAY, "03:01", NIUE), NIUE)))
    tuesday_evening = local(TUESDAY, "21:00", NIUE)
    assert final_at(facts, TUESDAY) < tuesday_evening
    assert standing(facts, TUESDAY, tuesday_evening).today == Day(TUESDAY, DayState.OPEN)


# --- strength -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("done", "percent"), [(0, 0), (7, 31), (13, 50), (30, 80), (66, 97)])
def test_strength_grows_as_published(done: int, percent: int) -> None:
    assert on("x" * done + ".").strength == percent


def test_one_miss_costs_little_and_seven_do_not_end_it() -> None:
    assert on("x" * 30 + ". .", "11:59").strength == 80
    assert on("x" * 30 + ". .", "12:00").strength == 76
    assert on("x" * 30 + "." * 8, "12:00").strength == 55


def test_days_that_are_not_due_make_no_step() -> None:
    with_pauses = "xxx pp xxxx ppppp xxxxxx"
    assert on(with_pauses).strength == on("x" * 13).strength == 50
    assert on("xxxx PPP").strength == on("x" * 7).strength == 31


def test_without_days_there_is_no_strength() -> None:
    assert strength(()) == 0


# --- a model that counts day by day -------------------------------------------------------------------------------


@dataclass(frozen=True)
class History:
    facts: Facts
    today: date
    now: datetime


@dataclass
class Count:
    """The rules of the streak as a person would keep them on paper, one line a day."""

    streak: int = 0
    best: int = 0
    total: int = 0
    value: float = 0.0
    waiting: bool = False  # a day before this one may still be done: nobody knows yet whether the chain broke

    def day(self, label: date, history: History) -> str:
        facts = history.facts
        paused = any(p.first <= label and not (p.last is not None and p.last < label) for p in facts.pauses)
        if label in facts.done:
            self.total += 1
            self.streak += 1
            self.best = max(self.best, self.streak)
            self.value += (1 - self.value) * (1 - 2 ** (-1 / 13))
            return "x"
        if paused:
            return "p"
        if label <= facts.joined:
            return "r"
        self.waiting = self.waiting or history.now < noon_after(label, facts)
        if self.waiting or label >= history.today:
            return "o"
        self.streak = 0
        self.value *= 2 ** (-1 / 13)
        return "m"


def noon_after(label: date, facts: Facts) -> datetime:
    """Noon on the date after, where the person is when the day ends. Days begin by 06:00, so that noon is late enough."""
    here = ZoneInfo(facts.zones[0].zone)
    for change in facts.zones[1:]:
        if change.at >= datetime.combine(label + ONE_DAY, facts.day_start, here):
            break
        here = ZoneInfo(change.zone)
    return datetime.combine(label + ONE_DAY, time(12), here)


def counted(history: History) -> tuple[Count, str]:
    facts = history.facts
    label = min([facts.joined, *facts.done])
    count, line = Count(), ""
    while label <= max([history.today, facts.joined, *facts.done]):
        line += count.day(label, history)
        label += ONE_DAY
    return count, line


ZONES = [BERLIN, NEW_YORK, TOKYO, NIUE, KIRITIMATI, "Asia/Kathmandu"]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Up to ten weeks of days done and paused, with flights, seen at any moment."""
    length = draw(st.integers(0, 70))
    first = date(2026, 3, 1) + draw(st.integers(0, 300)) * ONE_DAY
    bits = 0
    for _ in range(draw(st.integers(1, 4))):  # one draw is every second day, four are nearly all
        bits |= draw(st.integers(0, 2**length - 1))
    done = {first + n * ONE_DAY for n in range(length) if bits >> n & 1}
    starts = draw(st.lists(st.integers(-5, length + 5), max_size=3))
    lengths = [draw(st.none() | st.integers(0, 12)) for _ in starts]
    pauses = tuple(
        Pause(first + n * ONE_DAY, None if days is None else first + (n + days) * ONE_DAY)
        for n, days in zip(starts, lengths, strict=True)
    )
    begin = datetime.combine(first, time(0), UTC)
    hours = sorted(draw(st.sets(st.integers(0, 24 * (length + 1)), max_size=3)))
    zones = [ZoneSince(LONG_AGO, draw(st.sampled_from(ZONES)))]
    zones += [ZoneSince(begin + timedelta(hours=hour), draw(st.sampled_from(ZONES))) for hour in hours]
    day_start = time(draw(st.integers(0, 5)), draw(st.sampled_from([0, 30])))
    joined = first + draw(st.integers(-3, 20)) * ONE_DAY
    now = begin + timedelta(minutes=draw(st.integers(0, 24 * 60 * (length + 2))))
    here = [since.zone for since in zones if since.at <= now][-1]
    facts = Facts(joined, frozenset(done), pauses, tuple(zones), day_start)
    return History(facts, practice_day(now, zone_of(here), day_start), now)


@given(histories())
@settings(max_examples=2000)
def test_a_count_by_hand_comes_to_the_same(history: History) -> None:
    result = standing(history.facts, history.today, history.now)
    count, line = counted(history)
    assert "".join(LETTERS[day.state] for day in result.days) == line
    assert (result.streak, result.best, result.total) == (count.streak, count.best, count.total)
    assert result.strength == round(100 * count.value)


@given(histories())
def test_the_days_follow_each_other_and_the_numbers_hold_each_other(history: History) -> None:
    result = standing(history.facts, history.today, history.now)
    labels = [day.label for day in result.days]
    assert labels == [labels[0] + n * ONE_DAY for n in range(len(labels))]
    assert 0 <= result.streak <= result.best <= result.total == len(history.facts.done)
    assert 0 <= result.strength <= 100


@given(histories())
def test_today_never_breaks_anything_and_doing_it_adds_one(history: History) -> None:
    facts, today = history.facts, history.today
    idle = replace(facts, done=frozenset(label for label in facts.done if label < today))
    without = standing(idle, today, history.now)
    assert all(day.state is not DayState.MISSED for day in without.days if day.label >= today)
    busy = standing(replace(idle, done=idle.done | {today}), today, history.now)
    assert busy.streak == without.streak + 1
    assert busy.total == without.total + 1


@given(histories(), st.integers(0, 72))
def test_time_alone_never_makes_a_day_done_nor_a_final_day_open(history: History, hours: int) -> None:
    def line(at: datetime) -> Sequence[Day]:
        return standing(history.facts, history.today, at).days

    for before, after in zip(line(history.now), line(history.now + timedelta(hours=hours)), strict=True):
        assert before == after or (before.state, after.state) == (DayState.OPEN, DayState.MISSED)
