"""The REST methods that answer an interaction: the callback, and the webhook that its token opens for 15 minutes."""

import time
from collections.abc import Mapping
from typing import Any

from tests.kit.discord.components import walk
from tests.kit.discord.drafts import Drafts, Parts
from tests.kit.discord.lifecycle import AUTOCOMPLETE, FORM, TAP, TOKEN_SECONDS, Choice, Interaction, Modal
from tests.kit.discord.messages import Messages
from tests.kit.discord.refusals import invalid, refused
from tests.kit.discord.routes import Request, Routes
from tests.kit.discord.shapes import message_json
from tests.kit.discord.world import EPHEMERAL, SILENT, V2, Message, World

PONG, MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9
_NEW = EPHEMERAL | V2 | SILENT | 1 << 2


class Interactions:
    def __init__(self, world: World, drafts: Drafts, messages: Messages) -> None:
        self.world = world
        self.drafts = drafts
        self.messages = messages

    def add_to(self, routes: Routes) -> None:
        hook = "/webhooks/{application_id}/{token}"
        routes.add("POST", "/interactions/{interaction_id}/{token}/callback", self.callback, True)
        routes.add("POST", hook, self.follow_up, True)
        for message in ("@original", "{message_id}"):
            path = f"{hook}/messages/{message}"
            routes.add("GET", path, lambda request: message_json(self.world, self._target(request)[1]), True)
            routes.add("PATCH", path, self.edit, True)
            routes.add("DELETE", path, self.delete, True)

    def callback(self, request: Request) -> Any:
        interaction = self.world.interactions.get(request.parts["token"])
        if interaction is None or interaction.id != request.number("interaction_id"):
            raise refused(10062)
        if interaction.answer is not None:
            raise refused(40060)
        if interaction.lost or time.monotonic() - interaction.started > self.world.answer_seconds:
            raise refused(10062)
        kind, data = request.fields.get("type"), request.fields.get("data") or {}
        self._check_kind(interaction, kind)
        match kind:
            case 4:
                self._new(interaction, data, request)
            case 5:
                interaction.ephemeral = bool((data.get("flags") or 0) & EPHEMERAL)
                interaction.thinking = self.world.snowflake()
            case 6:
                interaction.original = interaction.message
            case 7:
                self._update(interaction, data, request)
            case 8:
                interaction.choices = _choices(data)
            case 9:
                interaction.modal = _modal(data, interaction.message)
        interaction.answer = kind
        interaction.answered_at = self.world.clock()
        if kind in (MESSAGE, UPDATE) and interaction.original is not None:
            self.messages.shown(interaction.original, "MESSAGE_CREATE" if kind == MESSAGE else "MESSAGE_UPDATE")
        if request.query.get("with_response", "").lower() in ("1", "true"):
            return self._response(interaction)
        return None

    def follow_up(self, request: Request) -> Any:
        interaction = self._hook(request)
        if interaction.thinking is not None:
            message = self._fill(interaction, request)
        else:
            number = self.world.snowflake()
            parts = self.drafts.create(interaction.channel, request.fields, request.uploads, _NEW, number)
            message = self._put(interaction, parts, number)
        interaction.made.append(message)
        self.messages.shown(message, "MESSAGE_CREATE")
        return message_json(self.world, message)

    def edit(self, request: Request) -> Any:
        interaction = self._hook(request)
        if interaction.thinking is not None and request.parts.get("message_id") in (None, str(interaction.thinking)):
            message = self._fill(interaction, request)
            self.messages.shown(message, "MESSAGE_UPDATE")
            return message_json(self.world, message)
        interaction, message = self._target(request)
        self.drafts.edit(message, request.fields, request.uploads)
        self.messages.shown(message, "MESSAGE_UPDATE")
        return message_json(self.world, message)

    def delete(self, request: Request) -> None:
        interaction = self._hook(request)
        if interaction.thinking is not None and request.parts.get("message_id") in (None, str(interaction.thinking)):
            interaction.thinking = None
            return
        self.messages.remove(self._target(request)[1])

    def _hook(self, request: Request) -> Interaction:
        interaction = self.world.interactions.get(request.parts["token"])
        known = interaction is not None and request.number("application_id") == self.world.bot_id
        if interaction is None or not known or interaction.answer is None:
            raise refused(10015)
        if self.world.clock() - interaction.at > TOKEN_SECONDS:
            raise refused(50027)
        return interaction

    def _target(self, request: Request) -> tuple[Interaction, Message]:
        """The message that a token may touch: its original, or one that it made."""
        interaction = self._hook(request)
        name = request.parts.get("message_id")
        message = interaction.original
        if name is not None:
            message = next((m for m in (message, *interaction.made) if m is not None and str(m.id) == name), None)
        if message is None or message.deleted:
            raise refused(10008)
        if message.ephemeral and interaction not in (message.interaction, message.newest):
            raise refused(10008)
        return interaction, message

    def _check_kind(self, interaction: Interaction, kind: Any) -> None:
        allowed = {MESSAGE, DEFER, MODAL}
        if interaction.type == AUTOCOMPLETE:
            allowed = {CHOICES}
        elif interaction.type == TAP:
            allowed |= {DEFER_UPDATE, UPDATE}
        elif interaction.type == FORM:
            allowed = {MESSAGE, DEFER} | ({DEFER_UPDATE, UPDATE} if interaction.message is not None else set())
        if kind not in allowed:
            raise invalid("type", "BASE_TYPE_CHOICES", f"Value must be one of {tuple(sorted(allowed))}.")

    def _new(self, interaction: Interaction, data: Mapping[str, Any], request: Request) -> None:
        number = self.world.snowflake()
        parts = self.drafts.create(interaction.channel, data, request.uploads, _NEW, number)
        interaction.original = self._put(interaction, parts, number)
        interaction.ephemeral = interaction.original.ephemeral

    def _update(self, interaction: Interaction, data: Mapping[str, Any], request: Request) -> None:
        message = interaction.message
        if message is None or message.deleted:
            raise refused(10008)
        self.drafts.edit(message, data, request.uploads)
        interaction.original = message

    def _fill(self, interaction: Interaction, request: Request) -> Message:
        """The first words after a type 5 take the place of "thinking", and are as ephemeral as that was."""
        assert interaction.thinking is not None
        fields = dict(request.fields)
        flags = (fields.get("flags") or 0) & ~EPHEMERAL
        fields["flags"] = flags | (EPHEMERAL if interaction.ephemeral else 0)
        parts = self.drafts.create(interaction.channel, fields, request.uploads, _NEW, interaction.thinking)
        interaction.original = self._put(interaction, parts, interaction.thinking)
        interaction.thinking = None
        return interaction.original

    def _put(self, interaction: Interaction, parts: Parts, number: int) -> Message:
        message = Message(number, interaction.channel, self.world.me, self.world.clock(), interaction=interaction)
        self.drafts.put(message, parts)
        self.world.add(message)
        return message

    def _response(self, interaction: Interaction) -> dict[str, Any]:
        body: dict[str, Any] = {"id": str(interaction.id), "type": interaction.type}
        answer: dict[str, Any] = {"interaction": body}
        message = interaction.original
        if interaction.thinking is not None:
            body |= {"response_message_id": str(interaction.thinking), "response_message_loading": True}
            body["response_message_ephemeral"] = interaction.ephemeral
        elif message is not None:
            if interaction.answer in (MESSAGE, UPDATE):
                answer["resource"] = {"type": interaction.answer, "message": message_json(self.world, message)}
            body |= {"response_message_id": str(message.id), "response_message_loading": False}
            body["response_message_ephemeral"] = message.ephemeral
        return answer


