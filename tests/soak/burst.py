"""M-07: ten thousand reminders fall due in one minute, with Telegram's limits on, and nobody is killed."""

import asyncio
import itertools
import random
import re
import signal
import socket
import time
from contextlib import AsyncExitStack

import aiohttp

from tests.soak.history import History, share
from tests.soak.process import resident_mb
from tests.soak.prompts import LIMIT, Scene, scene
from tests.soak.report import Asked, Report
from tests.soak.telegram import Telegram

DUE, DUE_SHORT = 10_000, 100
A_SECOND, SLACK = 25, 1.025  # 10,000 in 410 s
MEMORY_MB = 200.0
LAG_SECONDS = 0.05
LOOK_SECONDS = 1.0
_LAG = re.compile(r'^toehold_loop_lag_seconds_(?:bucket\{le="([^"]+)"\}|(count)) ([0-9.e+]+)$', re.MULTILINE)


async def run(asked: Asked) -> Report:
    due = asked.either(asked.due, DUE, DUE_SHORT)
    history = History()
    telegram = Telegram(history, random.Random(asked.seed))
    file = asked.folder / "toehold.sqlite"
    async with AsyncExitStack() as around:
        await around.enter_async_context(telegram.running())
        place = await asyncio.to_thread(scene, asked, file, file, telegram, due)
        around.callback(place.ledger.close)
        port = _free_port()
        place.settings["TOEHOLD_HEALTH_PORT"] = str(port)
        process = place.process()
        around.push_async_callback(process.close)
        await process.start()
        most, drained = await _watch(place, process.pid, due)
        late = await _share_of_late(port)
        code, _ = await process.end(signal.SIGTERM)
        faults = [] if drained else ["O1: something was still owed when the patience was over"]
        faults += await asyncio.to_thread(place.judge)
    sent = sorted(each.at for each in history.messages if each.is_copy)
    took = sent[-1] - sent[0] if sent else 0.0
    faults += _targets(history, len(sent), took, most, late, code, asked.quick)
    figures = {
        "sent": f"{len(sent):,} in {took:.0f} s ({len(sent) / max(took, 0.001):.2f}/s)",
        "429": str(history.refused),
        "most in any second": str(_most(sent)),
        "memory": f"{most:.0f} MB",
        "loop lag": f"{1 - late:.1%} of looks ≤ {LAG_SECONDS * 1000:.0f} ms",
        "gap between sends p99": f"{share((b - a for a, b in itertools.pairwise(sent)), 0.99) * 1000:.0f} ms",
    }
    target = (
        f"≤ {due / A_SECOND * SLACK:.0f} s; 0 × 429; O7; < {MEMORY_MB:.0f} MB; lag p99 < {LAG_SECONDS * 1000:.0f} ms"
    )
    return Report("M-07", f"{due:,} due in one minute, Telegram's limits on", target, figures, faults)


async def _watch(place: Scene, pid: int, due: int) -> tuple[float, bool]:
    """The most memory that was seen, and whether everything came to its end in time."""
    most, until = 0.0, time.monotonic() + 60 + due / 10
    while place.ledger.left():
        if time.monotonic() > until:
            return most, False
        most = max(most, resident_mb(pid))
        await asyncio.sleep(LOOK_SECONDS)
    return max(most, resident_mb(pid)), True


async def _share_of_late(port: int) -> float:
    """Of all looks at the event loop, how many found it later than the target; from the bot's own /metrics."""
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/metrics") as answer:
        text = await answer.text()
    found = {bound or count: float(value) for bound, count, value in _LAG.findall(text)}
    return 1 - found[str(LAG_SECONDS)] / found["count"] if found.get("count") else 0.0


def _targets(history: History, sent: int, took: float, memory: float, late: float, code: int, quick: bool) -> list[str]:
    faults = [f"target: {history.refused} × 429"] if history.refused else []
    faults += [f"target: exit code {code}"] if code else []
    if quick:  # a test does not look at a stopwatch, nor at a machine that others keep busy
        return faults
    if took > sent / A_SECOND * SLACK:
        faults.append(f"target: {took:.0f} s for {sent}")
    if memory >= MEMORY_MB:
        faults.append(f"target: {memory:.0f} MB")
    if late > 0.01:
        faults.append(f"target: the loop was later than {LAG_SECONDS:g} s in {late:.1%} of looks")
    return faults


def _most(times: list[float]) -> int:
    first, most = 0, 0
    for place, at in enumerate(times):
        while times[first] <= at - LIMIT.seconds:
            first += 1
        most = max(most, place - first + 1)
    return most


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
