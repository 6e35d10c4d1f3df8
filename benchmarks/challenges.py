"""Databases with team challenges: one with many members, of whom some practise, or many small ones. For `benchmarks.teams`."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import Table, case, func, insert, select, text, update

from benchmarks import history, model
from benchmarks.model import BOT, PLATFORM, ZONE
from bot.addresses import Account, Address
from bot.coach import scoring
from bot.ids import new_id
from bot.store import challenges, people
from bot.store import tables as t
from bot.store.challenges import Challenge
from bot.store.sqlite import open_engine
from bot.store.unit import Tx
from drills.challenges import SETS_PER_DAY, MemberDay, Terms, Verdict, last_label

WEEKS = 4
OUTCOMES = {Verdict.KEPT: 80, Verdict.NOT_KEPT: 15, Verdict.NOT_DUE: 5}  # of a hundred days

_DAY = timedelta(days=1)
_PEOPLE = (t.person, t.account)
_FACTS = (t.setting_version, t.session, t.round_done, t.pause, t.pain, t.tick, t.slot)
_NAMING = ("id", "person", "session", "external_id")  # columns that tell people and their rows apart


def person(number: int) -> str:
    return f"{history.PERSON}-{number}"


def write_one(
    path: Path, kinds: Sequence[str], members: int, practising: int, years: int, now: datetime
) -> tuple[int, int, int]:
    """A challenge of each kind with the same members, in one room. The first ones have so many years of practice; of the
    others there are only the rows that a board reads. Returns the sessions and rounds of each who practises, and the rounds
    of the challenge."""
    written = history.write(path, years, (), now)
    engine = open_engine(path)
    with engine.begin() as tx:
        _multiply(tx, _PEOPLE, members)
        _multiply(tx, _FACTS, practising)
        for kind in kinds:
            _begin(tx, kind, -1, range(members), now, 0)
        mine = select(t.session.c.id).where(t.session.c.person == history.PERSON)
        since = t.round_done.c.session.in_(mine), t.round_done.c.at > now - 7 * WEEKS * _DAY
        lately = tx.execute(select(func.count()).select_from(t.round_done).where(*since)).scalar_one()
    engine.dispose()
    return written.sessions, written.rounds, lately


def write_many(path: Path, count: int, members: int, now: datetime) -> None:
    """So many challenges, each with members and a room of its own; a week is still ahead."""
    model.create(path)
    engine = open_engine(path)
    with engine.begin() as tx:
        people.create(tx, history.PERSON, Account(PLATFORM, BOT, "1"), "Ann", "en", now)
        _multiply(tx, _PEOPLE, count * members)
        for number in range(count):
            _begin(tx, "share", -1 - number, range(number * members, (number + 1) * members), now, 7)
    engine.dispose()


def wanted(tx: Tx) -> tuple[int, int]:
    """How many changes of boards were ever wanted, and how many boards do not show the last."""
    left = func.sum(case((t.post.c.wanted > t.post.c.shown, 1), else_=0))
    ever, behind = tx.execute(select(func.sum(t.post.c.wanted), left)).one()
    return int(ever), int(behind)


def _multiply(tx: Tx, tables: Sequence[Table], count: int) -> None:
    """The one person that is there so many times, with their rows of these tables."""
    for each in tables:
        names = [column.name for column in each.columns]
        values = {f'"{name}"': f"{name} || '-' || n" if name in _NAMING else f'"{name}"' for name in names}
        if each is t.account:
            values['"name"'] = "'Ann <& ' || n"
        whose = "session" if each is t.round_done else "id" if each is t.person else "person"
        mine = f"'{history.PERSON}'"
        which = f"SELECT id FROM session WHERE person = {mine}" if each is t.round_done else mine
        tx.execute(
            text(
                "WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < :last)"
                f' INSERT INTO "{each.name}" ({", ".join(values)}) SELECT {", ".join(values.values())}'
                f' FROM number, "{each.name}" WHERE {whose} IN ({which})'
            ),
            {"last": count - 1},
        )


def _begin(tx: Tx, kind: str, chat: int, numbers: Sequence[int], now: datetime, ahead: int) -> Challenge:
    """Four weeks that end `ahead` days from today, with days of all sorts until now; its board is shown."""
    dice, today = random.Random(chat), now.date()
    first = today + (ahead + 1 - 7 * WEEKS) * _DAY
    made = challenges.create(tx, Terms(kind, first, last_label(first, WEEKS)), ZONE, "chat", "", now)
    challenges.add_room(tx, made, challenges.team_room(tx, Address(PLATFORM, BOT, str(chat))), (), now)
    tx.execute(update(t.post).where(t.post.c.challenge == made.id).values(shown=t.post.c.wanted))
    final = datetime.combine(today + _DAY, time(12), UTC)
    labels = [first + n * _DAY for n in range((today - first).days + 1)]
    rows = [
        {
            "id": new_id(),
            "challenge": made.id,
            "member": person(number),
            "joined_at": now - 30 * _DAY,
            "joined_on": first - _DAY,
            "score": scoring._packed([_day(dice, label, today) for label in labels], today),
            "next_final_at": final,
        }
        for number in numbers
    ]
    tx.execute(insert(t.challenge_member), rows)
    return made


def _day(dice: random.Random, label: date, today: date) -> MemberDay:
    verdict = Verdict.OPEN if label == today else dice.choices([*OUTCOMES], [*OUTCOMES.values()])[0]
    sets = dice.randint(1, SETS_PER_DAY) if verdict is Verdict.KEPT else 0
    return MemberDay(label, verdict, sets, False, label < today)
