"""Pauses, rest days and the hour at which a day begins, as people type them: "sick until friday", "mon-wed", "4:30".

Nothing is guessed in silence: one word that we do not know, or a text that two people would read differently ("5/12",
"next friday"), is not understood. What a pause's text means:
- Every end is part of the pause. A day, week or month by itself is that stretch; behind "from" it begins an open one.
- A weekday is the next one after today, never today. "This week" and the like hold from today on.
- A date without a year is the next such date; of a stretch, one of the last 31 days if the stretch is not yet over.
- A month of pause ends on the day before the same day next month; if there is no such day, on the last of next month.
"""

import calendar
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum
from typing import TypeAlias

from bot.reading.times import Reading, Reason, read_times
from bot.reading.tokens import Kind, Token, pause_tokens_of, tokens_of
from scheduler.slot import EVERY_DAY, Weekdays

PAUSE_MOST_DAYS = 366
DAY_START_LAST = time(6)

_ONE_DAY = timedelta(days=1)
_JUST_BEGUN_DAYS = 31
# "7 dec to 1 dec" is taken for a slip, not for the better part of a year.
_OVER_NEW_YEAR_MOST_DAYS = 300
_YEARS = range(2000, 2100)
_BESIDE_REASON = (Kind.REASON, Kind.DASH, Kind.A, Kind.AND)  # "sick - 3 days"


class PauseReason(StrEnum):
    SORE = "sore"
    SICK = "sick"
    TRAVEL = "travel"
    OTHER = "other"


class NoPause(StrEnum):
    """Why a text is not taken: facts for a sentence in the person's language."""

    NOT_UNDERSTOOD = "not-understood"
    IN_THE_PAST = "in-the-past"
    TOO_LONG = "too-long"
    BACKWARDS = "backwards"


@dataclass(frozen=True, slots=True)
class PauseWish:
    """The pause that was typed: its first and last day, both in it; an open one has no last day."""

    first: date
    last: date | None = None
    reason: PauseReason | None = None


class DayStartProblem(StrEnum):
    NOT_UNDERSTOOD = "not-understood"
    OUT_OF_RANGE = "out-of-range"


class _Refused(Exception):
    def __init__(self, reason: NoPause = NoPause.NOT_UNDERSTOOD) -> None:
        self.reason = reason


def read_pause(text: str, today: date) -> PauseWish | NoPause:
    """The pause of a typed text, or the reason why not. Reads any text, and never raises."""
    try:
        tokens, reason = _without_reason(pause_tokens_of(text) or [])
        first, last = _Calendar(today).stretch(tokens)
    except _Refused as refused:
        return refused.reason
    if last is not None and last < first:
        return NoPause.BACKWARDS
    if last is not None and last < today:
        return NoPause.IN_THE_PAST
    first = max(first, today)  # never for a day before it was entered
    farthest = first if last is None else last
    if (farthest - today).days > PAUSE_MOST_DAYS or (farthest - first).days >= PAUSE_MOST_DAYS:
        return NoPause.TOO_LONG
    return PauseWish(first, last, reason)


def read_weekdays(text: str) -> Weekdays | None:
    """The days of the week that were typed (Monday is 0), empty for "none"; None if the text is anything else."""
    kinds = [(token.kind, token) for token in pause_tokens_of(text) or []]
    if [kind for kind, _ in kinds] in ([Kind.NONE], [Kind.OFF]):
        return frozenset()
    found: Weekdays = frozenset()
    while kinds:
        match kinds:
            case [(Kind.DAYS, first), (Kind.DASH | Kind.UNTIL | Kind.THROUGH, _), (Kind.DAYS, last), *kinds]:
                if len(first.days) != 1 or len(last.days) != 1:
                    return None
                begin, end = min(first.days), min(last.days)
                found |= {(begin + count) % 7 for count in range((end - begin) % 7 + 1)}
            case [(Kind.DAYS | Kind.WEEKEND, named), *kinds]:
                found |= named.days
            case [(Kind.AND | Kind.SLASH | Kind.EVERY | Kind.REST | Kind.OFF, _), *kinds]:
                pass
            case _:
                return None
    return found or None


