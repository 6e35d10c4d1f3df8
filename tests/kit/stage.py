"""The stage for stories: the whole bot on a real database, one platform, a clock that stands still, and people who chat.

    async def test_a_set_makes_a_day(stage):
        ann = await stage.person("Ann")
        await ann.set_up()
        await ann.tap("Start now")
        ann.sees("Outward Roll")

The same story runs on every platform: `stage` is a fixture with one variant each (tests/stories/conftest.py).
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine, event

from bot.build import Bot, running
from bot.settings import Settings
from bot.store.migrations.run import upgrade
from bot.store.sqlite import open_engine
from tests.kit.clock import StandingClock

BERLIN = "Europe/Berlin"


class Compiled(dict[Any, Any]):
    """SQL that was compiled, by its statement. SQLAlchemy keeps one for each engine: its keys begin with the dialect.

    Each story opens a bot with engines of its own: what one has compiled serves the next that speaks the same dialect.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), compiled)


_compiled = Compiled()


@event.listens_for(Engine, "engine_connect")
def _share_compiled(connection: Connection) -> None:
    connection.engine._compiled_cache = _compiled


@dataclass(frozen=True)
class Shown:
    """One message of the bot as a person sees it: its words, and the labels of its buttons. `photo` is a PNG above it."""

    text: str
    buttons: tuple[str, ...]
    photo: bytes | None = None
    pinned: bool = False
    silent: bool = False


class Seat(Protocol):
    """One person at one platform. Each method returns when the bot has finished with it."""

    async def say(self, text: str) -> None: ...

    async def tap(self, label: str, back: int = 0) -> None:
        """The newest button with this label; `back` = 1: the one on an older message, and so on."""

    async def tap_twice(self, label: str) -> None:
        """The same button twice, as a nervous finger does: two updates, drawn from one card."""

    async def data_of(self, label: str) -> str:
        """What the newest button with this label would send."""

    async def press(self, data: str) -> None:
        """Any data, on the newest message, as a forged or ancient client may."""

    async def shown(self) -> list[Shown]:
        """The bot's messages in this chat, oldest first."""

    async def notices(self) -> list[str]:
        """The short answers to taps so far."""


class TeamRoom(Protocol):
    """A team chat that the bot is in. Each method returns when the bot has finished with it."""

    async def seat(self, name: str, admin: bool = False) -> Seat:
        """Somebody in this chat; whoever has no private chat with the bot yet gets none by sitting here."""

    async def migrate(self) -> None:
        """The chat gets a new id; those who sit in it move along."""

    async def kick_bot(self) -> None: ...

    async def add_bot(self) -> None: ...

    async def leave(self, name: str) -> None: ...

    async def come_back(self, name: str) -> None: ...

    async def demote(self, name: str) -> None:
        """They may not manage the chat any more."""

    async def promote_bot(self) -> None:
        """The bot may pin messages, and is told of the members where the platform tells."""

    @property
    def texts(self) -> list[str]:
        """Everything that the bot has said there, as it stands now, in every topic; oldest first."""

    async def delete_board(self) -> None:
        """Somebody deletes the bot's pinned message, or its newest; the bot is not told."""


class Player:
    """Somebody in a story."""

    def __init__(self, stage: "Stage", name: str, seat: Seat) -> None:
        self.stage = stage
        self.name = name
        self.seat = seat
        self.messages: list[Shown] = []
        self.noticed: list[str] = []

    async def say(self, text: str) -> None:
        await self.seat.say(text)
        await self.look()

    async def tap(self, *labels: str, back: int = 0) -> None:
        for label in labels:
            await self.seat.tap(label, back)
            await self.look()

    async def tap_twice(self, label: str) -> None:
        await self.seat.tap_twice(label)
        await self.look()

    async def press(self, data: str) -> None:
        await self.seat.press(data)
        await self.look()

    async def look(self) -> None:
        await self.stage.settle()
        self.messages = await self.seat.shown()
        self.noticed = await self.seat.notices()

    async def soon(self, what: Callable[[], bool]) -> None:
        """For what the bot does in its own time after it has answered: it takes the buttons off older cards."""
        async with asyncio.timeout(5):
            while not what():
                await asyncio.sleep(0.01)
                await self.look()

    @property
    def card(self) -> Shown:
        """The newest message of the bot."""
        assert self.messages, "the bot has said nothing"
        return self.messages[-1]

    @property
    def notice(self) -> str:
        assert self.noticed, "no tap was answered with a notice"
        return self.noticed[-1]

    def sees(self, *texts: str) -> None:
        for text in texts:
            assert text in self.card.text, f"{text!r} is not on the card:\n{self.card.text}\n{self.card.buttons}"

    def sees_no(self, *texts: str) -> None:
        for text in texts:
            assert text not in self.card.text, f"{text!r} is on the card:\n{self.card.text}"

    def can_tap(self, *labels: str) -> None:
        for label in labels:
            assert label in self.card.buttons, f"{label!r} is not among {self.card.buttons}"

    def cannot_tap(self, *labels: str) -> None:
        for label in labels:
            assert label not in self.card.buttons, f"{label!r} is among {self.card.buttons}"

    async def set_up(self, time: str = "07:30", minutes: int = 3, band: bool = True, place: str = BERLIN) -> None:
        """From the first word to the card that says when the next prompt comes."""
        await self.say("/start")
        await self.tap("OK, let's set up")
        await self.say(place)
        await self.say(time)
        await self.tap(f"{minutes} min", "Yes, I have one" if band else "No band", "None of these")
        self.sees("Next prompt")

    async def read_on(self) -> None:
        """Through the steps of one drill to its first round."""
        await self.tap("I know this one")

    async def do_rounds(self, count: int) -> None:
        for _ in range(count):
            await self.tap("Done")

    async def whole_session(self) -> None:
        """Every drill of the session, all fine, as fast as the buttons allow."""
        for _ in range(60):
            if "I know this one" in self.card.buttons:
                await self.tap("I know this one")
            elif "Done" in self.card.buttons:
                await self.tap("Done")
            elif "🟢 Fine" in self.card.buttons:
                await self.tap("🟢 Fine")
            else:
                return
        raise AssertionError("the session does not end")

    async def one_set(self, *, seconds: float = 0) -> None:
        """The least that makes a day: the 1-minute version. `seconds`: how long each round takes."""
        await self.say("/today")
        await self.tap("1-minute version")
        while seconds and "Fine" not in str(self.card.buttons):
            if "Done" in self.card.buttons:
                await self.stage.forward(seconds=seconds)
            await self.tap("Done" if "Done" in self.card.buttons else "I know this one")
        await self.whole_session()


