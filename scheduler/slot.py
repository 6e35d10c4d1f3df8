"""A slot's rule (local time, weekdays, zone) and its next instant: one prompt per slot and calendar label, always."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NewType, TypeAlias

from drills.localtime import date_exists, instant, local_date, zone_of

SlotId = NewType("SlotId", str)

Weekdays: TypeAlias = frozenset[int]
"""Days of the week, Monday is 0. They are those of the local calendar: Auckland's Monday morning is a Sunday in UTC."""

EVERY_DAY: Weekdays = frozenset(range(7))

_ONE_DAY = timedelta(days=1)


class Role(StrEnum):
    """What a slot is for. DO and LAST_CALL fall silent once the day is done; EXTRA does not."""

    DO = "do"
    EXTRA = "extra"
    LAST_CALL = "last-call"


@dataclass(frozen=True, slots=True)
class Rule:
    """When a slot speaks: at a naive local time, on some weekdays, in the zone of this IANA name."""

    at: time
    weekdays: Weekdays
    zone: str

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            raise ValueError(f"weekdays are a choice of 0 to 6, and at least one: {set(self.weekdays)}")


@dataclass(frozen=True, slots=True)
class Due:
    """One prompt: the calendar date that it is for, and its instant (aware UTC)."""

    label: date
    at: datetime


def next_due(rule: Rule, after: datetime, last_label: date | None = None) -> Due:
    """The earliest prompt strictly after `after` whose label is later than `last_label`.

    Labels only grow, so somebody who flies west and lives a date twice is prompted once. A date that does not exist has
    no prompt. Raises ValueError for a zone that the rules do not have.
    """
    zone = zone_of(rule.zone)
    # One date back: a time in a gap that reaches past midnight falls on the date after its label.
    label = local_date(after, zone) - _ONE_DAY
    if last_label is not None and label <= last_label:
        label = last_label + _ONE_DAY
    while True:
        if label.weekday() in rule.weekdays:
            at = instant(label, rule.at, zone)
            if at > after and (local_date(at, zone) == label or date_exists(label, zone)):
                return Due(label, at)
        label += _ONE_DAY