def read_day_start(text: str) -> time | DayStartProblem:
    """The hour at which a practice day begins: 00:00 to 06:00. Reads any text, and never raises."""
    series = any(token.kind in (Kind.TO, Kind.BETWEEN) for token in tokens_of(text) or [])
    match read_times(text):
        case Reading((start,), weekdays) if weekdays == EVERY_DAY and not series:
            return start if start <= DAY_START_LAST else DayStartProblem.OUT_OF_RANGE
        case refused if not isinstance(refused, Reading) and refused.reason is Reason.NO_SUCH_TIME:
            return DayStartProblem.OUT_OF_RANGE
    return DayStartProblem.NOT_UNDERSTOOD


@dataclass(frozen=True, slots=True)
class _Named:
    """A day as it was named without a year: "friday", "5 dec", "the 5th", "friday 5 dec"."""

    day: int | None = None
    month: int | None = None
    weekday: int | None = None

    def among(self, days: Iterator[date]) -> date | None:
        """The first of these days that has the name."""
        if self.day is None:
            return next((day for day in days if day.weekday() == self.weekday), None)
        found = next((day for day in days if day.day == self.day and self.month in (None, day.month)), None)
        return found and _checked(found, self.weekday)


@dataclass(frozen=True, slots=True)
class _Span:
    """A week, a month and the like, named as a whole."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class _Length:
    count: int
    unit: str

    def last(self, first: date) -> date:
        if not 1 <= self.count <= PAUSE_MOST_DAYS:
            raise _Refused(NoPause.TOO_LONG if self.count else NoPause.NOT_UNDERSTOOD)
        if self.unit == "month":
            return _months_on(first, self.count) - _ONE_DAY
        return first + (self.count * (7 if self.unit == "week" else 1) - 1) * _ONE_DAY


# A part of the sentence: a word of the grammar, or what several words name together.
_Part: TypeAlias = Token | date | _Named | _Span | _Length
_Stretch: TypeAlias = tuple[date, date | None]


class _Calendar:
    """The grammar, seen from one day."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.monday = today - today.weekday() * _ONE_DAY

    def stretch(self, tokens: list[Token]) -> _Stretch:
        """First and last day as they were typed; they may be past or in the wrong order."""
        parts: list[_Part] = []
        while tokens:
            part, used = self._part(tokens)
            parts.append(part)
            tokens = tokens[used:]
        match parts:
            case [Token(kind=Kind.OPEN)]:
                return self.today, None
            case [Token(kind=Kind.NUMBER | Kind.UNIT) as count]:
                return self.today, _Length(count.number, count.mark).last(self.today)
            case [_Length() as length]:
                return self.today, length.last(self.today)
            case [Token(kind=Kind.UNTIL | Kind.THROUGH) as how, end]:
                last = self._end(end, self.today, how)
                return min(self.today, last), last
            case [_Length() as length, Token(kind=Kind.FROM), begin]:
                return self._with_tail(begin, [length])
            case [Token(kind=Kind.BETWEEN), begin, Token(kind=Kind.AND) as how, end]:
                return self._range(begin, how, end)
            case [Token(kind=Kind.FROM), begin, *tail]:
                return self._with_tail(begin, tail or [Token(Kind.OPEN)])
            case [Token(kind=Kind.SINCE), _Named() | date() as day]:
                since = day if isinstance(day, date) else day.among(_days(self.today, -1, _JUST_BEGUN_DAYS))
                if since and since <= self.today:
                    return since, None
            case [_Span() as span]:
                return span.first, span.last
            case [_Named() | date() as day]:
                return (self._next(day),) * 2
            case [begin, *tail]:
                return self._with_tail(begin, tail)
        raise _Refused

    def _with_tail(self, begin: _Part, tail: list[_Part]) -> _Stretch:
        match tail:
            case [Token(kind=Kind.OPEN | Kind.ONWARD)]:
                return self._from(begin, lambda _: None)
            case [_Length() as length]:
                return self._from(begin, length.last)
            case [Token(kind=Kind.UNTIL | Kind.DASH | Kind.THROUGH) as how, end]:
                return self._range(begin, how, end)
            case [Token(kind=Kind.AND) as how, end]:
                first, last = self._range(begin, how, end)
                if last == first + _ONE_DAY:  # "today and tomorrow"; two days further apart are two pauses
                    return first, last
        raise _Refused

    def _range(self, begin: _Part, how: Token, end: _Part) -> _Stretch:
        # "1-7 dec" and "dec 28 - 30": a number alone takes the month of the other side.
        begin, end = _in_month_of(end, begin), _in_month_of(begin, end)
        match begin, end:
            case (_Named(day=int()) as named, date()) | (_Named(day=int(), month=None) as named, _Named(month=int())):
                last = self._end(end, self.today, how)
                return _no_slip(_found(named.among(_days(last, -1)), NoPause.BACKWARDS), last)
            case _Named(month=int()), _Named(month=int()):
                return self._from(begin, lambda first: _no_slip(first, self._end(end, first, how))[1])
        return self._from(begin, lambda first: self._end(end, first, how))

    def _from(self, begin: _Part, closing: Callable[[date], date | None]) -> _Stretch:
        if isinstance(begin, Token | _Length):
            raise _Refused
        if isinstance(begin, _Named) and begin.day:
            first = begin.among(_days(self.today, -1, _JUST_BEGUN_DAYS))
            last = closing(first) if first else None
            # On the 25th, "from 20 nov" has begun, and "from the 20th" is about the next one.
            if first and (begin.month if last is None else last >= self.today):
                return first, last
        first = begin.first if isinstance(begin, _Span) else self._next(begin)
        return first, closing(first)

    def _end(self, end: _Part, first: date, how: Token) -> date:
        match end:
            case _Span() if how.kind in (Kind.DASH, Kind.THROUGH):  # "until december" may leave december out
                return end.last
            case _Named():
                return _found(end.among(_days(first if end.day else max(first, self.today) + _ONE_DAY)))
            case date():
                return end
        raise _Refused

    def _next(self, day: _Named | date) -> date:
        if isinstance(day, date):
            return day
        return _found(day.among(_days(self.today if day.day else self.today + _ONE_DAY)))

    def _part(self, tokens: list[Token]) -> tuple[_Part, int]:
        """What the next words name together, and how many they are."""
        part, used = self._yearless(tokens)
        year = tokens[used] if used < len(tokens) else None
        if year and year.kind is Kind.NUMBER and year.number in _YEARS:
            match part, tokens[0]:
                case _Named(day=int(day), month=int(month)), _:
                    return _dated(day, month, year.number), used + 1
                case _Span(), Token(kind=Kind.MONTH, number=month):
                    return _months(date(year.number, month, 1)), used + 1
        return part, used

    def _yearless(self, tokens: list[Token]) -> tuple[_Part, int]:
        match [(token.kind, token) for token in tokens[:3]]:
            case [(Kind.DATE, day), *_]:
                return _dated(day.number, day.rest, day.year), 1
            case [(Kind.AROUND_TODAY, day), *_]:
                return self.today + day.number * _ONE_DAY, 1
            case [(Kind.NUMBER | Kind.ORDINAL, day), (Kind.MONTH, month), *_] if day.digits <= 2:
                return _dated(day.number, month.number), 2
            case [(Kind.MONTH, month), (Kind.NUMBER | Kind.ORDINAL, day), *_] if day.digits <= 2:
                return _dated(day.number, month.number), 2
            case [(Kind.ORDINAL, day), *_]:
                return _dated(day.number), 1
            case [(Kind.NUMBER, count), (Kind.UNIT, unit), *_]:
                return _Length(count.number * unit.number, unit.mark), 2
            case [(Kind.MONTH, month), *_]:
                return _months(date(self.today.year + (month.number < self.today.month), month.number, 1)), 1
            case [(Kind.DAYS, day), (Kind.THIS | Kind.NEXT as which, _), (Kind.UNIT, week), *_] if week.mark == "week":
                return self._around(which, week).first + _only(day) * _ONE_DAY, 3
            case [(Kind.THIS | Kind.NEXT as which, _), (Kind.UNIT, week), (Kind.DAYS, day), *_] if week.mark == "week":
                return self._around(which, week).first + _only(day) * _ONE_DAY, 3
            case [(Kind.THIS | Kind.NEXT as which, _), (Kind.UNIT | Kind.WEEKEND, whole), *_]:
                return self._around(which, whole), 2
            case [(Kind.WEEKEND, weekend), *_]:
                return self._around(Kind.THIS, weekend), 1
            case [(Kind.THIS, _), (Kind.DAYS, day), *_]:
                return self.monday + _only(day) * _ONE_DAY, 2
            case [(Kind.NEXT, _), (Kind.DAYS, day), *_]:
                next_week = self.monday + (7 + _only(day)) * _ONE_DAY
                if (next_week - self.today).days > 7:
                    raise _Refused  # the coming one, or that of next week?
                return next_week, 2
            case [(Kind.END | Kind.REST as which, _), *_]:
                of, used = self._part(tokens[1:]) if tokens[1:] else (None, 0)
                if not isinstance(of, _Span):
                    raise _Refused
                return (of.last if which is Kind.END else _Span(self.today, of.last)), used + 1
            case [(Kind.DAYS, weekday), *_]:
                named, used = self._part(tokens[1:]) if tokens[1:] else (None, 0)
                match named:
                    case _Named(day=int()):
                        return replace(named, weekday=_only(weekday)), used + 1
                    case date():
                        return _checked(named, _only(weekday)), used + 1
                return _Named(weekday=_only(weekday)), 1
        return tokens[0], 1

    def _around(self, which: Kind, unit: Token) -> _Span:
        """This week or the next; so for a month, a year, a weekend."""
        ahead = int(which is Kind.NEXT)
        monday = self.monday + 7 * ahead * _ONE_DAY
        if unit.kind is Kind.WEEKEND:
            if ahead and self.today.weekday() < 5:
                raise _Refused  # in three days, or in ten?
            return _Span(monday + 5 * _ONE_DAY, monday + 6 * _ONE_DAY)
        if unit.mark == "week" and unit.number == 1:
            return _Span(monday, monday + 6 * _ONE_DAY)
        if unit.mark == "month":
            this = self.today.replace(day=1, month=self.today.month if unit.number == 1 else 1)
            return _months(_months_on(this, ahead * unit.number), unit.number)
        raise _Refused


