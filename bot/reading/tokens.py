"""Typed text becomes tokens: the one table of the words that people use for times, days and spans.

A language is added by adding its words to the table; the grammar in `times.py` knows kinds of words only.
"""

import re
import unicodedata
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


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or mark. NUMBER: `number` and its `digits`; CLOCK, DECIMAL: `number` and `rest`, parted by `mark`."""

    kind: Kind
    number: int = 0
    digits: int = 0
    rest: int = 0
    mark: str = ""
    days: Weekdays = frozenset()


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
_TABLE: dict[str, Token] = {
    **{word: Token(Kind.DAYS, days=days) for words, days in _DAY_WORDS for word in words.split()},
    **{word: Token(kind) for words, kind in _WORDS for word in words.split()},
    **{word: Token(Kind.NUMBER, value, 1) for value, word in enumerate(_NUMBER_WORDS.split(), 1)},
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
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-") | {ord("\u2019"): "'"}


def tokens_of(text: str) -> list[Token] | None:
    """The tokens of a text without its filler words; None when there is a word or a mark that we do not know."""
    if len(text) > TEXT_MAX:
        return None
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_DASHES)
    # Marks without a shape (left-to-right and the like) come along when people paste.
    plain = "".join(char for char in plain if unicodedata.category(char) != "Cf").strip().rstrip(".!?")
    found: list[Token] = []
    place = 0
    while place < len(plain):
        piece = _PIECE.match(plain, place)
        if piece is None:
            return None
        place = piece.end()
        if piece["clock"]:
            found.append(Token(Kind.CLOCK, int(piece["hour"]), rest=int(piece["minute"]), mark=piece["mark"]))
        elif piece["decimal"]:
            found.append(Token(Kind.DECIMAL, int(piece["whole"]), rest=int(piece["tenth"]), mark="."))
        elif piece["number"]:
            if len(piece["number"]) > 4:
                return None
            found.append(Token(Kind.NUMBER, int(piece["number"]), len(piece["number"])))
        elif word := piece["word"]:
            token = _TABLE.get(word.replace(" ", "").rstrip(".") if "." in word else word)
            if token is None:
                return None
            if token.kind is not Kind.FILLER:
                found.append(token)
    return found
