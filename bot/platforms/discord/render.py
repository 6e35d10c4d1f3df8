"""Card -> what Discord is sent: its Components V2, as discord.py's items. Pure; needs no running event loop.

One container holds the card: the picture, the title with what leads it, the body, the small print, and the buttons. A text
display that stands before the container is the short answer to a tap. Of the 40 components that a message may have, five
full rows and one more button to type with take 32 and the container one; the picture, the notice, three texts and the two
gaps between them are the other seven.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, takewhile
from typing import Any, TypeAlias, assert_never

import discord
from discord import ui

from bot.cards import (
    LABEL_MAX,
    ROW_MAX,
    Attachment,
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
from bot.platforms.cleaning import clean, clean_name, cut
from bot.platforms.discord.fields import CUSTOM_ID_MAX, action_id, asking_id, numbered, opening_id
from bot.platforms.discord.markup import (
    Markdown,
    bold,
    heading,
    join,
    mention,
    moment,
    point,
    safe,
    shortened,
    small,
)
from bot.platforms.drawing import MARKS, TONES, bar
from bot.words import Words

Item: TypeAlias = ui.Item[Any]

DISPLAYED_MAX = 4000  # characters of all text displays together
NOTICE_MAX = 400
TITLE_MAX = 200
ALT_MAX = 1024  # of a picture

CALM = discord.Colour(0x2F6A4F)  # the green of the local chat
GRAVE = discord.Colour(0xA3352A)  # where the first button cannot be taken back

_STYLES = {Style.PRIMARY: discord.ButtonStyle.primary, Style.DANGER: discord.ButtonStyle.danger}
_LEADING, _SMALL = (Lead, Fine), (Fine,)
_REST = "…"


def draw(
    card: Card,
    words: Words,
    *,
    notice: str = "",
    key: str = "",
    photo: Attachment | None = None,
    meant: str = "",
) -> list[Item]:
    """`key` goes into the buttons' ids, so that the message can be found again. `meant` is the id of whom it names."""
    told = _told(notice)
    texts = _fit(_sections(card, meant), DISPLAYED_MAX - told.width)
    inside: list[Item] = [_gallery(photo)] if photo else []
    for number, text in enumerate(texts):
        if number:
            inside.append(ui.Separator(visible=False))
        inside.append(ui.TextDisplay(text.markup))
    container: Item = ui.Container(*inside, *_rows(card, words, key), accent_colour=GRAVE if _is_grave(card) else CALM)
    return [container] if told.is_blank else [ui.TextDisplay(told.markup), container]


def _is_grave(card: Card) -> bool:
    """Whether its first button cannot be taken back; a way out at the end of a card is no alarm."""
    first = next((control for row in card.rows for control in row), None)
    return isinstance(first, Button) and first.style is Style.DANGER


def whisper(text: str, _words: Words) -> list[Item]:
    """A notice that is a message of its own."""
    told = shortened(text.strip(), DISPLAYED_MAX)
    return [ui.TextDisplay(_REST if told.is_blank else told.markup)]


def _told(notice: str) -> Markdown:
    lines = shortened(notice, NOTICE_MAX).lines()
    return join("\n", [small(line) for line in lines if not line.is_blank])


def _sections(card: Card, meant: str) -> list[list[Markdown]]:
    """The lines of the head (the title and what leads), of the body, and of the small print at the end."""
    title = shortened(" ".join(clean(card.title).split()), TITLE_MAX)
    title = safe(_REST) if title.is_blank else title
    leading = list(takewhile(lambda block: isinstance(block, _LEADING), card.blocks))
    rest = card.blocks[len(leading) :]
    closing = list(takewhile(lambda block: isinstance(block, _SMALL), reversed(rest)))
    body = rest[: len(rest) - len(closing)]
    head = [heading(mention(meant) + safe(" ") + title if meant else title)]
    head += [line for block in leading for line in _block(block)]
    sections = [head, list(_body(body)), [line for block in reversed(closing) for line in _block(block)]]
    return [section for section in sections if section]


