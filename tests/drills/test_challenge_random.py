"""Thousands of random teams: the real rules and the naive model come to the same, whatever the order. Wrong rules do not."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest

from drills.challenges import Member, MemberDay, Row, Standing, Terms, Verdict, board, days, standing
from tests.drills.streak_model.histories import MONDAY, ONE_DAY
from tests.drills.test_challenge_naive import Naive, stand

CASES = 6_000
CHUNK = 1_500
VERDICTS = {"x": Verdict.KEPT, ".": Verdict.NOT_KEPT, "-": Verdict.NOT_DUE, "o": Verdict.OPEN}


# --- random teams, as the naive model takes them


def random_member(dice: random.Random, name: str, length: int) -> Naive:
    faith = dice.choice(("xxxx.", "xx.-", "x.", "x.-o", "..-o", "-", "x"))
    begins, ends = dice.randint(-3, 2), dice.randint(length - 4, length + 2)
    lived = {}
    for label in range(begins, ends + 1):
        verdict = dice.choice(faith)
        sets = dice.choice((0, 1, 1, 2, 4, 7, 8, 30)) if verdict == "x" or dice.random() < 0.05 else 0
        lived[label] = (verdict, sets, sets > 0 and dice.random() < 0.15)
    joined = None if dice.random() < 0.08 else dice.choice((-5, -1, -1, 0, dice.randint(-1, length + 1)))
    return {
        "id": name,
        "joined": joined,
        "left": dice.randint(-1, length + 1) if dice.random() < 0.15 else None,
        "cheer": dice.random() < 0.07,
        "today": dice.choice((ends, ends, max(0, ends - 1))),
        "days": lived,
    }


def random_team(seed: int) -> tuple[str, list[Naive], int, int, int]:
    dice = random.Random(seed)
    length = dice.choice((7, 7, 14, 28, 1, 3))
    names = dice.sample([f"{letter}{number}" for letter in "abc" for number in range(1, 12)], dice.randint(0, 9))
    team = [random_member(dice, name, length) for name in names]
    if len(team) > 2:  # ties of all kinds
        team[1]["days"] = dict(team[0]["days"])
        team[1]["joined"] = team[0]["joined"]
    return dice.choice(("share", "light", "sets")), team, length, dice.choice((5, 33)), dice.choice((3, 7))


# --- both on the same team


def as_date(label: int | None) -> date | None:
    return None if label is None else MONDAY + label * ONE_DAY


def real(one: Naive) -> Member:
    lived = tuple(
        MemberDay(MONDAY + label * ONE_DAY, VERDICTS[verdict], sets, quick, final=verdict != "o")
        for label, (verdict, sets, quick) in one["days"].items()
    )
    joined, left = as_date(one["joined"]), as_date(one["left"])
    return Member(one["id"], joined, left, one["cheer"], lived, today=MONDAY + one["today"] * ONE_DAY)


def told(row: Row) -> tuple[Any, ...]:
    flags = (row.today, row.quick, row.guest, row.left, row.cheer_only)
    return row.member, row.rank, row.kept, row.due, row.share is None, row.sets, *flags, row.since


def naively_told(row: Naive) -> tuple[Any, ...]:
    flags = (row["today"], row["quick"], row["guest"], row["left"], row["cheer"])
    numbers = (row["kept"], row["due"], row["due"] == 0, row["sets"])
    return row["id"], row["rank"], *numbers, *flags, as_date(row["since"])


def difference(seed: int) -> str | None:
    kind, team, length, lights, cap = random_team(seed)
    dice = random.Random(seed)
    terms = Terms(kind, MONDAY, MONDAY + (length - 1) * ONE_DAY, lights=lights, sets_per_day=cap)
    expected = naively(seed)
    sums = tuple(expected[name] for name in ("kept", "due", "percent", "lights", "sets", "complete"))
    for _ in range(2):
        mixed = [real(one) for one in dice.sample(team, len(team))]
        mixed = [replace(one, days=tuple(dice.sample(one.days, len(one.days)))) for one in mixed]
        ours = standing(mixed, terms)
        if [told(row) for row in ours.rows] != [naively_told(row) for row in expected["rows"]]:
            return f"{kind} {seed}\n{ours.rows}\n{expected['rows']}"
        if any(row.share is not None and row.share * row.due != row.kept for row in ours.rows):
            return f"{kind} {seed}: shares"
        if (ours.kept, ours.due, ours.percent, ours.lights, ours.sets, ours.complete) != sums:
            return f"{kind} {seed}\n{ours}\n{sums}"
    return None


@cache
def naively(seed: int) -> Naive:
    kind, team, length, lights, cap = random_team(seed)
    return stand(kind, team, length, lights, cap)


@pytest.mark.parametrize("first", range(0, CASES, CHUNK))
def test_the_rules_and_the_naive_model_agree_on_these_teams_in_any_order(first: int) -> None:
    found = next(filter(None, map(difference, range(first, first + CHUNK))), None)
    assert found is None, found


def test_the_teams_come_through_every_kind_group_rank_and_tie() -> None:
    results = [(random_team(seed)[0], naively(seed)) for seed in range(1_500)]
    rows = [row for _, result in results for row in result["rows"]]
    assert {kind for kind, _ in results} == {"share", "light", "sets"}
    assert {name for row in rows for name in ("guest", "left", "cheer", "quick", "today") if row[name]} == {
        "guest",
        "left",
        "cheer",
        "quick",
        "today",
    }
    ranks = [[row["rank"] for row in result["rows"] if row["rank"]] for _, result in results]
    assert any(each[:3] == [1, 1, 3] for each in ranks)
    assert any(result["complete"] for _, result in results)
    assert any(row["since"] and row["kept"] for row in rows)
    assert len({result["percent"] for _, result in results}) > 50


def test_the_same_seed_is_the_same_team() -> None:
    assert [random_team(seed) for seed in range(50)] == [random_team(seed) for seed in range(50)]


# --- that the comparison has teeth

Patch = Callable[[pytest.MonkeyPatch], None]


def due_from_the_day_of_joining(patch: pytest.MonkeyPatch) -> None:
    right = days.counted

    def counted(one: Member, terms: Terms) -> tuple[MemberDay, ...]:
        return right(replace(one, joined_on=one.joined_on - ONE_DAY if one.joined_on else None), terms)

    patch.setattr(board, "counted", counted)


def due_after_leaving(patch: pytest.MonkeyPatch) -> None:
    right = days.counted
    patch.setattr(board, "counted", lambda one, terms: right(replace(one, left_on=None), terms))


def ranks_without_gaps(patch: pytest.MonkeyPatch) -> None:
    right = board.ranks

    def ranks(*given: Any) -> dict[str, int]:
        found = right(*given)
        dense = {rank: place for place, rank in enumerate(sorted(set(found.values())), 1)}
        return {name: dense[rank] for name, rank in found.items()}

    patch.setattr(board, "ranks", ranks)


def quick_days_count_whole(patch: pytest.MonkeyPatch) -> None:
    right = days.sets_counted
    patch.setattr(board, "sets_counted", lambda day, terms: right(replace(day, quick=False), terms))


def open_days_count_against(patch: pytest.MonkeyPatch) -> None:
    right = days.counted

    def counted(one: Member, terms: Terms) -> tuple[MemberDay, ...]:
        lived = right(one, terms)
        return tuple(replace(day, verdict=Verdict.NOT_KEPT) if day.verdict is Verdict.OPEN else day for day in lived)

    patch.setattr(board, "counted", counted)


def ties_by_the_order_of_the_input(patch: pytest.MonkeyPatch) -> None:
    right = board.rows

    def rows(team: Any, terms: Terms, ranked: Any, reached: Any) -> tuple[Row, ...]:
        places = {entry.member.id: place for place, entry in enumerate(team)}
        given = right(team, terms, ranked, reached)
        return tuple(sorted(given, key=lambda row: (row.rank is None, row.rank or 0, places[row.member])))

    patch.setattr(board, "rows", rows)


def leavers_are_left_out_of_the_sums(patch: pytest.MonkeyPatch) -> None:
    right = board.standing

    def sums(team: Any, rows: Any, **more: Any) -> Standing:
        return right([entry for entry in team if entry.plays], rows, **more)

    patch.setattr(board, "standing", sums)


@pytest.mark.parametrize(
    "wrong",
    [
        due_from_the_day_of_joining,
        due_after_leaving,
        ranks_without_gaps,
        quick_days_count_whole,
        open_days_count_against,
        ties_by_the_order_of_the_input,
        leavers_are_left_out_of_the_sums,
    ],
)
def test_a_random_team_finds_out_that(wrong: Patch, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(monkeypatch)
    found = next((seed for seed in range(500) if difference(seed)), None)
    assert found is not None, "these teams do not come through this rule"
    monkeypatch.undo()
    assert not any(map(difference, range(found + 1)))
