"""The watchdog: a beat that hangs is told, one that works on is not, and a process that slept is excused."""

from collections.abc import Iterator

import pytest

from bot import metrics, words
from bot.health.vitals import FROZEN_SECONDS, LAG_SECONDS, SILENT_SECONDS, STUCK_SECONDS, Stuck, Vitals
from bot.store.faults import StoreFull


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def vitals(seconds: Seconds) -> Vitals:
    return Vitals(words.load(), seconds)


async def test_a_beat_now_and_then_is_all_it_takes(vitals: Vitals, seconds: Seconds) -> None:
    async def beat() -> str:
        seconds.pass_by(3)
        return "worked"

    assert await vitals.beating(beat)() == "worked"
    assert vitals.beat_age == 0
    seconds.pass_by(SILENT_SECONDS - 1)
    assert vitals.problem is None
    seconds.pass_by(1)
    assert vitals.problem == "There has been no beat for 60 seconds, so nobody is prompted."


async def test_a_beat_that_does_not_end_is_told_while_it_hangs(vitals: Vitals, seconds: Seconds) -> None:
    told: list[str | None] = []

    async def beat() -> None:
        seconds.pass_by(SILENT_SECONDS)
        told.append(vitals.problem)

    await vitals.beating(beat)()
    assert told == ["A beat hangs: nothing has gone on in it for 60 seconds."]
    assert vitals.problem is None


async def test_a_long_beat_that_sends_on_and_on_is_alive(vitals: Vitals, seconds: Seconds) -> None:
    async def beat() -> None:
        for _ in range(10):
            seconds.pass_by(SILENT_SECONDS - 1)
            assert vitals.problem is None
            vitals.moved()

    await vitals.beating(beat)()


async def test_a_beat_that_fails_says_why_until_one_goes_well(vitals: Vitals) -> None:
    failures: Iterator[Exception | None] = iter((StoreFull("full"), ValueError("a bug"), None))

    async def beat() -> None:
        if failure := next(failures):
            raise failure

    with pytest.raises(StoreFull):
        await vitals.beating(beat)()
    assert vitals.trouble == "The database does not do its work: full."
    with pytest.raises(ValueError, match="a bug"):
        await vitals.beating(beat)()
    assert vitals.trouble == "The last beat failed: pulse.failed in the log says why."
    await vitals.beating(beat)()
    assert vitals.trouble is None


async def test_where_nothing_goes_on_for_minutes_the_process_ends_to_be_started_again(
    vitals: Vitals, seconds: Seconds
) -> None:
    async def sleep(asked: float) -> None:
        seconds.pass_by(asked)

    with pytest.raises(Stuck, match="Nothing has gone on for 300 seconds") as caught:
        await vitals.watch(sleep)
    assert not caught.value.for_good
    assert seconds.now == pytest.approx(100 + STUCK_SECONDS)


async def test_a_process_that_was_stopped_as_a_whole_is_not_stuck(vitals: Vitals, seconds: Seconds) -> None:
    seconds.pass_by(STUCK_SECONDS * 2)
    vitals.look(STUCK_SECONDS * 2)
    assert vitals.problem is None
    assert FROZEN_SECONDS < SILENT_SECONDS


def test_a_late_loop_is_counted_and_told_with_the_amount(vitals: Vitals, capsys: pytest.CaptureFixture[str]) -> None:
    def seen() -> float:
        return metrics.REGISTRY.get_sample_value("toehold_loop_lag_seconds_count") or 0

    before = seen()
    vitals.look(LAG_SECONDS / 2)
    assert "loop.late" not in capsys.readouterr().out
    vitals.look(1.26)
    told = capsys.readouterr().out
    assert "loop.late" in told
    assert "1.3" in told
    assert seen() == before + 2
