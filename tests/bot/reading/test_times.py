"""Tests for `bot.reading.times`: what people type, and what is made of it."""

import time as stopwatch
from collections.abc import Callable
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.times import (
    LEAST_APART_MINUTES,
    MAX_SLOTS,
    Reading,
    Reason,
    Unreadable,
    read_minutes,
    read_span,
    read_times,
    too_close,
    too_close_in_week,
)
from scheduler.slot import EVERY_DAY

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKDAYS = frozenset(range(5))
WEEKEND = frozenset({5, 6})


def at(text: str) -> tuple[time, ...]:
    return tuple(time.fromisoformat(part) for part in text.split())


@pytest.mark.parametrize(
    ("typed", "times"),
    [
        ("7:30", "07:30"),
        ("7.30", "07:30"),
        ("7h30", "07:30"),
        ("730", "07:30"),
        ("0730", "07:30"),
        ("1830", "18:30"),
        ("7", "07:00"),
        ("07", "07:00"),
        ("0", "00:00"),
        ("23:59", "23:59"),
        ("7:30 pm", "19:30"),
        ("7:30pm", "19:30"),
        ("730 p.m.", "19:30"),
        ("7 a. m.", "07:00"),
        ("12 am", "00:00"),
        ("12:30 am", "00:30"),
        ("12 pm", "12:00"),
        ("8 in the evening", "20:00"),
        ("noon", "12:00"),
        ("12 noon", "12:00"),
        ("midnight", "00:00"),
        ("12 midnight", "00:00"),
        ("7h", "07:00"),
        ("at seven o'clock", "07:00"),
        ("  AT\t7:30  PM ", "19:30"),
        ("remind me at 7:30, please!", "07:30"),
        ("7:30 and 18:00", "07:30 18:00"),
        ("18:00, 7:30", "07:30 18:00"),
        ("7:30\n18:00", "07:30 18:00"),
        ("7:30 7.30 0730", "07:30"),
        ("8, 12, 20", "08:00 12:00 20:00"),
        ("every 2 h from 9 to 17", "09:00 11:00 13:00 15:00 17:00"),
        ("every 2h 9-17", "09:00 11:00 13:00 15:00 17:00"),
        ("every two hours between 9 am and 5 pm", "09:00 11:00 13:00 15:00 17:00"),
        ("every 90 min from 9:15 to 13", "09:15 10:45 12:15"),
        ("every half an hour from 9 to 10", "09:00 09:30 10:00"),
        ("hourly from 9 to 11", "09:00 10:00 11:00"),
        ("７：３０", "07:30"),
        ("٧:٣٠", "07:30"),
        ("\u200e7:30\u200f", "07:30"),
    ],
)
def test_a_time_is_read_as_people_type_it(typed: str, times: str) -> None:
    assert read_times(typed) == Reading(at(times), EVERY_DAY)


@pytest.mark.parametrize(
    ("typed", "times", "weekdays"),
    [
        ("weekdays 7:30", "07:30", WORKDAYS),
        ("weekends 9", "09:00", WEEKEND),
        ("daily 8", "08:00", EVERY_DAY),
        ("every day at 8", "08:00", EVERY_DAY),
        ("mon wed fri 18:00", "18:00", {0, 2, 4}),
        ("Monday, Wednesday and Friday at 18:00", "18:00", {0, 2, 4}),
        ("mon/wed/fri 18:00", "18:00", {0, 2, 4}),
        ("mo-fr 7:30", "07:30", WORKDAYS),
        ("mon to fri 7:30", "07:30", WORKDAYS),
        ("mo – fr 7.30 – no", "", set()),
        ("fri-mon 9", "09:00", {4, 5, 6, 0}),
        ("mon-wed, sat 9", "09:00", {0, 1, 2, 5}),
        ("7:30 and 18:00 on weekdays", "07:30 18:00", WORKDAYS),
        ("every tuesday at 6 pm", "18:00", {1}),
        ("weekdays every 2 h from 9 to 13", "09:00 11:00 13:00", WORKDAYS),
        ("every 2 h from 9 to 13 on weekends", "09:00 11:00 13:00", WEEKEND),
    ],
)
def test_weekdays_may_stand_before_or_after_the_times(typed: str, times: str, weekdays: set[int]) -> None:
    expected = Reading(at(times), frozenset(weekdays)) if times else Unreadable(Reason.NOT_UNDERSTOOD)
    assert read_times(typed) == expected


