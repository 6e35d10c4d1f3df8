"""Tables as Markdown, so that a run can be pasted into docs/benchmarks.md as it is."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines) + "\n"


def ratio(ours: float, other: float) -> str:
    return f"{ours / other:.2f}×" if other else "–"


def spread(values: Sequence[float], unit: str = "") -> str:
    """Least and most, to show how far apart the repetitions lie."""
    least, most = (f"{value:.0f}" if value >= 100 else f"{value:.3g}" for value in (min(values), max(values)))
    return f"{least}–{most}{unit}"
