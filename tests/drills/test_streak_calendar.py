"""When each practice day runs and is final, wherever the person flies (`drills.streaks.calendar`)."""

from datetime import date, datetime, time, timedelta
from itertools import permutations

import pytest

from drills import day
from drills.localtime import zone_of
from drills.streaks import Calendar, DayStartSince, ZoneSince
from tests.drills.streak_model.drive import written
from tests.drills.streak_model.histories import (
    BERLIN,
    FRIDAY,
    HELSINKI,
    KIRITIMATI,
    LONDON,
    LOS_ANGELES,
    MONDAY,
    NEW_YORK,
    NIUE,
    ONE_DAY,
    SECOND,
    SUNDAY,
    THURSDAY,
    TOKYO,
    TUESDAY,
    WEDNESDAY,
    local,
    utc,
)
from tests.drills.streak_model.naive import noted
from tests.drills.streak_model.random_lives import random_life

LONG_AGO = utc("2011-01-01")
JANUARY_WEDNESDAY = date(2026, 1, 7)


def living(
    zone: str, *moves: tuple[datetime, str], day_start: str = "03:00", edits: tuple[tuple[datetime, str], ...] = ()
) -> Calendar:
    return Calendar(
        (ZoneSince(LONG_AGO, zone), *(ZoneSince(at, there) for at, there in moves)),
        (
            DayStartSince(LONG_AGO, time.fromisoformat(day_start)),
            *(DayStartSince(at, time.fromisoformat(hour)) for at, hour in edits),
        ),
    )


# --- in one zone


@pytest.mark.parametrize("zone", [BERLIN, HELSINKI, LOS_ANGELES, "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia"])
@pytest.mark.parametrize("hour", ["00:00", "02:30", "03:00", "06:00"])
def test_whoever_stays_in_one_zone_has_the_plain_days(zone: str, hour: str) -> None:
    calendar, start = living(zone, day_start=hour), time.fromisoformat(hour)
    for n in range(370):
        label = date(2025, 12, 30) + n * ONE_DAY
        assert calendar.begins(label) == day.begins(label, zone_of(zone), start)
        assert calendar.ends(label) == day.ends(label, zone_of(zone), start)
        assert calendar.final_at(label) == day.final_at(label, zone_of(zone), start)
        assert calendar.newest(calendar.begins(label)) == label
        assert calendar.running(calendar.ends(label) - SECOND) == (label,)


@pytest.mark.parametrize(
    ("zone", "label", "begins"),
    [
        (BERLIN, date(2026, 3, 28), "2026-03-28 02:00"),
        (BERLIN, date(2026, 3, 29), "2026-03-29 01:00"),
        (HELSINKI, date(2026, 3, 29), "2026-03-29 01:00"),
        (BERLIN, date(2026, 10, 25), "2026-10-25 02:00"),
        (HELSINKI, date(2026, 10, 25), "2026-10-25 01:00"),
    ],
)
def test_on_the_nights_when_the_clocks_change(zone: str, label: date, begins: str) -> None:
    calendar = living(zone)
    assert calendar.begins(label) == calendar.ends(label - ONE_DAY) == utc(begins)
    assert calendar.newest(utc(begins)) == label
    assert calendar.newest(utc(begins) - SECOND) == label - ONE_DAY


def test_apia_had_no_thirtieth_of_december_2011() -> None:
    calendar, missing = living("Pacific/Apia"), date(2011, 12, 30)
    assert calendar.begins(missing) == calendar.ends(missing) == utc("2011-12-30 13:00")
    assert [calendar.exists(missing + n * ONE_DAY) for n in (-1, 0, 1)] == [True, False, True]
    assert calendar.newest(utc("2011-12-30 12:59")) == date(2011, 12, 29)
    assert calendar.newest(utc("2011-12-30 13:00")) == date(2011, 12, 31)
    assert calendar.final_at(date(2011, 12, 29)) == local(date(2011, 12, 31), "12:00", "Pacific/Apia")


