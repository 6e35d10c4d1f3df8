"""What a reader sees: messages without markup."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tests.kit.discord.components import BUTTON, ROW, SECTION, SELECTS
from tests.kit.discord.drafts import notice_displays
from tests.kit.discord.shapes import mentioned, texts
from tests.kit.discord.world import SILENT, Message, World

_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_MARKS = (
    (re.compile(r"^(?:-# |#{1,3} |>>> |> )", re.MULTILINE), ""),
    (re.compile(r"```(?:\w+\n)?(.*?)```", re.DOTALL), r"\1"),
    (re.compile(r"``?([^`]+)``?"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\(<?https?://[^)>]+>?\)"), r"\1"),
    (re.compile(r"\*\*\*(.+?)\*\*\*", re.DOTALL), r"\1"),
    (re.compile(r"\*\*(.+?)\*\*", re.DOTALL), r"\1"),
    (re.compile(r"__(.+?)__", re.DOTALL), r"\1"),
    (re.compile(r"~~(.+?)~~", re.DOTALL), r"\1"),
    (re.compile(r"\|\|(.+?)\|\|", re.DOTALL), r"\1"),
    (re.compile(r"\*(?=\S)(.+?)(?<=\S)\*", re.DOTALL), r"\1"),
    (re.compile(r"(?<!\w)_(?=\S)(.+?)(?<=\S)_(?!\w)", re.DOTALL), r"\1"),
)
_HIDDEN = 0xE000  # a private place in Unicode for escaped characters, while the marks are taken away


@dataclass(frozen=True)
class Seen:
    """One message as somebody sees it now. `rows` holds the labels of the buttons that can be pressed."""

    id: int
    ours: bool
    """Sent by the bot."""
    text: str
    """All that can be read, without markup; the text displays that stand before the first container are notices."""
    rows: tuple[tuple[str, ...], ...]
    ephemeral: bool
    files: tuple[tuple[str, bytes], ...]
    pinned: bool
    silent: bool
    custom_ids: tuple[str, ...]
    """Of the buttons in `rows`, in the same order."""
    mentions: tuple[int, ...]
    """The people for whom it rings."""
    components: tuple[dict[str, Any], ...]
    """As they stand, with the numbers that Discord gives them."""

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(label for row in self.rows for label in row)

    @property
    def photo(self) -> bytes | None:
        """The first picture."""
        return next((content for name, content in self.files if name.endswith((".png", ".jpg"))), None)


def plain(markdown: str, name_of: Callable[[int], str | None] = lambda _: None) -> str:
    """The text without its marks; <@id> with a known name becomes @name, times stay as they are."""
    text = _unmarked(markdown)
    if "<@" in text:
        text = re.sub(r"<@!?(\d+)>", lambda found: f"@{name}" if (name := name_of(int(found[1]))) else found[0], text)
    return _shown(text)


@lru_cache(2000)  # a story looks at the same messages again and again
def _unmarked(markdown: str) -> str:
    text = _ESCAPE.sub(lambda found: chr(_HIDDEN + ord(found[1])), markdown)
    for pattern, replacement in _MARKS:
        text = pattern.sub(replacement, text)
    return text


@lru_cache(2000)
def _shown(text: str) -> str:
    return "".join(chr(ord(c) - _HIDDEN) if _HIDDEN < ord(c) < _HIDDEN + 128 else c for c in text)


def name_in(world: World) -> Callable[[int], str | None]:
    return lambda number: world.people[number].name if number in world.people else None


def seen(world: World, message: Message) -> Seen:
    apart = notice_displays(message)
    shown = [component for component in message.components if component not in apart]
    parts = [message.content]
    for embed in message.embeds:
        parts += [embed.get("title") or "", embed.get("description") or ""]
        parts += [f"{one['name']}\n{one['value']}" for one in embed.get("fields") or ()]
    parts += texts(shown)
    rows = [[button for button in row if not button.get("disabled")] for row in button_rows(message.components)]
    rows = [row for row in rows if row]
    return Seen(
        id=message.id,
        ours=message.author["id"] == world.me["id"],
        text="\n".join(plain(part, name_in(world)) for part in parts if part),
        rows=tuple(tuple(label(button) for button in row) for row in rows),
        ephemeral=message.ephemeral,
        files=tuple((file.name, file.content) for file in message.files),
        pinned=message.pinned,
        silent=bool(message.flags & SILENT),
        custom_ids=tuple(button.get("custom_id", "") for row in rows for button in row),
        mentions=tuple(person.id for person in mentioned(world, message)[0]),
        components=tuple(message.components),
    )


def label(button: dict[str, Any]) -> str:
    """Emoji and words, as they stand on the button."""
    return " ".join(part for part in ((button.get("emoji") or {}).get("name"), button.get("label")) if part)


def button_rows(components: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """All buttons, row by row; the one beside a section is a row of its own."""
    rows: list[list[dict[str, Any]]] = []
    for component in components:
        if component["type"] == ROW:
            rows.append([inner for inner in component["components"] if inner["type"] == BUTTON])
        elif component["type"] == SECTION:
            rows += [[component["accessory"]]] if component["accessory"]["type"] == BUTTON else []
        else:
            rows += button_rows(component.get("components", []))
    return [row for row in rows if row]


def selects(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for component in components:
        found += [component] if component["type"] in SELECTS else selects(component.get("components", []))
    return found
