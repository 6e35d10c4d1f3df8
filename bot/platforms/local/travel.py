"""Runs the time machine for the page: one trip at a time, told to every open page, cut off by the end of the server."""

import asyncio
from datetime import timedelta

import structlog

from bot.platforms.local import frames
from bot.platforms.local.chats import account
from bot.platforms.local.hub import Hub
from bot.platforms.local.machine import TimeMachine

_HOPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}

log = structlog.get_logger(__name__)


class Trips:
    """`tasks` is the server's own task group while it runs."""

    def __init__(self, machine: TimeMachine, hub: Hub) -> None:
        self._machine = machine
        self._hub = hub
        self.tasks: asyncio.TaskGroup | None = None
        self.under_way = False

    def start(self, wish: frames.Travel) -> bool:
        """False: another trip is under way."""
        if self.under_way or self.tasks is None:
            return False
        self.under_way = True
        self.tasks.create_task(self._go(wish))
        return True

    async def _go(self, wish: frames.Travel) -> None:
        self._tell(wish, "under-way")
        state = "failed"
        try:
            if wish.to == "prompt":
                there = await self._machine.next_prompt(account(wish.persona))
                state = "none" if there is None else "arrived"
            else:
                await self._machine.forward(_HOPS[wish.to])
                state = "arrived"
        except Exception:  # the edge around a trip: the page must hear that it failed, the server must go on
            log.exception("local.trip_failed", to=wish.to)
        finally:
            self.under_way = False
            self._tell(wish, state)

    def _tell(self, wish: frames.Travel, state: str) -> None:
        self._hub.tell({"type": "travel", "request": wish.request, "to": wish.to, "state": state})
