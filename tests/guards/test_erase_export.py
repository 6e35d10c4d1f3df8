"""Everything of a person can be taken out and removed. A new table or column turns this red until it has a rule."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Date, Integer, Table, Time, create_engine, insert, text

from bot.addresses import Account, Address, MessageKind, Posted
from bot.store import erasing
from bot.store import tables as t
from bot.store.erasing import account_hash
from bot.store.opening import Where, open_store
from bot.store.postbox import StoredPostbox
from bot.store.tables import Instant
from bot.store.unit import Store, Tx
from tests.kit.clock import WEDNESDAY, StandingClock
from tests.kit.local_stage import DoorStage
from tests.kit.postgres import ENGINES
from tests.kit.stage import Player, Stage, opened
from tests.kit.telegram_stage import TelegramStage

# What /export gives, column by column. A new column needs a decision: add it here, or keep it out of the table.
EXPORTED: dict[str, set[str]] = {
    "person": {
        "id",
        "created_at",
        "joined_day",
        "alias",
        "language",
        "zone",
        "day_start",
        "minutes",
        "band",
        "follow_ups",
        "quiet_from",
        "quiet_to",
        "streak_hidden",
        "agreed_at",
        "screened",
        "screened_on",
        "silent_day",
        "stopped",
        "heard_on",
        "asking",
        "asking_arg",
        "platform",
    },
    "link_code": {"code_hash", "person", "expires_at"},
    "account": {"platform", "bot_id", "external_id", "person", "name", "state", "first_seen_at"},
    "room": {"id", "platform", "bot_id", "chat_id", "thread_id", "kind", "state", "moved_to", "person"},
    "slot": {
        "id",
        "person",
        "at",
        "weekdays",
        "role",
        "created_at",
        "removed_at",
        "next_due_at",
        "next_label",
        "last_label",
        "tz_rules",
    },
    "setting_version": {"person", "kind", "effective_from", "from_day", "value"},
    "session": {
        "id",
        "person",
        "kind",
        "practice_day",
        "zone",
        "offset_minutes",
        "started_at",
        "last_press_at",
        "ends_at",
        "plan",
        "position",
        "rev",
        "state",
    },
    "round_done": {"session", "item", "set_no", "round_no", "of", "rev", "at", "reps", "slipped", "undone_at"},
    "pause": {"id", "person", "first_day", "last_day", "reason", "entered_at", "resumed_at"},
    "pain": {"id", "person", "session", "drill", "colour", "at"},
    "tick": {"person", "practice_day", "at", "tapped_on", "counts_for"},
    "told": {"person", "what", "label", "at"},
    "streak_snapshot": {"person", "label", "rules", "tally"},
    "nudge": {
        "id",
        "key",
        "kind",
        "person",
        "slot",
        "session",
        "label",
        "due_at",
        "not_before",
        "state",
        "reason",
        "owner",
        "attempt",
        "lease_until",
        "message_id",
        "sent_at",
    },
    "challenge_member": {
        "id",
        "challenge",
        "member",
        "alias",
        "cheer_only",
        "joined_at",
        "joined_on",
        "left_on",
        "cheered_on",
        "score",
        "next_final_at",
    },
    "minute_taker": {"challenge", "number", "member", "joined_at", "done_at"},
}

# Tables of a team, which outlive everybody in it. A new column needs a decision: it may not tell who somebody is.
OF_A_TEAM: dict[str, set[str]] = {
    "challenge": {
        "id",
        "code",
        "kind",
        "first_day",
        "last_day",
        "zone",
        "open_to",
        "settings",  # numbers of the kind, frozen at the start
        "starter",  # emptied when that person is erased
        "state",
        "cheers",
        "created_at",
        "ended_at",
    },
    "challenge_room": {"challenge", "room", "page", "added_at"},
    "post": {"challenge", "room", "what", "wanted", "shown", "not_before"},
    "team_minute": {"challenge", "number", "called_at", "ends_at"},
}

# The other tables: what /erase does with the person's part of them, and why /export leaves them out.
NOT_EXPORTED: dict[str, str] = {
    "inbox": "wiped: what arrived, until it is answered; it is in the chat that the person sees",
    "postbox": "deleted: numbers of our own messages in the person's chat",
    "local_line": "deleted: the chat itself, which the person sees",
    "local_persona": "kept: who can be played on this computer, not a person of ours",
    "tombstone": "kept 30 days: a hash, so that a restored backup erases again",
    "challenge": "kept: the team's; who started it is forgotten",
    "challenge_room": "kept: no person",
    "post": "kept: no person; its text is drawn anew without the name",
    "team_minute": "kept: no person",
    "lease": "kept: no person",
    "heartbeat": "kept: no person",
    "outage": "kept: no person",
    "travel": "kept: no person",
}


def marks(name: str) -> list[str]:
    """What may not be found once this person is erased."""
    return [f"{what}-of-{name}" for what in ("canary", "account", "chat", "name", "words", "id")]


def row_for(table: Table, name: str, number: int) -> dict[str, object]:
    """A row with something in every column, made from the column's type; texts carry the person's canary."""
    return {column.name: _value(table, column, name, number) for column in table.c}


def _value(table: Table, column: Column[Any], name: str, number: int) -> object:
    fixed: dict[str, object] = {
        "platform": "telegram",
        "bot_id": "1",
        "thread_id": "",
        "person": f"id-of-{name}",
        "external_id": f"account-of-{name}",
        "chat_id": f"chat-of-{name}",
        "lane": f"account-of-{name}",
        "update_key": f"{len(name)}{number}",
        "quarantined": None,
        "session": f"s-of-{name}",
        "challenge": "challenge",
        "member": f"id-of-{name}",
    }
    if table is t.challenge_member and column.name in ("id", "score"):  # what stays: whose it was, neither tells
        return SCORE if column.name == "score" else f"m{number}"
    if table is t.person and column.name == "id":
        return f"id-of-{name}"
    if table is t.session and column.name == "id":
        return f"s-of-{name}"
    if table is t.account and column.name == "name":
        return f"name-of-{name}"
    if table is t.room and column.name == "kind":
        return "private"
    if column.name == "payload":
        return json.dumps(
            {"from": {"id": f"account-of-{name}", "first_name": f"name-of-{name}"}, "text": f"words-of-{name}"}
        )
    if column.name in fixed:
        return fixed[column.name]
    match column.type:
        case Instant():
            return WEDNESDAY
        case Date():
            return date(2026, 11, 25)
        case Time():
            return time(7, 30)
        case Boolean():
            return True
        case JSON():
            return {"text": f"words-of-{name}"}
        case Integer():  # BigInteger too
            return number
        case _:
            words = f"canary-of-{name}-{table.name}-{column.name}"
            return words[: getattr(column.type, "length", None)]


SCORE = {"today": "2026-11-25", "first": "2026-11-24", "verdicts": "kk", "sets": [3, 1], "quick": [], "final": 1}
FILLED = [table for table in t.metadata.sorted_tables if table.name in {*EXPORTED, "inbox", "postbox"}]


def fill(tx: Tx, name: str, number: int) -> None:
    for table in FILLED:
        tx.execute(insert(table).values(**row_for(table, name, number)))


def fill_team(tx: Tx) -> None:
    """A challenge that Ann has started in some chat."""
    tx.execute(insert(t.room).values(row_for(t.room, "team", 50) | {"kind": "team", "person": None}))
    tx.execute(
        insert(t.challenge).values(row_for(t.challenge, "team", 1) | {"id": "challenge", "starter": "id-of-ann"})
    )
    for table in (t.challenge_room, t.post, t.team_minute):
        tx.execute(insert(table).values(row_for(table, "team", 1) | ({"room": 50} if "room" in table.c else {})))


def fill_again(tx: Tx) -> None:
    """Ann comes back."""
    for table in FILLED:
        row = row_for(table, "ann", 1)
        if table is t.inbox:
            row |= {"id": 99, "update_key": "99"}
        if table is t.challenge_member:
            row |= {"id": "m99"}  # the old one is nobody's now, and stays
        tx.execute(insert(table).values(**row))


@pytest.fixture(params=ENGINES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    if request.param == "sqlite":
        return tmp_path / "toehold.sqlite"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
async def store(where: Where) -> AsyncIterator[Store]:
    opened = open_store(where)
    await opened.run(fill_team)
    await opened.run(lambda tx: fill(tx, "ann", 1))
    await opened.run(lambda tx: fill(tx, "benedict", 2))
    yield opened
    await opened.close()


class Witness:
    """A second connection. Instants and days come as text, JSON as what it says."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self._engine = create_engine(f"sqlite:///{where}" if isinstance(where, Path) else where)

    def all(self, query: str) -> list[tuple[Any, ...]]:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return [tuple(_plain(value) for value in row) for row in connection.execute(text(query))]

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        return {table.name: self.all(f"SELECT * FROM {table.name} ORDER BY 1, 2") for table in t.metadata.sorted_tables}

    def hits(self, *words: str) -> list[str]:
        """Which of the words stand anywhere: in the bytes of SQLite's files, in what a dump of PostgreSQL would hold."""
        if isinstance(self._where, Path):
            return hits(self._where, *words)
        told = str(self.everything())
        return [word for word in words if word in told]

    def vacuum(self) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))

    def close(self) -> None:
        self._engine.dispose()