def test_a_zone_that_the_rules_no_longer_know_is_read_as_utc() -> None:
    assert living("Mars/Base").begins(MONDAY) == utc("2026-06-01 03:00")


# --- west


class TestWest:
    """Tokyo to Los Angeles on a Wednesday in January, at 13:00, which is Tuesday 20:00 there."""

    wednesday, thursday = JANUARY_WEDNESDAY, JANUARY_WEDNESDAY + ONE_DAY
    calendar = living(TOKYO, (local(JANUARY_WEDNESDAY, "13:00", TOKYO), LOS_ANGELES))

    def test_the_current_day_never_goes_back_and_is_longer(self) -> None:
        assert self.calendar.newest(local(self.wednesday - ONE_DAY, "21:00", LOS_ANGELES)) == self.wednesday
        assert self.calendar.begins(self.wednesday) == local(self.wednesday, "03:00", TOKYO)
        assert self.calendar.ends(self.wednesday) == local(self.thursday, "03:00", LOS_ANGELES)

    def test_only_one_day_runs(self) -> None:
        old_end = local(self.thursday, "03:00", TOKYO)
        for moment in (old_end - SECOND, old_end, self.calendar.ends(self.wednesday) - SECOND):
            assert self.calendar.running(moment) == (self.wednesday,)
        assert self.calendar.running(self.calendar.ends(self.wednesday)) == (self.thursday,)

    def test_it_is_final_at_the_noon_of_the_new_zone(self) -> None:
        assert self.calendar.final_at(self.wednesday) == local(self.thursday, "12:00", LOS_ANGELES)
        assert self.calendar.final_at(self.wednesday - ONE_DAY) == local(self.wednesday, "12:00", TOKYO)

    def test_it_was_not_left_and_nothing_was_jumped_over(self) -> None:
        assert not self.calendar.was_left_east(self.wednesday)
        assert self.calendar.exists(self.wednesday)


# --- east


class TestEast:
    """Los Angeles to Tokyo on a Tuesday in July, at 12:00, which is Wednesday 04:00 there."""

    tuesday, wednesday, thursday = date(2026, 7, 7), date(2026, 7, 8), date(2026, 7, 9)
    flown_at = local(date(2026, 7, 7), "12:00", LOS_ANGELES)
    calendar = living(LOS_ANGELES, (flown_at, TOKYO))

    def test_two_days_run_until_the_old_end(self) -> None:
        old_end = local(self.wednesday, "03:00", LOS_ANGELES)
        assert self.calendar.running(self.flown_at - SECOND) == (self.tuesday,)
        assert self.calendar.running(self.flown_at) == (self.tuesday, self.wednesday)
        assert self.calendar.running(old_end - SECOND) == (self.tuesday, self.wednesday)
        assert self.calendar.running(old_end) == (self.wednesday,)
        assert self.calendar.ends(self.tuesday) == old_end

    def test_the_new_day_began_with_the_arrival_and_ends_by_the_new_clock(self) -> None:
        assert self.calendar.newest(self.flown_at) == self.wednesday
        assert self.calendar.ends(self.wednesday) == local(self.thursday, "03:00", TOKYO)

    def test_the_day_flown_out_of_is_final_by_the_zone_in_force_at_its_end(self) -> None:
        assert self.calendar.was_left_east(self.tuesday)
        assert not self.calendar.was_left_east(self.wednesday)
        assert self.calendar.final_at(self.tuesday) == local(self.thursday, "12:00", TOKYO)

    def test_both_days_may_be_final_at_one_noon(self) -> None:
        assert self.calendar.final_at(self.wednesday) == self.calendar.final_at(self.tuesday)


def test_east_on_the_same_date_the_day_keeps_its_old_end_and_was_not_left() -> None:
    calendar = living(BERLIN, (local(TUESDAY, "10:00"), TOKYO))
    wednesday_there, tuesdays_old_end = local(WEDNESDAY, "03:00", TOKYO), local(WEDNESDAY, "03:00")
    assert calendar.ends(TUESDAY) == tuesdays_old_end
    assert calendar.begins(WEDNESDAY) == wednesday_there
    assert calendar.running(wednesday_there) == (TUESDAY, WEDNESDAY)
    assert calendar.running(tuesdays_old_end) == (WEDNESDAY,)
    assert not calendar.was_left_east(TUESDAY)


