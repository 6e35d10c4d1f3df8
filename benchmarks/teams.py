"""What do team challenges cost: a board, a member's press, judging days, a beat; and how many edits do many presses make?"""

import asyncio
import gc
import os
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Any, cast

from sqlalchemy import Engine, event, select, update

from benchmarks import challenges as fill
from benchmarks import machine
from benchmarks.model import BOT, PLATFORM
from benchmarks.tables import ratio, table
from bot import logs, words
from bot.addresses import Address
from bot.boards import Boards
from bot.cards import Reply
from bot.coach import scoring
from bot.platforms.port import Platform
from bot.platforms.telegram.render import render
from bot.store import challenges
from bot.store import tables as t
from bot.store.opening import open_store
from bot.store.sqlite import open_engine
from bot.store.unit import Store, Tx
from bot.views.scenes import draw
from drills import catalog
from drills.challenges import KINDS
from drills.localtime import use_packaged_rules
from scheduler.nudge import Outcome, Sent
from scheduler.pulse import SECONDS as BEAT

JUDGED = 50  # members, in as many units as it takes
CROWDS = ((50, 1), (500, 1), (5000, 1), (50, 5))  # members, and years of practice
REPEATS, REPEATS_QUICK = 20, 6
CHALLENGES, TEAM, DUE = 1000, 10, 100
PRESSING, PRESSES, HOUR = 30, 20, 3600
BOARD_MOST, GROUP_MOST = 3, 18  # calls in any 60 seconds


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds, and statements of SQL of one time."""

    took: list[float]
    statements: int

    @property
    def p50(self) -> float:
        return statistics.median(self.took)

    def __str__(self) -> str:
        return f"{self.p50:.1f} / {sorted(self.took)[-1 - len(self.took) // 20]:.1f} ms"


class Statements:
    """Counts what is sent to SQLite, but for the transactions themselves."""

    def __init__(self) -> None:
        self.count = 0
        event.listen(Engine, "before_cursor_execute", self._heard)

    def _heard(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.count += statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))


def run(folder: Path, quick: bool, patience: float) -> str:
    use_packaged_rules()
    logs.configure("WARNING")
    now = datetime.now(UTC).replace(hour=18, minute=0, second=0, microsecond=0)
    counter, repeats = Statements(), REPEATS_QUICK if quick else REPEATS
    crowds = [Crowd(folder, members, years, now, counter) for members, years in CROWDS]
    fill.write_many(folder / "teams-many.sqlite", CHALLENGES, TEAM, now)
    hours = [Hour(folder, list(KINDS)[:count], now) for count in (1, challenges.RUNNING_MOST)]
    gc.freeze()  # what we hold here, and no bot does: looking through it now and then would count for whoever is measured
    machine.wait_for_quiet(patience)
    others = machine.Others(os.getpid())
    parts = [_boards([crowd for crowd in crowds if crowd.years == 1], repeats), _facts(crowds, repeats)]
    parts.append(asyncio.run(_beats(folder / "teams-many.sqlite", now, counter, repeats)))
    parts.append(table(Hour.HEAD, [asyncio.run(hour.row()) for hour in hours]))
    return "\n".join((*parts, f"Others: {others.share() or 0:.0%}\n"))


# --- one challenge


class Crowd:
    """One challenge in a database of its own."""

    def __init__(self, folder: Path, members: int, years: int, now: datetime, counter: Statements) -> None:
        path = folder / f"teams-{members}-{years}.sqlite"
        self.name, self.years, self.now, self.counter = f"{members:,}", years, now, counter
        self.rows = fill.write_one(path, ["share"], members, JUDGED, years, now)
        self.engine, self.catalog = open_engine(path), catalog.load()
        with self.engine.begin() as tx:
            self.room = challenges.team_room(tx, Address(PLATFORM, BOT, "-1"))
            [one] = challenges.running_in(tx, self.room)
            self.members = challenges.members(tx, one.id)
            self.of = {kind: replace(one, kind=kind) for kind in KINDS}
            self.boards = {kind: scoring.board(tx, each, self.room) for kind, each in self.of.items()}

    def time(self, work: Callable[["Crowd", Tx], object]) -> float:
        """In a transaction that leaves everything as it was. A day of those who practise has just become final."""
        due = t.challenge_member.c.member.in_([fill.person(number) for number in range(JUDGED)])
        with self.engine.connect() as tx:  # never committed
            tx.execute(update(t.challenge_member).where(due).values(next_final_at=self.now))
            self.counter.count, began = 0, perf_counter()
            work(self, tx)
            return (perf_counter() - began) * 1000


def _in_turns(crowds: Sequence[Crowd], work: Callable[[Crowd, Tx], object], repeats: int) -> list[Cost]:
    """One after the other and again, so that all have the same neighbours. The first round only warms the caches."""
    costs = [Cost([], (each.time(work), each.counter.count)[1]) for each in crowds]
    for _ in range(repeats):
        for crowd, cost in zip(crowds, costs, strict=True):
            cost.took.append(crowd.time(work))
    return costs


def _load_and_rank(kind: str, crowd: Crowd, tx: Tx) -> None:
    scoring.board(tx, crowd.of[kind], crowd.room)


def _rank(kind: str, crowd: Crowd, _: Tx) -> None:
    scoring.standing_of(crowd.of[kind], crowd.members)


def _draw(kind: str, crowd: Crowd, _: Tx) -> None:
    render(draw(words.load(), crowd.boards[kind]), "toehold_bot")


def _judge(crowd: Crowd, tx: Tx) -> None:
    assert sum(iter(lambda: scoring.judge_due(tx, crowd.catalog, crowd.now), 0)) == JUDGED


def _boards(crowds: Sequence[Crowd], repeats: int) -> str:
    head = ("members", "kind", "load and rank: p50 / p95", "statements", "of it ranking", "draw and render: p50 / p95")
    rows = []
    for kind in KINDS:
        costs = [_in_turns(crowds, partial(work, kind), repeats) for work in (_load_and_rank, _rank, _draw)]
        for crowd, whole, rank, drawn in zip(crowds, *costs, strict=True):
            rows.append((crowd.name, kind, f"{whole}", f"{whole.statements}", f"{rank}", f"{drawn}"))
    return table(head, rows)


def _facts(crowds: Sequence[Crowd], repeats: int) -> str:
    told = ("p50 / p95", "against the first", "statements")
    columns = [f"{what}: {how}" for what in ("press", f"judging {JUDGED}") for how in told]
    press = _in_turns(crowds, lambda each, tx: scoring.touched(tx, fill.person(7), each.catalog, each.now), repeats)
    judged = _in_turns(crowds, _judge, repeats // 2)
    rows = []
    for crowd, *costs in zip(crowds, press, judged, strict=True):
        pairs = zip(costs, (press[0], judged[0]), strict=True)
        parts = ((f"{cost}", ratio(cost.p50, first.p50), f"{cost.statements}") for cost, first in pairs)
        rows.append((crowd.name, f"{crowd.years} y", *(f"{count:,}" for count in crowd.rows), *chain(*parts)))
    return table(("members", "practice", "sessions", "rounds", "rounds in it", *columns), rows)


# --- many challenges, and many presses


class Fake:
    """A platform that shows everything at once, and remembers when."""

    name, bot = PLATFORM, BOT

    def __init__(self) -> None:
        self.second, self.shown = 0, list[tuple[int, str | None]]()

    async def show(self, _address: Address, reply: Reply) -> Outcome:
        self.shown.append((self.second, reply.living))
        return Sent("1")

    def boards(self, store: Store) -> Boards:
        return Boards(store, catalog.load(), {PLATFORM: cast(Platform, self)})


async def _beats(path: Path, now: datetime, counter: Statements, repeats: int) -> str:
    """What the keeper of the boards does in one beat: nothing; nothing, but all are over and wait for a member; 100 boards."""
    store = open_store(path)
    boards = (fake := Fake()).boards(store)

    async def measure(times: int, prepare: Callable[[Tx], object]) -> Cost:
        took = []
        for number in range(times + 1):
            await store.run(prepare)
            counter.count, began = 0, perf_counter()
            await boards.keep(now + number * timedelta(minutes=1))
            await boards.next_due()
            took.append((perf_counter() - began) * 1000)
        return Cost(took[1:], counter.count)

    some = t.post.c.room.in_(select(t.post.c.room).order_by(t.post.c.room).limit(DUE))
    change = update(t.post).where(some).values(wanted=t.post.c.wanted + 1)
    idle = await measure(repeats, lambda tx: None)
    busy = await measure(repeats // 2, lambda tx: tx.execute(change))
    assert len(fake.shown) == (repeats // 2 + 1) * DUE
    ended = update(t.challenge).values(last_day=now.date() - timedelta(days=1))
    over = await measure(repeats, lambda tx: tx.execute(ended))
    await store.close()
    told = {"nothing is due": idle, "nothing, all wait for a last day": over, f"{DUE} boards are due": busy}
    head = (f"{CHALLENGES:,} challenges of {TEAM}", "a beat: p50 / p95", "against nothing due", "statements")
    rows = [(what, f"{cost}", ratio(cost.p50, idle.p50), f"{cost.statements}") for what, cost in told.items()]
    return table(head, rows)


class Hour:
    """Members press at random for an hour of a clock that is moved; the keeper looks at every beat."""

    HEAD = ("boards", "presses", "edits wanted", "sent", "of wanted", "in 60 s: a board", "in 60 s: the group")

    def __init__(self, folder: Path, kinds: Sequence[str], now: datetime) -> None:
        self._path, self._kinds, self._now = folder / f"teams-hour-{len(kinds)}.sqlite", kinds, now
        fill.write_one(self._path, kinds, PRESSING, PRESSING, 1, now)

    async def row(self) -> tuple[str, ...]:
        store, dice, drills = open_store(self._path), random.Random(1), catalog.load()
        boards = (fake := Fake()).boards(store)
        presses = ((dice.uniform(0, HOUR), fill.person(n)) for n in range(PRESSING) for _ in range(PRESSES))
        before, _ = await store.read(fill.wanted)
        waiting = sorted(presses, reverse=True)
        for fake.second in range(0, HOUR + 60, BEAT):
            while waiting and waiting[-1][0] <= fake.second:
                at, who = waiting.pop()
                now = self._now + timedelta(seconds=at)
                await store.run(partial(scoring.touched, person_id=who, catalog=drills, now=now))
            await boards.keep(self._now + timedelta(seconds=fake.second))
        after, left = await store.read(fill.wanted)
        await store.close()
        names = {name for _, name in fake.shown}
        one = max(_most([at for at, name in fake.shown if name == each]) for each in names)
        group = _most([at for at, _ in fake.shown])
        assert not left, "a board does not show what it should"
        assert max(one / BOARD_MOST, group / GROUP_MOST) <= 1, "more than Telegram allows"
        counts = (len(names), PRESSING * PRESSES, wanted := after - before, sent := len(fake.shown))
        return (*(f"{count:,}" for count in counts), ratio(sent, wanted), f"{one}", f"{group}")


def _most(moments: Sequence[int]) -> int:
    """The most within any 60 seconds."""
    return max(sum(at <= other < at + 60 for other in moments) for at in moments)