@pytest.mark.parametrize(
    ("reason", "examples"),
    [
        (Reason.NO_SUCH_TIME, ["24:00", "25:99", "7:60", "2400", "13 pm", "0 am", "24", "every 2 h from 9 to 25"]),
        (Reason.A_RANGE, ["7-9", "7 - 9", "7 to 9", "from 7 to 9", "7:30–9 pm", "between 7 and 9", "weekdays 7-9"]),
        (
            Reason.TOO_CLOSE,
            ["every 20 min", "every 20 minutes from 9 to 10", "every 0 h from 9 to 17", "7:30 7:45", "23:50 and 00:10"],
        ),
        (Reason.TOO_MANY, ["every hour", "every 1 h from 7 to 20", "every 30 min from 9 to 17"]),
        (
            Reason.NOT_UNDERSTOOD,
            [
                "",
                "   ",
                "later",
                "mon",
                "weekdays",
                "not monday 7",
                "7 15",  # a quarter past, or two times?
                "7 h 15",
                "7/9",
                "7:5",
                "7:305",
                "7:30:00",
                "7.5",
                "12345",
                "-7",
                "7-",
                "7-9-11",
                "2026-11-22 07:30",
                "every",
                "every 3 h",
                "every 2 days at 7",
                "every 2 h from 9",
                "every 2 h from 9 to 5",  # until 17:00, or past midnight?
                "every 2 h from 9 to 17 and 20",
                "every 24 h from 9 to 17",
                "mon 7:30 wed 8:00",
                "pm 7",
                "half 7",
                "7:30; drop table slots",
                "١٢٣٤٥",
            ],
        ),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(reason: Reason, examples: list[str]) -> None:
    assert {typed: read_times(typed) for typed in examples} == dict.fromkeys(examples, Unreadable(reason))


def test_ten_times_a_day_are_taken_and_eleven_are_not() -> None:
    ten = ", ".join(f"{hour}:00" for hour in range(8, 18))
    reading = read_times(ten)
    assert isinstance(reading, Reading)
    assert len(reading.times) == MAX_SLOTS == 10
    assert read_times(f"{ten}, 18:00") == Unreadable(Reason.TOO_MANY)


def test_thirty_minutes_are_far_enough_and_twenty_nine_are_not() -> None:
    assert LEAST_APART_MINUTES == 30
    assert not too_close(at("07:30 08:00"))
    assert too_close(at("07:30 07:59"))
    assert too_close(at("08:00 12:00 07:45"))
    assert not too_close(at("23:45 00:15"))
    assert too_close(at("23:45 00:14"))
    assert too_close(at("07:30 07:30"))
    assert not too_close(at("07:30"))
    assert not too_close([])


def test_times_on_different_weekdays_do_not_crowd_each_other() -> None:
    workday, weekend = Reading(at("07:30"), WORKDAYS), Reading(at("07:45"), WEEKEND)
    assert not too_close_in_week([workday, weekend])
    assert too_close_in_week([workday, weekend, Reading(at("08:00"), frozenset({6}))])
    assert too_close_in_week([Reading(at("23:50"), frozenset({0})), Reading(at("00:10"), frozenset({1}))])
    assert not too_close_in_week([Reading(at("23:50"), frozenset({0})), Reading(at("00:10"), frozenset({0}))])
    assert too_close_in_week([Reading(at("23:50"), frozenset({6})), Reading(at("00:10"), frozenset({0}))])


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("20", 20),
        ("20 min", 20),
        ("20m", 20),
        ("in 20 minutes", 20),
        ("1", 1),
        ("720", 720),
        ("1 h", 60),
        ("2 hours", 120),
        ("12 h", 720),
        ("1h30", 90),
        ("1h 30", 90),
        ("1 h 30 min", 90),
        ("1h30m", 90),
        ("1 hour and 20 minutes", 80),
        ("an hour", 60),
        ("an hour and a half", 90),
        ("half an hour", 30),
        ("half hour", 30),
        ("one hour", 60),
        ("1.5 h", 90),
    ],
)
def test_a_length_of_time_is_read_in_minutes(typed: str, minutes: int) -> None:
    assert read_minutes(typed) == minutes


@pytest.mark.parametrize(
    "typed",
    ["", "0", "0 h", "721", "13 h", "12 h 1", "1:30", "1h99", "1 h 60", "1.5", "7 pm", "20 30", "a", "-5", "tonight"],
)
def test_what_is_no_length_of_time_up_to_twelve_hours_is_none(typed: str) -> None:
    assert read_minutes(typed) is None


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("22-7", "22:00 07:00"),
        ("22:00-07:00", "22:00 07:00"),
        ("2200 – 0700", "22:00 07:00"),
        ("10 pm to 6 am", "22:00 06:00"),
        ("from 22 to 7", "22:00 07:00"),
        ("22:30 until 7", "22:30 07:00"),
        ("between 10 pm and 6 am", "22:00 06:00"),
        ("midnight to 6", "00:00 06:00"),
        ("13-15", "13:00 15:00"),
    ],
)
def test_quiet_hours_are_read_from_and_to(typed: str, span: str) -> None:
    assert read_span(typed) == at(span)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "22",
        "22 7",
        "22, 7",
        "22-22",
        "25-7",
        "22-7-8",
        "22-7 and 13-15",
        "mon 22-7",
        "every 2 h 22-7",
        "22-7 9",
        "off",
    ],
)
def test_what_is_no_single_span_is_none(typed: str) -> None:
    assert read_span(typed) is None


times = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


def twelve_hours(moment: time) -> str:
    return f"{(moment.hour + 11) % 12 + 1}:{moment:%M} {'am' if moment.hour < 12 else 'pm'}"


STYLES: list[Callable[[time], str]] = [
    lambda moment: f"{moment:%H:%M}",
    lambda moment: f"{moment.hour}:{moment:%M}",
    lambda moment: f"{moment:%H.%M}",
    lambda moment: f"{moment:%Hh%M}",
    lambda moment: f"{moment:%H%M}",
    twelve_hours,
    lambda moment: twelve_hours(moment).upper().replace(" ", ""),
]


@given(times, st.sampled_from(STYLES))
def test_a_time_written_in_any_style_is_read_back_as_itself(moment: time, style: Callable[[time], str]) -> None:
    assert read_times(style(moment)) == Reading((moment,))


@given(st.lists(times, min_size=1, max_size=14), st.sets(st.integers(0, 6), min_size=1), st.sampled_from(STYLES))
def test_a_list_of_times_on_some_weekdays_is_read_back_or_refused_for_a_good_reason(
    chosen: list[time], weekdays: set[int], style: Callable[[time], str]
) -> None:
    text = " ".join(DAYS[day] for day in weekdays) + " " + ", ".join(map(style, chosen))
    unique = tuple(sorted(set(chosen)))
    if too_close(unique):
        assert read_times(text) == Unreadable(Reason.TOO_CLOSE)
    elif len(unique) > MAX_SLOTS:
        assert read_times(text) == Unreadable(Reason.TOO_MANY)
    else:
        assert read_times(text) == Reading(unique, frozenset(weekdays))


@given(st.integers(1, 720))
def test_minutes_are_read_back_in_every_notation(minutes: int) -> None:
    hours, rest = divmod(minutes, 60)
    assert read_minutes(str(minutes)) == read_minutes(f"{minutes} min") == read_minutes(f"{hours}h{rest:02}") == minutes


@given(times, times, st.sampled_from(STYLES))
def test_a_span_is_read_back(begin: time, end: time, style: Callable[[time], str]) -> None:
    assert read_span(f"{style(begin)} - {style(end)}") == (None if begin == end else (begin, end))


words = [
    "7",
    "07:30",
    "9",
    "17",
    "2",
    "am",
    "pm",
    "h",
    "min",
    "every",
    "each",
    "from",
    "to",
    "between",
    "and",
    "half",
    "an",
    "noon",
    "mon",
    "fri",
    "weekdays",
    "daily",
    "-",
    ",",
    "/",
    ".",
    ":",
    "24",
    "99",
    "xyz",
]


@given(
    st.one_of(st.text(), st.lists(st.sampled_from(words)).map(" ".join), st.lists(st.sampled_from(words)).map("".join))
)
def test_reading_is_total_and_what_is_read_keeps_to_the_limits(text: str) -> None:
    reading = read_times(text)
    if isinstance(reading, Reading):
        assert 1 <= len(reading.times) <= MAX_SLOTS
        assert list(reading.times) == sorted(set(reading.times))
        assert reading.weekdays
        assert reading.weekdays <= EVERY_DAY
        assert not too_close(reading.times)
    minutes, span = read_minutes(text), read_span(text)
    assert minutes is None or 1 <= minutes <= 720
    assert span is None or span[0] != span[1]


@pytest.mark.parametrize("text", ["7" * 10_000, "7 " * 5_000, "a'" * 5_000, " " * 10_000, "7:" * 5_000, "ﷺ" * 10_000])
def test_ten_thousand_characters_are_refused_at_once(text: str) -> None:
    begin = stopwatch.perf_counter()
    assert read_times(text) == Unreadable(Reason.NOT_UNDERSTOOD)
    assert read_minutes(text) is None
    assert read_span(text) is None
    assert stopwatch.perf_counter() - begin < 0.1


@pytest.mark.parametrize("piece", ["7", "7 ", "a'", " ", "7:", "ﷺ", "every ", "p. ", "mon-"])
def test_the_longest_text_that_is_looked_at_takes_no_time(piece: str) -> None:
    text = (piece * 200)[:200]
    begin = stopwatch.perf_counter()
    read_times(text)
    assert stopwatch.perf_counter() - begin < 0.1
