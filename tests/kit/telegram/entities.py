"""Telegram's HTML, parsed as strictly as its server does, and stricter: a stray "&" is an error here."""

import re
from dataclasses import dataclass
from typing import Any

_NAMES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_ALLOWED = {
    "a": {"href"},
    "span": {"class"},
    "code": {"class"},
    "blockquote": {"expandable"},
    "tg-emoji": {"emoji-id"},
    "tg-time": {"unix", "format"},
}
_CHARACTERS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_TOKEN = re.compile(
    r"<(?P<close>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9-]*)(?P<rest>[^<>]*)>|&(?P<entity>[^;\s&<]{1,10});|(?P<bad>[<&])"
)
_ATTRIBUTE = re.compile(r"\s+([a-zA-Z-]+)(?:=\"([^\"]*)\")?")
_TIME_FORMAT = re.compile(r"(r|w?[dD]?[tT]?)\Z")


class CannotParse(Exception):
    """What follows "Bad Request: can't parse entities: "."""


@dataclass
class _Open:
    tag: str
    start: int
    extra: dict[str, Any]


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse(source: str) -> tuple[str, list[dict[str, Any]]]:
    """The visible text and its entities (offsets in UTF-16 units)."""
    text = ""
    entities: list[dict[str, Any]] = []
    open_tags: list[_Open] = []
    at = 0
    for match in _TOKEN.finditer(source):
        text += source[at : match.start()]
        at = match.end()
        offset = len(source[: match.start()].encode())
        if match["bad"]:
            raise CannotParse(f'Unescaped character "{match["bad"]}" at byte offset {offset}')
        if match["entity"]:
            text += _character(match["entity"], offset)
        elif match["close"]:
            if not open_tags:
                raise CannotParse(f"Unexpected end tag at byte offset {offset}")
            last = open_tags.pop()
            if last.tag != match["tag"].lower() or match["rest"]:
                raise CannotParse(
                    f'Unmatched end tag at byte offset {offset}, expected "</{last.tag}>", found "{match[0]}"'
                )
            length = units(text) - last.start
            if length:
                entities.append({"type": _NAMES[last.tag], "offset": last.start, "length": length, **last.extra})
        else:
            tag = match["tag"].lower()
            if tag not in _NAMES:
                raise CannotParse(f'Unsupported start tag "{tag}" at byte offset {offset}')
            open_tags.append(_Open(tag, units(text), _attributes(tag, match["rest"], offset)))
    if open_tags:
        raise CannotParse(f'Can\'t find end tag corresponding to start tag "{open_tags[-1].tag}"')
    return text + source[at:], sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _character(name: str, offset: int) -> str:
    if name in _CHARACTERS:
        return _CHARACTERS[name]
    number = re.fullmatch(r"#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))", name)
    if number is None:
        raise CannotParse(f'Unknown entity "&{name};" at byte offset {offset}')
    return chr(int(number[1], 16) if number[1] else int(number[2]))


def _attributes(tag: str, rest: str, offset: int) -> dict[str, Any]:
    found: dict[str, str] = {}
    at = 0
    while match := _ATTRIBUTE.match(rest, at):
        found[match[1].lower()] = match[2] or ""
        at = match.end()
    if rest[at:].strip() or set(found) - _ALLOWED.get(tag, set()):
        raise CannotParse(f'Tag "{tag}" has wrong attributes at byte offset {offset}')
    match tag:
        case "a":
            return {"url": found.get("href", "")}
        case "span" if found.get("class") != "tg-spoiler":
            raise CannotParse(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
        case "tg-time":
            form = found.get("format", "")
            if not found.get("unix", "").isdigit() or not _TIME_FORMAT.match(form):
                raise CannotParse(f'Tag "tg-time" is invalid at byte offset {offset}')
            return {"unix_time": int(found["unix"]), "date_time_format": form}
    return {}