def _plain(value: object) -> object:
    match value:
        case str() if value.startswith("{"):
            return json.loads(value)
        case date() | time():
            return value.isoformat()
        case _:
            return value


@pytest.fixture
def witness(store: Store, where: Where) -> Iterator[Witness]:
    with closing(Witness(where)) as other:
        yield other


def hits(path: Path, *words: str) -> list[str]:
    """Which of the words stand anywhere in the bytes of the database's files."""
    files = [file for file in path.parent.iterdir() if file.name.startswith(path.name)]
    assert path in files
    found = b"\n".join(file.read_bytes() for file in files)
    return [word for word in words if word.encode() in found]


# --- every table and column has its rule


def test_every_table_has_a_rule() -> None:
    assert {table.name for table in t.metadata.sorted_tables} == {*EXPORTED, *NOT_EXPORTED}


def test_every_column_of_an_exported_table_has_a_rule() -> None:
    assert {name: {column.name for column in t.metadata.tables[name].c} for name in EXPORTED} == EXPORTED


def test_whatever_belongs_to_a_person_is_exported_and_goes_with_them() -> None:
    for table in t.metadata.sorted_tables:
        for key in table.foreign_keys:
            assert table.name in {*EXPORTED, *OF_A_TEAM}, f"{table.name} belongs to a {key.column.table.name}"
            assert key.ondelete == "CASCADE", f"{table.name}.{key.parent.name} would survive an erase"
        if "person" in table.c:
            assert table.c.person.foreign_keys, f"{table.name}.person does not follow the person"
        if "member" in table.c:  # no key leads to the person: an erase must see to it itself
            assert table.name in EXPORTED


