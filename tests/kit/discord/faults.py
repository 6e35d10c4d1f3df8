"""What can go wrong with one request, and how many may be made: the faults and the rate limits of the fake server."""

import re
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from tests.kit.discord.refusals import limited

CLOUDFLARE = "<html><head><title>Access denied</title></head><body>error code: 1015</body></html>"


@dataclass(frozen=True)
class Refuse:
    """Answer with one of Discord's error codes instead of doing it."""

    code: int


@dataclass(frozen=True)
class Broken:
    """Answer with this status and Discord's bare JSON, as in an outage. `done`: it was carried out all the same."""

    status: int = 500
    done: bool = False


@dataclass(frozen=True)
class Limited:
    """Answer 429 with so many seconds to wait."""

    retry_after: float
    everywhere: bool = False


@dataclass(frozen=True)
class Page:
    """Answer with a page instead of JSON, and without Discord's `Via`. The default is Cloudflare's ban."""

    status: int = 429
    body: str = CLOUDFLARE
    content_type: str = "text/html"
    done: bool = False


@dataclass(frozen=True)
class Cut:
    """Close the connection without an answer. `done`: only after carrying it out. `reset`: rudely, with a TCP reset."""

    done: bool = False
    reset: bool = False


@dataclass(frozen=True)
class Slow:
    """Carry it out after so many real seconds of `before`, and answer after `seconds` more."""

    seconds: float = 0.0
    before: float = 0.0


@dataclass(frozen=True)
class Hang:
    """Never answer. `done`: it was carried out before."""

    done: bool = False


Fault: TypeAlias = Refuse | Broken | Limited | Page | Cut | Slow | Hang


@dataclass
class _Planned:
    pattern: str
    fault: Fault
    times: int
    when: Callable[[Mapping[str, Any]], bool]


@dataclass
class Faults:
    """Planned faults, first come first served.

    A pattern is "POST /channels/*/messages": * stands for one part of a path or for any method, ** for the rest.
    """

    planned: list[_Planned] = field(default_factory=list)

    def add(
        self,
        pattern: str,
        fault: Fault,
        times: int = 1,
        when: Callable[[Mapping[str, Any]], bool] = lambda _: True,
    ) -> None:
        """`when` is asked with the body of the request."""
        self.planned.append(_Planned(pattern, fault, times, when))

    def clear(self) -> None:
        self.planned.clear()

    def take(self, method: str, path: str, body: Mapping[str, Any]) -> Fault | None:
        for entry in self.planned:
            if entry.times > 0 and matches(entry.pattern, method, path) and entry.when(body):
                entry.times -= 1
                return entry.fault
        return None


def matches(pattern: str, method: str, path: str) -> bool:
    return bool(_compiled(pattern).fullmatch(f"{method} {path}"))


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    if pattern == "*":
        pattern = "* /**"
    parts = re.split(r"(\*\*|\*)", pattern)
    return re.compile("".join({"**": ".*", "*": "[^/ ]+"}.get(part, re.escape(part)) for part in parts))


@dataclass
class RateLimits:
    """So many messages in a channel in so many seconds, and so many requests a second: windows of *real* time.

    The bot waits for these in real seconds whatever the server's clock shows, so they are measured in them too.
    """

    channel: int = 5
    channel_seconds: float = 5.0
    total: int = 50
    total_seconds: float = 1.0
    _sent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def check(self, method: str, route: str, channel: str) -> dict[str, str]:
        """Count one request; the headers of its bucket. Raises 429 when there are too many."""
        self._take("", self.total, self.total_seconds, everywhere=True)
        if (method, route) != ("POST", "/channels/{channel_id}/messages"):
            return {}
        left, reset = self._take(channel, self.channel, self.channel_seconds, everywhere=False)
        return {
            "X-RateLimit-Limit": str(self.channel),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset-After": f"{reset:.3f}",
        }

    def _take(self, name: str, limit: int, seconds: float, everywhere: bool) -> tuple[int, float]:
        now = time.monotonic()
        sent = self._sent[name]
        while sent and sent[0] <= now - seconds:
            sent.popleft()
        if len(sent) >= limit:
            raise limited(round(sent[0] + seconds - now, 3) + 0.001, everywhere)
        sent.append(now)
        return limit - len(sent), sent[0] + seconds - now
