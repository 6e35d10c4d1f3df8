"""Keeps the posts in team chats true: boards, recaps, results, team minutes. One edit for many changes, never one for a tap.

What is to be shown is read, drawn and sent after the commit; which version was shown is written down afterwards. A crash in
between shows it again: an edit twice is no harm, and a new post stands in the postbox.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

import structlog

from bot import words
from bot.cards import Attachment, Place, Reply
from bot.coach import scoring, showing
from bot.platforms.port import Platform
from bot.store import challenges, posts
from bot.store.faults import StoreFault
from bot.store.posts import BOARD_EVERY, Post
from bot.store.unit import Store, Tx
from bot.views import challenges as view
from bot.views.scenes import draw
from drills.catalog import Catalog
from drills.challenges import KINDS, LIGHTS
from scheduler.nudge import Broken, Gone, Later, Outcome, Sent, Unknown

AT_ONCE = 100  # posts in one round
UNITS_MOST = 20  # of judging in one beat: at noon a big zone must not hold up the prompts; the next beat goes on
IN_FLIGHT = 4
NOT_CONNECTED = timedelta(hours=1)
STORE_FAULT = timedelta(seconds=30)
UNKNOWN_WAITS = timedelta(seconds=90)
PODIUM = 3

log = structlog.get_logger()


class Boards:
    """`covers`: the platforms whose chats are ours to keep (bot/duty.py); None: all."""

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        platforms: Mapping[str, Platform],
        covers: Callable[[], Collection[str] | None] = lambda: None,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._platforms = platforms
        self._covers = covers

    async def keep(self, now: datetime) -> int:
        """Judge the days that are final and show every post that is due. Returns how many were shown."""
        for _ in range(UNITS_MOST):
            if not await self._store.read(lambda tx: challenges.is_judging_due(tx, now)):
                break
            await self._store.run(lambda tx: scoring.judge_due(tx, self._catalog, now))
        covers = self._covers()
        due = await self._store.read(lambda tx: posts.due(tx, now, AT_ONCE, covers))
        gate = asyncio.Semaphore(IN_FLIGHT)
        return sum(await asyncio.gather(*(self._show(post, now, gate) for post in due)))

    async def next_due(self) -> datetime | None:
        covers = self._covers()

        def query(tx: Tx) -> list[datetime | None]:
            return [challenges.next_final(tx), posts.next_due(tx, covers)]

        return min((moment for moment in await self._store.read(query) if moment is not None), default=None)

    async def _show(self, post: Post, now: datetime, gate: asyncio.Semaphore) -> bool:
        async with gate:
            try:
                outcome = await self._try(post, now)
            except StoreFault as fault:
                log.warning("post.store-fault", challenge=post.challenge, what=post.what, kind=fault.kind)
                outcome = Later(STORE_FAULT.total_seconds(), "the database failed")
            except Exception:  # one post: the others go on
                log.exception("post.failed", challenge=post.challenge, what=post.what)
                outcome = Later(3600, "our fault")
        shown, wait = _verdict(outcome)

        def record(tx: Tx) -> None:
            if isinstance(outcome, Gone):
                challenges.close_room(tx, post.room)
            posts.shown(tx, post, shown, now + wait)

        await self._store.run(record)
        log.info("post.shown" if shown else "post.not-shown", what=post.what, result=type(outcome).__name__.lower())
        return shown

    async def _try(self, post: Post, now: datetime) -> Outcome:
        platform = self._platforms.get(post.address.platform)
        if platform is None or platform.bot != post.address.bot:
            return Later(NOT_CONNECTED.total_seconds(), "this platform is not connected")
        scene = await self._store.read(lambda tx: showing.scene(tx, post, now))
        if scene is None:
            return Broken("nothing to show")
        reply = Reply(
            draw(words.load(), scene),
            Place.NEW,
            living=posts.living(post.what, post.challenge),
            silent=not isinstance(scene, view.Minute | view.ResultCard),
            pin=isinstance(scene, view.Board),
            key=f"post:{post.challenge}:{post.room}:{post.what}:{post.wanted}",
            photo=await asyncio.to_thread(_picture, scene) if isinstance(scene, view.ResultCard) else None,
        )
        return await platform.show(post.address, reply)


def _picture(scene: view.ResultCard) -> Attachment | None:
    """The podium, or the lit foot; None where nobody stands on it. It takes some tens of milliseconds, so not on the loop."""
    from bot import pictures  # loads Pillow, which only a result needs

    standing, texts = scene.board.standing, words.load()
    if KINDS[scene.board.kind].is_cooperative:
        alt = texts("result-card.lit", n=standing.lights, of=LIGHTS)
        return Attachment("foot.png", "image/png", pictures.lit_foot(standing.lights, LIGHTS), alt)
    ranks = [row.rank for row in standing.rows]
    steps = [ranks.count(place) for place in range(1, PODIUM + 1)]
    if not steps[0]:
        return None
    return Attachment("podium.png", "image/png", pictures.podium(steps), texts("result-card.podium", n=sum(steps)))


def _verdict(outcome: Outcome) -> tuple[bool, timedelta]:
    """Whether this version need not be shown again, and how long to wait before the next."""
    match outcome:
        case Sent():
            return True, BOARD_EVERY
        case Later(seconds=seconds):
            return False, timedelta(seconds=seconds)
        case Unknown():
            return False, UNKNOWN_WAITS
        case Broken() | Gone():
            return True, BOARD_EVERY
