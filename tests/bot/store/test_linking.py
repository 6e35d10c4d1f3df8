"""Codes of /link, and what linking does to settings, times, prompts to come and where they go."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import insert, select

from bot.addresses import Account, Address
from bot.store import care, linking, nudges, people, slots, streak, uniting
from bot.store import tables as t
from bot.store.unit import Store, Tx
from drills.safety import Screened
from scheduler.nudge import NudgeKind
from scheduler.slot import EVERY_DAY, Role, Rule
from tests.bot.store.cast import BERLIN, SET_UP, THE_WEDNESDAY, TUESDAY
from tests.bot.store.cast import nudge as owed
from tests.bot.store.witness import Witness
from tests.kit.clock import WEDNESDAY

TOKYO = "Asia/Tokyo"


def settle(tx: Tx, name: str, platform: str, zone: str = BERLIN, *, since: datetime = SET_UP) -> None:
    """Somebody set up on a platform, with a daily slot."""
    people.create(tx, name, Account(platform, "1", name), name, "en", since)
    people.keep_private_room(tx, name, Address(platform, "1", f"chat-{name}"))
    people.change(tx, name, zone=zone, joined_day=since.date(), screened=Screened.CLEAR, screened_on=since.date())
    streak.keep_version(tx, name, "zone", zone, since)
    slots.add(tx, f"slot-{name}", name, Rule(time(7, 30), EVERY_DAY, zone), Role.DO, since, "1")


@pytest.fixture
async def two(store: Store) -> Store:
    """Ann on Telegram since Monday, and in the local chat as "local" since an hour later."""

    def unit(tx: Tx) -> None:
        settle(tx, "ann", "telegram")
        settle(tx, "local", "local", since=SET_UP + timedelta(hours=1))

    await store.run(unit)
    return store


async def unite(store: Store, kept: str = "ann", other: str = "local", now: datetime = WEDNESDAY) -> people.Person:
    await store.run(lambda tx: uniting.unite(tx, kept, other, now))
    person = await store.read(lambda tx: people.load(tx, kept))
    assert person is not None
    return person


async def versions(store: Store, kind: str, person: str = "ann") -> list[tuple[datetime, str]]:
    rows = await store.read(lambda tx: streak.versions(tx, person))
    return [(row.effective_from, row.value) for row in rows if row.kind == kind]


# --- codes


async def test_a_code_is_long_and_only_its_hash_is_kept(two: Store, witness: Witness) -> None:
    codes = {await two.run(lambda tx: linking.make_code(tx, "ann", WEDNESDAY)) for _ in range(20)}
    assert len(codes) == 20
    assert all(re.fullmatch("[A-HJ-NP-Z2-9]{26}", code) for code in codes), "130 bits, and no letter like another"
    [(kept,)] = witness.all("SELECT code_hash FROM link_code")
    assert kept not in codes
    assert len(kept) == 64


@pytest.mark.parametrize("change", [str, str.lower, lambda code: f" {linking.in_groups(code)} ", " ".join])
async def test_a_code_is_read_however_it_is_typed(two: Store, change: Callable[[str], str]) -> None:
    code = await two.run(lambda tx: linking.make_code(tx, "ann", WEDNESDAY))
    assert linking.read_code(change(code)) == code
    assert await two.read(lambda tx: linking.look_up(tx, code, WEDNESDAY)) == "ann"


@pytest.mark.parametrize("text", ["", "A", "A" * 25, "A" * 27, "O" * 26, "1" * 26, "ß" * 26, "🦶" * 26, "A B C"])
def test_what_cannot_be_a_code_is_none(text: str) -> None:
    assert linking.read_code(text) is None


async def test_a_code_holds_for_ten_minutes_and_until_there_is_a_newer_one(two: Store) -> None:
    code = await two.run(lambda tx: linking.make_code(tx, "ann", WEDNESDAY))
    for minutes, whose in ((9.99, "ann"), (10, None)):
        at = WEDNESDAY + timedelta(minutes=minutes)
        assert await two.read(lambda tx, at=at: linking.look_up(tx, code, at)) == whose  # type: ignore[misc]
    await two.run(lambda tx: linking.make_code(tx, "ann", WEDNESDAY))
    assert await two.read(lambda tx: linking.look_up(tx, code, WEDNESDAY)) is None


async def test_codes_that_are_over_are_forgotten(two: Store, witness: Witness) -> None:
    await two.run(lambda tx: linking.make_code(tx, "ann", WEDNESDAY - timedelta(minutes=10)))
    await two.run(lambda tx: linking.make_code(tx, "local", WEDNESDAY))
    assert await two.run(lambda tx: linking.forget_expired(tx, WEDNESDAY)) == 1
    assert witness.all("SELECT person FROM link_code") == [("local",)]


# --- settings


async def test_the_settings_are_those_of_who_is_kept_and_old_days_keep_theirs(two: Store) -> None:
    def edits(tx: Tx) -> None:
        monday_noon = SET_UP + timedelta(hours=6)
        streak.keep_version(tx, "local", "schedule", "01234", monday_noon, TUESDAY)
        streak.keep_version(tx, "local", "freezes", "off", monday_noon)
        streak.keep_version(tx, "local", "zone", TOKYO, monday_noon)
        people.change(tx, "local", zone=TOKYO, minutes=10, streak_hidden=True)

    await two.run(edits)
    person = await unite(two)
    assert (person.zone, person.minutes, person.streak_hidden) == (BERLIN, None, False)
    assert [value for _, value in await versions(two, "zone")] == [BERLIN, BERLIN, TOKYO, BERLIN]
    assert [value for _, value in await versions(two, "freezes")] == ["off", "on"]
    rows = await two.read(lambda tx: streak.versions(tx, "ann"))
    schedules = [(row.value, row.from_day) for row in rows if row.kind == "schedule"]
    assert schedules == [("01234", TUESDAY), ("0123456", date(2026, 11, 26))], "from tomorrow on, as every edit"


async def test_an_edit_of_both_at_one_instant_is_that_of_who_is_kept(two: Store) -> None:
    for person, value in (("ann", "off"), ("local", "on")):
        await two.run(lambda tx, p=person, v=value: streak.keep_version(tx, p, "freezes", v, SET_UP))  # type: ignore[misc]
    await unite(two)
    assert await versions(two, "freezes") == [(SET_UP, "off")]


async def test_nothing_is_written_where_nothing_differs(two: Store) -> None:
    await unite(two)
    assert [at for at, _ in await versions(two, "zone")] == [SET_UP, SET_UP + timedelta(hours=1)]
    assert await versions(two, "schedule") == await versions(two, "freezes") == await versions(two, "day-start") == []


async def test_somebody_who_was_not_set_up_brings_no_settings(two: Store) -> None:
    def unfinished(tx: Tx) -> None:
        people.create(tx, "new", Account("discord", "1", "new"), "new", "en", SET_UP - timedelta(days=9))
        streak.keep_version(tx, "new", "zone", TOKYO, SET_UP - timedelta(days=9))

    await two.run(unfinished)
    person = await unite(two, other="new")
    assert person.joined_day == SET_UP.date()
    assert await versions(two, "zone") == [(SET_UP, BERLIN)]


@pytest.mark.parametrize(
    ("mine", "theirs", "one"),
    [
        (Screened.CLEAR, Screened.BLOCK, Screened.BLOCK),
        (Screened.CLEARED, Screened.BLOCK, Screened.BLOCK),
        (Screened.URGENT, Screened.BLOCK, Screened.URGENT),
        (Screened.MODIFY, Screened.CLEAR, Screened.MODIFY),
        (Screened.CLEAR, None, Screened.CLEAR),
    ],
)
async def test_the_screening_that_asks_for_more_care_holds(
    two: Store, mine: Screened, theirs: Screened | None, one: Screened
) -> None:
    await two.run(lambda tx: people.change(tx, "ann", screened=mine, screened_on=TUESDAY))
    await two.run(lambda tx: people.change(tx, "local", screened=theirs, screened_on=theirs and THE_WEDNESDAY))
    person = await unite(two)
    assert person.screened is one
    assert person.screened_on == (TUESDAY if one is mine else THE_WEDNESDAY)


# --- times, prompts and where they go


async def test_the_times_of_the_other_account_end_and_stay_as_facts(two: Store, witness: Witness) -> None:
    await unite(two)
    assert [slot.id for slot in await two.read(lambda tx: slots.of_person(tx, "ann"))] == ["slot-ann"]
    rows = witness.all("SELECT id, removed_at IS NULL, next_due_at IS NULL FROM slot ORDER BY id")
    assert rows == [("slot-ann", 1, 0), ("slot-local", 0, 1)]


async def test_prompts_to_come_are_those_of_who_is_kept(two: Store, witness: Witness) -> None:
    await owed(two, "ann", key="mine")
    for kind in uniting.OF_AN_ACCOUNT:
        await owed(two, "local", kind=kind, key=f"{kind}:theirs")
    await owed(two, "local", key="sent", state="sent")
    await unite(two)
    assert witness.all("SELECT key FROM nudge WHERE state = 'planned'") == [("mine",)]
    assert witness.all("SELECT state, person FROM nudge WHERE key = 'sent'") == [("sent", "ann")]


async def test_what_else_is_owed_is_owed_once(two: Store, witness: Witness) -> None:
    for person, day in (("ann", "1"), ("local", "1"), ("local", "2")):
        await owed(two, person, kind=NudgeKind.NOTICE, key=f"notice:{person}:pause:{day}")
    await unite(two)
    rows = witness.all("SELECT key, person FROM nudge WHERE state = 'planned' ORDER BY key")
    assert rows == [("notice:ann:pause:1", "ann"), ("notice:ann:pause:2", "ann")]
    assert await two.run(lambda tx: nudges.add(tx, "new", NudgeKind.NOTICE, "ann", TUESDAY, WEDNESDAY))


@pytest.mark.parametrize(("kept", "other"), [("ann", "local"), ("local", "ann")])
async def test_prompts_go_where_those_of_who_is_kept_went(two: Store, kept: str, other: str) -> None:
    person = await unite(two, kept, other)
    address = await two.read(lambda tx: people.private_address(tx, kept))
    assert address is not None
    assert address.chat == f"chat-{kept}"
    assert person.platform == address.platform
    assert await two.read(lambda tx: linking.platforms(tx, kept)) == ("telegram", "local")


@pytest.mark.parametrize(("kept", "other"), [("ann", "local"), ("local", "ann")])
async def test_whoever_was_reached_on_a_platform_that_is_always_there_was(two: Store, kept: str, other: str) -> None:
    """So a day that an outage of ours excused stays excused, whoever is kept."""
    await unite(two, kept, other)
    went = await versions(two, "platform", kept)
    assert went[:2] == [(SET_UP, "telegram"), (SET_UP + timedelta(hours=1), "telegram")]
    assert went[2:] == ([] if kept == "ann" else [(WEDNESDAY, "local")])


async def test_one_line_in_a_channel_is_enough(two: Store, witness: Witness) -> None:
    for person in ("ann", "local"):
        line = Address("discord", "1", "guild", person)
        await two.run(lambda tx, p=person, at=line: people.keep_line(tx, p, at))  # type: ignore[misc]
    await unite(two)
    assert witness.all("SELECT thread_id, person FROM room WHERE kind = 'line'") == [("ann", "ann")]


async def test_a_pause_of_either_holds(two: Store) -> None:
    await two.run(lambda tx: care.begin_pause(tx, "local", TUESDAY, None, "sick", SET_UP))
    await unite(two)
    pause = await two.read(lambda tx: care.silent_pause(tx, "ann", THE_WEDNESDAY))
    assert pause is not None
    assert pause.reason == "sick"


async def test_who_started_a_challenge_may_end_it_from_both_accounts(two: Store) -> None:
    row = {"id": "c", "code": "C", "kind": "share", "first_day": TUESDAY, "last_day": TUESDAY, "zone": BERLIN}
    row |= {"open_to": "chat", "settings": {}, "starter": "local", "state": "running", "created_at": SET_UP}
    await two.run(lambda tx: tx.execute(insert(t.challenge).values(row)))
    await unite(two)
    assert await two.read(lambda tx: tx.execute(select(t.challenge.c.starter)).scalar_one()) == "ann"


async def test_a_hidden_name_stays_hidden(two: Store, witness: Witness) -> None:
    row = {"id": "c", "code": "C", "kind": "share", "first_day": TUESDAY, "last_day": TUESDAY, "zone": BERLIN}
    row |= {"open_to": "chat", "settings": {}, "starter": "", "state": "running", "created_at": SET_UP}
    await two.run(lambda tx: tx.execute(insert(t.challenge).values(row)))
    for person, alias in (("ann", ""), ("local", "Toerrific")):
        member = {"id": person, "challenge": "c", "member": person, "alias": alias, "joined_at": SET_UP}
        await two.run(lambda tx, m=member: tx.execute(insert(t.challenge_member).values(m)))  # type: ignore[misc]
    await unite(two)
    assert witness.all("SELECT member, alias FROM challenge_member") == [("ann", "Toerrific")]
