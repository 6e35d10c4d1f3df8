"""Typed text becomes tokens: the tables of the words that people use for times, and for days and pauses.

A language is added by adding its words to the tables; the grammars in `times.py` and `pauses.py` know kinds of words only.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from scheduler.slot import EVERY_DAY, Weekdays

# Longer than anything that names ten times; whatever is longer is not read at all.
TEXT_MAX = 200


class Kind(Enum):
    NUMBER = auto()
    CLOCK = auto()
    DECIMAL = auto()
    DAYS = auto()
    AM = auto()
    PM = auto()
    NOON = auto()
    MIDNIGHT = auto()
    TO = auto()
    AND = auto()
    SLASH = auto()
    FROM = auto()
    BETWEEN = auto()
    EVERY = auto()
    HOURLY = auto()
    HOUR = auto()
    MINUTE = auto()
    HALF = auto()
    A = auto()
    OCLOCK = auto()
    FILLER = auto()
    # For days and pauses only.
    DATE = auto()
    ORDINAL = auto()
    MONTH = auto()
    AROUND_TODAY = auto()
    WEEKEND = auto()
    UNIT = auto()
    DASH = auto()
    UNTIL = auto()
    THROUGH = auto()
    NOW = auto()
    SINCE = auto()
    ONWARD = auto()
    IN = auto()
    THIS = auto()
    NEXT = auto()
    END = auto()
    REST = auto()
    OPEN = auto()
    NONE = auto()
    OFF = auto()
    REASON = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or mark. NUMBER: `number` and its `digits`; CLOCK, DECIMAL: `number` and `rest`, parted by `mark`.

    DATE: the day is `number`, the month `rest`, and `year` None if none was typed. UNIT: `number` times the "day", "week" or
    "month" in `mark`. AROUND_TODAY: `number` days from today. REASON: its value in `mark`.
    """

    kind: Kind
    number: int = 0
    digits: int = 0
    rest: int = 0
    mark: str = ""
    days: Weekdays = frozenset()
    year: int | None = None


