"""Tests for `bot.reading.pauses`: what people type behind /pause, /rest and for the hour at which a day begins."""

import time as stopwatch
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.pauses import (
    DAY_START_LAST,
    PAUSE_MOST_DAYS,
    DayStartProblem,
    NoPause,
    PauseReason,
    PauseWish,
    read_day_start,
    read_pause,
    read_weekdays,
)
from bot.reading.tokens import _PAUSE_TABLE
from scheduler.slot import EVERY_DAY

TODAY = date(2026, 11, 25)  # a Wednesday
SORE, SICK, TRAVEL, OTHER = PauseReason


def wish(days: str, reason: PauseReason | None = None, today: date = TODAY) -> PauseWish:
    """ "12-01 12-07", "12-28 2027-01-03", or "11-25 …" for an open end."""
    first, last = ((part if len(part) > 5 else f"{today.year}-{part}") for part in days.split())
    return PauseWish(date.fromisoformat(first), None if "…" in last else date.fromisoformat(last), reason)


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("10 days", "11-25 12-04"),
        ("3", "11-25 11-27"),
        ("three", "11-25 11-27"),
        ("1", "11-25 11-25"),
        ("10d", "11-25 12-04"),
        ("for 10 days, please!", "11-25 12-04"),
        ("10 days from today", "11-25 12-04"),
        ("10 days from now", "11-25 12-04"),
        ("the next 10 days", "11-25 12-04"),
        ("10 days off", "11-25 12-04"),
        ("week", "11-25 12-01"),
        ("a week", "11-25 12-01"),
        ("2 weeks", "11-25 12-08"),
        ("a fortnight", "11-25 12-08"),
        ("one month", "11-25 12-24"),
        ("2 months", "11-25 2027-01-24"),
        ("a year", "11-25 2027-11-24"),
        ("366 days", "11-25 2027-11-25"),
    ],
)
def test_a_length_begins_today_and_counts_today(typed: str, days: str) -> None:
    assert read_pause(typed, TODAY) == wish(days)


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2026, 11, 25), date(2026, 12, 24)),
        (date(2026, 12, 1), date(2026, 12, 31)),
        (date(2027, 1, 28), date(2027, 2, 27)),
        (date(2027, 1, 29), date(2027, 2, 28)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
    ],
)
def test_a_month_ends_on_the_day_before_the_same_day_or_with_the_month_that_has_no_such_day(
    today: date, last: date
) -> None:
    assert read_pause("a month", today) == PauseWish(today, last)


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("until today", "11-25 11-25"),
        ("until tomorrow", "11-25 11-26"),
        ("until friday", "11-25 11-27"),
        ("Til Friday.", "11-25 11-27"),
        ("till 5 dec", "11-25 12-05"),
        ("until dec 5", "11-25 12-05"),
        ("up to 5 december", "11-25 12-05"),
        ("through dec. 5th", "11-25 12-05"),
        ("until the 5th", "11-25 12-05"),
        ("until 5.12.", "11-25 12-05"),
        ("until 2026-12-05", "11-25 12-05"),
        ("until the end of the week", "11-25 11-29"),
        ("until end of next week", "11-25 12-06"),
        ("until the end of december", "11-25 12-31"),
        ("until the end of the year", "11-25 12-31"),
        ("until friday next week", "11-25 12-04"),
        ("through the weekend", "11-25 11-29"),
        ("until 5 nov", "11-25 2027-11-05"),  # the next one
    ],
)
def test_until_begins_today_and_holds_on_its_last_day(typed: str, days: str) -> None:
    assert read_pause(typed, TODAY) == wish(days)


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("today", "11-25 11-25"),
        ("tomorrow", "11-26 11-26"),
        ("day after tomorrow", "11-27 11-27"),
        ("friday", "11-27 11-27"),
        ("5 dec", "12-05 12-05"),
        ("5th of December", "12-05 12-05"),
        ("5. dec", "12-05 12-05"),
        ("dec 5 2026", "12-05 12-05"),
        ("December 5th, 2026", "12-05 12-05"),
        ("saturday 5 dec", "12-05 12-05"),
        ("Sat, Dec 5, 2026", "12-05 12-05"),
        ("5.12.", "12-05 12-05"),
        ("5.12", "12-05 12-05"),
        ("05.12.2026", "12-05 12-05"),
        ("5. 12. 2026", "12-05 12-05"),
        ("5.12.26", "12-05 12-05"),
        ("2026-12-05", "12-05 12-05"),
        ("2026/12/05", "12-05 12-05"),
        ("13/12", "12-13 12-13"),
        ("12/13/2026", "12-13 12-13"),
        ("12/12", "12-12 12-12"),
        ("this week", "11-25 11-29"),
        ("rest of the week", "11-25 11-29"),
        ("next week", "11-30 12-06"),
        ("the weekend", "11-28 11-29"),
        ("over the weekend", "11-28 11-29"),
        ("this month", "11-25 11-30"),
        ("next month", "12-01 12-31"),
        ("in december", "12-01 12-31"),
        ("may 2027", "2027-05-01 2027-05-31"),
        ("today and tomorrow", "11-25 11-26"),
        ("sat and sun", "11-28 11-29"),
    ],
)
def test_a_day_or_a_stretch_by_itself_is_just_that(typed: str, days: str) -> None:
    assert read_pause(typed, TODAY) == wish(days)


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("from 1 dec to 7 dec", "12-01 12-07"),
        ("1-7 dec", "12-01 12-07"),
        ("1 – 7 December", "12-01 12-07"),
        ("1st to 7th of december", "12-01 12-07"),
        ("from 1 to 7 dec", "12-01 12-07"),
        ("between 1 and 7 dec", "12-01 12-07"),
        ("1 dec - 7 dec", "12-01 12-07"),
        ("dec 1-7", "12-01 12-07"),
        ("dec 1 till dec 7", "12-01 12-07"),
        ("1.12.-7.12.", "12-01 12-07"),
        ("1.-7.12.", "12-01 12-07"),
        ("2026-12-01 - 2026-12-07", "12-01 12-07"),
        ("dec 28 to jan 3", "12-28 2027-01-03"),
        ("28.12. - 3.1.", "12-28 2027-01-03"),
        ("28 dec - 3 jan 2027", "12-28 2027-01-03"),
        ("28 dec to the 3rd", "12-28 2027-01-03"),
        ("28th to 3 jan", "12-28 2027-01-03"),
        ("dec-feb", "12-01 2027-02-28"),
        ("today to friday", "11-25 11-27"),
        ("tomorrow until 7 dec", "11-26 12-07"),
        ("mon-fri", "11-30 12-04"),
        ("monday to monday", "11-30 12-07"),
        ("tomorrow for 3 days", "11-26 11-28"),
        ("from monday for a week", "11-30 12-06"),
        ("a week from monday", "11-30 12-06"),
        ("10 days starting tomorrow", "11-26 12-05"),
        ("5 dec for a month", "12-05 2027-01-04"),
        ("now until friday", "11-25 11-27"),
    ],
)
def test_two_days_or_a_day_and_a_length_are_a_range_with_both_its_ends(typed: str, days: str) -> None:
    assert read_pause(typed, TODAY) == wish(days)


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("until further notice", "11-25 …"),
        ("open", "11-25 …"),
        ("for now", "11-25 …"),
        ("from now on", "11-25 …"),
        ("now", "11-25 …"),
        ("indefinitely", "11-25 …"),
        ("until I'm back", "11-25 …"),
        ("from today", "11-25 …"),
        ("from monday", "11-30 …"),
        ("starting tomorrow", "11-26 …"),
        ("tomorrow onwards", "11-26 …"),
        ("from 5 dec on", "12-05 …"),
        ("from next week", "11-30 …"),
        ("monday until further notice", "11-30 …"),
        ("from the 20th", "12-20 …"),
    ],
)
def test_a_pause_may_be_open(typed: str, days: str) -> None:
    assert read_pause(typed, TODAY) == wish(days)


