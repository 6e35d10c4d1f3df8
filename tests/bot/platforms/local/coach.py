"""A scripted coach for the door's tests: it takes what the platform hands over and answers with real cards."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.actions import MoveCode, PickTime, PickZone, Play, Screen, Show, Start
from bot.cards import (
    PLAYER,
    Ask,
    AskKind,
    Card,
    Fine,
    Lead,
    Place,
    Reply,
)
from bot.platforms.port import Account, Address, Heard, Platform, Press, RawUpdate, Said
from tests.bot.platforms.local.scenes import CHALLENGE, EXPORT, HELP, PROMPT, WHEN, WHERE, player

WEDNESDAY = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)  # 07:30 in Berlin


class Clock:
    """People's time in a test: it stands until somebody moves it."""

    def __init__(self) -> None:
        self.at = WEDNESDAY

    def __call__(self) -> datetime:
        return self.at


class ScriptedCoach:
    """An Intake: keeps each key once, works in its own task, answers through the platform that it is given."""

    def __init__(self, now: Clock) -> None:
        self.now = now
        self.platform: Platform | None = None
        self.heard: list[Heard] = []
        self.accepted: list[RawUpdate] = []
        self.failing = False
        self._keys: set[str] = set()
        self._inbox: asyncio.Queue[RawUpdate] = asyncio.Queue()

    async def missed(self, platform: str) -> None:
        raise AssertionError(f"{platform} forgets nothing")

    async def accept(self, platform: str, bot: str, updates: Sequence[RawUpdate]) -> None:
        assert (platform, bot) == ("local", "local")
        if self.failing:
            raise OSError("the disk is full")
        for update in updates:
            if update.key not in self._keys:
                self._keys.add(update.key)
                self.accepted.append(update)
                self._inbox.put_nowait(update)

    async def work(self) -> None:
        """One update after the other, until cancelled."""
        while True:
            update = await self._inbox.get()
            assert self.platform is not None
            heard = self.platform.understand(update)
            assert heard is not None
            self.heard.append(heard)
            reply = (
                self.pressed(heard)
                if isinstance(heard, Press)
                else self.said(heard)
                if isinstance(heard, Said)
                else None
            )
            if reply is not None:
                await self.platform.answer(heard, reply)

    def said(self, said: Said) -> Reply | None:
        command, _, rest = said.text.partition(" ")
        match command:
            case "/start":
                return Reply(Card("Welcome", (f"payload: {rest}",)) if rest else WHERE)
            case "/today":
                return Reply(player(0, self.now()), living=PLAYER)
            case "/export":
                return Reply(Card("Your data", ("Here it is.",)), attachments=(EXPORT,))
            case "/help":
                return Reply(HELP)
            case "/challenge":
                return Reply(CHALLENGE)
            case "/number":
                return Reply(Card("Reps", (Lead("How many?"),), ask=Ask(AskKind.NUMBER, "8")))
            case "/notice":
                return Reply(None, notice="Noted.")
            case "/silence":
                return None
            case "/settings":
                return Reply(Card("Settings", (f"settings: {rest}",)))
            case _:
                return Reply(Card("", (f"{len(said.text)} characters: {said.text[:300]}",)))

    def pressed(self, press: Press) -> Reply | None:
        match press.action:
            case None:
                return Reply(None, notice="This button is too old.", alert=True)
            case Play(rev=rev, move=MoveCode.DONE):
                return Reply(player(rev + 1, self.now()), notice=f"Round {rev + 1} counted", living=PLAYER)
            case Play(rev=rev, move=MoveCode.UNDO):
                return Reply(player(max(0, rev - 1), self.now()), living=PLAYER)
            case Start():
                return Reply(player(0, self.now()), living=PLAYER)
            case PickZone():
                return Reply(WHEN)
            case PickTime(at):
                return Reply(Card("All set", (Lead(f"{at[:2]}:{at[2:]} it is."), Fine("Europe/Berlin, in 9 h 12 min"))))
            case Show(screen=Screen.HELP):
                return Reply(None, notice="Press what you see. There is nothing to break.", alert=True)
            case Show(screen=Screen.DRILLS):
                return None
            case _:
                return Reply(Card("Another card", ("This one is new.",)), place=Place.NEW)


class ScriptedMachine:
    """A time machine whose next prompt is tomorrow at the same time, and which really delivers it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.platform: Platform | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    def now(self) -> datetime:
        return self._clock()

    async def next_prompt(self, account: Account) -> datetime | None:
        if account.id != "p1":
            return None
        await self.forward(timedelta(days=1))
        assert self.platform is not None
        await self.platform.deliver(Address("local", "local", f"me:{account.id}"), Reply(PROMPT, living=PLAYER))
        return self._clock()

    async def forward(self, delta: timedelta) -> datetime:
        await self.gate.wait()
        self._clock.at += delta
        return self._clock()
