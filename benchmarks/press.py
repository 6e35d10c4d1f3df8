"""What does a press cost, from Telegram's update to the answered tap and the redrawn card: ours against a bare handler?"""

import asyncio
import os
import shutil
import signal
import sqlite3
import statistics
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine, people
from benchmarks.crowd import Crowd, Tap
from benchmarks.model import PLATFORM
from benchmarks.process import Failed, running, toehold
from benchmarks.server import TOKEN, Server
from benchmarks.tables import ratio, table

PEOPLE = 300
LATENCIES = (0.0, 0.05)
RATES = (20, 60)
SECONDS, SECONDS_QUICK = 10.0, 5.0
BACKLOG, BACKLOG_QUICK = 1_000, 300
REPEATS = 3
WARM_UP = 30
GRACE_SECONDS = 2.0  # how long the last presses of an open loop are waited for
BACKLOG_SECONDS = 10.0  # and a backlog: the slowest contender would take minutes
DRAIN_SECONDS = 120.0
BEHIND = 0.98  # less than this share done in time: it does not keep up


class WrongEffect(Exception):
    """What the database holds is not what was pressed."""


@dataclass(frozen=True, slots=True)
class Contender:
    name: str
    options: tuple[str, ...] | None = None  # of the bare handler; None: ours


OURS = Contender("Toehold, all kept in SQLite")
BARE = (
    Contender("bare handler, as PTB ships it", ()),
    Contender("bare, concurrent_updates=32", ("--concurrent", "32")),
    Contender("bare, 32, over our transport", ("--concurrent", "32", "--aiohttp")),
)


@dataclass(slots=True)
class Cell:
    """One contender under one load: a value for each repetition. `rate`: done a second; times in milliseconds."""

    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    behind: bool = False


def run(folder: Path, quick: bool, patience: float) -> str:
    return asyncio.run(_run(folder, quick, patience))


async def _run(folder: Path, quick: bool, patience: float) -> str:
    cells: dict[tuple[Contender, float, int], Cell] = {}
    for _ in range(1 if quick else REPEATS):
        for latency in LATENCIES:
            for rate in (*RATES, 0):
                for contender in (OURS, *BARE):
                    cell = cells.setdefault((contender, latency, rate), Cell())
                    await asyncio.to_thread(machine.wait_for_quiet, patience)
                    await _measure(folder, contender, latency, rate, quick, cell)
                    print(".", end="", file=sys.stderr, flush=True)
    return "\n".join(_table(latency, cells) for latency in LATENCIES)


async def _measure(folder: Path, contender: Contender, latency: float, rate: int, quick: bool, cell: Cell) -> None:
    data = folder / "press"
    data.mkdir()
    database = data / "toehold.sqlite"
    await asyncio.to_thread(people.fill_practising, database, PEOPLE, datetime.now(UTC))
    crowd = Crowd(people.open_sessions(database))
    server = Server(crowd, latency)
    async with server.running(), _started(contender, server, data) as process:
        await server.polled.wait()
        _press(server, WARM_UP)
        await _settled(crowd, DRAIN_SECONDS)
        others, used = machine.Others(os.getpid(), process), machine.cpu_seconds(process)
        first = len(crowd.taps)
        began = asyncio.get_running_loop().time()
        if rate:
            await _evenly(server, rate, SECONDS_QUICK if quick else SECONDS)
            await _settled(crowd, GRACE_SECONDS)
        else:
            _press(server, BACKLOG_QUICK if quick else BACKLOG)
            await _settled(crowd, BACKLOG_SECONDS)
        _note(cell, crowd.taps[first:], began, used, machine.cpu_seconds(process), others.share())
        if contender is OURS:
            await _settled(crowd, DRAIN_SECONDS)
            await _check(database, crowd)
    shutil.rmtree(data)


@asynccontextmanager
async def _started(contender: Contender, server: Server, data: Path) -> AsyncIterator[int]:
    """The contender as a process of its own; started in a thread, for it calls the server before it is ready."""
    settings = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": server.url,
        "TOEHOLD_DATA_DIR": str(data),
        "TOEHOLD_HEALTH_PORT": "0",
        "TOEHOLD_LOG_LEVEL": "INFO",
    }
    if contender.options is None:
        process = toehold(data, settings)
    else:
        command = [sys.executable, "-m", "benchmarks.bare", server.url, TOKEN, *contender.options]
        process = running(command, data, {}, signal.SIGKILL)  # it would first work off its queue
    with ExitStack() as stack:
        number, _ = await asyncio.to_thread(stack.enter_context, process)
        try:
            yield number
        finally:
            await asyncio.to_thread(stack.close)


