"""What is asked of a run, and what it reports: one row of a table and, when an oracle fails, every sentence of it."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Asked:
    """`folder` is empty and the run's own. `None`: the run takes its full figure, the one of the matrix."""

    folder: Path
    seed: int
    kills: int | None = None
    due: int | None = None
    minutes: float | None = None
    quick: bool = False
    """The short form, of a few seconds; a figure that is asked for still wins."""

    def either(self, asked: int | None, full: int, short: int) -> int:
        """A figure that was asked for, or that of the form."""
        if asked is not None:
            return asked
        return short if self.quick else full


@dataclass(frozen=True, slots=True)
class Report:
    """`faults`: what the oracles say, empty when all hold. `figures`: what was seen, in the order in which it is read."""

    id: str
    title: str
    target: str
    figures: dict[str, str]
    faults: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return not self.faults

    def row(self, command: str) -> str:
        """`| id | load and fault | target | measured | held | command |`"""
        seen = "; ".join(f"{name} {value}" for name, value in self.figures.items())
        held = "yes" if self.held else f"**no** ({len(self.faults)})"
        return f"| {self.id} | {self.title} | {self.target} | {seen} | {held} | `{command}` |"
