"""What the fake Discord knows: channels, messages, files, and the time at which all that came to be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.kit.discord.guilds import Guild
    from tests.kit.discord.lifecycle import Interaction
    from tests.kit.discord.people import Person

EPOCH_MS = 1_420_070_400_000  # Discord's: the first second of 2015
TEXT, DM, THREAD = 0, 1, 11

EPHEMERAL, SILENT, V2 = 1 << 6, 1 << 12, 1 << 15


@dataclass(frozen=True)
class File:
    """Something attached to a message."""

    id: int
    name: str
    content: bytes
    media_type: str
    url: str
    description: str | None = None

    def json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": str(self.id),
            "filename": self.name,
            "size": len(self.content),
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.media_type,
        }
        if self.media_type == "image/png" and len(self.content) >= 24:
            body |= {"width": int.from_bytes(self.content[16:20]), "height": int.from_bytes(self.content[20:24])}
        return body | ({"description": self.description} if self.description is not None else {})


@dataclass(eq=False)
class Channel:
    """A direct chat with one person, a text channel of a guild, or a thread in one."""

    id: int
    type: int
    name: str = ""
    guild: "Guild | None" = None
    person: "Person | None" = None
    """Of a direct chat."""
    parent: "Channel | None" = None
    """Of a thread."""
    archived: bool = False
    locked: bool = False
    deleted: bool = False
    bot_permissions: int = 0
    last_message: int | None = None


@dataclass(eq=False)
class Message:
    id: int
    channel: Channel
    author: Mapping[str, Any]
    date: float
    content: str = ""
    flags: int = 0
    components: list[dict[str, Any]] = field(default_factory=list)
    embeds: list[dict[str, Any]] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    allowed_mentions: Mapping[str, Any] | None = None
    nonce: str | None = None
    edited: float | None = None
    pinned: bool = False
    deleted: bool = False
    interaction: "Interaction | None" = None
    """What it was an answer to."""
    newest: "Interaction | None" = None
    """The last press of one of its buttons."""
    old_edits: list[float] = field(default_factory=list)
    """When it was edited after its first hour."""

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def v2(self) -> bool:
        return bool(self.flags & V2)


@dataclass(frozen=True)
class Notice:
    """A short word of the bot to one person, or with `person` None to all in the channel."""

    channel: int
    person: int | None
    text: str


@dataclass
class World:
    clock: Callable[[], float]
    me: Mapping[str, Any]
    emit: Callable[..., None] = lambda *_: None
    """`emit(event, data, guild)`: tell the bot, if it asked for that and is there to hear it."""
    files_url: str = ""
    channels: dict[int, Channel] = field(default_factory=dict)
    guilds: dict[int, "Guild"] = field(default_factory=dict)
    people: dict[int, "Person"] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    interactions: dict[str, "Interaction"] = field(default_factory=dict)
    """By token."""
    commands: list[dict[str, Any]] = field(default_factory=list)
    new_dms: int | None = None
    """How many direct chats the bot may still open; None for no limit."""
    old_edits_an_hour: int = 30
    old_edit_wait: float = 60.0
    """Edits of one message after its first hour: how many an hour, and what "try again later" says in seconds."""
    answer_seconds: float = 3.0
    """Real seconds that the bot has for the first answer to an interaction."""
    _ids: int = 0

    @property
    def bot_id(self) -> int:
        return int(self.me["id"])

    def snowflake(self, age: float = 0.0) -> int:
        """A new id, of something that came to be so many seconds ago."""
        self._ids += 1
        return snowflake(self.clock() - age) + self._ids

    def post(self, channel: Channel, author: Mapping[str, Any], **parts: Any) -> Message:
        message = Message(self.snowflake(), channel, author, self.clock(), **parts)
        self.add(message)
        return message

    def add(self, message: Message) -> None:
        self.messages.append(message)
        if not message.ephemeral:
            message.channel.last_message = message.id

    def find(self, channel: int, message: int) -> Message | None:
        return next((m for m in self.messages if m.id == message and m.channel.id == channel and not m.deleted), None)

    def visible(self, channel: Channel, person: "Person | None") -> list[Message]:
        """What stands in a channel; somebody's own ephemeral messages included, nobody else's. None is the bot."""
        return [
            m
            for m in self.messages
            if m.channel is channel
            and not m.deleted
            and (
                not m.ephemeral or (person is not None and m.interaction is not None and m.interaction.person is person)
            )
        ]

    def dm(self, person: "Person") -> Channel:
        for channel in self.channels.values():
            if channel.type == DM and channel.person is person:
                return channel
        channel = Channel(self.snowflake(), DM, person=person)
        self.channels[channel.id] = channel
        return channel


def snowflake(moment: float) -> int:
    return max(0, round(moment * 1000) - EPOCH_MS) << 22


def iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds")
