"""Times, days and spans as a person reads them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot import words
from bot.views import when
from drills.localtime import zone_of

ENGLISH = words.load("en")


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=-5), "under a minute"),
        (timedelta(seconds=59), "under a minute"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=9, minutes=12), "9 h 12 min"),
        (timedelta(hours=47, minutes=59), "47 h 59 min"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_a_span_is_short_and_rounded_down(length: timedelta, text: str) -> None:
    assert when.span(ENGLISH, length) == text


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (frozenset(range(7)), "every day"),
        (frozenset(range(5)), "weekdays"),
        (frozenset({5, 6}), "weekends"),
        (frozenset({4, 0, 2}), "Mon, Wed, Fri"),
    ],
)
def test_weekdays_have_names(days: frozenset[int], text: str) -> None:
    assert when.weekdays(ENGLISH, days) == text


def test_a_moment_is_as_short_as_it_can_be() -> None:
    now, berlin = datetime(2026, 11, 25, 6, tzinfo=UTC), zone_of("Europe/Berlin")
    assert when.moment(ENGLISH, now + timedelta(hours=1), now, berlin) == "08:00"
    assert when.moment(ENGLISH, now + timedelta(hours=24), now, berlin) == "tomorrow 07:00"
    assert when.moment(ENGLISH, now + timedelta(days=5), now, berlin) == "Mon 30 Nov 07:00"
    assert when.day(ENGLISH, date(2026, 11, 24)) == "Tue 24 Nov"
