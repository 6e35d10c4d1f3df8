"""The intake: every update that was stored has its effect once and in order, and is answered, whatever fails on the way."""

import asyncio
import random
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from bot import intake as intake_module
from bot.addresses import Account, Address, RawUpdate
from bot.cards import Reply
from bot.coach.door import Coach, Unfinished
from bot.intake import Intake
from bot.nursery import Nursery
from bot.platforms.port import Heard, Said, Sender, Unreadable
from bot.store import inbox
from bot.store import tables as t
from bot.store.faults import StoreBusy, StoreFault, StoreFull
from bot.store.opening import open_store
from bot.store.unit import Store, Tx
from scheduler.nudge import Outcome, Sent
from tests.kit.clock import WEDNESDAY, StandingClock

PATIENCE = 30.0


class Bug(Exception):
    """A fault of ours."""


class Trouble:
    """What goes wrong, by the text of the update: the exceptions to raise, one a try."""

    def __init__(self) -> None:
        self._plans: dict[str, list[Exception]] = {}

    def plan(self, text: str, *errors: Exception) -> None:
        self._plans[text] = list(errors)

    def strike(self, text: str) -> None:
        if self._plans.get(text):
            raise self._plans[text].pop(0)


class Gates:
    """Points at which an update can be held up, by its text."""

    def __init__(self) -> None:
        self._closed: dict[str, asyncio.Event] = {}
        self.reached: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def close(self, *texts: str) -> None:
        for text in texts:
            self._closed[text] = asyncio.Event()

    def open(self, *texts: str) -> None:
        for text in texts:
            self._closed.pop(text).set()

    async def pass_through(self, text: str) -> None:
        self.reached[text].set()
        if text in self._closed:
            await self._closed[text].wait()

    async def until_reached(self, text: str) -> None:
        await asyncio.wait_for(self.reached[text].wait(), PATIENCE)


