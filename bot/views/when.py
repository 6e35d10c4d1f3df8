"""Times, days and spans as a person reads them."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names

from bot.words import Words

WEEKDAYS = frozenset({0, 1, 2, 3, 4})
WEEKEND = frozenset({5, 6})
EVERY_DAY = WEEKDAYS | WEEKEND


def clock(at: time) -> str:
    return f"{at:%H:%M}"


def local_clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"


def weekday(words: Words, label: date) -> str:
    """ "Tuesday"."""
    return _days(words.language, "wide")[label.weekday()]


def weekday_short(words: Words, label: date) -> str:
    """ "Tue"."""
    return _days(words.language, "abbreviated")[label.weekday()]


def weekday_name(words: Words, number: int) -> str:
    """ "Tue" for 1."""
    return _days(words.language, "abbreviated")[number]


def day(words: Words, label: date) -> str:
    """ "Tue 24 Nov"."""
    return str(format_date(label, "EEE d MMM", locale=words.language))


def weekdays(words: Words, days: frozenset[int]) -> str:
    """ "every day", "weekdays", "weekends", or the days by name."""
    if days == EVERY_DAY:
        return words("when.every-day")
    if days == WEEKDAYS:
        return words("when.weekdays")
    if days == WEEKEND:
        return words("when.weekends")
    names = _days(words.language, "abbreviated")
    return ", ".join(names[number] for number in sorted(days))


def span(words: Words, length: timedelta) -> str:
    """ "9 h 12 min", "3 days", "under a minute"; rounded down, never negative."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes == 0:
        return words("when.under-a-minute")
    if minutes < 60:
        return words("when.minutes", n=minutes)
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return (
            words("when.hours", n=hours) if minutes == 0 else words("when.hours-minutes", hours=hours, minutes=minutes)
        )
    return words("when.days", n=hours // 24)


def moment(words: Words, at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """ "07:30" today, "tomorrow 07:30", "Tue 24 Nov 07:30"."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if local.date() == today + timedelta(days=1):
        return words("when.tomorrow", clock=f"{local:%H:%M}")
    return f"{day(words, local.date())} {local:%H:%M}"


@lru_cache
def _days(language: str, width: Literal["wide", "abbreviated"]) -> tuple[str, ...]:
    names = get_day_names(width, locale=language)
    return tuple(str(names[number]) for number in range(7))
