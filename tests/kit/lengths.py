"""SQLite takes a text of any length into a column for sixteen characters; PostgreSQL refuses it. So every test refuses it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import String
from sqlalchemy.engine.interfaces import Dialect


def keep_lengths() -> None:
    """From here on, whatever is written to a SQLite file, or looked up there, must fit its column."""
    inner = String.bind_processor

    def bind_processor(self: String, dialect: Dialect) -> Callable[[Any], Any] | None:
        process, most = inner(self, dialect), self.length
        if most is None or dialect.name != "sqlite":
            return process

        def fitting(value: Any) -> Any:
            assert not isinstance(value, str) or len(value) <= most, f"{value!r} is longer than {most}"
            return value if process is None else process(value)

        return fitting

    String.bind_processor = bind_processor  # type: ignore[method-assign, assignment]