_DAY_WORDS: tuple[tuple[str, Weekdays], ...] = (
    ("mo mon monday mondays", frozenset({0})),
    ("tu tue tues tuesday tuesdays", frozenset({1})),
    ("we wed weds wednesday wednesdays", frozenset({2})),
    ("th thu thur thurs thursday thursdays", frozenset({3})),
    ("fr fri friday fridays", frozenset({4})),
    ("sa sat saturday saturdays", frozenset({5})),
    ("su sun sunday sundays", frozenset({6})),
    ("weekday weekdays workday workdays", frozenset(range(5))),
    ("weekend weekends", frozenset({5, 6})),
    ("daily day days everyday", EVERY_DAY),
)
_NUMBER_WORDS = "one two three four five six seven eight nine ten eleven twelve"
_WORDS: tuple[tuple[str, Kind], ...] = (
    ("am a.m morning", Kind.AM),
    ("pm p.m afternoon evening", Kind.PM),
    ("noon midday", Kind.NOON),
    ("midnight", Kind.MIDNIGHT),
    ("- to until till til", Kind.TO),
    (", ; & + and", Kind.AND),
    ("/", Kind.SLASH),
    ("from starting", Kind.FROM),
    ("between", Kind.BETWEEN),
    ("every each", Kind.EVERY),
    ("hourly", Kind.HOURLY),
    ("h hr hrs hour hours", Kind.HOUR),
    ("m min mins minute minutes", Kind.MINUTE),
    ("half", Kind.HALF),
    ("a an", Kind.A),
    ("o'clock oclock", Kind.OCLOCK),
    ("@ at on in the for please remind me", Kind.FILLER),
)
# The words for days and pauses; here "may" is a month, "days" are a length and "rest" is what is left of one.
_MONTH_WORDS = (
    "jan january, feb february, mar march, apr april, may, jun june, jul july, aug august, sep sept september, oct october, "
    "nov november, dec december"
)
_PAUSE_WORDS: tuple[tuple[str, Token], ...] = (
    ("yesterday", Token(Kind.AROUND_TODAY, -1)),
    ("today, tonight", Token(Kind.AROUND_TODAY, 0)),
    ("tomorrow, tmrw, tmr, tomorow, tommorow, tommorrow", Token(Kind.AROUND_TODAY, 1)),
    ("day after tomorrow", Token(Kind.AROUND_TODAY, 2)),
    ("weekend, week end", Token(Kind.WEEKEND, days=frozenset({5, 6}))),
    ("weekends", Token(Kind.DAYS, days=frozenset({5, 6}))),
    ("daily, everyday, every day, each day, all days, all week", Token(Kind.DAYS, days=EVERY_DAY)),
    ("d, day, days", Token(Kind.UNIT, 1, mark="day")),
    ("w, wk, wks, week, weeks", Token(Kind.UNIT, 1, mark="week")),
    ("fortnight, fortnights", Token(Kind.UNIT, 2, mark="week")),
    ("month, months", Token(Kind.UNIT, 1, mark="month")),
    ("y, yr, year, years", Token(Kind.UNIT, 12, mark="month")),
    ("-", Token(Kind.DASH)),
    ("until, till, til, 'til, to, up to", Token(Kind.UNTIL)),
    ("through, thru", Token(Kind.THROUGH)),
    ("from, starting, starting from, beginning, as of", Token(Kind.FROM)),
    ("now, right now, from now, starting now, as of now, immediately", Token(Kind.NOW)),
    ("since", Token(Kind.SINCE)),
    ("onward, onwards", Token(Kind.ONWARD)),
    ("between", Token(Kind.BETWEEN)),
    ("and, &, +", Token(Kind.AND)),
    ("/", Token(Kind.SLASH)),
    ("every, each", Token(Kind.EVERY)),
    ("in, over, during", Token(Kind.IN)),
    ("a, an", Token(Kind.A)),
    ("this", Token(Kind.THIS)),
    ("next", Token(Kind.NEXT)),
    ("end", Token(Kind.END)),
    ("rest, remainder", Token(Kind.REST)),
    (
        "open, open end, open ended, open-ended, indefinitely, indefinite, no end, no end date, for now",
        Token(Kind.OPEN),
    ),
    ("further notice, i resume, i'm back, i am back, i say so, i'm better, i feel better", Token(Kind.OPEN)),
    ("i'm well, i'm fit, i'm healthy, i don't know, don't know, dunno, not sure", Token(Kind.OPEN)),
    ("none, no, never, nothing, no rest, no rest day, no rest days, no days", Token(Kind.NONE)),
    ("off", Token(Kind.OFF)),
    (
        "sore, soreness, pain, in pain, painful, hurt, hurts, hurting, ache, aches, aching",
        Token(Kind.REASON, mark="sore"),
    ),
    ("injury, injured, sprain, sprained, blister, blisters", Token(Kind.REASON, mark="sore")),
    ("sick, sickness, sick leave, ill, illness, unwell, flu, cold, fever, covid", Token(Kind.REASON, mark="sick")),
    ("not well, not feeling well, don't feel well, hospital, surgery", Token(Kind.REASON, mark="sick")),
    ("travel, travels, traveling, travelling, trip, business trip, journey", Token(Kind.REASON, mark="travel")),
    ("holiday, holidays, vacation, vacations, vacay, away, abroad, out of town", Token(Kind.REASON, mark="travel")),
    ("other, other reason, other reasons, busy, work, exam, exams, family, personal", Token(Kind.REASON, mark="other")),
    (",, the, of, on, for, please, pls, pause, just, only, inclusive, including, incl", Token(Kind.FILLER)),
    ("i, i'm, im, am, i've, ive, my, me, got, have, having, feel, feeling, with", Token(Kind.FILLER)),
    ("go, going, take, taking, because, foot, feet, rest day, rest days", Token(Kind.FILLER)),
)
_TABLE: dict[str, Token] = {
    **{word: Token(Kind.DAYS, days=days) for words, days in _DAY_WORDS for word in words.split()},
    **{word: Token(kind) for words, kind in _WORDS for word in words.split()},
    **{word: Token(Kind.NUMBER, value, 1) for value, word in enumerate(_NUMBER_WORDS.split(), 1)},
}
_PAUSE_TABLE: dict[str, Token] = {
    **{word: Token(Kind.DAYS, days=days) for words, days in _DAY_WORDS if days != EVERY_DAY for word in words.split()},
    **{word: Token(Kind.NUMBER, value, 1) for value, word in enumerate(_NUMBER_WORDS.split(), 1)},
    **{
        word: Token(Kind.MONTH, month)
        for month, words in enumerate(_MONTH_WORDS.split(", "), 1)
        for word in words.split()
    },
    **{word: token for words, token in _PAUSE_WORDS for word in words.split(", ")},
}

_PIECE = re.compile(
    r"""\s+
    | (?P<clock>  (?P<hour>\d{1,2}) (?P<mark>[:.h]) (?P<minute>\d{2}) (?!\d) )
    | (?P<decimal> (?P<whole>\d{1,2}) \. (?P<tenth>\d) (?!\d) )
    | (?P<number> \d+ )
    | (?P<word>   [ap]\.\ ?m\b\.? | [^\W\d_]+ (?: '[^\W\d_]+ )* | [-,;&+/@] )
    """,
    re.VERBOSE,
)
_PHRASES = sorted((word for word in _PAUSE_TABLE if re.search(r"\w\W+\w", word)), key=len, reverse=True)
_PAUSE_PIECE = re.compile(
    rf"""\s+
    | (?P<iso>      (?P<y>\d{{4}}) (?P<s>[-/.]) (?P<m>\d{{1,2}}) (?P=s) (?P<d>\d{{1,2}}) (?!\d) )
    | (?P<dotted>   (?P<day>\d{{1,2}}) \.\ ? (?P<month>\d{{1,2}})
                    (?: \. (?: \ ? (?P<year>\d{{4}}) | (?P<short>\d{{2}}) ) (?!\d) | \. (?!\d) | (?![.\d]) ) )
    | (?P<either>   (?P<one>\d{{1,2}}) (?P<sign>[-/]) (?P<two>\d{{1,2}}) (?P=sign) (?P<full>\d{{4}}) (?!\d)
                    | (?P<left>\d{{1,2}}) / (?P<right>\d{{1,2}}) (?: / (?P<brief>\d{{2}}) )? (?![\d/]) )
    | (?P<ordinal>  (?P<nth>\d{{1,2}}) (?: (?:st|nd|rd|th)\b | \. (?=\s*[^\W\d]|\s*-) ) )
    | (?P<number>   \d+ )
    | (?P<phrase>   (?: {"|".join(re.escape(phrase).replace(chr(92) + " ", "[ ]+") for phrase in _PHRASES)} ) \b )
    | (?P<word>     '?[^\W\d_]+ (?: '[^\W\d_]+ )* \.? | [-,&+/] )
    """,
    re.VERBOSE,
)
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-") | {ord("\u2019"): "'"}


