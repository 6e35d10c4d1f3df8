"""Duty on each engine: of several processes one works for a bot, stops by its own clock, and hands over at a polite stop."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from bot.cards import Reply
from bot.duty import Duty, Rhythm
from bot.on_duty import STANDING_BY, OnDutyAll
from bot.platforms.port import Address, Platform
from bot.store.faults import StoreFault
from bot.store.opening import Where, open_store
from bot.store.unit import Store
from scheduler.nudge import Sent
from tests.bot.health.test_vitals import Seconds
from tests.bot.store.witness import Witness
from tests.bot.test_intake import Phone

SPAN = 30.0
LAPSED = "UPDATE lease SET until = '2020-01-01 00:00:00'"  # before any database's clock
PATIENCE = 30.0
HERE = Address("phone", "1", "c")


class Process:
    """One of several, with a clock of its own, which does not have to go right."""

    def __init__(self, store: Store, owner: str, *, alone: bool = False) -> None:
        self.seconds = Seconds()
        self.phone = Phone()
        self.platforms: dict[str, Platform] = {"phone": self.phone}
        self.duty = Duty(store, owner, alone=alone, rhythm=Rhythm.of(SPAN), now=self.seconds)
        self.taken_up = 0
        self.fault: Exception | None = None

    async def take_up(self, platform: Platform) -> None:
        self.taken_up += 1
        assert not self.duty.holds(platform.name), "what is left comes before what is new"
        if self.fault is not None:
            raise self.fault

    async def begin(self) -> None:
        await self.duty.begin(self.platforms, self.take_up)

    async def look(self) -> None:
        await self.duty.turn(self.phone, self.take_up)

    def holds(self) -> bool:
        return self.duty.holds("phone")


@pytest.fixture
async def other_store(where: Where) -> AsyncIterator[Store]:
    opened = open_store(where)
    yield opened
    await opened.close()


@pytest.fixture
async def one(store: Store) -> Process:
    process = Process(store, "one")
    await process.begin()
    return process


@pytest.fixture
async def two(one: Process, other_store: Store) -> Process:
    process = Process(other_store, "two")
    await process.begin()
    return process


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - other tasks do it
            await asyncio.sleep(0)


async def test_the_first_works_from_its_start_and_the_second_stands_by(one: Process, two: Process) -> None:
    assert (one.holds(), one.duty.covers(), one.taken_up) == (True, frozenset({"phone"}), 1)
    assert (two.holds(), two.duty.covers(), two.taken_up) == (False, frozenset(), 0)
    assert (one.duty.on, two.duty.on) == (True, False)


async def test_a_polite_stop_hands_over_at_the_next_look(one: Process, two: Process) -> None:
    await two.look()
    assert not two.holds()
    await one.duty.leave()
    assert not one.holds()
    await two.look()
    assert (two.holds(), two.taken_up) == (True, 1)


async def test_who_says_nothing_any_more_is_followed_when_the_lease_has_run_out(
    one: Process, two: Process, witness: Witness
) -> None:
    witness.execute(LAPSED)
    await two.look()
    assert two.holds()
    assert two.taken_up == 1


async def test_renewing_goes_on_for_ever_and_takes_nothing_up_again(one: Process, two: Process) -> None:
    for _ in range(5):
        one.seconds.pass_by(SPAN / 3)
        await one.look()
        await two.look()
    assert (one.holds(), one.taken_up, two.holds()) == (True, 1, False)


async def test_it_is_over_by_our_own_clock_before_it_is_over_in_the_database(one: Process, witness: Witness) -> None:
    one.seconds.pass_by(SPAN - 0.01)
    assert one.holds()
    one.seconds.pass_by(0.01)
    assert (one.holds(), one.duty.covers(), one.duty.on) == (False, frozenset(), False)
    assert witness.seconds_left("lease", "until") > 0


async def test_who_slept_and_was_not_missed_takes_up_its_own_work_again(one: Process, two: Process) -> None:
    one.seconds.pass_by(10 * SPAN)
    await one.look()
    assert (one.holds(), one.taken_up) == (True, 2)


async def test_who_slept_and_was_followed_learns_it_and_stands_by(one: Process, two: Process, witness: Witness) -> None:
    witness.execute(LAPSED)
    await two.look()
    assert one.holds(), "for as long as its own clock says so; the rows themselves are fenced"
    await one.look()
    assert not one.holds()
    await one.look()
    assert not one.holds()
    await one.duty.leave()
    assert witness.one("SELECT owner FROM lease") == "two"


async def test_without_a_database_the_work_ends_with_the_lease(one: Process, store: Store) -> None:
    await store.close()
    with pytest.raises(StoreFault):
        await one.look()
    assert one.holds()
    one.seconds.pass_by(SPAN)
    assert not one.holds()
    with pytest.raises(StoreFault):
        await one.look()
    await one.duty.leave()  # nobody can be told, and nothing is raised


async def test_what_cannot_be_taken_up_is_left_to_a_neighbour(store: Store, other_store: Store) -> None:
    one, two = Process(store, "one"), Process(other_store, "two")
    one.fault = RuntimeError("a bug")
    with pytest.raises(RuntimeError):
        await one.begin()
    assert not one.holds()
    await two.begin()
    assert two.holds()


async def test_work_goes_on_while_the_turn_lasts_and_begins_anew_with_the_next(
    one: Process, two: Process, witness: Witness
) -> None:
    begun, ended = 0, 0

    async def work() -> None:
        nonlocal begun, ended
        begun += 1
        try:
            await asyncio.Event().wait()
        finally:
            ended += 1

    watch = two.duty.watch("phone")
    task = asyncio.create_task(watch.during(work))
    for _ in range(3):
        await asyncio.sleep(0)
    assert begun == 0
    for turns in (1, 2):
        witness.execute(LAPSED)
        await two.look()
        await until(lambda turns=turns: begun == turns)  # type: ignore[misc]
        await two.look()
        assert ended == turns - 1
        witness.execute(LAPSED)
        await one.look()  # which learns that it has lost it
        await one.look()
        await two.look()
        await until(lambda turns=turns: ended == turns)  # type: ignore[misc]
    task.cancel()
    await asyncio.wait({task})
    assert (begun, ended) == (2, 2)


async def test_a_turn_that_comes_while_the_old_work_is_still_being_ended_is_not_lost(one: Process) -> None:
    begun, ending, may_end = 0, asyncio.Event(), asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        try:
            await asyncio.Event().wait()
        finally:
            ending.set()
            await may_end.wait()

    watch = one.duty.watch("phone")
    task = asyncio.create_task(watch.during(work))
    await until(lambda: begun == 1)
    watch.end("lease.lost")
    await ending.wait()
    await one.look()
    may_end.set()
    await until(lambda: begun == 2)
    assert one.holds()
    task.cancel()
    await asyncio.wait({task})


async def test_work_that_fails_says_so_to_whoever_wants_it_done(one: Process) -> None:
    async def work() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        await one.duty.watch("phone").during(work)
    assert one.holds()


async def test_nothing_is_sent_unasked_by_who_stands_by_and_whoever_asks_is_answered(
    one: Process, two: Process
) -> None:
    reply = Reply(None)
    [ours] = OnDutyAll(one.platforms, one.duty).values()
    [theirs] = OnDutyAll(two.platforms, two.duty).values()
    assert await ours.deliver(HERE, reply) == await ours.show(HERE, reply) == Sent("1")
    assert await theirs.deliver(HERE, reply) == await theirs.show(HERE, reply) == STANDING_BY
    one.seconds.pass_by(SPAN)
    assert await ours.deliver(HERE, reply) == STANDING_BY


async def test_who_is_alone_needs_no_lease_and_never_loses_it(store: Store, witness: Witness) -> None:
    process = Process(store, "one", alone=True)
    await process.begin()
    process.seconds.pass_by(1_000_000)
    assert (process.holds(), process.taken_up, process.duty.covers()) == (True, 1, None)
    assert witness.one("SELECT count(*) FROM lease") == 0
    await process.duty.leave()
    assert not process.holds()


async def test_each_bot_has_a_lease_of_its_own_and_the_local_chat_has_one(
    store: Store, other_store: Store, witness: Witness
) -> None:
    one, two = Process(store, "one"), Process(other_store, "two")
    two.phone.bot = "2"
    local = Phone()
    local.name = "local"
    one.platforms["local"] = local
    await one.begin()
    await two.begin()
    assert one.duty.covers() == frozenset({"phone", "local"})
    assert two.holds()
    assert sorted(witness.all("SELECT name FROM lease")) == [("local",), ("phone:1",), ("phone:2",)]
