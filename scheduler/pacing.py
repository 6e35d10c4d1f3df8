"""When a message may leave: limits that hold in every sliding window, who goes first, and waits that a platform asks for.

`Pace` is pure and is told the time (monotonic, in seconds); `Pacer` is the same for asyncio:

    async with pacer.turn(chat, Kind.PROMPT, patience=2.0) as wait:
        ...  # wait is None: on the wire now. Otherwise nothing may be sent for so long, and the caller comes back later.

Answers go before prompts, and prompts before boards; in one chat, first come first served. Whoever has waited for `AGEING`
seconds rises by one kind, and then nobody who comes later passes them: so a prompt waits at most that long, and as long as it
takes to send what stood in the line by then.
"""

import asyncio
import heapq
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

AGEING = 5.0
TIMER_LEAST = 0.001  # a timer that comes a hair too early must not turn into a busy loop
# A platform that makes everyone wait is sent half as much afterwards, and an eighth more with every half minute of calm.
SLOWER, STEP, STEP_SECONDS, SHARE_LEAST = 0.5, 0.125, 30.0, 0.1
UNLIMITED = 1_000_000


class Kind(IntEnum):
    ANSWER = 0  # somebody waits for it
    PROMPT = 1
    BOARD = 2


@dataclass(frozen=True, slots=True)
class Window:
    """At most `count` in any `seconds`; the last `kept` of them only for answers."""

    count: int
    seconds: float
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """All count what is sent, `chat` and `group` also what is edited in a group. `at_once`: how many of a kind on the wire."""

    total: tuple[Window, ...]
    chat: tuple[Window, ...] = ()
    group: tuple[Window, ...] = ()
    is_group: Callable[[str], bool] = lambda _: False
    at_once: Mapping[Kind, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: nothing is lost by coming back in `seconds`. `everyone`: the whole bot must wait, not only this chat."""

    seconds: float
    reason: str
    everyone: bool = False


@dataclass(slots=True, eq=False)
class Ticket:
    """A place in the line. `patience`: how many seconds its chat may keep it waiting before it is sent away."""

    chat: str
    kind: Kind
    edit: bool
    patience: float
    since: float
    number: int
    granted: bool = False
    over: bool = False
    """Granted, sent away, or gone by itself: what still names it in a queue is skipped."""


class _Log:
    """When the last messages left, as many as the windows reach back."""

    def __init__(self, windows: tuple[Window, ...]) -> None:
        self._windows = windows
        self._times: deque[float] = deque(maxlen=max((window.count for window in windows), default=0))

    def opens_at(self, kind: Kind, share: float = 1.0) -> float:
        opens, times = 0.0, self._times
        for window in self._windows:
            count = window.count if kind is Kind.ANSWER else window.count - window.kept
            if len(times) >= count:
                opens = max(opens, times[-count] + window.seconds / share)
        return opens

    def note(self, now: float) -> None:
        self._times.append(now)


class Pace:
    """A line for each chat. Whoever is first in a line is either ready, in a queue of its kind, or blocked by its chat."""

    def __init__(self, limits: Limits) -> None:
        self.on_the_wire: Counter[Kind] = Counter()
        self._limits = limits
        self._forget_after = max((w.seconds for w in (*limits.chat, *limits.group)), default=0.0)
        self._lines: dict[str, deque[Ticket]] = {}
        self._ready: dict[tuple[Kind, bool], list[tuple[int, Ticket]]] = {
            (kind, edit): [] for kind in Kind for edit in (False, True)
        }
        self._blocked: list[tuple[float, int, Ticket]] = []
        self._settled: list[tuple[Ticket, Wait | None]] = []
        self._total = _Log(limits.total)
        # The one that spoke last stands last. (A plain dict gets slower with each that leaves at its front.)
        self._chats: OrderedDict[str, tuple[float, _Log, _Log]] = OrderedDict()
        self._paused: dict[str, float] = {}
        self._everyone_until = 0.0
        self._share, self._slowed_at = 1.0, 0.0
        self._joined = 0

    def join(self, chat: str, kind: Kind, now: float, *, edit: bool = False, patience: float) -> Ticket:
        self._joined += 1
        ticket = Ticket(chat, kind, edit, patience, now, self._joined)
        line = self._lines.setdefault(chat, deque())
        line.append(ticket)
        if line[0] is ticket:
            self._place(ticket, now)
        elif kind < line[0].kind:  # who is first keeps nobody else waiting for longer than they would without them
            heapq.heappush(self._ready[kind, line[0].edit], (line[0].number, line[0]))
        return ticket

    def leave(self, ticket: Ticket, now: float) -> None:
        """Off the wire, or not interested any more."""
        if ticket.granted:
            self.on_the_wire[ticket.kind] -= 1
        elif not ticket.over:
            ticket.over = True
            line = self._lines[ticket.chat]
            if line[0] is ticket:
                self._step(ticket.chat, now)
            else:
                line.remove(ticket)

    def flooded(self, chat: str, seconds: float, now: float) -> None:
        """The platform asks this chat to wait; two chats at the same time mean the whole bot."""
        self._paused[chat] = max(self._paused.get(chat, 0.0), now + seconds)
        self._paused = {each: until for each, until in self._paused.items() if until > now}
        if len(self._paused) > 1:
            if not self.everyone_waits(now):
                self._share = max(SLOWER * self.share(now), SHARE_LEAST)
            self._everyone_until = self._slowed_at = max(self._paused.values())

    def everyone_waits(self, now: float) -> bool:
        return self._everyone_until > now

    def share(self, now: float) -> float:
        """How much of its limit over all the platform is sent."""
        return min(1.0, self._share + STEP * max(0.0, (now - self._slowed_at) // STEP_SECONDS))

    def settle(self, now: float) -> tuple[list[tuple[Ticket, Wait | None]], float | None]:
        """Who goes (None) and who is sent away (Wait); and when to ask again, should nothing happen before."""
        while self._blocked and self._blocked[0][0] <= now:
            *_, ticket = heapq.heappop(self._blocked)
            if not ticket.over:
                self._place(ticket, now)
        share, full, again = self.share(now), set[tuple[Kind, bool]](), list[float]()
        while (queue := self._most_urgent(full, now)) is not None:
            kind, edit = queue
            _, ticket = self._ready[queue][0]
            if self._opens(ticket, now)[0] > now:
                heapq.heappop(self._ready[queue])
                self._place(ticket, now)
            elif self.on_the_wire[ticket.kind] >= self._limits.at_once.get(ticket.kind, UNLIMITED):
                full.add(queue)
            elif not edit and (opens := self._total.opens_at(kind, share)) > now:
                full.add(queue)
                again.append(opens)
            else:
                heapq.heappop(self._ready[queue])
                self._grant(ticket, now)
        if self._blocked:
            again.append(self._blocked[0][0])
        settled, self._settled = self._settled, []
        return settled, min(again, default=None)

    def _most_urgent(self, full: set[tuple[Kind, bool]], now: float) -> tuple[Kind, bool] | None:
        """The queue whose first goes next. In one queue the oldest is first, so ageing changes no order inside it."""
        best: tuple[int, int, tuple[Kind, bool]] | None = None
        for queue, waiting in self._ready.items():
            while waiting and waiting[0][1].over:
                heapq.heappop(waiting)
            if waiting and queue not in full:
                number, first = waiting[0]
                place = (max(0, queue[0] - int((now - first.since) / AGEING)), number, queue)
                best = place if best is None else min(best, place)
        return None if best is None else best[2]

    def _place(self, ticket: Ticket, now: float) -> None:
        """Ready, blocked, or sent away: for whoever is first in a line."""
        opens, reason = self._opens(ticket, now)
        if opens <= now:
            kind = min(each.kind for each in self._lines[ticket.chat])
            heapq.heappush(self._ready[kind, ticket.edit], (ticket.number, ticket))
        elif opens - ticket.since <= ticket.patience:
            heapq.heappush(self._blocked, (opens, ticket.number, ticket))
        else:
            ticket.over = True
            self._settled.append((ticket, Wait(opens - now, reason, self.everyone_waits(now))))
            self._step(ticket.chat, now)

    def _step(self, chat: str, now: float) -> None:
        line = self._lines[chat]
        line.popleft()
        if line:
            self._place(line[0], now)
        else:
            del self._lines[chat]

    def _opens(self, ticket: Ticket, now: float) -> tuple[float, str]:
        """The earliest moment for this chat, and why not before."""
        opens, reason = max(self._paused.get(ticket.chat, 0.0), self._everyone_until), "flood"
        if opens <= now and ticket.chat in self._chats:
            _, chat, group = self._chats[ticket.chat]
            for log, name in ((chat, "chat-limit"), (group, "group-limit")):
                if self._counts(ticket) and (later := log.opens_at(ticket.kind)) > opens:
                    opens, reason = later, name
        return opens, reason

    def _counts(self, ticket: Ticket) -> bool:
        """In its chat. What one person edits by quick taps in a private chat does not."""
        return not ticket.edit or self._limits.is_group(ticket.chat)

    def _grant(self, ticket: Ticket, now: float) -> None:
        ticket.granted = ticket.over = True
        self._settled.append((ticket, None))
        self.on_the_wire[ticket.kind] += 1
        known = self._chats.pop(ticket.chat, None)
        if known is None:
            windows = self._limits.group if self._limits.is_group(ticket.chat) else ()
            known = (now, _Log(self._limits.chat), _Log(windows))
        _, chat, group = known
        if not ticket.edit:
            self._total.note(now)
        if self._counts(ticket):
            chat.note(now)
            group.note(now)
        self._chats[ticket.chat] = (now, chat, group)
        while (oldest := next(iter(self._chats))) and self._chats[oldest][0] < now - self._forget_after:
            del self._chats[oldest]
        self._step(ticket.chat, now)


class Handle(Protocol):
    def cancel(self) -> None: ...


class Timer(Protocol):
    """What tells the time and calls back; an event loop is one."""

    def time(self) -> float: ...

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Handle: ...


class Pacer:
    """`timer`: None is the running loop, whose time is monotonic."""

    def __init__(self, limits: Limits, timer: Timer | None = None) -> None:
        self._pace = Pace(limits)
        self._given = timer
        self._waiting: dict[Ticket, asyncio.Future[Wait | None]] = {}
        self._alarm: Handle | None = None

    @asynccontextmanager
    async def turn(self, chat: str, kind: Kind, *, edit: bool = False, patience: float) -> AsyncIterator[Wait | None]:
        """Wait for our turn; the block is the time on the wire. A Wait: not now, and nothing is counted."""
        ticket = self._pace.join(chat, kind, self._timer.time(), edit=edit, patience=patience)
        future = self._waiting[ticket] = asyncio.get_running_loop().create_future()
        try:
            self._settle()
            yield await future
        finally:
            self._waiting.pop(ticket, None)
            self._pace.leave(ticket, self._timer.time())
            self._settle()

    def flooded(self, chat: str, seconds: float) -> None:
        self._pace.flooded(chat, seconds, self._timer.time())
        self._settle()

    def time(self) -> float:
        return self._timer.time()

    @property
    def on_the_wire(self) -> Mapping[Kind, int]:
        return self._pace.on_the_wire

    @property
    def everyone_waits(self) -> bool:
        return self._pace.everyone_waits(self._timer.time())

    @property
    def _timer(self) -> Timer:
        return self._given or asyncio.get_running_loop()

    def _settle(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if not self._waiting:
            return
        now = self._timer.time()
        settled, again = self._pace.settle(now)
        for ticket, wait in settled:
            future = self._waiting.pop(ticket)
            if not future.done():  # its caller may have been cancelled just now
                future.set_result(wait)
        if again is not None:
            self._alarm = self._timer.call_later(max(again - now, TIMER_LEAST), self._settle)
