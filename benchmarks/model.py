"""One person in a database of their own, written by the store's functions: what `benchmarks.people` multiplies."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, update

from bot.addresses import Account, Address, RawUpdate
from bot.cards import PLAYER
from bot.store import inbox, nudges, people, sessions, slots, streak
from bot.store import tables as t
from bot.store.opening import open_store
from bot.store.sqlite import open_engine
from bot.store.unit import Tx
from drills import day as practice_days
from drills.day import DEFAULT_DAY_START
from drills.localtime import rules_version, zone_of
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
JOINED = 60  # days ago: long enough for a snapshot of the streak, and the questions about health are not due again yet
MESSAGE = 7  # in every chat, the message that holds the session


@dataclass(frozen=True, slots=True)
class Model:
    """`goes_on` tells whether to make another move; `whose` is SQL: for which of the numbers n this person stands."""

    plan: tuple[PlanItem, ...]
    goes_on: Callable[[Session], bool]
    whose: str = "1"


def rests(session: Session) -> bool:
    return isinstance(session.place, AtRound) and session.place.rest_until is not None


def create(path: Path) -> None:
    """The tables, by the migrations."""
    asyncio.run(open_store(path).close())


def write(path: Path, model: Model, now: datetime) -> None:
    create(path)
    engine = open_engine(path)
    with engine.begin() as tx:
        _join(tx, now)
        _be_prompted(tx, now)
        _practise(tx, model, now)
    engine.dispose()


def _join(tx: Tx, now: datetime) -> None:
    joined = now - timedelta(days=JOINED)
    people.create(tx, "model", Account(PLATFORM, BOT, "1"), "Ann", "en", joined)
    streak.keep_version(tx, "model", "zone", ZONE, joined)
    answers = {"zone": ZONE, "agreed_at": joined, "minutes": 6, "band": True, "joined_day": joined.date()}
    people.change(tx, "model", **answers, screened=Screened.CLEAR, screened_on=joined.date())
    people.keep_private_room(tx, "model", Address(PLATFORM, BOT, "1"))
    at = now.astimezone(zone_of(ZONE)).time().replace(second=0, microsecond=0)
    slots.add(tx, "model", "model", Rule(at, EVERY_DAY, ZONE), Role.DO, joined, rules_version())


def _be_prompted(tx: Tx, now: datetime) -> None:
    nudges.add(tx, "prompt:model", NudgeKind.PROMPT, "model", now.date(), now - timedelta(hours=2), slot="model")
    tx.execute(update(t.nudge).values(state=NudgeState.SENT, sent_at=now, message_id=str(MESSAGE)))
    for waiting in inbox.accept(tx, PLATFORM, BOT, [RawUpdate("0", "1", "{}")], now):
        inbox.done(tx, waiting.id, now)
        inbox.answered(tx, waiting.id, now)
    where = {"platform": PLATFORM, "bot_id": BOT, "chat_id": "1", "thread_id": ""}
    tx.execute(insert(t.postbox).values(**where, living=PLAYER, message_id=str(MESSAGE), kind="text"))


def played(session_id: str, model: Model, now: datetime) -> tuple[Session, list[tuple[int, RoundDone]]]:
    """A session played as far as the model goes, and its rounds, each with the revision that it was done in."""
    session = begin(SessionId(session_id), model.plan)
    facts: list[tuple[int, RoundDone]] = []
    while model.goes_on(session):
        moved = play(session, _move(session), session.rev, now)
        assert isinstance(moved, Moved)
        session = moved.session
        facts += [(session.rev, fact) for fact in moved.facts if isinstance(fact, RoundDone)]
    return session, facts


def _practise(tx: Tx, model: Model, now: datetime) -> None:
    session, facts = played("model", model, now)
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
    if isinstance(session.place, Over):
        _settle(tx, now)


def _settle(tx: Tx, now: datetime) -> None:
    """As the bot does with every day that is done: what is settled is kept, so that it is not folded again."""
    person = people.load(tx, "model")
    assert person is not None
    rows = streak.versions(tx, person.id)
    stands, _ = streak.standing(tx, person, rows, streak.calendar(person, rows), now)
    streak.keep_snapshot(tx, person.id, stands.settled)


def _move(session: Session) -> Move:
    match session.place:
        case AtStep():
            return Know()
        case AtRound():
            return Done()
        case _:
            return Feel(Colour.GREEN)
