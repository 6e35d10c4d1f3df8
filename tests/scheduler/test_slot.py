"""Tests for `scheduler.slot`: exactly one prompt for each slot and calendar label, in every zone there is."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drills.localtime import date_exists, instant, zone_of
from scheduler.slot import EVERY_DAY, Due, Rule, next_due

ONE_DAY = timedelta(days=1)
FIRST, LAST = date(2020, 1, 1), date(2037, 12, 31)
ALL_ZONES = sorted(available_timezones())

zones = st.sampled_from(ALL_ZONES)
times = st.integers(0, 24 * 4 - 1).map(lambda quarters: time(quarters // 4, quarters % 4 * 15))
weekdays = st.frozensets(st.integers(0, 6), min_size=1)
rules = st.builds(Rule, times, weekdays, zones)
moments = st.datetimes(
    datetime.fromisoformat("2011-12-01"), datetime.fromisoformat("2037-12-01"), timezones=st.just(UTC)
).map(lambda moment: moment.replace(microsecond=0))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def prompts(rule: Rule, after: datetime, last_label: date | None = None) -> Iterator[Due]:
    """Every prompt of a rule, one after the other, as the engine walks them."""
    while True:
        due = next_due(rule, after, last_label)
        yield due
        after, last_label = due.at, due.label


def written(rule: Rule, after: str, count: int) -> list[str]:
    return [f"{due.label.day}: {due.at:%m-%d %H:%M}" for due in islice(prompts(rule, utc(after)), count)]


def every_day(at: str, zone: str) -> Rule:
    return Rule(time.fromisoformat(at), EVERY_DAY, zone)


def test_the_next_prompt_is_strictly_after_the_moment_given() -> None:
    rule = every_day("07:30", "Europe/Berlin")
    assert next_due(rule, utc("2026-11-18 06:29")) == Due(date(2026, 11, 18), utc("2026-11-18 06:30"))
    assert next_due(rule, utc("2026-11-18 06:30")) == Due(date(2026, 11, 19), utc("2026-11-19 06:30"))


def test_vector_18_a_slot_in_the_gap_speaks_once_at_half_past_three() -> None:
    rule = every_day("02:30", "Europe/Berlin")
    assert written(rule, "2026-03-28 00:00", 3) == ["28: 03-28 01:30", "29: 03-29 01:30", "30: 03-30 00:30"]
    assert next_due(rule, utc("2026-03-28 12:00")).at.astimezone(zone_of("Europe/Berlin")).time() == time(3, 30)


def test_vector_18_a_slot_that_occurs_twice_speaks_once_the_first_time() -> None:
    rule = every_day("02:30", "Europe/Berlin")
    assert written(rule, "2026-10-24 12:00", 2) == ["25: 10-25 00:30", "26: 10-26 01:30"]


@pytest.mark.parametrize(
    ("rule", "after", "expected"),
    [
        (every_day("02:30", "America/New_York"), "2026-03-08 00:00", ["8: 03-08 07:30", "9: 03-09 06:30"]),
        (every_day("01:30", "America/New_York"), "2026-11-01 00:00", ["1: 11-01 05:30", "2: 11-02 06:30"]),
        (every_day("02:15", "Australia/Lord_Howe"), "2026-10-03 15:00", ["4: 10-03 15:45", "5: 10-04 15:15"]),
        (every_day("01:45", "Australia/Lord_Howe"), "2026-04-04 14:00", ["5: 04-04 14:45", "6: 04-05 15:15"]),
        (every_day("00:30", "Africa/Cairo"), "2026-04-23 12:00", ["24: 04-23 22:30", "25: 04-24 21:30"]),
        (every_day("00:30", "America/Santiago"), "2026-09-05 12:00", ["6: 09-06 04:30", "7: 09-07 03:30"]),
        (every_day("23:30", "America/Santiago"), "2026-04-04 12:00", ["4: 04-05 02:30", "5: 04-06 03:30"]),
        (every_day("12:00", "America/Vancouver"), "2026-11-30 20:00", ["1: 12-01 19:00", "2: 12-02 19:00"]),
        (every_day("07:30", "Pacific/Apia"), "2011-12-29 12:00", ["29: 12-29 17:30", "31: 12-30 17:30"]),
        (every_day("07:30", "Pacific/Kwajalein"), "1993-08-20 12:00", ["20: 08-20 19:30", "22: 08-21 19:30"]),
    ],
)
def test_prompts_follow_each_other_as_written_by_hand(rule: Rule, after: str, expected: list[str]) -> None:
    assert written(rule, after, len(expected)) == expected


def test_a_slot_whose_gap_reaches_past_midnight_speaks_once_for_its_own_label() -> None:
    rule = every_day("23:30", "America/Nuuk")
    expected = ["27: 03-28 01:30", "28: 03-29 01:30", "29: 03-30 00:30"]
    assert written(rule, "2026-03-27 12:00", 3) == expected
    # Asked after local midnight, before the shifted instant: the label of yesterday is still to come.
    assert next_due(rule, utc("2026-03-29 01:10"), date(2026, 3, 27)).label == date(2026, 3, 28)
    assert next_due(rule, utc("2026-03-29 01:10"), date(2026, 3, 28)).label == date(2026, 3, 29)


def test_weekdays_are_those_of_the_local_calendar() -> None:
    monday = Rule(time(7, 30), frozenset({0}), "Pacific/Auckland")
    due = next_due(monday, utc("2026-11-18 00:00"))
    assert due == Due(date(2026, 11, 23), utc("2026-11-22 18:30"))  # a Sunday in UTC


def test_a_missing_monday_is_followed_by_the_next_one() -> None:
    # Apia had no Friday 30 December 2011.
    friday = Rule(time(7, 30), frozenset({4}), "Pacific/Apia")
    assert next_due(friday, utc("2011-12-24 12:00")).label == date(2012, 1, 6)


def test_flying_west_a_date_that_is_lived_twice_has_one_prompt() -> None:
    tokyo = next_due(every_day("07:30", "Asia/Tokyo"), utc("2026-03-09 12:00"))
    assert tokyo == Due(date(2026, 3, 10), utc("2026-03-09 22:30"))
    los_angeles = next_due(every_day("07:30", "America/Los_Angeles"), utc("2026-03-10 04:00"), tokyo.label)
    assert los_angeles == Due(date(2026, 3, 11), utc("2026-03-11 14:30"))


def test_flying_east_the_next_label_may_come_early() -> None:
    los_angeles = next_due(every_day("07:30", "America/Los_Angeles"), utc("2026-03-10 00:00"))
    assert los_angeles == Due(date(2026, 3, 10), utc("2026-03-10 14:30"))
    tokyo = next_due(every_day("07:30", "Asia/Tokyo"), utc("2026-03-10 15:00"), los_angeles.label)
    assert tokyo == Due(date(2026, 3, 11), utc("2026-03-10 22:30"))


def test_a_label_already_prompted_is_not_prompted_again_at_a_later_time() -> None:
    assert next_due(every_day("20:00", "Europe/Berlin"), utc("2026-11-18 07:00"), date(2026, 11, 18)).label.day == 19


@pytest.mark.parametrize("chosen", [frozenset[int](), frozenset({7}), frozenset({-1, 0})])
def test_a_rule_needs_at_least_one_true_weekday(chosen: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="weekdays"):
        Rule(time(7, 30), chosen, "Europe/Berlin")


def test_a_zone_that_does_not_exist_is_an_error_and_not_an_endless_search() -> None:
    with pytest.raises(ValueError, match="no such time zone"):
        next_due(every_day("07:30", "Mars/Olympus"), utc("2026-11-18 00:00"))


def walked(rule: Rule, after: datetime, last_label: date | None) -> Due:
    """The same by brute force, knowing nothing of our policy's code: watch the clock on the wall every quarter of an hour.

    A date exists if the clock ever shows it. Its prompt is due when the clock first shows the time; where the clock leaps
    over the time, as long after the leap as the time lies in it.
    """
    zone = zone_of(rule.zone)
    begin = after.replace(hour=0, minute=0, second=0) - 4 * ONE_DAY
    quarters = [begin + timedelta(minutes=15 * count) for count in range(26 * 24 * 4)]
    clock = [(moment, moment.astimezone(zone).replace(tzinfo=None)) for moment in quarters]
    for label in sorted({shown.date() for _, shown in clock[24 * 4 : -24 * 4]}):
        wanted = datetime.combine(label, rule.at)
        place = next(place for place, (_, shown) in enumerate(clock) if shown >= wanted)
        moment, shown = clock[place] if clock[place][1] == wanted else clock[place - 1]
        due = Due(label, moment + (wanted - shown))
        if label.weekday() in rule.weekdays and due.at > after and (last_label is None or label > last_label):
            return due
    raise AssertionError("three weeks without a prompt")


@given(rules, moments, st.one_of(st.none(), st.integers(-3, 3)))
@example(every_day("07:30", "Pacific/Apia"), utc("2011-12-29 17:30"), 0)
@example(Rule(time(0), frozenset({5}), "Pacific/Kiritimati"), utc("1994-12-30 12:00"), None)
@example(every_day("23:30", "America/Nuuk"), utc("2026-03-29 01:10"), None)
@example(every_day("02:15", "Australia/Lord_Howe"), utc("2026-10-03 15:00"), None)
@example(every_day("02:30", "Europe/Berlin"), utc("2026-10-25 00:45"), -1)
def test_the_next_prompt_agrees_with_watching_the_clock(rule: Rule, after: datetime, ahead: int | None) -> None:
    last_label = None if ahead is None else (after + timedelta(days=ahead)).date()
    assert next_due(rule, after, last_label) == walked(rule, after, last_label)


def changes(zone: str) -> list[date]:
    """The dates near which a zone changes its offset between FIRST and LAST, found by looking at every date."""
    info = zone_of(zone)
    noons = (
        datetime.combine(date.fromordinal(day), time(12), UTC) for day in range(FIRST.toordinal(), LAST.toordinal())
    )
    offsets = [(noon.date(), noon.astimezone(info).utcoffset()) for noon in noons]
    return [day for (_, before), (day, now) in pairwise(offsets) if before != now]


# The hours in which zones change their clocks, and two at which none does.
CLOCK_TIMES = [
    time(hour, minute)
    for hour, minute in [
        (0, 0),
        (0, 30),
        (1, 0),
        (1, 45),
        (2, 0),
        (2, 15),
        (2, 30),
        (3, 0),
        (3, 30),
        (7, 30),
        (12, 0),
        (21, 59),
        (22, 30),
        (23, 0),
        (23, 30),
        (23, 59),
    ]
]


@pytest.mark.parametrize("part", range(4))
def test_in_every_zone_each_existing_date_has_exactly_one_prompt_around_each_change(part: int) -> None:
    for zone in ALL_ZONES[part::4]:
        info = zone_of(zone)
        for day in changes(zone):
            window = [day + timedelta(days=days) for days in range(-2, 3)]
            existing = [label for label in window if date_exists(label, info)]
            for at in CLOCK_TIMES:
                start = instant(window[0], at, info) - timedelta(seconds=1)
                dues = list(islice(prompts(Rule(at, EVERY_DAY, zone), start), len(existing)))
                assert [due.label for due in dues] == existing, (zone, at)
                assert all(a.at < b.at for a, b in pairwise(dues)), (zone, at, day)


@given(rules, moments)
def test_labels_and_instants_only_grow_and_no_existing_label_is_left_out(rule: Rule, after: datetime) -> None:
    dues = list(islice(prompts(rule, after), 30))
    assert all(a.label < b.label and a.at < b.at for a, b in pairwise(dues))
    between = range(dues[0].label.toordinal(), dues[-1].label.toordinal() + 1)
    existing = [date.fromordinal(day) for day in between if date_exists(date.fromordinal(day), zone_of(rule.zone))]
    assert [due.label for due in dues] == [label for label in existing if label.weekday() in rule.weekdays]