def test_every_column_of_a_teams_table_has_a_rule() -> None:
    assert {name: {column.name for column in t.metadata.tables[name].c} for name in OF_A_TEAM} == OF_A_TEAM


# --- export


async def test_an_export_has_every_row_and_column_of_the_person_and_nobody_elses(store: Store) -> None:
    rows = await store.read(lambda tx: erasing.export(tx, "id-of-ann"))
    assert {name: set(found[0]) for name, found in rows.items()} == EXPORTED
    assert {name: len(found) for name, found in rows.items()} == dict.fromkeys(EXPORTED, 1)
    text = json.dumps(rows)
    assert "of-benedict" not in text
    for name in EXPORTED:
        for column, value in row_for(t.metadata.tables[name], "ann", 1).items():
            told = rows[name][0][column]
            assert told == (value.isoformat() if isinstance(value, datetime | date | time) else value), (name, column)


async def test_an_export_is_json_and_has_all_of_many_rows(store: Store) -> None:
    def more(tx: Tx) -> None:
        for number in range(3, 53):
            row = row_for(t.round_done, "ann", number)
            tx.execute(insert(t.round_done).values(**row))
            pain = row_for(t.pain, "ann", number) | {"id": f"p{number}"}
            tx.execute(insert(t.pain).values(**pain))

    await store.run(more)
    rows = json.loads(json.dumps(await store.read(lambda tx: erasing.export(tx, "id-of-ann"))))
    assert len(rows["round_done"]) == len(rows["pain"]) == 51


# --- erase


