"""The benchmark against others: every contender can stand and send, and a loop that hangs is not hidden by looks it missed."""

import asyncio
from pathlib import Path

import pytest

from benchmarks.arena import Arena, felt, meet
from benchmarks.burst import TOKEN
from benchmarks.rivals.task import Task
from benchmarks.versus import DATABASE, fill

PEOPLE = 3


def task(folder: Path, contender: str, url: str) -> Task:
    home = folder / contender
    home.mkdir()
    return Task(contender, str(home), url, TOKEN, PEOPLE, "x", (("a",),), None, 60.0, database=str(home / DATABASE))


@pytest.mark.parametrize("contender", ["toehold", "jobqueue", "jobstore"])
async def test_a_contender_comes_to_be_ready_and_ticks_with_nobody_due(tmp_path: Path, contender: str) -> None:
    arena = Arena()
    async with arena.running():
        asked = task(tmp_path, contender, arena.url)
        await asyncio.to_thread(fill, asked)
        met = await asyncio.to_thread(meet, asked, arena)
    assert len(met.ticks["tick"]) > 100
    assert not arena.first, "nobody was due"


async def test_what_arrives_is_counted_by_chat(tmp_path: Path) -> None:
    arena = Arena()
    async with arena.running():
        met = await asyncio.to_thread(meet, task(tmp_path, "raw", arena.url), arena)
    assert len(met.late) == len(arena.first) == PEOPLE
    assert (met.twice, met.outcomes) == (0, {"sent": PEOPLE})


def test_a_loop_that_hangs_counts_for_all_who_come_meanwhile() -> None:
    looks = [0.0] * 900 + [1.0]  # nine seconds of ease and one that hangs
    assert felt(looks, 0.01, 0.01) == pytest.approx(0.9, abs=0.01), (
        "one press in ten comes then; of those, one in ten waits longer"
    )
    assert felt([0.0] * 900, 0.01, 0.01) == 0.0
