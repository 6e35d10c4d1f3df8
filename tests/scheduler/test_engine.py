"""The engine over the real store: what is due is delivered once, and one delivery's trouble stays its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.store import nudges
from bot.store import tables as t
from bot.store.faults import StoreFault, StoreFull
from bot.store.nudges import StoredNudges
from bot.store.opening import open_store
from bot.store.outcomes import ATTEMPTS_MOST, UNKNOWN_WAITS
from bot.store.unit import Store, Tx
from scheduler.engine import CLAIM_AT_ONCE, FAULT_SECONDS, IN_FLIGHT, Engine
from scheduler.nudge import Broken, Gone, Later, Nudge, NudgeId, Outcome, Sent, Unknown
from scheduler.ports import Delivery, Drop, Postpone, Send, Verdict
from scheduler.pulse import Pulse
from tests.bot.store.cast import nudge, person
from tests.kit.clock import WEDNESDAY

PATIENCE = 30.0


class Post:
    """A deliverer: says what the test wants, and remembers what was on the wire."""

    def __init__(self) -> None:
        self.verdict: Callable[[Nudge], Verdict] = lambda _nudge: None
        self.answer: Callable[[Nudge], Outcome | Drop] = lambda nudge: Sent(f"m{nudge.id}")
        self.judging: Callable[[Nudge], Awaitable[object]] | None = None
        self.before: Callable[[Nudge], Awaitable[object]] | None = None
        self.sent: list[str] = []
        self.on_the_wire = 0
        self.most_on_the_wire = 0
        self.waits: datetime | None = None

    def waits_until(self, now: datetime) -> datetime | None:
        return self.waits if self.waits is not None and self.waits > now else None

    async def judge(self, nudges: Sequence[Nudge], now: datetime) -> Sequence[Drop | Postpone | Send]:
        for each in nudges:
            if self.judging is not None:
                await self.judging(each)
        return [self.verdict(each) or partial(self.send, each, now) for each in nudges]

    async def send(self, nudge: Nudge, now: datetime) -> Outcome | Drop:
        self.on_the_wire += 1
        self.most_on_the_wire = max(self.most_on_the_wire, self.on_the_wire)
        try:
            if self.before is not None:
                await self.before(nudge)
            await asyncio.sleep(0)
            self.sent.append(nudge.person)
            outcome = self.answer(nudge)
            if isinstance(outcome, Later) and outcome.everyone:
                self.waits = now + timedelta(seconds=outcome.seconds)
            return outcome
        finally:
            self.on_the_wire -= 1


class Flaky(StoredNudges):
    """The real store, which fails where it is told to."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.failing: set[str] = set()
        """Steps, or people."""
        self.advancing: Callable[[Sequence[Nudge]], Awaitable[object]] | None = None

    async def advance(
        self, ended: Sequence[Delivery], begun: Sequence[Nudge], owner: str, now: datetime
    ) -> frozenset[NudgeId]:
        if self.advancing is not None:
            await self.advancing(begun)
        touched = {each.nudge.person for each in ended} | {nudge.person for nudge in begun}
        for step, concerns in (("record", ended), ("sending", begun)):
            if concerns and step in self.failing:
                raise StoreFull(step)
        if touched & self.failing:
            raise StoreFull("one of them")
        return await super().advance(ended, begun, owner, now)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = open_store(tmp_path / "toehold.sqlite")
    yield opened
    await opened.close()


@pytest.fixture
def flaky(store: Store) -> Flaky:
    return Flaky(store)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def engine(flaky: Flaky, post: Post) -> Engine:
    return Engine(flaky, post, "me")


async def owed(store: Store, *names: str) -> None:
    for name in names:
        await person(store, name)
        await nudge(store, name)


async def states(store: Store) -> dict[str, tuple[str, str]]:
    """State and reason by person."""
    query = select(t.nudge.c.person, t.nudge.c.state, t.nudge.c.reason)
    rows = await store.read(lambda tx: tx.execute(query).all())
    return {row.person: (row.state, row.reason) for row in rows}


def results(deliveries: list[Delivery]) -> dict[str, Outcome | Drop | Postpone]:
    return {each.nudge.person: each.result for each in deliveries}


async def test_a_due_slot_is_planned_delivered_and_recorded_in_one_tick(
    store: Store, engine: Engine, post: Post
) -> None:
    await person(store, "ann", "07:00")
    due = await engine.next_due()
    assert due is not None
    deliveries = await engine.tick(due)
    assert results(deliveries) == {"ann": Sent("m1")}
    assert await states(store) == {"ann": ("sent", "")}
    assert await engine.tick(due) == []
    assert await engine.next_due() == due + timedelta(days=1)


