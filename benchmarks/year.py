"""How many bytes are a person's year of daily practice, after all that is purged meanwhile?"""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from benchmarks import crowd, history, model
from benchmarks.model import BOT, MESSAGE, PLATFORM, ZONE, Model
from benchmarks.tables import table
from bot.addresses import Account, Address
from bot.store import inbox, outlived, people, slots, streak
from bot.store import tables as t
from bot.store.sqlite import open_engine
from bot.store.unit import Tx
from drills.localtime import rules_version, use_packaged_rules
from drills.practice import Over, RoundDone, Session
from drills.safety import Screened
from scheduler.nudge import NudgeKind, NudgeState
from scheduler.slot import EVERY_DAY, Role, Rule

PEOPLE, PEOPLE_QUICK = 200, 20
DAYS = 365
FIRST_CHAT = 1_000_000_000
_DAY = timedelta(days=1)
_PLACE = {"platform": PLATFORM, "bot_id": BOT}


def run(folder: Path, quick: bool) -> str:
    use_packaged_rules()
    count = PEOPLE_QUICK if quick else PEOPLE
    path = folder / "year.sqlite"
    model.create(path)
    empty = path.stat().st_size
    now = datetime.now(UTC).replace(hour=7, minute=0, second=0, microsecond=0)
    sizes = {day: size - empty for day, size in _live(path, count, now).items()}
    half, whole = sizes[DAYS // 2], sizes[DAYS]
    # What is kept for days or weeks only has come and gone by the middle of the year; what grows from there, stays.
    lasting = (whole - half) / (DAYS - DAYS // 2) * DAYS
    rows = [(name, f"{rows / count:,.0f}", f"{size / count / 1000:,.1f} kB") for name, rows, size in _tables(path)]
    head = ("table, with its indexes", "rows a person", "bytes a person")
    said = (
        f"A year of daily practice of {count} people: **{whole / count / 1000:,.0f} kB a person** after the first year;"
        f" each further year adds {lasting / count / 1000:,.0f} kB.\n\n"
    )
    path.unlink()
    return said + table(head, rows)


def _live(path: Path, count: int, now: datetime) -> dict[int, int]:
    """The size of the file, without its free pages, after half a year and after the whole."""
    engine = open_engine(path)
    finished, facts = model.played(
        "", Model(history._plan(now), lambda session: not isinstance(session.place, Over)), now
    )
    joined = now - DAYS * _DAY
    with engine.begin() as tx:
        for number in range(count):
            _join(tx, number, joined, now.date())
    sizes = {}
    for day in range(1, DAYS + 1):
        at = joined + day * _DAY
        with engine.begin() as tx:
            for number in range(count):
                _practise(tx, number, at, finished, facts)
            _purge(tx, at + timedelta(hours=1))
        if day in (DAYS // 2, DAYS):
            sizes[day] = _used(path)
    with engine.begin() as tx:
        for number in range(count):
            person = people.load(tx, _id(number))
            assert person is not None
            streak.keep_snapshot(tx, person.id, streak.rebuilt(tx, person, now).settled)
    engine.dispose()
    return sizes


def _purge(tx: Tx, now: datetime) -> None:
    while inbox.forget_some(tx, now):
        pass
    after: int | None = 0
    while after is not None:
        look = outlived.outlived(tx, now, after)
        outlived.forget(tx, look.ids, now)
        after = look.after


def _id(number: int) -> str:
    return f"person-{number}"


def _join(tx: Tx, number: int, joined: datetime, today: date) -> None:
    person, chat = _id(number), str(FIRST_CHAT + number)
    people.create(tx, person, Account(PLATFORM, BOT, chat), "Ann", "en", joined)
    people.keep_private_room(tx, person, Address(PLATFORM, BOT, chat))
    streak.keep_version(tx, person, "zone", ZONE, joined)
    answers = {"zone": ZONE, "agreed_at": joined, "minutes": 6, "band": True, "joined_day": joined.date()}
    people.change(tx, person, **answers, screened=Screened.CLEAR, screened_on=joined.date(), heard_on=today)
    slots.add(tx, person, person, Rule(time(7), EVERY_DAY, ZONE), Role.DO, joined, rules_version())


def _practise(tx: Tx, number: int, at: datetime, finished: Session, facts: list[tuple[int, RoundDone]]) -> None:
    """A prompt, the presses that it leads to, and what they leave behind."""
    person, chat = _id(number), FIRST_CHAT + number
    session = history._session(finished, at.date(), at, at + _DAY) | {"person": person}
    tx.execute(insert(t.session).values(session))
    tx.execute(insert(t.round_done), history._rounds(session["id"], facts, at))
    prompt: dict[str, Any] = {"person": person, "slot": person, "kind": NudgeKind.PROMPT, "label": at.date()}
    prompt |= {
        "key": f"prompt:{person}:{at.date()}",
        "state": NudgeState.SENT,
        "message_id": str(MESSAGE),
        "attempt": 1,
    }
    tx.execute(insert(t.nudge).values(**prompt, due_at=at, not_before=at, sent_at=at))
    presses = []
    for rev in range(finished.rev + 1):  # one starts it
        key = (at - datetime(2020, 1, 1, tzinfo=UTC)).days * 100_000_000 + number * 1_000 + rev
        tap = crowd.Tap(chat, rev, f"1p.{session['id']}.{rev}.d.", 0.0)
        then = at + rev * timedelta(seconds=30)
        told = {"update_key": str(key), "lane": str(chat), "payload": crowd.update(key, tap)}
        presses.append(_PLACE | told | {"received_at": then, "done_at": then, "answered_at": then})
    tx.execute(insert(t.inbox), presses)


def _used(path: Path) -> int:
    with closing(sqlite3.connect(path)) as tx:
        page, pages, free = (
            tx.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "page_count", "freelist_count")
        )
    return int(page * (pages - free))


def _tables(path: Path) -> list[tuple[str, int, int]]:
    """Each table's rows and bytes; those that a year makes, biggest first."""
    with closing(sqlite3.connect(path)) as tx:
        sizes = dict(
            tx.execute(
                "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_schema USING (name) GROUP BY tbl_name"
            ).fetchall()
        )
        found = [(name, tx.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0], sizes[name]) for name in sizes]
    return sorted((each for each in found if each[1]), key=lambda each: -each[2])[:8]
