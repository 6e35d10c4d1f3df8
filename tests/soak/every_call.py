"""M-06: each use-case is played again and again, and the first, the second, the n-th call fails, until one run needs no n-th.

SQLite's own method. After each run nothing may be wrong, nothing doubled, and one more tap or one more beat has healed it:
the facts equal those of the run in which nothing failed, also after a restart.
"""

import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from pydantic import SecretStr

from bot.settings import Settings
from tests.kit.clock import StandingClock
from tests.kit.local_stage import LocalStage
from tests.kit.postgres import Server
from tests.kit.stage import Stage, opened
from tests.kit.telegram import TelegramServer
from tests.kit.telegram_stage import TelegramStage
from tests.kit.two_platforms import TwoPlatforms
from tests.soak import nth as faults
from tests.soak.cases import CASES, PROMPT, Case, Scene
from tests.soak.facts import Facts, difference, facts, unsound
from tests.soak.nth import Nth
from tests.soak.report import Asked, Report

MEMORY = Path("/dev/shm")
MOST = 400  # calls in one use-case: far more than any has
SHORT_STRIDE, SERVER_STRIDE = 29, 3


@dataclass
class Played:
    """`fired`: which call failed, if there was one."""

    scene: Scene
    facts: Facts
    wrong: list[str]
    fired: str | None
    prompts: int


@dataclass
class Totals:
    injections: Counter[str] = field(default_factory=Counter)
    again: int = 0
    copies: int = 0
    wrong: list[str] = field(default_factory=list)


async def run(asked: Asked) -> Report:
    """Each call of the database fails in one way, another with the next seed; each HTTP call in every way.

    `--quick`: every 29th call, on SQLite.
    """
    totals = Totals()
    with faults.hurried():
        for number, case in enumerate(CASES):
            ways = [faults.ON_SQLITE, *((kind,) for kind in faults.ON_THE_WIRE)]
            await loops(case, ways, asked, number, totals)
        if not asked.quick:
            await _on_a_server(asked, totals)
    counts = "; ".join(f"{count} {kind}" for kind, count in totals.injections.most_common())
    return Report(
        "M-06",
        f"the n-th database call and the n-th HTTP call fail, in {len(CASES)} use-cases",
        "no wrong state, one retry heals, ≥ 500 injections",
        {
            "injections": f"{totals.injections.total()} ({counts})",
            "of them healed by one tap or beat more": str(totals.again),
            "second copies of a prompt (taken, and not answered)": str(totals.copies),
            "wrong states": str(len(totals.wrong)),
        },
        totals.wrong,
    )


async def _on_a_server(asked: Asked, totals: Totals) -> None:
    from tests.kit import postgres

    with postgres.running() as server:
        for number, case in enumerate(CASES):
            await loops(case, [faults.ON_POSTGRES], asked, number, totals, databases(server), SERVER_STRIDE)


Database = Callable[[], AbstractContextManager[str | None]]


def databases(server: Server) -> Database:
    """A fresh one for each run, on a PostgreSQL server."""

    @contextmanager
    def database() -> Iterator[str]:
        url = server.create("migrated")
        try:
            yield url
        finally:
            server.drop(url)

    return database


async def loops(
    case: Case,
    ways: Sequence[Sequence[str]],
    asked: Asked,
    number: int,
    totals: Totals,
    database: Database = nullcontext,
    stride: int = 1,
) -> None:
    """One loop for each way; where a way has several kinds, they take turns."""
    calm = await play(case, "", 0)
    said = [f"{case.name}, nothing fails: {each}" for each in (*calm.wrong, *calm.scene.complaints)]
    totals.wrong += said
    step = max(stride, asked.either(None, 1, SHORT_STRIDE))
    for place, kinds in enumerate(() if said else ways):
        first = 1 + (asked.seed * 7 + number * 11 + place * 5) % step
        for n in range(first, MOST, step):
            if not await _inject(case, calm, kinds[(n + asked.seed) % len(kinds)], n, totals, database):
                break
        told = f"{totals.injections.total()} injections, {len(totals.wrong)} wrong"
        sys.stderr.write(f"  {case.name}: {', '.join(kinds)}: {told}\n")


async def _inject(case: Case, calm: Played, kind: str, n: int, totals: Totals, database: Database) -> bool:
    """False: the use-case has no n-th call."""
    try:
        played = await play(case, kind, n, database)
    except Exception as error:  # noqa: BLE001 - the next injection is of interest all the same
        totals.wrong.append(f"{case.name}, {kind} at call {n}: {error!r:.300}")
        totals.injections[kind] += 1
        return True
    if played.fired is None:
        return False
    totals.injections[kind] += 1
    totals.again += played.scene.again
    totals.copies += max(0, played.prompts - calm.prompts)
    what = f"{case.name}, {kind} at call {n} ({' '.join(played.fired.split())[:60]})"
    totals.wrong += [f"{what}: {each}" for each in judged(calm, played, kind)]
    return True


def judged(calm: Played, played: Played, kind: str) -> list[str]:
    found = [*played.wrong, *played.scene.complaints, *difference(calm.facts, played.facts)]
    if played.scene.again > 1:
        found.append(f"it took {played.scene.again} retries")
    if played.scene.boards > calm.scene.boards + (kind == "cut-after"):
        found.append(f"{played.scene.boards} boards instead of {calm.scene.boards}")
    if played.prompts > calm.prompts + (kind == "cut-after"):
        found.append(f"{played.prompts} prompts instead of {calm.prompts}")
    return found


async def play(case: Case, kind: str, n: int, database: Database = nullcontext) -> Played:
    """One run of a use-case; its n-th call of this kind fails."""
    nth = Nth()
    with TemporaryDirectory(prefix="toehold-", dir=MEMORY if MEMORY.is_dir() else None) as folder, database() as url:
        async with _stage(Path(folder), case.both, nth, url) as (stage, server):
            scene = Scene(stage)
            with faults.on_the_wire(nth, server):
                await case.prepare(scene)
                await server.quiet(0.01)
                nth.arm(kind, n)
                await case.act(scene)
                await server.quiet(0.01)
            nth.disarm()
            seen = await stage.bot.store.read(facts)
            wrong = await stage.bot.store.read(unsound)
            await stage.restart()
            wrong += [f"after a restart {each}" for each in difference(seen, await stage.bot.store.read(facts))]
            shown = [message for player in scene.cast.values() for message in player.messages]
            prompts = sum(PROMPT in message.text for message in shown)
            return Played(scene, seen, wrong, nth.fired, prompts)


@asynccontextmanager
async def _stage(folder: Path, both: bool, nth: Nth, url: str | None) -> AsyncIterator[tuple[Stage, TelegramServer]]:
    clock = StandingClock()
    made = TwoPlatforms(folder, clock, TelegramStage, LocalStage) if both else TelegramStage(folder, clock)
    settings, connected = made.settings, made.connected

    def with_database() -> Settings:
        return settings().model_copy(update={"database_url": SecretStr(url or "")})

    async def watched() -> None:
        await connected()
        faults.watch_database(nth, made.bot)
        faults.hurry_telegram(made.bot)

    with patch.multiple(made, settings=with_database, connected=watched):
        telegram: Any = made.parts["telegram"] if isinstance(made, TwoPlatforms) else made
        async with opened(made):
            yield made, telegram.server
        await telegram.end()
