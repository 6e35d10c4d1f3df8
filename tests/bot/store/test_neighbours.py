"""Several processes on one database, on each engine: each works for the people of its platforms, and nothing is had twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, update

from bot.addresses import Account, Address, RawUpdate
from bot.clock import Clock
from bot.coach.desk import Answer
from bot.coach.door import Coach, WorkedElsewhere
from bot.cues import Cues
from bot.platforms.port import Heard, Said, Sender
from bot.store import inbox, nudges
from bot.store import tables as t
from bot.store.inbox import ANSWERED_WITHIN, WORKED_WITHIN
from bot.store.nudges import StoredNudges
from bot.store.opening import Where, open_store
from bot.store.outcomes import UNKNOWN_WAITS
from bot.store.unit import Store, Tx
from scheduler.nudge import Nudge, Outcome, Sent
from scheduler.ports import Delivery, Drop
from tests.bot.store.cast import nudge, person
from tests.bot.store.test_nudges import MONDAY_PROMPT
from tests.bot.store.witness import Witness
from tests.kit.clock import WEDNESDAY, StandingClock

NOBODYS = frozenset[str]()


@pytest.fixture
async def cast(store: Store) -> None:
    """Ann on Telegram, Dee on Discord, Nob who never said where."""
    for name, platform in (("ann", "telegram"), ("dee", "discord"), ("nob", None)):
        await person(store, name, "07:30")
        await store.run(
            lambda tx, name=name, platform=platform: tx.execute(  # type: ignore[misc]
                update(t.person).where(t.person.c.id == name).values(platform=platform)
            )
        )


@pytest.fixture
async def unprompted_cast(store: Store, cast: None) -> None:
    """The same, and none of their slots is due."""
    await store.run(lambda tx: tx.execute(update(t.slot).values(next_due_at=None)).rowcount)


@pytest.fixture
async def other_store(where: Where) -> AsyncIterator[Store]:
    opened = open_store(where)
    yield opened
    await opened.close()


def who(found: list[Nudge]) -> list[str]:
    return sorted(nudge.person for nudge in found)


# --- whose people


@pytest.mark.usefixtures("cast")
async def test_each_plans_for_the_people_of_its_platforms(store: Store, witness: Witness) -> None:
    query = "SELECT person FROM nudge ORDER BY person"
    assert await StoredNudges(store, lambda: NOBODYS).plan(MONDAY_PROMPT) == 0
    assert await StoredNudges(store, lambda: {"discord"}).plan(MONDAY_PROMPT) == 2
    assert witness.all(query) == [("dee",), ("nob",)]
    assert await StoredNudges(store, lambda: {"discord"}).plan(MONDAY_PROMPT) == 0
    assert await StoredNudges(store, lambda: {"telegram", "local"}).plan(MONDAY_PROMPT) == 1
    assert witness.all(query) == [("ann",), ("dee",), ("nob",)]


@pytest.mark.usefixtures("unprompted_cast")
async def test_each_claims_for_the_people_of_its_platforms(store: Store) -> None:
    for name in ("ann", "dee", "nob"):
        await nudge(store, name)

    async def claim(owner: str, *platforms: str) -> list[str]:
        return who(list(await StoredNudges(store, lambda: platforms).claim(WEDNESDAY, owner, 10)))

    assert await claim("one") == []
    assert await claim("one", "local") == ["nob"]
    assert await claim("one", "discord") == ["dee"]
    assert await claim("one", "discord") == []
    assert await claim("two", "discord", "telegram") == ["ann"]


@pytest.mark.usefixtures("cast")
async def test_the_next_moment_is_that_of_ones_own_people(store: Store) -> None:
    await nudge(store, "dee", due=WEDNESDAY - timedelta(days=9))

    async def next_due(*platforms: str) -> datetime | None:
        return await StoredNudges(store, lambda: platforms).next_due()

    assert await next_due("discord") == WEDNESDAY - timedelta(days=9)
    assert await next_due("telegram") == MONDAY_PROMPT
    assert await StoredNudges(store).next_due() == WEDNESDAY - timedelta(days=9)


# --- taking over


async def begins(nudges: StoredNudges, claimed: Nudge, owner: str) -> bool:
    """Whether it may go on the wire."""
    return not await nudges.advance((), [claimed], owner, WEDNESDAY)


async def ends(nudges: StoredNudges, claimed: Nudge, owner: str, outcome: Outcome | Drop) -> bool:
    """Whether what became of it could be written down."""
    return not await nudges.advance([Delivery(claimed, outcome)], (), owner, WEDNESDAY)


@pytest.mark.usefixtures("cast")
async def test_a_take_over_frees_what_was_claimed_for_the_people_of_that_platform(
    store: Store, witness: Witness
) -> None:
    for name in ("ann", "dee"):
        await nudge(store, name, state="claimed", owner="gone", attempt=1)
    assert await StoredNudges(store).recover("successor", WEDNESDAY, "telegram") == 1
    assert witness.all("SELECT person, state FROM nudge ORDER BY person") == [("ann", "planned"), ("dee", "claimed")]


@pytest.mark.usefixtures("unprompted_cast")
async def test_whoever_was_only_late_sends_nothing_that_was_not_on_the_wire(store: Store, other_store: Store) -> None:
    late, successor = StoredNudges(store), StoredNudges(other_store)
    await nudge(store, "ann")
    [claimed] = await late.claim(WEDNESDAY, "late", 1)
    await successor.recover("successor", WEDNESDAY, "telegram")
    assert not await begins(late, claimed, "late")
    [again] = await successor.claim(WEDNESDAY, "successor", 1)
    assert not await begins(late, claimed, "late")
    assert await begins(successor, again, "successor")
    assert not await ends(late, claimed, "late", Drop("stale"))
    assert await ends(successor, again, "successor", Sent("m1"))


@pytest.mark.usefixtures("unprompted_cast")
@pytest.mark.parametrize("outcome", [Sent("m1"), Drop("nobody there")])
async def test_what_the_other_has_on_the_wire_waits_and_may_still_be_recorded_by_it(
    store: Store, other_store: Store, witness: Witness, outcome: Outcome | Drop
) -> None:
    late, successor = StoredNudges(store), StoredNudges(other_store)
    await nudge(store, "ann")
    [claimed] = await late.claim(WEDNESDAY, "late", 1)
    assert await begins(late, claimed, "late")
    assert await successor.recover("successor", WEDNESDAY, "telegram") == 1
    assert await successor.claim(WEDNESDAY, "successor", 1) == []
    assert await ends(late, claimed, "late", outcome)
    assert await successor.claim(WEDNESDAY + UNKNOWN_WAITS, "successor", 1) == []
    assert witness.one("SELECT state FROM nudge") in {"sent", "dropped"}


@pytest.mark.usefixtures("unprompted_cast")
async def test_after_the_successor_has_tried_again_the_late_one_records_nothing(
    store: Store, other_store: Store, witness: Witness
) -> None:
    late, successor = StoredNudges(store), StoredNudges(other_store)
    await nudge(store, "ann")
    [claimed] = await late.claim(WEDNESDAY, "late", 1)
    assert await begins(late, claimed, "late")
    await successor.recover("successor", WEDNESDAY, "telegram")
    [again] = await successor.claim(WEDNESDAY + UNKNOWN_WAITS, "successor", 1)
    assert not await ends(late, claimed, "late", Sent("m1"))
    assert await begins(successor, again, "successor")


# --- what was heard


class Counting(Coach):
    """The real door; each effect is one line."""

    def __init__(self, store: Store, clock: Clock) -> None:
        async def nobody_may(*_: object) -> bool:
            return False

        super().__init__(store, {}, clock, Cues(clock), nobody_may)

    def _work(self, tx: Tx, heard: Heard, now: datetime, may_manage: bool) -> Answer | None:
        tx.execute(insert(t.local_line).values(chat="c", author="effect", body="", at=now))
        return None


ACCOUNT = Account("telegram", "1", "5")
HEARD = Said(Sender(ACCOUNT, "Ann"), Address("telegram", "1", "5"), private=True, text="hello", message="7")


async def received(store: Store, key: str = "1", at: datetime = WEDNESDAY, bot: str = "1") -> int:
    update = RawUpdate(key, "5", "hello")
    [waiting] = await store.run(lambda tx: inbox.accept(tx, "telegram", bot, [update], at))
    return waiting.id


async def test_two_who_work_the_same_update_have_its_effect_once(
    store: Store, other_store: Store, witness: Witness
) -> None:
    number = await received(store)
    doors = [Counting(each, StandingClock()) for each in (store, other_store) * 3]
    results = await asyncio.gather(*(door.hear(HEARD, number) for door in doors), return_exceptions=True)
    assert [type(each) for each in results if each is not None] == [WorkedElsewhere] * 5
    assert witness.one("SELECT count(*) FROM local_line") == 1
    assert witness.one("SELECT count(*) FROM inbox WHERE done_at IS NOT NULL") == 1


async def test_what_a_neighbour_put_aside_has_no_effect(store: Store, witness: Witness) -> None:
    number = await received(store)
    await store.run(lambda tx: inbox.quarantine(tx, number, "not JSON", WEDNESDAY))
    with pytest.raises(WorkedElsewhere):
        await Counting(store, StandingClock()).hear(HEARD, number)
    assert witness.one("SELECT count(*) FROM local_line") == 0


async def test_a_neighbours_update_is_taken_up_when_it_would_have_been_worked_long_ago(store: Store) -> None:
    """Its effect sooner than its answer: a second answer would be seen."""
    await received(store, "new")
    await store.run(lambda tx: inbox.done(tx, 1, WEDNESDAY) and None)
    await received(store, "undone")
    await received(store, "another bot's", bot="2")
    second = timedelta(seconds=1)

    async def overdue(after: timedelta) -> list[str]:
        found = await store.read(lambda tx: inbox.overdue(tx, "telegram", "1", WEDNESDAY + after))
        return [waiting.raw.key for waiting in found]

    assert await overdue(WORKED_WITHIN) == []
    assert await overdue(WORKED_WITHIN + second) == ["undone"]
    assert await overdue(ANSWERED_WITHIN) == ["undone"]
    assert await overdue(ANSWERED_WITHIN + second) == ["new", "undone"]
    left = await store.read(lambda tx: inbox.left(tx, "telegram", "1"))
    assert [(waiting.raw.key, waiting.done) for waiting in left] == [("new", True), ("undone", False)]


async def test_recovering_for_everybody_is_as_before(store: Store) -> None:
    await person(store, "ann")
    await nudge(store, "ann", state="claimed", owner="gone", attempt=1)
    assert await store.run(lambda tx: nudges.recover(tx, "me", WEDNESDAY)) == 1
