"""The short form of each run: a few kills, some hundred people, real processes. The full forms: `python -m tests.soak all`.

Which moments the kills meet depends on the seed and on the machine; what must hold holds at every moment. A failure names its
seed: `python -m tests.soak <id> --quick --seed <seed>` draws the same.
"""

from pathlib import Path

import pytest

from tests.soak.__main__ import find
from tests.soak.report import Asked

SEED = 7
# M-02, which waits for the end of a lease at each kill, has a test of its own: tests/bot/test_replicas.py.
SHORT = ("M-01", "M-03", "M-03h", "M-04", "M-04w", "M-07", "M-10", "M-26")


@pytest.mark.parametrize("id", SHORT)
async def test_whatever_happens_every_oracle_holds(id: str, tmp_path: Path) -> None:  # noqa: A002
    report = await find(id)(Asked(tmp_path, SEED, quick=True))
    assert report.held, f"seed {SEED}: " + "\n".join(report.faults[:10])
