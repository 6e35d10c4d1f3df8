"""What does a streak cost after one, five and twenty years: folded from every fact, and going on from the snapshot?"""

import os
import sqlite3
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Engine

from benchmarks import history, machine
from benchmarks.history import HERE, PERSON, Written
from benchmarks.tables import ratio, table
from bot import words
from bot.actions import MoveCode, Play
from bot.coach import practice
from bot.coach.desk import Desk
from bot.store import people, streak
from bot.store.sqlite import open_engine
from bot.store.unit import Tx
from drills import catalog
from drills.localtime import use_packaged_rules
from drills.streaks import without_days

YEARS = (1, 5, 20)
LIVES = {"at home": (), "traveller": history.TRAVELS}
REPEATS, REPEATS_QUICK = 100, 20
REBUILT, SNAPSHOT, PRESS = WAYS = ("every fact", "snapshot", "press")


@dataclass(slots=True)
class Cost:
    """One way of one person. Times in milliseconds; `steps`: instructions of SQLite's machine, which tell of every row that
    it looks at, and not only of those that we are given."""

    took: list[float] = field(default_factory=list)
    statements: int = 0
    rows: int = 0
    steps: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.took)

    @property
    def p95(self) -> float:
        return sorted(self.took)[int(0.95 * (len(self.took) - 1))]


class Subject:
    """One person of so many years, in a database of their own."""

    def __init__(self, folder: Path, life: str, years: int, now: datetime) -> None:
        path = folder / f"streak-{life}-{years}.sqlite".replace(" ", "-")
        self.life, self.now = life, now
        self.name = f"{years} year{'s' if years > 1 else ''}, {life}"
        self.written: Written = history.write(path, years, LIVES[life], now)
        self.costs = {way: Cost() for way in WAYS}
        self._engine: Engine = open_engine(path)
        self._catalog = catalog.load()
        self._ways: dict[str, Callable[[Tx], object]] = {
            REBUILT: lambda tx: streak.rebuilt(tx, _person(tx), now),
            SNAPSHOT: lambda tx: self._desk(tx).standing(),
            PRESS: self._press,
        }

    def _desk(self, tx: Tx) -> Desk:
        return Desk(tx, self.now, _person(tx), self._catalog, words.load(), HERE)

    def _press(self, tx: Tx) -> None:
        pressed = self.written.pressed
        practice.play(self._desk(tx), Play(pressed.id, pressed.rev, MoveCode.DONE))

    def check(self) -> None:
        """Both ways come to the same, and the press makes the day."""
        with self._trying() as tx:
            rebuilt, kept = streak.rebuilt(tx, _person(tx), self.now), self._desk(tx).standing()
            assert without_days(rebuilt) == without_days(kept)
            assert len(kept.days) < 100 < len(rebuilt.days), "the snapshot was not read"
            self._press(tx)
            assert self._desk(tx).standing().streak > kept.streak

    def measure(self, way: str) -> None:
        with self._trying() as tx:
            began = perf_counter()
            self._ways[way](tx)
            self.costs[way].took.append((perf_counter() - began) * 1000)

    def count(self, way: str) -> None:
        with self._trying() as tx:
            found = _counted(tx, self._ways[way])
        cost = self.costs[way]
        cost.statements, cost.rows, cost.steps = found["statements"], found["rows"], found["steps"]

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _trying(self) -> Iterator[Tx]:
        """A transaction that leaves everything as it was."""
        with self._engine.connect() as tx, tx.begin() as transaction:
            yield tx
            transaction.rollback()


def run(folder: Path, quick: bool, patience: float) -> str:
    use_packaged_rules()
    now = datetime.now(UTC).replace(hour=18)  # a traveller's day and the one at home have begun, and neither has ended
    subjects = [Subject(folder, life, years, now) for life in LIVES for years in YEARS]
    for subject in subjects:
        subject.check()
        for way in WAYS:
            subject.count(way)
            subject.measure(way)
            subject.costs[way].took.clear()  # the first one only warms the caches
    machine.wait_for_quiet(patience)
    others = machine.Others(os.getpid())
    for way in WAYS:  # one after the other: reading every fact empties the caches, and people seldom ask for that
        for _ in range(REPEATS_QUICK if quick else REPEATS):
            for subject in subjects:  # in turns, so that all had the same neighbours
                subject.measure(way)
    share = others.share()
    for subject in subjects:
        subject.close()
    told = "?" if share is None else f"{share:.0%}"
    return "\n".join((_times(subjects), _work(subjects), _ratios(subjects), f"Others: {told}\n"))


def _person(tx: Tx) -> people.Person:
    person = people.load(tx, PERSON)
    assert person is not None
    return person


def _counted(tx: Tx, work: Callable[[Tx], object]) -> Counter[str]:
    counter: Counter[str] = Counter()
    connection = tx.connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)

    def count(what: str) -> None:
        counter[what] += 1

    def row(_cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> tuple[Any, ...]:
        count("rows")
        return values

    connection.row_factory = row
    connection.set_trace_callback(lambda _statement: count("statements"))
    connection.set_progress_handler(lambda: count("steps"), 1)
    work(tx)
    connection.row_factory = None
    connection.set_trace_callback(None)
    connection.set_progress_handler(None, 0)
    return counter


def _times(subjects: Sequence[Subject]) -> str:
    head = ("person", "sessions", "rounds", "settings", *(f"{way}: p50 / p95" for way in WAYS))
    rows = []
    for subject in subjects:
        written = subject.written
        facts = (f"{written.sessions:,}", f"{written.rounds:,}", f"{written.versions}")
        times = [f"{cost.median:.1f} / {cost.p95:.1f} ms" for cost in subject.costs.values()]
        rows.append((subject.name, *facts, *times))
    return table(head, rows)


def _work(subjects: Sequence[Subject]) -> str:
    head = ("person", *(f"{way}: statements / rows / SQLite steps" for way in WAYS))
    rows = [
        (subject.name, *(f"{cost.statements} / {cost.rows:,} / {cost.steps:,}" for cost in subject.costs.values()))
        for subject in subjects
    ]
    return table(head, rows)


def _ratios(subjects: Sequence[Subject]) -> str:
    """Each way against itself after the fewest years, and every fact against the snapshot."""
    head = ("person", *(f"{way}: against {YEARS[0]} year" for way in WAYS), f"{REBUILT} against {SNAPSHOT}")
    rows = []
    for subject in subjects:
        first = next(each for each in subjects if each.life == subject.life)
        own = [ratio(subject.costs[way].median, first.costs[way].median) for way in WAYS]
        whole = ratio(subject.costs[REBUILT].median, subject.costs[SNAPSHOT].median)
        rows.append((subject.name, *own, whole))
    return table(head, rows)
