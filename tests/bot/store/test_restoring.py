"""A backup that is put back: what has happened since and may not be undone stays so; the rest is as it was."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from bot.addresses import Account
from bot.store import beats, erasing, people, posts, slots
from bot.store import tables as t
from bot.store.backup import CannotCopy, copy_database
from bot.store.nudges import StoredNudges
from bot.store.opening import open_store
from bot.store.restoring import Restored, restore
from bot.store.unit import Store, Tx
from scheduler.nudge import Nudge, NudgeKind, Sent
from scheduler.ports import Delivery
from scheduler.slot import EVERY_DAY, Role, Rule
from tests.bot.store.cast import BERLIN, add_person, nudge, person
from tests.kit.clock import WEDNESDAY

BACKED_UP = WEDNESDAY - timedelta(hours=1)  # an hour before half past seven's neighbours are due
STOPPED = WEDNESDAY + timedelta(hours=2)
PUT_BACK = STOPPED + timedelta(minutes=10)


class House:
    """A database with a life: people, a backup, more life, and the backup put back."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "data" / "toehold.sqlite"
        self.path.parent.mkdir()
        self.backup = folder / "backup.sqlite"

    @asynccontextmanager
    async def open(self, now: datetime) -> AsyncIterator[Store]:
        store = open_store(self.path)
        await store.run(lambda tx: beats.carry(tx, now))
        yield store
        await store.close()

    def back_up(self) -> None:
        copy_database(self.path, self.backup)

    def back_up_as(self, name: str) -> None:
        copy_database(self.path, self.backup.with_name(name))

    async def put_back(self, now: datetime = PUT_BACK, *, however_old: bool = False) -> Restored:
        return await restore(self.backup, self.path, now, however_old=however_old)

    async def prompted(self, now: datetime) -> list[str]:
        """Whom the bot would prompt at its next beat."""
        store = open_store(self.path)
        engine = StoredNudges(store)
        await engine.recover("next", now)
        while await engine.plan(now):
            pass
        claimed = await engine.claim(now, "next", 100)
        await store.close()
        return [each.person for each in claimed]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


async def send_what_is_due(store: Store, now: datetime) -> list[Nudge]:
    engine = StoredNudges(store)
    while await engine.plan(now):
        pass
    claimed = list(await engine.claim(now, "bot", 100))
    for each in claimed:
        assert not await engine.advance((), [each], "bot", now)
        assert not await engine.advance([Delivery(each, Sent("m1"))], (), "bot", now)
    return claimed


async def test_it_is_as_it_was_and_the_database_that_was_there_is_kept(house: House) -> None:
    async with house.open(BACKED_UP) as store:
        await person(store, "ann", "07:30")
    house.back_up()
    async with house.open(STOPPED) as store:
        await person(store, "ben", "07:30")
    done = await house.put_back()
    assert (done.people, done.erased, done.made, done.unread) == (1, 0, BACKED_UP, False)
    assert done.beside == house.path.with_name("toehold.sqlite.before-20261125T081000Z")
    assert names(house.path) == ["ann"]
    assert names(done.beside) == ["ann", "ben"]
    left = sorted(each.name for each in house.path.parent.iterdir() if not each.name.endswith(("-wal", "-shm")))
    assert left == [house.path.name, done.beside.name]
    assert names(house.backup) == ["ann"], "and can be put back again"


def names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return [name for (name,) in connection.execute("SELECT id FROM person ORDER BY id")]


async def test_whoever_was_erased_since_is_erased_again_without_a_trace(house: House) -> None:
    async with house.open(BACKED_UP) as store:
        await person(store, "ann", "07:30")
        await person(store, "canary", "07:30")
        await nudge(store, "canary", due=BACKED_UP - timedelta(days=1), state="sent")
    house.back_up()
    async with house.open(STOPPED) as store:
        await store.run(lambda tx: erasing.erase(tx, "canary", STOPPED))
    assert (await house.put_back()).erased == 1
    assert names(house.path) == ["ann"]
    assert b"canary" not in house.path.read_bytes()
    again = await house.put_back(PUT_BACK + timedelta(minutes=1))
    assert again.erased == 1, "the stone has been carried over"


async def test_whoever_came_back_before_the_backup_stays(house: House) -> None:
    async with house.open(BACKED_UP) as store:
        account = Account("telegram", "1", "account-ann")
        stone = {"account_hash": erasing.account_hash(account), "erased_at": WEDNESDAY - timedelta(days=9)}
        await store.run(lambda tx: tx.execute(insert(t.tombstone).values(**stone)))
        await person(store, "ann", "07:30")
    house.back_up()
    assert (await house.put_back()).erased == 0
    assert names(house.path) == ["ann"]


async def test_a_stone_of_somebody_whom_this_backup_does_not_know_is_kept_for_an_older_one(house: House) -> None:
    async with house.open(BACKED_UP):
        pass
    house.back_up()
    async with house.open(BACKED_UP) as store:
        await person(store, "canary")
    house.back_up_as("with-her.sqlite")
    async with house.open(STOPPED) as store:
        await store.run(lambda tx: erasing.erase(tx, "canary", STOPPED))
    assert (await house.put_back()).erased == 0
    house.backup = house.backup.with_name("with-her.sqlite")
    assert (await house.put_back(PUT_BACK + timedelta(minutes=1))).erased == 1