def _choices(data: Mapping[str, Any]) -> list[Choice]:
    choices = data.get("choices") or []
    if len(choices) > 25:
        raise invalid("data.choices", "BASE_TYPE_BAD_LENGTH", "Must be 25 or fewer in length.")
    for number, choice in enumerate(choices):
        if not 1 <= len(choice["name"]) <= 100:
            words = "Must be between 1 and 100 in length."
            raise invalid(f"data.choices.{number}.name", "BASE_TYPE_BAD_LENGTH", words)
        if isinstance(choice["value"], str) and len(choice["value"]) > 100:
            words = "Must be between 1 and 100 in length."
            raise invalid(f"data.choices.{number}.value", "BASE_TYPE_BAD_LENGTH", words)
    return [Choice(choice["name"], choice["value"]) for choice in choices]


def _modal(data: Mapping[str, Any], source: Message | None) -> Modal:
    title, custom, parts = data.get("title") or "", data.get("custom_id") or "", data.get("components") or []
    for name, text, longest in (("title", title, 45), ("custom_id", custom, 100)):
        if not 1 <= len(text) <= longest:
            raise invalid(f"data.{name}", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {longest} in length.")
    if not 1 <= len(parts) <= 5:
        raise invalid("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    names = set()
    for path, component in walk(parts, "data.components"):
        if component["type"] == 18 and not 1 <= len(component.get("label") or "") <= 45:
            raise invalid(f"{path}.label", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 45 in length.")
        if component["type"] in (1, 10, 18):
            continue
        custom_id = component.get("custom_id") or ""
        if not 1 <= len(custom_id) <= 100 or custom_id in names:
            words = "Component custom id cannot be duplicated"
            raise invalid(f"{path}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", words)
        names.add(custom_id)
        if len(component.get("placeholder") or "") > 100 or len(component.get("value") or "") > 4000:
            raise invalid(path, "BASE_TYPE_BAD_LENGTH", "Too long.")
    return Modal(custom, title, tuple(parts), source)
