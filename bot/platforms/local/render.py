"""Card -> the JSON that the page draws. Pure; nothing is escaped here because the page only ever writes text nodes."""

import re
from typing import TypeAlias, assert_never

from bot.actions import encode
from bot.cards import (
    Block,
    Button,
    Card,
    Control,
    Countdown,
    Fine,
    Labelled,
    Lead,
    Link,
    Meter,
    Points,
    PrivateLink,
    Rounds,
    Squares,
)

Json: TypeAlias = dict[str, object]

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


def card_json(card: Card) -> Json:
    """Raises ValueError for a control that the page must not offer (a link that is not https, an odd payload)."""
    return {
        "title": card.title,
        "blocks": [_block(block) for block in card.blocks],
        "rows": [[_control(control) for control in row] for row in card.rows if row],
        "ask": None if card.ask is None else {"kind": card.ask.kind.value, "hint": card.ask.hint},
    }


def without_controls(card: Json) -> Json:
    """The same card as history: what it said, with nothing left to press."""
    return {**card, "rows": [], "ask": None}


def _block(block: Block) -> Json:
    match block:
        case str():
            return {"type": "text", "text": block}
        case Lead(text):
            return {"type": "lead", "text": text}
        case Labelled(label, text):
            return {"type": "labelled", "label": label, "text": text}
        case Fine(text):
            return {"type": "fine", "text": text}
        case Points(items):
            return {"type": "points", "items": list(items)}
        case Rounds(lines):
            return {
                "type": "rounds",
                "lines": [
                    [{"label": each.label, "spoken": each.spoken, "mark": each.mark.value} for each in line]
                    for line in lines
                ],
            }
        case Meter(label, percent):
            return {"type": "meter", "label": label, "percent": max(0, min(100, percent))}
        case Squares(days):
            return {
                "type": "squares",
                "days": [{"label": day.label, "spoken": day.spoken, "tone": day.tone.value} for day in days],
            }
        case Countdown(label, until):
            return {"type": "countdown", "label": label, "until": until.isoformat()}
        case _:
            assert_never(block)


def _control(control: Control) -> Json:
    match control:
        case Button(label, action, style):
            return {"type": "button", "label": label, "data": encode(action), "style": style.value}
        case Link(label, url):
            if not url.startswith("https://"):
                raise ValueError(f"a link of a card is https, not {url[:40]!r}")
            return {"type": "link", "label": label, "url": url}
        case PrivateLink(label, payload):
            if not _PAYLOAD.match(payload):
                raise ValueError(f"{payload[:80]!r} cannot be carried by a private link")
            return {"type": "private", "label": label, "payload": payload}
        case _:
            assert_never(control)
