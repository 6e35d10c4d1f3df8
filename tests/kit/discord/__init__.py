"""A fake Discord: `DiscordServer`, the people and guilds that use it, and the faults that it can be given."""

from tests.kit.discord.faults import Broken, Cut, Faults, Hang, Limited, Page, RateLimits, Refuse, Slow
from tests.kit.discord.gateway import Gateway, Session
from tests.kit.discord.guilds import Guild
from tests.kit.discord.lifecycle import Choice, DidNotRespond, Interaction, Modal
from tests.kit.discord.people import Answer, Person, Seat
from tests.kit.discord.reading import Seen, plain
from tests.kit.discord.server import TOKEN, Call, DiscordServer
from tests.kit.discord.world import Channel, Message

__all__ = [
    "TOKEN",
    "Answer",
    "Broken",
    "Call",
    "Channel",
    "Choice",
    "Cut",
    "DidNotRespond",
    "DiscordServer",
    "Faults",
    "Gateway",
    "Guild",
    "Hang",
    "Interaction",
    "Limited",
    "Message",
    "Modal",
    "Page",
    "Person",
    "RateLimits",
    "Refuse",
    "Seat",
    "Seen",
    "Session",
    "Slow",
    "plain",
]