@pytest.mark.parametrize(
    ("typed", "days", "reason"),
    [
        ("sick", "11-25 …", SICK),
        ("I'm sick", "11-25 …", SICK),
        ("I’m sick.", "11-25 …", SICK),
        ("i have a cold", "11-25 …", SICK),
        ("sick since monday", "11-25 …", SICK),
        ("sick since yesterday", "11-25 …", SICK),
        ("sick 3 days", "11-25 11-27", SICK),
        ("sick, 3 days", "11-25 11-27", SICK),
        ("sick - 3 days", "11-25 11-27", SICK),
        ("3 sick days", "11-25 11-27", SICK),
        ("3 days, I'm ill", "11-25 11-27", SICK),
        ("flu until further notice", "11-25 …", SICK),
        ("holiday until 5 dec", "11-25 12-05", TRAVEL),
        ("vacation 2 weeks", "11-25 12-08", TRAVEL),
        ("on vacation 1-7 dec", "12-01 12-07", TRAVEL),
        ("travelling until friday", "11-25 11-27", TRAVEL),
        ("away next week", "11-30 12-06", TRAVEL),
        ("on a business trip", "11-25 …", TRAVEL),
        ("sore 2 days", "11-25 11-26", SORE),
        ("in pain", "11-25 …", SORE),
        ("my foot hurts", "11-25 …", SORE),
        ("not feeling well", "11-25 …", SICK),
        ("going on holiday tomorrow for a week", "11-26 12-02", TRAVEL),
        ("busy this week", "11-25 11-29", OTHER),
    ],
)
def test_a_reason_may_stand_anywhere_and_alone_is_an_open_pause(typed: str, days: str, reason: PauseReason) -> None:
    assert read_pause(typed, TODAY) == wish(days, reason)


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("from yesterday", "11-25 …"),
        ("from yesterday until friday", "11-25 11-27"),
        ("2026-10-01 to 2026-12-01", "11-25 12-01"),
        ("20-30 nov", "11-25 11-30"),
        ("20 nov - 3 dec", "11-25 12-03"),
        ("from 20 nov for 10 days", "11-25 11-29"),
        ("from the 20th to the 30th", "11-25 11-30"),
        ("from 20 nov", "11-25 …"),
        ("since 20 nov", "11-25 …"),
    ],
)
def test_a_pause_that_has_begun_begins_today_because_none_holds_for_a_day_before_it_was_entered(
    typed: str, days: str
) -> None:
    assert read_pause(typed, TODAY) == wish(days)


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("24 nov", "2027-11-24 2027-11-24"),
        ("25 nov", "11-25 11-25"),
        ("1-7 nov", "2027-11-01 2027-11-07"),
        ("from 20 nov for 3 days", "2027-11-20 2027-11-22"),
        ("1 jan", "2027-01-01 2027-01-01"),
    ],
)
def test_dates_without_a_year_that_are_over_are_those_of_next_year(typed: str, days: str) -> None:
    assert read_pause(typed, TODAY) == wish(days)


