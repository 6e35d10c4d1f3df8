"""The short forms of M-11, M-12 and M-13."""

from pathlib import Path

import pytest

from tests.kit.postgres import ON_POSTGRES, Server
from tests.soak import file_faults, outages, server_faults
from tests.soak.nth import hurried


@pytest.mark.parametrize("what", outages.AWAY)
async def test_after_an_outage_there_is_one_message_at_most_and_no_streak_is_broken(tmp_path: Path, what: str) -> None:
    with hurried():
        _, wrong = await outages.outage(tmp_path, what, "6 h", 2)
    assert wrong == []


@ON_POSTGRES
async def test_beside_backends_that_are_ended_nothing_is_lost_or_doubled(postgres: Server) -> None:
    assert (await server_faults.hung_up_on(postgres, 1))[1] == []


@ON_POSTGRES
async def test_a_commit_whose_answer_is_lost_is_done_once(postgres: Server) -> None:
    assert (await server_faults.answers_lost(postgres, 10))[1] == []


@ON_POSTGRES
async def test_a_server_that_takes_no_writes_for_a_while_does_no_harm(postgres: Server) -> None:
    assert (await server_faults.read_only(postgres, 1))[1] == []


async def test_a_full_disk_confirms_nothing_that_is_not_stored_and_work_goes_on_afterwards(tmp_path: Path) -> None:
    told, wrong = await file_faults.full(tmp_path, 2)
    if told.startswith("not done"):
        pytest.skip(told)
    # How soon it goes on is a figure of the full form: a busy machine is not a fault in the code.
    assert [each for each in wrong if "s to go on" not in each] == []


def test_a_migration_that_is_killed_is_carried_on_by_the_next_start(tmp_path: Path) -> None:
    assert file_faults.killed_migrations(tmp_path, every=25)[1] == []
