"""The smaller aggregates: rooms that move, living messages, slots under new zone rules, the local chat, marks of life."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.addresses import Account, Address, MessageKind, Posted
from bot.store import beats, people, slots, streak
from bot.store.faults import StoreFull
from bot.store.postbox import StoredPostbox
from bot.store.transcript import StoredTranscript
from bot.store.unit import Store
from scheduler.slot import Role
from tests.bot.store.cast import SET_UP, add_person, person
from tests.bot.store.witness import Witness
from tests.kit.clock import WEDNESDAY

CHAT = Address("telegram", "1", "chat-ann")
NEW_CHAT = Address("telegram", "1", "new-chat")


# --- the postbox


async def test_the_last_message_under_a_name_is_remembered(store: Store) -> None:
    postbox = StoredPostbox(store)
    assert await postbox.last(CHAT, "player") is None
    await postbox.put(CHAT, "player", Posted("1", MessageKind.TEXT))
    await postbox.put(CHAT, "player", Posted("2", MessageKind.PHOTO))
    await postbox.put(CHAT, "board", Posted("3", MessageKind.TEXT))
    assert await postbox.last(CHAT, "player") == Posted("2", MessageKind.PHOTO)
    assert await postbox.last(CHAT, "board") == Posted("3", MessageKind.TEXT)
    assert await postbox.last(NEW_CHAT, "player") is None


async def test_a_message_lives_under_one_name(store: Store) -> None:
    postbox = StoredPostbox(store)
    await postbox.put(CHAT, "screen", Posted("1", MessageKind.TEXT))
    await postbox.put(CHAT, "player", Posted("1", MessageKind.TEXT))
    assert await postbox.last(CHAT, "screen") is None
    assert await postbox.last(CHAT, "player") == Posted("1", MessageKind.TEXT)


async def test_a_message_that_went_out_while_the_database_failed_is_known_all_the_same(
    store: Store, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the board of a team would be sent anew with every beat for as long as the disk is full."""
    postbox = StoredPostbox(store)

    async def full(_unit: object) -> None:
        raise StoreFull("full")

    with monkeypatch.context() as disk:
        disk.setattr(store, "run", full)
        with pytest.raises(StoreFull):
            await postbox.put(CHAT, "board", Posted("1", MessageKind.TEXT))
        assert await postbox.last(CHAT, "board") == Posted(
            "1", MessageKind.TEXT
        )  # "nothing was sent yet" would be a lie
    assert await postbox.last(CHAT, "board") == Posted("1", MessageKind.TEXT)
    assert witness.all("SELECT living, message_id FROM postbox") == [("board", "1")]


async def test_a_chat_with_a_new_id_is_found_there_whichever_signal_comes_and_how_often(
    store: Store, witness: Witness
) -> None:
    await person(store, "ann")
    postbox = StoredPostbox(store)
    await postbox.put(CHAT, "player", Posted("1", MessageKind.TEXT))
    for _ in range(3):
        await postbox.moved(CHAT, NEW_CHAT)
    assert await store.read(lambda tx: people.private_address(tx, "ann")) == NEW_CHAT
    assert await postbox.last(CHAT, "player") is None
    assert witness.one("SELECT count(*) FROM room") == 1


# --- people


async def test_a_name_and_an_open_door_are_noted_only_when_they_change(store: Store, witness: Witness) -> None:
    await person(store, "ann")
    account = Account("telegram", "1", "account-ann")
    await store.run(lambda tx: people.block(tx, "ann", NEW_CHAT))
    assert not await store.read(lambda tx: people.is_reachable(tx, "ann"))
    await store.run(lambda tx: people.seen(tx, account, "x" * 200))
    assert await store.read(lambda tx: people.is_reachable(tx, "ann"))
    assert witness.one("SELECT name FROM account") == "x" * 128
    changes = witness.changes("account")
    await store.run(lambda tx: people.seen(tx, account, "x" * 200))
    assert witness.changes("account") == changes


async def test_a_name_with_any_character_is_kept_or_loses_only_what_nobody_sees(store: Store, witness: Witness) -> None:
    await person(store, "ann")
    account = Account("telegram", "1", "account-ann")
    for name in ("A\0nn", "'; DROP TABLE person; --", "%s ? :x", "\u202eAnn", "👩‍👩‍👧‍👦", "A\nn\t\x1b"):
        await store.run(lambda tx, name=name: people.seen(tx, account, name))  # type: ignore[misc]
        assert witness.one("SELECT name FROM account").replace("\0", "") == name.replace("\0", "")


async def test_zone_changes_are_kept_as_facts(store: Store) -> None:
    await person(store, "ann")
    later = SET_UP + timedelta(days=3)
    await store.run(lambda tx: streak.keep_version(tx, "ann", "zone", "Asia/Tokyo", later))
    await store.run(lambda tx: streak.keep_version(tx, "ann", "zone", "Asia/Seoul", later))
    kept = await store.read(lambda tx: streak.versions(tx, "ann"))
    assert [(row.effective_from, row.value) for row in kept] == [(SET_UP, "Europe/Berlin"), (later, "Asia/Seoul")]


