"""One interaction: a command, a tap, a form; from the person's finger to the bot's answers."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.kit.discord import rights
from tests.kit.discord.shapes import member_json, message_json, partial_channel_json
from tests.kit.discord.world import DM, Channel, Message, World

if TYPE_CHECKING:
    from tests.kit.discord.people import Person

COMMAND, TAP, AUTOCOMPLETE, FORM = 2, 3, 4, 5
TOKEN_SECONDS = 15 * 60


class DidNotRespond(Exception):
    """What the person saw instead of an answer: "This application did not respond"."""


@dataclass(frozen=True)
class Choice:
    """One suggestion of an autocomplete."""

    name: str
    value: str | int | float


@dataclass(frozen=True)
class Modal:
    """A form that stands open before somebody."""

    custom_id: str
    title: str
    components: tuple[Mapping[str, Any], ...]
    source: Message | None

    @property
    def fields(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Label and component of everything that can be filled in."""
        found = []
        for outer in self.components:
            if outer["type"] == 18:
                found.append((str(outer["label"]), outer["component"]))
            elif outer["type"] == 1:
                found += [(str(inner.get("label", "")), inner) for inner in outer["components"]]
        return found

    @property
    def text(self) -> str:
        """All that can be read in it."""
        lines = [self.title]
        for outer in self.components:
            lines += [str(outer[name]) for name in ("content", "label", "description") if outer.get(name)]
        return "\n".join(lines)


@dataclass(eq=False)
class Interaction:
    id: int
    type: int
    token: str
    person: "Person"
    channel: Channel
    at: float
    """By the server's clock; its token lasts 15 minutes of that."""
    data: Mapping[str, Any]
    message: Message | None = None
    """What the tapped button is on."""
    started: float = field(default_factory=time.monotonic)
    """In real seconds; the bot has three of them."""
    answer: int | None = None
    """The type of the bot's callback."""
    answered_at: float | None = None
    ephemeral: bool = False
    original: Message | None = None
    thinking: int | None = None
    """The id that the answer will have, while only "Toehold is thinking" stands there."""
    made: list[Message] = field(default_factory=list)
    modal: Modal | None = None
    choices: list[Choice] = field(default_factory=list)
    lost: bool = False
    """The person was told that the application did not respond."""

    @property
    def owners(self) -> dict[str, str]:
        """By whose installation: of the guild, or of the person."""
        if self.channel.guild is not None:
            return {"0": str(self.channel.guild.id)}
        return {"0": "0"} if self.person.mutual else {"1": str(self.person.id)}

    def json(self, world: World) -> dict[str, Any]:
        channel, person = self.channel, self.person
        body: dict[str, Any] = {
            "version": 1,
            "id": str(self.id),
            "application_id": str(world.bot_id),
            "type": self.type,
            "token": self.token,
            "data": self.data,
            "channel_id": str(channel.id),
            "channel": partial_channel_json(channel, person),
            "locale": person.locale,
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": self.owners,
            "context": 1 if channel.type == DM else 0,
            "app_permissions": str(rights.bot_permissions(channel)),
            "attachment_size_limit": 10 * 1024 * 1024,
        }
        guild = channel.guild
        if guild is None:
            body["user"] = person.json()
        else:
            permissions = {"permissions": str(guild.permissions(person))}
            body["member"] = member_json(guild, person.json(), guild.roles_of(person)) | permissions
            body |= {"guild_id": str(guild.id), "guild_locale": guild.locale}
            body["guild"] = {"id": str(guild.id), "locale": guild.locale, "features": []}
        if self.message is not None:
            body["message"] = message_json(world, self.message)
        return body
