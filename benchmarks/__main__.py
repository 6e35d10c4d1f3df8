"""`python -m benchmarks [start|press|streak|teams|burst|versus] [--quick]`, or `make bench`: all but versus, in full."""

import argparse
import functools
import sys
import tempfile
from pathlib import Path

from benchmarks import burst, machine, press, start, streak, teams, versus

PATIENCE_SECONDS = 60.0
QUESTIONS = {
    "start": start.run,
    "press": press.run,
    "streak": streak.run,
    "teams": teams.run,
    "burst": burst.run,
    "versus": versus.run,
}
ONLY_BY_NAME = {"versus"}  # it takes hours


def _counts(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("question", nargs="?", choices=list(QUESTIONS), help="only this one")
    parser.add_argument("--quick", action="store_true", help="fewer people and repetitions, for a first look")
    parser.add_argument(
        "--patience",
        type=float,
        default=PATIENCE_SECONDS,
        metavar="SECONDS",
        help="how long to wait, before each measurement, until other programs are quiet (default %(default).0f)",
    )
    parser.add_argument("--people", type=_counts, metavar="N,N", help="for versus: among how many (1000,10000,…)")
    parser.add_argument("--limit", type=float, metavar="SECONDS", help="for versus: how long a burst may take")
    parser.add_argument("--rest", action="store_true", help="for versus: only starts and idle ticks, no bursts")
    asked = parser.parse_args()
    ask = QUESTIONS | {
        "versus": functools.partial(versus.run, counts=asked.people, limit=asked.limit, rest=asked.rest),
    }
    print(f"`{' '.join(['python -m benchmarks', *sys.argv[1:]])}`", *machine.describe(), sep="\n")
    with tempfile.TemporaryDirectory(prefix="toehold-bench-") as folder:
        for question, run in ask.items():
            if asked.question == question or (asked.question is None and question not in ONLY_BY_NAME):
                print(f"\n{question}. Load before: {machine.load()}\n")
                print(run(Path(folder), asked.quick, asked.patience), flush=True)
    print(f"Load after: {machine.load()}")


main()
