"""The tables of `benchmarks.versus`: how contenders stand among many people, and how they bear a burst."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.arena import Met, felt
from benchmarks.rivals.watch import LOOK_SECONDS
from benchmarks.tables import ratio, table


@dataclass(frozen=True, slots=True)
class Stood:
    """One contender at rest among so many people. `added`: how many a second its store takes one by one."""

    name: str
    people: int
    met: Met
    database_mb: float
    added: float | None


@dataclass(frozen=True, slots=True)
class Burst:
    name: str
    people: int
    met: Met


def standing(stood: Sequence[Stood], counts: Sequence[int]) -> str:
    few = {each.name: each for each in stood if each.people == counts[0]}
    rows = []
    for each in sorted(stood, key=lambda each: (list(few).index(each.name), each.people)):
        first = few[each.name]
        ticks = [
            f"{_ms(_at(took, 0.5))} / {_ms(_at(took, 0.99))}" + (f" (beat: {_ms(_at(beat, 0.5))})" if beat else "")
            for took, beat in [(each.met.ticks["tick"], each.met.ticks.get("beat"))]
        ]
        rows.append(
            (
                each.name,
                f"{each.people:,}",
                f"{each.met.ready:.2f} s",
                ratio(each.met.ready, first.met.ready),
                *ticks,
                ratio(_at(each.met.ticks["tick"], 0.5), _at(first.met.ticks["tick"], 0.5)),
                f"{each.met.resident_mb:.0f} MB",
                f"{each.database_mb:,.1f} MB" if each.database_mb else "none",
                f"{each.people / each.added:,.0f} s" if each.added else "",
                f"{each.met.others:.0%}",
            )
        )
    against = f"against {counts[0]:,}"
    head = (
        "",
        "people",
        "to ready",
        against,
        "idle tick p50 / p99",
        against,
        "memory",
        "database",
        "to add all",
        "others",
    )
    return table(head, rows)


def bursts(met_by: Sequence[Burst], count: int, limit: float) -> str:
    best = max(_rate(each.met) for each in met_by)
    rows = []
    for each in met_by:
        met = each.met
        rows.append(
            (
                each.name,
                f"{len(met.late):,}",
                f"not within {limit:.0f} s" if met.over is None else f"{count - len(met.late):,}",
                str(met.twice),
                f"{_at(met.late, 0.5):.2f} / {_at(met.late, 0.99):.2f} s" if met.late else "–",
                f"{_rate(met):,.0f}/s",
                ratio(_rate(met), best),
                f"{_ms(felt(met.lags, 0.01, LOOK_SECONDS))} / {_ms(max(met.lags, default=0.0))}",
                f"{met.peak_mb:.0f} MB" if met.peak_mb else "?",
                f"{met.cpu:.1f} s",
                ", ".join(f"{number:,} {what}" for what, number in met.outcomes.items() if what != "sent"),
                f"{met.others:.0%}",
            )
        )
    head = ("", "delivered", "lost", "twice", "late p50 / p99", "messages", "against the best", "loop lag p99 / most")
    return f"{count:,} people are due at one instant:\n\n" + table((*head, "peak", "CPU", "it says", "others"), rows)


def _rate(met: Met) -> float:
    return len(met.late) / met.late[-1] if met.late and met.late[-1] > 0 else 0.0


def _at(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2g} ms" if seconds < 0.0995 else f"{seconds:,.1f} s"