def _press(server: Server, count: int) -> None:
    now = asyncio.get_running_loop().time()
    for _ in range(count):
        server.press(now)


async def _evenly(server: Server, rate: int, seconds: float) -> None:
    """An open loop: presses come at their time, whether the ones before were answered or not."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - loop.time()))
        server.press(due)


async def _settled(crowd: Crowd, seconds: float) -> None:
    """Return when every tap is done, at the latest after `seconds`."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await crowd.settled.wait()


def _note(
    cell: Cell, taps: list[Tap], began: float, used: float | None, used_now: float | None, others: float | None
) -> None:
    took = sorted(tap.took * 1000 for tap in taps if tap.took is not None)
    last = max((max(tap.answered or 0.0, tap.drawn or 0.0) for tap in taps if tap.took is not None), default=began)
    if len(took) < 2:
        raise Failed(f"{len(taps)} presses, and {len(took)} were answered")
    cell.behind |= len(took) < BEHIND * len(taps)
    cell.p50.append(statistics.median(took))
    cell.p99.append(took[int(0.99 * (len(took) - 1))])
    cell.rate.append(len(took) / (last - began))
    if used is not None and used_now is not None:
        cell.cpu.append((used_now - used) / len(took) * 1000)
    if others is not None:
        cell.others.append(others)


async def _check(database: Path, crowd: Crowd) -> None:
    """Every press has had exactly one effect, and its inbox row says that it was done and answered."""
    presses = len(crowd.taps)
    expected = (presses, crowd.rounds_done(presses), presses, presses, 0)
    found: tuple[int, ...] = ()
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as tx:
        for _ in range(50):  # the last rows are marked as answered after the server has seen the answer
            found = tx.execute(_EFFECTS, (PLATFORM,)).fetchone()
            if found == expected:
                return
            await asyncio.sleep(0.1)
    raise WrongEffect(f"moves, rounds, done, answered, quarantined: expected {expected}, found {found}")


_EFFECTS = f"""
SELECT (SELECT SUM(rev) FROM session) - {PEOPLE},
       (SELECT COUNT(*) FROM round_done WHERE undone_at IS NULL),
       (SELECT COUNT(done_at) FROM inbox WHERE CAST(update_key AS INTEGER) > 0),
       (SELECT COUNT(answered_at) FROM inbox WHERE CAST(update_key AS INTEGER) > 0),
       (SELECT COUNT(quarantined) FROM inbox WHERE platform = ?)
"""


def _table(latency: float, cells: Mapping[tuple[Contender, float, int], Cell]) -> str:
    """The figures of every contender; then ours divided by each bare one's."""

    def cell(who: Contender, rate: int) -> Cell:
        return cells[who, latency, rate]

    head = ("", *(f"{rate}/s: p50 / p99" for rate in RATES), "backlog", "CPU a press", "others")
    rows = [(who.name, *(_waits(cell(who, rate)) for rate in RATES), *_drained(cell(who, 0))) for who in (OURS, *BARE)]
    against = ("ours / …", *(f"{rate}/s: p50 / p99" for rate in RATES), "backlog", "CPU a press")
    ratios = [
        (
            who.name,
            *(_ratios(cell(OURS, rate), cell(who, rate)) for rate in RATES),
            *_ratio_drained(cell(OURS, 0), cell(who, 0)),
        )
        for who in BARE
    ]
    return f"{latency * 1000:.0f} ms of network latency a call:\n\n{table(head, rows)}\n{table(against, ratios)}"


def _waits(cell: Cell) -> str:
    if cell.behind:
        return f"falls behind ({_mid(cell.rate):.0f}/s)"
    return f"{_mid(cell.p50):.0f} / {_mid(cell.p99):.0f} ms"


def _ratios(ours: Cell, other: Cell) -> str:
    if ours.behind or other.behind:
        return "–"
    return f"{ratio(_mid(ours.p50), _mid(other.p50))} / {ratio(_mid(ours.p99), _mid(other.p99))}"


def _drained(cell: Cell) -> tuple[str, str, str]:
    cpu = f"{_mid(cell.cpu):.1f} ms" if cell.cpu else "?"
    return f"{_mid(cell.rate):.0f}/s", cpu, f"{max(cell.others):.0%}" if cell.others else "?"


def _ratio_drained(ours: Cell, other: Cell) -> tuple[str, str]:
    cpu = ratio(_mid(ours.cpu), _mid(other.cpu)) if ours.cpu and other.cpu else "?"
    return ratio(_mid(ours.rate), _mid(other.rate)), cpu


def _mid(values: list[float]) -> float:
    return statistics.median(values)
