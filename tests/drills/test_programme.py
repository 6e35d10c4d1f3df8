"""Tests for `drills.programme`: which drills today, in which form, how many sets, and about how long they take."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from drills.catalog import load
from drills.model import Direction, DrillId, Round, Side, VariantId
from drills.practice import PlanItem
from drills.programme import MINUTES, Needs, easier, extra_set, in_form, one_minute, seconds, single, todays_plan
from drills.safety import Caution

CATALOG = load()
ROLL, CIRCLE, SQUAT = DrillId("outward-roll"), DrillId("heel-circle"), DrillId("banded-squat")
WEDNESDAY = date(2026, 11, 25)
THURSDAY = WEDNESDAY + timedelta(days=1)
DAYS = [WEDNESDAY + timedelta(days=n) for n in range(14)]


def drills(*ids: DrillId) -> frozenset[DrillId]:
    return frozenset(ids)


def needs(
    minutes: int = 6,
    *,
    band: bool = True,
    gentle: bool = False,
    resting: frozenset[DrillId] = drills(),
    muted: frozenset[DrillId] = drills(),
    gentle_drills: frozenset[DrillId] = drills(),
) -> Needs:
    return Needs(minutes, band, gentle, Caution(resting, muted, gentle_drills))


def shown(plan: tuple[PlanItem, ...]) -> list[str]:
    """A plan in one line each: "banded-squat x-band 3"."""
    return [f"{item.drill} {item.variant} {item.sets}" for item in plan]


# --- minutes ------------------------------------------------------------------------------------------------------


def test_three_minutes_are_outward_roll_and_on_alternate_days_heel_circle_or_banded_squat() -> None:
    others = [todays_plan(CATALOG, day, needs(3))[1].drill for day in DAYS]
    assert [len(todays_plan(CATALOG, day, needs(3))) for day in DAYS] == [2] * 14
    assert {todays_plan(CATALOG, day, needs(3))[0].drill for day in DAYS} == {ROLL}
    assert set(others) == {CIRCLE, SQUAT}
    assert all(today != tomorrow for today, tomorrow in pairwise(others))


def test_three_minutes_have_three_squat_sets_on_their_day() -> None:
    plans = [shown(todays_plan(CATALOG, day, needs(3))) for day in (WEDNESDAY, THURSDAY)]
    assert sorted(plans) == [
        ["outward-roll standing 1", "banded-squat x-band 3"],
        ["outward-roll standing 1", "heel-circle tucked 1"],
    ]


def test_alternate_days_go_on_over_the_end_of_a_month_and_of_a_year() -> None:
    for day in (date(2026, 11, 30), date(2026, 12, 31), date(2028, 2, 28), date(2028, 2, 29)):
        tomorrow = day + timedelta(days=1)
        assert todays_plan(CATALOG, day, needs(3))[1] != todays_plan(CATALOG, tomorrow, needs(3))[1]


@pytest.mark.parametrize(("minutes", "squats"), [(6, 3), (10, 5)])
def test_six_and_ten_minutes_are_all_three_with_three_and_five_squat_sets(minutes: int, squats: int) -> None:
    for day in DAYS:
        assert shown(todays_plan(CATALOG, day, needs(minutes))) == [
            "outward-roll standing 1",
            "heel-circle tucked 1",
            f"banded-squat x-band {squats}",
        ]


def test_a_plan_takes_roughly_the_minutes_that_were_chosen() -> None:
    assert MINUTES == (3, 6, 10)
    roughly = {3: (2.5, 4), 6: (4.5, 6.5), 10: (6.5, 11)}
    for minutes, (least, most) in roughly.items():
        for day in DAYS:
            for band in (True, False):
                taken = seconds(CATALOG, todays_plan(CATALOG, day, needs(minutes, band=band))) / 60
                assert least <= taken <= most, (minutes, taken)


def test_the_estimate_adds_work_rests_between_sets_and_a_tap_a_round() -> None:
    squat, circle = CATALOG[SQUAT], CATALOG[CIRCLE]
    assert seconds(CATALOG, (in_form(squat, squat.original.id, 1),)) == 5 * 6 + 5
    assert seconds(CATALOG, (in_form(squat, squat.original.id, 3),)) == 3 * (5 * 6 + 5) + 2 * 20
    assert seconds(CATALOG, (in_form(circle, circle.original.id, 1),)) == 4 * (5 * 4 + 5)
    assert seconds(CATALOG, ()) == 0


def test_the_one_minute_version_is_one_set_of_the_first_drill() -> None:
    assert shown(one_minute(todays_plan(CATALOG, WEDNESDAY, needs(10)))) == ["outward-roll standing 1"]
    first_is_squat = todays_plan(CATALOG, WEDNESDAY, needs(10, resting=drills(ROLL, CIRCLE)))
    assert shown(one_minute(first_is_squat)) == ["banded-squat x-band 1"]
    assert one_minute(()) == ()
    assert seconds(CATALOG, one_minute(todays_plan(CATALOG, WEDNESDAY, needs(3)))) <= 90


def test_an_extra_set_is_one_set_of_banded_squat() -> None:
    assert shown(extra_set(CATALOG, needs())) == ["banded-squat x-band 1"]
    assert shown(extra_set(CATALOG, needs(band=False))) == ["banded-squat no-band 1"]


def test_any_drill_can_be_done_alone_at_its_least_number_of_sets() -> None:
    assert [shown(single(drill, needs(10))) for drill in CATALOG.values()] == [
        ["outward-roll standing 1"],
        ["heel-circle tucked 1"],
        ["banded-squat x-band 3"],
    ]


def test_the_range_of_sets_stays_open_for_one_more() -> None:
    assert [item.sets_most for item in todays_plan(CATALOG, WEDNESDAY, needs(6))] == [2, 2, 5]
    assert [item.sets_most for item in one_minute(single(CATALOG[SQUAT], needs()))] == [5]


# --- band, screening, pain ----------------------------------------------------------------------------------------


def test_without_a_band_the_squat_has_none_and_cannot_slip() -> None:
    squat = todays_plan(CATALOG, WEDNESDAY, needs(6, band=False))[2]
    assert (squat.variant, squat.can_slip) == ("no-band", False)
    assert todays_plan(CATALOG, WEDNESDAY, needs(6))[2].can_slip


def test_a_gentle_screening_brings_the_gentle_form_of_everything() -> None:
    for band in (True, False):
        assert shown(todays_plan(CATALOG, WEDNESDAY, needs(6, band=band, gentle=True))) == [
            "outward-roll seated 1",
            "heel-circle seated 1",
            "banded-squat no-band 3",
        ]


def test_after_pain_only_the_drill_that_hurt_is_gentle() -> None:
    assert shown(todays_plan(CATALOG, WEDNESDAY, needs(6, gentle_drills=drills(CIRCLE)))) == [
        "outward-roll standing 1",
        "heel-circle seated 1",
        "banded-squat x-band 3",
    ]
    assert shown(single(CATALOG[CIRCLE], needs(gentle_drills=drills(CIRCLE)))) == ["heel-circle seated 1"]


@pytest.mark.parametrize("closed", ["resting", "muted"])
def test_a_drill_that_rests_or_is_muted_gives_its_place_to_one_not_in_the_plan(closed: str) -> None:
    def plan(minutes: int, *ids: DrillId) -> list[DrillId]:
        asked = needs(minutes, resting=drills(*ids)) if closed == "resting" else needs(minutes, muted=drills(*ids))
        return [item.drill for item in todays_plan(CATALOG, WEDNESDAY, asked)]

    assert plan(6, CIRCLE) == [ROLL, SQUAT]
    assert set(plan(3, ROLL)) == {CIRCLE, SQUAT}
    assert plan(3, CIRCLE) == [ROLL, SQUAT]
    assert plan(3, SQUAT) == [ROLL, CIRCLE]
    assert plan(3, ROLL, SQUAT) == [CIRCLE]
    assert plan(6, ROLL, CIRCLE, SQUAT) == []
    assert plan(3, ROLL, CIRCLE, SQUAT) == []


def test_a_drill_that_is_not_in_the_catalogue_is_left_out() -> None:
    few = {drill_id: drill for drill_id, drill in CATALOG.items() if drill_id != SQUAT}
    assert [item.drill for item in todays_plan(few, WEDNESDAY, needs(10))] == [ROLL, CIRCLE]
    assert {todays_plan(few, day, needs(3))[1].drill for day in DAYS} == {CIRCLE}


# --- forms --------------------------------------------------------------------------------------------------------


def test_easier_goes_down_one_form_at_a_time_until_there_is_none() -> None:
    squat = CATALOG[SQUAT]
    forms, item = list[str](), in_form(squat, VariantId("x-band-strong"), 4)
    while (lower := easier(squat, item)) is not None:
        forms.append(f"{lower.variant} {lower.sets} {lower.can_slip}")
        item = lower
    assert forms == ["x-band 4 True", "loop 4 False", "no-band 4 False"]


def test_a_form_has_as_many_steps_as_it_shows() -> None:
    for drill in CATALOG.values():
        for variant in drill.variants:
            assert in_form(drill, variant.id, 1).steps == len(variant.steps)


def test_no_easier_form_is_offered_for_rounds_that_the_catalogue_no_longer_has() -> None:
    old = replace(in_form(CATALOG[ROLL], VariantId("standing"), 1), rounds=(Round(Side.LEFT, Direction.CLOCKWISE),))
    assert easier(CATALOG[ROLL], old) is None
    assert easier(CATALOG[ROLL], replace(old, rounds=CATALOG[ROLL].rounds)) is not None