def test_a_stretch_that_began_last_year_holds_on() -> None:
    assert read_pause("28 dec - 3 jan", date(2027, 1, 2)) == PauseWish(date(2027, 1, 2), date(2027, 1, 3))


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("until friday", "11-27 2026-12-04"),
        ("friday", "12-04 12-04"),
        ("from friday", "12-04 …"),
        ("this friday", "11-27 11-27"),
        ("until today", "11-27 11-27"),
        ("today to friday", "11-27 12-04"),
    ],
)
def test_on_a_friday_friday_is_the_coming_one(typed: str, days: str) -> None:
    assert read_pause(typed, date(2026, 11, 27)) == wish(days)


@pytest.mark.parametrize(
    ("today", "typed", "days"),
    [
        (date(2026, 11, 28), "weekend", "11-28 11-29"),
        (date(2026, 11, 29), "weekend", "11-29 11-29"),
        (date(2026, 11, 28), "next weekend", "12-05 12-06"),
        (date(2026, 11, 29), "next weekend", "12-05 12-06"),
        (date(2026, 11, 30), "next monday", "12-07 12-07"),
        (date(2026, 11, 29), "this week", "11-29 11-29"),
        (date(2026, 11, 29), "next week", "11-30 12-06"),
        (date(2026, 11, 30), "next week", "12-07 12-13"),
        (date(2026, 11, 25), "next monday", "11-30 11-30"),
        (date(2026, 11, 29), "next friday", "12-04 12-04"),
    ],
)
def test_a_week_goes_from_monday_to_sunday(today: date, typed: str, days: str) -> None:
    assert read_pause(typed, today) == wish(days)


