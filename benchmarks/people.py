"""Fills databases with people: SQL multiplies the model persons, so a million of them take about two minutes."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Table

from benchmarks import model
from benchmarks.model import Model
from bot.store import tables as t
from drills import catalog as drill_catalog
from drills import programme, safety
from drills.localtime import use_packaged_rules
from drills.practice import AtRound, Over

FIRST_CHAT = 1_000_000_000
LEFT_EVERY = 10  # one session in so many was left in its middle: people put the phone away
CHUNK = 100_000
DAY_SECONDS = 86_400

# Ids look random, as the real ones do, and all differ: the factor is odd, so it permutes the numbers below 2**32.
_KEY = "printf('%011x', (n * 2654435761) & 4294967295)"
_CHAT = f"{FIRST_CHAT} + n"
_COPIED = (
    t.person,
    t.account,
    t.room,
    t.slot,
    t.setting_version,
    t.session,
    t.round_done,
    t.nudge,
    t.inbox,
    t.postbox,
    t.streak_snapshot,
)


@dataclass(frozen=True, slots=True)
class Open:
    """An open session: in whose chat, and the revision that its card quotes."""

    chat: int
    session: str
    rev: int


def fill(path: Path, count: int, now: datetime) -> None:
    """A database of `count` people, each with an account, a private room, a daily slot (due within the coming day), a prompt
    that was sent, an answered update and a session of the last day: nine in ten finished it, the others left it in a rest."""
    needs = programme.Needs(6, True, False, safety.caution((), now))
    plan = programme.todays_plan(drill_catalog.load(), now.date(), needs)
    finished = Model(plan, lambda session: not isinstance(session.place, Over), f"n % {LEFT_EVERY} <> 0")
    left = Model(plan, lambda session: not model.rests(session), f"n % {LEFT_EVERY} = 0")
    _multiply(path, count, now, finished, left)


def fill_practising(path: Path, count: int, now: datetime) -> None:
    """A database of `count` people who stand before the first round of Heel Circle, two sets of four rounds."""
    drill = drill_catalog.load()[programme.HEEL_CIRCLE]
    plan = (programme.in_form(drill, drill.original.id, drill.dose.sets_most),)
    _multiply(path, count, now, Model(plan, lambda session: not isinstance(session.place, AtRound)))


def open_sessions(path: Path) -> list[Open]:
    with closing(sqlite3.connect(path)) as tx:
        rows = tx.execute(
            "SELECT CAST(room.chat_id AS INTEGER), session.id, session.rev FROM session"
            " JOIN room ON room.person = session.person WHERE session.state = 'open' ORDER BY 1"
        )
        return [Open(*row) for row in rows]


def _multiply(path: Path, count: int, now: datetime, *models: Model) -> None:
    use_packaged_rules()
    model.create(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as tx:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-500000", "foreign_keys=OFF"):
            tx.execute(f"PRAGMA {pragma}")
        for index, one in enumerate(models):
            one_path = path.with_name(f"model-{index}.sqlite")
            model.write(one_path, one, now)
            tx.execute("ATTACH ? AS model", (str(one_path),))
            for first in range(0, count, CHUNK):
                numbers = {"first": first, "last": min(first + CHUNK, count) - 1, "now": f"{now:%Y-%m-%d %H:%M:%S}"}
                tx.execute("BEGIN")
                for table in _COPIED:
                    tx.execute(_copy(table, one.whose, count), numbers)
                tx.execute("COMMIT")
            tx.execute("DETACH model")
            for part in ("", "-wal", "-shm"):
                one_path.with_name(one_path.name + part).unlink(missing_ok=True)
        # Of a million people the check takes longer than the copying; fewer have shown it by then.
        orphan = tx.execute("PRAGMA foreign_key_check").fetchone() if count <= CHUNK else None
        assert orphan is None, f"a row without its parent: {orphan}"
        tx.execute("PRAGMA journal_mode=WAL")


def _copy(table: Table, whose: str, count: int) -> str:
    """SQL that writes the model's rows of a table once for each number: ids and chats are told apart, times spread over a day."""
    ahead, back = (f"printf('%+f seconds', {sign}n * {DAY_SECONDS}.0 / {count})" for sign in ("", "-"))
    rest = f"strftime('%Y-%m-%dT%H:%M:%S+00:00', :now, {back}, '+20 seconds')"
    own = {
        "person": {"id": _KEY},
        "account": {"external_id": _CHAT},
        "room": {"id": "NULL", "chat_id": _CHAT},
        "slot": {"id": _KEY, "next_due_at": _instant(ahead)},
        "session": {
            "id": _KEY,
            "started_at": _instant(back),
            "last_press_at": _instant(back),
            "position": f"iif(json_extract(position, '$.place.rest_until') IS NULL, position,"
            f" json_set(position, '$.place.rest_until', {rest}))",
        },
        "round_done": {"session": _KEY},
        "nudge": {"id": "NULL", "key": f"'prompt:' || {_KEY}", "slot": _KEY},
        "inbox": {"id": "NULL", "update_key": "-1 - n", "lane": _CHAT},
        "postbox": {"chat_id": _CHAT},
    }.get(table.name, {})
    if "person" in table.columns:
        own["person"] = _KEY
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    values = ", ".join(own.get(column.name, f'"{column.name}"') for column in table.columns)
    return (
        "WITH RECURSIVE number(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM number WHERE n < :last)"
        f' INSERT INTO main."{table.name}" ({names}) SELECT {values} FROM number, model."{table.name}" WHERE {whose}'
    )


def _instant(shift: str) -> str:
    """SQL for `now` moved, written as SQLAlchemy writes an instant."""
    return f"strftime('%Y-%m-%d %H:%M:%f', :now, {shift}) || '000'"