def test_labels_that_a_flight_jumped_over_never_were() -> None:
    calendar = living(NIUE, (local(TUESDAY, "02:30", NIUE), KIRITIMATI))  # Wednesday 03:30 there
    assert [calendar.exists(label) for label in (MONDAY, TUESDAY, WEDNESDAY)] == [True, False, True]
    assert calendar.running(local(TUESDAY, "02:59:59", NIUE)) == (MONDAY, WEDNESDAY)
    assert calendar.ends(MONDAY) == local(TUESDAY, "03:00", NIUE)
    assert calendar.ends(WEDNESDAY) == local(THURSDAY, "03:00", KIRITIMATI)


def test_flying_back_while_two_days_run_the_newest_goes_on_and_the_older_keeps_its_end() -> None:
    out = local(MONDAY, "12:00", NIUE)
    calendar = living(NIUE, (out, KIRITIMATI), (out + timedelta(hours=2), NIUE))
    assert calendar.running(out + timedelta(hours=3)) == (MONDAY, TUESDAY)
    assert calendar.ends(MONDAY) == local(TUESDAY, "03:00", NIUE)
    assert calendar.ends(TUESDAY) == calendar.begins(WEDNESDAY) == local(WEDNESDAY, "03:00", NIUE)


def test_an_end_is_never_taken_away_by_a_later_change() -> None:
    """Berlin, in the morning to Los Angeles and at noon to Tokyo: Los Angeles' end of Tuesday is the latest, and stays."""
    west, east = local(TUESDAY, "09:00"), local(TUESDAY, "12:00")
    calendar = living(BERLIN, (west, LOS_ANGELES), (east, TOKYO))
    assert calendar.ends(TUESDAY) == local(WEDNESDAY, "03:00", LOS_ANGELES)
    assert calendar.begins(WEDNESDAY) == local(WEDNESDAY, "03:00", TOKYO)
    assert calendar.running(local(WEDNESDAY, "18:00", TOKYO)) == (TUESDAY, WEDNESDAY)


# --- changes at the very instant of an end

END = local(WEDNESDAY, "03:00")


@pytest.mark.parametrize(
    ("beside", "newest", "end", "final"),
    [
        (-SECOND, TUESDAY, local(WEDNESDAY, "03:00", NEW_YORK), local(WEDNESDAY, "12:00", NEW_YORK)),
        (timedelta(), WEDNESDAY, END, local(WEDNESDAY, "12:00")),
        (SECOND, WEDNESDAY, END, local(WEDNESDAY, "12:00")),
    ],
    ids=["a second before", "at that instant", "a second after"],
)
def test_flying_west_at_the_end_of_tuesday(beside: timedelta, newest: date, end: datetime, final: datetime) -> None:
    calendar = living(BERLIN, (END + beside, NEW_YORK))
    assert (calendar.newest(END + beside), calendar.ends(TUESDAY), calendar.final_at(TUESDAY)) == (newest, end, final)


def test_at_the_very_instant_of_a_kept_end_the_old_zone_still_holds_for_finality() -> None:
    out, old_end = local(TUESDAY, "12:00", LOS_ANGELES), local(WEDNESDAY, "03:00", LOS_ANGELES)
    noons = {
        beside: living(LOS_ANGELES, (out, TOKYO), (old_end + beside, LONDON)).final_at(TUESDAY)
        for beside in (-SECOND, timedelta())
    }
    assert noons == {-SECOND: local(THURSDAY, "12:00", LONDON), timedelta(): local(THURSDAY, "12:00", TOKYO)}


def test_of_several_changes_at_different_moments_the_last_before_the_end_rules_finality() -> None:
    there_and_back = living(BERLIN, (local(TUESDAY, "08:00"), TOKYO), (local(TUESDAY, "16:00"), BERLIN))
    assert there_and_back.final_at(TUESDAY) == local(WEDNESDAY, "12:00")


