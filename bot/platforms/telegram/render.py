"""Card -> what Telegram is sent: HTML text, the same as plain text, and an inline keyboard. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, assert_never

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from bot.actions import MAX_BYTES, encode
from bot.cards import (
    LABEL_MAX,
    TEXT_MAX,
    Block,
    Button,
    Card,
    Control,
    Countdown,
    Fine,
    Labelled,
    Lead,
    Link,
    Mark,
    Meter,
    Points,
    PrivateLink,
    RoundMark,
    Rounds,
    Square,
    Squares,
    Style,
)
from bot.platforms.cleaning import clean_name, cut, width
from bot.platforms.drawing import MARKS, TONES, bar
from bot.platforms.telegram.fields import MARK
from bot.platforms.telegram.markup import Html, bold, italic, join, moment, safe

CAPTION_MAX = 1024
NOTICE_MAX = 200  # answerCallbackQuery

# PLAIN and QUIET have no colour of their own; clients older than February 2026 draw every button alike.
_STYLES = {Style.PRIMARY: KeyboardButtonStyle.PRIMARY.value, Style.DANGER: KeyboardButtonStyle.DANGER.value}
_REST = "…"


@dataclass(frozen=True, slots=True)
class Payload:
    """`plain` is what is sent when Telegram cannot parse our markup."""

    text: str
    plain: str
    rows: tuple[tuple[Mapping[str, str], ...], ...] = ()

    @property
    def keyboard(self) -> InlineKeyboardMarkup | None:
        """As python-telegram-bot wants it."""
        rows = [[InlineKeyboardButton(**dict[str, Any](button)) for button in row] for row in self.rows]
        return InlineKeyboardMarkup(rows) if rows else None

    @property
    def markup(self) -> str:
        """As Telegram wants it."""
        return json.dumps({"inline_keyboard": self.rows})


def render(card: Card, username: str, longest: int = TEXT_MAX, mark: str = "") -> Payload:
    """The card within `longest` characters (CAPTION_MAX below a photo). `username` is ours, for links to the private chat.

    `mark` goes onto every button that has room for it.
    """
    body = _fit(_lines(card), longest)
    return Payload(body.markup, body.plain, _keyboard(card.rows, username, mark))


def notice(text: str) -> str:
    """The short answer to a tap: plain text, no markup."""
    return cut(safe(text).plain, NOTICE_MAX)


def _lines(card: Card) -> list[Html]:
    """Every line of the card; an empty one stands between blocks of different kinds."""
    lines = [bold(safe(card.title))]
    for _, alike in groupby(card.blocks, key=type):
        lines.append(safe(""))
        for index, block in enumerate(alike):
            if index and isinstance(block, str):
                lines.append(safe(""))
            lines.extend(_block(block))
    return lines


def _block(block: Block) -> Iterable[Html]:
    match block:
        case str():
            return _split(safe(block))
        case Lead(text):
            return [bold(line) for line in _split(safe(text))]
        case Labelled(label, text):
            first, *rest = _split(safe(text))
            return [bold(safe(label)) + safe(" ") + first, *rest]
        case Fine(text):
            return [italic(line) for line in _split(safe(text))]
        case Points(items):
            return [safe("• ") + join(" ", _split(safe(item))) for item in items]
        case Rounds(rounds):
            return [_rounds(line) for line in rounds]
        case Meter(label, percent):
            return [_meter(label, percent)]
        case Squares(days):
            return [join("  ", [_square(day) for day in days])]
        case Countdown(label, until):
            return [bold(safe(label)) + safe(" ") + moment(until)]
        case _:
            assert_never(block)


def _split(text: Html) -> list[Html]:
    """One Html per line: escaped text may be cut at its new lines, for neither entities nor tags hold one."""
    return [Html(*pair) for pair in zip(text.markup.split("\n"), text.plain.split("\n"), strict=True)]


def _rounds(line: Sequence[RoundMark]) -> Html:
    parts = []
    for item in line:
        part = safe(f"{item.label}\N{NO-BREAK SPACE}{MARKS[item.mark]}")
        parts.append(bold(part) if item.mark is Mark.NOW else part)
    return join("   ", parts)


def _meter(label: str, percent: int) -> Html:
    drawn = safe(bar(percent))
    return bold(safe(label)) + safe(" ") + drawn if label else drawn


def _square(day: Square) -> Html:
    return safe(f"{day.label}\N{NO-BREAK SPACE}{TONES[day.tone]}")


def _fit(lines: Sequence[Html], longest: int) -> Html:
    """As many lines as fit; the line that does not is cut (without its markup), and an ellipsis line says that more was there."""
    kept: list[Html] = []
    room = longest - width("\n" + _REST)
    for index, line in enumerate(lines):
        need = line.width + (1 if kept else 0)
        if need <= room or (index == len(lines) - 1 and need <= room + width("\n" + _REST)):
            kept.append(line)
            room -= need
            continue
        start = safe(cut(line.plain, room - 1)) if room > 1 else safe("")
        kept += [part for part in (start, safe(_REST)) if part.plain]
        break
    whole = join("\n", kept)
    # A card of nothing but invisible characters would be refused as empty.
    return whole if whole.plain.strip() else safe(_REST)


def _keyboard(rows: Sequence[Sequence[Control]], username: str, mark: str) -> tuple[tuple[Mapping[str, str], ...], ...]:
    drawn = (tuple(button for control in row if (button := _button(control, username, mark))) for row in rows)
    return tuple(row for row in drawn if row)


@lru_cache(1024)  # the same few labels stand under every card
def _label(text: str) -> str:
    return cut(clean_name(text, LABEL_MAX), LABEL_MAX) or _REST


def _button(control: Control, username: str, mark: str) -> Mapping[str, str] | None:
    label = _label(control.label)
    match control:
        case Button(_, action, style):
            data = encode(action)
            marked = f"{data}{MARK}{mark}"
            fits = mark and len(marked) <= MAX_BYTES
            button = {"text": label, "callback_data": marked if fits else data}
            return button | {"style": _STYLES[style]} if style in _STYLES else button
        case Link(_, url):
            return {"text": label, "url": url}
        case PrivateLink(_, payload):
            # Our user name is known from the first getMe on; before it there is nowhere to link to.
            return {"text": label, "url": f"https://t.me/{username}?start={payload}"} if username else None
        case _:
            assert_never(control)