# --- slots


async def replan(store: Store, now: datetime, limit: int = 10) -> int:
    """As at a start with the rules 2026b; how many people were touched."""
    people_ids = await store.read(lambda tx: slots.outdated(tx, "2026b", limit))
    await store.run(lambda tx: slots.replan_people(tx, people_ids, now, "2026b"))
    return len(people_ids)


async def test_new_zone_rules_move_only_what_lies_ahead(store: Store, witness: Witness) -> None:
    await person(store, "ann", "07:30")
    await person(store, "ben", "07:30")
    witness.execute("UPDATE slot SET next_due_at = '2026-11-23 05:30:00.000000'")  # as wrong rules had it
    before, after = datetime(2026, 11, 23, 5, 15, tzinfo=UTC), datetime(2026, 11, 23, 5, 45, tzinfo=UTC)
    assert await replan(store, before, limit=1) == 1
    assert await replan(store, after) == 1
    assert await replan(store, after) == 0
    assert {row[0] for row in witness.all("SELECT next_due_at FROM slot")} == {
        "2026-11-23 06:30:00.000000",  # 07:30 in Berlin
        "2026-11-23 05:30:00.000000",  # due already: it keeps its instant
    }


async def test_a_zone_that_new_rules_do_not_know_silences_its_own_slots_only(store: Store, witness: Witness) -> None:
    await person(store, "ann", "07:30")
    await person(store, "ben", "07:30")
    witness.execute("UPDATE person SET zone = 'Europe/Atlantis' WHERE id = 'ann'")
    assert await replan(store, SET_UP) == 2
    assert witness.all("SELECT id, next_due_at IS NULL FROM slot ORDER BY id") == [("ann@07:30", 1), ("ben@07:30", 0)]


async def test_somebody_elses_slot_can_be_neither_changed_nor_removed(store: Store, witness: Witness) -> None:
    await person(store, "ann", "07:30")
    await store.run(lambda tx: add_person(tx, "eve"))
    assert await store.run(lambda tx: slots.remove(tx, "eve", ["ann@07:30"], SET_UP)) == 0
    await store.run(lambda tx: slots.set_role(tx, "eve", "ann@07:30", Role.EXTRA, "new", SET_UP))
    assert witness.all("SELECT role, removed_at FROM slot") == [("do", None)]


# --- the local chat


async def test_lines_come_back_in_order_and_can_be_edited_in_their_chat_only(store: Store) -> None:
    transcript = StoredTranscript(store, lambda: WEDNESDAY)
    lines = [await transcript.add("team", "bot", str(number)) for number in range(5)]
    assert [line.body for line in await transcript.tail("team", 3)] == ["2", "3", "4"]
    assert await transcript.edit("team", lines[4].id, "four")
    assert not await transcript.edit("elsewhere", lines[3].id, "three")
    assert await transcript.get("elsewhere", lines[3].id) is None
    assert [line.body for line in await transcript.tail("team", 9)] == ["0", "1", "2", "3", "four"]


async def test_personas_keep_the_order_in_which_they_came(store: Store) -> None:
    transcript = StoredTranscript(store, lambda: WEDNESDAY)
    for name in ("You", "Ben", "Ann"):
        await transcript.add_person(name)
    assert [each.name for each in await transcript.people()] == ["You", "Ben", "Ann"]


# --- marks of life


async def test_a_long_silence_between_two_marks_of_life_is_an_outage(store: Store, witness: Witness) -> None:
    for minute in (0, 1, 3, 200, 201):
        now = WEDNESDAY + timedelta(minutes=minute)
        await store.run(lambda tx, now=now: beats.mark(tx, now))  # type: ignore[misc]
    assert witness.all("SELECT name, at FROM heartbeat ORDER BY name") == [
        ("engine", "2026-11-25 09:21:00.000000"),
        ("first", "2026-11-25 06:00:00.000000"),
    ]
    assert witness.all("SELECT begins_at, ends_at FROM outage") == [
        ("2026-11-25 06:03:00.000000", "2026-11-25 09:20:00.000000")
    ]


async def test_what_the_time_machine_passes_is_no_outage(store: Store, witness: Witness) -> None:
    await store.run(lambda tx: beats.mark(tx, WEDNESDAY))
    await store.run(lambda tx: beats.carry(tx, WEDNESDAY + timedelta(days=3)))
    await store.run(lambda tx: beats.mark(tx, WEDNESDAY + timedelta(days=3, minutes=1)))
    assert witness.all("SELECT * FROM outage") == []


async def test_how_far_time_was_moved_is_kept(store: Store) -> None:
    assert await store.read(beats.travelled) == timedelta()
    for days in (1, 3):
        await store.run(lambda tx, days=days: beats.keep_travel(tx, timedelta(days=days)))  # type: ignore[misc]
    assert await store.read(beats.travelled) == timedelta(days=3)
