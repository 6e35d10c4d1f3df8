"""The unit of work: all or nothing, alone or in company, whatever its caller or its neighbours do."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from bot.store import tables as t
from bot.store import unit as unit_module
from bot.store.faults import StoreClosed, StoreUnreachable
from bot.store.opening import open_store
from bot.store.unit import GROUP_MOST, Store, Tx
from tests.bot.store.witness import PATIENCE, Held, Witness, count_up, name_one
from tests.kit.clock import WEDNESDAY as NOW


class Refused(Exception):
    """A test's own exception."""


def refuse(tx: Tx) -> NoReturn:
    name_one("half")(tx)
    raise Refused


async def commits(store: Store) -> list[str]:
    """Every statement that the writer runs from now on."""
    statements: list[str] = []

    def listen(tx: Tx) -> None:
        driver = tx.connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(statements.append)

    await store.run(listen)
    statements.clear()
    return statements


async def behind(store: Store, units: list[Callable[[Tx], Any]]) -> list[Any]:
    """The results of units that all waited while the writer was held up."""
    held = Held()
    first = asyncio.create_task(store.run(held))
    assert await asyncio.to_thread(held.begun.wait, PATIENCE)
    waiting = [asyncio.create_task(store.run(unit)) for unit in units]
    await asyncio.sleep(0)  # every one has handed its unit in
    held.let_go()
    await first
    return await asyncio.gather(*waiting, return_exceptions=True)


# --- one unit


async def test_a_unit_commits_and_its_value_comes_back(store: Store, witness: Witness) -> None:
    assert await store.run(name_one("Ann")) == "Ann"
    assert witness.names == ["Ann"]


async def test_a_unit_that_raises_leaves_nothing_and_its_caller_gets_the_exception(
    store: Store, witness: Witness
) -> None:
    with pytest.raises(Refused):
        await store.run(refuse)
    assert witness.names == []
    assert await store.run(name_one("Ann")) == "Ann"


async def test_a_broken_constraint_is_the_units_own_error(store: Store, witness: Witness) -> None:
    await store.run(name_one("Ann"))

    def twice(tx: Tx) -> None:
        name_one("Ben")(tx)
        name_one("Ann")(tx)

    with pytest.raises(IntegrityError) as caught:
        await store.run(twice)
    assert "parameters hidden" in str(caught.value)
    assert witness.names == ["Ann"]


async def test_nothing_is_seen_before_the_commit(store: Store, witness: Witness) -> None:
    written, go = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        name_one("Ann")(tx)
        written.set()
        assert go.wait(PATIENCE)

    under_way = asyncio.create_task(store.run(slow))
    assert await asyncio.to_thread(written.wait, PATIENCE)
    assert witness.names == []
    go.set()
    await under_way
    assert witness.names == ["Ann"]


async def test_a_child_without_a_parent_is_refused(store: Store, witness: Witness) -> None:
    with pytest.raises(IntegrityError):
        await store.run(
            lambda tx: tx.execute(
                insert(t.setting_version).values(person="nobody", kind="zone", effective_from=NOW, value="UTC")
            )
        )


# --- many at once


async def test_a_hundred_and_sixty_read_modify_writes_give_a_hundred_and_sixty(store: Store, witness: Witness) -> None:
    results = await asyncio.gather(*(store.run(count_up) for _ in range(160)))
    assert sorted(results) == list(range(1, 161))
    assert witness.count == 160


async def test_two_stores_on_one_file_lose_no_update_either(store: Store, path: Path, witness: Witness) -> None:
    other = open_store(path)
    await asyncio.gather(*(each.run(count_up) for each in [store, other] * 80))
    await other.close()
    assert witness.count == 160


async def test_units_that_wait_share_one_commit(store: Store, witness: Witness) -> None:
    statements = await commits(store)
    results = await behind(store, [count_up] * GROUP_MOST)
    assert results == list(range(1, GROUP_MOST + 1))
    assert [each for each in statements if each.startswith(("BEGIN", "COMMIT", "ROLLBACK"))] == [
        *("BEGIN IMMEDIATE", "COMMIT"),  # the one that held the writer up
        *("BEGIN IMMEDIATE", "COMMIT"),
    ]
    assert witness.count == GROUP_MOST


async def test_a_commit_holds_no_more_units_than_the_limit(store: Store, witness: Witness) -> None:
    statements = await commits(store)
    await behind(store, [count_up] * (2 * GROUP_MOST + 1))
    assert statements.count("COMMIT") == 1 + 3
    assert witness.count == 2 * GROUP_MOST + 1


async def test_a_unit_that_raises_undoes_only_itself(store: Store, witness: Witness) -> None:
    statements = await commits(store)
    ann, refused, ben = await behind(store, [name_one("Ann"), refuse, name_one("Ben")])
    assert (ann, ben) == ("Ann", "Ben")
    assert isinstance(refused, Refused)
    assert statements.count("COMMIT") == 2
    assert witness.names == ["Ann", "Ben"]


async def test_a_broken_constraint_undoes_only_its_unit(store: Store, witness: Witness) -> None:
    ann, again, ben = await behind(store, [name_one("Ann"), name_one("Ann"), name_one("Ben")])
    assert (ann, ben) == ("Ann", "Ben")
    assert isinstance(again, IntegrityError)
    assert witness.names == ["Ann", "Ben"]


# --- units that misbehave


def stop_iteration(tx: Tx) -> object:
    name_one("half")(tx)
    return next(iter(()))


def cancel(tx: Tx) -> NoReturn:
    name_one("half")(tx)
    raise asyncio.CancelledError


def end_the_transaction(tx: Tx) -> None:
    tx.rollback()


