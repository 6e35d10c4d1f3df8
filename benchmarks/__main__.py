"""`python -m benchmarks [start|press|streak|teams|burst] [--quick]`, or `make bench`: every question, in full."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import burst, machine, press, start, streak, teams

PATIENCE_SECONDS = 60.0
QUESTIONS = {"start": start.run, "press": press.run, "streak": streak.run, "teams": teams.run, "burst": burst.run}


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
    asked = parser.parse_args()
    print(f"`{' '.join(['python -m benchmarks', *sys.argv[1:]])}`", *machine.describe(), sep="\n")
    with tempfile.TemporaryDirectory(prefix="toehold-bench-") as folder:
        for question, run in QUESTIONS.items():
            if asked.question in (None, question):
                print(f"\n{question}. Load before: {machine.load()}\n")
                print(run(Path(folder), asked.quick, asked.patience), flush=True)
    print(f"Load after: {machine.load()}")


main()
