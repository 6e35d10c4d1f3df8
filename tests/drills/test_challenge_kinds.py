"""Each kind of challenge and its board, from days in one line (`drills.challenges`)."""

import pkgutil
import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from importlib import import_module

import pytest

from drills import catalog, challenges, programme
from drills.challenges import (
    DEFAULT_KIND,
    KINDS,
    LIGHTS,
    SETS_PER_DAY,
    WEEKS,
    Kind,
    Measure,
    Member,
    MemberDay,
    Row,
    Standing,
    Terms,
    Verdict,
    board,
    last_label,
    standing,
)
from drills.safety import Caution
from tests.drills.streak_model.histories import MONDAY, ONE_DAY, SUNDAY, THURSDAY, TUESDAY, WEDNESDAY

BEFORE = MONDAY - ONE_DAY
SHARE, LIGHT, SETS = (Terms(kind, MONDAY, SUNDAY) for kind in ("share", "light", "sets"))
LETTERS = {".": Verdict.NOT_KEPT, "-": Verdict.NOT_DUE, "o": Verdict.OPEN}


def day(label: date, sign: str) -> MemberDay:
    """A digit: so many sets; "x" one; "t" ticked; "q" five quick ones; "." not kept; "-" not due; "o" open."""
    sets = {"x": 1, "t": 0, "q": 5}.get(sign, int(sign) if sign.isdigit() else 0)
    return MemberDay(label, LETTERS.get(sign, Verdict.KEPT), sets, quick=sign == "q", final=sign != "o")


def member(
    name: str, signs: str, joined: date | None = BEFORE, left: date | None = None, cheer_only: bool = False
) -> Member:
    lived = tuple(day(MONDAY + n * ONE_DAY, sign) for n, sign in enumerate(signs.replace(" ", "")))
    return Member(name, joined, left, cheer_only, lived, today=MONDAY + (len(lived) - 1) * ONE_DAY)


def ranked(result: Standing) -> list[tuple[str, int | None]]:
    return [(row.member, row.rank) for row in result.rows]


def row(result: Standing, name: str) -> Row:
    return next(row for row in result.rows if row.member == name)


# --- share of days


def test_a_share_is_the_days_kept_of_the_days_due_and_the_team_has_the_average_of_the_shares() -> None:
    result = standing([member("ann", "x x x x x x x"), member("bob", "x . x . x . x")], SHARE)
    assert [(row.member, row.rank, row.share, row.kept, row.due) for row in result.rows] == [
        ("ann", 1, Fraction(1), 7, 7),
        ("bob", 2, Fraction(4, 7), 4, 7),
    ]
    assert (result.percent, result.kept, result.due) == (79, 11, 14)  # (100 + 57.14…) / 2 = 78.57


def test_days_that_are_not_due_or_still_open_are_in_neither_number() -> None:
    result = standing([member("ann", "x - . - x o o")], SHARE)
    assert (result.rows[0].share, result.kept, result.due, result.percent) == (Fraction(2, 3), 2, 3, 67)


def test_a_kept_day_counts_at_once_and_undoing_it_counts_back() -> None:
    shares = [standing([member("ann", f"x . {today}")], SHARE).rows[0].share for today in "oxo"]
    assert shares == [Fraction(1, 2), Fraction(2, 3), Fraction(1, 2)]


def test_each_member_weighs_the_same_in_the_average_however_many_days_were_due() -> None:
    assert standing([member("ann", "x . . . . . ."), member("bob", "x", joined=BEFORE)], SHARE).percent == 57


def test_half_a_per_cent_is_rounded_up() -> None:
    team = [
        member("ann", "x ."),
        member("bob", "x x"),
        member("cat", "x ."),
        member("dan", "x ."),
        member("eve", "x x"),
    ]
    assert standing(team, SHARE).percent == 70
    eight = [member(name, "x") for name in "abcde"] + [member(name, ".") for name in "fgh"]
    assert standing(eight, SHARE).percent == 63  # 62.5


def test_the_same_share_is_the_same_rank_however_many_days_were_due() -> None:
    result = standing([member("ann", "- - - - x x x"), member("bob", "x x x x x x x")], SHARE)
    assert ranked(result) == [("ann", 1), ("bob", 1)]


def test_nothing_kept_is_no_rank_because_a_last_place_would_tell_on_somebody() -> None:
    result = standing([member("ann", ". . ."), member("bob", "x . .")], SHARE)
    assert ranked(result) == [("bob", 1), ("ann", None)]


def test_a_late_joiner_is_scored_from_joining_and_the_board_knows_since_when() -> None:
    late = member("ann", ". . . x x x x", joined=WEDNESDAY)
    result = standing([late, member("bob", "x x x x x x .")], SHARE)
    assert ranked(result) == [("ann", 1), ("bob", 2)]
    assert (row(result, "ann").share, row(result, "ann").since, row(result, "bob").since) == (
        Fraction(1),
        WEDNESDAY,
        None,
    )
    on_the_first = standing([member("ann", "x", joined=MONDAY)], SHARE)
    assert (on_the_first.rows[0].since, on_the_first.rows[0].share) == (None, Fraction(1))


