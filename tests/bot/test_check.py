"""`toehold check` says in plain words what is well and what is not."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import check
from bot.check import examine
from bot.settings import Settings
from bot.store import beats, people, streak
from bot.store.opening import HEAD, lock_database, open_store
from bot.store.unit import Tx
from tests.bot.store.cast import add_person
from tests.kit.postgres import ON_POSTGRES, connected
from tests.kit.telegram import TelegramServer

ROOT = Path(__file__).parents[2]
DAYS = 100  # since joining, in the history of whom the streaks are compared


async def told(settings: Settings, rebuild: bool = False) -> tuple[bool, str]:
    lines: list[str] = []
    good = await examine(settings, lines.append, rebuild)
    return good, "\n".join(lines)


async def test_a_new_folder_is_well(tmp_path: Path) -> None:
    good, text = await told(Settings(toehold_data_dir=tmp_path))
    assert good
    assert "no database yet" in text
    assert "3 drills" in text
    assert "All is well." in text
    assert list(tmp_path.iterdir()) == [], "looking changes nothing"


async def test_a_database_is_examined_and_a_damaged_one_is_told(tmp_path: Path) -> None:
    settings = Settings(toehold_data_dir=tmp_path)
    await open_store(settings.database_path).close()
    good, text = await told(settings)
    assert good
    assert "the database is whole" in text

    settings.database_path.write_bytes(b"this is not a database" * 100)
    good, text = await told(settings)
    assert not good
    assert "✗" in text
    assert "not a readable Toehold database" in text


async def test_a_database_in_use_is_left_alone(tmp_path: Path) -> None:
    settings = Settings(toehold_data_dir=tmp_path)
    await open_store(settings.database_path).close()
    lock = lock_database(settings.database_path)
    good, text = await told(settings)
    lock.free()
    assert good
    assert "in use by a running Toehold" in text


async def test_a_newer_database_is_told(tmp_path: Path) -> None:
    settings = Settings(toehold_data_dir=tmp_path)
    await open_store(settings.database_path).close()
    with sqlite3.connect(settings.database_path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    good, text = await told(settings)
    assert not good
    assert "newer version of Toehold" in text


async def test_the_token_is_asked_for_and_never_shown(tmp_path: Path) -> None:
    async with TelegramServer.running() as server:
        right = Settings(
            toehold_data_dir=tmp_path, telegram_bot_token=SecretStr(server.token), telegram_api_url=server.url
        )
        good, text = await told(right)
        assert good
        assert "@ToeholdTestBot" in text
        assert server.token not in text

        wrong = right.model_copy(update={"telegram_bot_token": SecretStr("999:not-the-token")})
        good, text = await told(wrong)
        assert not good
        assert "does not know this bot token" in text
        assert "not-the-token" not in text


# --- check --rebuild


def add_history(tx: Tx, name: str, snapshot: bool) -> None:
    """Somebody who said on every day but each fifth that it was done."""
    now = datetime.now(UTC)
    joined = now.date() - timedelta(days=DAYS)
    add_person(tx, name)
    people.change(tx, name, joined_day=joined)
    for label in (joined + timedelta(days=n) for n in range(DAYS) if n % 5):
        streak.add_tick(tx, name, label, label, "streak", now)
    person = people.load(tx, name)
    assert person is not None
    if snapshot:
        streak.keep_snapshot(tx, name, streak.rebuilt(tx, person, now).settled)


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """Two people with a snapshot, one without, and one who has not joined."""
    settings = Settings(toehold_data_dir=tmp_path)
    store = open_store(settings.database_path)

    def unit(tx: Tx) -> None:
        add_history(tx, "ann", snapshot=True)
        add_history(tx, "ben", snapshot=True)
        add_history(tx, "cem", snapshot=False)
        add_person(tx, "dot")

    await store.run(unit)
    await store.close()
    return settings


def change(settings: Settings, statement: str) -> None:
    with closing(sqlite3.connect(settings.database_path)) as connection, connection:
        assert connection.execute(statement).rowcount > 0


async def test_snapshots_that_equal_their_rebuild_are_told_in_one_line(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "AT_ONCE", 2)  # so that three people take two rounds
    before = settings.database_path.read_bytes()
    good, text = await told(settings, rebuild=True)
    assert good
    assert "✓ Streaks: 3 people, and every stored snapshot equals its rebuild." in text
    assert settings.database_path.read_bytes() == before, "looking changes nothing"
    assert "Streaks" not in (await told(settings))[1], "only when it is asked for"


@pytest.mark.parametrize(
    "tampering",
    [
        "tally = json_set(tally, '$.streak', 99)",
        "tally = json_set(tally, '$.strength', 0.1)",
        "tally = json_remove(tally, '$.label')",
        "tally = json_set(tally, '$.label', 'yesterday')",
        "tally = 'no JSON'",
    ],
)
async def test_a_snapshot_that_was_tampered_with_is_found_and_named(settings: Settings, tampering: str) -> None:
    change(settings, f"UPDATE streak_snapshot SET {tampering} WHERE person = 'ben'")
    good, text = await told(settings, rebuild=True)
    assert not good
    assert "✗ Streaks: of 3, 1 differ between the stored snapshot and the rebuild from all facts: ben." in text

    change(settings, "DELETE FROM streak_snapshot")  # what the line says
    good, text = await told(settings, rebuild=True)
    assert good


async def test_a_snapshot_that_a_late_fact_made_wrong_is_found(settings: Settings) -> None:
    change(settings, "DELETE FROM tick WHERE person = 'ann' AND practice_day < date('now', '-60 days')")
    good, text = await told(settings, rebuild=True)
    assert not good
    assert "of 3, 1 differ" in text
    assert ": ann." in text


async def test_a_snapshot_of_older_rules_is_not_read_and_differs_from_nothing(settings: Settings) -> None:
    change(settings, "UPDATE streak_snapshot SET rules = '0/2025a', tally = json_set(tally, '$.streak', 99)")
    good, _ = await told(settings, rebuild=True)
    assert good


async def test_people_who_travelled_in_time_are_compared_at_their_own_moment(settings: Settings) -> None:
    store = open_store(settings.database_path)
    ahead = timedelta(days=40)

    def unit(tx: Tx) -> None:
        beats.keep_travel(tx, ahead)
        streak.forget_snapshot(tx, "ann")
        person = people.load(tx, "ann")
        assert person is not None
        streak.keep_snapshot(tx, "ann", streak.rebuilt(tx, person, datetime.now(UTC) + ahead).settled)

    await store.run(unit)
    await store.close()
    good, text = await told(settings, rebuild=True)
    assert good, text


async def test_where_there_is_nobody_there_is_nothing_to_rebuild(tmp_path: Path) -> None:
    settings = Settings(toehold_data_dir=tmp_path)
    good, text = await told(settings, rebuild=True)
    assert good
    assert "no database yet" in text
    assert list(tmp_path.iterdir()) == []

    await open_store(settings.database_path).close()
    good, text = await told(settings, rebuild=True)
    assert good
    assert "Streaks: 0 people" in text


async def test_a_database_that_is_not_ours_to_read_is_not_rebuilt(settings: Settings) -> None:
    lock = lock_database(settings.database_path)
    good, text = await told(settings, rebuild=True)
    lock.free()
    assert good
    assert "in use by a running Toehold" in text
    assert "Streaks" not in text

    change(settings, "UPDATE alembic_version SET version_num = '0001'")
    good, text = await told(settings, rebuild=True)
    assert good
    assert "Streaks: not compared" in text


def test_the_command_ends_with_1_when_a_snapshot_differs(tmp_path: Path, settings: Settings) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TOEHOLD_DATA_DIR": str(tmp_path)}
        command = [sys.executable, "-m", "bot", "check", "--rebuild"]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False, text=True)

    assert run().returncode == 0
    change(settings, "UPDATE streak_snapshot SET tally = json_set(tally, '$.best', 7000)")
    result = run()
    assert result.returncode == 1
    assert "of 3, 2 differ" in result.stdout
    assert ": ann, ben." in result.stdout
    assert result.stderr == ""


# --- on a PostgreSQL server


@pytest.fixture
async def on_server(postgres_url: str) -> Settings:
    """Somebody with a snapshot, and somebody without."""
    settings = Settings(database_url=SecretStr(postgres_url))
    store = open_store(settings.database)

    def unit(tx: Tx) -> None:
        add_history(tx, "ann", snapshot=True)
        add_history(tx, "ben", snapshot=False)

    await store.run(unit)
    await store.close()
    return settings


@ON_POSTGRES
async def test_a_server_is_told_with_its_version_and_its_streaks_are_compared(on_server: Settings) -> None:
    good, text = await told(on_server, rebuild=True)
    assert good, text
    assert f"✓ {on_server.database_shown}: PostgreSQL " in text
    assert f"answers, at revision {HEAD}." in text
    assert "✓ Streaks: 2 people, and every stored snapshot equals its rebuild." in text
    with connected(str(on_server.database)) as other:
        other.execute("""UPDATE streak_snapshot SET tally = jsonb_set(tally::jsonb, '{streak}', '99')""")
    good, text = await told(on_server, rebuild=True)
    assert not good
    assert "of 2, 1 differ" in text


@ON_POSTGRES
@pytest.mark.parametrize(
    ("revision", "sentence"), [("0001", "Run toehold migrate"), ("9999", "newer version of Toehold")]
)
async def test_a_server_at_another_revision_is_told(on_server: Settings, revision: str, sentence: str) -> None:
    with connected(str(on_server.database)) as other:
        other.execute(f"UPDATE alembic_version SET version_num = '{revision}'".encode())
    good, text = await told(on_server, rebuild=True)
    assert not good
    assert sentence in text
    assert "Streaks" not in text


async def test_a_server_that_does_not_answer_is_told_in_one_line_without_the_password() -> None:
    url = "postgresql+psycopg://toehold:canary@127.0.0.1:1/toehold"
    good, text = await told(Settings(database_url=SecretStr(url)))
    assert not good
    assert "✗ postgresql://127.0.0.1:1/toehold: cannot be used: Connection refused." in text
    assert "canary" not in text
