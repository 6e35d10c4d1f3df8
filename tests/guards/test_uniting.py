"""Linking has a rule for everything of a person. A new table turns this red until it has one."""

from pathlib import Path

from sqlalchemy import String, insert

from bot.store import tables as t
from bot.store import uniting
from bot.store.opening import open_store
from bot.store.unit import Tx
from drills.safety import Screened
from tests.guards.test_erase_export import FILLED, fill_team, row_for
from tests.kit.clock import WEDNESDAY

NAMES_A_PERSON = {"person", "member", "starter"}
OVER: dict[str, object] = {"place": {"at": "over"}, "skipped": [], "stopped_for_pain": [], "felt": None}
# How many rows the two have fewer as one: those with the same key become one, and what holds no more is dropped.
FEWER = {"person": 1, "challenge_member": 1, "tick": 1, "link_code": 2, "streak_snapshot": 2}
WRITTEN = {"setting_version": 1}  # where prompts went


def test_every_table_that_names_a_person_has_a_rule() -> None:
    found = {
        table.name
        for table in t.metadata.sorted_tables
        if table is t.person
        or NAMES_A_PERSON & set(table.c.keys())
        or any(key.column.table is t.person for key in table.foreign_keys)
    }
    assert found == set(uniting.RULES)


def _fill(tx: Tx, name: str, number: int) -> None:
    for table in FILLED:
        row = row_for(table, name, number)
        if table is t.person:
            row |= {"screened": Screened.CLEAR, "platform": "telegram"}
        if table is t.session:
            row |= {"position": OVER, "plan": [], "state": "over"}
        tx.execute(insert(table).values(row))


async def test_no_row_is_lost_and_none_names_who_is_gone(tmp_path: Path) -> None:
    """Two people with something in every column of every table: afterwards one has all of it."""
    store = open_store(tmp_path / "toehold.sqlite")
    try:
        await store.run(fill_team)
        for number, name in enumerate(("ann", "benedict"), 1):
            await store.run(lambda tx, n=number, who=name: _fill(tx, who, n))  # type: ignore[misc]
        before = await store.read(_counts)
        await store.run(lambda tx: uniting.unite(tx, "id-of-ann", "id-of-benedict", WEDNESDAY))
        after = await store.read(_counts)
        assert after == {name: count - FEWER.get(name, 0) + WRITTEN.get(name, 0) for name, count in before.items()}
        assert await store.read(_names_of_benedict) == []
    finally:
        await store.close()


def _counts(tx: Tx) -> dict[str, int]:
    return {table.name: len(tx.execute(table.select()).all()) for table in t.metadata.sorted_tables}


def _names_of_benedict(tx: Tx) -> list[str]:
    return [
        f"{table.name}.{column.name}"
        for table in t.metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, String)
        and "id-of-benedict" in [row[0] for row in tx.execute(table.select().with_only_columns(column))]
    ]
