"""Nudges in the store: planned once, claimed by one, recorded by whoever holds them, found again after a crash."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest
from sqlalchemy import update

from bot.store import nudges, outlived
from bot.store import tables as t
from bot.store.nudges import LEASE, StoredNudges
from bot.store.opening import Where, open_store
from bot.store.outcomes import ATTEMPTS_MOST, UNKNOWN_WAITS, UNKNOWN_WAITS_MOST
from bot.store.unit import Store
from scheduler.nudge import Broken, Gone, Later, Nudge, NudgeKind, NudgeState, Outcome, Sent, Unknown
from scheduler.ports import Delivery, Drop, Postpone
from tests.bot.store.cast import SET_UP, nudge, person
from tests.bot.store.witness import Witness
from tests.kit.clock import WEDNESDAY

MONDAY_PROMPT = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)  # 07:30 in Berlin
A_DAY = timedelta(days=1)
LAPSED = "UPDATE nudge SET lease_until = '2020-01-01 00:00:00'"  # before any database's clock


@pytest.fixture
def stored(store: Store) -> StoredNudges:
    return StoredNudges(store)


async def plan_all(stored: StoredNudges, now: datetime) -> None:
    while await stored.plan(now):
        pass


async def begun(stored: StoredNudges, nudge: Nudge, owner: str) -> bool:
    """Mark one as on the wire; whether it was still ours."""
    return not await stored.advance((), [nudge], owner, WEDNESDAY)


async def ended(
    stored: StoredNudges, nudge: Nudge, owner: str, outcome: Outcome | Drop | Postpone, now: datetime
) -> bool:
    """Record what became of one; whether it was still ours."""
    return not await stored.advance([Delivery(nudge, outcome)], (), owner, now)


def keys(witness: Witness, state: str = "planned") -> list[str]:
    return [key for (key,) in witness.all("SELECT key FROM nudge WHERE state = ? ORDER BY due_at, id", state)]


# --- planning


async def test_before_its_time_nothing_is_planned(store: Store, stored: StoredNudges, witness: Witness) -> None:
    await person(store, "ann", "07:30")
    assert await stored.plan(MONDAY_PROMPT - timedelta(seconds=1)) == 0
    assert keys(witness) == []


async def test_one_prompt_for_a_slot_and_label_however_often_it_is_planned(
    store: Store, stored: StoredNudges, witness: Witness
) -> None:
    await person(store, "ann", "07:30")
    for second in range(0, 120, 5):
        await plan_all(stored, MONDAY_PROMPT + timedelta(seconds=second))
    assert keys(witness) == ["prompt:ann@07:30:2026-11-23"]
    await plan_all(stored, MONDAY_PROMPT + A_DAY)
    assert witness.one("SELECT count(*) FROM nudge") == 2


async def test_a_label_that_was_prompted_is_never_planned_again_even_if_its_slot_says_so(
    store: Store, stored: StoredNudges, witness: Witness
) -> None:
    await person(store, "ann", "07:30")
    before = witness.all("SELECT next_due_at, next_label FROM slot")
    await plan_all(stored, MONDAY_PROMPT)
    witness.execute("UPDATE slot SET next_due_at = ?, next_label = ?", *before[0])
    await plan_all(stored, MONDAY_PROMPT)
    assert witness.one("SELECT count(*) FROM nudge") == 1


async def test_of_several_labels_missed_only_the_newest_is_planned(
    store: Store, stored: StoredNudges, witness: Witness
) -> None:
    await person(store, "ann", "07:30")
    await plan_all(stored, MONDAY_PROMPT + 9 * A_DAY + timedelta(hours=3))
    assert keys(witness) == ["prompt:ann@07:30:2026-12-02"]
    assert witness.one("SELECT next_label FROM slot") == "2026-12-03"


async def test_two_slots_missed_by_one_person_become_the_newest_alone(
    store: Store, stored: StoredNudges, witness: Witness
) -> None:
    await person(store, "ann", "07:30", "12:00", "19:00")
    await person(store, "ben", "08:00")
    await plan_all(stored, MONDAY_PROMPT + A_DAY + timedelta(hours=7))
    assert keys(witness) == ["prompt:ben@08:00:2026-11-24", "prompt:ann@12:00:2026-11-24"]
    assert witness.all("SELECT reason FROM nudge WHERE state = 'dropped'") == [("merged",)] * 2


async def test_a_snooze_and_a_prompt_that_are_due_together_become_one(
    store: Store, stored: StoredNudges, witness: Witness
) -> None:
    await person(store, "ann", "07:30")
    await nudge(store, "ann", kind=NudgeKind.SNOOZE, due=MONDAY_PROMPT - timedelta(minutes=5), key="snooze")
    await plan_all(stored, MONDAY_PROMPT)
    assert keys(witness) == ["prompt:ann@07:30:2026-11-23"]
    assert keys(witness, "dropped") == ["snooze"]


async def test_a_person_missed_by_two_slots_gets_one_message_even_if_others_stand_between_them(
    store: Store, stored: StoredNudges, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nudges, "PLAN_AT_ONCE", 1)
    await person(store, "ann", "07:30", "12:00")
    await person(store, "ben", "08:00")
    assert await stored.plan(MONDAY_PROMPT + timedelta(hours=6)) == 1
    assert keys(witness) == ["prompt:ann@12:00:2026-11-23"]


async def test_nothing_of_a_person_leaves_while_a_slot_of_theirs_is_not_planned_yet(
    store: Store, stored: StoredNudges, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nudges, "PLAN_AT_ONCE", 1)
    await person(store, "ann", "06:15")
    await person(store, "ben", "07:30")
    await nudge(store, "ben", kind=NudgeKind.SNOOZE, due=MONDAY_PROMPT - timedelta(minutes=5), key="snooze")
    await stored.plan(MONDAY_PROMPT)
    assert [each.person for each in await stored.claim(MONDAY_PROMPT, "me", 10)] == ["ann"]
    await stored.plan(MONDAY_PROMPT)
    assert [each.kind for each in await stored.claim(MONDAY_PROMPT, "me", 10)] == [NudgeKind.PROMPT]
    assert keys(witness, "dropped") == ["snooze"]


async def test_more_slots_than_one_unit_takes_are_all_planned(
    store: Store, stored: StoredNudges, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nudges, "PLAN_AT_ONCE", 3)
    for number in range(5):
        await person(store, f"p{number}", "07:30", "09:00")
    await plan_all(stored, MONDAY_PROMPT + timedelta(hours=3))
    assert sorted(keys(witness)) == [f"prompt:p{number}@09:00:2026-11-23" for number in range(5)]


async def test_a_slot_that_cannot_be_read_falls_silent_alone(
    store: Store, stored: StoredNudges, witness: Witness
) -> None:
    await person(store, "ann", "07:30")
    await person(store, "ben", "07:30")
    witness.execute("UPDATE person SET zone = 'Europe/Atlantis' WHERE id = 'ann'")
    await plan_all(stored, MONDAY_PROMPT)
    assert keys(witness) == ["prompt:ben@07:30:2026-11-23"]
    assert await stored.next_due() == MONDAY_PROMPT


# --- claiming


async def test_a_claim_names_its_owner_counts_the_attempt_and_has_a_lease(
    store: Store, stored: StoredNudges, witness: Witness
) -> None:
    await person(store, "ann")
    id_ = await nudge(store, "ann", slot="s")
    [claimed] = await stored.claim(WEDNESDAY, "me", 10)
    assert (claimed.id, claimed.person, claimed.slot, claimed.attempt) == (id_, "ann", "s", 1)
    assert witness.all("SELECT state, owner, attempt FROM nudge") == [("claimed", "me", 1)]
    left = witness.seconds_left("nudge", "lease_until")
    assert LEASE.total_seconds() - 60 < left <= LEASE.total_seconds() + 1


async def test_only_what_is_due_is_claimed_the_oldest_first_and_no_more_than_asked(
    store: Store, stored: StoredNudges
) -> None:
    for number in range(6):
        await person(store, f"p{number}")
        await nudge(store, f"p{number}", due=WEDNESDAY + timedelta(seconds=2 - number))
    first = await stored.claim(WEDNESDAY, "me", 3)
    assert [each.person for each in first] == ["p5", "p4", "p3"]
    second = await stored.claim(WEDNESDAY, "me", 3)
    assert [each.person for each in second] == ["p2"]
    assert await stored.claim(WEDNESDAY, "me", 3) == []


async def test_every_nudge_is_claimed_by_exactly_one_of_many(store: Store, where: Where) -> None:
    for number in range(100):
        await person(store, f"p{number}")
        await nudge(store, f"p{number}")
    others = [open_store(where) for _ in range(3)]

    async def one(owner: str, stored: StoredNudges) -> list[tuple[int, str]]:
        mine: list[tuple[int, str]] = []
        while batch := await stored.claim(WEDNESDAY, owner, 7):
            mine += [(each.id, owner) for each in batch]
        return mine

    owners = [one(f"{which}{n}", StoredNudges(each)) for which, each in enumerate([store, *others]) for n in range(3)]
    claimed = [each for mine in await asyncio.gather(*owners) for each in mine]
    for other in others:
        await other.close()
    assert len(claimed) == 100
    assert len({id_ for id_, _ in claimed}) == 100


async def test_a_lease_runs_out_by_the_databases_clock_and_not_by_peoples_time(
    store: Store, stored: StoredNudges, witness: Witness
) -> None:
    await person(store, "ann")
    await nudge(store, "ann")
    await stored.claim(WEDNESDAY, "me", 10)
    assert await stored.claim(WEDNESDAY + 400 * A_DAY, "you", 10) == []
    witness.execute(LAPSED)
    [taken] = await stored.claim(WEDNESDAY, "you", 10)
    assert taken.attempt == 2


async def test_what_is_on_the_wire_is_not_taken_over_when_its_lease_runs_out(
    store: Store, stored: StoredNudges, witness: Witness
) -> None:
    await person(store, "ann")
    await nudge(store, "ann")
    [mine] = await stored.claim(WEDNESDAY, "me", 10)
    assert await begun(stored, mine, "me")
    witness.execute(LAPSED)
    assert await stored.claim(WEDNESDAY, "you", 10) == []


# --- fences


async def taken_over(stored: StoredNudges, witness: Witness) -> tuple[Nudge, Nudge]:
    """One nudge, claimed by me, then by you because my lease ran out."""
    [mine] = await stored.claim(WEDNESDAY, "me", 10)
    witness.execute(LAPSED)
    [yours] = await stored.claim(WEDNESDAY, "you", 10)
    return mine, yours


async def test_who_lost_a_claim_can_neither_send_nor_record(
    store: Store, stored: StoredNudges, witness: Witness
) -> None:
    await person(store, "ann")
    await nudge(store, "ann")
    mine, yours = await taken_over(stored, witness)
    assert not await begun(stored, mine, "me")
    assert not await ended(stored, mine, "me", Sent("1"), WEDNESDAY)
    assert witness.all("SELECT state, owner, message_id FROM nudge") == [("claimed", "you", None)]
    assert await begun(stored, yours, "you")
    assert await ended(stored, yours, "you", Sent("2"), WEDNESDAY)
    assert witness.all("SELECT state, message_id FROM nudge") == [("sent", "2")]


async def test_an_owner_that_lost_a_claim_and_has_it_again_is_held_to_the_new_attempt(
    store: Store, stored: StoredNudges, witness: Witness
) -> None:
    await person(store, "ann")
    await nudge(store, "ann")
    [first] = await stored.claim(WEDNESDAY, "me", 10)
    witness.execute(LAPSED)
    [second] = await stored.claim(WEDNESDAY, "me", 10)
    assert not await ended(stored, first, "me", Sent("1"), WEDNESDAY)
    assert await ended(stored, second, "me", Sent("2"), WEDNESDAY)


async def test_what_was_taken_back_at_a_start_is_not_sent_by_its_old_owner(store: Store, stored: StoredNudges) -> None:
    await person(store, "ann")
    await nudge(store, "ann")
    [mine] = await stored.claim(WEDNESDAY, "me", 10)
    assert await stored.recover("you", WEDNESDAY) == 1
    assert not await begun(stored, mine, "me")


async def test_what_was_erased_meanwhile_is_not_sent(store: Store, stored: StoredNudges, witness: Witness) -> None:
    await person(store, "ann")
    await nudge(store, "ann")
    [mine] = await stored.claim(WEDNESDAY, "me", 10)
    await store.run(lambda tx: tx.execute(t.person.delete()).rowcount)
    assert not await begun(stored, mine, "me")
    assert not await ended(stored, mine, "me", Sent("1"), WEDNESDAY)


async def test_of_many_at_once_only_those_are_fenced_off_that_were_lost(
    store: Store, stored: StoredNudges, witness: Witness
) -> None:
    for number in range(6):
        await person(store, f"p{number}")
        await nudge(store, f"p{number}", attempt=number % 2)  # some were tried before
    mine = await stored.claim(WEDNESDAY, "me", 10)
    taken, others = mine[2], [*mine[:2], *mine[3:]]
    witness.execute("UPDATE nudge SET owner = 'you' WHERE id = ?", taken.id)
    assert await stored.advance((), mine, "me", WEDNESDAY) == {taken.id}
    assert witness.all("SELECT id FROM nudge WHERE state = 'sending' ORDER BY id") == [(each.id,) for each in others]

    lost, gone = others[0], others[1]
    witness.execute("UPDATE nudge SET attempt = attempt + 1 WHERE id = ?", lost.id)
    back = [Delivery(each, Gone("blocked") if each is gone else Sent(f"m{each.id}")) for each in others]
    assert await stored.advance(back, [taken], "me", WEDNESDAY) == {lost.id, taken.id}
    states = dict(witness.all("SELECT id, state || ' ' || coalesce(message_id, '') FROM nudge"))
    assert states == {
        **{each.id: f"sent m{each.id}" for each in others},
        gone.id: "gone ",
        lost.id: "sending ",
        taken.id: "claimed ",
    }


# --- outcomes

OUTCOMES: list[tuple[Outcome | Drop | Postpone, str, float | None, str]] = [
    (Sent("77"), "sent", None, ""),
    (Later(12.5, "flood"), "planned", 12.5, "flood"),
    (Unknown("timeout"), "planned", UNKNOWN_WAITS.total_seconds(), "timeout"),
    (Gone("blocked"), "gone", None, "blocked"),
    (Broken("too long" * 20), "broken", None, ("too long" * 20)[:64]),
    (Drop("paused"), "dropped", None, "paused"),
    (Postpone(WEDNESDAY + timedelta(hours=3), "quiet hours"), "planned", 3 * 3600, "quiet hours"),
]


@pytest.mark.parametrize(("outcome", "state", "waits", "reason"), OUTCOMES, ids=[repr(o[0])[:20] for o in OUTCOMES])
async def test_an_outcome_is_recorded_as_what_it_means(
    store: Store,
    stored: StoredNudges,
    witness: Witness,
    outcome: Outcome | Drop | Postpone,
    state: str,
    waits: float | None,
    reason: str,
) -> None:
    await person(store, "ann")
    await nudge(store, "ann")
    [mine] = await stored.claim(WEDNESDAY, "me", 10)
    await begun(stored, mine, "me")
    now = WEDNESDAY + timedelta(seconds=1)
    assert await ended(stored, mine, "me", outcome, WEDNESDAY)
    assert witness.all("SELECT state, reason FROM nudge") == [(state, reason)]
    if waits is None:
        assert await stored.claim(now + 30 * A_DAY, "me", 10) == []
    else:
        due = WEDNESDAY + timedelta(seconds=waits)
        assert await stored.next_due() == due
        assert await stored.claim(due - timedelta(seconds=1), "me", 10) == []
        [again] = await stored.claim(due, "me", 10)
        assert again.attempt == (2 if isinstance(outcome, Unknown) else 1), "what was not sent was no attempt"
    if isinstance(outcome, Sent):
        assert witness.one("SELECT message_id FROM nudge") == "77"
        assert witness.one("SELECT sent_at FROM nudge").startswith("2026-11-25 06:00:00")


async def test_a_follow_up_that_may_have_been_sent_is_not_sent_again(
    store: Store, stored: StoredNudges, witness: Witness
) -> None:
    await person(store, "ann")
    await nudge(store, "ann", kind=NudgeKind.FOLLOW_UP)
    [mine] = await stored.claim(WEDNESDAY, "me", 10)
    await begun(stored, mine, "me")
    assert await ended(stored, mine, "me", Unknown("timeout"), WEDNESDAY)
    assert witness.all("SELECT state, reason FROM nudge") == [("unknown", "timeout")]


@pytest.mark.parametrize("outcome", [Later(1, "our fault", fault=True), Unknown("timeout")], ids=["fault", "unknown"])
async def test_attempts_stop_at_twelve(
    store: Store, stored: StoredNudges, witness: Witness, outcome: Later | Unknown
) -> None:
    assert ATTEMPTS_MOST == 12
    await person(store, "ann")
    await nudge(store, "ann")
    now, attempts = WEDNESDAY, 0
    while claimed := await stored.claim(now, "me", 10):
        attempts += 1
        await begun(stored, claimed[0], "me")
        await ended(stored, claimed[0], "me", outcome, now)
        now += UNKNOWN_WAITS_MOST
    assert attempts == 12
    assert witness.all("SELECT state, reason FROM nudge") == [("broken", f"gave up: {outcome.reason}")]


# --- after a crash


@pytest.mark.parametrize(
    ("state", "kind", "attempt", "after", "waits"),
    [
        (NudgeState.PLANNED, NudgeKind.PROMPT, 0, "planned", 0),
        (NudgeState.CLAIMED, NudgeKind.PROMPT, 1, "planned", 0),
        (NudgeState.SENDING, NudgeKind.PROMPT, 1, "planned", UNKNOWN_WAITS.total_seconds()),
        (NudgeState.SENDING, NudgeKind.SNOOZE, 3, "planned", UNKNOWN_WAITS.total_seconds()),
        (NudgeState.SENDING, NudgeKind.PROMPT, ATTEMPTS_MOST, "broken", None),
        (NudgeState.SENDING, NudgeKind.FOLLOW_UP, 1, "unknown", None),
        (NudgeState.SENT, NudgeKind.PROMPT, 1, "sent", None),
        (NudgeState.GONE, NudgeKind.PROMPT, 1, "gone", None),
        (NudgeState.BROKEN, NudgeKind.PROMPT, 1, "broken", None),
        (NudgeState.UNKNOWN, NudgeKind.FOLLOW_UP, 1, "unknown", None),
        (NudgeState.DROPPED, NudgeKind.PROMPT, 1, "dropped", None),
    ],
)
async def test_a_crash_in_every_state_is_recovered_from(
    store: Store,
    stored: StoredNudges,
    witness: Witness,
    state: NudgeState,
    kind: NudgeKind,
    attempt: int,
    after: str,
    waits: float | None,
) -> None:
    await person(store, "ann")
    lease = datetime(2099, 1, 1, tzinfo=UTC)  # whoever held it is gone, whatever the lease says
    owner = None if state is NudgeState.PLANNED else "dead"
    await nudge(store, "ann", kind=kind, state=state, owner=owner, attempt=attempt, lease_until=lease)
    await stored.recover("me", WEDNESDAY)
    assert witness.one("SELECT state FROM nudge") == after
    if waits is None:
        assert await stored.claim(WEDNESDAY + A_DAY, "me", 10) == []
    else:
        due = WEDNESDAY + timedelta(seconds=waits)
        if waits:
            assert await stored.claim(due - timedelta(seconds=1), "me", 10) == []
        [again] = await stored.claim(due, "me", 10)
        assert again.attempt == attempt + 1


async def test_recovery_leaves_alone_what_is_ours(store: Store, stored: StoredNudges, witness: Witness) -> None:
    await person(store, "ann")
    await nudge(store, "ann")
    [mine] = await stored.claim(WEDNESDAY, "me", 10)
    assert await stored.recover("me", WEDNESDAY) == 0
    assert await begun(stored, mine, "me")


# --- what an idle tick costs, and when the next one is due


async def test_an_idle_plan_and_claim_take_no_write_transaction(
    store: Store, stored: StoredNudges, monkeypatch: pytest.MonkeyPatch
) -> None:
    await person(store, "ann", "07:30")
    await nudge(store, "ann", due=WEDNESDAY + A_DAY)
    await person(store, "ben")
    await nudge(store, "ben", key="claimed")
    assert len(await stored.claim(WEDNESDAY, "me", 10)) == 1

    def refuse(_unit: object) -> NoReturn:
        raise AssertionError("an idle tick writes")

    monkeypatch.setattr(store, "run", refuse)
    early = SET_UP
    for second in range(10):
        now = early + timedelta(seconds=second)
        assert await stored.plan(now) == 0
        assert await stored.claim(now, "me", 10) == []
        assert await stored.claim(WEDNESDAY + timedelta(seconds=second), "you", 10) == []


async def test_the_next_due_moment_is_the_earliest_of_all_slots_and_planned_nudges(
    store: Store, stored: StoredNudges
) -> None:
    assert await stored.next_due() is None
    await person(store, "ann", "07:30", "06:15")
    assert await stored.next_due() == datetime(2026, 11, 23, 5, 15, tzinfo=UTC)
    await nudge(store, "ann", kind=NudgeKind.SNOOZE, due=SET_UP + timedelta(minutes=1))
    assert await stored.next_due() == SET_UP + timedelta(minutes=1)
    await nudge(store, "ann", state="dropped", due=SET_UP)
    await nudge(store, "ann", state="sent", due=SET_UP, key="other")
    assert await stored.next_due() == SET_UP + timedelta(minutes=1)


async def test_a_removed_slot_is_never_due(store: Store, stored: StoredNudges) -> None:
    await person(store, "ann", "07:30")
    await store.run(
        lambda tx: tx.execute(update(t.slot).values(removed_at=SET_UP, next_due_at=None, next_label=None)).rowcount
    )
    assert await stored.next_due() is None
    assert await stored.plan(MONDAY_PROMPT) == 0


# --- keeping house


async def test_old_nudges_are_forgotten_but_none_that_is_still_owed(store: Store, witness: Witness) -> None:
    await person(store, "ann")
    witness.execute("UPDATE person SET heard_on = '2026-11-26'")
    for state in NudgeState:
        await nudge(store, "ann", state=state, key=f"old {state}", due=WEDNESDAY - 91 * A_DAY)
        await nudge(store, "ann", state=state, key=f"new {state}", due=WEDNESDAY - 89 * A_DAY)
    assert await outlived.purge(store, WEDNESDAY) == 5
    old = [key for (key,) in witness.all("SELECT key FROM nudge WHERE key LIKE 'old %' ORDER BY key")]
    assert old == ["old claimed", "old planned", "old sending"]
    assert witness.one("SELECT count(*) FROM nudge WHERE key LIKE 'new %'") == len(NudgeState)


@pytest.mark.parametrize("heard_on", [None, "2026-11-25"])
async def test_prompts_that_nobody_answered_are_remembered(
    store: Store, witness: Witness, heard_on: str | None
) -> None:
    await person(store, "ann")
    witness.execute("UPDATE person SET heard_on = ?", heard_on)
    for kind in (NudgeKind.PROMPT, NudgeKind.SNOOZE):
        await nudge(store, "ann", kind=kind, state=NudgeState.SENT)
    assert await outlived.purge(store, WEDNESDAY + 365 * A_DAY) == 1
    assert witness.all("SELECT kind FROM nudge") == [("prompt",)]


async def test_more_old_nudges_than_one_unit_takes_are_all_forgotten_also_behind_some_that_stay(
    store: Store, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlived, "PURGE_AT_ONCE", 3)
    await person(store, "ann")
    for number in range(4):
        await nudge(store, "ann", state=NudgeState.PLANNED, key=f"stays {number}", due=WEDNESDAY - 91 * A_DAY)
    for number in range(5):
        await nudge(
            store, "ann", kind=NudgeKind.SNOOZE, state=NudgeState.SENT, key=f"old {number}", due=WEDNESDAY - 91 * A_DAY
        )
    await nudge(store, "ann", kind=NudgeKind.SNOOZE, state=NudgeState.SENT, key="new", due=WEDNESDAY - 89 * A_DAY)
    assert await outlived.purge(store, WEDNESDAY) == 5
    assert keys(witness) == [f"stays {number}" for number in range(4)]
    assert keys(witness, "sent") == ["new"]


async def test_a_nudge_that_is_owed_again_by_the_time_it_would_be_forgotten_stays(
    store: Store, witness: Witness
) -> None:
    await person(store, "ann")
    await nudge(store, "ann", kind=NudgeKind.SNOOZE, state=NudgeState.SENT, key="old", due=WEDNESDAY - 91 * A_DAY)
    look = await store.read(lambda tx: outlived.outlived(tx, WEDNESDAY, 0))
    witness.execute("UPDATE nudge SET state = 'planned'")
    assert await store.run(lambda tx: outlived.forget(tx, look.ids, WEDNESDAY)) == 0
    assert keys(witness) == ["old"]


async def test_what_is_planned_can_be_dropped_by_kind_and_person(store: Store, witness: Witness) -> None:
    await person(store, "ann")
    await person(store, "ben")
    await nudge(store, "ann", kind=NudgeKind.SNOOZE, key="a")
    await nudge(store, "ann", kind=NudgeKind.PROMPT, key="b")
    await nudge(store, "ann", kind=NudgeKind.SNOOZE, key="c", state="claimed")
    await nudge(store, "ben", kind=NudgeKind.SNOOZE, key="d")
    await store.run(lambda tx: nudges.drop_planned(tx, "ann", (NudgeKind.SNOOZE,), "started"))
    assert witness.all("SELECT key, reason FROM nudge WHERE state = 'dropped'") == [("a", "started")]