async def test_erasing_leaves_nothing_of_the_person_and_all_of_the_others(store: Store, witness: Witness) -> None:
    before = witness.everything()
    assert witness.hits(*marks("ann")) == marks("ann")
    await store.run(lambda tx: erasing.erase(tx, "id-of-ann", WEDNESDAY))
    after = witness.everything()
    await _clean_up(store, witness)
    assert witness.hits(*marks("ann")) == []
    for table in FILLED:
        of_others = [row for row in before[table.name] if any("of-benedict" in str(value) for value in row)]
        assert len(of_others) == 1, f"{table.name} was not filled for both"
        kept = [row for row in after[table.name] if row in of_others]
        assert kept == of_others, f"{table.name} lost somebody else's row"
        kept_of_ann = table in (t.inbox, t.challenge_member)  # the key of an update; a score
        of_the_team = table is t.room
        assert len(after[table.name]) == 1 + kept_of_ann + of_the_team


async def test_a_team_keeps_a_score_and_forgets_whose_it_was(store: Store, witness: Witness) -> None:
    before = witness.everything()
    await store.run(lambda tx: erasing.erase(tx, "id-of-ann", WEDNESDAY))
    await store.checkpoint()
    assert witness.hits(*marks("ann")) == []
    score = "SELECT id, member, alias, next_final_at, score, joined_on FROM challenge_member ORDER BY id"
    anns, benedicts = witness.all(score)
    assert anns == ("m1", None, "", None, SCORE, "2026-11-25")
    assert benedicts[1:3] == ("id-of-benedict", "canary-of-benedict-challenge_member-alias")
    assert witness.all("SELECT member FROM minute_taker") == [("id-of-benedict",)]
    after = witness.everything()
    for name in sorted(OF_A_TEAM.keys() - {"post"}):  # a post is shown anew, which its numbers tell
        nobody = [tuple("" if value == "id-of-ann" else value for value in row) for row in before[name]]
        assert after[name] == nobody, f"{name} has lost more than the name of its starter"


async def test_what_is_erased_is_overwritten_without_a_vacuum_too(store: Store, witness: Witness) -> None:
    await store.run(lambda tx: erasing.erase(tx, "id-of-ann", WEDNESDAY))
    await store.checkpoint()
    assert witness.hits(*marks("ann")) == []
    assert witness.hits(*marks("benedict")) == marks("benedict")


async def _clean_up(store: Store, witness: Witness) -> None:
    witness.vacuum()
    await store.checkpoint()


async def test_what_was_on_its_way_to_an_erased_chat_leaves_no_trace_of_it(store: Store) -> None:
    postbox, posted = StoredPostbox(store), Posted("9", MessageKind.TEXT)
    chat = Address("telegram", "1", "chat-of-ann")
    await store.run(lambda tx: erasing.erase(tx, "id-of-ann", WEDNESDAY))
    await postbox.put(chat, "player", posted)
    assert await postbox.last(chat, "player") is None
    await store.run(fill_again)
    await postbox.put(chat, "player", posted)
    assert await postbox.last(chat, "player") == posted


async def test_an_erased_update_is_still_known_by_its_key(store: Store, witness: Witness) -> None:
    await store.run(lambda tx: erasing.erase(tx, "id-of-ann", WEDNESDAY))
    rows = witness.all("SELECT update_key, lane, payload FROM inbox ORDER BY id")
    assert rows[0] == ("31", "", "")


async def test_a_tombstone_holds_hashes_for_thirty_days(store: Store, witness: Witness) -> None:
    buried = {account_hash(Account("telegram", "1", each)) for each in ("account-of-ann", "chat-of-ann")}
    await store.run(lambda tx: erasing.erase(tx, "id-of-ann", WEDNESDAY))
    assert {row[0] for row in witness.all("SELECT account_hash FROM tombstone")} == buried
    assert await store.run(lambda tx: erasing.forget_tombstones(tx, WEDNESDAY + timedelta(days=30))) == 0
    assert await store.run(lambda tx: erasing.forget_tombstones(tx, WEDNESDAY + timedelta(days=31))) == 2


async def test_somebody_who_comes_back_can_be_erased_again(store: Store, witness: Witness) -> None:
    await store.run(lambda tx: erasing.erase(tx, "id-of-ann", WEDNESDAY))
    await store.run(fill_again)
    await store.run(lambda tx: erasing.erase(tx, "id-of-ann", WEDNESDAY + timedelta(days=1)))
    await _clean_up(store, witness)
    assert witness.hits(*marks("ann")) == []
    assert witness.all("SELECT count(*) FROM tombstone") == [(2,)]


