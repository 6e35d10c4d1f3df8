"""What is asked about one person's nudges reads that person's, however many others there are. SQLite tells how it searches."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from bot.store import nudges
from bot.store.opening import open_store
from bot.store.sqlite import open_engine
from bot.store.unit import Tx
from scheduler.nudge import NudgeKind, NudgeState
from tests.bot.store.cast import nudge, person
from tests.kit.clock import WEDNESDAY


@pytest.fixture
async def engine(tmp_path: Path) -> Engine:
    path = tmp_path / "toehold.sqlite"
    store = open_store(path)
    await person(store, "ann", "07:30")
    await nudge(store, "ann", state=NudgeState.SENT, due=WEDNESDAY - timedelta(days=1))
    await store.close()
    return open_engine(path)


def searches(engine: Engine, ask: Callable[[Tx], object]) -> Iterator[str]:
    """How SQLite finds the nudges for each statement."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    with engine.begin() as tx:
        event.listen(engine, "before_cursor_execute", note)
        ask(tx)
        event.remove(engine, "before_cursor_execute", note)
        for statement, parameters in asked:
            for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                if "nudge" in row.detail:
                    yield row.detail


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda tx: nudges.prompts_since(tx, "ann", WEDNESDAY.date()), id="what was sent lately"),
        pytest.param(lambda tx: nudges.count(tx, "ann", NudgeKind.PROMPT, WEDNESDAY.date()), id="how many of a day"),
        pytest.param(lambda tx: nudges.drop_planned(tx, "ann", [NudgeKind.SNOOZE], "x"), id="what is dropped"),
        pytest.param(lambda tx: nudges.plan(tx, WEDNESDAY), id="what is due together"),
    ],
)
def test_only_the_persons_own_are_read(engine: Engine, ask: Callable[[Tx], object]) -> None:
    found = [each for each in searches(engine, ask) if "(key" not in each]
    assert found
    assert all("person=?" in each for each in found), found
