"""The one place that starts tasks: each is named, held, and its end is noticed. A bare task could die unseen."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, TypeVar

import structlog

FINISH_SECONDS = 5.0  # a stop takes 8 s at most; container runtimes kill after 10 s

T = TypeVar("T")

log = structlog.get_logger()


class Nursery:
    """`async with Nursery() as nursery: nursery.start(...)`. Leaving it cancels what still runs and waits for it.

    A task that `finishes` gets a few seconds to end by itself first; it should look at `leaving`, and use `rest` for waits.
    A `vital` task that fails ends the nursery: the block is cancelled and the failure is raised from it. Any other failure
    is logged, and the rest goes on.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._finishing: set[asyncio.Task[Any]] = set()
        self._leaving = asyncio.Event()
        self._owner: asyncio.Task[Any] | None = None
        self._failure: BaseException | None = None

    @property
    def leaving(self) -> bool:
        return self._leaving.is_set()

    async def rest(self, seconds: float) -> None:
        """Wait; not longer than until the nursery is left."""
        try:
            async with asyncio.timeout(seconds):
                await self._leaving.wait()
        except TimeoutError:
            return

    async def __aenter__(self) -> "Nursery":
        self._owner = asyncio.current_task()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        cancelled = False
        if self._finishing and self._failure is None:
            try:
                await asyncio.wait(self._finishing, timeout=FINISH_SECONDS)
            except asyncio.CancelledError:
                cancelled = True
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            try:
                await asyncio.wait(self._tasks)
            except asyncio.CancelledError:
                cancelled = True
        if self._failure is not None:
            if self._owner is not None:
                self._owner.uncancel()  # that was us
            raise self._failure from None
        if cancelled:
            raise asyncio.CancelledError

    def start(
        self, work: Coroutine[Any, Any, T], name: str, *, vital: bool = False, finishes: bool = False
    ) -> asyncio.Task[T]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        if finishes:
            self._finishing.add(task)
        task.add_done_callback(lambda ended: self._ended(ended, vital))
        return task

    def _ended(self, task: asyncio.Task[Any], vital: bool) -> None:
        self._tasks.discard(task)
        self._finishing.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            if vital and not self.leaving:
                log.error("task.ended", task=task.get_name())
        elif vital and self._failure is None and not self.leaving and self._owner is not None:
            self._failure = error
            self._owner.cancel()
        else:
            log.error("task.failed", task=task.get_name(), exc_info=error)