async def test_of_two_accounts_linked_since_both_are_erased(house: House) -> None:
    async with house.open(BACKED_UP) as store:
        await person(store, "ann")
        await person(store, "annette")
    house.back_up()

    def link_and_erase(tx: Tx) -> None:
        tx.execute(update(t.account).where(t.account.c.person == "annette").values(person="ann"))
        erasing.erase(tx, "ann", STOPPED)

    async with house.open(STOPPED) as store:
        await store.run(link_and_erase)
    assert (await house.put_back()).erased == 2
    assert names(house.path) == []


async def test_nobody_is_prompted_a_second_time_today(house: House) -> None:
    async with house.open(BACKED_UP) as store:
        await person(store, "ann", "07:30", "18:00", now=BACKED_UP)
    house.back_up()
    seven = WEDNESDAY + timedelta(minutes=30)
    async with house.open(seven) as store:
        assert [each.slot for each in await send_what_is_due(store, seven)] == ["ann@07:30"]
        await store.run(lambda tx: beats.carry(tx, STOPPED))
    await house.put_back()
    assert await house.prompted(PUT_BACK) == []
    assert await house.prompted(datetime(2026, 11, 25, 17, 0, tzinfo=UTC)) == ["ann"], "the evening's is still to come"
    with closing(sqlite3.connect(house.path)) as connection:
        query = "SELECT state, message_id FROM nudge WHERE key = 'prompt:ann@07:30:2026-11-25'"
        assert connection.execute(query).fetchall() == [("sent", "m1")]


async def test_nor_by_a_slot_that_they_have_changed_since(house: House) -> None:
    async with house.open(BACKED_UP) as store:
        await person(store, "ann", "08:30", now=BACKED_UP)
    house.back_up()
    seven = WEDNESDAY + timedelta(minutes=30)

    def earlier(tx: Tx) -> None:
        slots.remove(tx, "ann", ["ann@08:30"], BACKED_UP)
        slots.add(tx, "new", "ann", Rule(seven.time().replace(hour=7), EVERY_DAY, BERLIN), Role.DO, BACKED_UP, "2026a")

    async with house.open(seven) as store:
        await store.run(earlier)
        assert len(await send_what_is_due(store, seven)) == 1
        await store.run(lambda tx: beats.carry(tx, STOPPED))
    await house.put_back()
    assert await house.prompted(PUT_BACK) == []
    assert await house.prompted(PUT_BACK + timedelta(days=1)) == ["ann"]


async def test_nor_by_an_account_that_was_linked_since(house: House) -> None:
    async with house.open(BACKED_UP) as store:
        await person(store, "ann", "07:30", now=BACKED_UP)
        await person(store, "annette", "07:30", now=BACKED_UP)
    house.back_up()
    seven = WEDNESDAY + timedelta(minutes=30)

    def link(tx: Tx) -> None:
        tx.execute(update(t.account).where(t.account.c.person == "annette").values(person="ann"))
        tx.execute(delete(t.person).where(t.person.c.id == "annette"))

    async with house.open(seven) as store:
        await store.run(link)
        assert len(await send_what_is_due(store, seven)) == 1
        await store.run(lambda tx: beats.carry(tx, STOPPED))
    await house.put_back()
    assert names(house.path) == ["ann", "annette"], "two again, because the backup knows of no link"
    assert await house.prompted(PUT_BACK) == []


async def test_what_was_on_its_way_is_settled_as_after_any_stop(house: House) -> None:
    async with house.open(BACKED_UP) as store:
        await person(store, "ann")
        await person(store, "ben")
    house.back_up()
    async with house.open(STOPPED) as store:
        await nudge(store, "ann", kind=NudgeKind.SNOOZE, state="planned", due=STOPPED)
        await nudge(store, "ben", kind=NudgeKind.FOLLOW_UP, state="sending", due=STOPPED)
    await house.put_back()
    assert await house.prompted(PUT_BACK) == ["ann"], (
        "the follow-up may have been sent, and comes rather never than twice"
    )


async def test_what_was_due_while_nobody_was_there_is_still_owed(house: House) -> None:
    async with house.open(BACKED_UP) as store:
        await person(store, "ann", "07:30", now=BACKED_UP)
    house.back_up()
    async with house.open(BACKED_UP + timedelta(minutes=1)):
        pass  # and then the machine broke, before half past seven
    await house.put_back()
    assert await house.prompted(PUT_BACK) == ["ann"]


async def test_the_days_in_between_are_an_outage_of_ours(house: House) -> None:
    async with house.open(BACKED_UP) as store:
        await person(store, "ann")
    house.back_up()
    async with house.open(STOPPED):
        pass
    await house.put_back()
    store = open_store(house.path)
    await store.run(lambda tx: beats.mark(tx, PUT_BACK))
    outage = await store.read(lambda tx: tx.execute(select(t.outage.c.begins_at, t.outage.c.ends_at)).one())
    await store.close()
    assert tuple(outage) == (BACKED_UP, PUT_BACK)


