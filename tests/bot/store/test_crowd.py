"""Asked together or alone, the answer is the same: checked on random lives, with and without a snapshot of their streak."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from bot.addresses import Address
from bot.coach import practice, today
from bot.coach.desk import Desk
from bot.coach.prompts import LOOKED_BACK
from bot.store import care, crowd, people, sessions, slots, streak
from bot.store.migrations.run import upgrade
from bot.store.sqlite import open_engine
from bot.store.streak import SNAPSHOT_EVERY
from bot.store.unit import Tx
from bot.words import load
from drills.safety import Screened
from drills.streaks import SETTLED_AFTER, Tally
from tests.bot.store.histories import CATALOG, NOW, TODAY, History, histories, write, write_challenges

EVERYBODY = ("a", "b", "c")
QUIET_LIFE = History(90, "Europe/Berlin", Screened.CLEAR, (), {}, (), {}, (), {}, {})
FLOOR = TODAY - timedelta(days=21)  # some of the lives reach further back


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path: Path = tmp_path_factory.mktemp("crowd") / "toehold.sqlite"
    migrating = open_engine(path, foreign_keys=False)
    upgrade(migrating)
    migrating.dispose()
    opened = open_engine(path)
    yield opened
    opened.dispose()


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that read."""
    said: list[str] = []

    def note(_tx: Tx, _cursor: object, statement: str, _values: object, _context: object, _many: bool) -> None:
        if statement.startswith("SELECT"):
            said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


def everything(tx: Tx, person_id: str, since: date | None) -> list[Any]:
    """All that a prompt asks of a person, and the card that it comes to."""
    person, address = people.load(tx, person_id), people.private_address(tx, person_id)
    assert person is not None
    assert address is not None
    desk = Desk(tx, NOW, person, CATALOG, load(), address)
    return [
        person,
        address,
        people.is_reachable(tx, person_id),
        people.line_address(tx, person_id),
        people.accounts(tx, person_id),
        slots.of_person(tx, person_id),
        sessions.done_days(tx, person_id, since),
        sessions.day_is_done(tx, person_id, TODAY),
        sessions.partly_done(tx, person_id, TODAY - timedelta(days=14)),
        sessions.of_day(tx, person_id, TODAY),
        care.reds(tx, person_id),
        care.red_days(tx, person_id, since),
        care.pauses(tx, person_id, since),
        care.silent_pause(tx, person_id, TODAY),
        streak.snapshot(tx, person_id),
        practice.unfinished(desk),
        desk.standing(),
        today.plan(desk, prompted=True),
    ]


@settings(max_examples=30)
@given(
    lives=st.tuples(histories, histories, histories),
    settled=st.tuples(*[st.none() | st.integers(1, 40)] * 3),
    since=st.tuples(*[st.none() | st.integers(0, 40)] * 3),
)
def test_whoever_is_asked_in_a_crowd_gets_the_answer_that_they_get_alone(
    engine: Engine, lives: tuple[History, ...], settled: tuple[int | None, ...], since: tuple[int | None, ...]
) -> None:
    with engine.connect() as tx, tx.begin() as transaction:
        write_challenges(tx)
        for name, life, back in zip(EVERYBODY, lives, settled, strict=True):
            write(tx, name, life)
            streak.forget_snapshot(tx, name)
            if back is not None:
                streak.keep_snapshot(tx, name, Tally(label=TODAY - timedelta(days=back), streak=3, best=9, done=20))
        days = [None if back is None else TODAY - timedelta(days=back) for back in since]
        people.keep_line(tx, "b", Address("discord", "1", "c", "42"))
        alone = [everything(tx, name, day) for name, day in zip(EVERYBODY, days, strict=True)]
        with crowd.gathered(tx, EVERYBODY, FLOOR):
            together = [everything(tx, name, day) for name, day in zip(EVERYBODY, days, strict=True)]
        transaction.rollback()
    assert together == alone


@pytest.mark.parametrize("lag", [timedelta(), SNAPSHOT_EVERY], ids=["fresh", "about to be replaced"])
def test_people_with_a_snapshot_cost_no_statement_each(engine: Engine, lag: timedelta) -> None:
    settled = Tally(label=TODAY - SETTLED_AFTER - lag, streak=3, best=9, done=20)
    with counted(engine) as said, engine.connect() as tx, tx.begin() as transaction:
        for name in EVERYBODY:
            write(tx, name, QUIET_LIFE)
            streak.forget_snapshot(tx, name)
            streak.keep_snapshot(tx, name, settled)
        costs = []
        for people_asked in (EVERYBODY[:1], EVERYBODY):
            said.clear()
            with crowd.gathered(tx, people_asked, TODAY - LOOKED_BACK):
                for name in people_asked:
                    person = people.load(tx, name)
                    assert person is not None
                    address = Address("telegram", "1", name)
                    today.plan(Desk(tx, NOW, person, CATALOG, load(), address), prompted=True)
            costs.append(len(said))
        transaction.rollback()
    assert costs[0] == costs[1]


def test_a_question_about_a_crowd_is_one_statement_and_about_anybody_else_one_of_their_own(engine: Engine) -> None:
    with counted(engine) as said, engine.connect() as tx:
        with crowd.gathered(tx, EVERYBODY, FLOOR):
            for name in (*EVERYBODY, *EVERYBODY):
                people.load(tx, name)
            assert len(said) == 1
            people.load(tx, "dan")
            assert len(said) == 2
        people.load(tx, "a")
        assert len(said) == 3
