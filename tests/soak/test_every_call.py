"""The short form of M-06, and that it can fail: an effect that is done twice, or not at all, is found."""

from pathlib import Path

import pytest

from bot.store import sessions
from tests.kit.postgres import ON_POSTGRES, Server
from tests.soak import every_call
from tests.soak.cases import CASES
from tests.soak.nth import ON_POSTGRES as WAYS_OF_A_SERVER
from tests.soak.nth import ON_SQLITE, ON_THE_WIRE, hurried
from tests.soak.report import Asked

BY_NAME = {case.name: case for case in CASES}
PRESS = BY_NAME["a press that counts"]
N = 14  # somewhere in the unit that counts


@pytest.mark.parametrize("kind", [*ON_SQLITE, *ON_THE_WIRE])
async def test_whichever_call_of_a_press_fails_it_counts_once(kind: str) -> None:
    with hurried():
        calm = await every_call.play(PRESS, "", 0)
        fired = 0
        for n in (1, 2, N) if kind in ON_SQLITE else (1, 2):
            played = await every_call.play(PRESS, kind, n)
            fired += played.fired is not None
            assert every_call.judged(calm, played, kind) == []
    assert fired


@ON_POSTGRES
@pytest.mark.parametrize("kind", WAYS_OF_A_SERVER)
async def test_on_a_server_too(postgres: Server, kind: str) -> None:
    calm = await every_call.play(PRESS, "", 0)
    with hurried():
        played = await every_call.play(PRESS, kind, N, every_call.databases(postgres))
    assert played.fired
    assert every_call.judged(calm, played, kind) == []


async def test_of_every_use_case_some_call_fails_and_it_heals(tmp_path: Path) -> None:
    totals = every_call.Totals()
    asked = Asked(tmp_path, seed=3, quick=True)
    with hurried():
        for number, case in enumerate(CASES):
            await every_call.loops(case, [ON_SQLITE], asked, number, totals, stride=70)
    assert totals.wrong == []
    assert totals.injections.total() >= len(CASES)


async def test_a_use_case_without_a_fault_is_as_it_should_be_and_a_lost_effect_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with hurried():
        calm = await every_call.play(PRESS, "", 0)
        assert every_call.judged(calm, calm, "") == []
        monkeypatch.setattr(sessions, "append", lambda *_args, **_named: None)
        lost = await every_call.play(PRESS, "", 0)
    assert any("round_done" in each for each in every_call.judged(calm, lost, ""))


@pytest.mark.parametrize("n", [58, 59, 60])
async def test_an_answer_that_the_database_held_up_is_given_all_the_same(n: int) -> None:
    """Of an erase nothing is left but its answer: who does not see it would tap again, and begin anew as somebody else."""
    erase = BY_NAME["erase"]
    with hurried():
        calm = await every_call.play(erase, "", 0)
        assert every_call.judged(calm, await every_call.play(erase, "full", n), "full") == []
