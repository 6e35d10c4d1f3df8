"""Who may manage challenges in a chat: its admins, as Telegram says, remembered for a minute at most (C-76, C-77)."""

from datetime import datetime, timedelta

import structlog

from bot.platforms.port import Account, Address
from bot.platforms.reposts import Now
from bot.platforms.telegram.courier import Courier
from bot.platforms.telegram.errors import Fault

REMEMBERED = timedelta(seconds=60)
_ADMINS = frozenset({"creator", "administrator"})

log = structlog.get_logger()


class Rights:
    def __init__(self, courier: Courier, now: Now) -> None:
        self._courier = courier
        self._now = now
        self._known: dict[tuple[str, str], tuple[datetime, bool]] = {}

    async def may_manage(self, address: Address, account: Account, fresh: bool) -> bool:
        if account.id == address.chat:
            return True  # an admin who speaks as the group itself (T-29); and everybody in their own private chat
        key, now = (address.chat, account.id), self._now()
        known = self._known.get(key)
        if known is not None and not fresh and _is_young(known[0], now):
            return known[1]
        self._known.pop(key, None)
        standing = await self._courier.standing(address, account)
        if isinstance(standing, Fault):
            log.warning("rights not known", chat=address.chat, reason=standing.reason)
            return False
        self._known = {each: (at, may) for each, (at, may) in self._known.items() if _is_young(at, now)}
        self._known[key] = (now, standing in _ADMINS)
        return self._known[key][1]


def _is_young(at: datetime, now: datetime) -> bool:
    return now - REMEMBERED < at <= now
