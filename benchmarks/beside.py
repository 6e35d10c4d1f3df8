"""How long does somebody who presses wait while an unthrottled burst of prompts is going out?"""

import asyncio
import shutil
import sqlite3
import statistics
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine, people
from benchmarks.crowd import Crowd
from benchmarks.process import Failed, client
from benchmarks.server import Server
from benchmarks.tables import table

PROMPTS, PROMPTS_QUICK = 10_000, 1_000
PRESSERS = 300
AT_ONCE = 4
PRESSES_A_SECOND = 20
LAST_SECONDS = 10.0  # how long the last presses are waited for, after the burst

_BUSY = f"SELECT person FROM room WHERE CAST(chat_id AS INTEGER) >= {people.FIRST_CHAT} + ?"


class _Both(Server):
    """The server that counts presses, and counts what is sent as well."""

    def __init__(self, crowd: Crowd) -> None:
        super().__init__(crowd, 0.0)
        self.sent = 0
        self.first, self.last = asyncio.Event(), 0.0

    async def _answer(self, method: str, body: bytes) -> str:
        if method != "sendmessage":
            return await super()._answer(method, body)
        self.sent += 1
        self.first.set()
        return f'{{"message_id":{self.sent + 100},"date":1790000000,"chat":{{"id":1,"type":"private"}},"text":"x"}}'


async def run(folder: Path, quick: bool, patience: float) -> str:
    count = PROMPTS_QUICK if quick else PROMPTS
    data = folder / "beside"
    data.mkdir()
    await asyncio.to_thread(_fill, data / "toehold.sqlite", count)
    crowd = Crowd(people.open_sessions(data / "toehold.sqlite"))
    await asyncio.to_thread(machine.wait_for_quiet, patience)
    server = _Both(crowd)
    loop = asyncio.get_running_loop()
    async with server.running():
        sending = asyncio.create_task(client(["ours", server.url, str(data), str(AT_ONCE), "free"]))
        first = asyncio.create_task(server.first.wait())
        await asyncio.wait((sending, first), return_when=asyncio.FIRST_COMPLETED)
        began = loop.time()
        while server.sent < count and not sending.done():
            due = began + len(crowd.taps) / PRESSES_A_SECOND
            await asyncio.sleep(max(0.0, due - loop.time()))
            server.press(due)
        rate = server.sent / (loop.time() - began)
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_SECONDS):
                await crowd.settled.wait()
        told = await sending
    took = sorted(tap.took * 1000 for tap in crowd.taps if tap.took is not None)
    if server.sent != count or len(took) < len(crowd.taps):
        raise Failed(f"{count} prompts, {server.sent} arrived; {len(crowd.taps)} presses, {len(took)} were answered")
    shutil.rmtree(data)
    row = (
        f"{count:,} prompts, {AT_ONCE} at once",
        f"{rate:.0f}/s",
        str(len(took)),
        f"{statistics.median(took):.0f} / {took[int(0.99 * (len(took) - 1))]:.0f} ms",
        f"{told['lag'] * 1000:.0f} ms",
        f"{told['memory']:.0f} MB",
    )
    head = (f"beside {PRESSES_A_SECOND} presses a second", "messages", "presses", "p50 / p99", "loop lag p99", "memory")
    return table(head, [row])


def _fill(database: Path, count: int) -> None:
    """`count` people whose prompt is due, and some who are in the middle of a session."""
    people.fill_practising(database, count + PRESSERS, datetime.now(UTC))
    with closing(sqlite3.connect(database)) as tx:
        tx.execute("DELETE FROM nudge")
        tx.execute("DELETE FROM inbox")
        tx.execute(f"DELETE FROM session WHERE person NOT IN ({_BUSY})", (count,))
        tx.execute(
            "UPDATE slot SET next_due_at = strftime('%Y-%m-%d %H:%M:%f', 'now', '-30 seconds') || '000',"
            f" next_label = date('now') WHERE person NOT IN ({_BUSY})",
            (count,),
        )
        tx.execute(
            "UPDATE slot SET next_due_at = strftime('%Y-%m-%d %H:%M:%f', 'now', '+1 day') || '000'"
            f" WHERE person IN ({_BUSY})",
            (count,),
        )
        tx.commit()
