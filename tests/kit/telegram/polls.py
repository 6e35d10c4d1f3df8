"""getUpdates of the fake server: offsets confirm, one poller at a time, no polling beside a webhook."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from tests.kit.telegram.faults import Refused
from tests.kit.telegram.world import World

_OTHER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
# The server gives one update only to somebody who asks again at once for what they have just been given.
REPOLL_SECONDS = 0.5


class Polls:
    """`conflict_hold`: the real server keeps the loser of a conflict waiting for 3 s; that is not needed to test ours."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.changed = asyncio.Condition()
        self.webhook = ""
        self.rival = False
        """Somebody else polls with the same token, without end."""
        self.conflict_hold = 0.02
        self._current: object | None = None
        self._last: tuple[int, float] | None = None

    async def get(self, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise Refused(409, _WEBHOOK)
        if self.rival:
            await asyncio.sleep(self.conflict_hold)
            raise Refused(409, _OTHER)
        mine = self._current = object()
        async with self.changed:
            self.changed.notify_all()  # whoever was waiting here has lost
        try:
            return await self._wait(mine, params)
        finally:
            if self._current is mine:
                self._current = None

    async def _wait(self, mine: object, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        world, loop = self.world, asyncio.get_running_loop()
        if "allowed_updates" in params:
            world.allowed = tuple(json.loads(params["allowed_updates"]))
        offset = int(params.get("offset", 0))
        if offset > 0:
            world.confirm(offset)
        limit = max(1, min(100, int(params.get("limit", 100))))
        if self._last is not None and self._last[0] == offset and loop.time() - self._last[1] < REPOLL_SECONDS:
            limit = 1

        def ready() -> bool:
            return self._current is not mine or self.rival or bool(self.webhook) or bool(world.waiting())

        async with self.changed:
            self.changed.notify_all()  # something may just have been confirmed
            try:
                async with asyncio.timeout(float(params.get("timeout", 0))):
                    await self.changed.wait_for(ready)
            except TimeoutError:
                return []
        if self._current is not mine or self.rival:
            await asyncio.sleep(self.conflict_hold)
            raise Refused(409, _OTHER)
        if self.webhook:
            raise Refused(409, _WEBHOOK)
        given = world.waiting()[:limit]
        if given:
            self._last = (offset, loop.time())
        return [{"update_id": entry.id, entry.kind: entry.body} for entry in given]
