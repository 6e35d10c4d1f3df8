"""The one place that starts tasks: each is named, held, and its end is noticed. A bare task could die unseen."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any

import structlog

log = structlog.get_logger()


class Nursery:
    """`async with Nursery() as nursery: nursery.start(...)`. Leaving it cancels what still runs and waits for it.

    A `vital` task that fails ends the nursery: the block is cancelled and the failure is raised from it. Any other failure
    is logged, and the rest goes on.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._owner: asyncio.Task[Any] | None = None
        self._failure: BaseException | None = None

    async def __aenter__(self) -> "Nursery":
        self._owner = asyncio.current_task()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._failure is not None:
            raise self._failure from None

    def start(self, work: Coroutine[Any, Any, object], name: str, *, vital: bool = False) -> asyncio.Task[Any]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(lambda ended: self._ended(ended, vital))
        return task

    def _ended(self, task: asyncio.Task[Any], vital: bool) -> None:
        self._tasks.discard(task)
        if task.cancelled() or task.exception() is None:
            return
        error = task.exception()
        if vital and self._failure is None and self._owner is not None:
            self._failure = error
            self._owner.cancel()
        else:
            log.error("task.failed", task=task.get_name(), exc_info=error)
