"""M-04 and M-26: people press, and the bot is killed or asked to stop in the middle of it; every press counts once."""

import asyncio
import random
import re
import signal
import socket
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import people
from benchmarks.crowd import UP
from benchmarks.people import Open
from bot.store import streak
from bot.store.opening import attach
from tests.soak import known, oracles
from tests.soak.history import History, share
from tests.soak.kills import Killer
from tests.soak.ledger import Ledger
from tests.soak.process import Process
from tests.soak.report import Asked, Report
from tests.soak.telegram import TOKEN, Telegram
from tests.soak.webhook import Bringer

PRESSES, KILLS, STOPS = 10_000, 200, 100
PRESSES_SHORT, KILLS_SHORT = 200, 3
PEOPLE, PEOPLE_SHORT = 300, 40
WAITING_MOST = 48  # presses that are not answered yet: those who wait do not press again
STOP_SECONDS = 8.0
PATIENCE = 120.0
SECRET = "soak-canary-of-the-webhook"
MESSAGE = 7
_REVISION = re.compile(r"1p\.[\w-]+\.(\d+)\.")


@dataclass(slots=True)
class Crowd:
    """Everybody in turn: seven rounds up, seven down again (Undo), one revision a press; so it is known what must be counted."""

    telegram: Telegram
    sessions: list[Open]
    total: int
    pressed: int = 0

    async def press(self) -> None:
        """Until all have pressed; never more at once than wait for an answer."""
        telegram = self.telegram
        while self.pressed < self.total:
            await telegram.until(lambda: self.pressed - len(telegram.answered) < WAITING_MOST, PATIENCE)
            step, who = divmod(self.pressed, len(self.sessions))
            session = self.sessions[who]
            move = "d" if step % (2 * UP) < UP else "u"
            telegram.press(str(session.chat), f"1p.{session.session}.{session.rev + step}.{move}.", MESSAGE)
            self.pressed += 1

    def by_hand(self) -> dict[str, tuple[int, int]]:
        """By chat: the revision and the rounds that count, from the presses alone."""
        turns = Counter(press.chat for press in self.telegram.history.presses)
        return {
            str(session.chat): (session.rev + turns[str(session.chat)], _height(turns[str(session.chat)]))
            for session in self.sessions
        }


async def killed(asked: Asked) -> Report:
    return await _run(asked, "M-04", signal.SIGKILL, KILLS, webhook=False)


async def killed_behind_a_webhook(asked: Asked) -> Report:
    return await _run(asked, "M-04w", signal.SIGKILL, KILLS, webhook=True)


async def stopped(asked: Asked) -> Report:
    return await _run(asked, "M-26", signal.SIGTERM, STOPS, webhook=False)


async def _run(asked: Asked, id: str, by: signal.Signals, full: int, *, webhook: bool) -> Report:  # noqa: A002
    presses, kills = asked.either(asked.due, PRESSES, PRESSES_SHORT), asked.either(asked.kills, full, KILLS_SHORT)
    history, chance, file = History(), random.Random(asked.seed), asked.folder / "toehold.sqlite"
    # The limits of Telegram are on; a chat may show a card a second, so the crowd is large.
    telegram = Telegram(history, chance)
    async with AsyncExitStack() as around:
        await around.enter_async_context(telegram.running())
        crowd_size = PEOPLE_SHORT if asked.quick else PEOPLE
        await asyncio.to_thread(people.fill_practising, file, crowd_size, datetime.now(UTC))
        crowd = Crowd(telegram, people.open_sessions(file), presses)
        settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url}
        tasks = await around.enter_async_context(asyncio.TaskGroup())
        working = [tasks.create_task(crowd.press())]
        if webhook:
            port = _free_port()
            settings |= {
                "TELEGRAM_WEBHOOK_URL": "https://bot.example.org/telegram",
                "TELEGRAM_WEBHOOK_SECRET": SECRET,
                "TOEHOLD_WEBHOOK_PORT": str(port),
            }
            working.append(tasks.create_task(Bringer(telegram, f"http://127.0.0.1:{port}").run()))
        process, ledger = Process(asked.folder, settings), Ledger(file)
        around.callback(ledger.close)
        around.push_async_callback(process.close)
        # Who stops politely is only asked once it works: before that nothing listens to a signal.
        killer = Killer(
            process,
            chance,
            history,
            telegram.until,
            lambda: len(telegram.answered),
            presses / kills * 0.6,
            ledger.sending,
            by=by,
            first_of=("edit",),
            most=presses,
            within_start=0.15 if by is signal.SIGKILL else 0.0,
        )
        began = time.monotonic()
        while len(killer.codes) < kills and not killer.is_over:
            await killer.kill()
        await process.start()
        drained = await telegram.until(lambda: len(telegram.answered) >= presses, PATIENCE + presses / 20)
        drained = drained and await _settled(ledger)
        took = time.monotonic() - began
        await process.end(signal.SIGTERM)
        for task in working:
            task.cancel()
        faults = killer.faults
        faults += [] if drained else [f"O3: of {presses} presses {len(telegram.answered)} were answered in time"]
        faults += await _judge(asked, crowd, ledger, file)
        if by is signal.SIGTERM:
            faults += _stops(history, killer.codes, asked.quick)
    verb = "SIGTERM" if by is signal.SIGTERM else "kill -9"
    title = f"{presses:,} presses by {'webhook' if webhook else 'poll'}, {verb} × {len(killer.codes)}, SQLite"
    target = (
        f"exit ≤ {STOP_SECONDS:g} s, code 0, 0 lost, 0 doubled" if by is signal.SIGTERM else "0 lost, 0 counted twice"
    )
    return Report(id, title, target, _figures(history, ledger, by, took), faults)


