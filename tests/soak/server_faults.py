"""M-12: a PostgreSQL server that hangs up, restarts, refuses to write, and loses the answers to commits.

Work goes on all the time: numbered units, each of which reads a count, adds one and writes down its own name. At the end
the count, the names and what the callers were told must agree: none missing, none twice, none that was refused but done.
"""

import asyncio
import re
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from bot.store.faults import StoreFault
from bot.store.opening import open_store
from bot.store.unit import Store, Tx
from tests.bot.store.witness import count_up, name_one
from tests.kit.postgres import PATIENCE, Cable, Server, connected, running
from tests.soak.report import Asked, Report

AT_ONCE = 8
HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'toehold'"


@dataclass
class Tally:
    """What the callers were told."""

    done: list[str] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    slowest: float = 0.0
    number: int = 0


def unit(name: str) -> Callable[[Tx], int]:
    def work(tx: Tx) -> int:
        name_one(name)(tx)
        return count_up(tx)

    return work


async def work(store: Store, tally: Tally, going: Callable[[], bool]) -> None:
    """Eight people who never rest."""

    async def one() -> None:
        while going():
            tally.number += 1
            name = f"n{tally.number}"
            began = time.monotonic()
            try:
                tally.counts.append(await store.run(unit(name)))
                tally.done.append(name)
            except StoreFault:
                tally.refused.append(name)
            tally.slowest = max(tally.slowest, time.monotonic() - began)

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))


def judge(url: str, tally: Tally) -> list[str]:
    with connected(url) as other:
        names = [name for (name,) in other.execute("SELECT name FROM local_persona").fetchall()]
        found = other.execute("SELECT offset_seconds FROM travel WHERE name = 'tally'").fetchall()
    count = found[0][0] if found else 0
    wrong = []
    if set(tally.done) - set(names):
        wrong.append(f"told as done, and not there: {sorted(set(tally.done) - set(names))[:5]}")
    if set(tally.refused) & set(names):
        wrong.append(f"told as failed, and done: {sorted(set(tally.refused) & set(names))[:5]}")
    if len(names) != count or count != len(tally.done):
        wrong.append(f"{len(names)} names, a count of {count}, {len(tally.done)} done")
    if len(set(tally.counts)) != len(tally.counts):
        wrong.append("two units saw the same count")
    return wrong


@asynccontextmanager
async def at_work(url: str, tally: Tally) -> AsyncIterator[Store]:
    store = open_store(url)
    stopped = threading.Event()
    task = asyncio.create_task(work(store, tally, lambda: not stopped.is_set()))
    try:
        yield store
    finally:
        stopped.set()
        await task
        await store.close()


@contextmanager
def fresh(server: Server) -> Iterator[str]:
    url = server.create("migrated")
    try:
        yield url
    finally:
        server.drop(url)


async def hung_up_on(server: Server, seconds: float, every: float = 0.2) -> tuple[str, list[str]]:
    """Every connection of the store is ended, again and again."""
    tally, times = Tally(), 0
    with fresh(server) as url:
        async with at_work(url, tally):
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                await asyncio.sleep(every)
                await asyncio.to_thread(server.execute, HANG_UP)
                times += 1
        wrong = judge(url, tally)
    return f"{len(tally.done):,} units beside {times} times all backends ended, {len(tally.refused)} refused", wrong


async def read_only(server: Server, seconds: float) -> tuple[str, list[str]]:
    """As after a fail-over: the server takes no writes, then it does again."""
    tally = Tally()
    with fresh(server) as url:
        name = url.rpartition("/")[2]
        async with at_work(url, tally):
            await asyncio.sleep(1)
            server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
            server.execute(HANG_UP)
            await asyncio.sleep(seconds)
            before = len(tally.done)
            server.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
            server.execute(HANG_UP)
            back = time.monotonic()
            while len(tally.done) == before:  # noqa: ASYNC110 - threads do it
                await asyncio.sleep(0.01)
            healed = time.monotonic() - back
            await asyncio.sleep(1)
        wrong = judge(url, tally)
    if not tally.refused and seconds > 20:
        wrong.append("nobody was told that nothing can be written")
    return f"{len(tally.done):,} units, {len(tally.refused)} refused, first write {healed:.1f} s after it may", wrong


async def answers_lost(server: Server, times: int) -> tuple[str, list[str]]:
    """The server gets each of these COMMITs, and nobody hears its answer."""
    tally, lost = Tally(), 0
    with fresh(server) as url, Cable(server) as cable:
        store = open_store(re.sub(r":\d+/", f":{cable.port}/", url))
        try:
            while lost < times:
                cable.cuts.append("answer")
                lost += 1
                tally.number += 1
                try:
                    tally.counts.append(await store.run(unit(f"n{tally.number}")))
                    tally.done.append(f"n{tally.number}")
                except StoreFault:
                    tally.refused.append(f"n{tally.number}")
        finally:
            await store.close()
        wrong = judge(url, tally)
        left = len(cable.cuts)
    if left:
        wrong.append(f"{left} cuts were never made")
    return f"{lost - left:,} answers of COMMIT lost, {len(tally.done):,} units done once", wrong


async def restarted(seconds: float) -> tuple[str, list[str]]:
    """The server is stopped in the middle of the work (fast shutdown) and comes back on the same data."""
    tally, times = Tally(), 0
    with running() as server, fresh(server) as url:
        async with at_work(url, tally):
            end = time.monotonic() + seconds
            while time.monotonic() < end or not times:
                await asyncio.sleep(2)
                server.restart()
                times += 1
            before, since = len(tally.done), time.monotonic()
            while len(tally.done) == before and time.monotonic() - since < PATIENCE:  # noqa: ASYNC110 - threads do it
                await asyncio.sleep(0.01)
        wrong = judge(url, tally)
    return f"{len(tally.done):,} units beside {times} restarts, {len(tally.refused)} refused", wrong


async def run(asked: Asked) -> Report:
    """`--minutes`: how long backends are ended; `--kills`: how many answers are lost."""
    seconds = asked.minutes * 60 if asked.minutes is not None else (2.0 if asked.quick else 60.0)
    lost = asked.either(asked.kills, 1_000, 20)
    figures, faults = {}, list[str]()

    def note(name: str, result: tuple[str, list[str]]) -> None:
        figures[name] = result[0]
        faults.extend(f"{name}: {each}" for each in result[1])

    with running() as server:
        note("backends ended every 200 ms:", await hung_up_on(server, seconds))
        note("answers lost:", await answers_lost(server, lost))
        note("read-only:", await read_only(server, 2 if asked.quick else 30))
    note("restarts:", await restarted(1 if asked.quick else 20))
    target = "0 wrong, 0 doubled effects"
    title = "PostgreSQL: backends ended, server restarted, read-only, COMMIT cut"
    return Report("M-12", title, target, figures, faults)