@pytest.mark.parametrize(
    ("reason", "examples"),
    [
        (
            NoPause.IN_THE_PAST,
            "yesterday; until yesterday; this monday; 2026-11-24; 1.11.2026; 2025-01-01 to 2025-02-01",
        ),
        (NoPause.TOO_LONG, "367 days; 9999 days; 13 months; 2 years; 2027-11-27; from 1 dec 2027; 29 feb"),
        (NoPause.TOO_LONG, "tomorrow for 366 weeks; from 2026-12-01 to 2028-01-01; 31.12.2099 for 2 months"),
        (NoPause.BACKWARDS, "7 dec to 1 dec; 7-1 dec; 2026-12-07 to 2026-12-01; 7-1 dec 2026; 7 dec - 1 dec 2026"),
        (NoPause.BACKWARDS, "from friday until today; from monday until yesterday; from friday to 2026-11-26"),
    ],
)
def test_a_pause_that_cannot_be_is_refused_with_its_reason(reason: NoPause, examples: str) -> None:
    assert {typed: read_pause(typed, TODAY) for typed in examples.split("; ")} == dict.fromkeys(
        examples.split("; "), reason
    )


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "   ",
            "later",
            "not today",
            "off",
            "stop",
            "a",
            "the",
            "-",
            "until",
            "from",
            "since",
            "end",
            "next",
            "end end",
        ),
        *("5/12", "12/5", "1/12-7/12", "5-12-2026", "5/12/26"),  # day first, or month first?
        *("next friday", "until next friday", "next weekend"),  # the coming one, or that of next week?
        *("until december", "until next week", "until the weekend"),  # with it, or without?
        *("in 3 days", "a few days", "3-5 days", "1.5 weeks", "another week", "december 10 days", "3 5", "1-7"),
        *(
            "0",
            "0 days",
            "-3",
            "12345 days",
            "friday 5 dec",
            "30 feb",
            "31.11.",
            "0 dec",
            "32 dec",
            "13/13",
            "2026-13-01",
        ),
        *("5 dec 1826", "0000-12-05", "5.12.0000", "9999-12-31"),
        *("sick and travelling", "since 5 dec", "since tomorrow", "sat and mon", "1 dec, 7 dec", "friday saturday"),
        *("2 hours", "7:30", "until 8 pm", "weekends", "mon wed fri", "every monday", "none"),
        *("until friday until monday", "from from monday", "from 3 days", "until 3", "- friday", "friday -"),
        *("🤒", "sick 🤒", "10 days; drop table pauses", "病気"),
    ],
)
def test_what_two_people_would_read_differently_or_nobody_at_all_is_not_understood(typed: str) -> None:
    assert read_pause(typed, TODAY) is NoPause.NOT_UNDERSTOOD


def test_on_a_monday_next_tuesday_may_be_tomorrow_and_is_asked_again() -> None:
    assert read_pause("next tuesday", date(2026, 11, 30)) is NoPause.NOT_UNDERSTOOD


def test_a_pause_is_at_most_366_days_long_and_ahead() -> None:
    farthest = TODAY + timedelta(days=PAUSE_MOST_DAYS)
    assert read_pause(f"{farthest}", TODAY) == PauseWish(farthest, farthest)
    assert read_pause(f"from {farthest}", TODAY) == PauseWish(farthest)
    assert read_pause(f"from tomorrow until {farthest}", TODAY) == PauseWish(TODAY + timedelta(days=1), farthest)
    assert read_pause(f"until {farthest}", TODAY) == NoPause.TOO_LONG
    assert read_pause(f"from {farthest} for 2 days", TODAY) == NoPause.TOO_LONG


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u2066", "\ufeff"])
def test_marks_without_a_shape_are_not_seen(mark: str) -> None:
    assert read_pause(f"{mark}until{mark} friday{mark}", TODAY) == wish("11-25 11-27")


@pytest.mark.parametrize(
    ("typed", "weekdays"),
    [
        ("sat sun", {5, 6}),
        ("weekends", {5, 6}),
        ("the weekend", {5, 6}),
        ("mon, wed & fri", {0, 2, 4}),
        ("Mondays and Thursdays", {0, 3}),
        ("sat/sun", {5, 6}),
        ("sat+sun", {5, 6}),
        ("mo-fr", {0, 1, 2, 3, 4}),
        ("monday through friday", {0, 1, 2, 3, 4}),
        ("fri – mon", {4, 5, 6, 0}),
        ("mon-wed, sat", {0, 1, 2, 5}),
        ("sunday", {6}),
        ("every sunday", {6}),
        ("on sundays only", {6}),
        ("rest on sunday", {6}),
        ("sunday off", {6}),
        ("weekdays", {0, 1, 2, 3, 4}),
        ("weekends and wed", {2, 5, 6}),
        ("every day", EVERY_DAY),
        ("none", set()),
        ("no rest", set()),
        ("No rest days!", set()),
        ("never", set()),
        ("off", set()),
    ],
)
def test_rest_days_are_read_as_days_of_the_week_and_none_are_an_empty_set(typed: str, weekdays: set[int]) -> None:
    assert read_weekdays(typed) == frozenset(weekdays)


@pytest.mark.parametrize(
    "typed",
    [
        *("", "  ", "x", "not sunday", "no sunday", "none sunday", "🦶", "mon; drop table rest", "sunday sick"),
        *("sat 7:30", "sun 9", "7:30", "5th", "sat 5 dec", "tomorrow", "next sunday", "until sunday"),
        *("days", "day", "2 days", "rest", "every", "and", "mon-", "-mon", "mon--fri", "weekdays - sun"),
    ],
)
def test_anything_but_days_of_the_week_is_no_choice_of_rest_days(typed: str) -> None:
    assert read_weekdays(typed) is None


