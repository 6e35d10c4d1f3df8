"""Toehold as its own process, exactly as `toehold run` starts it, on a data folder of its own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
STOP_SECONDS = 30.0
_SETTINGS = ("TOEHOLD_", "TELEGRAM_", "DISCORD_", "DATABASE_")


class Failed(Exception):
    """The process did not do what it was started for; the text is what it said."""


@contextmanager
def toehold(folder: Path, settings: Mapping[str, str]) -> Iterator[tuple[int, float]]:
    """Runs until the block ends; gives its process id and the seconds until it printed that it is ready."""
    with running([sys.executable, "-m", "bot", "run"], folder, settings) as started:
        yield started


@contextmanager
def running(
    command: list[str], folder: Path, settings: Mapping[str, str], stop: signal.Signals = signal.SIGTERM
) -> Iterator[tuple[int, float]]:
    """Any command that prints a line when it is ready. Its log lies in the folder as `log`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
    # In the folder, so that no .env of somebody's is read.
    with (folder / "log").open("w+") as log:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**clean, "PYTHONPATH": str(ROOT), **settings},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            ready = time.perf_counter() - began
            if not line:
                process.wait(STOP_SECONDS)
                log.seek(0)
                raise Failed(log.read())
            yield process.pid, ready
        finally:
            if process.poll() is None:
                process.send_signal(stop)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


async def client(arguments: list[str]) -> dict[str, float]:
    """Runs `benchmarks.sender` to its end; what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.sender",
        *arguments,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await process.communicate()
    if process.returncode:
        raise Failed(complained.decode()[-4000:])
    answer: dict[str, float] = json.loads(said.decode().splitlines()[-1])
    return answer
