"""What can go wrong with one request, and how much may be sent: the faults and the flood control of the fake server."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias


class Refused(Exception):
    """An answer with ok = false."""

    def __init__(self, code: int, description: str, parameters: Mapping[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


@dataclass(frozen=True)
class Refuse:
    """Answer with an error of the API instead of doing it."""

    code: int
    description: str
    parameters: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Page:
    """Answer with something else than the API would, such as a proxy's page. `done`: the call was carried out before."""

    status: int
    body: str = "<html><body>sign in first</body></html>"
    content_type: str = "text/html"
    done: bool = False


@dataclass(frozen=True)
class Cut:
    """Close the connection without an answer. `done`: only after carrying it out. `reset`: rudely, with a TCP reset."""

    done: bool = False
    reset: bool = False


@dataclass(frozen=True)
class HalfBody:
    """Carry it out, promise a body, send half of it, and close."""


@dataclass(frozen=True)
class Slow:
    """Carry it out, then answer so many real seconds later."""

    seconds: float


Fault: TypeAlias = Refuse | Page | Cut | HalfBody | Slow


@dataclass
class _Planned:
    method: str
    fault: Fault
    times: int
    when: Callable[[Mapping[str, Any]], bool]


@dataclass
class Faults:
    """Planned faults, first come first served. `method` "*" is any but getUpdates."""

    planned: list[_Planned] = field(default_factory=list)

    def add(
        self,
        method: str,
        fault: Fault,
        times: int = 1,
        when: Callable[[Mapping[str, Any]], bool] = lambda _: True,
    ) -> None:
        self.planned.append(_Planned(method.lower(), fault, times, when))

    def clear(self) -> None:
        self.planned.clear()

    def take(self, method: str, params: Mapping[str, Any]) -> Fault | None:
        method = method.lower()
        for entry in self.planned:
            fits = entry.method == method or (entry.method == "*" and method != "getupdates")
            if entry.times > 0 and fits and entry.when(params):
                entry.times -= 1
                return entry.fault
        return None


@dataclass
class FloodControl:
    """30 messages a second, one a second in a chat, 20 a minute in a group: sliding windows over the server's clock.

    An edit counts in its group only; the messages a second over all are those that are sent. `refused`: how often it said no.
    """

    clock: Callable[[], float]
    total: int = 30
    chat: int = 1
    group_minute: int = 20
    refused: int = 0
    _sent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    @classmethod
    def of_groups(cls, clock: Callable[[], float]) -> "FloodControl":
        """Only the 20 a minute in a group, for clocks that stand still."""
        return cls(clock, total=1_000_000, chat=1_000_000)

    def check(self, chat: int, edit: bool = False) -> None:
        now = self.clock()
        windows = [] if edit else [("all", 1.0, self.total)]
        if chat < 0 or not edit:
            windows.append((f"chat {chat}", 1.0, self.chat))
        if chat < 0:
            windows.append((f"group {chat}", 60.0, self.group_minute))
        for name, seconds, limit in windows:
            sent = self._sent[name]
            while sent and sent[0] <= now - seconds:
                sent.popleft()
            if len(sent) >= limit:
                self.refused += 1
                wait = max(1, round(sent[0] + seconds - now))
                raise Refused(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
        for name, _, _ in windows:
            self._sent[name].append(now)
