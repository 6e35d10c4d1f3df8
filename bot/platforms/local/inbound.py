"""What was said or pressed on the page -> the stored payload -> Heard. Strict both times: a payload may be old or forged."""

import json
import re
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.actions import decode
from bot.platforms.local.chats import TEAM, account, address, private_chat
from bot.platforms.local.transcript import Persona
from bot.platforms.port import Heard, Press, RawUpdate, Said, Sender, Unreadable

TEXT_MAX = 20_000  # characters of one typed message
DATA_MAX = 256  # of a button; whatever is longer than an action is answered as a forged one

_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}\Z")

Chat: TypeAlias = Annotated[str, Field(pattern=r"^(team|me:[A-Za-z0-9_-]{1,64})$")]
PersonaId: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Request: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")]


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _SaidPayload(Strict):
    kind: Literal["said"]
    persona: PersonaId
    name: Annotated[str, Field(max_length=400)]
    chat: Chat
    message: Annotated[str, Field(pattern=r"^[0-9]{1,18}$")]
    zone: Annotated[str, Field(max_length=64)]
    language: Annotated[str, Field(max_length=16)]
    at: AwareDatetime
    text: Annotated[str, Field(min_length=1, max_length=TEXT_MAX)]


class _PressPayload(Strict):
    kind: Literal["press"]
    persona: PersonaId
    name: Annotated[str, Field(max_length=400)]
    chat: Chat
    message: Annotated[str, Field(pattern=r"^[0-9]{1,18}$")]
    zone: Annotated[str, Field(max_length=64)]
    language: Annotated[str, Field(max_length=16)]
    receipt: Request
    data: Annotated[str, Field(max_length=DATA_MAX)]


_PAYLOAD: TypeAdapter[_SaidPayload | _PressPayload] = TypeAdapter(
    Annotated[_SaidPayload | _PressPayload, Field(discriminator="kind")]
)


def zone_hint(zone: str) -> str:
    """The browser's zone if it looks like one, else nothing. Whether it exists is for the coach to find out."""
    return zone if _ZONE.match(zone) else ""


def said(
    request: str, person: Persona, chat: str, text: str, *, line: int, zone: str, language: str, at: datetime
) -> RawUpdate:
    """The update of something typed; `request` makes it unique, the person's lane keeps the order."""
    return _update(
        request,
        person,
        chat,
        {"kind": "said", "text": text, "at": at.isoformat()},
        line=line,
        zone=zone,
        language=language,
    )


def press(request: str, person: Persona, chat: str, data: str, *, line: int, zone: str, language: str) -> RawUpdate:
    """The update of a tap; its receipt is the request's id, by which the page finds the waiting button."""
    return _update(
        request,
        person,
        chat,
        {"kind": "press", "data": data, "receipt": request},
        line=line,
        zone=zone,
        language=language,
    )


def read(raw: RawUpdate) -> Heard:
    """Raises Unreadable for a payload that this door did not write."""
    try:
        payload = _PAYLOAD.validate_json(raw.payload)
    except ValidationError as error:
        raise Unreadable(f"local payload: {error.error_count()} errors, first at {error.errors()[0]['loc']}") from None
    private = payload.chat != TEAM
    if private and payload.chat != private_chat(payload.persona):
        raise Unreadable("local payload: somebody else's private chat")
    sender = Sender(account(payload.persona), payload.name, payload.language, zone_hint(payload.zone))
    where = address(payload.chat)
    if isinstance(payload, _SaidPayload):
        return Said(sender, where, private, payload.text, payload.message, payload.at)
    return Press(sender, where, private, decode(payload.data), payload.message, payload.receipt)


def _update(
    request: str, person: Persona, chat: str, content: dict[str, object], *, line: int, zone: str, language: str
) -> RawUpdate:
    sender: dict[str, object] = {"persona": person.id, "name": person.name, "chat": chat, "message": str(line)}
    hints: dict[str, object] = {"zone": zone_hint(zone), "language": language}
    return RawUpdate(request, person.id, json.dumps(content | sender | hints))
