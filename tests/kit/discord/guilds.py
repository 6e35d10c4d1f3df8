"""Guilds of the fake server: channels, threads, members and their rights; and what the bot is told of all that."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.kit.discord import rights
from tests.kit.discord.shapes import channel_json, member_json
from tests.kit.discord.world import TEXT, THREAD, Channel, iso

if TYPE_CHECKING:
    from tests.kit.discord.people import Person
    from tests.kit.discord.server import DiscordServer


class Guild:
    """Made by `DiscordServer.guild`, with the bot in it and a channel "general"."""

    def __init__(self, server: "DiscordServer", number: int, name: str, owner: "Person", locale: str) -> None:
        self.server = server
        self.world = server.world
        self.clock = server.clock
        self.id = number
        self.name = name
        self.owner = owner
        self.locale = locale
        self.bot_in = True
        self.available = True
        self.deleted = False
        self.bot_role = self.world.snowflake()
        self.admin_role = self.world.snowflake()
        self.members: dict[int, str] = {owner.id: "owner"}
        """"owner", "admin" or "plain", by the person's id."""
        self.channel("general")

    @property
    def channels(self) -> list[Channel]:
        """Those that are there, threads included."""
        return [c for c in self.world.channels.values() if c.guild is self and not c.deleted]

    def channel(self, name: str) -> Channel:
        """The text channel of that name; made if it is not there."""
        for channel in self.channels:
            if channel.type == TEXT and channel.name == name:
                return channel
        return self._add(
            Channel(self.world.snowflake(), TEXT, name, self, bot_permissions=rights.BOT), "CHANNEL_CREATE"
        )

    def thread(self, channel: Channel, name: str) -> Channel:
        """The thread of that name in a channel; begun if it is not there."""
        for thread in self.channels:
            if thread.parent is channel and thread.name == name:
                return thread
        return self._add(Channel(self.world.snowflake(), THREAD, name, self, parent=channel), "THREAD_CREATE")

    def delete_channel(self, channel: Channel) -> None:
        """A channel goes with its threads."""
        for thread in [c for c in self.channels if c.parent is channel]:
            self.delete_channel(thread)
        channel.deleted = True
        self._emit("THREAD_DELETE" if channel.type == THREAD else "CHANNEL_DELETE", channel_json(channel))

    def archive(self, thread: Channel, locked: bool = False) -> None:
        thread.archived, thread.locked = True, locked
        self._emit("THREAD_UPDATE", channel_json(thread))

    def allow(self, channel: Channel, *names: str) -> None:
        """Give the bot these rights in a channel (and its threads): "view_channel", "send_messages", …"""
        channel = channel.parent or channel
        channel.bot_permissions |= rights.bits(*names)
        self._emit("CHANNEL_UPDATE", channel_json(channel))

    def forbid(self, channel: Channel, *names: str) -> None:
        """Take these rights from the bot in a channel (and its threads)."""
        channel = channel.parent or channel
        channel.bot_permissions &= ~rights.bits(*names)
        self._emit("CHANNEL_UPDATE", channel_json(channel))

    def join(self, person: "Person", admin: bool = False) -> None:
        """The bot has no intent for members: it is not told of who comes, goes, or rises."""
        self.members.setdefault(person.id, "plain")
        if admin:
            self.promote(person)

    def leave(self, person: "Person") -> None:
        self.members.pop(person.id, None)

    def promote(self, person: "Person") -> None:
        """An admin may manage the guild."""
        if self.members[person.id] == "plain":
            self.members[person.id] = "admin"

    def demote(self, person: "Person") -> None:
        if self.members[person.id] == "admin":
            self.members[person.id] = "plain"

    def permissions(self, person: "Person") -> int:
        standing = self.members.get(person.id)
        if standing is None:
            return 0
        return {"owner": rights.EVERYTHING, "admin": rights.ADMIN, "plain": rights.PLAIN}[standing]

    def roles_of(self, person: "Person") -> list[int]:
        return [self.admin_role] if self.members.get(person.id) == "admin" else []

    async def add_bot(self) -> None:
        self.bot_in = True
        self._emit("GUILD_CREATE", self.json())
        await self.server.told()

    async def kick_bot(self) -> None:
        self._emit("GUILD_DELETE", {"id": str(self.id)})
        self.bot_in = False
        await self.server.told()

    async def outage(self) -> None:
        """The guild is out of reach for a while; the bot is still in it."""
        self.available = False
        self._emit("GUILD_DELETE", {"id": str(self.id), "unavailable": True})
        await self.server.told()

    async def back(self) -> None:
        self.available = True
        self._emit("GUILD_CREATE", self.json() | {"unavailable": False})
        await self.server.told()

    async def delete(self) -> None:
        self._emit("GUILD_DELETE", {"id": str(self.id)})
        self.deleted, self.bot_in = True, False
        await self.server.told()

    def overwrites(self, channel: Channel) -> list[dict[str, Any]]:
        """What the bot's rights in this channel differ from its role's."""
        more, fewer = channel.bot_permissions & ~rights.BOT, rights.BOT & ~channel.bot_permissions
        if not more | fewer:
            return []
        return [{"id": str(self.world.bot_id), "type": 1, "allow": str(more), "deny": str(fewer)}]

    def json(self) -> dict[str, Any]:
        """As GUILD_CREATE tells it."""
        me = member_json(self, dict(self.world.me), [self.bot_role])
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner.id),
            "icon": None,
            "features": [],
            "emojis": [],
            "stickers": [],
            "roles": self._roles(),
            "channels": [channel_json(c) for c in self.channels if c.type == TEXT],
            "threads": [channel_json(c) for c in self.channels if c.type == THREAD and not c.archived],
            "members": [me],
            "member_count": len(self.members) + 1,
            "joined_at": iso(self.clock()),
            "large": False,
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
            "preferred_locale": self.locale,
            "afk_timeout": 300,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "premium_progress_bar_enabled": False,
        }

    def _roles(self) -> Sequence[dict[str, Any]]:
        def role(number: int, name: str, permissions: int, position: int, **more: Any) -> dict[str, Any]:
            looks = {"color": 0, "hoist": False, "icon": None, "unicode_emoji": None, "mentionable": False, "flags": 0}
            body = {"id": str(number), "name": name, "permissions": str(permissions), "position": position}
            return body | looks | {"managed": False} | more

        tags = {"bot_id": str(self.world.bot_id)}
        return [
            role(self.id, "@everyone", rights.PLAIN, 0),
            role(self.bot_role, "Toehold", rights.BOT, 1, managed=True, tags=tags),
            role(self.admin_role, "Admins", rights.ADMIN, 2),
        ]

    def _add(self, channel: Channel, event: str) -> Channel:
        self.world.channels[channel.id] = channel
        more = {"newly_created": True} if channel.type == THREAD else {}
        self._emit(event, channel_json(channel) | more)
        return channel

    def _emit(self, event: str, data: dict[str, Any]) -> None:
        if self.bot_in and self.world.guilds.get(self.id) is self:
            self.world.emit(event, data, self)
