"""How fast do prompts that fall due in one minute leave: ours against a bare client, and against what Telegram allows?"""

import asyncio
import re
import shutil
import sqlite3
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from benchmarks import beside, machine, people
from benchmarks.model import BOT
from benchmarks.process import Failed, client
from benchmarks.tables import ratio, spread, table
from bot.platforms.telegram.limits import TOTAL
from tests.kit.telegram.faults import FloodControl, Refused

PROMPTS, PROMPTS_QUICK = 2_000, 500
REPEATS = 3
IN_FLIGHT = (4, 32)
BARE = (4, 32, 128)
OURS = "Toehold, TOEHOLD_IN_FLIGHT"
TOKEN = f"{BOT}:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw-bench"

_CHAT = re.compile(rb"chat_id=(-?\d+)")


class Server:
    """A lean Bot API that counts what arrives; with `limits` it refuses as Telegram does."""

    def __init__(self) -> None:
        self.url = ""
        self.limits: FloodControl | None = None
        self.arrived: list[float] = []
        self._now = asyncio.get_running_loop().time

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        server = web.Server(self._handle, access_log=None)
        listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        try:
            yield
        finally:
            listener.close()
            await server.shutdown(1.0)

    def empty(self, limited: bool) -> None:
        self.arrived.clear()
        self.limits = FloodControl(self._now) if limited else None

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        method = request.path.rpartition("/")[2].lower()
        try:
            body = await request.read()
        except ConnectionError:
            return web.Response()
        match method:
            case "getme":
                result: Any = {"id": int(BOT), "is_bot": True, "first_name": "Toehold", "username": "toehold_bot"}
            case "getupdates":
                await asyncio.sleep(60)
                result = []
            case "sendmessage":
                found = _CHAT.search(body)
                chat = int(found[1]) if found else 0
                try:
                    if self.limits is not None:
                        self.limits.check(chat)
                except Refused as refused:
                    answer = {"ok": False, "error_code": 429, "description": refused.description}
                    return web.json_response(answer | {"parameters": refused.parameters}, status=429)
                self.arrived.append(self._now())
                where = {"id": chat, "type": "private", "first_name": "Ann"}
                result = {"message_id": len(self.arrived), "date": 1790000000, "chat": where, "text": "x"}
            case _:
                result = True
        return web.json_response({"ok": True, "result": result})


def run(folder: Path, quick: bool, patience: float) -> str:
    return asyncio.run(_run(folder, quick, patience))


async def _run(folder: Path, quick: bool, patience: float) -> str:
    count = PROMPTS_QUICK if quick else PROMPTS
    server = Server()
    rates: dict[str, list[float]] = {}
    clients: dict[str, list[dict[str, float]]] = {}
    async with server.running():
        for _ in range(1 if quick else REPEATS):
            for at_once in BARE:
                await asyncio.to_thread(machine.wait_for_quiet, patience)
                server.empty(limited=False)
                name = f"bare client, {at_once} at once"
                told = await client(["bare", server.url, str(count), str(at_once)])
                rates.setdefault(name, []).append(_rate(server))
                clients.setdefault(name, []).append(told)
            for at_once in IN_FLIGHT:
                await asyncio.to_thread(machine.wait_for_quiet, patience)
                server.empty(limited=False)
                name = f"{OURS}={at_once}"
                told = await _ours(folder, server, count, at_once, free=True)
                rates.setdefault(name, []).append(_rate(server))
                clients.setdefault(name, []).append(told)
        held = []
        for at_once in IN_FLIGHT:
            server.empty(limited=True)
            told = await _ours(folder, server, count, at_once, free=False)
            assert server.limits is not None
            rate, refused = _rate(server), str(server.limits.refused)
            row = (f"{OURS}={at_once}", f"{rate:.2f}/s", f"{rate / TOTAL:.1%}", refused, *_told([told], count))
            held.append(row)
    best = max(statistics.median(values) for name, values in rates.items() if name.startswith("bare"))
    rows = [
        (
            name,
            f"{statistics.median(values):.0f}/s",
            spread(values),
            ratio(statistics.median(values), best),
            *_told(clients[name], count),
        )
        for name, values in rates.items()
    ]
    more = ("CPU a message", "loop / reading / writing", "loop lag p99", "memory")
    free = table(("", "messages", "range", "against the best bare", *more), rows)
    limited = table(("with Telegram's limits", "messages", f"of {TOTAL}/s", "429", *more), held)
    pressed = await beside.run(folder, quick, patience)
    return f"{count:,} prompts due in one minute:\n\n{free}\n{limited}\n{pressed}"


def _told(clients: list[dict[str, float]], count: int) -> tuple[str, ...]:
    """What the processes said of themselves. CPU: of all that belongs to a message, the planning included."""

    def cpu(of: str) -> str:
        return f"{statistics.median(each[of] for each in clients) / count * 1000:.2f}"

    if "lag" not in clients[0]:
        return f"{cpu('cpu')} ms", "", "", ""
    return (
        f"{cpu('cpu')} ms",
        " / ".join(cpu(thread) for thread in ("loop", "reading", "writing")),
        f"{max(each['lag'] for each in clients) * 1000:.0f} ms",
        f"{max(each['memory'] for each in clients):.0f} MB",
    )


def _rate(server: Server) -> float:
    return (len(server.arrived) - 1) / (server.arrived[-1] - server.arrived[0])


async def _ours(folder: Path, server: Server, count: int, at_once: int, free: bool) -> dict[str, float]:
    """One burst in a process of its own, and what it says: the 99th percentile of how late its event loop was, CPU, memory."""
    data = folder / "burst"
    data.mkdir()
    database = data / "toehold.sqlite"
    await asyncio.to_thread(people.fill, database, count, datetime.now(UTC))
    with closing(sqlite3.connect(database)) as tx:
        for name in ("round_done", "session", "nudge", "inbox"):
            tx.execute(f"DELETE FROM {name}")
        tx.execute("UPDATE slot SET next_due_at = strftime('%Y-%m-%d %H:%M:%f', 'now', '-30 seconds') || '000'")
        tx.execute("UPDATE slot SET next_label = date('now')")
        tx.commit()
    told = await client(["ours", server.url, str(data), str(at_once), "free" if free else "held"])
    with closing(sqlite3.connect(database)) as tx:
        states = dict(tx.execute("SELECT state, count(*) FROM nudge GROUP BY state").fetchall())
    if states != {"sent": count} or len(server.arrived) != count:
        raise Failed(f"{count} prompts, and their states are {states}; {len(server.arrived)} arrived")
    shutil.rmtree(data)
    return told
