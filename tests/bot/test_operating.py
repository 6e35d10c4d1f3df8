"""The whole bot as its operator has it: stopped in the middle of work, looked at, backed up and put back."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import aiohttp
import pytest

from bot.cli import EXIT_AGAIN, EXIT_WRONG
from bot.keeping import keep_copy, put_back
from bot.platforms.discord.platform import Wedged
from bot.platforms.port import CannotStart
from bot.settings import Settings
from tests.bot.platforms.local.client import Page
from tests.bot.test_crash import House, Process, send, set_up, tap, until

ROOT = Path(__file__).parents[2]
NEIGHBOURS = ("Ben", "Chidi", "Dora")


async def test_stopped_under_load_it_ends_well_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    async with house.running() as (process, page):
        await set_up(page)
        ann, chat = page.person, page.chat
        mine = f"SELECT count(*) FROM inbox WHERE lane = '{ann}' AND done_at IS NOT NULL"
        for name in NEIGHBOURS:
            await page.add_person(name)
        moves, said = house.moves, house.one(mine)
        for name in NEIGHBOURS:
            page.open_chat(name)
            for _ in range(4):
                await send(page, "/start")
        page.person, page.chat = ann, chat
        for _ in range(8):
            await send(page, "done")
        await until(lambda: house.moves > moves)
        ended = await process.stop()
    assert ended.code == 0
    assert "Traceback" not in ended.complained
    assert ended.sentences == []
    stored = house.one("SELECT count(*) FROM inbox")
    async with house.running():
        pass
    assert house.one("SELECT count(*) FROM inbox") == stored
    assert house.one("SELECT count(*) FROM inbox WHERE answered_at IS NULL OR quarantined IS NOT NULL") == 0
    assert house.moves - moves == house.one(mine) - said, "each word was one move"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


async def get(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status, await answer.text()


async def toehold(folder: Path, *command: str) -> tuple[int, str, str]:
    """A command beside the bot, on the same folder."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TOEHOLD_DATA_DIR": str(folder / "data")}
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bot", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


async def finish(page: Page) -> None:
    await tap(page, "Done")
    await page.expect(lambda: page.last_ours.has("Done"))


async def test_looked_at_backed_up_under_load_and_put_back(tmp_path: Path) -> None:
    port = free_port()
    house = House(tmp_path, TOEHOLD_HEALTH_PORT=str(port))
    async with house.running() as (_, page):
        await set_up(page)
        await finish(page)

        assert (await get(port, "/healthz"))[0] == 200
        assert (await get(port, "/readyz"))[0] == 200
        told = (await get(port, "/metrics"))[1]
        assert 'toehold_updates_total{kind="press",platform="local"}' in told
        assert 'toehold_answer_seconds_count{platform="local"}' in told
        assert page.person not in told

        other = Process(tmp_path / "other", TOEHOLD_HEALTH_PORT=str(port))
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / ".env").write_text("TOEHOLD_ACCESS_TOKEN=canary\n")
        (tmp_path / "other" / ".env").chmod(0o644)
        await other.start()
        refused = await other.ended()
        assert (refused.code, len(refused.sentences)) == (EXIT_WRONG, 2), refused.complained
        assert refused.sentences[0].endswith("(mode 644). Run: chmod 600 .env")
        assert f"another program listens on port {port}" in refused.sentences[1]
        assert "canary" not in refused.complained

        for _ in range(8):
            await send(page, "/streak")
        code, said, complained = await toehold(tmp_path, "backup", "--keep", "3")
        assert (code, complained) == (0, "")
        assert "1 person). It was opened, and it is whole." in said
        [backup] = (tmp_path / "data" / "backups").iterdir()

        rounds = house.rounds
        await page.say("/erase")
        await tap(page, "Erase everything")
        await page.expect(lambda: "All of it is erased" in page.last_ours.text)
        code, _, complained = await toehold(tmp_path, "restore", str(backup))
        assert code == EXIT_WRONG
        assert "running on this database already" in complained
        assert len(complained.splitlines()) == 1
    assert rounds == 1

    code, said, complained = await toehold(tmp_path, "restore", str(backup))
    assert (code, complained) == (0, "")
    assert "1 person had erased themselves since, and is erased again." in said
    assert ".before-" in said
    async with house.running() as (_, page):
        assert house.one("SELECT count(*) FROM account") == 0
        assert house.rounds == 0
        await page.say("/start")
        await page.expect(lambda: page.last_ours.has("OK, let's set up"))
    assert house.one("PRAGMA integrity_check") == "ok"


async def test_a_command_that_cannot_work_is_one_sentence(tmp_path: Path) -> None:
    code, said, complained = await toehold(tmp_path, "backup", "here.sqlite")
    assert (code, said) == (EXIT_WRONG, "")
    assert complained == f"{tmp_path / 'data' / 'toehold.sqlite'}: there is no such file.\n"


def test_on_postgresql_its_own_tools_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Settings, "on_server", property(lambda _self: True))
    settings = Settings(toehold_data_dir=tmp_path)

    def fail(sentence: str) -> NoReturn:
        raise SystemExit(sentence)

    sentence = r"use pg_dump for a backup and pg_restore to put one back\."
    with pytest.raises(SystemExit, match=sentence):
        keep_copy(settings, None, None, print, fail)
    with pytest.raises(SystemExit, match=sentence):
        put_back(settings, tmp_path / "x", False, print, fail)
    assert list(tmp_path.iterdir()) == []


def test_what_a_new_process_may_mend_is_started_again_and_the_rest_is_not() -> None:
    assert EXIT_AGAIN != EXIT_WRONG
    assert CannotStart.for_good
    assert not Wedged.for_good
