"""A million random lives, by hand and not in every run: `make soak`. Fails at the first life on which the two differ."""

import argparse
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from time import monotonic

from drills.localtime import use_packaged_rules
from tests.drills.streak_model.compare import first_difference

BEGINS = 100_000  # the seeds before are lived in every run of the tests
CHUNK = 5_000


def chunks(seeds: range) -> Iterator[range]:
    return (seeds[n : n + CHUNK] for n in range(0, len(seeds), CHUNK))


def soak(seeds: range, workers: int) -> str | None:
    """The first difference that comes up, or None."""
    with ProcessPoolExecutor(workers, initializer=use_packaged_rules) as pool:
        told = monotonic()
        for n, found in enumerate(pool.map(first_difference, chunks(seeds)), start=1):
            if found is not None:
                pool.shutdown(cancel_futures=True)
                return found
            if monotonic() - told > 10:
                told = monotonic()
                say(f"  {min(n * CHUNK, len(seeds)):,} agree")
    return None


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--lives", type=int, default=1_000_000)
    parser.add_argument("--from", type=int, default=BEGINS, dest="begins", help="the first seed")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    seeds = range(asked.begins, asked.begins + asked.lives)
    say(f"Random lives, seeds {seeds.start:,} to {seeds.stop - 1:,}, on {asked.workers} workers:")
    began = monotonic()
    found = soak(seeds, asked.workers)
    took = f"{monotonic() - began:.0f} s"
    if found is not None:
        say(f"The rules and the naive model differ ({took}):\n{found}")
        return 1
    say(f"The rules and the naive model agree on all {asked.lives:,} ({took}).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