class Stage:
    """The bot and its surroundings. Subclasses bring a platform."""

    platform = "?"

    def __init__(self, folder: Path, clock: StandingClock) -> None:
        self.folder = folder
        self.clock = clock
        self.bot: Bot
        self._running = AsyncExitStack()
        self._players: dict[str, Player] = {}

    def settings(self) -> Settings:
        raise NotImplementedError

    async def seat(self, name: str, number: int) -> Seat:
        raise NotImplementedError

    async def team(self, title: str, *, topic: bool = False) -> TeamRoom:
        """A new team chat; `topic`: it is one topic of a forum."""
        raise NotImplementedError

    async def block(self, name: str) -> None:
        """Somebody lets the bot write to them no more."""
        pytest.skip("the local chat cannot be blocked")

    async def unblock(self, name: str) -> None: ...

    async def prepare(self) -> None:
        """What the platform needs before the bot starts, once."""

    async def open(self) -> None:
        await self.prepare()
        database = self.folder / "toehold.sqlite"
        if not database.exists():
            database.write_bytes(_migrated())
        self.bot = await self._running.enter_async_context(running(self.settings(), pulse=False, clock=self.clock))
        await self.connected()

    async def connected(self) -> None:
        """Called whenever the bot has started."""

    async def close(self) -> None:
        await self._running.aclose()

    async def restart(self) -> None:
        """Stop the bot and start it anew on the same database."""
        await self.disconnect()
        await self.close()
        self._running = AsyncExitStack()
        await self.open()
        await self.look()

    def files(self) -> dict[Path, bytes]:
        """The database as it is at this moment, which is what kill -9 would leave."""
        return {path: path.read_bytes() for path in self.folder.iterdir() if path.name.startswith("toehold.sqlite")}

    async def kill(self, kept: dict[Path, bytes] | None = None, **down: float) -> None:
        """As after kill -9: the bot starts anew on the database as it is now, or as it was when `kept` was taken.

        `down`: how long nobody is there.
        """
        kept = kept or self.files()
        await self.disconnect()
        await self.close()
        for path in self.folder.iterdir():
            if path.name.startswith("toehold.sqlite"):
                path.unlink()
        for path, content in kept.items():
            path.write_bytes(content)
        self.clock.travel_to(self.clock.now() + timedelta(**down))
        self._running = AsyncExitStack()
        await self.open()
        await self.look()

    async def disconnect(self) -> None:
        """Called before the bot stops."""

    async def settle(self) -> None:
        """Return when the bot has finished with everything that it was told."""
        await self.bot.intake.idle()

    async def look(self) -> None:
        for player in self._players.values():
            await player.look()

    async def person(self, name: str) -> Player:
        if name not in self._players:
            seat = await self.seat(name, len(self._players))
            self._players[name] = Player(self, name, seat)
        return self._players[name]

    # --- time

    async def forward(self, **span: float) -> None:
        """Let time pass; everything that comes due on the way happens at its instant."""
        await self.bot.machine.forward(timedelta(**span))
        await self.look()

    async def until(self, clock: str, zone: str = BERLIN, days: int = 0) -> None:
        """The next time that the clocks of `zone` show this, or `days` days after that."""
        here = self.clock.now().astimezone(ZoneInfo(zone))
        hour, minute = (int(part) for part in clock.split(":"))
        there = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if there <= here:
            there += timedelta(days=1)
        there += timedelta(days=days)
        await self.forward(seconds=(there.astimezone(UTC) - here.astimezone(UTC)).total_seconds())

    async def sleep_through(self, **span: float) -> None:
        """The bot is down for a while: time passes, and nothing happens."""
        await self.disconnect()
        await self.close()
        self.clock.travel_to(self.clock.now() + timedelta(**span))
        self._running = AsyncExitStack()
        await self.open()
        await self.bot.coach.restore_cues()  # which the start does too, in its own time
        await self.bot.heart.beat()
        await self.look()

    async def days(self, player: "Player", history: str, at: str = "08:00", zone: str = BERLIN) -> None:
        """Live one day a sign, and stop at this time of the last: x a set done, . nothing."""
        for sign in history.replace(" ", ""):
            await self.until(at, zone)
            if sign == "x":
                await player.one_set()

    def now(self, zone: str = BERLIN) -> datetime:
        return self.clock.now().astimezone(ZoneInfo(zone))


@cache
def _migrated() -> bytes:
    """A new database after all migrations: they have tests of their own, and need not run for every story."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.sqlite"
        engine = open_engine(path, foreign_keys=False)
        upgrade(engine)
        engine.dispose()  # the last connection to close empties the log into the file
        return path.read_bytes()


@asynccontextmanager
async def opened(stage: Stage) -> AsyncIterator[Stage]:
    await stage.open()
    try:
        yield stage
    finally:
        await stage.disconnect()
        await stage.close()