def test_a_change_of_zone_that_changes_nothing_changes_nothing() -> None:
    still = living(BERLIN, (local(TUESDAY, "10:00"), "Europe/Paris"))
    assert [still.ends(MONDAY + n * ONE_DAY) for n in range(4)] == [
        living(BERLIN).ends(MONDAY + n * ONE_DAY) for n in range(4)
    ]


# --- day_start

EDITS: list[tuple[str, str, list[tuple[date, str, str]], list[str]]] = [
    ("raised: today is longer", "03:00", [(TUESDAY, "10:00", "05:00")], ["03:00", "03:00", "05:00", "05:00", "05:00"]),
    (
        "lowered: today keeps its end",
        "03:00",
        [(TUESDAY, "10:00", "01:00")],
        ["03:00", "03:00", "03:00", "01:00", "01:00"],
    ),
    (
        "raised and lowered: the largest rules the begin of tomorrow",
        "03:00",
        [(TUESDAY, "10:00", "06:00"), (TUESDAY, "11:00", "01:00")],
        ["03:00", "03:00", "06:00", "01:00", "01:00"],
    ),
    (
        "lowered twice",
        "05:00",
        [(TUESDAY, "10:00", "03:00"), (TUESDAY, "11:00", "01:00")],
        ["05:00", "05:00", "05:00", "01:00", "01:00"],
    ),
    (
        "lowered on two days",
        "05:00",
        [(TUESDAY, "10:00", "03:00"), (WEDNESDAY, "10:00", "01:00")],
        ["05:00", "05:00", "05:00", "03:00", "01:00"],
    ),
    (
        "in the night it is still Tuesday's setting",
        "03:00",
        [(WEDNESDAY, "02:59", "06:00")],
        ["03:00", "03:00", "06:00", "06:00", "06:00"],
    ),
    (
        "at the begin of Wednesday it is Wednesday's",
        "03:00",
        [(WEDNESDAY, "03:00", "06:00")],
        ["03:00", "03:00", "03:00", "06:00", "06:00"],
    ),
    (
        "raised twice while the day is kept open by the first",
        "03:00",
        [(TUESDAY, "10:00", "04:00"), (WEDNESDAY, "03:30", "06:00")],
        ["03:00", "03:00", "06:00", "06:00", "06:00"],
    ),
]


@pytest.mark.parametrize(("first", "edits", "begins"), [case[1:] for case in EDITS], ids=[case[0] for case in EDITS])
def test_a_changed_day_start_holds_from_the_next_day_and_takes_no_hour_away(
    first: str, edits: list[tuple[date, str, str]], begins: list[str]
) -> None:
    calendar = living(BERLIN, day_start=first, edits=tuple((local(label, clock), hour) for label, clock, hour in edits))
    labels = [MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY]
    assert [calendar.begins(label) for label in labels] == [
        local(label, hour) for label, hour in zip(labels, begins, strict=True)
    ]
    assert all(calendar.ends(label) == calendar.begins(label + ONE_DAY) for label in labels)


def test_a_raised_day_start_goes_along_on_a_flight_within_the_same_day() -> None:
    calendar = living(BERLIN, (local(TUESDAY, "12:00"), NEW_YORK), edits=((local(TUESDAY, "10:00"), "06:00"),))
    assert calendar.ends(TUESDAY) == local(WEDNESDAY, "06:00", NEW_YORK)


def test_a_flight_and_an_edit_at_one_instant_are_a_flight_and_then_an_edit() -> None:
    at = local(TUESDAY, "12:00")
    calendar = living(BERLIN, (at, NEW_YORK), edits=((at, "06:00"),))
    assert calendar.ends(TUESDAY) == local(WEDNESDAY, "06:00", NEW_YORK)


# --- always


