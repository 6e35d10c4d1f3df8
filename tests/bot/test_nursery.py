"""The nursery: no task dies unseen, a vital one takes the bot along, and leaving waits for what is in hand."""

import asyncio
from collections.abc import Coroutine
from typing import Any, NoReturn

import pytest
from structlog.testing import capture_logs

from bot import nursery as nursery_module
from bot.nursery import Nursery

PATIENCE = 30.0


class Burst(Exception):
    """A test's own exception."""


async def burst() -> NoReturn:
    raise Burst


async def for_ever() -> None:
    await asyncio.Event().wait()


async def dies(*lanes: Coroutine[Any, Any, None]) -> None:
    """A nursery whose vital task fails."""
    async with Nursery() as nursery:
        for lane in lanes:
            nursery.start(lane, "lane", finishes=True)
        nursery.start(burst(), "vital", vital=True)
        await for_ever()


async def test_leaving_cancels_what_runs_and_waits_for_it() -> None:
    cleaned: list[bool] = []

    async def careful() -> None:
        try:
            await for_ever()
        finally:
            await asyncio.sleep(0)
            cleaned.append(True)

    async with Nursery() as nursery:
        nursery.start(careful(), "careful")
        await asyncio.sleep(0)
    assert cleaned == [True]


async def test_a_failure_is_logged_by_name_and_the_rest_goes_on() -> None:
    with capture_logs() as logs:
        async with Nursery() as nursery:
            other = nursery.start(for_ever(), "other")
            failing = nursery.start(burst(), "failing")
            await asyncio.wait({failing})
            await asyncio.sleep(0)
            assert not other.done()
    assert [(entry["event"], entry["task"]) for entry in logs] == [("task.failed", "failing")]


async def test_a_vital_failure_ends_the_block_and_comes_out_of_it() -> None:
    with pytest.raises(Burst):
        await asyncio.wait_for(dies(), PATIENCE)


async def test_after_a_vital_failure_the_owner_is_not_cancelled_any_more() -> None:
    with pytest.raises(Burst):
        await dies()
    owner = asyncio.current_task()
    assert owner is not None
    assert owner.cancelling() == 0
    async with asyncio.timeout(PATIENCE):  # which mistakes a left-over cancellation for its own
        await asyncio.sleep(0)


async def test_a_vital_failure_in_the_moment_of_leaving_still_waits_for_everybody() -> None:
    ended: list[bool] = []

    async def slow_to_go() -> None:
        try:
            await for_ever()
        finally:
            for _ in range(5):
                await asyncio.sleep(0)
            ended.append(True)

    async def leave_as_it_fails() -> None:
        async with Nursery() as nursery:
            nursery.start(slow_to_go(), "slow")
            vital = nursery.start(burst(), "vital", vital=True)
            vital.add_done_callback(lambda _: left.set())
            await left.wait()

    left = asyncio.Event()
    with pytest.raises(Burst):
        await asyncio.wait_for(leave_as_it_fails(), PATIENCE)
    assert ended == [True]


async def test_a_vital_task_that_just_ends_is_noticed() -> None:
    with capture_logs() as logs:
        async with Nursery() as nursery:
            await nursery.start(asyncio.sleep(0), "platform", vital=True)
            await asyncio.sleep(0)
    assert [(entry["event"], entry["task"]) for entry in logs] == [("task.ended", "platform")]


async def test_a_failure_while_leaving_is_logged_and_not_raised() -> None:
    async def fails_on_the_way_out() -> None:
        try:
            await for_ever()
        finally:
            raise Burst

    with capture_logs() as logs:
        async with Nursery() as nursery:
            nursery.start(fails_on_the_way_out(), "vital", vital=True)
            await asyncio.sleep(0)
    assert [(entry["event"], entry["task"]) for entry in logs] == [("task.failed", "vital")]


async def test_an_exception_of_the_block_comes_out_after_everybody_has_ended() -> None:
    tasks: list[asyncio.Task[None]] = []

    async def block() -> None:
        async with Nursery() as nursery:
            tasks.append(nursery.start(for_ever(), "other"))
            raise Burst

    with pytest.raises(Burst):
        await block()
    assert tasks[0].cancelled()


async def test_what_is_started_while_leaving_ends_too() -> None:
    late: list[asyncio.Task[None]] = []

    async def starts_another() -> None:
        try:
            await for_ever()
        finally:
            late.append(nursery.start(for_ever(), "late"))

    async with Nursery() as nursery:
        nursery.start(starts_another(), "first")
        await asyncio.sleep(0)
    assert [task.cancelled() for task in late] == [True]


async def test_a_task_that_finishes_gets_the_time_to_do_so_while_the_others_still_run() -> None:
    steps: list[str] = []

    async def finishes() -> None:
        await nursery.rest(PATIENCE)
        assert nursery.leaving
        steps.append("other runs" if not other.done() else "other is gone")
        await asyncio.sleep(0)
        steps.append("finished")

    async with Nursery() as nursery:
        other = nursery.start(for_ever(), "other")
        nursery.start(finishes(), "lane", finishes=True)
        await asyncio.sleep(0)
    assert steps == ["other runs", "finished"]


async def test_what_takes_too_long_to_finish_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nursery_module, "FINISH_SECONDS", 0.05)
    async with Nursery() as nursery:
        task = nursery.start(for_ever(), "lane", finishes=True)
        await asyncio.sleep(0)
    assert task.cancelled()


async def test_after_a_vital_failure_nothing_is_waited_for() -> None:
    with pytest.raises(Burst):
        await asyncio.wait_for(dies(asyncio.sleep(PATIENCE)), PATIENCE / 3)


async def test_cancelling_the_owner_while_it_leaves_hurries_it_and_leaves_nothing_behind() -> None:
    tasks: list[asyncio.Task[None]] = []
    leaving = asyncio.Event()

    async def owner() -> None:
        async with Nursery() as nursery:
            tasks.append(nursery.start(for_ever(), "lane", finishes=True))
            leaving.set()

    task = asyncio.create_task(owner())
    await leaving.wait()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, PATIENCE)
    assert tasks[0].cancelled()


async def test_a_rest_ends_with_its_time() -> None:
    async with Nursery() as nursery:
        await nursery.rest(0.01)
        assert not nursery.leaving
