"""The unit of work: one synchronous function, run in a worker thread, committed when it returns.

A unit may run more than once (a busy database, a lost connection, a neighbour's fault), so it must not do anything but read
and write rows; no network call can slip in, because it is not a coroutine. It must not catch the database's errors either:
the transaction may be gone by then. Two stores keep this promise: `bot/store/sqlite.py` and `bot/store/postgres.py`.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection

Tx: TypeAlias = Connection
T = TypeVar("T")

BUSY_SECONDS = 15.0  # how long a unit is tried again on a database that is busy or away, before the person is told


class Store(Protocol):
    """A database, open. Build it with `bot.store.opening.open_store`."""

    async def run(self, unit: Callable[[Tx], T]) -> T:
        """Run a unit and return its value after the commit. Cancelling the caller never cancels the unit.

        Raises StoreFault when the database failed (nothing was written), or what the unit itself raised.
        """

    async def read(self, query: Callable[[Tx], T]) -> T:
        """Run a query that cannot write. It sees one moment: what was committed before it began. Raises as `run` does."""

    async def checkpoint(self) -> None:
        """Let what was erased leave the database's files too, as far as that is in our hands."""

    async def close(self) -> None:
        """Finish the units that wait, then close. Waits for them, even when it is cancelled meanwhile."""


async def to_its_end(work: Callable[[], None]) -> None:
    """Run it in a thread and wait until it is done; a cancellation meanwhile counts only then."""
    ending = asyncio.get_running_loop().run_in_executor(None, work)
    cancelled = False
    while not ending.done():
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            cancelled = True
    ending.result()
    if cancelled:
        raise asyncio.CancelledError


def carried(error: BaseException) -> BaseException:
    """The same error in a form that a future can carry: a StopIteration would leave its caller waiting for ever."""
    return RuntimeError("a unit raised StopIteration") if isinstance(error, StopIteration) else error
