"""The unit of work on each engine: all or nothing, alone or in company, whatever its caller or its neighbours do."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from bot.store import postgres, sqlite
from bot.store import tables as t
from bot.store.faults import StoreClosed, StoreFault
from bot.store.opening import Where, open_store
from bot.store.unit import Store, Tx
from tests.bot.store.witness import PATIENCE, Held, Refused, Witness, behind, count_up, name_one, refuse
from tests.kit.clock import WEDNESDAY as NOW

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


async def test_two_stores_on_one_database_lose_no_update_either(store: Store, where: Where, witness: Witness) -> None:
    other = open_store(where)
    await asyncio.gather(*(each.run(count_up) for each in [store, other] * 80))
    await other.close()
    assert witness.count == 160


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
async def test_whatever_a_unit_does_its_future_resolves_and_the_store_lives_on(
    store: Store, unit: Callable[[Tx], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine in (sqlite, postgres):
        monkeypatch.setattr(engine, "BUSY_SECONDS", 0.3)
    ann, bad, ben = await behind(store, [name_one("Ann"), unit, name_one("Ben")])
    assert isinstance(bad, BaseException)
    assert (ann, ben) == ("Ann", "Ben")
    assert await store.run(name_one("Cy")) == "Cy"
    assert await store.read(lambda tx: tx.execute(text("SELECT name FROM local_persona ORDER BY name")).all()) == [
        ("Ann",),
        ("Ben",),
        ("Cy",),
    ]


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
    await store.close()  # waits for Ann
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
    assert [isinstance(result, int) for result in results] == [False, True] * 10
    await store.close()
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
    with pytest.raises(StoreFault):
        await store.read(name_one("Ann"))
    assert witness.names == []


# --- closing


async def test_closing_waits_for_the_units_that_wait(where: Where) -> None:
    store = open_store(where)
    held = Held()
    first = asyncio.create_task(store.run(held))
    callers = [asyncio.create_task(store.run(count_up)) for _ in range(100)]
    assert await asyncio.to_thread(held.begun.wait, PATIENCE)
    closing = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    assert not closing.done()
    held.let_go()
    await closing
    assert first.done()
    assert sorted(await asyncio.gather(*callers)) == list(range(1, 101))


async def test_a_cancelled_close_still_waits_for_the_writer(where: Where) -> None:
    store = open_store(where)
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


async def test_a_closed_store_says_so(where: Where) -> None:
    store = open_store(where)
    await store.close()
    await store.close()
    with pytest.raises(StoreClosed):
        await store.run(count_up)
    with pytest.raises(StoreClosed):
        await store.read(count_up)
