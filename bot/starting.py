"""A start waits for a database server that is not there yet: after a power cut it may come up later than we do."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from bot.store.faults import StoreBusy, StoreFault, StoreUnreachable
from bot.store.opening import Where, inspect_database

PAUSES = (1, 2, 4, 8, 15, 15, 15)  # seconds: a minute in all, then whoever keeps us running may start us again

# What the server says, or libpq says of it, that no waiting mends.
_WRONG = ("authentication", "password", "does not exist", "pg_hba.conf", "permission denied", "SSL", "certificate")


async def wait_for_server(
    where: Where, stop: asyncio.Event, say: Callable[[StoreFault, int], object], pauses: Sequence[int] = PAUSES
) -> None:
    """Return when it answers, whatever it answers, or when `stop` is set. Tells each vain try, with the seconds until the next.

    Raises StoreFault in the end.
    """
    if not isinstance(where, str):
        return
    for seconds in (*pauses, None):
        try:
            await asyncio.to_thread(inspect_database, where)
        except StoreFault as fault:
            if not may_pass(fault):
                return  # the start says it
            if seconds is None:
                raise
            say(fault, seconds)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)
            if stop.is_set():
                return
        else:
            return


def may_pass(fault: StoreFault) -> bool:
    return isinstance(fault, StoreBusy | StoreUnreachable) and not any(each in str(fault) for each in _WRONG)
