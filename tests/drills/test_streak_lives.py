"""A hundred thousand random lives: the real rules and a second, naive reading of the text come to the same.

`make soak` lives a million more. The mutants beside it (`test_streak_mutants.py`) show that the comparison has teeth.
"""

import ast
from pathlib import Path

import pytest

from tests.drills import streak_model
from tests.drills.streak_model import soak
from tests.drills.streak_model.compare import difference, first_difference, told
from tests.drills.streak_model.drive import drive
from tests.drills.streak_model.histories import history
from tests.drills.streak_model.life import Life, Outcome
from tests.drills.streak_model.naive import live
from tests.drills.streak_model.random_lives import random_life

CHUNK = 2_500
OURS = ("bot", "drills", "scheduler")


@pytest.mark.parametrize("first", range(0, soak.BEGINS, CHUNK))
def test_the_rules_and_the_naive_model_agree_on_these_lives(first: int) -> None:
    found = first_difference(range(first, first + CHUNK))
    assert found is None, f"\n{found}"


# --- that the comparison is one


def imported(path: Path) -> set[str]:
    """All modules that this file imports, anywhere in it."""
    names = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("module", ["life", "naive", "random_lives"])
def test_the_naive_model_and_its_lives_know_nothing_of_our_code(module: str) -> None:
    folder = Path(streak_model.__file__).parent
    names = imported(folder / f"{module}.py")
    assert {name for name in names if name.split(".")[0] in OURS} == set()
    inside = f"{streak_model.__name__}."
    assert {name for name in names if name.startswith("tests.") and not name.startswith(inside)} == set()
    known = {name.removeprefix(inside).split(".")[0] for name in names if name.startswith(inside)}
    assert known <= {"life", "naive"}, "only what is looked at here"


def test_the_same_seed_is_the_same_life() -> None:
    assert [random_life(seed) for seed in range(50)] == [random_life(seed) for seed in range(50)]


def test_the_lives_come_through_every_state_answer_and_number() -> None:
    outcomes = [live(random_life(seed)) for seed in range(1_500)]
    assert set("".join(outcome.states for outcome in outcomes)) == set("xpreofm")
    assert {answer for outcome in outcomes for answer in outcome.ticks} == {"joined", "history", "none"}
    assert {outcome.bank for outcome in outcomes} == {0, 1, 2}
    assert {outcome.reserved for outcome in outcomes} == {0, 1, 2}
    assert max(outcome.streak for outcome in outcomes) > 30
    assert any(life_is_joined(outcome) for outcome in outcomes)


def life_is_joined(outcome: Outcome) -> bool:
    """A chain that is longer than the days done since it was broken last was joined by a comeback."""
    return outcome.streak > outcome.states.rpartition("m")[2].count("x") > 0


def test_a_difference_is_told_with_the_life_and_both_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(life: Life) -> Outcome:
        return live(history("x x x"))

    monkeypatch.setattr("tests.drills.streak_model.compare.live", wrong)
    text = difference(history("x . x"))
    assert text is not None
    assert "joined 2026-05-31 18:00:00 in Europe/Berlin" in text
    assert "2026-06-01 05:00:00 Press()" in text
    assert all(states in text for states in ("rxox", "rxxx"))
    found = first_difference(range(7, 8))
    assert found is not None
    assert found.startswith("random_life(7)\n")


def test_a_life_is_told_in_order_of_time() -> None:
    lines = told(random_life(3)).splitlines()[2:]
    assert [line[2:21] for line in lines] == sorted(line[2:21] for line in lines)
    assert lines[-1].endswith(" now")


@pytest.mark.parametrize(("lives", "chunks"), [(1, 1), (soak.CHUNK, 1), (soak.CHUNK + 1, 2), (1_000_000, 200)])
def test_the_soak_leaves_no_seed_out(lives: int, chunks: int) -> None:
    seeds = range(soak.BEGINS, soak.BEGINS + lives)
    parts = list(soak.chunks(seeds))
    assert len(parts) == chunks
    assert sum(len(part) for part in parts) == lives
    assert (parts[0].start, parts[-1].stop) == (seeds.start, seeds.stop)


def test_the_drive_is_the_real_thing() -> None:
    assert drive(history("x . x", "12:00")).states == "rxfx"
