"""`toehold migrate`, and a start that is refused without it: one sentence each, and no password in any of them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import cli, logs, words
from bot.store.faults import StoreFault
from bot.store.opening import HEAD
from tests.kit.postgres import ON_POSTGRES, Server

ROOT = Path(__file__).parents[2]


@pytest.fixture
def empty(postgres: Server) -> Iterator[str]:
    url = postgres.create()
    yield url.replace("toehold@", "toehold:canary@")
    postgres.drop(url)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(logs, "configure", lambda *_: None)  # which is for the whole process


@ON_POSTGRES
def test_a_start_on_a_new_server_asks_for_the_command(tmp_path: Path, empty: str) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATABASE_URL": empty, "TOEHOLD_PORT": "0"}
    command = [sys.executable, "-m", "bot", "run"]
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False, text=True)
    assert ended.returncode == 2
    assert ended.stdout == ""
    [sentence] = ended.stderr.splitlines()
    assert sentence.startswith("postgresql://127.0.0.1:")
    assert sentence.endswith("(revision: empty). Run toehold migrate, then start again.")
    assert list(tmp_path.iterdir()) == [], "no file and no lock"


@ON_POSTGRES
def test_the_command_migrates_once(
    empty: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty)
    cli.migrate()
    cli.migrate()
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith(f": migrated from revision empty to {HEAD}.")
    assert second.endswith(f": at revision {HEAD} already, nothing to do.")
    assert "canary" not in first + second


def test_a_file_is_migrated_too(capsys: pytest.CaptureFixture[str]) -> None:
    cli.migrate()
    assert capsys.readouterr().out == f"data/toehold.sqlite: migrated from revision empty to {HEAD}.\n"


def test_a_server_that_is_not_there_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://toehold:canary@127.0.0.1:1/toehold")
    with pytest.raises(SystemExit) as ended:
        cli.migrate()
    assert ended.value.code == 2
    [sentence] = capsys.readouterr().err.splitlines()
    assert sentence.startswith("postgresql://127.0.0.1:1/toehold: cannot be used: Connection refused.")


def faults(kind: type[StoreFault]) -> Iterator[str]:
    yield kind.kind
    for each in kind.__subclasses__():
        yield from faults(each)


def test_whatever_keeps_a_database_from_opening_has_its_sentence() -> None:
    texts = words.load()
    of_a_file, of_a_server = {"running"}, {"behind", "too-old"}
    for kind in faults(StoreFault):
        assert (f"start.store-{kind}" in texts) == (kind not in of_a_server), kind
        assert (f"start.postgres-{kind}" in texts) == (kind not in of_a_file), kind
