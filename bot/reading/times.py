"""Times, minutes and spans as people type them: "weekdays 7:30", "every 2 h from 9 to 17", "20 min", "22-7".

Nothing is guessed in silence: a number without am or pm is on the 24-hour clock, and a single word that we do not know
makes the whole text not understood.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from itertools import pairwise

from bot.reading.tokens import Kind, Token, tokens_of
from scheduler.slot import EVERY_DAY, Weekdays

MAX_SLOTS = 10
# Closer prompts would land in one session: a drill and its rests take minutes.
LEAST_APART_MINUTES = 30
SNOOZE_MOST_MINUTES = 720

_DAY = 24 * 60


class Reason(StrEnum):
    """Why a text is not taken: facts for a sentence in the person's language."""

    NOT_UNDERSTOOD = "not-understood"
    NO_SUCH_TIME = "no-such-time"
    A_RANGE = "a-range"
    TOO_CLOSE = "too-close"
    TOO_MANY = "too-many"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was typed: times of day, unique and in order, and the weekdays that they hold for (Monday is 0)."""

    times: tuple[time, ...]
    weekdays: Weekdays = EVERY_DAY


@dataclass(frozen=True, slots=True)
class Unreadable:
    reason: Reason


class _Refused(Exception):
    def __init__(self, reason: Reason = Reason.NOT_UNDERSTOOD) -> None:
        self.reason = reason


def read_times(text: str) -> Reading | Unreadable:
    """The times and weekdays of a typed text, or the reason why not. Reads any text, and never raises."""
    try:
        sentence = _Sentence(tokens_of(text) or [])
        sentence.read()
        minutes = sorted(set(sentence.minutes()))
    except _Refused as refused:
        return Unreadable(refused.reason)
    reading = Reading(tuple(_clock(minute) for minute in minutes), sentence.weekdays)
    if too_close(reading.times):
        return Unreadable(Reason.TOO_CLOSE)
    if len(reading.times) > MAX_SLOTS:
        return Unreadable(Reason.TOO_MANY)
    return reading


def too_close(times: Iterable[time]) -> bool:
    """Whether two of these daily times are less than 30 minutes apart, across midnight too. The same time twice is."""
    return too_close_in_week(Reading((at,)) for at in times)


def too_close_in_week(readings: Iterable[Reading]) -> bool:
    """The same for times that hold on some weekdays only: 7:30 on weekdays and 7:45 at weekends are not too close."""
    week = sorted(day * _DAY + _minute(at) for reading in readings for at in reading.times for day in reading.weekdays)
    around = [*week, *(minute + 7 * _DAY for minute in week[:1])]
    return any(later - earlier < LEAST_APART_MINUTES for earlier, later in pairwise(around))


def read_minutes(text: str) -> int | None:
    """A length of time in minutes (1 to 720): "20", "20 min", "1 h", "1h30", "an hour", "1.5 h". None otherwise."""
    match [(token.kind, token) for token in tokens_of(text) or []]:
        case [(Kind.NUMBER, count)] | [(Kind.NUMBER, count), (Kind.MINUTE, _)]:
            minutes = count.number
        case [(Kind.CLOCK, both)] | [(Kind.CLOCK, both), (Kind.MINUTE, _)] if both.mark == "h" and both.rest < 60:
            minutes = both.number * 60 + both.rest
        case [(Kind.DECIMAL, hours), (Kind.HOUR, _)]:
            minutes = hours.number * 60 + hours.rest * 6
        case [(Kind.HALF, _), (Kind.HOUR, _)] | [(Kind.HALF, _), (Kind.A, _), (Kind.HOUR, _)]:
            minutes = 30
        case [(Kind.A | Kind.NUMBER, hours), (Kind.HOUR, _), *rest]:
            minutes = 60 * _count(hours)
            match [kind_and_token for kind_and_token in rest if kind_and_token[0] is not Kind.AND]:
                case []:
                    pass
                case [(Kind.NUMBER, count)] | [(Kind.NUMBER, count), (Kind.MINUTE, _)] if count.number < 60:
                    minutes += count.number
                case [(Kind.A, _), (Kind.HALF, _)]:
                    minutes += 30
                case _:
                    return None
        case _:
            return None
    return minutes if 1 <= minutes <= SNOOZE_MOST_MINUTES else None


def read_span(text: str) -> tuple[time, time] | None:
    """Quiet hours, from and to: "22-7", "22:00-07:00", "10 pm to 6 am". None for anything else, and for an empty span."""
    try:
        sentence = _Sentence(tokens_of(text) or [])
        sentence.read()
    except _Refused:
        return None
    if len(sentence.ranges) != 1 or sentence.times or sentence.steps or sentence.day_runs:
        return None
    begin, end = sentence.ranges[0]
    return None if begin == end else (_clock(begin), _clock(end))


class _Sentence:
    """One pass over the tokens, from left to right. What was found stands in the fields; times are minutes of the day."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.times: list[int] = []
        self.ranges: list[tuple[int, int]] = []
        self.steps: list[int] = []
        self.weekdays: Weekdays = EVERY_DAY
        self.day_runs = 0

    def minutes(self) -> list[int]:
        """The minutes of the day that the sentence means, or _Refused with the reason."""
        match self.steps, self.ranges, self.times:
            case [], [], [_, *_]:
                return self.times
            case [], [_, *_], _:
                raise _Refused(Reason.A_RANGE)
            case [step], _, _ if step < LEAST_APART_MINUTES:
                raise _Refused(Reason.TOO_CLOSE)
            case [step], [(begin, end)], [] if begin <= end and step < _DAY:
                return list(range(begin, end + 1, step))
            case [step], [], [] if _DAY // step > MAX_SLOTS:
                raise _Refused(Reason.TOO_MANY)
        # Among these is a series over midnight: 9 to 5 may well mean 17:00, so it is not taken as 05:00.
        raise _Refused

    def read(self) -> None:
        if not self.tokens:
            raise _Refused
        in_days = False
        while self.place < len(self.tokens):
            if self._take(Kind.AND):
                continue
            self._read_step()
            if self._at(Kind.DAYS):
                days = self._days()
                self.weekdays = self.weekdays | days if in_days else days
                self.day_runs += not in_days
                in_days = True
            elif self.place < len(self.tokens):
                in_days = False
                self._read_time_or_range()
        # "mon 7:30 wed 8:00" would need two readings, and which time goes with which day is not always clear.
        if self.day_runs > 1:
            raise _Refused

    def _at(self, *kinds: Kind, ahead: int = 0) -> bool:
        place = self.place + ahead
        return place < len(self.tokens) and self.tokens[place].kind in kinds

    def _take(self, *kinds: Kind) -> Token | None:
        if not self._at(*kinds):
            return None
        self.place += 1
        return self.tokens[self.place - 1]

    def _days(self) -> Weekdays:
        days = self.tokens[self.place].days
        self.place += 1
        if self._at(Kind.SLASH) and self._at(Kind.DAYS, ahead=1):
            self.place += 1
        elif self._take(Kind.TO):
            last = self._take(Kind.DAYS)
            if last is None or len(days) != 1 or len(last.days) != 1:
                raise _Refused
            begin, end = min(days), min(last.days)
            days = frozenset((begin + count) % 7 for count in range((end - begin) % 7 + 1))
        return days

    def _read_step(self) -> None:
        if self._take(Kind.HOURLY):
            self.steps.append(60)
        elif self._take(Kind.EVERY) and not self._at(Kind.DAYS):
            half = self._take(Kind.HALF) is not None
            count = self._take(Kind.NUMBER, Kind.A)
            unit = self._take(Kind.HOUR, Kind.MINUTE)
            if unit is None:
                raise _Refused
            minutes = _count(count) * (60 if unit.kind is Kind.HOUR else 1)
            self.steps.append(30 if half and minutes == 60 else minutes)
        else:
            return
        self._take(Kind.AND)

    def _read_time_or_range(self) -> None:
        opening = self._take(Kind.FROM, Kind.BETWEEN)
        begin = self._time()
        if self._take(Kind.TO) or (opening and opening.kind is Kind.BETWEEN and self._take(Kind.AND)):
            self.ranges.append((begin, self._time()))
        elif opening:
            raise _Refused
        else:
            self.times.append(begin)

    def _time(self) -> int:
        token = self._take(Kind.NUMBER, Kind.CLOCK, Kind.NOON, Kind.MIDNIGHT)
        if token is None:
            raise _Refused
        if token.kind in (Kind.NOON, Kind.MIDNIGHT):
            return 12 * 60 if token.kind is Kind.NOON else 0
        hour, minute = (
            (token.number, token.rest) if token.kind is Kind.CLOCK or token.digits < 3 else divmod(token.number, 100)
        )
        named = self._take(Kind.NOON, Kind.MIDNIGHT) if (hour, minute) == (12, 0) else None
        if named:
            return 12 * 60 if named.kind is Kind.NOON else 0
        self._take(Kind.HOUR, Kind.OCLOCK)
        half = self._take(Kind.AM, Kind.PM)
        if not half and token.kind is Kind.NUMBER and token.digits < 3 and self._at(Kind.NUMBER, Kind.CLOCK):
            raise _Refused  # "7 15" and "7 h 15": a quarter past seven, or two times?
        if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
            raise _Refused(Reason.NO_SUCH_TIME)
        if half:
            hour = hour % 12 + (12 if half.kind is Kind.PM else 0)
        return hour * 60 + minute


def _count(token: Token | None) -> int:
    """The number before a unit; none, or "an", is one."""
    return token.number if token is not None and token.kind is Kind.NUMBER else 1


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
