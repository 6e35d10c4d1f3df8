"""Who may manage challenges in a channel, and what we may not do there: as Discord says beside every interaction (C-76, D-08).

There is nothing to ask for: the bot is not told of members. So what is not known from a press of the last minute is "no".
"""

from datetime import datetime, timedelta

import discord

from bot.platforms.discord.inbound import Permissions
from bot.platforms.port import Account, Address
from bot.platforms.reposts import Now

REMEMBERED = timedelta(seconds=60)
TOLD_EVERY = timedelta(hours=1)

# What a board needs, by discord.py's name and by the one that Discord's apps show.
_NEEDED = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "read_message_history": "Read Message History",
    "attach_files": "Attach Files",
}
_IN_THREADS = {"send_messages_in_threads": "Send Messages in Threads"}


class Rights:
    def __init__(self, now: Now) -> None:
        self._now = now
        self._known: dict[tuple[Address, str], tuple[datetime, Permissions]] = {}
        self._told: dict[Address, datetime] = {}

    def note(self, permissions: Permissions) -> None:
        """They came with an interaction of this moment."""
        now = self._now()
        self._known = {key: known for key, known in self._known.items() if _is_young(known[0], now, REMEMBERED)}
        self._known[permissions.address, permissions.account.id] = now, permissions

    def may_manage(self, address: Address, account: Account) -> bool:
        if address.chat.startswith("@"):
            return True
        known = self._get(address, account)
        if known is None:
            return False
        member = discord.Permissions(known.member)
        return member.administrator or member.manage_guild or member.manage_channels

    def lacking(self, address: Address, account: Account) -> list[str]:
        """What we may not do there, for somebody who can change it and has not been told for an hour."""
        known = self._get(address, account)
        if known is None or not self.may_manage(address, account):
            return []
        ours = discord.Permissions(known.app)
        needed = {name: label for name, label in _NEEDED.items() if name != "send_messages" or not known.is_thread}
        needed |= _IN_THREADS if known.is_thread else {}
        missing = [label for name, label in needed.items() if not (ours.administrator or getattr(ours, name))]
        now = self._now()
        self._told = {key: at for key, at in self._told.items() if _is_young(at, now, TOLD_EVERY)}
        if not missing or address in self._told:
            return []
        self._told[address] = now
        return missing

    def _get(self, address: Address, account: Account) -> Permissions | None:
        at, known = self._known.get((address, account.id), (None, None))
        return known if at is not None and _is_young(at, self._now(), REMEMBERED) else None


def _is_young(at: datetime, now: datetime, lasts: timedelta) -> bool:
    return now - lasts < at <= now
