"""Fills databases with people: the store's own functions write one model person, and SQL multiplies it."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Table, update

from bot.addresses import Account, Address, RawUpdate
from bot.cards import PLAYER
from bot.store import inbox, nudges, people, sessions, slots
from bot.store import tables as t
from bot.store.opening import open_store
from bot.store.unit import Tx, open_engine
from drills import catalog as drill_catalog
from drills import day as practice_days
from drills import programme, safety
from drills.day import DEFAULT_DAY_START
from drills.localtime import rules_version, use_packaged_rules, zone_of
from drills.practice import (
    AtRound,
    AtStep,
    Done,
    Feel,
    Know,
    Move,
    Moved,
    Over,
    PlanItem,
    RoundDone,
    Session,
    SessionId,
    begin,
    play,
)
from drills.safety import Colour, Screened
from scheduler.nudge import NudgeKind, NudgeState
from scheduler.slot import EVERY_DAY, Role, Rule

PLATFORM, BOT, ZONE = "telegram", "110201543", "Europe/Berlin"
FIRST_CHAT = 1_000_000_000
MESSAGE = 7  # in every chat, the message that holds the session
LEFT_EVERY = 10  # one session in so many was left in its middle: people put the phone away
CHUNK = 100_000
DAY_SECONDS = 86_400

# Ids look random, as the real ones do, and all differ: the factor is odd, so it permutes the numbers below 2**32.
_KEY = "printf('%011x', (n * 2654435761) & 4294967295)"
_COPIED = (t.person, t.account, t.room, t.slot, t.setting_version, t.session, t.round_done, t.nudge, t.inbox, t.postbox)


@dataclass(frozen=True, slots=True)
class Open:
    """An open session: in whose chat, and the revision that its card quotes."""

    chat: int
    session: str
    rev: int


@dataclass(frozen=True, slots=True)
class _Model:
    """One person to multiply. `goes_on` tells whether to make another move; `whose` is SQL: for which of the numbers n."""

    plan: tuple[PlanItem, ...]
    goes_on: Callable[[Session], bool]
    whose: str


def fill(path: Path, count: int, now: datetime) -> None:
    """A database of `count` people, each with an account, a private room, a daily slot (due within the coming day), a prompt
    that was sent, an answered update and a session of the last day: nine in ten finished it, the others left it in a rest."""
    plan = programme.todays_plan(
        drill_catalog.load(), now.date(), programme.Needs(6, True, False, safety.caution((), now))
    )
    _multiply(
        path,
        count,
        now,
        _Model(plan, lambda session: not isinstance(session.place, Over), f"n % {LEFT_EVERY} <> 0"),
        _Model(plan, lambda session: not _rests(session), f"n % {LEFT_EVERY} = 0"),
    )


def fill_practising(path: Path, count: int, now: datetime) -> None:
    """A database of `count` people who stand before the first round of Heel Circle, two sets of four rounds."""
    drill = drill_catalog.load()[programme.HEEL_CIRCLE]
    plan = (programme.in_form(drill, drill.original.id, drill.dose.sets_most),)
    _multiply(path, count, now, _Model(plan, lambda session: not isinstance(session.place, AtRound), "1"))


def open_sessions(path: Path) -> list[Open]:
    with closing(sqlite3.connect(path)) as tx:
        rows = tx.execute(
            "SELECT CAST(room.chat_id AS INTEGER), session.id, session.rev FROM session"
            " JOIN room ON room.person = session.person WHERE session.state = 'open' ORDER BY 1"
        )
        return [Open(*row) for row in rows]


# --- one person, by the store's own functions ------------------------------------------------------------------


def _rests(session: Session) -> bool:
    return isinstance(session.place, AtRound) and session.place.rest_until is not None


def _write(path: Path, model: _Model, now: datetime) -> None:
    _empty(path)
    engine = open_engine(path)
    with engine.begin() as tx:
        _join(tx, now)
        _practise(tx, model, now)
    engine.dispose()


def _empty(path: Path) -> None:
    asyncio.run(open_store(path).close())


def _join(tx: Tx, now: datetime) -> None:
    joined = now - timedelta(days=30)
    account, address = Account(PLATFORM, BOT, "1"), Address(PLATFORM, BOT, "1")
    people.create(tx, "model", account, "Ann", "en", joined)
    people.set_zone(tx, "model", ZONE, joined)
    people.change(
        tx,
        "model",
        joined_day=joined.date(),
        agreed_at=joined,
        minutes=6,
        band=True,
        screened=Screened.CLEAR,
        screened_on=joined.date(),
    )
    people.keep_private_room(tx, "model", address)
    local = now.astimezone(zone_of(ZONE))
    rule = Rule(local.time().replace(second=0, microsecond=0), EVERY_DAY, ZONE)
    slots.add(tx, "model", "model", rule, Role.DO, joined, rules_version())
    nudges.add(tx, "prompt:model", NudgeKind.PROMPT, "model", now.date(), now - timedelta(hours=2), slot="model")
    tx.execute(update(t.nudge).values(state=NudgeState.SENT, sent_at=now, message_id=str(MESSAGE)))
    for waiting in inbox.accept(tx, PLATFORM, BOT, [RawUpdate("0", "1", "{}" + " " * 900)], now):
        inbox.done(tx, waiting.id, now)
        inbox.answered(tx, waiting.id, now)
    tx.execute(
        t.postbox.insert().values(
            platform=PLATFORM,
            bot_id=BOT,
            chat_id="1",
            thread_id="",
            living=PLAYER,
            message_id=str(MESSAGE),
            kind="text",
        )
    )


def _practise(tx: Tx, model: _Model, now: datetime) -> None:
    session = begin(SessionId("model"), model.plan)
    facts: list[tuple[int, RoundDone]] = []
    while model.goes_on(session):
        moved = play(session, _move(session), session.rev, now)
        assert isinstance(moved, Moved)
        session = moved.session
        facts += [(session.rev, fact) for fact in moved.facts if isinstance(fact, RoundDone)]
    day = practice_days.practice_day(now, zone_of(ZONE), DEFAULT_DAY_START)
    kept = sessions.Kept(
        session=session,
        person="model",
        kind="p",
        day=day,
        zone=ZONE,
        started_at=now,
        last_press_at=now,
        ends_at=practice_days.ends(day, zone_of(ZONE), DEFAULT_DAY_START),
    )
    sessions.add(tx, kept, 60)
    for rev, fact in facts:
        sessions.append(tx, session.id, rev, fact, now)


def _move(session: Session) -> Move:
    match session.place:
        case AtStep():
            return Know()
        case AtRound():
            return Done()
        case _:
            return Feel(Colour.GREEN)


# --- many, by SQL ----------------------------------------------------------------------------------------------


def _multiply(path: Path, count: int, now: datetime, *models: _Model) -> None:
    use_packaged_rules()
    _empty(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as tx:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-500000", "foreign_keys=OFF"):
            tx.execute(f"PRAGMA {pragma}")
        for index, model in enumerate(models):
            model_path = path.with_name(f"model-{index}.sqlite")
            _write(model_path, model, now)
            tx.execute("ATTACH ? AS model", (str(model_path),))
            for first in range(0, count, CHUNK):
                last = min(first + CHUNK, count) - 1
                tx.execute("BEGIN")
                for table in _COPIED:
                    tx.execute(_copy(table, model.whose, count), {"first": first, "last": last, "now": _instant(now)})
                tx.execute("COMMIT")
            tx.execute("DETACH model")
            for part in ("", "-wal", "-shm"):
                model_path.with_name(model_path.name + part).unlink(missing_ok=True)
        broken = tx.execute("PRAGMA foreign_key_check").fetchone() if count <= CHUNK else None
        assert broken is None, f"a row without its parent: {broken}"
        tx.execute("PRAGMA journal_mode=WAL")


def _copy(table: Table, whose: str, count: int) -> str:
    shift = f"printf('%+f seconds', n * {DAY_SECONDS}.0 / {count})"
    back = f"printf('%+f seconds', -n * {DAY_SECONDS}.0 / {count})"
    own = {column.name: _KEY for column in table.columns if column.name == "person"}
    match table.name:
        case "person":
            own["id"] = _KEY
        case "account":
            own["external_id"] = f"{FIRST_CHAT} + n"
        case "room":
            own |= {"id": "NULL", "chat_id": f"{FIRST_CHAT} + n"}
        case "slot":
            own |= {"id": _KEY, "next_due_at": _moment(shift)}
        case "session":
            rest = f"strftime('%Y-%m-%dT%H:%M:%S+00:00', :now, {back}, '+1 minute')"
            own |= {"id": _KEY, "started_at": _moment(back), "last_press_at": _moment(back)}
            if whose != "1":
                own["position"] = f"iif(state = 'open', json_set(position, '$.place.rest_until', {rest}), position)"
        case "round_done":
            own["session"] = _KEY
        case "nudge":
            own |= {"id": "NULL", "key": f"'prompt:' || {_KEY}", "slot": _KEY}
        case "inbox":
            own |= {"id": "NULL", "update_key": "-1 - n", "lane": f"{FIRST_CHAT} + n"}
        case "postbox":
            own["chat_id"] = f"{FIRST_CHAT} + n"
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    values = ", ".join(own.get(column.name, f'"{column.name}"') for column in table.columns)
    return (
        "WITH RECURSIVE number(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM number WHERE n < :last)"
        f' INSERT INTO main."{table.name}" ({names}) SELECT {values} FROM number, model."{table.name}" WHERE {whose}'
    )


def _moment(shift: str) -> str:
    """SQL for `now` moved, written as SQLAlchemy writes an instant."""
    return f"strftime('%Y-%m-%d %H:%M:%f', :now, {shift}) || '000'"


def _instant(now: datetime) -> str:
    return now.strftime("%Y-%m-%d %H:%M:%S")
