"""Leases on each engine: one holder at a time, by the database's clock, whoever asks and however often."""

import asyncio
from datetime import timedelta

from bot.store import leases
from bot.store.opening import Where, open_store
from bot.store.unit import Store
from tests.bot.store.witness import Witness

SPAN = timedelta(seconds=30)
LAPSED = "UPDATE lease SET until = '2020-01-01 00:00:00'"  # before any database's clock


async def take(store: Store, owner: str, name: str = "telegram:1") -> bool:
    return await store.run(lambda tx: leases.take(tx, name, owner, SPAN))


async def renew(store: Store, owner: str) -> bool:
    return await store.run(lambda tx: leases.renew(tx, "telegram:1", owner, SPAN))


async def free(store: Store, owner: str) -> None:
    await store.run(lambda tx: leases.free(tx, "telegram:1", owner))


async def test_one_holds_a_lease_and_others_wait_until_it_is_freed(store: Store) -> None:
    assert await take(store, "me")
    assert not await take(store, "you")
    assert await take(store, "you", "discord:2"), "another name is another lease"
    await free(store, "you")
    assert not await take(store, "you"), "nobody frees what is somebody else's"
    await free(store, "me")
    assert await take(store, "you")


async def test_it_lasts_from_the_taking_by_the_databases_clock(store: Store, witness: Witness) -> None:
    await take(store, "me")
    assert SPAN.total_seconds() - 20 < witness.seconds_left("lease", "until") <= SPAN.total_seconds() + 1


async def test_taking_and_renewing_ones_own_makes_it_longer(store: Store, witness: Witness) -> None:
    await take(store, "me")
    for again in (take, renew):
        witness.execute(LAPSED)
        assert await again(store, "me")
        assert witness.seconds_left("lease", "until") > 0


async def test_what_has_run_out_is_anybodys_and_whoever_lost_it_learns_so(store: Store, witness: Witness) -> None:
    await take(store, "me")
    witness.execute(LAPSED)
    assert await take(store, "you")
    assert not await renew(store, "me")
    assert not await take(store, "me")
    await free(store, "me")
    assert await renew(store, "you")


async def test_what_was_never_taken_cannot_be_renewed(store: Store) -> None:
    assert not await renew(store, "me")


async def test_of_many_that_want_it_at_once_one_gets_it(store: Store, where: Where, witness: Witness) -> None:
    other = open_store(where)
    for _ in range(3):
        owners = [(each, f"owner{number}") for number, each in enumerate([store, other] * 4)]
        got = await asyncio.gather(*(take(each, owner) for each, owner in owners))
        assert got.count(True) == 1
        witness.execute(LAPSED)
    await other.close()
