"""A crowd: many people of whom the same is asked in one read, so each question goes to the database once for all of them.

The rules work on one person. Inside `gathered`, a `Question` about one of the crowd is put for everybody and its rows are
kept; the next person's answer is there already. That holds only while nothing is written: a crowd belongs to a read.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, bindparam

from bot.store.unit import Tx

EARLIEST = date(1970, 1, 1)  # before every fact; `date.min` leaves no room to reckon back from

_CROWD = "toehold_crowd"
_NOBODY: tuple[Row[Any], ...] = ()

T = TypeVar("T")
Rows = Sequence[Row[Any]]


class Crowd:
    """`floor`: facts of later days are read for everybody at once; who needs older ones is asked alone."""

    def __init__(self, people: Collection[str], floor: date) -> None:
        self.people = frozenset(people)
        self.floor = floor
        self.whole: frozenset[str] | None = None
        """Those of whom every day is needed, because nothing is known of how they stand; None: not asked yet."""
        self.answers: dict[Hashable, dict[str, list[Row[Any]]]] = {}
        self.known: dict[Hashable, Any] = {}


@contextmanager
def gathered(tx: Tx, people: Collection[str], floor: date) -> Iterator[Crowd]:
    """Everybody who is asked about inside the block. `tx` must be that of a read."""
    crowd = Crowd(people, floor)
    tx.execution_options(**{_CROWD: crowd})
    try:
        yield crowd
    finally:
        tx.execution_options(**{_CROWD: None})


def crowd_of(tx: Tx, person: str | None = None) -> Crowd | None:
    """The crowd that is gathered, if `person` is one of it."""
    crowd: Crowd | None = tx.get_execution_options().get(_CROWD)
    return crowd if crowd is not None and (person is None or person in crowd.people) else None


def once(tx: Tx, key: Hashable, read: Callable[[], T]) -> T:
    """What is the same for everybody in a crowd is read once."""
    crowd = crowd_of(tx)
    if crowd is None:
        return read()
    if key not in crowd.known:
        crowd.known[key] = read()
    found: T = crowd.known[key]
    return found


class Question:
    """A query about one person, which can be put for many. The statements are built once, not for each press.

    `build` is given the condition that picks the people, and returns a Select with a column `person`. Of further values only
    `since` may differ in a crowd, and with it more may come back than was asked for: only what is later than `since` counts.
    `beside` gives what else follows from `since`.
    """

    def __init__(
        self,
        column: ColumnElement[Any],
        build: Callable[[ColumnElement[bool]], Select[Any]],
        beside: Callable[[date], Mapping[str, Any]] | None = None,
    ) -> None:
        self._beside = beside
        self._one = build(column == bindparam("whose"))
        self._many = build(column.in_(bindparam("whose", expanding=True)))

    def __call__(self, tx: Tx, person: str, **values: Any) -> Rows:
        crowd = crowd_of(tx, person)
        if crowd is None:
            return self._alone(tx, person, values)
        among: Collection[str] = crowd.people
        if "since" in values:
            since: date | None = values["since"]
            if since is None and crowd.whole and person in crowd.whole:
                among, values["since"] = crowd.whole, EARLIEST
            elif since is None or since < crowd.floor:
                return self._alone(tx, person, values)
            else:
                values["since"] = crowd.floor
        key = (self, *values.values())
        answer = crowd.answers.get(key)
        if answer is None:
            answer = crowd.answers[key] = {}
            for row in tx.execute(self._many, {"whose": sorted(among), **self._all(values)}):
                answer.setdefault(row.person, []).append(row)
        return answer.get(person, _NOBODY)

    def _alone(self, tx: Tx, person: str, values: dict[str, Any]) -> Rows:
        if values.get("since", EARLIEST) is None:
            values["since"] = EARLIEST
        return tx.execute(self._one, {"whose": person, **self._all(values)}).all()

    def _all(self, values: dict[str, Any]) -> dict[str, Any]:
        return values if self._beside is None else {**values, **self._beside(values["since"])}