def tokens_of(text: str) -> list[Token] | None:
    """The tokens of a text about times without its filler words; None when there is a word or a mark that we do not know."""
    return _tokens(text, _PIECE, _time_token)


def pause_tokens_of(text: str) -> list[Token] | None:
    """The same for a text about days and pauses, with other words: numbers are dates and lengths here, not times."""
    tokens = _tokens(text, _PAUSE_PIECE, _pause_token)
    return None if tokens is None else _alike(tokens)


def _alike(tokens: list[Token]) -> list[Token]:
    """Without words that change nothing where they stand: "until" further notice, "in" december, 3 days "off"; "a" is 1."""
    kept: list[Token] = []
    for token, after in zip(tokens, [*(token.kind for token in tokens), None][1:], strict=True):
        match token.kind, after:
            case (Kind.UNTIL, Kind.OPEN) | (Kind.FROM, Kind.NOW) | (Kind.NEXT, Kind.NUMBER):
                pass
            case Kind.IN, Kind.MONTH | Kind.WEEKEND | Kind.THIS | Kind.NEXT:
                pass
            case Kind.OFF, _ if len(tokens) > 1:
                pass
            case Kind.NOW, _:
                kept += [Token(Kind.FROM), Token(Kind.AROUND_TODAY)]
            case Kind.A, Kind.UNIT:
                kept.append(Token(Kind.NUMBER, 1, 1))
            case Kind.END | Kind.REST, Kind.UNIT:
                kept += [token, Token(Kind.THIS)]
            case _:
                kept.append(token)
    return kept


def _tokens(text: str, pieces: re.Pattern[str], read: Callable[[re.Match[str]], Token | None]) -> list[Token] | None:
    if len(text) > TEXT_MAX:
        return None
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_DASHES)
    # Marks without a shape (left-to-right and the like) come along when people paste.
    plain = "".join(char for char in plain if unicodedata.category(char) != "Cf").strip().rstrip(".!?")
    found: list[Token] = []
    place = 0
    while place < len(plain):
        piece = pieces.match(plain, place)
        if piece is None:
            return None
        place = piece.end()
        if piece[0].isspace():
            continue
        token = read(piece)
        if token is None:
            return None
        if token.kind is not Kind.FILLER:
            found.append(token)
    return found


def _time_token(piece: re.Match[str]) -> Token | None:
    if piece["clock"]:
        return Token(Kind.CLOCK, int(piece["hour"]), rest=int(piece["minute"]), mark=piece["mark"])
    if piece["decimal"]:
        return Token(Kind.DECIMAL, int(piece["whole"]), rest=int(piece["tenth"]), mark=".")
    if piece["number"]:
        return _number(piece["number"])
    word = piece["word"]
    return _TABLE.get(word.replace(" ", "").rstrip(".") if "." in word else word)


def _pause_token(piece: re.Match[str]) -> Token | None:
    if piece["iso"]:
        return Token(Kind.DATE, int(piece["d"]), rest=int(piece["m"]), year=int(piece["y"]))
    if piece["dotted"]:
        year = _year(piece["year"], piece["short"])
        return Token(Kind.DATE, int(piece["day"]), rest=int(piece["month"]), year=year)
    if piece["either"]:
        one, two = int(piece["one"] or piece["left"]), int(piece["two"] or piece["right"])
        # Day first or month first: 5/12 is two days of the year, 13/5 and 5/5 are one.
        if one != two and one <= 12 and two <= 12:
            return None
        year = _year(piece["full"], piece["brief"])
        return Token(Kind.DATE, max(one, two), rest=min(one, two), year=year)
    if piece["ordinal"]:
        return Token(Kind.ORDINAL, int(piece["nth"]), digits=2)
    if piece["number"]:
        return _number(piece["number"])
    return _PAUSE_TABLE.get(" ".join((piece["phrase"] or piece["word"].rstrip(".")).split()))


def _number(digits: str) -> Token | None:
    return Token(Kind.NUMBER, int(digits), len(digits)) if len(digits) <= 4 else None


def _year(full: str | None, short: str | None) -> int | None:
    return int(full) if full else 2000 + int(short) if short else None
