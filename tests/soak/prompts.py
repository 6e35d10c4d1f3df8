"""M-01, and M-02 with one process: reminders that fall due together, and a process that is killed while it sends them."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from scheduler.pacing import Window
from tests.kit import postgres
from tests.soak import known, oracles, people
from tests.soak.history import History, share
from tests.soak.kills import Killer
from tests.soak.ledger import Ledger
from tests.soak.process import Process
from tests.soak.report import Asked, Report
from tests.soak.telegram import TOKEN, Telegram

DUE, KILLS = 10_000, 200
DUE_SHORT, KILLS_SHORT = 100, 3
IN_FLIGHT = 4
DOUBT_SECONDS = 90.0
MEAN_MOST, FIRST_SECONDS = 2.5, 2.0  # the targets of the matrix
KILLS_FOR_A_MEAN = 20
PRESSED = 0.5  # of those whose message was on the wire at a kill: they have it, and press
LIMIT = Window(30, 1.0)
LOOK_SECONDS = 0.5


@dataclass(slots=True)
class Scene:
    """Where the bot stands: its people, its database, and Telegram."""

    asked: Asked
    chance: random.Random
    history: History
    telegram: Telegram
    ledger: Ledger
    chats: list[str]
    silent: list[str]
    settings: dict[str, str]

    def someone_presses(self, sending: frozenset[str]) -> None:
        """Of those whose message had arrived when its sender died, some press its first button."""
        copies = self.history.copies()
        for mark in sorted(sending):
            if mark in copies and self.chance.random() < PRESSED:
                seen = copies[mark][-1]
                self.telegram.press(seen.chat, seen.buttons[0], seen.message)

    def process(self, name: str = "toehold") -> Process:
        return Process(self.asked.folder, self.settings, name)

    async def drained(self, seconds: float) -> bool:
        """Whether everything came to its end in time."""
        until = time.monotonic() + seconds
        while self.ledger.left() or self.ledger.unanswered():
            if time.monotonic() > until:
                return False
            if self.asked.quick:
                self.ledger.pass_doubt()
            await asyncio.sleep(LOOK_SECONDS)
        return True

    def judge(self, explained: dict[str, int] | None = None) -> list[str]:
        """What all runs with reminders promise."""
        history, copies, rows = self.history, self.history.copies(), self.ledger.rows()
        begun = {chat: count for chat, count in self.ledger.sessions().items() if count}
        # Each press begins one: a session in which nothing was done is closed by the next.
        pressed = Counter(press.chat for press in history.presses)
        logs = {file.name: file.read_text(errors="replace") for file in self.asked.folder.glob("*.log")}
        return [
            *oracles.o1_none_lost(self.chats, rows, copies),
            *oracles.o2_copies_within_bound(copies, history.lives, explained),
            *oracles.o2_a_press_proves(copies, history.presses),
            *oracles.o3_one_effect_each(history.presses, self.ledger.effects()),
            *oracles.o4_counted_right(begun, pressed, "sessions begun"),
            *oracles.o5_in_order((seen[0].chat, int(mark, 16)) for mark, seen in copies.items()),
            *oracles.o6_silent_where_unwanted(history.messages, self.silent),
            *oracles.o7_within_limits([each for each in history.messages if each.shown], LIMIT),
            *oracles.o8_no_secrets(logs | {"a message": "".join(each.text for each in history.messages)}, [TOKEN]),
            *oracles.o9_whole(*self.ledger.integrity()),
            *oracles.o10_known_and_escaped((each for each in history.messages if each.text), known.lines()),
        ]


@contextmanager
def database(asked: Asked, on_server: bool) -> Iterator[tuple[Path | str, Path]]:
    """Where the people are to live, and a SQLite file to make them in."""
    file = asked.folder / "toehold.sqlite"
    if not on_server:
        yield file, file
        return
    with postgres.running() as server:
        yield server.create("migrated"), asked.folder / "model.sqlite"


def scene(asked: Asked, where: Path | str, file: Path, telegram: Telegram, due: int) -> Scene:
    chats = people.fill_due(file, due, silent=max(1, due // 100))
    silent = people.silent_chats(file)
    settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url}
    if isinstance(where, str):
        people.copy(file, where)
        settings["DATABASE_URL"] = where
    ledger = Ledger(where)
    return Scene(asked, telegram.chance, telegram.history, telegram, ledger, chats, silent, settings)


async def on_sqlite(asked: Asked) -> Report:
    return await _run(asked, "M-01", on_server=False)


async def on_postgres(asked: Asked) -> Report:
    """One process on a server; `tests.soak.replicas` has three."""
    return await _run(asked, "M-02s", on_server=True)


async def _run(asked: Asked, id: str, *, on_server: bool) -> Report:  # noqa: A002
    due, kills = asked.either(asked.due, DUE, DUE_SHORT), asked.either(asked.kills, KILLS, KILLS_SHORT)
    history, chance = History(), random.Random(asked.seed)
    telegram = Telegram(history, chance)
    async with AsyncExitStack() as around:
        where, file = around.enter_context(database(asked, on_server))
        await around.enter_async_context(telegram.running())
        place = await asyncio.to_thread(scene, asked, where, file, telegram, due)
        around.callback(place.ledger.close)
        process = place.process()
        around.push_async_callback(process.close)
        killer = Killer(
            process,
            chance,
            history,
            telegram.until,
            lambda: len(history.messages),
            due / kills * 0.9,
            place.ledger.sending,
            place.someone_presses,
        )
        began = time.monotonic()
        for _ in range(kills):
            await killer.kill()
        await process.start()
        drained = await place.drained(due / 20 + 4 * DOUBT_SECONDS)
        took = time.monotonic() - began
        await process.close()
        faults = killer.faults + ([] if drained else ["O1: something was still owed when the patience was over"])
        faults += await asyncio.to_thread(place.judge)
        faults += targets(history, kills, asked.quick)
    title = f"{due:,} due, kill -9 × {kills}, {'PostgreSQL' if on_server else 'SQLite'}"
    return Report(id, title, TARGET, figures(history, took), faults)


TARGET = f"0 lost; copies ≤ on the wire (cap {IN_FLIGHT}), mean ≤ {MEAN_MOST:g}; first send ≤ {FIRST_SECONDS:g} s"


def extra(history: History) -> int:
    return sum(len(seen) - 1 for seen in history.copies().values())


def firsts(history: History) -> list[float]:
    return [life.to_first for life in history.lives if life.to_first is not None]


def targets(history: History, kills: int, quick: bool) -> list[str]:
    """What is promised beside the oracles. Times are judged in the full form alone: a test does not look at a stopwatch."""
    most = max((len(life.sending) for life in history.lives), default=0)
    faults = [f"target: {most} rows on the wire at a kill, the cap is {IN_FLIGHT}"] if most > IN_FLIGHT else []
    mean = extra(history) / max(1, kills)
    if mean > MEAN_MOST and kills >= KILLS_FOR_A_MEAN:
        faults.append(f"target: {mean:.2f} extra copies a kill")
    p99 = share(firsts(history), 0.99)
    if not quick and p99 > FIRST_SECONDS:
        faults.append(f"target: {p99:.2f} s from a start to the first send (p99)")
    return faults


def figures(history: History, took: float) -> dict[str, str]:
    starts, wire = firsts(history), [len(life.sending) for life in history.lives]
    return {
        "seen": f"{len(history.copies()):,}",
        "extra copies": f"{extra(history)} ({extra(history) / max(1, len(wire)):.2f} a kill)",
        "on the wire at a kill": f"mean {sum(wire) / max(1, len(wire)):.2f}, most {max(wire, default=0)}",
        "start to first send": f"p50 {share(starts, 0.5):.2f} s, p99 {share(starts, 0.99):.2f} s (n={len(starts)})",
        "presses": str(len(history.presses)),
        "429": str(history.refused),
        "took": f"{took:.0f} s",
    }
