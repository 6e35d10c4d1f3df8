"""Several `toehold run` on one PostgreSQL database, against one Telegram: one works, the others stand by and take over."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest

from tests.kit.postgres import ON_POSTGRES, connected
from tests.kit.telegram import Slow, TelegramServer

PATIENCE = 60.0  # seconds; used up by failures only
BOT = "110201543"
IN_FLIGHT = 4

pytestmark = ON_POSTGRES


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


class Replica:
    """One process, and what its log has said."""

    def __init__(self, name: str, folder: Path, **settings: str) -> None:
        self.name = name
        self.health = free_port()
        self.log: list[dict[str, Any]] = []
        self._settings = settings | {"TOEHOLD_HEALTH_PORT": str(self.health)}
        self._folder = folder
        self._process: asyncio.subprocess.Process
        self._reading: asyncio.Task[None]

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            cwd=self._folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), **self._settings},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            try:
                self.log.append(json.loads(line))
            except ValueError:
                self.log.append({"event": "said", "text": line.decode()})

    def events(self, *names: str) -> list[str]:
        return [line["event"] for line in self.log if line["event"] in names]

    @property
    def holds(self) -> bool:
        duty = self.events("lease.taken", "lease.lost", "lease.freed")
        return self._process.returncode is None and duty[-1:] == ["lease.taken"]

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def ended(self) -> int:
        async with asyncio.timeout(PATIENCE):
            code = await self._process.wait()
            await self._reading
        return code

    async def kill(self) -> None:
        if self._process.returncode is None:
            self.signal(signal.SIGKILL)
        await self.ended()

    async def ready(self) -> dict[str, Any] | None:
        """What /readyz tells; None while nobody listens."""
        with suppress(aiohttp.ClientConnectionError):
            async with (
                aiohttp.ClientSession() as http,
                http.get(f"http://127.0.0.1:{self.health}/readyz") as answer,
            ):
                told: dict[str, Any] = await answer.json()
                return told
        return None


class Town:
    """A database with people in it, a Telegram, and replicas that come and go."""

    def __init__(self, url: str, database: "psycopg.Connection[Any]", server: TelegramServer, folder: Path) -> None:
        self.url = url
        self.database = database  # one for all looks: the server begins a process for each connection
        self.server = server
        self.replicas: list[Replica] = []
        self._folder = folder
        self._people = 0

    async def start(self, count: int, **settings: str) -> None:
        """So many more replicas. Returns when one of all works and the others stand by."""
        new = [
            Replica(
                f"replica{len(self.replicas) + number}",
                self._folder,
                **{
                    "DATABASE_URL": self.url,
                    "TELEGRAM_BOT_TOKEN": self.server.token,
                    "TELEGRAM_API_URL": self.server.url,
                    "TOEHOLD_LEASE_SECONDS": "3",
                    **settings,
                },
            )
            for number in range(count)
        ]
        self.replicas += new
        for replica in new:
            await replica.start()
        await until(lambda: all(replica.events("telegram ready") for replica in new), self)
        await until(lambda: self.working is not None, self)

    @property
    def working(self) -> Replica | None:
        return next((replica for replica in self.replicas if replica.holds), None)

    @property
    def holder(self) -> Replica:
        [holder] = [replica for replica in self.replicas if replica.holds]
        return holder

    @property
    def standing_by(self) -> list[Replica]:
        return [replica for replica in self.replicas if not replica.holds]

    async def take_over_from(self, old: Replica) -> Replica:
        """Return when somebody else works."""
        others = [replica for replica in self.replicas if replica is not old]
        await until(lambda: any(replica.holds for replica in others), self)
        return next(replica for replica in others if replica.holds)

    def owe(self, count: int) -> list[int]:
        """So many people more, to each of whom one message is due. Returns their chats."""
        chats = [1000 + self._people + number for number in range(count)]
        self._people += count
        for chat in chats:
            self.server.person(chat, f"P{chat}")
            self.database.execute(
                "INSERT INTO person (id, created_at, zone, day_start, platform)"
                " VALUES (%s, now(), 'UTC', '03:00', 'telegram')",
                [f"p{chat}"],
            )
            self.database.execute(
                "INSERT INTO account VALUES ('telegram', %s, %s, %s, 'P', 'ok', now())",
                [BOT, str(chat), f"p{chat}"],
            )
            self.database.execute(
                "INSERT INTO room (platform, bot_id, chat_id, kind, state, person)"
                " VALUES ('telegram', %s, %s, 'private', 'open', %s)",
                [BOT, str(chat), f"p{chat}"],
            )
        for chat in chats:
            self.database.execute(
                "INSERT INTO nudge (key, kind, person, label, due_at, not_before, state)"
                " VALUES (%s, 'hello', %s, current_date, now(), now(), 'planned')",
                [f"hello:{chat}", f"p{chat}"],
            )
        return chats

    def leave_behind(self, number: int, seconds_ago: int = 0) -> None:
        """An update that a replica has stored and not worked, because it was killed."""
        ann, chat = {"id": 7, "is_bot": False, "first_name": "Ann"}, {"id": 7, "type": "private"}
        message = {"message_id": number, "date": 1, "chat": chat, "from": ann, "text": "/help"}
        self.database.execute(
            "INSERT INTO inbox (platform, bot_id, update_key, lane, payload, received_at)"
            " VALUES ('telegram', %s, %s, '7', %s, now() - make_interval(secs => %s))",
            [BOT, str(number), json.dumps({"update_id": number, "message": message}), seconds_ago],
        )

    def all(self, query: str) -> list[tuple[Any, ...]]:
        return self.database.execute(query.encode()).fetchall()

    def states(self) -> dict[str, int]:
        return dict(self.all("SELECT state, count(*)::int FROM nudge GROUP BY state"))

    def sent(self) -> Counter[int]:
        """How many messages each chat has got."""
        return Counter(int(call.params["chat_id"]) for call in self.server.calls("sendMessage") if call.error is None)

    def conflicts(self) -> list[str]:
        return [str(call.error) for call in self.server.calls("getUpdates") if call.error]

    async def conversation(self, chat: int) -> None:
        """Somebody new says something and is answered."""
        person = self.server.person(chat)
        before = len(person.messages)
        await person.say("/start")
        await until(lambda: any(seen.ours for seen in person.messages[before:]), self)

    async def close(self) -> None:
        for replica in self.replicas:
            await replica.kill()


async def until(condition: Callable[[], bool], town: Town) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 - other processes do it
                await asyncio.sleep(0.02)
    except TimeoutError:
        logs = [f"{replica.name}: {line}" for replica in town.replicas for line in replica.log[-20:]]
        raise AssertionError("\n".join(["it did not come to that", *logs])) from None


@pytest.fixture
async def town(postgres_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(postgres_url, tmp_path) as town:
        yield town


@asynccontextmanager
async def open_town(url: str, folder: Path) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        loop = asyncio.get_running_loop()
        server = await stack.enter_async_context(TelegramServer.running(clock=loop.time))
        town = Town(url, stack.enter_context(connected(url)), server, folder)
        stack.push_async_callback(town.close)
        yield town
        assert server.violations == []


async def test_of_three_one_polls_and_delivers_and_the_others_say_that_they_stand_by(town: Town) -> None:
    await town.start(3)
    chats = town.owe(20)
    await until(lambda: town.states() == {"sent": 20}, town)
    await town.conversation(7)
    assert town.sent() == Counter(chats) | Counter({7: town.sent()[7]})
    assert town.conflicts() == []
    for replica in town.replicas:
        told = await replica.ready()
        assert told is not None
        assert told["status"] == "ok", told
        assert told.get("standing_by", []) == ([] if replica is town.holder else ["telegram"])


async def test_after_a_kill_another_takes_over_with_all_that_is_due_and_doubles_at_most_what_was_on_the_wire(
    town: Town,
) -> None:
    await town.start(2)
    town.server.faults.add("sendMessage", Slow(0.2), times=1_000)
    chats = town.owe(40)
    await until(lambda: len(town.sent()) >= 8, town)
    old = town.holder
    await old.kill()
    on_the_wire = town.states().get("sending", 0)
    assert on_the_wire <= IN_FLIGHT
    new = await town.take_over_from(old)
    await until(lambda: town.states().get("sent", 0) == 40 - on_the_wire, town)
    await town.conversation(7)
    assert new.holds
    # What was on the wire waits for a press that would prove it; then it comes again, better twice than never.
    waiting = town.all(
        "SELECT count(*) FROM nudge WHERE state = 'planned' AND not_before > now() AND reason LIKE 'unknown%'"
    )
    assert waiting == [(on_the_wire,)]
    town.database.execute("UPDATE nudge SET not_before = now() WHERE state = 'planned'")
    await until(lambda: town.states() == {"sent": 40}, town)
    del (sent := town.sent())[7]
    assert set(sent) == set(chats)
    assert sent.total() - 40 <= on_the_wire
    assert town.all("SELECT count(*) FROM outage") == [(0,)], "a take-over is no outage"


async def test_what_arrived_and_was_not_worked_is_worked_after_the_take_over(town: Town) -> None:
    await town.start(1, TOEHOLD_LEASE_SECONDS="60")
    await town.conversation(7)
    old = town.holder
    await old.kill()
    town.database.execute("UPDATE lease SET until = now()")
    town.leave_behind(900)
    await town.start(1)
    await until(lambda: town.all("SELECT count(*) FROM inbox WHERE answered_at IS NULL") == [(0,)], town)
    assert town.holder.events("inbox.resumed") == ["inbox.resumed"]


async def test_a_polite_stop_hands_over_without_waiting_for_the_end_of_the_lease(town: Town) -> None:
    await town.start(2, TOEHOLD_LEASE_SECONDS="12")
    old = town.holder
    old.signal(signal.SIGTERM)
    assert await old.ended() == 0
    assert old.events("lease.freed", "lease.lost") == ["lease.freed"]
    new = await town.take_over_from(old)
    await town.conversation(7)
    assert new.events("lease.lost") == []
    assert town.conflicts() == []


async def test_one_that_stood_still_sends_nothing_after_its_lease_has_run_out(town: Town) -> None:
    await town.start(2)
    town.server.faults.add("sendMessage", Slow(0.2), times=1_000)
    first = town.owe(30)
    await until(lambda: len(town.sent()) >= 4, town)
    old = town.holder
    old.signal(signal.SIGSTOP)
    new = next(replica for replica in town.replicas if replica is not old)
    await until(lambda: new.holds, town)
    await until(lambda: town.states().get("sent", 0) >= 30 - IN_FLIGHT, town)
    old.signal(signal.SIGCONT)
    await until(lambda: bool(old.events("lease.lost")), town)
    second = town.owe(30)
    await until(lambda: town.states().get("sent", 0) >= 60 - IN_FLIGHT, town)
    town.database.execute("UPDATE nudge SET not_before = now() WHERE state = 'planned'")
    await until(lambda: town.states() == {"sent": 60}, town)
    sent = town.sent()
    assert set(sent) == {*first, *second}
    assert all(sent[chat] == 1 for chat in second)
    assert sent.total() - 60 <= IN_FLIGHT
    assert (old.holds, new.holds) == (False, True)
    await town.conversation(7)


async def test_with_a_webhook_each_answers_what_is_brought_to_it_and_one_delivers(town: Town) -> None:
    hook = {"TELEGRAM_WEBHOOK_URL": "https://bot.example.org/telegram", "TELEGRAM_WEBHOOK_SECRET": "s3cret-canary"}
    ports = [free_port(), free_port()]
    for port in ports:
        await town.start(1, TOEHOLD_WEBHOOK_PORT=str(port), **hook)
    await until(lambda: all(replica.events("webhook set") for replica in town.replicas), town)
    for number, port in enumerate(ports):
        town.server.hooks.base = f"http://127.0.0.1:{port}"
        await town.conversation(7 + number)
    chats = town.owe(10)
    await until(lambda: town.states() == {"sent": 10}, town)
    assert all(town.sent()[chat] == 1 for chat in chats)
    [idle] = town.standing_by
    assert idle.events("nudge.sent") == []
    # The one that stands by is killed with an update in its hands: the other finds it, when it is overdue.
    await idle.kill()
    town.leave_behind(900, seconds_ago=31)
    await until(lambda: town.all("SELECT count(*) FROM inbox WHERE answered_at IS NULL") == [(0,)], town)
