"""The drills as data: one TOML file each, read once at start into frozen values. A hole in a file stops the start."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from drills.model import (
    Direction,
    Dose,
    Drill,
    DrillId,
    Equipment,
    Evidence,
    Metric,
    Round,
    Side,
    Step,
    Variant,
    VariantId,
)

Line = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
ShortLine = Annotated[str, StringConstraints(min_length=1, max_length=90, strip_whitespace=True)]
Instruction = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,23}$")]
_FROM_TEXT = Field(strict=False)  # TOML has no enumerations: their values are written as text

Catalog: TypeAlias = Mapping[DrillId, Drill]


class CatalogError(Exception):
    """A drill file is broken. The message names the file, the place in it and the reason."""


class _Table(BaseModel):
    # Strict: a number in quotes is a slip of whoever wrote the file, and pydantic would take it for the number.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Step(_Table):
    text: Instruction
    cue: ShortLine
    mistake: ShortLine

    def value(self) -> Step:
        return Step(self.text, self.cue, self.mistake)


class _Dose(_Table):
    sets: Annotated[list[Annotated[int, Field(ge=1, le=9)]], Field(min_length=2, max_length=2)]
    reps: Annotated[int, Field(ge=1, le=50)]
    unit: ShortLine
    rep_seconds: Annotated[int, Field(ge=1, le=60)]
    hold_seconds: Annotated[int, Field(ge=0, le=300)]
    rest_seconds: Annotated[int, Field(ge=0, le=300)]
    tempo: ShortLine
    as_published: Line

    @model_validator(mode="after")
    def _range(self) -> "_Dose":
        if self.sets[0] > self.sets[1]:
            raise ValueError("sets must be [least, most], with least not above most")
        return self


class _Round(_Table):
    side: Annotated[Side, _FROM_TEXT] | None = None
    direction: Annotated[Direction, _FROM_TEXT] | None = None


class _Variant(_Table):
    id: Name
    label: ShortLine
    level: Annotated[int, Field(ge=1, le=3)]
    change: Line
    original: bool = False
    metric: Annotated[Metric, _FROM_TEXT] | None = None
    steps: list[_Step] = []


class _Equipment(_Table):
    item: ShortLine
    optional: bool
    substitute: Line


class _Evidence(_Table):
    source: Line
    strength: Literal["expert opinion", "clinical practice", "lab study", "RCT", "meta-analysis"]
    note: Line


class _Reading(_Table):
    confidence: Annotated[float, Field(gt=0, le=1)]
    note: Line


class _Drill(_Table):
    id: Name
    name: ShortLine
    order: Annotated[int, Field(ge=1)]
    level: Annotated[int, Field(ge=1, le=3)]
    purpose: Line
    body_parts: Annotated[list[ShortLine], Field(min_length=1)]
    needs: Annotated[list[Literal["ankle", "big_toe", "arch", "balance", "strength", "recovery"]], Field(min_length=1)]
    barefoot: bool
    stance: Line
    feel: Line
    metric: Annotated[Metric, _FROM_TEXT]
    stop_when: Annotated[list[ShortLine], Field(min_length=1)]
    avoid_if: Annotated[list[ShortLine], Field(min_length=1)]
    harder: Line
    easier: Line
    gentle: Name
    without_band: Name | None = None
    switch_feet: Annotated[str, StringConstraints(max_length=90)] = ""
    dose: _Dose
    equipment: list[_Equipment]
    rounds: Annotated[list[_Round], Field(min_length=1, max_length=4)]
    steps: Annotated[list[_Step], Field(min_length=1, max_length=9)]
    variants: Annotated[list[_Variant], Field(min_length=1)]
    evidence: Annotated[list[_Evidence], Field(min_length=1)]
    reading: _Reading

    @model_validator(mode="after")
    def _parts_fit(self) -> "_Drill":
        if len({(part.side, part.direction) for part in self.rounds}) != len(self.rounds):
            raise ValueError("two rounds have the same side and direction")
        ids = [variant.id for variant in self.variants]
        if len(set(ids)) != len(ids):
            raise ValueError("two variants have the same id")
        if sum(variant.original for variant in self.variants) != 1:
            raise ValueError("exactly one variant must have original = true")
        for field in ("gentle", "without_band"):
            name = getattr(self, field)
            if name is not None and name not in ids:
                raise ValueError(f"{field} names the variant {name!r}, which does not exist")
        if [variant.level for variant in self.variants] != sorted(variant.level for variant in self.variants):
            raise ValueError("variants must go from easy to hard")
        return self

    def value(self) -> Drill:
        steps = tuple(step.value() for step in self.steps)
        least, most = self.dose.sets
        return Drill(
            id=DrillId(self.id),
            name=self.name,
            order=self.order,
            level=self.level,
            purpose=self.purpose,
            body_parts=tuple(self.body_parts),
            needs=tuple(self.needs),
            barefoot=self.barefoot,
            stance=self.stance,
            feel=self.feel,
            stop_when=tuple(self.stop_when),
            avoid_if=tuple(self.avoid_if),
            harder=self.harder,
            easier=self.easier,
            switch_feet=self.switch_feet,
            gentle=VariantId(self.gentle),
            without_band=VariantId(self.without_band) if self.without_band else None,
            dose=Dose(
                least,
                most,
                self.dose.reps,
                self.dose.unit,
                self.dose.rep_seconds,
                self.dose.hold_seconds,
                self.dose.rest_seconds,
                self.dose.tempo,
                self.dose.as_published,
            ),
            equipment=tuple(Equipment(e.item, e.optional, e.substitute) for e in self.equipment),
            rounds=tuple(Round(r.side, r.direction) for r in self.rounds),
            variants=tuple(
                Variant(
                    VariantId(v.id),
                    v.label,
                    v.level,
                    v.change,
                    v.original,
                    tuple(step.value() for step in v.steps) or steps,
                    v.metric or self.metric,
                )
                for v in self.variants
            ),
            evidence=tuple(Evidence(e.source, e.strength, e.note) for e in self.evidence),
            reading_confidence=self.reading.confidence,
            reading_note=self.reading.note,
        )


def load(folder: Traversable | None = None) -> Catalog:
    """Read every `*.toml` of `folder` (default: ours), in the drills' own order. Raises CatalogError on the first hole."""
    folder = folder or resources.files("drills.catalog")
    found = folder.iterdir() if folder.is_dir() else ()
    files = sorted((f for f in found if f.name.endswith(".toml")), key=lambda f: f.name)
    if not files:
        raise CatalogError(f"{folder}: no drill files (*.toml) here. Reinstall Toehold or restore the folder.")
    drills = sorted((_read(file) for file in files), key=lambda drill: drill.order)
    return {drill.id: drill for drill in drills}


def _read(file: Traversable) -> Drill:
    try:
        drill = _Drill.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise CatalogError(f"{file}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogError(f"{file}: not a readable TOML file: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        place = " ".join(path.split()) or "whole file"  # a key may hold a line break, a message must not
        reason = first["msg"].removeprefix("Value error, ")
        raise CatalogError(f"{file}: {place}: {reason}") from None
    if file.name != f"{drill.id}.toml":
        raise CatalogError(f"{file}: id: is {drill.id!r}, so the file must be called {drill.id}.toml")
    return drill.value()
