"""Linking unites facts: nothing is lost, nothing counts twice, in whatever order, however often; checked by a naive union."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Table, delete, insert, select

from bot.coach import scoring
from bot.store import challenges, people, streak, uniting
from bot.store import tables as t
from bot.store.migrations.run import upgrade
from bot.store.unit import Tx, open_engine
from drills import safety
from drills.challenges import Standing as Board
from drills.streaks import Standing, without_days
from drills.streaks.counting import STAYS_OPEN
from tests.bot.store.histories import (
    CATALOG,
    CHALLENGES,
    NOW,
    ROUNDS,
    TODAY,
    History,
    Sitting,
    histories,
    write,
    write_challenges,
)

Rows = dict[str, list[dict[str, Any]]]

# What is a fact, column by column, where not all of the row is: the rest is a setting of the person who is kept.
PERSON = ("created_at", "joined_day", "agreed_at", "screened", "screened_on", "heard_on")
SLOT = ("id", "person", "at", "weekdays", "role", "created_at")
MEMBER = ("id", "challenge", "member", "joined_at", "joined_on", "left_on", "cheered_on")
FACTS: dict[Table, tuple[str, ...]] = {
    t.person: PERSON,
    t.account: (),
    t.room: (),
    t.slot: SLOT,
    t.session: (),
    t.round_done: (),
    t.tick: (),
    t.pause: (),
    t.pain: (),
    t.told: (),
    t.setting_version: (),
    t.challenge_member: MEMBER,
    t.minute_taker: (),
    t.challenge: ("id", "starter"),
}
EVERYBODY = ("a", "b", "c")
lives = st.tuples(histories, histories, histories)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path: Path = tmp_path_factory.mktemp("uniting") / "toehold.sqlite"
    migrating = open_engine(path, foreign_keys=False)
    upgrade(migrating)
    migrating.dispose()
    opened = open_engine(path)
    yield opened
    opened.dispose()


@contextmanager
def written(engine: Engine, *lives: History) -> Iterator[Tx]:
    """A database in which these have lived, one account each; afterwards it is empty again."""
    with engine.connect() as tx:
        whole = tx.begin()
        write_challenges(tx)
        for name, life in zip(EVERYBODY, lives, strict=False):
            write(tx, name, life)
        yield tx
        whole.rollback()


@contextmanager
def united(tx: Tx, *pairs: tuple[str, str]) -> Iterator[dict[str, list[str]]]:
    """These are united, (kept, other) by (kept, other): who shared which challenge. Afterwards all is as before."""
    savepoint = tx.begin_nested()
    yield {f"{kept}{other}": uniting.unite(tx, kept, other, NOW) for kept, other in pairs}
    savepoint.rollback()


def facts_of(tx: Tx, *pairs: tuple[str, str]) -> dict[str, set[tuple[Any, ...]]]:
    with united(tx, *pairs):
        return facts(_rows(tx))


def _boards(tx: Tx) -> dict[str, Board]:
    return {name: _board(tx, name) for name in CHALLENGES}


def _standing(tx: Tx, person: str) -> Standing:
    """By what the bot would read, which must be what a rebuild reads."""
    loaded = _loaded(tx, person)
    versions = streak.versions(tx, person)
    kept, _ = streak.standing(tx, loaded, versions, streak.calendar(loaded, versions), NOW)
    assert without_days(kept) == without_days(streak.rebuilt(tx, loaded, NOW))
    return kept


def _board(tx: Tx, challenge: str) -> Board:
    found = challenges.load(tx, challenge)
    assert found is not None
    return scoring.standing_of(found, challenges.members(tx, challenge))


def _loaded(tx: Tx, person: str) -> people.Person:
    found = people.load(tx, person)
    assert found is not None
    return found


def _rows(tx: Tx) -> Rows:
    return {table.name: [dict(row._mapping) for row in tx.execute(select(table))] for table in t.metadata.sorted_tables}


def facts(rows: Rows) -> dict[str, set[tuple[Any, ...]]]:
    """Settings and whose they are left aside: the facts, as sets."""
    found = {}
    for table, names in FACTS.items():
        chosen = [{name: row[name] for name in names or row} for row in rows[table.name]]
        found[table.name] = {tuple("P" if _is_owner(name) else _frozen(row[name]) for name in row) for row in chosen}
    found["setting_version"] = {row for row in found["setting_version"] if NOW not in row and "platform" not in row}
    return found


def _is_owner(column: str) -> bool:
    return column in ("person", "member", "starter")


def _frozen(value: object) -> object:
    return str(value) if isinstance(value, dict | list) else value


# --- the naive union


def naive(rows: Rows) -> dict[str, set[tuple[Any, ...]]]:
    """All rows of all accounts in one heap; then each rule by itself, in words of one syllable."""
    heap: Rows = {name: [dict(row) for row in found] for name, found in rows.items()}
    heap["person"] = [_one_person(heap["person"])]
    heap["tick"] = _by_key(heap["tick"], ("practice_day",), _one_tick)
    heap["told"] = _by_key(heap["told"], ("what", "label"), lambda same: {"at": _first(same, "at")})
    heap["minute_taker"] = _by_key(heap["minute_taker"], ("challenge", "number"), _one_taker)
    heap["challenge_member"] = _by_key(heap["challenge_member"], ("challenge",), _one_member)
    live = [row for row in heap["session"] if row["state"] == "open" and _lives_until(row) > NOW]
    for row in sorted(live, key=lambda row: (row["started_at"], row["id"]))[:-1]:
        row |= {"state": "over", "rev": row["rev"] + 1, "position": {**row["position"], "place": {"at": "over"}}}
    return facts(heap)


def _lives_until(session: dict[str, Any]) -> datetime:
    until: datetime = max(session["ends_at"], session["last_press_at"] + STAYS_OPEN)
    return until


def _by_key(
    rows: list[dict[str, Any]], key: tuple[str, ...], one: Callable[[list[dict[str, Any]]], dict[str, Any]]
) -> list[dict[str, Any]]:
    keys = {tuple(row[name] for name in key) for row in rows}
    groups = [[row for row in rows if tuple(row[name] for name in key) == each] for each in keys]
    return [{**same[0], **one(same)} for same in groups]


def _first(rows: list[dict[str, Any]], name: str) -> Any:
    return min((row[name] for row in rows if row[name] is not None), default=None)


def _one_tick(same: list[dict[str, Any]]) -> dict[str, Any]:
    joined = any(row["counts_for"] == "streak" for row in same)
    counts_for = "streak" if joined else "history"
    return {"at": _first(same, "at"), "tapped_on": _first(same, "tapped_on"), "counts_for": counts_for}


def _one_taker(same: list[dict[str, Any]]) -> dict[str, Any]:
    return {"joined_at": _first(same, "joined_at"), "done_at": _first(same, "done_at")}


def _one_member(same: list[dict[str, Any]]) -> dict[str, Any]:
    left = [row["left_on"] for row in same]
    return {
        "id": _first(same, "id"),
        "joined_at": _first(same, "joined_at"),
        "joined_on": _first(same, "joined_on"),
        "left_on": None if None in left else max(left),
    }


def _one_person(everybody: list[dict[str, Any]]) -> dict[str, Any]:
    asks = max(everybody, key=lambda row: (safety.care_asked_for(safety.Screened(row["screened"])), row["screened_on"]))
    return {
        **{name: _first(everybody, name) for name in ("created_at", "joined_day", "agreed_at")},
        "heard_on": max(row["heard_on"] for row in everybody),
        "screened": asks["screened"],
        "screened_on": asks["screened_on"],
    }


# --- properties


@settings(max_examples=30)
@given(lives)
def test_two_accounts_have_the_facts_of_both_whoever_is_kept(engine: Engine, lives: tuple[History, ...]) -> None:
    with written(engine, *lives[:2]) as tx:
        expected = naive(_rows(tx))
        assert facts_of(tx, ("a", "b")) == expected
        assert facts_of(tx, ("b", "a")) == expected


@settings(max_examples=12)
@given(lives, st.permutations(EVERYBODY))
def test_three_accounts_have_the_same_facts_in_every_order(
    engine: Engine, lives: tuple[History, ...], order: list[str]
) -> None:
    one, two, three = order
    with written(engine, *lives) as tx:
        expected = naive(_rows(tx))
        assert facts_of(tx, (one, two), (one, three)) == expected
        assert facts_of(tx, (two, three), (one, two)) == expected


@settings(max_examples=10)
@given(lives)
def test_linking_again_changes_nothing(engine: Engine, lives: tuple[History, ...]) -> None:
    with written(engine, *lives[:2]) as tx, united(tx, ("a", "b")):
        before = _rows(tx)
        for again in (("a", "b"), ("b", "a"), ("a", "a")):
            assert uniting.unite(tx, *again, NOW) == []
            assert _rows(tx) == before


@settings(max_examples=20)
@given(lives)
def test_the_streak_and_the_boards_are_those_of_one_person_with_these_facts(
    engine: Engine, lives: tuple[History, ...]
) -> None:
    with written(engine, *lives[:2]) as tx:
        done, ticked, reds = _days(_rows(tx))
        with united(tx, ("a", "b")):
            loaded = streak.facts(tx, _loaded(tx, "a"), streak.versions(tx, "a"), TODAY, None)
            assert set(loaded.done) == done
            assert {tick.label for tick in loaded.ticks} == ticked
            assert set(loaded.reds) == reds
    with written(engine, *lives[:2]) as tx, united(tx, ("a", "b")) as shared:
        scoring.united(tx, _loaded(tx, "a"), shared["ab"], CATALOG, NOW)
        standing, boards = _standing(tx, "a"), _boards(tx)
        _live_anew(tx, _rows(tx), shared["ab"])
        assert standing == _standing(tx, "a")
        assert boards == _boards(tx)


def test_of_sessions_begun_at_one_instant_the_same_one_goes_on_whoever_is_kept(engine: Engine) -> None:
    sitting = Sitting(days=0, minutes=30, pressed_after=1, rounds=(True,), over=False, red=False)
    life = History(9, "Europe/Berlin", safety.Screened.CLEAR, (sitting,), {}, (), {}, (), {}, {})
    with written(engine, life, life) as tx:
        expected = naive(_rows(tx))
        assert facts_of(tx, ("a", "b")) == facts_of(tx, ("b", "a")) == expected


def _days(rows: Rows) -> tuple[set[date], set[date], set[date]]:
    """The days with a set, with a tick, and with red pain, of everybody."""
    stands = [row["session"] for row in rows["round_done"] if row["undone_at"] is None]
    done = {row["practice_day"] for row in rows["session"] if stands.count(row["id"]) == ROUNDS}
    red = {row["session"] for row in rows["pain"]}
    reds = {row["practice_day"] for row in rows["session"] if row["id"] in red}
    return done, {row["practice_day"] for row in rows["tick"]}, reds


def _live_anew(tx: Tx, rows: Rows, shared: list[str]) -> None:
    """Everything is written by somebody who always was one person; what linking scores anew is scored in the ordinary way."""
    for table in reversed(t.metadata.sorted_tables):
        tx.execute(delete(table))
    for table in t.metadata.sorted_tables:
        for row in rows[table.name]:
            tx.execute(insert(table).values(row))
    for member in rows["challenge_member"]:
        name, left_on = member["challenge"], member["left_on"]
        is_scored_anew = name in shared if left_on or name != "running" else True
        if name != "ended" and is_scored_anew:
            challenges.change_member(tx, member["id"], left_on=None, score=None)
            challenge, known = challenges.load(tx, name), challenges.membership(tx, name, "a")
            assert challenge is not None
            assert known is not None
            scoring.refresh(tx, challenge, known, CATALOG, NOW)
            challenges.change_member(tx, member["id"], left_on=left_on)
