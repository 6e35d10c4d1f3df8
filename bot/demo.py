"""`toehold demo`: the first three days of one person, played in the terminal through the same coach and cards."""

import asyncio
import itertools
import json
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import fill, indent
from typing import assert_never
from zoneinfo import ZoneInfo

from bot import words
from bot.actions import decode, encode
from bot.addresses import Account, Address, RawUpdate
from bot.build import Bot, running
from bot.cards import (
    Block,
    Button,
    Card,
    Countdown,
    Fine,
    Labelled,
    Lead,
    Mark,
    Meter,
    Points,
    Reply,
    Rounds,
    Squares,
    Tone,
)
from bot.clock import TravelClock
from bot.heart import Machine
from bot.intake import Intake
from bot.platforms.port import Heard, Platform, Press, Said, Sender
from bot.settings import Settings
from scheduler.nudge import Outcome, Sent

ZONE = "Europe/Berlin"
EVENING = datetime(2026, 11, 24, 19, 10, tzinfo=UTC)  # a Tuesday evening, 20:10 in Berlin
WIDTH = 76
_MARKS = {Mark.DONE: "✓", Mark.NOW: "▶", Mark.TODO: "·"}
_TONES = {
    Tone.DONE: "■",
    Tone.PART: "▪",
    Tone.TICKED: "↩",
    Tone.OPEN: "□",
    Tone.FROZEN: "*",
    Tone.MISSED: "·",
    Tone.PAUSED: "–",
    Tone.EXCUSED: "~",
    Tone.NEUTRAL: " ",
}


class _DemoClock(TravelClock):
    """Time passes only when the demo lets it."""

    def __init__(self, moment: datetime) -> None:
        super().__init__()
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def travel_to(self, moment: datetime) -> None:
        self._moment = max(self._moment, moment)

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        await wake.wait()
        await asyncio.Event().wait()


class _Terminal:
    """A platform of one chat: what the bot says is printed. `bot.platforms.port.Platform`."""

    name = "terminal"
    bot = "demo"
    problem = None

    def __init__(self, say: Callable[[str], object], clock: TravelClock) -> None:
        self._say = say
        self._clock = clock
        self._numbers = itertools.count(1)
        self.card: Card | None = None

    def understand(self, raw: RawUpdate) -> Heard:
        content = json.loads(raw.payload)
        sender = Sender(Account(self.name, self.bot, "you"), "You", zone_hint=ZONE)
        address = Address(self.name, self.bot, "you")
        if "text" in content:
            return Said(sender, address, True, content["text"], raw.key)
        return Press(sender, address, True, decode(content["data"]), raw.key)

    async def answer(self, heard: Heard, reply: Reply) -> None:
        del heard
        self._show(reply)

    async def deliver(self, address: Address, reply: Reply) -> Outcome:
        del address
        self._show(reply)
        return Sent(str(next(self._numbers)))

    async def redraw(self, address: Address, reply: Reply) -> None:
        """Nothing: a line that is printed stays as it is."""

    async def show(self, address: Address, reply: Reply) -> Outcome:
        return await self.deliver(address, reply)

    async def may_manage(self, address: Address, account: Account, fresh: bool = False) -> bool:
        del address, account, fresh
        return True

    async def run(self) -> None:
        await asyncio.Event().wait()

    def _show(self, reply: Reply) -> None:
        if reply.card is None:
            return
        self.card = reply.card
        now = self._clock.now().astimezone(ZoneInfo(ZONE))
        self._say(f"\n{now:%a %H:%M}  {reply.card.title}")
        for block in reply.card.blocks:
            text = draw(block)
            if text:
                self._say(indent(fill(text, WIDTH - 11), " " * 11))
        labels = [control.label for row in reply.card.rows for control in row]
        if labels:
            self._say(indent(fill("  ".join(f"[{label}]" for label in labels), WIDTH - 11), " " * 11))


def draw(block: Block) -> str:
    """One block as a line of plain text."""
    match block:
        case str():
            return block
        case Lead(text=text) | Fine(text=text):
            return text
        case Labelled(label=label, text=text):
            return f"{label}: {text}"
        case Points(items=items):
            return "; ".join(items)
        case Rounds(lines=lines):
            return "   ".join(" · ".join(f"{mark.label} {_MARKS[mark.mark]}" for mark in line) for line in lines)
        case Meter(label=label, percent=percent):
            return f"{label}: {percent} %"
        case Squares(days=days):
            return " ".join(f"{day.label} {_TONES[day.tone]}" for day in days)
        case Countdown(label=label):
            return label
        case other:
            assert_never(other)


class _Play:
    def __init__(self, bot: Bot, terminal: _Terminal, say: Callable[[str], object], pause: float) -> None:
        self._bot = bot
        self._terminal = terminal
        self._say = say
        self._pause = pause
        self._keys = itertools.count(1)
        self._texts = words.load()

    def chapter(self, message: str) -> None:
        self._say(f"\n── {self._texts(message)} " + "─" * 20)

    async def says(self, text: str) -> None:
        self._say(f"\n           › {text}")
        await self._accept({"text": text})

    async def taps(self, *labels: str) -> None:
        for label in labels:
            card = self._terminal.card
            controls = [control for row in card.rows for control in row] if card else []
            button = next((c for c in controls if isinstance(c, Button) and c.label == self._texts(label)), None)
            if button is None:
                raise LookupError(label)
            self._say(f"\n           › [{button.label}]")
            await self._accept({"data": encode(button.action)})

    async def session(self) -> None:
        """Every round of what is open, done and fine."""
        while self._terminal.card is not None:
            labels = {control.label for row in self._terminal.card.rows for control in row}
            for message in ("button.know", "button.done", "feel.green"):
                if self._texts(message) in labels:
                    await self.taps(message)
                    break
            else:
                return

    async def waits(self, **span: float) -> None:
        await self._bot.machine.forward(timedelta(**span))

    async def _accept(self, content: Mapping[str, str]) -> None:
        raw = RawUpdate(str(next(self._keys)), "you", json.dumps(content))
        await self._bot.intake.accept(_Terminal.name, _Terminal.bot, [raw])
        await self._bot.intake.idle()
        await asyncio.sleep(self._pause)


async def play(say: Callable[[str], object], *, slowly: bool = False) -> None:
    """Three days: set up in the evening and begin; snooze a prompt; take the 1-minute version. Nothing is kept."""
    clock = _DemoClock(EVENING)
    terminal = _Terminal(say, clock)

    def connect(_intake: Intake, _machine: Machine) -> Mapping[str, Platform]:
        return {terminal.name: terminal}

    with tempfile.TemporaryDirectory(prefix="toehold-demo-") as folder:
        settings = Settings(toehold_data_dir=Path(folder))
        async with running(settings, pulse=False, clock=clock, connect=connect) as bot:
            you = _Play(bot, terminal, say, 0.8 if slowly else 0.0)
            you.chapter("demo.day-1")
            await you.says("/start")
            await you.taps("button.agree")
            await you.says("Berlin")
            await you.says("7:30")
            await you.says("3")
            await you.taps("band.yes", "screening.none", "button.start-now")
            await you.session()
            you.chapter("demo.day-2")
            await you.waits(hours=11, minutes=20)
            await you.says("later 20")
            await you.waits(minutes=20)
            await you.taps("button.start")
            await you.session()
            you.chapter("demo.day-3")
            await you.waits(hours=24)
            await you.taps("button.minute")
            await you.session()
            await you.says("/why")
    say(f"\n{words.load()('demo.end')}")