@pytest.mark.parametrize(
    ("typed", "start"),
    [
        ("4", "04:00"),
        ("04:00", "04:00"),
        ("at 4 o'clock", "04:00"),
        ("4:30 am", "04:30"),
        ("4.30", "04:30"),
        ("430", "04:30"),
        ("5 in the morning", "05:00"),
        ("every day at 4", "04:00"),
        ("midnight", "00:00"),
        ("12 am", "00:00"),
        ("0", "00:00"),
        ("00:30", "00:30"),
        ("3", "03:00"),
        ("6", "06:00"),
        ("06:00", "06:00"),
    ],
)
def test_a_day_may_begin_between_midnight_and_six(typed: str, start: str) -> None:
    assert read_day_start(typed) == time.fromisoformat(start)


@pytest.mark.parametrize("typed", ["7", "22:00", "6:30", "06:01", "4 pm", "noon", "24", "24:00", "4:60", "23:59"])
def test_any_other_time_is_out_of_range(typed: str) -> None:
    assert read_day_start(typed) is DayStartProblem.OUT_OF_RANGE


@pytest.mark.parametrize(
    "typed",
    [
        *("", "early", "four-ish", "🌙", "mon", "mon 4", "weekdays 4"),
        *("4 5", "3 and 5", "3-4", "from 3 to 4", "every 12 h from 3 to 4", "-4", "4 h 15", "04:00:00"),
    ],
)
def test_what_is_no_single_time_for_every_day_begins_no_day(typed: str) -> None:
    assert read_day_start(typed) is DayStartProblem.NOT_UNDERSTOOD


days = st.dates(date(2026, 1, 1), date(2030, 12, 31))
words = st.sampled_from(
    [
        *_PAUSE_TABLE,
        "5",
        "1",
        "28",
        "31",
        "366",
        "2026",
        "2027",
        "5.12.",
        "2026-12-05",
        "13/5",
        "0",
        "3rd",
        "1.",
        "x",
        "7:30",
    ]
)
typed_texts = st.one_of(
    st.text(max_size=250), st.lists(words, max_size=9).map(" ".join), st.lists(words, max_size=6).map("".join)
)


@given(typed_texts, days)
def test_reading_is_total_and_what_is_read_keeps_to_the_limits(text: str, today: date) -> None:
    pause = read_pause(text, today)
    if isinstance(pause, PauseWish):
        assert today <= pause.first <= today + timedelta(days=PAUSE_MOST_DAYS)
        if pause.last is not None:
            assert pause.first <= pause.last <= today + timedelta(days=PAUSE_MOST_DAYS)
            assert (pause.last - pause.first).days < PAUSE_MOST_DAYS
    weekdays, start = read_weekdays(text), read_day_start(text)
    assert weekdays is None or weekdays <= EVERY_DAY
    assert isinstance(start, DayStartProblem) or start <= DAY_START_LAST


@given(days, st.integers(0, 364), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d.%m.", "%d %b", "%B %d", "%a %d %b %Y"]))
def test_a_day_of_the_coming_year_is_read_back_in_every_notation(today: date, ahead: int, notation: str) -> None:
    day = today + timedelta(days=ahead)
    assert read_pause(day.strftime(notation), today) == PauseWish(day, day)
    assert read_pause("until " + day.strftime(notation), today) == PauseWish(today, day)


@given(days, st.integers(0, 60), st.integers(0, 60), st.sampled_from([" - ", " to ", " until ", "-"]))
def test_a_range_without_years_is_read_back(today: date, ahead: int, length: int, between: str) -> None:
    first = today + timedelta(days=ahead)
    last = first + timedelta(days=length)
    typed = f"{first.day} {first:%b}{between}{last.day} {last:%b}"
    assert read_pause(typed, today) == PauseWish(first, last)


@given(st.sets(st.integers(0, 6), min_size=1), st.sampled_from([" ", ", ", " and ", "/"]))
def test_weekdays_are_read_back(chosen: set[int], between: str) -> None:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    assert read_weekdays(between.join(names[day] for day in chosen)) == frozenset(chosen)


@pytest.mark.parametrize(
    "piece",
    ["7", "7 ", "a'", " ", "5.", "5/", "ﷺ", "fri ", "end ", "sick ", "- ", "no rest ", "1. ", "dec 5 ", "next "],
)
@pytest.mark.parametrize("length", [200, 10_000])
def test_a_long_text_takes_no_time(piece: str, length: int) -> None:
    text = (piece * length)[:length]
    begin = stopwatch.perf_counter()
    read_pause(text, TODAY)
    read_weekdays(text)
    read_day_start(text)
    assert stopwatch.perf_counter() - begin < 0.1
