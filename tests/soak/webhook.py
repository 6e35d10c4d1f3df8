"""Telegram brings the presses of a lean fake: in order for each person, again and again until a 200, however often."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.soak.telegram import Telegram

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
AT_ONCE = 40  # Telegram's own default
AGAIN_SECONDS = 0.2  # Telegram waits for longer; nothing is learned from that


class Bringer:
    """`base`: where the public address leads, "http://127.0.0.1:port"."""

    def __init__(self, telegram: Telegram, base: str) -> None:
        self._telegram = telegram
        self._base = base
        self._busy: set[int] = set()

    async def run(self) -> None:
        """Until cancelled."""
        telegram = self._telegram
        patience = aiohttp.ClientTimeout(total=30)
        async with aiohttp.ClientSession(timeout=patience) as http, asyncio.TaskGroup() as group:
            while True:
                await telegram.until(lambda: bool(self._ready()), 60)
                for number, update in self._ready():
                    self._busy.add(_who(update))
                    group.create_task(self._bring(http, number, update))

    def _ready(self) -> list[tuple[int, dict[str, Any]]]:
        """The first of each person, unless one of theirs is on its way."""
        if not self._telegram.webhook:
            return []
        first: dict[int, tuple[int, dict[str, Any]]] = {}
        for number, update in self._telegram.waiting():
            first.setdefault(_who(update), (number, update))
        free = [entry for who, entry in first.items() if who not in self._busy]
        return free[: AT_ONCE - len(self._busy)]

    async def _bring(self, http: aiohttp.ClientSession, number: int, update: dict[str, Any]) -> None:
        url = self._base + urlsplit(self._telegram.webhook).path
        status = 0
        try:
            async with http.post(url, json=update, headers={SECRET_HEADER: self._telegram.secret}) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            pass
        if status == 200:
            self._telegram.taken(number)
        else:
            await asyncio.sleep(AGAIN_SECONDS)
        self._busy.discard(_who(update))
        self._telegram.move()


def _who(update: dict[str, Any]) -> int:
    return int(update["callback_query"]["from"]["id"])