async def _settled(ledger: Ledger) -> bool:
    """Whether every press is marked as answered, which comes after its answer."""
    for _ in range(100):
        if not ledger.unanswered():
            return True
        await asyncio.sleep(0.1)
    return False


async def _judge(asked: Asked, crowd: Crowd, ledger: Ledger, file: Path) -> list[str]:
    history = crowd.telegram.history
    logs = {each.name: each.read_text(errors="replace") for each in asked.folder.glob("*.log")}
    shown = [
        (each.chat, int(found[1]))
        for each in history.messages
        for data in each.buttons[:1]
        if (found := _REVISION.match(data))
    ]
    return [
        *oracles.o3_one_effect_each(history.presses, ledger.effects()),
        *oracles.o4_counted_right(ledger.standing(), crowd.by_hand(), "revision and rounds"),
        *await _streaks(file),
        *oracles.o5_in_order(shown),
        *oracles.o8_no_secrets(logs, [TOKEN, SECRET]),
        *oracles.o9_whole(*ledger.integrity()),
        *oracles.o10_known_and_escaped((each for each in history.messages if each.text), known.lines()),
    ]


async def _streaks(file: Path) -> list[str]:
    """The streak that is kept beside the one from all facts."""
    store = attach(file)
    try:
        now = datetime.now(UTC)
        equal = await store.read(lambda tx: streak.compared(tx, now, "", PEOPLE))
    finally:
        await store.close()
    return oracles.o4_counted_right(dict(equal), dict.fromkeys(dict(equal), True))


def _stops(history: History, codes: list[int], quick: bool) -> list[str]:
    faults = [f"target: exit code {code} after SIGTERM" for code in codes if code]
    slowest = max((life.took for life in history.lives), default=0.0)
    if not quick and slowest > STOP_SECONDS:
        faults.append(f"target: {slowest:.1f} s to stop")
    return faults


def _figures(history: History, ledger: Ledger, by: signal.Signals, took: float) -> dict[str, str]:
    effects = ledger.effects()
    starts = [life.to_first for life in history.lives if life.to_first is not None]
    stops = [life.took for life in history.lives]
    figures = {
        "presses": f"{len(history.presses):,}",
        "lost": str(sum(not effects.get(press.key) for press in history.presses)),
        "start to first card": f"p50 {share(starts, 0.5):.2f} s, p99 {share(starts, 0.99):.2f} s (n={len(starts)})",
    }
    if by is signal.SIGTERM:
        figures["exit"] = f"p50 {share(stops, 0.5):.2f} s, most {max(stops, default=0.0):.2f} s"
    return figures | {"429": str(history.refused), "took": f"{took:.0f} s"}


def _height(turns: int) -> int:
    place = turns % (2 * UP)
    return min(place, 2 * UP - place)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
