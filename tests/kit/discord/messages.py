"""The REST methods for channels and their messages."""

from collections.abc import Mapping
from typing import Any

from tests.kit.discord import rights
from tests.kit.discord.drafts import Drafts
from tests.kit.discord.refusals import invalid, limited, refused
from tests.kit.discord.routes import Request, Routes
from tests.kit.discord.shapes import channel_json, event_json, member_json, message_json
from tests.kit.discord.world import DM, SILENT, THREAD, V2, Channel, Message, World, iso

NONCE_SECONDS = 300
_PINS = 250


class Messages:
    def __init__(self, world: World, drafts: Drafts) -> None:
        self.world = world
        self.drafts = drafts
        self.deduplicated = 0
        """How many sends got an older message back because of their nonce."""

    def add_to(self, routes: Routes) -> None:
        channel, one = "/channels/{channel_id}", "/channels/{channel_id}/messages/{message_id}"
        routes.add("POST", "/users/@me/channels", self.open_dm)
        routes.add("GET", "/users/{user_id}", self.get_user)
        routes.add("GET", channel, self.get_channel)
        routes.add("PATCH", channel, self.edit_channel)
        routes.add("POST", f"{channel}/typing", lambda request: self._channel(request) and None)
        routes.add("GET", f"{channel}/messages/pins", self.pins)
        routes.add("PUT", f"{channel}/messages/pins/{{message_id}}", lambda request: self.pin(request, True))
        routes.add("DELETE", f"{channel}/messages/pins/{{message_id}}", lambda request: self.pin(request, False))
        routes.add("GET", f"{channel}/messages", self.list)
        routes.add("POST", f"{channel}/messages", self.create)
        routes.add("GET", one, lambda request: message_json(self.world, self._message(request)))
        routes.add("PATCH", one, self.edit)
        routes.add("DELETE", one, self.delete)
        routes.add("GET", "/guilds/{guild_id}/members/{user_id}", self.get_member)

    def open_dm(self, request: Request) -> Any:
        person = self.world.people.get(int(request.fields["recipient_id"]))
        if person is None:
            raise invalid("recipient_id", "CHANNEL_RECIPIENT_INVALID", "Cannot send messages to this user")
        known = any(c.type == DM and c.person is person for c in self.world.channels.values())
        if not known and self.world.new_dms is not None:
            if self.world.new_dms <= 0:
                raise refused(40003)
            self.world.new_dms -= 1
        return channel_json(self.world.dm(person))

    def get_user(self, request: Request) -> Any:
        if request.parts["user_id"] == "@me" or request.number("user_id") == self.world.bot_id:
            return dict(self.world.me)
        person = self.world.people.get(request.number("user_id"))
        if person is None:
            raise refused(10013)
        return person.json()

    def get_member(self, request: Request) -> Any:
        guild = self.world.guilds.get(request.number("guild_id"))
        if guild is None or guild.deleted or not guild.bot_in:
            raise refused(10004)
        user = request.number("user_id")
        if user == self.world.bot_id:
            return member_json(guild, dict(self.world.me), [guild.bot_role])
        person = self.world.people.get(user)
        if person is None:
            raise refused(10013)
        if person.id not in guild.members:
            raise refused(10007)
        return member_json(guild, person.json(), guild.roles_of(person))

    def get_channel(self, request: Request) -> Any:
        return channel_json(self._channel(request))

    def edit_channel(self, request: Request) -> Any:
        """Threads only: name, archived, locked."""
        channel, fields = self._channel(request), request.fields
        if channel.type != THREAD or channel.guild is None:
            raise refused(50003 if channel.type == DM else 50013)
        only_back = set(fields) == {"archived"} and not fields["archived"] and not channel.locked
        rights.need(channel, *(("send_messages_in_threads",) if only_back else ("manage_threads",)))
        channel.archived = fields.get("archived", channel.archived)
        channel.locked = fields.get("locked", channel.locked)
        channel.name = fields.get("name", channel.name)
        self.world.emit("THREAD_UPDATE", channel_json(channel), channel.guild)
        return channel_json(channel)

    def list(self, request: Request) -> Any:
        channel, query = self._channel(request), request.query
        limit = int(query.get("limit", 50))
        if not 1 <= limit <= 100:
            raise invalid("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
        if not rights.bot_may(channel, "read_message_history"):
            return []
        found = self.world.visible(channel, None)
        if "before" in query:
            found = [message for message in found if message.id < int(query["before"])][-limit:]
        elif "after" in query:
            found = [message for message in found if message.id > int(query["after"])][:limit]
        return [message_json(self.world, message) for message in reversed(found[-limit:])]

    def create(self, request: Request) -> Any:
        channel, fields = self._channel(request), request.fields
        refusal = rights.cannot_write(channel)
        if refusal is not None:
            raise refusal
        nonce = None if fields.get("nonce") is None else str(fields["nonce"])
        if nonce is not None and len(nonce) > 25:
            raise invalid("nonce", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
        if nonce is not None and fields.get("enforce_nonce"):
            known = self._by_nonce(channel, nonce)
            if known is not None:
                self.deduplicated += 1
                return message_json(self.world, known)
        number = self.world.snowflake()
        parts = self.drafts.create(channel, fields, request.uploads, V2 | SILENT | 1 << 2, number)
        message = Message(number, channel, self.world.me, self.world.clock(), nonce=nonce)
        self.drafts.put(message, parts)
        self.world.add(message)
        if channel.archived and channel.guild is not None:
            channel.archived = False
            self.world.emit("THREAD_UPDATE", channel_json(channel), channel.guild)
        self.shown(message, "MESSAGE_CREATE")
        return message_json(self.world, message)

    def edit(self, request: Request) -> Any:
        message = self._message(request)
        if message.author["id"] != self.world.me["id"]:
            raise refused(50005)
        self._not_archived(message.channel)
        self._old_edit(message)
        self.drafts.edit(message, request.fields, request.uploads)
        self.shown(message, "MESSAGE_UPDATE")
        return message_json(self.world, message)

    def delete(self, request: Request) -> Any:
        message = self._message(request)
        if message.author["id"] != self.world.me["id"]:
            if message.channel.type == DM:
                raise refused(50003)
            rights.need(message.channel, "manage_messages")
        self._not_archived(message.channel)
        self.remove(message)

    def pin(self, request: Request, pinned: bool) -> None:
        message = self._message(request)
        rights.need(message.channel, "pin_messages")
        self._not_archived(message.channel)
        if pinned and sum(m.pinned for m in self.world.visible(message.channel, None)) >= _PINS:
            raise invalid("message_id", "MAXIMUM_PINS", f"Maximum number of pins reached ({_PINS})")
        message.pinned = pinned
        guild = message.channel.guild
        body = {"channel_id": str(message.channel.id), "last_pin_timestamp": iso(self.world.clock())}
        self.world.emit("CHANNEL_PINS_UPDATE", body | ({"guild_id": str(guild.id)} if guild else {}), guild)

    def pins(self, request: Request) -> Any:
        found = [message for message in self.world.visible(self._channel(request), None) if message.pinned]
        items = [{"pinned_at": iso(m.date), "message": message_json(self.world, m)} for m in reversed(found)]
        return {"items": items, "has_more": False}

    def shown(self, message: Message, event: str) -> None:
        """After every change: the notices are kept, and the bot is told, except of what only one person sees."""
        self.drafts.tell(message)
        if not message.ephemeral:
            self.world.emit(event, event_json(self.world, message), message.channel.guild)

    def remove(self, message: Message) -> None:
        message.deleted = True
        if message.ephemeral:
            return
        guild = message.channel.guild
        body: Mapping[str, str] = {"id": str(message.id), "channel_id": str(message.channel.id)}
        self.world.emit("MESSAGE_DELETE", {**body, **({"guild_id": str(guild.id)} if guild else {})}, guild)

    def _channel(self, request: Request) -> Channel:
        channel = self.world.channels.get(request.number("channel_id"))
        if channel is None or channel.deleted or (channel.guild is not None and channel.guild.deleted):
            raise refused(10003)
        rights.need(channel)
        return channel

    def _message(self, request: Request) -> Message:
        """By the routes of its channel: an ephemeral message has none."""
        message = self.world.find(self._channel(request).id, request.number("message_id"))
        if message is None or message.ephemeral:
            raise refused(10008)
        return message

    def _by_nonce(self, channel: Channel, nonce: str) -> Message | None:
        since = self.world.clock() - NONCE_SECONDS
        return next(
            (
                message
                for message in self.world.messages
                if message.channel is channel
                and message.nonce == nonce
                and message.author["id"] == self.world.me["id"]
                and message.date > since
                and not message.deleted
            ),
            None,
        )

    def _not_archived(self, channel: Channel) -> None:
        if channel.archived:
            raise refused(50083)

    def _old_edit(self, message: Message) -> None:
        now = self.world.clock()
        if now - message.date < 3600:
            return
        message.old_edits = [moment for moment in message.old_edits if moment > now - 3600]
        if len(message.old_edits) >= self.world.old_edits_an_hour:
            raise limited(self.world.old_edit_wait, everywhere=False, scope="shared", code=30046)
        message.old_edits.append(now)
