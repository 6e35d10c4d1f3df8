"""Every request to Discord on its way out and back: its turn under the limit over all, and a count of what was refused.

discord.py keeps the limit of each channel and waits after a 429, but nothing in it keeps the 50 requests a second over all
(D-29), and nobody counts the refusals, of which 10,000 in ten minutes lock the whole address out (D-14). Both need to see
each request, those too that discord.py makes by itself: aiohttp's tracing does.
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import SimpleNamespace

import aiohttp
import structlog
import yarl

from scheduler.pacing import Kind, Limits, Pacer, Timer, Window

# 50 a second; what is on its way may arrive closer together than it left. No more than nine at a stroke.
TOTAL = 45
LIMITS = Limits((Window(TOTAL, 1.0), Window(9, 0.19)))
# What comes through an interaction is not counted.
UNCOUNTED = ("/interactions/", "/webhooks/")
REFUSED = (401, 403, 429)
REFUSED_MOST, REFUSED_WITHIN = 1000, 600.0
UNLIMITED_PATIENCE = float("inf")

_urgency: ContextVar[Kind] = ContextVar("urgency", default=Kind.ANSWER)

log = structlog.get_logger()


@contextmanager
def urgency(kind: Kind) -> Iterator[None]:
    """How urgent is what the block asks of Discord; without it, somebody waits for an answer."""
    before = _urgency.set(kind)
    try:
        yield
    finally:
        _urgency.reset(before)


class Toll:
    """`timer` tells the time of the limits (None: the running loop); `enough`: too much was refused, be silent for a while."""

    def __init__(self, api_url: str, timer: Timer | None, enough: Callable[[], object]) -> None:
        self._base = api_url.rstrip("/")
        self._pacer = Pacer(LIMITS, timer)
        self._numbers = itertools.count()
        self._enough = enough
        self._refused: deque[float] = deque(maxlen=REFUSED_MOST)

    def trace(self) -> aiohttp.TraceConfig:
        """For one client."""
        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(self._leaves)
        trace.on_request_end.append(self._comes_back)
        return trace

    async def _leaves(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, params: aiohttp.TraceRequestStartParams
    ) -> None:
        if self._is_counted(params.url):
            # Each in a line of its own: what must keep its order keeps it elsewhere.
            async with self._pacer.turn(str(next(self._numbers)), _urgency.get(), patience=UNLIMITED_PATIENCE):
                pass

    async def _comes_back(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        response = params.response
        shared = response.headers.get("X-RateLimit-Scope") == "shared"
        if response.status in REFUSED and not shared and self._is_ours(params.url):
            self._refused.append(now := self._pacer.time())
            if len(self._refused) == REFUSED_MOST and self._refused[0] > now - REFUSED_WITHIN:
                log.error("discord refused too much", count=REFUSED_MOST)
                self._refused.clear()
                self._enough()

    def _is_ours(self, url: yarl.URL) -> bool:
        return str(url).startswith(f"{self._base}/")

    def _is_counted(self, url: yarl.URL) -> bool:
        return self._is_ours(url) and not str(url).removeprefix(self._base).startswith(UNCOUNTED)
