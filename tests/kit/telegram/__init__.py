"""A fake Telegram: `TelegramServer`, the people who use it, and the faults that it can be given."""

from tests.kit.telegram.faults import Cut, Faults, FloodControl, HalfBody, Page, Refuse, Slow
from tests.kit.telegram.groups import Group
from tests.kit.telegram.people import Person, Seat, Seen
from tests.kit.telegram.server import TOKEN, Call, TelegramServer
from tests.kit.telegram.world import BOT_USERNAME, Notice

__all__ = [
    "BOT_USERNAME",
    "TOKEN",
    "Call",
    "Cut",
    "Faults",
    "FloodControl",
    "Group",
    "HalfBody",
    "Notice",
    "Page",
    "Person",
    "Refuse",
    "Seat",
    "Seen",
    "Slow",
    "TelegramServer",
]
