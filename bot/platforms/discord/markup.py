"""Markdown: text that Discord may draw; the only place of this platform that escapes (D-28).

What was typed is cleaned first (`bot/platforms/cleaning.py`). Then a backslash stands before every character that could
begin something, for Discord shows any sign behind a backslash as itself: formatting, code, quotes, spoilers, mentions,
times and emoji lose their first sign, and headings, small print and lists the sign that begins their line. A link dies by
its colon: clients look for a letter, a colon and a slash in a row. Nothing invisible is put into the text, so that it can
be copied as it was typed. That "@everyone" rings for nobody is settled by the payload, which allows no mentions (D-27).
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.platforms.cleaning import clean, cut, width

_ALWAYS = re.compile(r"[\\*_~`|<>\[\]@#]|:(?=\S)")
_AT_THE_START = re.compile(r"^([^\S\n]*)(?:([-+])|(\d+)(?=\.))", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Markdown:
    """Markup and the same as plain words. Made only by the functions below, so that what was typed is always escaped."""

    markup: str
    plain: str

    def __add__(self, other: "Markdown") -> "Markdown":
        return Markdown(self.markup + other.markup, self.plain + other.plain)

    @property
    def width(self) -> int:
        """What counts against Discord's limit: the text with its markup."""
        return width(self.markup)

    @property
    def is_blank(self) -> bool:
        return not self.plain.strip()

    def lines(self) -> "list[Markdown]":
        """One each: what is escaped may be cut at its new lines."""
        pairs = zip(self.markup.split("\n"), self.plain.split("\n"), strict=True)
        return [Markdown(*pair) for pair in pairs]


def safe(text: str) -> Markdown:
    """Every line of it is escaped as if it began a line, wherever it will stand: behind "- " a list may begin too."""
    plain = clean(text)
    return Markdown(_AT_THE_START.sub(_first, _ALWAYS.sub(r"\\\g<0>", plain)), plain)


def _first(match: re.Match[str]) -> str:
    space, sign, number = match.groups()
    return f"{space}\\{sign}" if sign else f"{space}{number}\\"


def shortened(text: str, longest: int) -> Markdown:
    """The beginning of the text, escaped, in at most `longest` UTF-16 units; with an ellipsis where something was lost."""
    piece = safe(cut(text, longest)) if longest > 0 else safe("")
    while piece.width > longest:
        # No sign takes more than two units, or twice its own: half of what is too much is never more than has to go.
        less = max(1, (piece.width - longest) // 2)
        piece = safe(cut(piece.plain, width(piece.plain) - less))
    return piece


def bold(inner: Markdown) -> Markdown:
    return inner if inner.is_blank else Markdown(f"**{inner.markup}**", inner.plain)


def small(inner: Markdown) -> Markdown:
    """A line of small print."""
    return Markdown(f"-# {inner.markup}", inner.plain)


def heading(inner: Markdown) -> Markdown:
    return Markdown(f"### {inner.markup}", inner.plain)


def point(inner: Markdown) -> Markdown:
    """A line of a list."""
    return Markdown(f"- {inner.markup}", f"• {inner.plain}")


def moment(until: datetime) -> Markdown:
    """A time that clients draw relative to now and keep up to date ("in 18 seconds"): the first full second not before it."""
    return Markdown(f"<t:{math.ceil(until.timestamp())}:R>", f"{until:%H:%M:%S} UTC")


def mention(user: str) -> Markdown:
    """Names a person; whether it rings for them is for the payload to say. Raises ValueError for what is no id."""
    if not (user.isascii() and user.isdecimal()):
        raise ValueError("not a user's id")
    return Markdown(f"<@{user}>", "@")


def join(separator: str, parts: Iterable[Markdown]) -> Markdown:
    """The parts with a separator of ours between them."""
    whole = Markdown("", "")
    for index, part in enumerate(parts):
        whole = whole + safe(separator) + part if index else part
    return whole
