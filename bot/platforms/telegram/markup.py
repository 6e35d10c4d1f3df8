"""Html: text that may be sent with parse mode HTML; the only place of this platform that escapes.

What was typed is cleaned first (`bot/platforms/cleaning.py`).
"""

import html
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.platforms.cleaning import clean, width


@dataclass(frozen=True, slots=True)
class Html:
    """Markup and the same as plain words. Made only by the functions below, so that what was typed is always escaped."""

    markup: str
    plain: str

    def __add__(self, other: "Html") -> "Html":
        return Html(self.markup + other.markup, self.plain + other.plain)

    @property
    def width(self) -> int:
        """What counts against Telegram's limits: the text after its entities are parsed."""
        return width(self.plain)


def safe(text: str) -> Html:
    plain = clean(text)
    return Html(html.escape(plain, quote=False), plain)


def bold(inner: Html) -> Html:
    return Html(f"<b>{inner.markup}</b>", inner.plain) if inner.plain else inner


def italic(inner: Html) -> Html:
    return Html(f"<i>{inner.markup}</i>", inner.plain) if inner.plain else inner


def moment(until: datetime) -> Html:
    """A time that clients draw relative to now and keep up to date ("in 18 seconds"); old ones show the UTC time.

    `tg-time` is the HTML form of the `date_time` entity (Bot API 9.5); format "r" is the relative one.
    """
    plain = f"{until:%H:%M:%S} UTC"
    return Html(f'<tg-time unix="{int(until.timestamp())}" format="r">{plain}</tg-time>', plain)


def join(separator: str, parts: Iterable[Html]) -> Html:
    """The parts with a separator of ours between them."""
    whole = Html("", "")
    for index, part in enumerate(parts):
        whole = whole + safe(separator) + part if index else part
    return whole