async def test_a_result_is_not_announced_again_and_the_board_is_drawn_anew(house: House) -> None:
    row = {"code": "c", "kind": "days", "first_day": WEDNESDAY.date(), "last_day": WEDNESDAY.date(), "zone": BERLIN}
    row |= {"open_to": "chat", "settings": {}, "starter": "", "state": "over", "created_at": BACKED_UP}

    def team(tx: Tx) -> None:
        room = tx.execute(
            insert(t.room).values(platform="telegram", bot_id="1", chat_id="g", kind="team", state="open")
        ).inserted_primary_key
        assert room is not None
        tx.execute(insert(t.challenge).values(id="c", **row))
        tx.execute(insert(t.challenge_room).values(challenge="c", room=room[0], added_at=BACKED_UP))
        posts.add_post(tx, "c", posts.BOARD, BACKED_UP)

    def show(tx: Tx) -> None:
        posts.add_post(tx, "c", posts.RESULT, WEDNESDAY)
        tx.execute(update(t.post).values(shown=t.post.c.wanted))

    async with house.open(BACKED_UP) as store:
        await store.run(team)
    house.back_up()
    async with house.open(STOPPED) as store:
        await store.run(show)
    await house.put_back()
    store = open_store(house.path)
    await store.run(lambda tx: posts.add_post(tx, "c", posts.RESULT, PUT_BACK))
    due = await store.read(lambda tx: posts.due(tx, PUT_BACK, 10))
    await store.close()
    assert [each.what for each in due] == [posts.BOARD]


async def test_a_time_machine_goes_back_and_what_it_sent_is_to_come(house: House) -> None:
    async with house.open(BACKED_UP) as store:
        await person(store, "ann", "07:30", now=BACKED_UP)
    house.back_up()
    ahead = timedelta(days=3)
    async with house.open(STOPPED + ahead) as store:
        await store.run(lambda tx: beats.keep_travel(tx, ahead))
        await send_what_is_due(store, STOPPED + ahead)
    await house.put_back()
    assert await house.prompted(WEDNESDAY + timedelta(hours=1)) == ["ann"]


async def test_a_backup_older_than_the_tombstones_is_refused_unless_it_is_meant(house: House) -> None:
    async with house.open(BACKED_UP) as store:
        await person(store, "ann")
    house.back_up()
    late = BACKED_UP + timedelta(days=31)
    with pytest.raises(CannotCopy) as caught:
        await house.put_back(late)
    assert caught.value.kind == "old"
    assert (await house.put_back(late, however_old=True)).people == 1


async def test_a_new_computer_needs_nothing_but_the_backup(house: House, tmp_path: Path) -> None:
    async with house.open(BACKED_UP) as store:
        await person(store, "ann")
    house.back_up()
    house.path = tmp_path / "new" / "toehold.sqlite"
    house.path.parent.mkdir()
    done = await house.put_back()
    assert (done.people, done.beside) == (1, None)
    assert names(house.path) == ["ann"]


async def test_a_damaged_database_is_replaced_and_kept(house: House) -> None:
    async with house.open(BACKED_UP) as store:
        await person(store, "ann")
    house.back_up()
    house.path.write_bytes(b"garbage" * 1000)
    done = await house.put_back()
    assert done.unread
    assert done.beside is not None
    assert done.beside.read_bytes() == b"garbage" * 1000
    assert names(house.path) == ["ann"]


async def test_a_backup_of_an_older_version_is_migrated(house: House) -> None:
    async with house.open(BACKED_UP) as store:
        await person(store, "ann")
    house.back_up()
    with closing(sqlite3.connect(house.backup)) as connection:
        connection.execute("DROP INDEX ix_nudge_person_state_not_before")
        connection.execute("CREATE INDEX ix_nudge_person ON nudge (person)")
        connection.execute("UPDATE alembic_version SET version_num = '0004'")
        connection.commit()
    await house.put_back()
    store = open_store(house.path)
    assert await store.read(lambda tx: people.load(tx, "ann")) is not None
    await store.close()


@pytest.mark.parametrize(("content", "kind"), [(b"no database" * 99, "damaged"), (None, "missing")])
async def test_what_is_no_backup_changes_nothing(house: House, content: bytes | None, kind: str) -> None:
    async with house.open(BACKED_UP) as store:
        await store.run(lambda tx: add_person(tx, "ann"))
    if content is not None:
        house.backup.write_bytes(content)
    with pytest.raises(CannotCopy) as caught:
        await house.put_back()
    assert caught.value.kind == kind
    assert names(house.path) == ["ann"]
    assert {each.suffix for each in house.path.parent.iterdir()} <= {".sqlite", ".sqlite-wal", ".sqlite-shm"}


async def test_a_backup_of_a_newer_version_is_refused(house: House) -> None:
    async with house.open(BACKED_UP):
        pass
    house.back_up()
    with closing(sqlite3.connect(house.backup)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(CannotCopy) as caught:
        await house.put_back()
    assert caught.value.kind == "too-new"
