"""Quiet hours: they bind follow-ups, snoozes and late catch-ups, never a slot that the person chose."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.store.people import Person
from drills.localtime import instant


def quiet_until(person: Person, zone: ZoneInfo, moment: datetime) -> datetime | None:
    """When the quiet hours that hold `moment` end; None when it is not in them."""
    start, end = person.quiet_from, person.quiet_to
    if start is None or end is None or start == end:
        return None
    local = moment.astimezone(zone)
    if not _within(local.time(), start, end):
        return None
    label = local.date() + timedelta(days=1) if local.time() >= end else local.date()
    return instant(label, end, zone)


def _within(at: time, start: time, end: time) -> bool:
    return start <= at < end if start < end else at >= start or at < end
