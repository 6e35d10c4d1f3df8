"""The limits hold in every sliding window, nobody starves, answers go first, and a chat keeps its order."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.pacing import AGEING, SLOWER, STEP, STEP_SECONDS, Kind, Limits, Pace, Pacer, Ticket, Wait, Window
from tests.kit.hurry import Hurry

LIMITS = Limits(
    total=(Window(25, 1.0), Window(5, 0.19)),
    chat=(Window(1, 1.0),),
    group=(Window(20, 60.0, kept=2),),
    is_group=lambda chat: chat.startswith("-"),
    at_once={Kind.ANSWER: 8},
)
FOR_EVER = 1e9


@dataclass(frozen=True)
class Gone:
    """One message that left."""

    at: float
    came: float
    number: int
    chat: str
    kind: Kind
    edit: bool


class World:
    """A pace in time of its own; what is on the wire comes back at once, or after `latency`."""

    def __init__(self, limits: Limits = LIMITS, latency: float = 0.0) -> None:
        self.pace = Pace(limits)
        self.now = 0.0
        self.gone: list[Gone] = []
        self.refused: list[tuple[Ticket, Wait]] = []
        self._latency = latency
        self._back: list[tuple[float, Ticket]] = []
        self._again: float | None = None

    def ask(self, chat: str, kind: Kind, edit: bool = False, patience: float = FOR_EVER) -> None:
        self.pace.join(chat, kind, self.now, edit=edit, patience=patience)
        self._settle()

    def run_until(self, moment: float) -> None:
        while (upcoming := self._next()) is not None and upcoming <= moment:
            self.now = max(self.now, upcoming)
            for back in [each for each in self._back if each[0] <= self.now]:
                self._back.remove(back)
                self.pace.leave(back[1], self.now)
            self._settle()
        self.now = max(self.now, moment)

    def _next(self) -> float | None:
        moments = [at for at, _ in self._back] + ([] if self._again is None else [self._again])
        return min(moments, default=None)

    def _settle(self) -> None:
        settled, self._again = self.pace.settle(self.now)
        for ticket, wait in settled:
            if wait is None:
                self.gone.append(Gone(self.now, ticket.since, ticket.number, ticket.chat, ticket.kind, ticket.edit))
                self._back.append((self.now + self._latency, ticket))
            else:
                self.refused.append((ticket, wait))


def holds(times: list[float], window: Window) -> bool:
    """However a window of that length is laid over `times`."""
    return all(later >= first + window.seconds for first, later in zip(times, times[window.count :], strict=False))


WISHES = st.lists(
    st.tuples(
        st.floats(0, 2, allow_nan=False),
        st.sampled_from(["7", "8", "9", "10", "-1", "-2"]) | st.integers(100, 400).map(str),
        st.sampled_from(Kind),
        st.booleans(),
    ),
    max_size=150,
)


@given(WISHES, st.sampled_from([0.0, 0.05, 0.7]), st.integers(1, 20))
def test_no_sliding_window_is_ever_fuller_than_its_limit_and_everybody_goes(
    wishes: list[tuple[float, str, Kind, bool]], latency: float, squeeze: int
) -> None:
    world = World(latency=latency)
    for pause, chat, kind, edit in wishes:
        world.run_until(world.now + pause / squeeze)
        world.ask(chat, kind, edit)
    world.run_until(world.now + 3600)
    assert len(world.gone) == len(wishes)
    sends = [each.at for each in world.gone if not each.edit]
    assert all(holds(sends, window) for window in LIMITS.total)
    chats = defaultdict(list)
    for each in world.gone:
        chats[each.chat].append(each)
    for chat, its in chats.items():
        assert holds([each.at for each in its if chat.startswith("-") or not each.edit], LIMITS.chat[0])
        assert [each.number for each in its] == sorted(each.number for each in its), "first come first served"
        if chat.startswith("-"):
            assert holds([each.at for each in its], LIMITS.group[0])
            spoken = [each.at for each in its]
            for each in its:
                if each.kind is not Kind.ANSWER:
                    assert sum(each.at - 60 < at < each.at for at in spoken) < 18


@given(st.lists(st.sampled_from(Kind), min_size=1, max_size=120))
def test_of_those_who_wait_at_the_same_time_answers_go_before_prompts_and_prompts_before_boards(
    kinds: list[Kind],
) -> None:
    world = World(Limits(total=(Window(100, 1.0), Window(1, 0.01))))
    world.ask("first", Kind.BOARD)
    for number, kind in enumerate(kinds):
        world.ask(str(number), kind)
    world.run_until(AGEING - 0.01)
    assert [each.kind for each in world.gone[1:]] == sorted(kinds)


@pytest.mark.parametrize("kind", [Kind.PROMPT, Kind.BOARD])
def test_nobody_starves_behind_an_endless_stream_of_answers(kind: Kind) -> None:
    world = World()
    for number in range(1000):
        world.ask(f"{number}", Kind.ANSWER)
        world.ask(f"x{number}", Kind.ANSWER)  # twice what may leave
        if number == 100:
            world.ask("patient", kind)
        world.run_until(world.now + 0.04)
    [mine] = [each for each in world.gone if each.chat == "patient"]
    ahead = sum(each.came <= mine.came + kind * AGEING and each.at > mine.came for each in world.gone)
    assert mine.at - mine.came <= kind * AGEING + ahead / 25
    assert any(each.kind is Kind.ANSWER and each.came < mine.at < each.at for each in world.gone)


def test_a_burst_uses_what_is_allowed() -> None:
    world = World(latency=0.05)
    for number in range(2000):
        world.ask(str(number), Kind.PROMPT)
    world.run_until(FOR_EVER)
    assert world.gone[-1].at == pytest.approx(2000 / 25, abs=1.0)


def test_an_edit_does_not_wait_for_what_is_sent_and_only_in_a_group_for_its_chat() -> None:
    world = World()
    for number in range(200):
        world.ask(str(number), Kind.PROMPT)
    for chat in ("ann", "-1"):
        for _ in range(4):
            world.ask(chat, Kind.ANSWER, edit=True)
    world.run_until(5)
    assert [each.at for each in world.gone if each.edit and each.chat == "ann"] == [0.0] * 4
    assert [each.at for each in world.gone if each.edit and each.chat == "-1"] == [0.0, 1.0, 2.0, 3.0]


def test_a_line_goes_by_the_most_urgent_who_stands_in_it() -> None:
    world = World()
    for number in range(100):
        world.ask(str(number), Kind.PROMPT)
    world.ask("ann", Kind.BOARD)
    world.ask("ann", Kind.ANSWER)
    world.run_until(1.5)
    assert [each.kind for each in world.gone if each.chat == "ann"] == [Kind.BOARD, Kind.ANSWER]


def test_whoever_would_wait_for_longer_than_their_patience_is_sent_away_and_counts_nothing() -> None:
    world = World()
    for _ in range(18):
        world.ask("-1", Kind.BOARD)
    world.run_until(30)
    world.ask("-1", Kind.BOARD, patience=2)
    world.ask("-1", Kind.ANSWER, patience=2)
    [(ticket, wait)] = world.refused
    assert (ticket.kind, wait) == (Kind.BOARD, Wait(30, "group-limit"))
    assert world.gone[-1].kind is Kind.ANSWER


def test_one_flooded_chat_waits_alone() -> None:
    world = World()
    world.pace.flooded("7", 9, 0)
    world.ask("7", Kind.PROMPT, patience=2)
    world.ask("7", Kind.ANSWER, patience=60)
    world.ask("8", Kind.PROMPT)
    [(_, wait)] = world.refused
    assert wait == Wait(9, "flood")
    world.run_until(20)
    assert [(each.chat, each.at) for each in world.gone] == [("8", 0), ("7", 9)]
    assert world.pace.share(20) == 1


def test_a_flood_that_comes_while_somebody_waits_sends_them_away() -> None:
    world = World()
    world.ask("7", Kind.PROMPT)
    world.ask("7", Kind.PROMPT, patience=2)
    world.pace.flooded("7", 30, 0.5)
    world.run_until(1)
    assert [(wait.reason, wait.seconds) for _, wait in world.refused] == [("flood", 29.5)]


def test_two_flooded_chats_are_the_whole_bot_and_the_rate_comes_back_by_steps() -> None:
    world = World()
    world.pace.flooded("7", 9, 0)
    world.pace.flooded("8", 20, 1)
    world.pace.flooded("9", 20, 2)  # one incident, however many hear of it
    world.ask("1", Kind.PROMPT, patience=2)
    assert [wait.everyone for _, wait in world.refused] == [True]
    assert world.pace.everyone_waits(21.9)
    assert not world.pace.everyone_waits(22)
    assert world.pace.share(22) == SLOWER
    assert world.pace.share(22 + STEP_SECONDS) == SLOWER + STEP
    assert world.pace.share(22 + 10 * STEP_SECONDS) == 1
    for number in range(100, 400):
        world.ask(str(number), Kind.PROMPT)
    world.run_until(22 + STEP_SECONDS)
    slow = [each.at for each in world.gone]
    assert min(slow) == 22
    assert holds(slow, Window(25, 1 / (SLOWER + STEP)))
    world.pace.flooded("7", 1, 22 + STEP_SECONDS)
    world.pace.flooded("8", 1, 22 + STEP_SECONDS)
    assert world.pace.share(23 + STEP_SECONDS) == SLOWER * (SLOWER + STEP)


def test_a_chat_that_is_silent_is_forgotten() -> None:
    world = World()
    for number in range(1000):
        world.ask(str(number), Kind.PROMPT)
    world.run_until(200)
    world.ask("last", Kind.PROMPT)
    assert list(world.pace._chats) == ["last"]


# --- asyncio


async def test_a_turn_is_awaited_and_its_block_is_the_time_on_the_wire() -> None:
    timer = Hurry()
    pacer = Pacer(LIMITS, timer)
    busy, most, times = 0, 0, []

    async def say(chat: str) -> None:
        nonlocal busy, most
        async with pacer.turn(chat, Kind.ANSWER, patience=60) as wait:
            assert wait is None
            busy, most = busy + 1, max(most, busy + 1)
            times.append(timer.time())
            await asyncio.sleep(0)
            busy -= 1

    await asyncio.gather(*(say(str(number)) for number in range(100)))
    assert most <= 8
    assert holds(times, LIMITS.total[0])
    assert pacer.on_the_wire[Kind.ANSWER] == 0


async def test_whoever_gives_up_leaves_the_line_and_a_turn_that_was_given_just_then_comes_back() -> None:
    timer = Hurry()
    pacer = Pacer(Limits(total=(), at_once={Kind.ANSWER: 1}), timer)
    go, gone = asyncio.Event(), []

    async def say(chat: str) -> None:
        async with pacer.turn(chat, Kind.ANSWER, patience=60):
            gone.append(chat)
            await go.wait()

    first, second, third = (asyncio.create_task(say(chat)) for chat in ("1", "2", "3"))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    first.cancel()  # its end gives the turn to the third, which is cancelled before it hears of it
    await asyncio.sleep(0)
    third.cancel()
    await asyncio.wait({first, second, third})
    assert pacer.on_the_wire[Kind.ANSWER] == 0
    go.set()
    await say("4")
    assert gone == ["1", "4"]


async def test_what_cannot_go_soon_is_told_how_long() -> None:
    pacer = Pacer(LIMITS, Hurry())
    pacer.flooded("7", 30)
    async with pacer.turn("7", Kind.PROMPT, patience=2) as wait:
        assert wait == Wait(30, "flood")
    assert not pacer.everyone_waits
    pacer.flooded("8", 30)
    assert pacer.everyone_waits


async def test_by_the_clock_of_the_loop_too() -> None:
    pacer = Pacer(Limits(total=(Window(2, 0.02),)))
    times = []
    for number in range(6):
        async with pacer.turn(str(number), Kind.PROMPT, patience=1):
            times.append(asyncio.get_running_loop().time())
    assert all(later - first >= 0.02 for first, later in zip(times, times[2:], strict=False))
