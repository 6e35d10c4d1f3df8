"""The time machine that the page may be given. It never jumps: it works every due instant up to the target."""

from datetime import datetime, timedelta
from typing import Protocol

from bot.platforms.port import Account


class TimeMachine(Protocol):
    def now(self) -> datetime:
        """People's time, aware UTC."""

    async def next_prompt(self, account: Account) -> datetime | None:
        """Work everything due until this account's next prompt was sent; the new now. None: no prompt is planned."""

    async def forward(self, delta: timedelta) -> datetime:
        """Work everything due in between; the new now."""
