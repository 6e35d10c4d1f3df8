"""A calendar date and a local time become an instant, and back: the daylight-saving policy, once, for slots and days.

The policy: a local time that does not exist (a gap, in spring) is shifted forward by the length of the gap, as RFC 5545
has it; of a time that occurs twice (in autumn) the caller says which. A date that a zone jumped over does not exist.
All times of day are naive, and all instants are aware UTC.
"""

import re
import zoneinfo
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]


class Which(StrEnum):
    """Which one is meant, of a local time that occurs twice."""

    FIRST = "first"
    LATER = "later"


# A person who writes GMT+5 means five hours ahead of Greenwich; the IANA name Etc/GMT+5 means five hours behind it.
_INVERTED = re.compile(r"(etc/)?gmt[+-]?[0-9]+")
# In summer these stay on winter time, and "Factory" is no place; whoever writes EST in July means New York's clock.
_MISLEADING = frozenset({"est", "mst", "factory"})
_NAME_MAX = 64


def use_packaged_rules() -> None:
    """Take all rules from the tzdata package. Call it first: the system's files are often older, and would win."""
    zoneinfo.reset_tzpath(())
    ZoneInfo.clear_cache()
    zone_of.cache_clear()
    _zone_named.cache_clear()
    _names.cache_clear()


def rules_version() -> str:
    """The IANA version of the packaged rules, such as "2026f"; due times are computed again when it changes."""
    return str(tzdata.IANA_VERSION)


def zone_named(name: str) -> ZoneInfo | None:
    """The zone that a person or a browser named, or None. Letter case and spaces for underscores are forgiven.

    The name is looked up in the list of zones and never becomes a path. An older name (Europe/Kiev) is kept as it is.
    """
    return _zone_named(name) if len(name) <= _NAME_MAX else None


@lru_cache(maxsize=1024)  # a calendar names the zones of its person anew at each fold
def _zone_named(name: str) -> ZoneInfo | None:
    key = "_".join(name.split()).casefold()
    if key in _MISLEADING or _INVERTED.fullmatch(key):
        return None
    known = _names().get(key)
    return None if known is None else zone_of(known)


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone of a name that we stored, exactly as written. Raises ValueError for a name that the rules do not have."""
    # Cached here because ZoneInfo itself keeps only the eight zones used last, and reads the others from disk again.
    if name not in _names().values():
        raise ValueError(f"no such time zone: {name!r:.80}")
    return ZoneInfo(name)


def instant(label: date, at: time, zone: ZoneInfo, which: Which = Which.FIRST) -> datetime:
    """The moment (aware UTC) at which clocks in `zone` show `at` on `label`, by the policy of this module."""
    if at.fold:
        at = at.replace(fold=0)
    shown = datetime.combine(label, at, zone)
    early = shown.astimezone(UTC)
    # Two times of one zone are compared as clocks show them.
    if which is Which.FIRST and early.astimezone(zone) == shown:
        return early
    late = shown.replace(fold=1).astimezone(UTC)
    if which is Which.FIRST:
        # A gap; or the hour before rules begin that go on for ever, which zoneinfo reads as if they had held before it.
        return late if late.astimezone(zone) == shown else early
    # Inside a gap the second reading is the earlier one, an hour back: only a time that occurs twice has a later one.
    return max(early, late)


def date_exists(label: date, zone: ZoneInfo) -> bool:
    """Whether the calendar of `zone` has this date. Apia had no 30 December 2011.

    Zones jump over whole dates, so it is enough to look at midnight; where a gap begins at midnight and is shorter than
    a day, the shifted midnight is still on the date. A slot's own time may lie in a gap that reaches past midnight
    (23:30 in Nuuk on the last Saturday of March): such a date exists, though the instant shows the next one.
    """
    return local_date(instant(label, time(0), zone), zone) == label


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """The date on a calendar in `zone` at this moment."""
    return moment.astimezone(zone).date()


@cache
def _names() -> dict[str, str]:
    return {name.casefold(): name for name in zoneinfo.available_timezones()}
