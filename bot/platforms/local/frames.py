"""What the page may send over its WebSocket, and nothing else."""

import json
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from bot.platforms.local.inbound import DATA_MAX, Chat, PersonaId, Request, Strict
from bot.platforms.local.names import clean_text

FRAME_MAX = 1024 * 1024  # bytes of one frame


class Say(Strict):
    """Something typed. Its length is judged later, so that a long text gets an answer and not a closed door."""

    type: Literal["say"]
    request: Request
    persona: PersonaId
    chat: Chat
    text: str
    zone: Annotated[str, Field(max_length=64)] = ""


class Tap(Strict):
    type: Literal["press"]
    request: Request
    persona: PersonaId
    chat: Chat
    message: Annotated[int, Field(ge=0, lt=2**63)]
    data: Annotated[str, Field(max_length=DATA_MAX)]
    zone: Annotated[str, Field(max_length=64)] = ""


class NewPerson(Strict):
    type: Literal["person"]
    request: Request
    name: Annotated[str, Field(max_length=2000)]


class Travel(Strict):
    type: Literal["travel"]
    request: Request
    persona: PersonaId
    to: Literal["prompt", "hour", "day"]


Frame: TypeAlias = Say | Tap | NewPerson | Travel

_FRAME: TypeAdapter[Frame] = TypeAdapter(Annotated[Frame, Field(discriminator="type")])


class BadFrame(Exception):
    """Not one of ours: the page never sends this."""


def parse(text: str) -> Frame:
    """The frame, its texts made storable. Raises BadFrame."""
    try:
        content = json.loads(text)  # unlike pydantic's reader it takes half a surrogate pair, which a browser may send
    except (ValueError, RecursionError):
        raise BadFrame("not JSON") from None
    if isinstance(content, dict):
        content = {key: clean_text(value) if isinstance(value, str) else value for key, value in content.items()}
    try:
        return _FRAME.validate_python(content)
    except ValidationError as error:
        raise BadFrame(f"{error.error_count()} errors, the first is {error.errors()[0]['type']}") from None
