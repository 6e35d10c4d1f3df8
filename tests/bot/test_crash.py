"""The whole bot as a process of its own: killed at bad moments, stopped politely, started where it cannot start."""

import asyncio
import json
import os
import re
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.bot.platforms.local.client import Page, open_page

PATIENCE = 60.0  # seconds; used up by failures only: a start takes one or two
KILLS = 6


@dataclass
class Ended:
    code: int
    said: str
    complained: str

    @property
    def sentences(self) -> list[str]:
        """What stands on stderr beside the log, which is one JSON object a line."""
        return [line for line in self.complained.splitlines() if not line.startswith("{")]


class Process:
    """`toehold run` on a folder."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = settings
        self._process: asyncio.subprocess.Process
        self._said: list[str] = []

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(Path(__file__).parents[2]),
                "TOEHOLD_DATA_DIR": str(self.folder / "data"),
                "TOEHOLD_PORT": "0",
                **self.settings,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def url(self) -> str:
        """Once it listens."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while line := (await self._process.stdout.readline()).decode():
                self._said.append(line)
                if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
                    return found[0]
        raise AssertionError(f"it did not start: {(await self.ended()).complained}")

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def ended(self) -> Ended:
        async with asyncio.timeout(PATIENCE):
            said, complained = await self._process.communicate()
        assert self._process.returncode is not None
        return Ended(self._process.returncode, "".join(self._said) + said.decode(), complained.decode())

    async def kill(self) -> None:
        """As a power cut does it: no goodbye."""
        self.signal(signal.SIGKILL)
        assert (await self.ended()).code == -signal.SIGKILL

    async def stop(self) -> Ended:
        self.signal(signal.SIGTERM)
        return await self.ended()


