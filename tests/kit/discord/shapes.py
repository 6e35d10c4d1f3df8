"""How the things of the fake Discord look in its JSON."""

from typing import TYPE_CHECKING, Any

from tests.kit.discord import rights
from tests.kit.discord.world import DM, THREAD, Channel, Message, World, iso

if TYPE_CHECKING:
    from tests.kit.discord.guilds import Guild
    from tests.kit.discord.people import Person


def user_json(id_: int, name: str, display: str | None, bot: bool = False) -> dict[str, Any]:
    body = {"id": str(id_), "username": name, "discriminator": "0", "global_name": display, "avatar": None}
    return (
        body
        | {"public_flags": 0, "flags": 0, "banner": None, "accent_color": None, "primary_guild": None}
        | ({"bot": True} if bot else {})
    )


def channel_json(channel: Channel) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": str(channel.id),
        "type": channel.type,
        "flags": 0,
        "last_message_id": str(channel.last_message) if channel.last_message else None,
    }
    if channel.type == DM:
        assert channel.person is not None
        return body | {"recipients": [channel.person.json()]}
    assert channel.guild is not None
    parent = str(channel.parent.id) if channel.parent is not None else None
    body |= {"guild_id": str(channel.guild.id), "name": channel.name, "parent_id": parent, "rate_limit_per_user": 0}
    if channel.type != THREAD:
        overwrites = channel.guild.overwrites(channel)
        return body | {"position": 0, "topic": None, "nsfw": False, "permission_overwrites": overwrites}
    metadata = {
        "archived": channel.archived,
        "locked": channel.locked,
        "auto_archive_duration": 1440,
        "archive_timestamp": iso(channel.guild.clock()),
        "create_timestamp": iso(channel.guild.clock()),
    }
    counts = {"message_count": 0, "member_count": 1, "total_message_sent": 0}
    return body | counts | {"owner_id": str(channel.guild.owner.id), "thread_metadata": metadata}


def partial_channel_json(channel: Channel, person: "Person") -> dict[str, Any]:
    """As an interaction shows the channel it happened in."""
    body = channel_json(channel)
    body.pop("permission_overwrites", None)
    if channel.guild is not None:
        body["permissions"] = str(channel.guild.permissions(person))
    return body


def member_json(guild: "Guild", user: dict[str, Any], roles: list[int]) -> dict[str, Any]:
    joined = iso(guild.clock())
    body = {"user": user, "nick": None, "avatar": None, "banner": None, "roles": [str(role) for role in roles]}
    times = {"joined_at": joined, "premium_since": None, "communication_disabled_until": None}
    return body | times | {"deaf": False, "mute": False, "pending": False, "flags": 0}


def message_json(world: World, message: Message) -> dict[str, Any]:
    named, everyone = mentioned(world, message)
    body: dict[str, Any] = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "author": dict(message.author),
        "type": 0,
        "content": message.content,
        "timestamp": iso(message.date),
        "edited_timestamp": iso(message.edited) if message.edited is not None else None,
        "tts": False,
        "mention_everyone": everyone,
        "mentions": [person.json() for person in named],
        "mention_roles": [],
        "attachments": [file.json() for file in message.files],
        "embeds": message.embeds,
        "components": message.components,
        "pinned": message.pinned,
        "flags": message.flags,
    }
    if message.nonce is not None:
        body["nonce"] = message.nonce
    source = message.interaction
    if source is not None:
        metadata = {
            "id": str(source.id),
            "type": source.type,
            "user": source.person.json(),
            "authorizing_integration_owners": source.owners,
        }
        if source.message is not None:
            metadata["interacted_message_id"] = str(source.message.id)
        body |= {"application_id": str(world.bot_id), "webhook_id": str(world.bot_id)}
        body |= {"interaction_metadata": metadata, "type": 20 if source.type == 2 else 0}
    return body


def event_json(world: World, message: Message) -> dict[str, Any]:
    """As the gateway tells of a message."""
    body = message_json(world, message)
    return body | ({"guild_id": str(message.channel.guild.id)} if message.channel.guild is not None else {})


def mentioned(world: World, message: Message) -> tuple[list["Person"], bool]:
    """Whom a message rings for: named in its text *and* allowed to be; and whether it is everybody."""
    text = "\n".join([message.content, *texts(message.components)])
    allowed = message.allowed_mentions
    parse = ("users", "everyone") if allowed is None else allowed.get("parse", ())
    listed = [] if allowed is None else [str(user) for user in allowed.get("users") or ()]
    named = [p for p in world.people.values() if f"<@{p.id}>" in text or f"<@!{p.id}>" in text]
    rung = [person for person in named if "users" in parse or str(person.id) in listed]
    shouted = "everyone" in parse and ("@everyone" in text or "@here" in text)
    return rung, shouted and rights.bot_may(message.channel, "mention_everyone")


def texts(components: list[dict[str, Any]]) -> list[str]:
    """The contents of all text displays, in the order of reading."""
    found = []
    for component in components:
        if component.get("type") == 10:
            found.append(component["content"])
        found += texts(component.get("components", []))
    return found
