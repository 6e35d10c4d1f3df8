"""A real PostgreSQL server for the tests: the system's binaries, a random port on loopback, a folder that goes afterwards.

One server for each process of the test run that needs it (tests on PostgreSQL are one xdist group, so that is one), and a
fresh database for each test, copied from one that is migrated.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Literal

import psycopg
import pytest
from sqlalchemy import make_url

from bot.store.migrations.run import upgrade
from bot.store.postgres import open_engine

PATIENCE = 30.0  # seconds; used up by failures only
USER = "toehold"
ROOM = 1024**3  # bytes: many times what the server takes
ON_POSTGRES = pytest.mark.xdist_group("postgres")
ENGINES = ["sqlite", pytest.param("postgres", marks=ON_POSTGRES)]
# What is lost when the machine crashes in the middle of a test is of no interest.
FAST = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off", "deadlock_timeout": "100ms"}
# Its clocks show something else than UTC, because a server's may.
ELSEWHERE = {"timezone": "Asia/Kolkata"}
LOGINS = "host all guarded 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"


def binaries() -> Path:
    """The folder with `initdb` and `postgres`, the newest there is. Skips the test when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    here = shutil.which("postgres")
    if not found and here is None:
        pytest.skip("no PostgreSQL server here (Debian: apt-get install postgresql)")
    return found[-1].parent if found else Path(str(here)).parent


class Server:
    """One that runs."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.restart: Callable[[], None] = lambda: None
        """Stop it and start it anew, on the same data. From the main thread: the server ends with the one that started it."""
        self._numbers = count(1)

    def url(self, database: str, user: str = USER, port: int | None = None) -> str:
        return f"postgresql+psycopg://{user}@127.0.0.1:{port or self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """As the server's owner, outside a transaction."""
        with connected(self.url(database)) as connection:
            connection.execute(statement.encode())

    def create(self, template: str = "template0") -> str:
        """A new database. Returns its URL."""
        name = f"test{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def drop(self, url: str) -> None:
        self.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


@contextmanager
def connected(url: str) -> Iterator["psycopg.Connection[Any]"]:
    """A connection of our own, which commits each statement."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


@contextmanager
def running() -> Iterator[Server]:
    """A server with an empty database, and one called `migrated`."""
    folder = Path(tempfile.mkdtemp(prefix="toehold-postgres-", dir=_in_memory()))
    as_owner: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL}
    if os.getuid() == 0:  # the server refuses to run as root
        try:
            shutil.chown(folder, "postgres", "postgres")
        except LookupError:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
        as_owner |= {"user": "postgres", "group": "postgres", "extra_groups": []}
    try:
        where = binaries()
        data = str(folder / "data")
        make = [
            str(where / "initdb"),
            "-D",
            data,
            "-U",
            USER,
            "--auth=trust",
            "--no-sync",
            "--locale=C.UTF-8",
            "-E",
            "UTF8",
        ]
        subprocess.run(make, check=True, **as_owner)
        (folder / "data" / "pg_hba.conf").write_text(LOGINS)
        with _started([str(where / "postgres"), "-D", data], as_owner) as server:
            _migrate(server)
            yield server
    finally:
        shutil.rmtree(folder)


def _in_memory() -> str | None:
    """Where files are no disk's business: copying a database is ten times cheaper there. None: there is no such place."""
    memory = "/dev/shm"
    return memory if os.path.isdir(memory) and shutil.disk_usage(memory).free > ROOM else None


def _migrate(server: Server) -> None:
    server.execute("CREATE DATABASE migrated TEMPLATE template0")
    engine = open_engine(server.url("migrated"), migrating=True)
    upgrade(engine)
    engine.dispose()


@contextmanager
def _started(command: list[str], as_owner: dict[str, Any]) -> Iterator[Server]:
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", **FAST, **ELSEWHERE}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    # However the tests end, the server ends with them.
    leash = ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []

    def start(server: Server) -> "subprocess.Popen[bytes]":
        line = [*leash, *command, "-p", str(server.port), *options]
        return subprocess.Popen(line, stderr=subprocess.DEVNULL, **as_owner)

    for _ in range(3):  # somebody else may take the port first
        with socket.create_server(("127.0.0.1", 0)) as free:
            server = Server(free.getsockname()[1])
        process = start(server)

        def restart(server: Server = server) -> None:
            nonlocal process
            process.send_signal(signal.SIGINT)  # "fast": connections are ended, nothing that was committed is lost
            process.wait(PATIENCE)
            process = start(server)
            assert _answers(server, process)

        server.restart = restart
        try:
            if _answers(server, process):
                yield server
                return
        finally:
            process.terminate()
            process.wait(PATIENCE)
    raise AssertionError("the PostgreSQL server does not start")


def _answers(server: Server, process: "subprocess.Popen[bytes]") -> bool:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(psycopg.OperationalError):
            server.execute("SELECT 1")
            return True
        time.sleep(0.02)
    return False


class Cable:
    """The line between a store and its server, which can be cut around a COMMIT.

    `cuts` says what becomes of the next ones: the server gets it, and its "answer" is lost; the "commit" itself is lost; or
    the server gets it, and the whole "line" is broken from then on.
    """

    def __init__(self, server: Server, port: int = 0) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self.cuts: list[Literal["answer", "commit", "line"]] = []
        self.commits = 0
        self._broken = False
        self._ends: list[socket.socket] = [self._listener]
        self._threads: list[threading.Thread] = []
        self._start(self._listen)

    def __enter__(self) -> "Cable":
        return self

    def __exit__(self, *_: object) -> None:
        self._break()
        for thread in self._threads:
            thread.join(PATIENCE)
        for end in self._ends:
            end.close()

    def _break(self, but: socket.socket | None = None) -> None:
        """Nothing comes through any more, and nobody comes in; `but` one end is left as it is."""
        self._broken = True
        for end in self._ends:
            if end is not but:
                with suppress(OSError):  # it is down already
                    end.shutdown(socket.SHUT_RDWR)

    def _start(self, work: Callable[..., None], *args: socket.socket) -> None:
        self._threads.append(threading.Thread(target=work, args=args))
        self._threads[-1].start()

    def _listen(self) -> None:
        with suppress(OSError):  # broken
            while True:
                near, _ = self._listener.accept()
                if self._broken:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._server.port))
                self._ends += [near, far]
                self._start(self._to_server, near, far)
                self._start(self._to_store, far, near)

    def _to_server(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(65536):
                if b"COMMIT\0" in data:
                    self.commits += 1
                    if self.cuts:
                        cut = self.cuts.pop(0)
                        if cut == "line":  # before anybody can ask what became of it
                            self._break(but=far)
                        else:
                            near.shutdown(socket.SHUT_RDWR)  # before the answer can get through
                        if cut != "commit":
                            far.sendall(data)
                        break
                far.sendall(data)
        with suppress(OSError):
            far.shutdown(socket.SHUT_WR)  # the server reads what was sent, then sees the end

    def _to_store(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(65536):
                near.sendall(data)
        with suppress(OSError):
            near.shutdown(socket.SHUT_RDWR)