class ScriptedCoach(Coach):
    """Its effect is a line in the database, written in the same unit as the mark in the inbox, as the coach does it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.before, self.after, self.repainting, self.gate = Trouble(), Trouble(), Trouble(), Gates()
        self.repainted: list[str] = []

    async def hear(self, heard: Heard, inbox_id: int) -> Reply | None:
        text = said(heard)
        await self.gate.pass_through(text)

        def unit(tx: Tx) -> None:
            self.before.strike(text)
            line = insert(t.local_line).values(chat=heard.sender.account.id, author="effect", body=text, at=WEDNESDAY)
            tx.execute(line)
            inbox.done(tx, inbox_id, WEDNESDAY)

        try:
            await self.store.run(unit)
        except StoreFault as fault:
            raise Unfinished(heard, Reply(None, notice=f"sorry {fault.kind}")) from fault
        self.after.strike(text)
        return None if text == "silence" else Reply(None, notice=f"did {text}")

    async def repaint(self, heard: Heard) -> Reply | None:
        text = said(heard)
        self.repainting.strike(text)
        self.repainted.append(text)
        return Reply(None, notice=f"again {text}")


class Phone:
    """A platform in memory. Payloads are the text; some cannot be read."""

    name = "phone"
    problem = None

    def __init__(self, bot: str = "1") -> None:
        self.bot = bot
        self.trouble, self.gate = Trouble(), Gates()
        self.answers: list[tuple[str, str]] = []

    def understand(self, raw: RawUpdate) -> Heard | None:
        match raw.payload:
            case "garbage":
                raise Unreadable("not JSON")
            case "not for us":
                return None
            case "our bug":
                raise Bug
        sender = Sender(Account("phone", self.bot, raw.lane), raw.lane)
        return Said(sender, Address("phone", self.bot, raw.lane), private=True, text=raw.payload, message=raw.key)

    async def answer(self, heard: Heard, reply: Reply) -> None:
        text = said(heard)
        await self.gate.pass_through(text)
        self.trouble.strike(text)
        self.answers.append((text, reply.notice or ""))

    async def deliver(self, address: Address, reply: Reply) -> Outcome:
        return Sent("1")

    async def redraw(self, address: Address, reply: Reply) -> None:
        """Nothing lives here."""

    async def show(self, address: Address, reply: Reply) -> Outcome:
        return Sent("1")

    async def may_manage(self, address: Address, account: Account, fresh: bool = False) -> bool:
        return True

    async def run(self) -> None:
        await asyncio.Event().wait()


def said(heard: Heard) -> str:
    assert isinstance(heard, Said)
    return heard.text


class House:
    """The intake on a real database; it can be left and entered again, as a process is stopped and started."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.phone = Phone()
        self._running = AsyncExitStack()
        self.store: Store
        self.coach: ScriptedCoach
        self.intake: Intake
        self.nursery: Nursery

    async def enter(self, *, resume: bool = True) -> None:
        self.store = open_store(self.path)
        self._running.push_async_callback(self.store.close)
        self.nursery = await self._running.enter_async_context(Nursery())
        self.coach = ScriptedCoach(self.store)
        self.intake = Intake(self.store, self.coach, StandingClock(), self.nursery)
        self.intake.platforms["phone"] = self.phone
        if resume:
            await self.resume()

    async def resume(self) -> None:
        await self.intake.take_up("phone", self.phone.bot)
        self.intake.open()

    async def leave(self) -> None:
        await self._running.aclose()
        self._running = AsyncExitStack()

    async def again(self) -> None:
        await self.leave()
        self.phone = Phone()
        await self.enter()

    async def hear(self, *texts: str, lane: str = "ann", keys: Iterable[str] | None = None) -> None:
        updates = [
            RawUpdate(key, lane, text) for key, text in zip(keys or [f"{lane}-{x}" for x in texts], texts, strict=True)
        ]
        await self.intake.accept("phone", "1", updates)

    async def idle(self) -> None:
        await asyncio.wait_for(self.intake.idle(), PATIENCE)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read through a second connection."""
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def effects(self, lane: str | None = None) -> list[str]:
        rows = self.rows("SELECT chat, body FROM local_line WHERE author = 'effect' ORDER BY id")
        return [body for chat, body in rows if lane in (None, chat)]

    def open_rows(self) -> list[tuple[str, bool]]:
        """What the next start would find: key, and whether it is done."""
        query = "SELECT update_key, done_at IS NOT NULL FROM inbox WHERE answered_at IS NULL ORDER BY id"
        return [(key, bool(done)) for key, done in self.rows(query)]

    def quarantined(self) -> list[tuple[str, str]]:
        return self.rows("SELECT update_key, quarantined FROM inbox WHERE quarantined IS NOT NULL ORDER BY id")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "RETRY_SECONDS", (0.01,))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path / "toehold.sqlite")
    await made.enter()
    yield made
    await made.leave()


# --- the straight way


async def test_an_update_is_stored_worked_answered_and_marked(house: House) -> None:
    await house.hear("one", "silence")
    assert len(house.rows("SELECT 1 FROM inbox")) == 2
    await house.idle()
    assert house.effects() == ["one", "silence"]
    assert house.phone.answers == [("one", "did one")]
    assert house.open_rows() == []


async def test_what_is_answered_leaves_only_its_key_behind(house: House) -> None:
    await house.hear("one", "garbage")
    await house.idle()
    assert house.rows("SELECT update_key, payload FROM inbox ORDER BY id") == [
        ("ann-one", ""),
        ("ann-garbage", "garbage"),
    ]


async def test_a_redelivery_is_ignored_whenever_it_comes(house: House) -> None:
    house.coach.gate.close("one")
    await house.hear("one", keys=["k"])
    await house.hear("one", "one", keys=["k", "k"])
    await house.coach.gate.until_reached("one")
    await house.hear("one", keys=["k"])
    house.coach.gate.open("one")
    await house.idle()
    await house.hear("one", keys=["k"])
    await house.idle()
    assert house.effects() == ["one"]
    assert len(house.phone.answers) == 1


async def test_the_same_key_of_another_bot_is_another_update(house: House) -> None:
    await house.hear("one", keys=["k"])
    await house.intake.accept("phone", "2", [RawUpdate("k", "ann", "two")])
    await house.idle()
    assert house.effects() == ["one"]
    assert house.open_rows() == [("k", False)]


async def test_a_thousand_updates_of_fifty_lanes_keep_their_order_in_each_lane(house: House) -> None:
    lanes = [f"lane{number}" for number in range(50)]
    order = [lane for lane in lanes for _ in range(20)]
    random.Random(7).shuffle(order)
    updates, counts = [], dict.fromkeys(lanes, 0)
    for number, lane in enumerate(order):
        updates.append(RawUpdate(str(number), lane, f"{lane}/{counts[lane]:02}"))
        counts[lane] += 1
    for start in range(0, 1000, 40):
        await house.intake.accept("phone", "1", updates[start : start + 40])
    await house.idle()
    for lane in lanes:
        expected = [f"{lane}/{number:02}" for number in range(20)]
        assert house.effects(lane) == expected
        assert [text for text, _ in house.phone.answers if text.startswith(f"{lane}/")] == expected
    assert house.open_rows() == []


async def test_lanes_are_worked_side_by_side(house: House) -> None:
    house.coach.gate.close("slow")
    await house.hear("slow", "behind", lane="ann")
    await house.coach.gate.until_reached("slow")
    await house.hear("quick", lane="ben")
    await answered(house, "quick")
    assert house.effects() == ["quick"]
    house.coach.gate.open("slow")
    await house.idle()
    assert house.effects("ann") == ["slow", "behind"]


async def answered(house: House, text: str) -> None:
    await until(lambda: text in [each for each, _ in house.phone.answers])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - a condition of many parts
            await asyncio.sleep(0.001)


# --- the database fails


async def test_an_update_that_could_not_be_written_is_tried_until_it_can_be(house: House) -> None:
    house.coach.before.plan("one", StoreBusy("x"), StoreFull("x"), StoreBusy("x"))
    await house.hear("one", "two")
    await house.idle()
    assert house.effects() == ["one", "two"]
    assert house.phone.answers == [("one", "sorry busy"), ("one", "did one"), ("two", "did two")]


@pytest.mark.parametrize("error", [StoreFull("x"), Bug()], ids=["store", "bug"])
async def test_an_apology_that_fails_too_costs_nothing_but_itself(house: House, error: Exception) -> None:
    house.coach.before.plan("one", StoreFull("x"))
    house.phone.trouble.plan("one", error)
    await house.hear("one", "two")
    await house.idle()
    assert house.effects() == ["one", "two"]
    assert house.phone.answers == [("one", "did one"), ("two", "did two")]


async def test_a_fault_after_the_effect_was_committed_does_not_bring_it_twice(house: House) -> None:
    house.coach.after.plan("one", StoreFull("x"))
    await house.hear("one", "two")
    await house.idle()
    assert house.effects() == ["one", "two"]
    assert house.phone.answers == [("one", "again one"), ("two", "did two")]
    assert house.open_rows() == []


async def test_a_fault_after_an_update_was_put_aside_does_not_bring_it_at_all(house: House) -> None:
    original = house.coach.hear

    async def put_aside(heard: Heard, inbox_id: int) -> Reply | None:
        if said(heard) != "one":
            return await original(heard, inbox_id)
        await house.store.run(lambda tx: inbox.quarantine(tx, inbox_id, "failed", WEDNESDAY))
        raise StoreFull("x")

    house.coach.hear = put_aside  # type: ignore[method-assign]
    await house.hear("one", "two")
    await house.idle()
    assert house.effects() == ["two"]
    assert house.phone.answers == [("two", "did two")]


async def test_an_answer_that_could_not_be_kept_is_given_again(house: House) -> None:
    house.phone.trouble.plan("one", StoreBusy("x"), StoreFull("x"))
    await house.hear("one", "two")
    await house.idle()
    assert house.effects() == ["one", "two"]
    assert house.phone.answers == [("one", "did one"), ("two", "did two")]
    assert house.coach.repainted == []
    assert house.open_rows() == []


async def test_an_answer_that_is_never_kept_waits_for_the_next_start_and_holds_up_nothing(house: House) -> None:
    house.phone.trouble.plan("one", *[StoreFull("x")] * 1000)
    await house.hear("one", "two")
    await house.idle()
    assert house.effects() == ["one", "two"]
    assert house.phone.answers == [("two", "did two")]
    assert house.open_rows() == [("ann-one", True)]
    await house.again()
    await house.idle()
    assert house.phone.answers == [("one", "again one")]
    assert house.effects() == ["one", "two"]


async def test_while_the_database_takes_nothing_no_answer_is_given_up_or_sent_again(house: House) -> None:
    original, knocks, tries = house.store.run, 0, 0

    async def full(_unit: Callable[[Tx], object]) -> object:
        nonlocal knocks
        knocks += 1
        raise StoreFull("x")

    async def sent_and_not_kept(_heard: Heard, _reply: Reply) -> None:
        nonlocal tries
        tries += 1
        house.store.run = full  # type: ignore[method-assign,assignment]
        raise StoreFull("x")

    house.phone.answer = sent_and_not_kept  # type: ignore[method-assign,assignment]
    await house.hear("one", "two")
    await until(lambda: knocks > 3 * intake_module.ANSWER_TRIES)
    assert tries == 1
    house.store.run = original  # type: ignore[method-assign]
    del house.phone.answer
    await house.idle()
    assert house.phone.answers == [("one", "did one"), ("two", "did two")]
    assert house.open_rows() == []


async def test_an_answer_that_was_given_and_could_not_be_marked_is_not_given_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [StoreFull("x"), StoreBusy("x"), StoreFull("x")]
    original = inbox.answered

    def failing(tx: Tx, inbox_id: int, now: Any) -> None:
        if failures:
            raise failures.pop()
        original(tx, inbox_id, now)

    monkeypatch.setattr(inbox, "answered", failing)
    await house.hear("one", "two")
    await house.idle()
    assert house.phone.answers == [("one", "did one"), ("two", "did two")]
    assert house.open_rows() == []


async def test_lanes_that_wait_for_the_database_starve_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "AT_ONCE", 3)
    monkeypatch.setattr(intake_module, "RETRY_SECONDS", (PATIENCE * 10,))
    house = House(tmp_path / "toehold.sqlite")
    await house.enter()
    for number in range(10):
        house.coach.before.plan(f"stuck{number}", StoreFull("x"))
        await house.hear(f"stuck{number}", lane=f"lane{number}")
    await house.hear("free", lane="ben")
    await answered(house, "free")
    assert house.effects() == ["free"]
    await house.leave()


async def test_answers_that_take_long_starve_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "AT_ONCE", 3)
    house = House(tmp_path / "toehold.sqlite")
    await house.enter()
    texts = [f"slow{number}" for number in range(10)]
    house.phone.gate.close(*texts)
    for number, text in enumerate(texts):
        await house.hear(text, lane=f"lane{number}")
    await house.hear("free", lane="ben")
    await answered(house, "free")
    house.phone.gate.open(*texts)
    await house.idle()
    await house.leave()


async def test_an_update_that_could_not_be_stored_is_refused_and_stored_when_it_comes_again(house: House) -> None:
    original = house.store.run

    async def full(_unit: Callable[[Tx], object]) -> object:
        raise StoreFull("x")

    house.store.run = full  # type: ignore[method-assign,assignment]
    with pytest.raises(StoreFull):
        await house.hear("one")
    house.store.run = original  # type: ignore[method-assign]
    assert house.rows("SELECT 1 FROM inbox") == []
    await house.hear("one")
    await house.idle()
    assert house.effects() == ["one"]


# --- poison


async def test_what_cannot_be_understood_is_put_aside_and_the_next_goes_on(house: House) -> None:
    await house.hear("one", "garbage", "not for us", "our bug", "two")
    await house.idle()
    assert house.effects() == ["one", "two"]
    assert house.quarantined() == [
        ("ann-garbage", "not JSON"),
        ("ann-not for us", "nothing for us"),
        ("ann-our bug", "failed: Bug"),
    ]
    await house.again()
    await house.idle()
    assert house.phone.answers == []


async def test_a_thousand_updates_with_poison_among_them_are_all_worked(house: House) -> None:
    poison = ("garbage", "our bug", "not for us")
    texts = [poison[number % 3] if number % 50 == 25 else str(number) for number in range(1000)]
    await house.hear(*texts, keys=[str(number) for number in range(1000)])
    await house.idle()
    assert house.effects() == [text for text in texts if text not in poison]
    assert len(house.quarantined()) == 20


async def test_a_bug_before_the_effect_puts_the_update_aside(house: House) -> None:
    house.coach.before.plan("one", Bug())
    await house.hear("one", "two")
    await house.idle()
    assert house.effects() == ["two"]
    assert house.quarantined() == [("ann-one", "failed: Bug")]


async def test_a_bug_after_the_effect_leaves_it_and_repeats_nothing(house: House) -> None:
    house.coach.after.plan("one", Bug())
    await house.hear("one", "two")
    await house.idle()
    await house.again()
    await house.idle()
    assert house.effects() == ["one", "two"]


async def test_a_bug_in_the_answer_leaves_it_for_the_next_start(house: House) -> None:
    house.phone.trouble.plan("one", Bug())
    await house.hear("one", "two")
    await house.idle()
    assert house.open_rows() == [("ann-one", True)]
    await house.again()
    await house.idle()
    assert house.coach.repainted == ["one"]
    assert house.phone.answers == [("one", "again one")]
    assert house.effects() == ["one", "two"]


async def test_what_cannot_be_repainted_is_put_aside(house: House) -> None:
    house.phone.trouble.plan("one", Bug())
    await house.hear("one")
    await house.idle()
    await house.leave()
    await house.enter(resume=False)
    house.coach.repainting.plan("one", Bug())
    await house.resume()
    await house.idle()
    assert house.open_rows() == []
    assert house.effects() == ["one"]


# --- stopping and starting


async def test_what_was_left_is_worked_or_repainted_and_never_both(house: House) -> None:
    await house.leave()
    store = open_store(house.path)

    def left_behind(tx: Tx) -> None:
        rows = inbox.accept(tx, "phone", "1", [RawUpdate(x, "ann", x) for x in ("new", "done", "over")], WEDNESDAY)
        for row in rows[1:]:
            tx.execute(insert(t.local_line).values(chat="ann", author="effect", body=row.raw.payload, at=WEDNESDAY))
            inbox.done(tx, row.id, WEDNESDAY)
        inbox.answered(tx, rows[2].id, WEDNESDAY)

    await store.run(left_behind)
    await store.close()
    await house.enter()
    await house.idle()
    assert sorted(house.effects()) == ["done", "new", "over"]
    assert house.phone.answers == [("new", "did new"), ("done", "again done")]
    assert house.coach.repainted == ["done"]
    assert house.open_rows() == []


async def test_what_was_left_comes_before_what_is_new_and_nothing_is_taken_twice(house: House) -> None:
    await house.leave()
    store = open_store(house.path)
    await store.run(lambda tx: inbox.accept(tx, "phone", "1", [RawUpdate("old", "ann", "old")], WEDNESDAY))
    await store.close()
    await house.enter(resume=False)
    accepting = [asyncio.create_task(house.hear(text)) for text in ("a", "b", "c")]
    for _ in range(5):
        await asyncio.sleep(0)
    assert not any(task.done() for task in accepting)
    await house.resume()
    await asyncio.gather(*accepting)
    await house.idle()
    assert house.effects() == ["old", "a", "b", "c"]


async def test_stopping_finishes_what_is_in_hand_and_leaves_the_rest_for_the_next_start(house: House) -> None:
    house.coach.gate.close("one")
    await house.hear("one", "two", "three")
    await house.hear("other", lane="ben")
    await house.coach.gate.until_reached("one")
    leaving = asyncio.create_task(house.leave())
    await until(lambda: house.nursery.leaving)
    await house.hear("four")  # a platform that has not stopped yet
    house.coach.gate.open("one")
    await leaving
    assert ("one", "did one") in house.phone.answers
    assert house.effects("ann") == ["one"]
    assert house.open_rows() == [(f"ann-{text}", False) for text in ("two", "three", "four")]
    await house.enter()
    await house.idle()
    assert house.effects("ann") == ["one", "two", "three", "four"]


async def test_stopping_does_not_wait_for_a_database_that_fails(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "RETRY_SECONDS", (PATIENCE * 10,))
    house.coach.before.plan("one", StoreFull("x"))
    await house.hear("one")
    await answered(house, "one")  # that it failed
    async with asyncio.timeout(5):
        await house.leave()
    await house.enter()
    await house.idle()
    assert house.effects() == ["one"]


async def test_a_caller_that_is_cancelled_while_it_stores_is_heard_all_the_same(house: House) -> None:
    caller = asyncio.create_task(house.hear("one"))
    while house.intake._idle.is_set() and not house.rows("SELECT 1 FROM inbox"):
        await asyncio.sleep(0)
        if not caller.done():
            caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await until(lambda: house.effects() == ["one"])
    await house.idle()
    assert house.phone.answers == [("one", "did one")]


async def test_updates_of_a_bot_that_is_not_connected_wait_for_it(house: House) -> None:
    await house.intake.accept("phone", "2", [RawUpdate("a", "ann", "one")])
    await house.intake.accept("fax", "1", [RawUpdate("b", "ann", "two")])
    await house.idle()
    assert house.effects() == []
    await house.leave()
    house.phone = Phone(bot="2")
    await house.enter()
    await house.idle()
    assert house.effects() == ["one"]
    assert house.open_rows() == [("b", False)]


# --- keeping house


async def test_old_updates_are_forgotten_whatever_became_of_them(house: House) -> None:
    await house.hear("one", "garbage")
    await house.intake.accept("phone", "2", [RawUpdate("left", "ann", "x")])
    await house.idle()
    assert await inbox.purge(house.store, WEDNESDAY + timedelta(days=8)) == 0
    assert await inbox.purge(house.store, WEDNESDAY + timedelta(days=8, seconds=1)) == 3


@pytest.mark.parametrize("count", [6, 7])
async def test_more_old_updates_than_one_unit_takes_are_all_forgotten(
    house: House, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(inbox, "PURGE_AT_ONCE", 3)
    await house.intake.accept("phone", "2", [RawUpdate(f"old {number}", "ann", "x") for number in range(count)])
    new, later = [RawUpdate("new", "ann", "x")], WEDNESDAY + timedelta(days=5)
    await house.store.run(lambda tx: inbox.accept(tx, "phone", "2", new, later))
    assert await inbox.purge(house.store, WEDNESDAY + timedelta(days=9)) == count
    assert house.open_rows() == [("new", False)]
