"""Which drills today: from the minutes, the band, the screening and what hurt. The plan is frozen into the session."""

from dataclasses import dataclass, replace
from datetime import date

from drills.catalog import Catalog
from drills.model import Drill, DrillId, Metric, VariantId
from drills.practice import PlanItem
from drills.safety import Caution

OUTWARD_ROLL = DrillId("outward-roll")
HEEL_CIRCLE = DrillId("heel-circle")
BANDED_SQUAT = DrillId("banded-squat")

MINUTES = (3, 6, 10)
TAP_SECONDS = 5  # what a tap adds to the work and rest of a round


@dataclass(frozen=True, slots=True)
class Needs:
    """What the plan must respect: a band at hand, gentle forms only (screening), and what pain has said."""

    minutes: int
    band: bool
    gentle: bool
    caution: Caution


def todays_plan(catalog: Catalog, day: date, needs: Needs) -> tuple[PlanItem, ...]:
    """3 minutes: Outward Roll, and on alternate days Heel Circle or Banded Squat; 6: all three; 10: all three, five squat
    sets. A resting drill gives its place to one that is not in the plan; empty only if every drill rests."""
    alternate = (HEEL_CIRCLE, BANDED_SQUAT) if day.toordinal() % 2 else (BANDED_SQUAT, HEEL_CIRCLE)
    wished = [OUTWARD_ROLL, *alternate] if needs.minutes < 6 else [OUTWARD_ROLL, HEEL_CIRCLE, BANDED_SQUAT]
    closed = needs.caution.resting | needs.caution.muted
    chosen = [drill for drill in wished if drill in catalog and drill not in closed]
    if needs.minutes < 6:
        chosen = chosen[:2]
    squats = 5 if needs.minutes >= 10 else 3
    return tuple(item(catalog[drill], needs, sets=squats if drill == BANDED_SQUAT else None) for drill in chosen)


def one_minute(plan: tuple[PlanItem, ...]) -> tuple[PlanItem, ...]:
    """One set of the first drill of the plan."""
    return tuple(replace(first, sets=1) for first in plan[:1])


def extra_set(catalog: Catalog, needs: Needs) -> tuple[PlanItem, ...]:
    """ "Repeat through the day": one set of Banded Squat."""
    return (item(catalog[BANDED_SQUAT], needs, sets=1),)


def single(drill: Drill, needs: Needs) -> tuple[PlanItem, ...]:
    """One drill at its least number of sets."""
    return (item(drill, needs),)


def item(drill: Drill, needs: Needs, sets: int | None = None) -> PlanItem:
    """The drill in the form that fits this person today."""
    form = drill.original.id
    if drill.without_band and not needs.band:
        form = drill.without_band
    if needs.gentle or drill.id in needs.caution.gentle:
        form = drill.gentle
    return in_form(drill, form, sets or drill.dose.sets_least)


def in_form(drill: Drill, form: VariantId, sets: int) -> PlanItem:
    variant = drill.variant(form)
    return PlanItem(
        drill=drill.id,
        variant=variant.id,
        sets=sets,
        sets_most=max(sets, drill.dose.sets_most),
        rounds=drill.rounds,
        steps=len(variant.steps),
        reps=drill.dose.reps,
        rest_seconds=drill.dose.rest_seconds,
        can_slip=variant.metric is Metric.REPS_UNTIL_SLIP,
    )


def easier(drill: Drill, now: PlanItem) -> PlanItem | None:
    """The same drill one form easier. None when it is the easiest already, or when its rounds changed since it was planned."""
    form = drill.easier_than(now.variant)
    return None if form is None or drill.rounds != now.rounds else in_form(drill, form, now.sets)


def seconds(catalog: Catalog, plan: tuple[PlanItem, ...]) -> int:
    """About how long a plan takes: work, rests between sets, and a tap a round."""
    total = 0
    for part in plan:
        dose = catalog[part.drill].dose
        rounds = part.sets * len(part.rounds)
        total += rounds * (dose.reps * dose.rep_seconds + TAP_SECONDS) + (part.sets - 1) * dose.rest_seconds
    return total