def test_who_had_nothing_due_is_not_ranked_and_skipped_in_the_average() -> None:
    result = standing([member("ann", "- - - - - - -"), member("bob", "x . x . x . .")], SHARE)
    assert ranked(result) == [("bob", 1), ("ann", None)]
    assert (row(result, "ann").share, result.percent) == (None, 43)


def test_without_anything_due_there_is_no_result() -> None:
    for team in ([], [member("ann", "o")], [member("ann", "x", joined=None)]):
        result = standing(team, SHARE)
        assert (result.percent, result.kept, result.due, result.complete) == (None, 0, 0, False)


# --- light the foot


def test_every_kept_day_of_anyone_lights_one_and_nobody_is_ranked() -> None:
    result = standing([member("bob", "5 x . t - o"), member("ann", ". x"), member("cat", "o")], LIGHT)
    assert (result.lights, result.complete, result.percent) == (4, False, None)
    assert ranked(result) == [("bob", None), ("ann", None), ("cat", None)]


def test_names_stand_in_the_order_of_their_first_lights_then_by_id() -> None:
    team = [
        member("dan", ". x x x x"),
        member("ann", ". . x"),
        member("cat", "x"),
        member("bob", "x"),
        member("eve", "."),
    ]
    assert [row.member for row in standing(team, LIGHT).rows] == ["bob", "cat", "dan", "ann", "eve"]