def _without_reason(tokens: list[Token]) -> tuple[list[Token], PauseReason | None]:
    """The other words and the reason, which may stand anywhere: "sick - 3 days", "3 sick days"."""
    reasons = {token.mark for token in tokens if token.kind is Kind.REASON}
    if len(reasons) > 1:
        raise _Refused
    if not reasons:
        return tokens, None
    kinds = [None, *(token.kind for token in tokens), None]
    near = [Kind.REASON in kinds[place : place + 3] for place in range(len(tokens))]
    kept = [token for by, token in zip(near, tokens, strict=True) if not (by and token.kind in _BESIDE_REASON)]
    return kept or [Token(Kind.OPEN)], PauseReason(reasons.pop())


def _dated(day: int, month: int | None = None, year: int | None = None) -> date | _Named:
    try:
        found = date(2000 if year is None else year, month or 1, day)  # 29 Feb may be meant
    except ValueError:
        raise _Refused from None
    if found.year not in _YEARS:
        raise _Refused
    return found if year else _Named(day, month)


def _in_month_of(other: _Part, part: _Part) -> _Part:
    """A number that stands alone becomes a day in the month of the other; anything else stays."""
    if not (isinstance(part, Token) and part.kind is Kind.NUMBER and part.digits <= 2):
        return part
    match other:
        case _Named(month=int(month)):
            return _dated(part.number, month)
        case date():
            return _dated(part.number, other.month, other.year)
    raise _Refused


def _only(days: Token) -> int:
    if len(days.days) != 1:
        raise _Refused
    return min(days.days)


def _checked(day: date, weekday: int | None) -> date:
    if weekday not in (None, day.weekday()):
        raise _Refused  # "friday 5 dec", and it is a Saturday
    return day


def _found(day: date | None, otherwise: NoPause = NoPause.TOO_LONG) -> date:
    if day is None:
        raise _Refused(otherwise)
    return day


def _no_slip(first: date, last: date) -> tuple[date, date]:
    if last.year > first.year and (last - first).days > _OVER_NEW_YEAR_MOST_DAYS:
        raise _Refused(NoPause.BACKWARDS)
    return first, last


def _days(first: date, step: int = 1, count: int = PAUSE_MOST_DAYS) -> Iterator[date]:
    return (first + step * ahead * _ONE_DAY for ahead in range(count + 1))


def _months(first: date, count: int = 1) -> _Span:
    return _Span(first, _months_on(first, count) - _ONE_DAY)


def _months_on(day: date, months: int) -> date:
    """The same day, some months on; the first of the month after, if that month is too short."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    return first + min(day.day - 1, calendar.monthrange(first.year, first.month)[1]) * _ONE_DAY
