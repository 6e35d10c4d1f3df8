"""The practice day: which one holds a moment, when it begins and ends, and when it is final.

Practice day *d* begins when clocks show `day_start` (00:00 to 06:00) on date *d*, and ends where *d*+1 begins. Intervals
are half-open: a moment exactly at an end belongs to the next day. A day whose begin and end coincide does not exist.

This is the plain case: one zone, one `day_start`. A person who travels has a calendar: `drills/streaks/calendar.py`.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from drills.localtime import Which, instant, local_date

# Late evenings belong to the evening's day, and nobody trains at three on purpose.
DEFAULT_DAY_START = time(3)

_NOON = time(12)
# A day that ends shortly before noon (a zone change) still leaves time to say "I did do it".
_LEAST_BEFORE_FINAL = timedelta(hours=3)
_ONE_DAY = timedelta(days=1)


def practice_day(moment: datetime, zone: ZoneInfo, day_start: time) -> date:
    """The practice day that holds this moment (aware)."""
    label = local_date(moment, zone)  # no later day has begun: a day begins on its own date, or after it
    while begins(label, zone, day_start) > moment:
        label -= _ONE_DAY
    return label


@lru_cache(maxsize=1 << 14)  # people of one zone share their begins; a fold asks for the same ones again
def begins(label: date, zone: ZoneInfo, day_start: time) -> datetime:
    """The first instant of the practice day (aware UTC). Of a `day_start` that occurs twice, the later."""
    return instant(label, day_start, zone, Which.LATER)


def ends(label: date, zone: ZoneInfo, day_start: time) -> datetime:
    """The first instant that is no longer in the practice day: where the next one begins."""
    return begins(label + _ONE_DAY, zone, day_start)


@lru_cache(maxsize=1 << 14)
def final_after(end: datetime, zone: ZoneInfo) -> datetime:
    """When a day that ends at `end` is judged for good: the first 12:00 local at least 3 elapsed hours later."""
    noon_of = local_date(end, zone)
    while (noon := instant(noon_of, _NOON, zone)) < end + _LEAST_BEFORE_FINAL:
        noon_of += _ONE_DAY
    return noon


def final_at(label: date, zone: ZoneInfo, day_start: time) -> datetime:
    """When this day is final, for somebody who stays in one zone."""
    return final_after(ends(label, zone, day_start), zone)