async def test_on_the_local_chat_the_lines_go_too(store: Store, witness: Witness) -> None:
    def lines(tx: Tx) -> None:
        for who in ("ann", "benedict"):
            account = row_for(t.account, who, 1) | {"platform": "local", "bot_id": "local", "external_id": who}
            tx.execute(insert(t.account).values(**account))
            room = row_for(t.room, who, 7 if who == "ann" else 8) | {"platform": "local", "chat_id": f"me:{who}"}
            tx.execute(insert(t.room).values(**room))
            for chat, author in ((f"me:{who}", who), (f"me:{who}", "bot"), ("team", who)):
                line = {"chat": chat, "author": author, "body": f"{author} in {chat}", "at": WEDNESDAY}
                tx.execute(insert(t.local_line).values(**line))

    await store.run(lines)
    await store.run(lambda tx: erasing.erase(tx, "id-of-ann", WEDNESDAY))
    assert [row[0] for row in witness.all("SELECT body FROM local_line ORDER BY id")] == [
        "benedict in me:benedict",
        "bot in me:benedict",
        "benedict in team",
    ]


async def test_a_person_who_lived_on_telegram_and_erased_leaves_no_trace(tmp_path: Path) -> None:
    """Through the whole bot: set up, practised, prompted, erased; then every byte of the files is looked at."""
    stage = TelegramStage(tmp_path, StandingClock())
    async with opened(stage):
        ann, ben = await stage.person("Zebulona"), await stage.person("Bartholomew")
        for each in (ann, ben):
            await each.set_up()
            await each.tap("Start now")
            await each.whole_session()
        await ann.say("Mumpitz from Zebulona")
        await stage.until("07:30", days=1)
        await ann.say("/erase")
        [erase] = [label for label in ann.card.buttons if "rase" in label]
        await ann.tap(erase)
        path = stage.settings().database_path
    await stage.end()
    assert hits(path, "Zebulona", "7000000000", "Mumpitz") == []
    assert hits(path, "Bartholomew", "7000000001") == ["Bartholomew", "7000000001"]


async def play_and_erase(stage: Stage) -> Player:
    """Zebulona joins with an alias, practises, calls a team minute, and erases. Returns whoever stays in the team chat."""
    for name in ("You", "Zebulona"):
        await (await stage.person(name)).set_up()
    zebulona = await stage.person("Zebulona")
    chat = await stage.team("Runners")
    you = Player(stage, "You", await chat.seat("You", admin=True))
    there = Player(stage, "Zebulona", await chat.seat("Zebulona"))
    await you.say("/challenge")
    await you.tap("1 week", "Start it")
    await stage.forward(seconds=30)
    for each in (you, there):
        await each.look()
        await each.tap("Join")
    await there.tap("My part")
    await zebulona.look()
    await zebulona.tap("Another name")
    await zebulona.say("Quastenflosser")
    await stage.until("08:00", days=1)
    await zebulona.one_set()
    await stage.forward(seconds=30)
    await there.look()
    await there.tap("Feet up!")
    await stage.forward(seconds=30)
    await zebulona.one_set()
    await stage.forward(seconds=30)
    await you.look()
    assert len([message for message in you.messages if "Quastenflosser" in message.text]) == 2, (
        "the board and the minute"
    )
    await zebulona.say("/erase")
    [erase] = [label for label in zebulona.card.buttons if "rase" in label]
    await zebulona.tap(erase)
    await stage.forward(minutes=30)
    await you.look()
    return you


@pytest.mark.parametrize("stage_of", [TelegramStage, DoorStage], ids=["telegram", "local"])
async def test_a_member_who_erased_leaves_a_score_and_no_trace(
    tmp_path: Path, stage_of: type[TelegramStage | DoorStage]
) -> None:
    """The alias is in no byte of the files and on nothing that the team sees; the score is someone's."""
    stage = stage_of(tmp_path, StandingClock())
    async with opened(stage):
        you = await play_and_erase(stage)
        path = stage.settings().database_path
    if isinstance(stage, TelegramStage):
        await stage.end()
    assert [message.text for message in you.messages if "Quastenflosser" in message.text] == []
    [board] = [message.text for message in you.messages if "Team challenge: " in message.text]
    assert "someone · 100 %" in board
    assert hits(path, "Quastenflosser") == []
