"""What is counted around the store and the deliverer, and that nothing else changes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot import metrics
from bot.measured import MeasuredDeliverer, MeasuredStore
from bot.store.faults import StoreClosed
from bot.store.opening import open_store
from scheduler.nudge import Gone, Nudge, NudgeId, NudgeKind, Outcome, Sent
from scheduler.ports import Drop, Postpone, Send, Verdict
from tests.kit.clock import WEDNESDAY, StandingClock

NUDGE = Nudge(NudgeId(1), NudgeKind.PROMPT, "ann", None, None, date(2026, 11, 25), WEDNESDAY - timedelta(seconds=7), 1)


def seen(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


class Scripted:
    """`scheduler.ports.Deliverer`."""

    def __init__(self, verdict: Verdict, outcome: Outcome) -> None:
        self.verdict, self.outcome = verdict, outcome
        self.in_flight = 0.0

    async def judge(self, nudges: Sequence[Nudge], now: datetime) -> Sequence[Drop | Postpone | Send]:
        return [self.verdict or self.send for _ in nudges]

    async def send(self) -> Outcome | Drop:
        self.in_flight = seen("toehold_sends_in_flight")
        return self.outcome

    def waits_until(self, now: datetime) -> datetime | None:
        return None


@pytest.mark.parametrize(("outcome", "result", "late"), [(Sent("1"), "sent", 7.0), (Gone("blocked"), "gone", 0.0)])
async def test_a_send_is_counted_by_its_result_and_a_sent_one_by_its_lateness(
    outcome: Outcome, result: str, late: float
) -> None:
    ends: list[str] = []
    inner = Scripted(None, outcome)
    deliverer = MeasuredDeliverer(inner, StandingClock(), lambda: ends.append("end"))
    counted = seen("toehold_nudges_total", kind="prompt", result=result)
    waited = seen("toehold_nudge_late_seconds_sum")

    [send] = await deliverer.judge([NUDGE], WEDNESDAY)
    assert ends == []
    assert not isinstance(send, Drop | Postpone)
    assert await send() == outcome
    assert seen("toehold_nudges_total", kind="prompt", result=result) == counted + 1
    assert seen("toehold_nudge_late_seconds_sum") == waited + late
    assert (inner.in_flight, seen("toehold_sends_in_flight")) == (1, 0)
    assert ends == ["end"]


async def test_what_is_not_sent_is_counted_too() -> None:
    deliverer = MeasuredDeliverer(Scripted(Drop("paused"), Sent("1")), StandingClock(), lambda: None)
    counted = seen("toehold_nudges_total", kind="prompt", result="drop")
    assert await deliverer.judge([NUDGE], WEDNESDAY) == [Drop("paused")]
    assert seen("toehold_nudges_total", kind="prompt", result="drop") == counted + 1


async def test_units_and_reads_are_timed_and_faults_are_counted(tmp_path: Path) -> None:
    measured = MeasuredStore(open_store(tmp_path / "toehold.sqlite"))
    units, reads = (seen("toehold_store_seconds_count", work=work) for work in ("unit", "read"))
    faults = seen("toehold_store_faults_total", kind="closed")
    assert await measured.run(lambda tx: "unit") == "unit"
    assert await measured.read(lambda tx: "read") == "read"
    await measured.close()
    with pytest.raises(StoreClosed):
        await measured.run(lambda tx: None)
    assert seen("toehold_store_seconds_count", work="unit") == units + 2
    assert seen("toehold_store_seconds_count", work="read") == reads + 1
    assert seen("toehold_store_faults_total", kind="closed") == faults + 1
