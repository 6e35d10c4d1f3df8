"""`python -m tests.soak <id> [--seed N] [--kills N] [--due N] [--minutes N] [--quick]`, or `all`; `make soak`."""

import argparse
import asyncio
import importlib
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from benchmarks import machine
from drills.localtime import use_packaged_rules
from tests.soak.report import Asked, Report

FAULTS_SHOWN = 20
HEAD = "| row | load and fault | target | measured | held | again |\n| --- | --- | --- | --- | --- | --- |"

# Imported only when they are asked for: `async def run(asked: Asked) -> Report`.
RUNS = {
    "M-01": "tests.soak.prompts:on_sqlite",
    "M-02": "tests.soak.replicas:run",
    "M-02s": "tests.soak.prompts:on_postgres",
    "M-03": "tests.soak.discord:run",
    "M-03h": "tests.soak.discord:forgotten",
    "M-04": "tests.soak.presses:killed",
    "M-04w": "tests.soak.presses:killed_behind_a_webhook",
    "M-06": "tests.soak.every_call:run",
    "M-07": "tests.soak.burst:run",
    "M-10": "tests.soak.storm:run",
    "M-11": "tests.soak.outages:run",
    "M-12": "tests.soak.server_faults:run",
    "M-13": "tests.soak.file_faults:run",
    "M-15": "tests.soak.zones:run",
    "M-22": "tests.soak.leaks:run",
    "M-26": "tests.soak.presses:stopped",
}

Run = Callable[[Asked], Awaitable[Report]]


def find(id: str) -> Run:  # noqa: A002
    module, _, name = RUNS[id].partition(":")
    return cast(Run, getattr(importlib.import_module(module), name))


def play(id: str, asked: Asked) -> Report:  # noqa: A002
    use_packaged_rules()

    async def played() -> Report:
        return await find(id)(asked)

    return asyncio.run(played())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("id", choices=[*RUNS, "all"])
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--kills", type=int)
    parser.add_argument("--due", type=int, help="how many reminders, or presses")
    parser.add_argument("--minutes", type=float, help="how long the weather is bad")
    parser.add_argument("--quick", action="store_true", help="the short form of CI")
    parser.add_argument("--keep", type=Path, help="a folder in which everything stays: databases, logs")
    given = parser.parse_args()
    print(*machine.describe(), f"Load before: {machine.load()}", HEAD, sep="\n", flush=True)
    broken = 0
    for id in RUNS if given.id == "all" else (given.id,):  # noqa: A001
        with tempfile.TemporaryDirectory(prefix="toehold-soak-") as spare:
            folder = given.keep / id if given.keep else Path(spare)
            folder.mkdir(parents=True, exist_ok=True)
            asked = Asked(folder, given.seed, given.kills, given.due, given.minutes, given.quick)
            began = time.monotonic()
            report = play(id, asked)
            took = time.monotonic() - began
        print(report.row(_command(id, given)), flush=True)
        broken += not report.held
        for fault in report.faults[:FAULTS_SHOWN]:
            print(f"{id}, seed {given.seed}: {fault}", file=sys.stderr)
        print(f"{id}: {took:.0f} s, {len(report.faults)} faults", file=sys.stderr, flush=True)
    return 1 if broken else 0


def _command(id: str, given: argparse.Namespace) -> str:  # noqa: A002
    parts = ["python -m tests.soak", id, f"--seed {given.seed}"]
    for name in ("kills", "due", "minutes"):
        if (value := getattr(given, name)) is not None:
            parts.append(f"--{name} {value:g}")
    return " ".join([*parts, "--quick"] if given.quick else parts)


if __name__ == "__main__":
    sys.exit(main())