def cut_the_connection(tx: Tx) -> None:
    driver = tx.connection.driver_connection
    assert driver is not None
    driver.close()


def out_of_memory(tx: Tx) -> NoReturn:
    raise MemoryError


MISBEHAVING = [stop_iteration, cancel, end_the_transaction, cut_the_connection, out_of_memory]


@pytest.mark.parametrize("unit", MISBEHAVING, ids=lambda unit: unit.__name__)
async def test_whatever_a_unit_does_its_future_resolves_and_the_writer_lives_on(
    store: Store, path: Path, unit: Callable[[Tx], Any]
) -> None:
    ann, bad, ben = await behind(store, [name_one("Ann"), unit, name_one("Ben")])
    assert isinstance(bad, BaseException)
    assert (ann, ben) == ("Ann", "Ben")
    assert await store.run(name_one("Cy")) == "Cy"
    assert await store.read(lambda tx: tx.execute(text("SELECT name FROM local_persona ORDER BY name")).all()) == [
        ("Ann",),
        ("Ben",),
        ("Cy",),
    ]


async def test_a_writer_whose_own_code_fails_answers_everybody_and_lives_on(
    store: Store, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: Store, _group: object) -> NoReturn:
        raise Refused

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_commit", broken)
        results = await asyncio.gather(*(store.run(count_up) for _ in range(5)), return_exceptions=True)
        assert all(isinstance(result, Refused) for result in results)
    assert await store.run(count_up) == 1


async def test_a_query_that_raises_what_no_future_carries_still_answers(store: Store) -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await store.read(lambda _tx: next(iter(())))


# --- callers that go away


async def test_a_cancelled_caller_still_commits(store: Store, witness: Witness) -> None:
    held = Held()
    first = asyncio.create_task(store.run(held))
    assert await asyncio.to_thread(held.begun.wait, PATIENCE)
    caller = asyncio.create_task(store.run(name_one("Ann")))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    held.let_go()
    await first
    await store.run(lambda _tx: None)  # behind Ann
    assert witness.names == ["Ann"]


async def test_cancelling_a_caller_takes_nothing_from_its_neighbours(store: Store, witness: Witness) -> None:
    held = Held()
    first = asyncio.create_task(store.run(held))
    assert await asyncio.to_thread(held.begun.wait, PATIENCE)
    callers = [asyncio.create_task(store.run(count_up)) for _ in range(20)]
    await asyncio.sleep(0)
    for caller in callers[::2]:
        caller.cancel()
    held.let_go()
    await first
    results = await asyncio.gather(*callers, return_exceptions=True)
    assert [result for result in results if isinstance(result, int)] == list(range(2, 21, 2))
    assert witness.count == 20


# --- reading


async def test_a_reader_waits_for_no_writer(store: Store, witness: Witness) -> None:
    await store.run(count_up)
    written, go = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        count_up(tx)
        written.set()
        assert go.wait(PATIENCE)

    under_way = asyncio.create_task(store.run(slow))
    assert await asyncio.to_thread(written.wait, PATIENCE)
    query = text("SELECT offset_seconds FROM travel")
    seen = await asyncio.gather(*(store.read(lambda tx: tx.execute(query).scalar_one()) for _ in range(20)))
    assert seen == [1] * 20
    assert not under_way.done()
    go.set()
    await under_way
    assert await store.read(lambda tx: tx.execute(query).scalar_one()) == 2


async def test_one_read_sees_one_moment(store: Store) -> None:
    await store.run(count_up)
    loop = asyncio.get_running_loop()
    query = text("SELECT offset_seconds FROM travel")

    def twice(tx: Tx) -> tuple[int, int]:
        first = tx.execute(query).scalar_one()
        asyncio.run_coroutine_threadsafe(store.run(count_up), loop).result(PATIENCE)
        return first, tx.execute(query).scalar_one()

    assert await store.read(twice) == (1, 1)


async def test_a_reader_cannot_write(store: Store, witness: Witness) -> None:
    with pytest.raises(StoreUnreachable):
        await store.read(name_one("Ann"))
    assert witness.names == []


# --- closing


async def test_closing_waits_for_the_units_that_wait(path: Path) -> None:
    store = open_store(path)
    held = Held()
    callers = [asyncio.create_task(store.run(held)), *(asyncio.create_task(store.run(count_up)) for _ in range(100))]
    assert await asyncio.to_thread(held.begun.wait, PATIENCE)
    closing = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    assert not closing.done()
    held.let_go()
    await closing
    assert [await caller for caller in callers[1:]] == list(range(1, 101))


async def test_a_cancelled_close_still_waits_for_the_writer(path: Path) -> None:
    store = open_store(path)
    held = Held()
    caller = asyncio.create_task(store.run(held))
    assert await asyncio.to_thread(held.begun.wait, PATIENCE)
    closing = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.sleep(0)
    assert not closing.done()
    held.let_go()
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert caller.done()
    await caller
    with pytest.raises(StoreClosed):
        await store.run(count_up)


async def test_a_closed_store_says_so(path: Path) -> None:
    store = open_store(path)
    await store.close()
    await store.close()
    with pytest.raises(StoreClosed):
        await store.run(count_up)
    with pytest.raises(StoreClosed):
        await store.read(count_up)


def test_the_waits_for_a_busy_database_fit_into_each_other() -> None:
    assert unit_module.BUSY_STEP_MS / 1000 * 5 <= unit_module.BUSY_SECONDS


async def test_a_path_with_any_characters_is_only_a_path(tmp_path: Path) -> None:
    odd = tmp_path / "50% ?mode=ro#x ü" / "to?hold.sqlite"
    odd.parent.mkdir()
    store = open_store(odd)
    await store.run(name_one("Ann"))
    await store.close()
    assert odd.is_file()