class House:
    """One folder, in which the bot runs again and again."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = settings
        self.database = folder / "data" / "toehold.sqlite"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[tuple[Process, Page]]:
        """The bot and its page; a bot that still runs at the end is stopped, and has to stop well."""
        process = Process(self.folder, **self.settings)
        await process.start()
        try:
            async with open_page(await process.url()) as page:
                await self.settled()
                await page.disconnect()
                await page.connect()  # what is shown from here on is what the start made of it
                yield process, page
        finally:
            if process._process.returncode is None:
                ended = await process.stop()
                assert ended.code == 0, ended.complained

    async def settled(self) -> None:
        """Return when everything in the inbox is worked and answered."""
        query = "SELECT count(*) FROM inbox WHERE answered_at IS NULL"
        await until(lambda: self.one(query) == 0)

    def all(self, query: str) -> list[tuple[Any, ...]]:
        """Read through a connection of our own."""
        with closing(sqlite3.connect(self.database, timeout=PATIENCE)) as connection:
            return connection.execute(query).fetchall()

    def one(self, query: str) -> Any:
        [(value,)] = self.all(query)
        return value

    @property
    def rounds(self) -> int:
        return int(self.one("SELECT count(*) FROM round_done WHERE undone_at IS NULL"))

    @property
    def moves(self) -> int:
        """How often the sessions have moved: a doubled effect would show here even where no round is counted."""
        return int(self.one("SELECT coalesce(sum(rev), 0) FROM session"))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.01)


async def tap(page: Page, *labels: str) -> None:
    for label in labels:
        await page.expect(lambda label=label: page.last_ours.has(label))  # type: ignore[misc]
        await page.tap(label, message=page.last_ours)


async def set_up(page: Page) -> None:
    await page.say("/start")
    await tap(page, "OK, let's set up")
    await page.expect(lambda: page.last_ours.ask == "place")
    await page.say("Europe/Berlin")
    await page.expect(lambda: page.last_ours.ask == "time")
    await page.say("07:30")
    await tap(page, "6 min", "Yes, I have one", "None of these", "Start now", "I know this one")
    await page.expect(lambda: page.last_ours.has("Done"))


async def to_a_round(page: Page) -> None:
    """To a card whose round can be done, through whatever stands before it."""
    for _ in range(20):
        card = page.last_ours
        if card.has("Done"):
            return
        if card.title.startswith("Done for"):
            await page.say("/snack")
            await page.expect(lambda: page.last_ours.has("I know this one"))
            continue
        following = next((label for label in ("I know this one", "🟢 Fine") if card.has(label)), None)
        assert following is not None, page.shown()
        await page.tap(following, message=card)
    raise AssertionError(page.shown())


def data_of(page: Page, label: str) -> str:
    [control] = [control for control in page.last_ours.controls if control["label"] == label]
    return str(control["data"])


async def test_killed_in_the_middle_of_a_set_it_goes_on_at_the_same_round(house: House) -> None:
    async with house.running() as (process, page):
        await set_up(page)
        await tap(page, "Done")  # the first of two rounds
        await page.expect(lambda: page.last_ours.has("Done"))
        shown = page.last_ours
        count = len(page.messages)
        done = house.all("SELECT * FROM round_done ORDER BY rev")
        session = house.all("SELECT id, rev, position, plan, state FROM session")
        await process.kill()
    assert len(done) == 1

    async with house.running() as (_, page):
        assert (page.last_ours.title, page.last_ours.buttons) == (shown.title, shown.buttons)
        assert len(page.messages) == count
        assert house.all("SELECT * FROM round_done ORDER BY rev") == done
        assert house.all("SELECT id, rev, position, plan, state FROM session") == session
        await tap(page, "Done")
        assert house.rounds == 2
        while not page.last_ours.title.startswith("Done for"):
            await to_a_round_or_end(page)
    assert house.all("SELECT DISTINCT state FROM session") == [("over",)]
    assert house.one("SELECT count(*) FROM session") == 1


async def to_a_round_or_end(page: Page) -> None:
    card = page.last_ours
    label = next(label for label in ("Done", "I know this one", "🟢 Fine") if card.has(label))
    await page.tap(label, message=card)


async def test_every_acknowledged_press_has_exactly_one_effect_however_often_it_is_killed(house: House) -> None:
    async with house.running() as (_, page):
        await set_up(page)
    expected = house.moves
    for number in range(KILLS):
        async with house.running() as (process, page):
            assert (house.rounds, house.moves) == (number, expected)
            await to_a_round(page)
            expected = house.moves + 1
            if number % 2:  # typed: it quotes no revision, so nothing but the inbox keeps it from counting twice
                await page.say("done")
            else:
                await page.press(page.last_ours.id, data_of(page, "Done"), wait=False)
            await process.kill()
    async with house.running():
        assert (house.rounds, house.moves) == (KILLS, expected)
    assert house.one("SELECT count(*) FROM inbox WHERE quarantined IS NOT NULL") == 0
    assert house.one("PRAGMA integrity_check") == "ok"


async def test_killed_under_a_burst_of_messages_it_loses_and_doubles_none(house: House) -> None:
    async with house.running() as (process, page):
        await set_up(page)
        moves, said = house.moves, house.one("SELECT count(*) FROM inbox")
        await asyncio.gather(*(send(page, "done") for _ in range(6)))
        acknowledged = page.acknowledged
        await until(lambda: house.moves > moves)
        await process.kill()
    async with house.running():
        pass
    taken = [key for (key,) in house.all("SELECT update_key FROM inbox WHERE done_at IS NOT NULL")]
    assert acknowledged <= set(taken)
    assert house.all("SELECT count(*), sum(answered_at IS NOT NULL) FROM inbox") == [(len(taken), len(taken))]
    assert house.moves - moves == len(taken) - said  # each word was one move


async def send(page: Page, text: str) -> None:
    frame = {"type": "say", "persona": page.person, "chat": page.chat, "text": text, "zone": page.zone}
    await page.socket.send_str(json.dumps({**frame, "request": os.urandom(16).hex()}))


async def test_asked_to_stop_it_ends_soon_and_well_and_keeps_everything(house: House) -> None:
    async with house.running() as (process, page):
        await set_up(page)
        await tap(page, "Done")
        for _ in range(10):
            await send(page, "/streak")
        began = time.monotonic()
        ended = await process.stop()
        assert time.monotonic() - began < 10
    assert ended.code == 0
    assert "Traceback" not in ended.complained
    assert ended.sentences == []
    assert house.rounds == 1
    async with house.running():
        assert house.rounds == 1
        assert house.one("SELECT count(*) FROM inbox WHERE done_at IS NULL") == 0


async def test_interrupted_from_the_keyboard_it_ends_well(house: House) -> None:
    process = Process(house.folder)
    await process.start()
    await process.url()
    process.signal(signal.SIGINT)
    ended = await process.ended()
    assert (ended.code, ended.sentences) == (0, [])


async def refused(house: House) -> str:
    """A start that cannot work: exit code 2, one sentence and no traceback. Returns the sentence."""
    process = Process(house.folder)
    await process.start()
    ended = await process.ended()
    assert ended.code == 2, ended.complained
    assert "Traceback" not in ended.complained
    assert ended.said == ""
    [sentence] = ended.sentences
    assert str(house.database) in sentence
    return sentence


async def test_a_second_start_on_the_same_folder_is_refused_and_the_first_goes_on(house: House) -> None:
    async with house.running() as (_, page):
        assert "running on this database already" in await refused(house)
        await page.say("/help")
        await page.expect(lambda: page.last.ours)
    async with house.running():
        pass  # and the lock was freed


async def test_a_killed_process_leaves_no_lock_behind(house: House) -> None:
    async with house.running() as (process, _):
        await process.kill()
    async with house.running():
        pass


def garbage(database: Path) -> None:
    database.write_bytes(b"garbage" * 1000)


def cut(database: Path) -> None:
    with database.open("r+b") as file:
        file.truncate(database.stat().st_size // 2)


@pytest.mark.parametrize("damage", [garbage, cut], ids=lambda damage: damage.__name__)
async def test_a_damaged_database_is_refused(house: House, damage: Callable[[Path], None]) -> None:
    async with house.running():
        pass
    damage(house.database)
    assert "not a readable Toehold database" in await refused(house)


async def test_a_folder_in_place_of_the_database_is_refused(house: House) -> None:
    house.database.mkdir(parents=True)
    assert "cannot be opened or written" in await refused(house)


async def test_a_database_of_a_newer_version_is_refused(house: House) -> None:
    async with house.running():
        pass
    with closing(sqlite3.connect(house.database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    assert "newer version" in await refused(house)
