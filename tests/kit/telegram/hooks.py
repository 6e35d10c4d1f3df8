"""The fake server brings updates: in order for each person or chat, again after a longer and longer while until a 200 (T-43)."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.kit.telegram.faults import Refused
from tests.kit.telegram.polls import Polls
from tests.kit.telegram.world import Waiting, World

_FIRST_DELAY, _LAST_DELAY = 1.0, 60.0


@dataclass(frozen=True)
class Brought:
    """One attempt. `status` 0: nobody answered."""

    at: float
    update: int
    status: int


class Hooks:
    """`base` is where the public address leads in a test: "http://127.0.0.1:port"."""

    def __init__(self, world: World, polls: Polls) -> None:
        self.base = ""
        self.secret = ""
        self.most = 40
        self.history: list[Brought] = []
        self._world = world
        self._polls = polls
        self._busy: set[object] = set()
        self._delay: dict[int, float] = {}
        self._again_at: dict[int, float] = {}

    def set(self, params: Mapping[str, Any]) -> None:
        url = params.get("url", "")
        if url and not url.startswith("https://"):
            raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", params.get("secret_token", "")):
            raise Refused(400, "Bad Request: secret token contains unallowed characters")
        self._polls.webhook = url
        self.secret = params.get("secret_token", "")
        self.most = int(params.get("max_connections", 40))
        if "allowed_updates" in params:
            self._world.allowed = tuple(json.loads(params["allowed_updates"]))

    async def run(self) -> None:
        """Until cancelled. Time that a test moves is noticed with the next thing that happens."""
        changed = self._polls.changed
        async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as group:
            while True:
                async with changed:
                    await changed.wait_for(lambda: bool(self._ready()))
                    for entry in self._ready()[: self.most - len(self._busy)]:
                        self._busy.add(_queue(entry))
                        group.create_task(self._bring(http, entry))

    def _ready(self) -> list[Waiting]:
        """The first of each queue, unless it is on its way or waits for its next attempt."""
        if not self._polls.webhook or not self.base or len(self._busy) >= self.most:
            return []
        first: dict[object, Waiting] = {}
        for entry in self._world.waiting():
            first.setdefault(_queue(entry), entry)
        now = self._world.clock()
        return [e for queue, e in first.items() if queue not in self._busy and self._again_at.get(e.id, 0.0) <= now]

    async def _bring(self, http: aiohttp.ClientSession, entry: Waiting) -> None:
        url = self.base + (urlsplit(self._polls.webhook).path or "/")
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}
        status = 0
        try:
            async with http.post(url, json={"update_id": entry.id, entry.kind: entry.body}, headers=headers) as answer:
                status = answer.status
        except aiohttp.ClientError:
            pass
        self.history.append(Brought(self._world.clock(), entry.id, status))
        if status == 200:
            self._world.queue = [each for each in self._world.queue if each.id != entry.id]
        else:
            delay = self._delay.get(entry.id, _FIRST_DELAY)
            self._delay[entry.id] = min(2 * delay, _LAST_DELAY)
            self._again_at[entry.id] = self._world.clock() + delay
        self._busy.discard(_queue(entry))
        async with self._polls.changed:
            self._polls.changed.notify_all()


def _queue(entry: Waiting) -> object:
    for part in ("from", "chat"):
        who = entry.body.get(part)
        if isinstance(who, Mapping):
            return who.get("id")
    return None