async def test_one_prompt_whatever_the_number_of_ticks_and_engines(store: Store, post: Post) -> None:
    await person(store, "ann", "07:00")
    engines = [Engine(StoredNudges(store), post, f"owner{n}") for n in range(4)]
    for second in range(5):
        now = WEDNESDAY + timedelta(seconds=second)
        await asyncio.gather(*(engine.tick(now) for engine in engines for _ in range(3)))
    assert post.sent == ["ann"]


async def test_the_first_of_a_crowd_do_not_wait_until_the_last_are_planned(
    store: Store, engine: Engine, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.engine.TICK_MOST", 2)
    monkeypatch.setattr(nudges, "PLAN_AT_ONCE", 1)
    for hour in range(6, 11):
        await person(store, f"at{hour}", f"{hour:02}:59", "11:00")
    await engine.tick(WEDNESDAY)
    assert sorted(post.sent) == ["at6", "at7"]
    assert sorted(await states(store)) == ["at6", "at7"], "nobody else was planned yet"
    while await engine.tick(WEDNESDAY):
        pass
    assert sorted(post.sent) == ["at10", "at6", "at7", "at8", "at9"], "each once, whatever they had missed"


async def test_everything_that_is_due_goes_out_in_one_tick_a_few_at_once(
    store: Store, engine: Engine, post: Post
) -> None:
    names = [f"p{n}" for n in range(250)]
    await asyncio.gather(*(owed(store, name) for name in names))
    deliveries = await engine.tick(WEDNESDAY)
    assert sorted(results(deliveries)) == sorted(names)
    assert sorted(post.sent) == sorted(names)
    assert post.most_on_the_wire == IN_FLIGHT


@pytest.mark.parametrize("in_flight", [1, 7, 32])
async def test_as_many_are_on_the_wire_as_the_setting_says(store: Store, post: Post, in_flight: int) -> None:
    names = [f"p{n}" for n in range(150)]
    await asyncio.gather(*(owed(store, name) for name in names))
    await Engine(StoredNudges(store), post, "me", in_flight).tick(WEDNESDAY)
    assert sorted(post.sent) == sorted(names)
    assert post.most_on_the_wire <= in_flight


async def test_of_a_burst_one_tick_does_the_oldest_and_the_next_ones_the_rest(
    store: Store, engine: Engine, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.engine.TICK_MOST", 30)
    await owed(store, *(f"p{n:02}" for n in range(70)))
    assert [len(await engine.tick(WEDNESDAY)) for _ in range(4)] == [30, 30, 10, 0]
    assert sorted(post.sent[:30]) == [f"p{n:02}" for n in range(30)]


async def test_the_next_batch_is_claimed_while_one_is_on_the_wire(store: Store, flaky: Flaky, post: Post) -> None:
    await asyncio.gather(*(owed(store, f"p{n}") for n in range(CLAIM_AT_ONCE + 20)))
    claims: list[int] = []
    claim = flaky.claim

    async def counted(now: datetime, owner: str, limit: int) -> Sequence[Nudge]:
        found = await claim(now, owner, limit)
        claims.append(len(found))
        return found

    flaky.claim = counted  # type: ignore[method-assign]

    async def until_the_next_claim(_nudge: Nudge) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(claims) < 2 and len(post.sent) >= 3:  # noqa: ASYNC110 - the engine does it
                await asyncio.sleep(0.001)

    post.before = until_the_next_claim
    await Engine(flaky, post, "me").tick(WEDNESDAY)
    assert claims == [CLAIM_AT_ONCE, 20, 0]
    assert len(post.sent) == CLAIM_AT_ONCE + 20


async def test_a_claim_that_fails_cuts_nothing_off_the_wire(store: Store, flaky: Flaky, post: Post) -> None:
    await asyncio.gather(*(owed(store, f"p{n}") for n in range(CLAIM_AT_ONCE + 20)))
    claim, claims = flaky.claim, []

    async def once(now: datetime, owner: str, limit: int) -> Sequence[Nudge]:
        claims.append(1)
        if len(claims) > 1:
            raise StoreFull("full")
        return await claim(now, owner, limit)

    flaky.claim = once  # type: ignore[method-assign]
    engine = Engine(flaky, post, "me")
    with pytest.raises(StoreFault):
        await engine.tick(WEDNESDAY)
    assert len(post.sent) == CLAIM_AT_ONCE
    flaky.claim = claim  # type: ignore[method-assign]
    await engine.tick(WEDNESDAY)
    assert len(post.sent) == CLAIM_AT_ONCE + 20
    assert {state for state, _ in (await states(store)).values()} == {"sent"}


async def test_two_ticks_at_once_do_not_overlap(store: Store, engine: Engine, post: Post) -> None:
    await owed(store, *(f"p{n}" for n in range(10)))
    first, second = await asyncio.gather(engine.tick(WEDNESDAY), engine.tick(WEDNESDAY))
    assert sorted(len(each) for each in (first, second)) == [0, 10]
    assert post.most_on_the_wire <= IN_FLIGHT


async def test_a_verdict_is_recorded_and_nothing_is_sent(store: Store, engine: Engine, post: Post) -> None:
    await owed(store, "ann", "ben")
    until = WEDNESDAY + timedelta(hours=1)
    post.verdict = lambda nudge: Drop("paused") if nudge.person == "ann" else Postpone(until, "quiet hours")
    await engine.tick(WEDNESDAY)
    assert post.sent == []
    assert await states(store) == {"ann": ("dropped", "paused"), "ben": ("planned", "quiet hours")}
    assert await engine.next_due() == until


async def test_each_outcome_stays_its_own(store: Store, engine: Engine, post: Post) -> None:
    answers: dict[str, Outcome | Drop] = {
        "sent": Sent("1"),
        "later": Later(60, "flood"),
        "gone": Gone("blocked"),
        "broken": Broken("too long"),
        "unknown": Unknown("timeout"),
        "dropped": Drop("nobody there"),
    }
    await owed(store, *answers)
    post.answer = lambda nudge: answers[nudge.person]
    deliveries = await engine.tick(WEDNESDAY)
    assert results(deliveries) == answers
    assert {name: state for name, (state, _) in (await states(store)).items()} == {
        **{name: name for name in answers},
        "later": "planned",
        "unknown": "planned",
    }


# --- faults of ours


def fails_for(name: str) -> Callable[[Nudge], None]:
    def fail(nudge: Nudge) -> None:
        if nudge.person == name:
            raise ZeroDivisionError

    return fail


async def test_an_exception_before_the_wire_costs_nobody_a_prompt(store: Store, engine: Engine, post: Post) -> None:
    await owed(store, "ann", "ben", "cy")
    post.verdict = fails_for("ben")
    await engine.tick(WEDNESDAY)
    assert post.sent == ["ann", "cy"]
    assert (await states(store))["ben"] == ("planned", "our fault")

    post.verdict = lambda _nudge: None
    again = await engine.next_due()
    assert again == WEDNESDAY + timedelta(seconds=2 * FAULT_SECONDS)
    await engine.tick(again)
    assert post.sent == ["ann", "cy", "ben"]


async def test_an_exception_while_sending_leaves_it_in_doubt(store: Store, engine: Engine, post: Post) -> None:
    await owed(store, "ann", "ben", "cy")

    def answer(nudge: Nudge) -> Outcome:
        fails_for("ben")(nudge)
        return Sent("1")

    post.answer = answer
    deliveries = await engine.tick(WEDNESDAY)
    assert results(deliveries)["ben"] == Unknown("our fault")
    assert {name: state for name, (state, _) in (await states(store)).items()} == {
        "ann": "sent",
        "ben": "planned",
        "cy": "sent",
    }
    assert await engine.next_due() == WEDNESDAY + UNKNOWN_WAITS


async def test_a_delivery_that_always_fails_is_given_up_and_the_others_go_on(
    store: Store, engine: Engine, post: Post
) -> None:
    await owed(store, "ann")
    post.verdict = fails_for("ann")
    now: datetime | None = WEDNESDAY
    ticks = 0
    while (now := await engine.next_due()) is not None:
        await engine.tick(now)
        ticks += 1
    assert ticks == ATTEMPTS_MOST
    assert await states(store) == {"ann": ("broken", "gave up: our fault")}
    await owed(store, "ben")
    await engine.tick(WEDNESDAY)
    assert post.sent == ["ben"]


async def test_a_database_that_fails_before_the_wire_loses_nothing(
    store: Store, flaky: Flaky, engine: Engine, post: Post
) -> None:
    await owed(store, "ann")
    flaky.failing = {"sending", "record"}
    await engine.tick(WEDNESDAY)
    assert post.sent == []
    with pytest.raises(StoreFault):
        await engine.tick(WEDNESDAY)
    flaky.failing = set()
    await engine.tick(WEDNESDAY)
    assert (await states(store))["ann"] == ("planned", "our fault")
    again = await engine.next_due()
    assert again is not None
    await engine.tick(again)
    assert post.sent == ["ann"]
    assert (await states(store))["ann"][0] == "sent"


async def test_what_was_sent_and_could_not_be_recorded_is_recorded_later_and_not_sent_again(
    store: Store, flaky: Flaky, engine: Engine, post: Post
) -> None:
    await owed(store, "ann", "ben")
    flaky.failing = {"record"}
    deliveries = await engine.tick(WEDNESDAY)
    assert len(deliveries) == 2
    assert {state for state, _ in (await states(store)).values()} == {"sending"}
    flaky.failing = set()
    assert await engine.tick(WEDNESDAY) == []
    assert {state for state, _ in (await states(store)).values()} == {"sent"}
    assert sorted(post.sent) == ["ann", "ben"]


async def test_what_cannot_be_recorded_of_one_spoils_no_other_of_its_wave(
    store: Store, flaky: Flaky, engine: Engine, post: Post
) -> None:
    names = [f"p{n}" for n in range(2 * IN_FLIGHT)]
    await owed(store, *names)
    flaky.failing = {"p1"}
    await engine.tick(WEDNESDAY)
    assert sorted(post.sent) == sorted(set(names) - {"p1"})
    assert {name: state for name, (state, _) in (await states(store)).items()} == {
        **dict.fromkeys(names, "sent"),
        "p1": "claimed",
    }
    flaky.failing = set()
    await engine.tick(WEDNESDAY)
    assert (await states(store))["p1"] == ("planned", "our fault")


async def test_no_more_rows_are_on_the_wire_than_places_and_each_is_judged_only_then(
    store: Store, engine: Engine, post: Post
) -> None:
    await owed(store, *(f"p{n:02}" for n in range(30)))
    seen: list[list[str]] = []

    async def look(nudge: Nudge) -> None:
        now = await states(store)
        seen.append([name for name, (state, _) in now.items() if state == "sending"])
        assert nudge.person in seen[-1]

    post.judging = look
    await engine.tick(WEDNESDAY)
    assert max(len(each) for each in seen) == IN_FLIGHT


async def test_what_came_back_is_recorded_although_the_tick_is_cut_short(
    store: Store, engine: Engine, post: Post
) -> None:
    await owed(store, "ann", "ben")
    stuck = asyncio.Event()

    async def hang_for_ben(nudge: Nudge) -> None:
        if nudge.person == "ben":
            async with asyncio.timeout(PATIENCE):
                while not post.sent:  # noqa: ASYNC110 - the engine does it
                    await asyncio.sleep(0.001)
            stuck.set()
            await asyncio.Event().wait()

    post.before = hang_for_ben
    tick = asyncio.create_task(engine.tick(WEDNESDAY))
    await asyncio.wait_for(stuck.wait(), PATIENCE)
    tick.cancel()
    with pytest.raises(asyncio.CancelledError):
        await tick
    assert {name: state for name, (state, _) in (await states(store)).items()} == {"ann": "sent", "ben": "sending"}


async def test_a_claim_that_was_lost_is_neither_sent_nor_recorded(
    store: Store, flaky: Flaky, engine: Engine, post: Post
) -> None:
    await owed(store, "ann")

    def stolen(tx: Tx) -> list[Nudge]:
        nudges.recover(tx, "you", WEDNESDAY)
        return nudges.claim(tx, WEDNESDAY, "you", 1)

    async def steal(_begun: Sequence[Nudge]) -> None:
        flaky.advancing = None
        [mine] = await store.run(stolen)
        assert mine.attempt == 2

    flaky.advancing = steal
    deliveries = await engine.tick(WEDNESDAY)
    assert results(deliveries) == {"ann": Drop("claim lost")}
    assert post.sent == []
    assert await states(store) == {"ann": ("claimed", "")}


async def test_when_everyone_must_wait_what_is_claimed_goes_back_untried(
    store: Store, engine: Engine, post: Post
) -> None:
    names = [f"p{n:02}" for n in range(40)]
    await owed(store, *names)
    post.answer = lambda _nudge: Later(30, "flood", everyone=True)
    await engine.tick(WEDNESDAY)
    assert len(post.sent) <= IN_FLIGHT
    assert {state for state, _ in (await states(store)).values()} == {"planned"}

    post.sent.clear()
    post.answer = lambda _nudge: Sent("1")
    await engine.tick(WEDNESDAY + timedelta(seconds=29))
    assert post.sent == []
    assert await engine.next_due() == WEDNESDAY + timedelta(seconds=30)
    await engine.tick(WEDNESDAY + timedelta(seconds=30))
    assert sorted(post.sent) == names


@pytest.mark.parametrize("result", [Later(0, "flood"), Postpone(WEDNESDAY, "quiet hours")], ids=["later", "postpone"])
async def test_a_wait_of_nothing_does_not_turn_one_tick_into_many(
    store: Store, engine: Engine, post: Post, result: Later | Postpone
) -> None:
    await owed(store, "ann")
    if isinstance(result, Later):
        post.answer = lambda _nudge: result
    else:
        post.verdict = lambda _nudge: result
    assert len(await engine.tick(WEDNESDAY)) == 1
    assert await engine.next_due() == WEDNESDAY + timedelta(seconds=1)


async def test_a_chat_that_must_wait_keeps_nobody_else_waiting(store: Store, engine: Engine, post: Post) -> None:
    await owed(store, "ann", "ben")
    post.answer = lambda nudge: Later(30, "flood") if nudge.person == "ann" else Sent("1")
    await engine.tick(WEDNESDAY)
    assert {name: state for name, (state, _) in (await states(store)).items()} == {"ann": "planned", "ben": "sent"}


# --- a process that ends


async def cut_off(engine: Engine, post: Post) -> None:
    """A tick that is cancelled while as many messages as may be are on the wire."""
    wire = asyncio.Event()

    async def hang(_nudge: Nudge) -> None:
        if post.on_the_wire == IN_FLIGHT:
            wire.set()
        await asyncio.Event().wait()

    post.before = hang
    tick = asyncio.create_task(engine.tick(WEDNESDAY))
    await asyncio.wait_for(wire.wait(), PATIENCE)
    tick.cancel()
    with pytest.raises(asyncio.CancelledError):
        await tick
    post.before = None


async def test_after_a_crash_only_what_was_on_the_wire_is_in_doubt(store: Store, engine: Engine, post: Post) -> None:
    names = [f"p{n:02}" for n in range(30)]
    await owed(store, *names)
    await cut_off(engine, post)
    left = [state for state, _ in (await states(store)).values()]
    assert left.count("sending") == IN_FLIGHT
    assert left.count("claimed") == 30 - IN_FLIGHT

    successor = Engine(StoredNudges(store), post, "successor")
    await successor.recover(WEDNESDAY)
    await successor.tick(WEDNESDAY)
    assert len(post.sent) == 30 - IN_FLIGHT
    await successor.tick(WEDNESDAY + UNKNOWN_WAITS)
    assert sorted(post.sent) == names
    assert {state for state, _ in (await states(store)).values()} == {"sent"}


# --- the pulse


async def test_the_pulse_beats_on_after_a_beat_that_failed() -> None:
    beats: list[int] = []
    enough = asyncio.Event()

    async def beat() -> None:
        beats.append(1)
        if len(beats) == 1:
            raise ZeroDivisionError
        enough.set()

    pulse = Pulse(beat, seconds=0.02)
    pulse.start()
    await asyncio.wait_for(enough.wait(), PATIENCE)
    pulse.stop()


async def test_the_first_beat_comes_at_once_if_it_may() -> None:
    begun = asyncio.Event()

    async def beat() -> None:
        begun.set()

    pulse = Pulse(beat, seconds=3600, at_once=True)
    pulse.start()
    await asyncio.wait_for(begun.wait(), PATIENCE)
    pulse.stop()


async def test_a_beat_under_way_may_end_before_the_pulse_stops() -> None:
    begun, go, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def beat() -> None:
        begun.set()
        await go.wait()
        ended.set()

    pulse = Pulse(beat, seconds=0.02)
    pulse.start()
    await asyncio.wait_for(begun.wait(), PATIENCE)
    stopping = asyncio.create_task(pulse.finish(within=PATIENCE))
    await asyncio.sleep(0)
    go.set()
    await stopping
    assert ended.is_set()


async def test_a_beat_that_does_not_end_is_cut_short() -> None:
    begun, cut = asyncio.Event(), asyncio.Event()

    async def beat() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cut.set()

    pulse = Pulse(beat, seconds=0.02)
    pulse.start()
    await asyncio.wait_for(begun.wait(), PATIENCE)
    await pulse.finish(within=0.05)
    await asyncio.wait_for(cut.wait(), PATIENCE)
    pulse.stop()
    await pulse.finish(within=0.05)
