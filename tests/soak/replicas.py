"""M-02: three replicas on one PostgreSQL database share the reminders that are due, and a random one of them is killed each time.

Whoever is killed is started again at once. If it was the one that sends, another takes over when its lease has run out.
"""

import asyncio
import random
import signal
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

from tests.soak.history import History, Life, Message, share
from tests.soak.kills import AFTER_SECONDS
from tests.soak.process import Process
from tests.soak.prompts import DOUBT_SECONDS, Scene, database, figures, scene, targets
from tests.soak.report import Asked, Report
from tests.soak.telegram import Telegram

DUE, KILLS, REPLICAS = 10_000, 200, 3
DUE_SHORT, KILLS_SHORT = 200, 4
LEASE_SECONDS = 30.0  # bot/duty.py's
TAKE_OVER_SECONDS = LEASE_SECONDS + 15.0
GAP_SECONDS = 5.0  # a silence for so long after a kill is a take-over: it was the one that sent


async def run(asked: Asked) -> Report:
    due, kills = asked.either(asked.due, DUE, DUE_SHORT), asked.either(asked.kills, KILLS, KILLS_SHORT)
    history, chance = History(), random.Random(asked.seed)
    telegram = Telegram(history, chance)
    async with AsyncExitStack() as around:
        where, file = around.enter_context(database(asked, on_server=True))
        await around.enter_async_context(telegram.running())
        place = await asyncio.to_thread(scene, asked, where, file, telegram, due)
        around.callback(place.ledger.close)
        replicas = [place.process(f"replica-{number}") for number in range(1, REPLICAS + 1)]
        for each in replicas:
            around.push_async_callback(each.close)
            await each.start()
        began = time.monotonic()
        codes = [await _kill_one(place, replicas, due / kills * 0.9) for _ in range(kills)]
        drained = await place.drained(due / 20 + 4 * DOUBT_SECONDS + TAKE_OVER_SECONDS)
        took = time.monotonic() - began
        for each in replicas:
            await each.end(signal.SIGTERM)
        faults = [] if drained else ["O1: something was still owed when the patience was over"]
        faults += [f"process: a replica ended by itself with code {code}" for code in codes if code != -signal.SIGKILL]
        faults += await asyncio.to_thread(place.judge)
    taken = [gap for gap in _silences(history.messages, history.lives) if gap > GAP_SECONDS]
    faults += [f"target: {gap:.0f} s until another took over" for gap in taken if gap > TAKE_OVER_SECONDS]
    faults += targets(history, kills, quick=True)
    seen = figures(history, took)
    del seen["start to first send"]
    most = max(taken, default=0.0)
    seen["take-over"] = f"p50 {share(taken, 0.5):.0f} s, most {most:.0f} s (n={len(taken)})"
    title = f"{due:,} due, kill -9 × {kills} of a random one of {REPLICAS} replicas, PostgreSQL"
    return Report("M-02", title, f"0 lost; as M-01; take-over ≤ {TAKE_OVER_SECONDS:g} s", seen, faults)


async def _kill_one(place: Scene, replicas: list[Process], each: float) -> int:
    """When some more messages were seen, or nobody took over in time: one of them dies, and is started again. Its exit code."""
    messages, chance = place.history.messages, place.chance
    goal = len(messages) + chance.randint(1, max(1, round(2 * each) - 1))
    await place.telegram.until(lambda: len(messages) >= goal, TAKE_OVER_SECONDS + GAP_SECONDS)
    await asyncio.sleep(chance.uniform(0, AFTER_SECONDS))
    victim = chance.choice(replicas)
    code, took = await victim.end(signal.SIGKILL)
    # If it was the one that sends, nobody else does until its lease has run out: what is on the wire is its own.
    sending = await asyncio.to_thread(place.ledger.sending)
    place.history.lives.append(Life(victim.began, time.monotonic(), "SIGKILL", sending, took=took))
    place.someone_presses(sending)
    await victim.start()
    return code


def _silences(messages: Sequence[Message], lives: Sequence[Life]) -> list[float]:
    """From each kill to the next message."""
    times = [each.at for each in messages]
    following = ((life.ended, next((at for at in times if at > life.ended), None)) for life in lives)
    return [at - ended for ended, at in following if at is not None]