@pytest.mark.parametrize(("kept", "lights", "complete"), [(32, 32, False), (33, 33, True), (35, 33, True)])
def test_the_foot_is_lit_with_thirty_three_lights(kept: int, lights: int, complete: bool) -> None:
    signs = ["x" * 7] * (kept // 7) + ["x" * (kept % 7)]
    result = standing([member(str(n), each) for n, each in enumerate(signs) if each], LIGHT)
    assert (result.kept, result.lights, result.complete) == (kept, lights, complete)
    assert LIGHTS == 33


def test_a_light_goes_out_again_when_its_only_set_is_undone() -> None:
    terms = replace(LIGHT, lights=2)
    shown = [standing([member("ann", f"x {today}")], terms) for today in "xo"]
    assert [(each.lights, each.complete) for each in shown] == [(2, True), (1, False)]


# --- sets


def test_sets_are_summed_capped_for_each_day_and_ranked() -> None:
    result = standing([member("ann", "9 9 ."), member("bob", "5 5 5"), member("cat", "q q q")], SETS)
    assert [(row.member, row.rank, row.sets, row.quick) for row in result.rows] == [
        ("bob", 1, 15, False),
        ("ann", 2, 14, False),
        ("cat", 3, 3, True),
    ]
    assert result.sets == 32


def test_the_cap_is_the_whole_plan_of_the_longest_day() -> None:
    needs = programme.Needs(max(programme.MINUTES), band=True, gentle=False, caution=Caution(*[frozenset()] * 3))
    for label in (MONDAY, TUESDAY):
        assert sum(item.sets for item in programme.todays_plan(catalog.load(), label, needs)) == SETS_PER_DAY == 7


def test_a_challenge_keeps_the_cap_that_it_began_with() -> None:
    assert standing([member("ann", "9 2")], replace(SETS, sets_per_day=3)).sets == 5


def test_without_a_set_there_is_no_rank() -> None:
    result = standing([member("ann", "t t ."), member("bob", "1"), member("cat", "- -")], SETS)
    assert ranked(result) == [("bob", 1), ("ann", None), ("cat", None)]


def test_the_joining_day_and_days_outside_count_as_in_every_kind() -> None:
    late = member("ann", "7 7 3 2", joined=WEDNESDAY)
    assert standing([late], SETS).sets == 5
    assert standing([late], replace(SETS, last=WEDNESDAY)).sets == 3


# --- ties


def test_equals_share_a_rank_and_the_next_rank_is_skipped() -> None:
    team = [member("dan", "x ."), member("cat", "x x"), member("bob", "x x"), member("ann", ". .")]
    assert ranked(standing(team, SHARE)) == [("bob", 1), ("cat", 1), ("dan", 3), ("ann", None)]


def test_within_a_tie_stands_first_who_was_there_first_and_then_goes_the_id() -> None:
    team = [member("ann", ". . x x"), member("cat", "x . x ."), member("dan", "x x . ."), member("bob", "x . x .")]
    assert ranked(standing(team, SHARE)) == [("dan", 1), ("bob", 1), ("cat", 1), ("ann", 1)]


def test_in_a_tie_of_sets_a_ticked_day_is_no_day_of_scoring() -> None:
    assert ranked(standing([member("bob", ". 2 ."), member("cat", "2 . t")], SETS)) == [("cat", 1), ("bob", 1)]


@pytest.mark.parametrize("terms", [SHARE, LIGHT, SETS])
def test_the_standing_does_not_depend_on_the_order_of_members_or_days(terms: Terms) -> None:
    dice = random.Random(3)
    team = [member(name, "".join(dice.choice("x.-o3qt") for _ in range(7))) for name in "abcdefgh"]
    expected = standing(team, terms)
    for _ in range(50):
        mixed = [replace(each, days=tuple(dice.sample(each.days, 7))) for each in dice.sample(team, len(team))]
        assert standing(iter(mixed), terms) == expected


# --- guests, those who cheer, those who left


@pytest.mark.parametrize("terms", [SHARE, LIGHT, SETS])
def test_who_left_guests_and_those_who_cheer_come_after_and_are_not_ranked(terms: Terms) -> None:
    team = [
        member("a-cheers", "x x x", cheer_only=True),
        member("b-guest", "x x x", joined=None),
        member("c-left", "x x x", left=WEDNESDAY),
        member("d-plays", ". . x"),
    ]
    result = standing(team, terms)
    assert [row.member for row in result.rows] == ["d-plays", "c-left", "b-guest", "a-cheers"]
    assert [(row.guest, row.left, row.cheer_only) for row in result.rows] == [
        (False, False, False),
        (False, True, False),
        (True, False, False),
        (False, False, True),
    ]
    assert [row.rank for row in result.rows[1:]] == [None, None, None]
    assert [row.kept for row in result.rows] == [1, 3, 0, 0]


def test_who_left_keeps_the_score_they_had_and_leaving_moves_no_result() -> None:
    stays, leaves = member("ann", "x . x"), member("bob", "x . .")
    before = standing([stays, leaves], SHARE)
    after = standing([member("ann", "x . x x"), replace(leaves, left_on=THURSDAY)], SHARE)
    assert (row(after, "bob").share, row(after, "bob").due) == (row(before, "bob").share, 3)
    assert after.percent == 54  # (3/4 + 1/3) / 2 = 54.2
    lit = standing([member("ann", "x"), member("bob", "x x", left=TUESDAY)], LIGHT)
    assert lit.lights == 3


def test_a_guest_counts_from_set_up_on() -> None:
    before, after = member("ann", "x x x x", joined=None), member("ann", ". x x .", joined=TUESDAY)
    assert [(row.guest, row.kept, row.due) for row in standing([before], SHARE).rows] == [(True, 0, 0)]
    assert [(row.guest, row.kept, row.due) for row in standing([after], SHARE).rows] == [(False, 2, 3)]


def test_who_only_cheers_may_play_again_and_nothing_is_lost() -> None:
    plays = member("ann", "x x .")
    cheers = replace(plays, cheer_only=True)
    shown = [standing([each], SHARE) for each in (plays, cheers, plays)]
    assert [each.percent for each in shown] == [67, None, 67]


# --- marks


def test_today_is_the_members_own_newest_day() -> None:
    done, open_, ahead = member("ann", "x x"), member("bob", "x o"), replace(member("cat", "x"), today=TUESDAY)
    rows = standing([done, open_, ahead], SHARE).rows
    assert {row.member: row.today for row in rows} == {"ann": True, "bob": False, "cat": False}
    assert not standing([member("ann", "x", cheer_only=True)], SHARE).rows[0].today


def test_the_mark_quick_goes_when_the_quick_sets_are_undone_and_hides_nothing_of_a_day_that_does_not_count() -> None:
    assert standing([member("ann", "q .")], SHARE).rows[0].quick
    assert not standing([member("ann", "o .")], SHARE).rows[0].quick
    assert not standing([member("ann", "q x", joined=TUESDAY)], SHARE).rows[0].quick


# --- the registry


def test_every_kind_is_in_the_registry_and_share_is_the_default() -> None:
    modules = [
        import_module(f"{challenges.__name__}.{each.name}") for each in pkgutil.iter_modules(challenges.__path__)
    ]
    assert [kind.id for kind in KINDS.values()] == list(KINDS) == ["share", "light", "sets"]
    assert {module.KIND.id for module in modules if hasattr(module, "KIND")} == set(KINDS)
    assert DEFAULT_KIND == "share"
    assert [kind.id for kind in KINDS.values() if kind.is_cooperative] == ["light"]


def test_a_kind_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        standing([], replace(SHARE, kind="relay"))


def test_a_fourth_kind_is_one_module_and_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def score(members: Iterable[Member], terms: Terms) -> Standing:
        """Chain: the team keeps a day when anybody does."""
        team = board.entries(members, terms)
        links = {day.label for entry in team for day in entry.days if day.verdict is Verdict.KEPT}
        rows = board.rows(team, terms, {}, lambda entry: entry.first_kept)
        return board.standing(team, rows, lights=len(links), complete=len(links) == 7)

    monkeypatch.setattr(challenges, "KINDS", {**KINDS, "chain": Kind("chain", score, True, Measure.LIGHTS)})
    result = standing([member("ann", "x . x . x . x"), member("bob", ". x . x . x .")], replace(SHARE, kind="chain"))
    assert (result.lights, result.complete) == (7, True)


@pytest.mark.parametrize(("weeks", "labels"), [(1, 7), (2, 14), (4, 28)])
def test_a_challenge_lasts_whole_weeks(weeks: int, labels: int) -> None:
    assert weeks in WEEKS
    assert (last_label(MONDAY, weeks) - MONDAY).days + 1 == labels
