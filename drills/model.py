"""The things we coach with: Drill, Step, Dose, Round, Variant. Values only; `catalog.py` reads them from the data files."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

DrillId = NewType("DrillId", str)
VariantId = NewType("VariantId", str)


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"


class Direction(StrEnum):
    CLOCKWISE = "clockwise"
    COUNTER_CLOCKWISE = "counter-clockwise"


class Metric(StrEnum):
    """What a round measures. REPS_UNTIL_SLIP: a slipped band ends the set, and the reps done until then are asked."""

    DONE = "done"
    REPS_UNTIL_SLIP = "reps_until_slip"


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction (at most 200 characters), its cue and its common mistake (at most 90 each)."""

    text: str
    cue: str
    mistake: str


@dataclass(frozen=True, slots=True)
class Round:
    """One set on one side in one direction; None where the drill has no sides or no directions."""

    side: Side | None = None
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class Dose:
    """How much: sets are a range (least, most); reps are those of one round; all times are in seconds."""

    sets_least: int
    sets_most: int
    reps: int
    unit: str
    rep_seconds: int
    hold_seconds: int
    rest_seconds: int
    tempo: str
    as_published: str


@dataclass(frozen=True, slots=True)
class Variant:
    """One form of a drill, from easy to hard. `original`: the form as published, open from day one."""

    id: VariantId
    label: str
    level: int
    change: str
    original: bool
    steps: tuple[Step, ...]
    metric: Metric


@dataclass(frozen=True, slots=True)
class Equipment:
    item: str
    optional: bool
    substitute: str


@dataclass(frozen=True, slots=True)
class Evidence:
    source: str
    strength: str
    note: str


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill, whole. `rounds` are those of one set; `variants` go from easy to hard."""

    id: DrillId
    name: str
    order: int
    level: int
    purpose: str
    body_parts: tuple[str, ...]
    needs: tuple[str, ...]
    barefoot: bool
    stance: str
    feel: str
    stop_when: tuple[str, ...]
    avoid_if: tuple[str, ...]
    harder: str
    easier: str
    switch_feet: str
    gentle: VariantId
    without_band: VariantId | None
    dose: Dose
    equipment: tuple[Equipment, ...]
    rounds: tuple[Round, ...]
    variants: tuple[Variant, ...]
    evidence: tuple[Evidence, ...]
    reading_confidence: float
    reading_note: str

    @property
    def original(self) -> Variant:
        return next(variant for variant in self.variants if variant.original)

    def variant(self, variant_id: VariantId) -> Variant:
        """The named variant; the gentle one when the name is no longer in the catalogue (an old plan)."""
        by_id = {variant.id: variant for variant in self.variants}
        return by_id.get(variant_id) or by_id[self.gentle]

    def easier_than(self, variant_id: VariantId) -> VariantId | None:
        """The next easier variant, or None when this is the easiest."""
        place = [variant.id for variant in self.variants].index(self.variant(variant_id).id)
        return self.variants[place - 1].id if place else None
