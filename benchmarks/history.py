"""One person with years of practice behind them, in a database of their own: what `benchmarks.streak` reads."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from benchmarks import model
from benchmarks.model import PLATFORM, ZONE, Model
from bot.addresses import Account, Address
from bot.ids import new_id
from bot.store import beats, care, people, sessions, slots, snapshot, streak
from bot.store import tables as t
from bot.store.people import Person
from bot.store.sqlite import open_engine
from bot.store.unit import Tx
from drills import catalog as drill_catalog
from drills import programme, safety
from drills.localtime import rules_version
from drills.practice import Felt, Over, PlanItem, RoundDone, Session
from drills.safety import Colour, Screened
from drills.streaks import is_scheduled
from scheduler.slot import EVERY_DAY, Role, Rule

PERSON = "streak"
HERE = Address(PLATFORM, "1", "1")
# A new zone a month, always by way of home.
TRAVELS = ("America/New_York", ZONE, "Asia/Tokyo", ZONE, "Australia/Sydney", ZONE)
TRAINED = 0.93  # of the days that are due
TRAINED_AT_REST = 0.55
TICKED = 0.3  # of the days that were missed: "I did do it"
ROUNDS_LEAST = 6  # of the nine of a plan; the others were skipped

_DAY = timedelta(days=1)
_MONTH = timedelta(days=365.25 / 12)


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows; and today's session, one round before its first set is whole."""

    sessions: int
    rounds: int
    versions: int
    pressed: Session


def write(path: Path, years: int, zones: Sequence[str], now: datetime) -> Written:
    """Somebody who trained on five days of six, with a rest day a week in half of the time, two pauses, two reds and four
    outages a year, and a change of zone a month where `zones` are given. The snapshot is as old as it gets: 14 days."""
    model.create(path)
    dice = random.Random(years)  # the same history in every run
    joined = now - timedelta(days=round(365.25 * years))
    engine = open_engine(path)
    with engine.begin() as tx:
        person = _join(tx, joined, now)
        for number, zone in zip(range(1, 12 * years), cycle(zones), strict=False):
            streak.keep_version(tx, PERSON, "zone", zone, joined + number * _MONTH)
        for number in range(2 * years):
            middle = joined + number * 6 * _MONTH + 3 * _MONTH
            due = "012345" if number % 2 else "0123456"
            streak.keep_version(tx, PERSON, "schedule", due, middle, middle.date() + _DAY)
            care.begin_pause(tx, PERSON, middle.date(), middle.date() + dice.randint(3, 14) * _DAY, "sick", middle)
        _have_outages(tx, joined, years, dice)
        rows, rounds = _practise(tx, person, joined, now, dice)
        for number in range(2 * years):
            row = rows[(len(rows) - 1) * (2 * number + 1) // (4 * years)]
            care.add_pains(tx, PERSON, row["id"], [Felt(programme.HEEL_CIRCLE, Colour.RED)], row["started_at"])
        calendar = streak.calendar(person, streak.versions(tx, PERSON))
        today = calendar.newest(now)
        pressed = _be_about_to_press(tx, today, calendar.ends(today), now)
        before = now - streak.SNAPSHOT_EVERY + _DAY
        streak.keep_snapshot(tx, PERSON, streak.rebuilt(tx, person, before).settled)
        versions = tx.execute(select(func.count()).select_from(t.setting_version)).scalar_one()
    engine.dispose()
    return Written(len(rows), rounds, versions, pressed)


def _join(tx: Tx, joined: datetime, now: datetime) -> Person:
    people.create(tx, PERSON, Account(HERE.platform, HERE.bot, "1"), "Ann", "en", joined)
    streak.keep_version(tx, PERSON, "zone", ZONE, joined)
    answers = {"zone": ZONE, "agreed_at": joined, "minutes": 6, "band": True, "joined_day": joined.date()}
    people.change(tx, PERSON, **answers, screened=Screened.CLEAR, screened_on=now.date())
    slots.add(tx, PERSON, PERSON, Rule(time(7), EVERY_DAY, ZONE), Role.DO, joined, rules_version())
    person = people.load(tx, PERSON)
    assert person is not None
    return person


def _have_outages(tx: Tx, joined: datetime, years: int, dice: random.Random) -> None:
    beats.mark(tx, joined - 8 * _DAY)
    for number in range(4 * years):
        begin = joined + (3 * number + 1) * _MONTH
        tx.execute(insert(t.outage).values(begins_at=begin, ends_at=begin + timedelta(hours=dice.randint(1, 5))))


def _practise(tx: Tx, person: Person, joined: datetime, now: datetime, dice: random.Random) -> tuple[list[Any], int]:
    """The sessions until yesterday, in the order of their days; and the number of rounds done in them."""
    finished, facts = model.played("", Model(_plan(now), lambda session: not isinstance(session.place, Over)), now)
    versions = streak.versions(tx, PERSON)
    calendar, schedules = streak.calendar(person, versions), streak.schedules(versions)
    pauses = care.pauses(tx, PERSON)
    rows: list[dict[str, Any]] = []
    rounds: list[dict[str, Any]] = []
    label = joined.date()
    for number in range((now - joined).days):
        at = joined + number * _DAY + timedelta(minutes=dice.randint(0, 90))
        before, label = label, calendar.newest(at)
        if label == before or any(pause.covers(label) for pause in pauses):
            continue
        is_due = is_scheduled(schedules, label)
        if dice.random() < (TRAINED if is_due else TRAINED_AT_REST):
            rows.append(_session(finished, label, at, calendar.ends(label)))
            rounds += _rounds(rows[-1]["id"], facts[: dice.randint(ROUNDS_LEAST, len(facts))], at)
        elif is_due and dice.random() < TICKED:
            streak.add_tick(tx, PERSON, label, label + _DAY, "streak", at + _DAY)
    tx.execute(insert(t.session), rows)
    tx.execute(insert(t.round_done), rounds)
    return rows, len(rounds)


def _session(session: Session, label: date, at: datetime, ends: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "person": PERSON,
        "kind": sessions.PLAN,
        "practice_day": label,
        "zone": ZONE,
        "offset_minutes": 60,
        "started_at": at,
        "last_press_at": at + timedelta(minutes=7),
        "ends_at": ends,
        "plan": snapshot.plan_to_json(session.plan),
        "position": snapshot.position_to_json(session),
        "rev": session.rev,
        "state": "over",
    }


def _rounds(session: str, facts: Sequence[tuple[int, RoundDone]], at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "session": session,
            "item": fact.item,
            "set_no": fact.set,
            "round_no": fact.round,
            "of": fact.of,
            "rev": rev,
            "at": at + number * timedelta(seconds=45),
            "reps": fact.reps,
            "slipped": fact.slipped,
        }
        for number, (rev, fact) in enumerate(facts, 1)
    ]


def _be_about_to_press(tx: Tx, label: date, ends: datetime, now: datetime) -> Session:
    """Today's session, one round before its first set is whole."""
    session, facts = model.played(new_id(), Model(_plan(now), lambda session: not session.done), now)
    kept = sessions.Kept(session, PERSON, sessions.PLAN, label, ZONE, now, now, ends)
    sessions.add(tx, kept, 60)
    for rev, fact in facts:
        sessions.append(tx, session.id, rev, fact, now)
    return session


def _plan(now: datetime) -> tuple[PlanItem, ...]:
    needs = programme.Needs(6, True, False, safety.caution((), now))
    return programme.todays_plan(drill_catalog.load(), now.date(), needs)
