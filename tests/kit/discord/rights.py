"""Permissions: the bits that matter here, and what the bot may do in a channel."""

from tests.kit.discord.refusals import Refused, refused
from tests.kit.discord.world import DM, THREAD, Channel

BITS = {
    "administrator": 1 << 3,
    "manage_channels": 1 << 4,
    "manage_guild": 1 << 5,
    "view_channel": 1 << 10,
    "send_messages": 1 << 11,
    "manage_messages": 1 << 13,
    "embed_links": 1 << 14,
    "attach_files": 1 << 15,
    "read_message_history": 1 << 16,
    "mention_everyone": 1 << 17,
    "use_application_commands": 1 << 31,
    "manage_threads": 1 << 34,
    "create_public_threads": 1 << 35,
    "send_messages_in_threads": 1 << 38,
    "pin_messages": 1 << 51,
}
EVERYTHING = (1 << 53) - 1


def bits(*names: str) -> int:
    return sum(BITS[name] for name in set(names))


PLAIN = bits(
    "view_channel",
    "send_messages",
    "embed_links",
    "attach_files",
    "read_message_history",
    "use_application_commands",
    "create_public_threads",
    "send_messages_in_threads",
)
ADMIN = PLAIN | bits("manage_guild", "manage_channels", "manage_messages", "manage_threads", "pin_messages")
BOT = PLAIN | bits("pin_messages")
IN_DM = PLAIN | bits("pin_messages", "mention_everyone")


def bot_permissions(channel: Channel) -> int:
    """As interactions tell them."""
    if channel.type == DM:
        return IN_DM
    home = channel.parent if channel.type == THREAD and channel.parent is not None else channel
    return home.bot_permissions


def bot_may(channel: Channel, *names: str) -> bool:
    return bot_permissions(channel) & bits(*names) == bits(*names)


def need(channel: Channel, *names: str) -> None:
    """The bot sees the channel and has these rights in it, or is refused."""
    if channel.guild is not None and (not channel.guild.bot_in or not bot_may(channel, "view_channel")):
        raise refused(50001)
    if not bot_may(channel, *names):
        raise refused(50013)


def cannot_write(channel: Channel) -> Refused | None:
    """Why the bot may not post here, if it may not."""
    person = channel.person
    if person is not None:
        if not person.mutual:
            return refused(50278)
        return refused(50007) if person.dms_closed else None
    try:
        need(channel, "send_messages_in_threads" if channel.type == THREAD else "send_messages")
    except Refused as refusal:
        return refusal
    if channel.locked and not bot_may(channel, "manage_threads"):
        return refused(160005)
    return None
