"""The JSON in a transcript line: what a person said, or a card with its files; and what the page gets of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

from bot.platforms.local.render import Json, without_controls
from bot.platforms.local.transcript import Line

BOT = "bot"  # the author of our own lines; personas' ids come from the store and are never this word


@dataclass(frozen=True, slots=True)
class File:
    """A download offered on a line. `id` is random; the file behind it is given out once."""

    id: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Shown above the card, as long as it is kept; `alt` says the same in words."""

    id: str
    alt: str


@dataclass(frozen=True, slots=True)
class CardBody:
    card: Json | None
    files: tuple[File, ...] = ()
    picture: Picture | None = None

    def as_history(self) -> "CardBody":
        return self if self.card is None else replace(self, card=without_controls(self.card))


@dataclass(frozen=True, slots=True)
class SaidBody:
    """`request` is the client's id of the send; a repeated send finds its line by it."""

    name: str
    text: str
    request: str


def dump(body: CardBody | SaidBody) -> str:
    if isinstance(body, SaidBody):
        return json.dumps({"kind": "said", "name": body.name, "text": body.text, "request": body.request})
    files = [{"id": file.id, "name": file.name, "size": file.size} for file in body.files]
    picture = None if body.picture is None else {"id": body.picture.id, "alt": body.picture.alt}
    return json.dumps({"kind": "card", "card": body.card, "files": files, "picture": picture})


def load(body: str) -> CardBody | SaidBody:
    """Raises ValueError (or KeyError) for a body that `dump` did not write."""
    content = json.loads(body)
    if content["kind"] == "said":
        return SaidBody(content["name"], content["text"], content["request"])
    files = tuple(File(file["id"], file["name"], file["size"]) for file in content["files"])
    picture = content.get("picture")  # lines of older versions have none
    return CardBody(
        cast("Json | None", content["card"]), files, Picture(picture["id"], picture["alt"]) if picture else None
    )


def shown(line: Line, waiting: Callable[[str], bool]) -> Json:
    """The line as the page gets it; `waiting` tells whether a file can still be fetched."""
    content: Json = {"id": line.id, "author": line.author, "at": line.at.isoformat()}
    match load(line.body):
        case SaidBody(name, text, request):
            return content | {"kind": "said", "name": name, "text": text, "request": request}
        case CardBody(card, files, picture):
            offered = [
                {"id": each.id, "name": each.name, "size": each.size, "ready": waiting(each.id)} for each in files
            ]
            content |= {"kind": "card", "card": card, "files": offered}
            if picture is not None:
                content["picture"] = {"id": picture.id, "alt": picture.alt, "ready": waiting(picture.id)}
            return content