def test_changes_may_be_told_in_any_order() -> None:
    zones = (
        ZoneSince(LONG_AGO, BERLIN),
        ZoneSince(local(MONDAY, "20:00"), NEW_YORK),
        ZoneSince(local(WEDNESDAY, "20:00"), TOKYO),
    )
    starts = (
        DayStartSince(LONG_AGO, time(3)),
        DayStartSince(local(MONDAY, "21:00"), time(5)),
        DayStartSince(local(TUESDAY, "12:00"), time(0)),
    )
    calendars = [Calendar(z, s) for z in permutations(zones) for s in permutations(starts)]
    labels = [SUNDAY - n * ONE_DAY for n in range(10)]
    assert (
        len(
            {
                tuple((each.begins(label), each.ends(label), each.final_at(label)) for label in labels)
                for each in calendars
            }
        )
        == 1
    )


def test_zones_in_force_between_two_moments() -> None:
    noon, evening = local(TUESDAY, "12:00"), local(TUESDAY, "20:00")
    calendar = living(BERLIN, (noon, NEW_YORK), (evening, TOKYO))
    assert calendar.zone_at(noon - SECOND) == zone_of(BERLIN)
    assert calendar.zone_at(noon) == zone_of(NEW_YORK)
    assert calendar.zones_between(noon - SECOND, noon) == {zone_of(BERLIN)}
    assert calendar.zones_between(noon - SECOND, noon + SECOND) == {zone_of(BERLIN), zone_of(NEW_YORK)}
    assert calendar.zones_between(noon, evening) == {zone_of(NEW_YORK)}
    assert calendar.zones_between(evening, evening + ONE_DAY) == {zone_of(TOKYO)}


def test_after_a_lowered_day_start_the_day_before_a_missing_date_still_ends_before_the_next_begins() -> None:
    """On the 29th from 04:30 to 00:00. That day keeps its end (04:30 on the 30th, which is 04:30 on the 31st)."""
    fakaofo = "Pacific/Fakaofo"
    calendar = living(fakaofo, day_start="04:30", edits=((local(date(2011, 12, 29), "12:00", fakaofo), "00:00"),))
    assert calendar.ends(date(2011, 12, 29)) == utc("2011-12-30 15:30")
    assert not calendar.exists(date(2011, 12, 30))
    assert calendar.begins(date(2011, 12, 31)) == utc("2011-12-30 15:30")
    assert calendar.ends(date(2011, 12, 31)) == local(date(2012, 1, 1), "00:00", fakaofo)


def test_a_raised_day_start_never_ends_the_day_in_progress_earlier_not_even_in_the_night_of_the_gap() -> None:
    """On 29 March 02:30 is 01:30 UTC, half an hour after 03:00, and the 28th keeps the later end."""
    saturday = date(2026, 3, 28)
    calendar = living(BERLIN, day_start="02:30", edits=((local(saturday, "12:00"), "03:00"),))
    assert calendar.begins(saturday + ONE_DAY) == utc("2026-03-29 01:00")
    assert calendar.ends(saturday) == utc("2026-03-29 01:30")


@pytest.mark.parametrize("part", range(2))
def test_on_random_journeys_every_day_begins_and_ends_when_the_naive_model_says_so(part: int) -> None:
    for seed in range(part * 5_000, (part + 1) * 5_000):
        life = random_life(seed)
        calendar = written(life).calendar
        for day_lived in noted(life).days:
            label = date.fromordinal(day_lived.label)
            assert calendar.exists(label) == day_lived.exists, (seed, label)
            if day_lived.exists:
                drawn = calendar.begins(label), calendar.ends(label), calendar.was_left_east(label)
                assert drawn == (day_lived.begin, day_lived.end, day_lived.left_east), (seed, label)


def test_on_random_journeys_what_a_person_could_still_use_before_a_flight_stays_usable() -> None:
    for seed in range(3_000):
        book = written(random_life(seed))
        for number in range(1, len(book.zones)):
            arrived = book.zones[number].at
            edits = tuple(edit for edit in book.day_starts if edit.at <= arrived)
            before, flown = Calendar(book.zones[:number], edits), Calendar(book.zones[: number + 1], edits)
            for label in before.running(arrived):
                assert flown.ends(label) >= before.ends(label), (seed, label)
                assert label in flown.running(arrived), (seed, label)
