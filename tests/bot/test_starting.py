"""A start waits for a PostgreSQL server that is not there yet, for a minute; what waiting does not mend ends at once."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.starting import PAUSES, may_pass, wait_for_server
from bot.store.faults import StoreBusy, StoreFault, StoreUnreachable
from tests.kit.postgres import ON_POSTGRES, Cable, Server, connected

ROOT = Path(__file__).parents[2]


class Operator:
    """Who reads what is said."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []
        self.stop = asyncio.Event()

    def tell(self, fault: StoreFault, seconds: int) -> None:
        self.told.append((str(fault), seconds))


def absent() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return f"postgresql+psycopg://toehold:canary@127.0.0.1:{port}/toehold"


@pytest.fixture
def operator() -> Operator:
    return Operator()


async def test_each_vain_try_is_told_and_in_the_end_it_gives_up(operator: Operator) -> None:
    with pytest.raises(StoreUnreachable, match="Connection refused"):
        await wait_for_server(absent(), operator.stop, operator.tell, (0, 0, 0))
    assert operator.told == [("Connection refused", 0)] * 3
    assert 55 <= sum(PAUSES) <= 65


@ON_POSTGRES
async def test_it_goes_on_when_the_server_has_come(operator: Operator, postgres: Server, postgres_url: str) -> None:
    url = absent()
    listening: list[Cable] = []

    def come(fault: StoreFault, seconds: int) -> None:
        operator.tell(fault, seconds)
        if not listening:
            listening.append(Cable(postgres, int(url.rpartition(":")[2].partition("/")[0])))

    there = f"{url.partition('toehold:canary')[0]}toehold@{url.partition('@')[2].rpartition('/')[0]}"
    try:
        await wait_for_server(f"{there}/{postgres_url.rpartition('/')[2]}", operator.stop, come, (0, 0, 0))
    finally:
        for cable in listening:
            cable.__exit__()
    assert operator.told == [("Connection refused", 0)]


async def test_a_stop_is_not_kept_waiting(operator: Operator) -> None:
    operator.stop.set()
    await wait_for_server(absent(), operator.stop, operator.tell, (1000,))
    assert operator.told == [("Connection refused", 1000)]


async def test_a_file_is_not_waited_for(operator: Operator, tmp_path: Path) -> None:
    await wait_for_server(tmp_path / "toehold.sqlite", operator.stop, operator.tell)
    assert operator.told == []


@ON_POSTGRES
@pytest.mark.parametrize("wrong", ["database", "user", "password", "encryption"])
async def test_what_is_wrong_for_good_is_left_to_the_start(
    operator: Operator, postgres: Server, postgres_url: str, wrong: str
) -> None:
    with connected(postgres_url) as database:
        database.execute("DROP ROLE IF EXISTS guarded")
        database.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'")
    url = {
        "database": postgres.url("nowhere"),
        "user": postgres_url.replace("toehold@", "nobody@"),
        "password": postgres_url.replace("toehold@", "guarded:wrong@"),
        "encryption": f"{postgres_url}?sslmode=require",
    }[wrong]
    await wait_for_server(url, operator.stop, operator.tell)
    assert operator.told == []


def test_a_server_that_starts_or_has_no_room_may_yet_let_us_in() -> None:
    assert may_pass(StoreUnreachable("the database system is starting up"))
    assert may_pass(StoreUnreachable("session is read-only"))
    assert may_pass(StoreBusy("sorry, too many clients already"))
    assert not may_pass(StoreFault("revision"))


def test_a_process_waits_says_so_and_can_be_stopped_meanwhile(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATABASE_URL": absent(), "TOEHOLD_PORT": "0"}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "run"], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        sentence = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
    assert process.returncode == 0
    assert sentence.startswith("postgresql://127.0.0.1:")
    assert sentence.endswith(": not there yet: Connection refused. Trying again in 1 s.\n")
    assert "canary" not in sentence + rest
    assert "Traceback" not in rest
