"""Tests for `drills.day`: which practice day holds a moment, and when that day is final."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drills.day import DEFAULT_DAY_START, begins, ends, final_after, final_at, practice_day
from drills.localtime import date_exists, instant, zone_of

BERLIN = zone_of("Europe/Berlin")
HELSINKI = zone_of("Europe/Helsinki")
APIA = zone_of("Pacific/Apia")
THREE = time(3)
ONE_DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)

zones = st.sampled_from(sorted(available_timezones())).map(zone_of)
day_starts = st.integers(0, 6 * 60).map(lambda minutes: time(minutes // 60, minutes % 60))
labels = st.dates(date(1970, 1, 3), date(2037, 12, 30))
moments = st.datetimes(
    datetime.fromisoformat("1970-01-03"), datetime.fromisoformat("2037-12-30"), timezones=st.just(UTC)
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_day_starts_at_three_unless_chosen_otherwise() -> None:
    assert time(3) == DEFAULT_DAY_START


def test_vector_1_a_set_at_two_fifty_nine_counts_for_the_day_before() -> None:
    monday, tuesday = date(2026, 11, 16), date(2026, 11, 17)
    assert practice_day(instant(tuesday, time(2, 59), BERLIN), BERLIN, THREE) == monday
    assert practice_day(instant(tuesday, time(3), BERLIN), BERLIN, THREE) == tuesday


def test_vector_3_in_spring_the_day_begins_where_the_gap_ends() -> None:
    assert practice_day(utc("2026-03-29 00:59"), BERLIN, THREE) == date(2026, 3, 28)
    assert practice_day(utc("2026-03-29 01:00"), BERLIN, THREE) == date(2026, 3, 29)


def test_vector_3b_in_autumn_the_day_begins_at_the_later_of_two_three_oclocks() -> None:
    assert practice_day(utc("2026-10-25 00:30"), HELSINKI, THREE) == date(2026, 10, 24)
    assert practice_day(utc("2026-10-25 01:00"), HELSINKI, THREE) == date(2026, 10, 25)


def test_a_day_start_inside_a_gap_is_shifted_by_the_gap() -> None:
    assert begins(date(2026, 3, 29), BERLIN, time(2, 30)) == utc("2026-03-29 01:30")


def test_days_on_which_the_clock_changes_are_shorter_or_longer() -> None:
    for start in (time(0), THREE, time(6)):
        lengths = [
            ends(label, BERLIN, start) - begins(label, BERLIN, start)
            for label in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25))
        ]
        assert sorted(lengths) == [timedelta(hours=23), timedelta(hours=24), timedelta(hours=24), timedelta(hours=25)]


def test_a_date_that_does_not_exist_is_a_day_without_any_moment() -> None:
    missing = date(2011, 12, 30)
    assert begins(missing, APIA, THREE) == ends(missing, APIA, THREE)
    assert practice_day(begins(missing, APIA, THREE), APIA, THREE) == date(2011, 12, 31)
    assert practice_day(begins(missing, APIA, THREE) - TICK, APIA, THREE) == date(2011, 12, 29)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (date(2026, 11, 16), "2026-11-17 11:00"),
        (date(2026, 3, 28), "2026-03-29 10:00"),
        (date(2026, 10, 24), "2026-10-25 11:00"),
    ],
)
def test_a_day_is_final_at_noon_of_the_next_date(label: date, expected: str) -> None:
    assert final_at(label, BERLIN, THREE) == utc(expected)
    assert final_at(label, BERLIN, time(0)) == utc(expected)
    assert final_at(label, BERLIN, time(6)) == utc(expected)


def test_finality_leaves_three_hours_even_where_the_end_is_close_to_noon() -> None:
    # No day start is that late, but the rule does not lean on that.
    assert final_at(date(2026, 11, 16), BERLIN, time(9)) == utc("2026-11-17 11:00")
    assert final_at(date(2026, 11, 16), BERLIN, time(9, 1)) == utc("2026-11-18 11:00")
    assert final_at(date(2026, 11, 16), BERLIN, time(13)) == utc("2026-11-18 11:00")


@pytest.mark.parametrize(
    ("end", "final"),
    [
        ("2026-11-17 08:00", "2026-11-17 11:00"),
        ("2026-11-17 08:01", "2026-11-18 11:00"),
        ("2026-11-17 11:00", "2026-11-18 11:00"),
        ("2026-11-17 23:30", "2026-11-18 11:00"),
        ("2026-10-25 08:00", "2026-10-25 11:00"),
        ("2026-03-29 07:00", "2026-03-29 10:00"),
    ],
)
def test_a_day_that_ends_at_any_hour_of_a_traveller_has_at_least_three_elapsed_hours_until_noon(
    end: str, final: str
) -> None:
    assert final_after(utc(end), BERLIN) == utc(final)


def test_a_challenge_that_ends_on_sunday_is_final_at_honolulus_monday_noon() -> None:
    assert final_at(date(2026, 11, 15), zone_of("Pacific/Honolulu"), THREE) == utc("2026-11-16 22:00")


@given(moments, zones, day_starts)
def test_every_moment_lies_in_exactly_the_day_that_is_named(moment: datetime, zone: ZoneInfo, start: time) -> None:
    label = practice_day(moment, zone, start)
    assert begins(label, zone, start) <= moment < ends(label, zone, start)
    for other in (label - 2 * ONE_DAY, label - ONE_DAY, label + ONE_DAY, label + 2 * ONE_DAY):
        assert not begins(other, zone, start) <= moment < ends(other, zone, start)


@given(labels, zones, day_starts)
def test_practice_days_follow_each_other_without_hole_or_overlap(label: date, zone: ZoneInfo, start: time) -> None:
    begin, end = begins(label, zone, start), ends(label, zone, start)
    assert end == begins(label + ONE_DAY, zone, start)
    assert (begin < end) == date_exists(label, zone)
    if begin < end:
        assert practice_day(begin, zone, start) == practice_day(end - TICK, zone, start) == label
        assert practice_day(end, zone, start) > label
        assert practice_day(begin - TICK, zone, start) < label


@given(labels, zones, day_starts)
def test_a_day_is_final_at_a_noon_that_comes_after_its_end_and_never_before_an_earlier_day(
    label: date, zone: ZoneInfo, start: time
) -> None:
    final, end = final_at(label, zone, start), ends(label, zone, start)
    assert final.astimezone(zone).time() == time(12)
    assert timedelta(hours=3) <= final - end < timedelta(hours=27)
    assert final_at(label - ONE_DAY, zone, start) <= final
