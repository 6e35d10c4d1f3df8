"""Tests for `drills.localtime`: vectors written by hand, one zone and one surprise each."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, available_timezones

import pytest
import tzdata  # type: ignore[import-untyped]
from hypothesis import example, given
from hypothesis import strategies as st

from drills.localtime import Which, date_exists, instant, local_date, rules_version, zone_named, zone_of

VECTORS = [
    # zone, local date and time, first instant, later instant (UTC)
    ("Europe/Berlin", "2026-07-01 07:30", "2026-07-01 05:30", "2026-07-01 05:30"),
    ("Europe/Berlin", "2026-12-01 07:30", "2026-12-01 06:30", "2026-12-01 06:30"),
    ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29 01:30", "2026-03-29 01:30"),  # gap: 03:30 summer time
    ("Europe/Berlin", "2026-03-29 02:00", "2026-03-29 01:00", "2026-03-29 01:00"),  # gap, its first minute
    ("Europe/Berlin", "2026-03-29 03:00", "2026-03-29 01:00", "2026-03-29 01:00"),  # just after the gap
    ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30", "2026-10-25 01:30"),  # twice
    ("Europe/Berlin", "2026-10-25 02:00", "2026-10-25 00:00", "2026-10-25 01:00"),  # twice, its first minute
    ("Europe/Berlin", "2026-10-25 03:00", "2026-10-25 02:00", "2026-10-25 02:00"),  # just after
    ("America/New_York", "2026-03-08 02:30", "2026-03-08 07:30", "2026-03-08 07:30"),
    ("America/New_York", "2026-11-01 01:30", "2026-11-01 05:30", "2026-11-01 06:30"),
    ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:45", "2026-10-03 15:45"),  # a gap of half an hour
    ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45", "2026-04-04 15:15"),
    ("Africa/Cairo", "2026-04-24 00:30", "2026-04-23 22:30", "2026-04-23 22:30"),  # the gap begins at midnight
    ("Africa/Cairo", "2026-10-29 23:30", "2026-10-29 20:30", "2026-10-29 21:30"),
    ("America/Santiago", "2026-09-06 00:30", "2026-09-06 04:30", "2026-09-06 04:30"),
    ("America/Santiago", "2026-04-04 23:30", "2026-04-05 02:30", "2026-04-05 03:30"),
    ("America/Nuuk", "2026-03-28 23:30", "2026-03-29 01:30", "2026-03-29 01:30"),  # the gap reaches midnight
    # Not twice: that night rules began which turn the clock back there each autumn, and zoneinfo applies them too early.
    ("America/Nuuk", "2023-10-28 23:30", "2023-10-29 01:30", "2023-10-29 01:30"),
    ("America/Nuuk", "2024-10-26 23:30", "2024-10-27 00:30", "2024-10-27 01:30"),
    ("Asia/Tokyo", "2026-03-10 07:30", "2026-03-09 22:30", "2026-03-09 22:30"),
    ("Asia/Kathmandu", "2026-03-10 07:30", "2026-03-10 01:45", "2026-03-10 01:45"),
    ("Pacific/Apia", "2011-12-30 07:30", "2011-12-30 17:30", "2011-12-30 17:30"),  # no such date
]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str) -> tuple[date, time]:
    moment = datetime.fromisoformat(text)
    return moment.date(), moment.time()


@pytest.mark.parametrize(("zone", "shown", "first", "later"), VECTORS)
def test_a_local_time_becomes_the_instant_written_by_hand(zone: str, shown: str, first: str, later: str) -> None:
    assert instant(*local(shown), zone_of(zone), Which.FIRST) == utc(first)
    assert instant(*local(shown), zone_of(zone), Which.LATER) == utc(later)
    assert instant(*local(shown), zone_of(zone)) == utc(first)


def test_a_fold_mark_on_the_time_itself_changes_nothing() -> None:
    berlin = zone_of("Europe/Berlin")
    assert instant(date(2026, 10, 25), time(2, 30, fold=1), berlin) == utc("2026-10-25 00:30")


def test_the_packaged_rules_are_in_use_and_not_the_machines() -> None:
    # Older rules still have Vancouver fall back in November 2026.
    assert instant(date(2026, 12, 1), time(12), zone_of("America/Vancouver")) == utc("2026-12-01 19:00")
    assert rules_version() == tzdata.IANA_VERSION >= "2026f"


@pytest.mark.parametrize(
    ("zone", "missing"),
    [
        ("Pacific/Apia", date(2011, 12, 30)),
        ("Pacific/Kwajalein", date(1993, 8, 21)),
        ("Pacific/Kiritimati", date(1994, 12, 31)),
        ("Pacific/Kanton", date(1994, 12, 31)),
    ],
)
def test_a_date_that_a_zone_jumped_over_does_not_exist(zone: str, missing: date) -> None:
    around = [date.fromordinal(missing.toordinal() + days) for days in (-1, 0, 1)]
    assert [date_exists(label, zone_of(zone)) for label in around] == [True, False, True]
    assert date_exists(missing, zone_of("Europe/Berlin"))


def test_a_date_whose_late_evening_lies_in_a_gap_exists() -> None:
    nuuk = zone_of("America/Nuuk")
    shifted = instant(date(2026, 3, 28), time(23, 30), nuuk)
    assert local_date(shifted, nuuk) == date(2026, 3, 29)
    assert date_exists(date(2026, 3, 28), nuuk)


def test_a_date_whose_midnight_lies_in_a_gap_exists() -> None:
    assert date_exists(date(2026, 4, 24), zone_of("Africa/Cairo"))


def test_the_local_date_is_that_of_the_wall_calendar() -> None:
    moment = utc("2026-03-09 22:30")
    assert local_date(moment, zone_of("Asia/Tokyo")) == date(2026, 3, 10)
    assert local_date(moment, zone_of("America/Los_Angeles")) == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("  America/New York ", "America/New_York"),
        ("america/argentina/buenos aires", "America/Argentina/Buenos_Aires"),
        ("Europe/Kiev", "Europe/Kiev"),
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("US/Pacific", "US/Pacific"),
        ("utc", "UTC"),
        ("Etc/UTC", "Etc/UTC"),
        ("GMT", "GMT"),
    ],
)
def test_a_zone_is_found_by_its_name_and_an_older_name_is_kept(typed: str, kept: str) -> None:
    zone = zone_named(typed)
    assert zone is not None
    assert zone.key == kept


@pytest.mark.parametrize(
    "typed", ["Etc/GMT+5", "etc/gmt-14", "GMT+5", "GMT-3", "gmt0", "Etc/GMT0", "GMT+0", "EST", "MST"]
)
def test_names_that_mean_something_else_than_people_think_are_refused(typed: str) -> None:
    assert zone_named(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "Berlin",
        "Factory",
        "../../etc/passwd",
        "/etc/localtime",
        "Europe/",
        "Europe",
        "Europe/Berlin\0",
        "Europe\\Berlin",
        "zone.tab",
        "tzdata.zi",
        "x" * 10_000,
    ],
)
def test_what_is_no_zone_is_none_and_never_a_path(typed: str) -> None:
    assert zone_named(typed) is None


@given(st.text())
@example("\ud800")
def test_any_text_is_a_zone_or_none(text: str) -> None:
    zone = zone_named(text)
    assert zone is None or zone.key in available_timezones()


def test_a_stored_name_must_be_exact() -> None:
    assert zone_of("Etc/GMT+5") is zone_of("Etc/GMT+5")
    assert isinstance(zone_of("Europe/Kiev"), ZoneInfo)
    with pytest.raises(ValueError, match="no such time zone"):
        zone_of("europe/berlin")
    with pytest.raises(ValueError, match="no such time zone"):
        zone_of("../../etc/passwd")