def _body(blocks: Sequence[Block]) -> Iterator[Markdown]:
    """An empty line stands between blocks of different kinds, and between paragraphs."""
    begun = False
    for _, alike in groupby(blocks, key=type):
        for number, block in enumerate(alike):
            lines = [line for line in _block(block) if not line.is_blank]
            if begun and lines and (number == 0 or isinstance(block, str)):
                yield safe("")
            yield from lines
            begun = begun or bool(lines)


def _block(block: Block) -> Iterable[Markdown]:
    match block:
        case str():
            return safe(block).lines()
        case Lead(text):
            return [bold(line) for line in safe(text).lines()]
        case Labelled(label, text):
            first, *rest = safe(text).lines()
            return [bold(safe(label)) + safe(" ") + first, *rest]
        case Fine(text):
            return [small(line) for line in safe(text).lines() if not line.is_blank]
        case Points(items):
            return [point(join(" ", safe(item).lines())) for item in items]
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


def _rounds(line: Sequence[RoundMark]) -> Markdown:
    parts = []
    for item in line:
        part = safe(f"{item.label}\N{NO-BREAK SPACE}{MARKS[item.mark]}")
        parts.append(bold(part) if item.mark is Mark.NOW else part)
    return join("   ", parts)


def _meter(label: str, percent: int) -> Markdown:
    drawn = safe(bar(percent))
    return bold(safe(label)) + safe(" ") + drawn if label else drawn


def _square(day: Square) -> Markdown:
    return safe(f"{day.label}\N{NO-BREAK SPACE}{TONES[day.tone]}")


def _fit(sections: Iterable[Sequence[Markdown]], room: int) -> list[Markdown]:
    """Each section as one text. Where the room ends, a line is cut (without its markup), and an ellipsis says so."""
    fitted: list[Markdown] = []
    room -= len("\n" + _REST)
    for lines in sections:
        kept: list[Markdown] = []
        for line in lines:
            room -= line.width + len("\n")
            if room < 0:
                start = shortened(line.plain, line.width + room)
                return [*fitted, join("\n", [*kept, *([] if start.is_blank else [start]), safe(_REST)])]
            kept.append(line)
        fitted.append(join("\n", kept))
    return fitted


def _gallery(photo: Attachment) -> Item:
    described = cut(clean(photo.alt).strip(), ALT_MAX) or None
    return ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{photo.name}", description=described))


def _rows(card: Card, words: Words, key: str) -> list[Item]:
    taken: set[str] = set()
    rows = [[_button(control, key, taken) for control in row] for row in card.rows if row]
    if card.ask is not None:
        typing: ui.Button[Any] = ui.Button(
            label=words(f"discord.type-{card.ask.kind}"), custom_id=asking_id(card.ask.kind)
        )
        if rows and len(rows[-1]) < ROW_MAX:
            rows[-1].append(typing)
        else:
            rows.append([typing])
    return [ui.ActionRow(*row) for row in rows]


def _button(control: Control, key: str, taken: set[str]) -> ui.Button[Any]:
    label = cut(clean_name(control.label, LABEL_MAX), LABEL_MAX) or _REST
    match control:
        case Button(_, action, style):
            custom_id = _unique(action_id(action, key), taken)
            return ui.Button(label=label, style=_STYLES.get(style, discord.ButtonStyle.secondary), custom_id=custom_id)
        case Link(_, url):
            return ui.Button(label=label, url=url)
        case PrivateLink(_, payload):
            return ui.Button(label=label, custom_id=_unique(opening_id(payload, key), taken))
        case _:
            assert_never(control)


def _unique(custom_id: str, taken: set[str]) -> str:
    """Raises ValueError for what is too long: Discord would refuse the whole message (D-07)."""
    free = custom_id if custom_id not in taken else next(each for each in numbered(custom_id) if each not in taken)
    if len(free) > CUSTOM_ID_MAX:
        raise ValueError(f"a custom id of {len(free)} characters, {CUSTOM_ID_MAX} are allowed")
    taken.add(free)
    return free
