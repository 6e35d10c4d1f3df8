"""`python -m benchmarks [start|press] [--quick]`, or `make bench`: both questions, in full."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import machine, press, start

PATIENCE_SECONDS = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("question", nargs="?", choices=["start", "press"], help="only this one")
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
        if asked.question != "press":
            print(f"\nLoad before: {machine.load()}\nFrom `toehold run` to ready:\n")
            print(start.run(Path(folder), asked.quick, asked.patience), flush=True)
        if asked.question != "start":
            print(f"\nLoad before: {machine.load()}")
            print(press.run(Path(folder), asked.quick, asked.patience), flush=True)
    print(f"Load after: {machine.load()}")


main()
