"""A scripted coach for the door's tests: it takes what the platform hands over and answers with real cards."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.actions import MoveCode, PickTime, PickZone, Play, Screen, Show, Start, StartKind
from bot.cards import (
    PLAYER,
    Ask,
    AskKind,
    Attachment,
    Button,
    Card,
    Countdown,
    Fine,
    Labelled,
    Lead,
    Link,
    Mark,
    Meter,
    Place,
    Points,
    PrivateLink,
    Reply,
    RoundMark,
    Rounds,
    Square,
    Squares,
    Style,
    Tone,
)
from bot.platforms.port import Account, Address, Heard, MenuEntry, Platform, Press, RawUpdate, Said

WEDNESDAY = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)  # 07:30 in Berlin

MENU = (
    MenuEntry("start", "Begin, or begin again", team=False),
    MenuEntry("today", "Today's drills", team=False),
    MenuEntry("times", "When I write to you", team=False),
    MenuEntry("settings", "Zone, minutes, band, quiet hours", team=False),
    MenuEntry("streak", "Your streak, and what it rests on", team=False),
    MenuEntry("snack", "One extra set of squats", team=False),
    MenuEntry("challenge", "Start a challenge in this room", team=True),
    MenuEntry("export", "Your data as a file", team=False),
    MenuEntry("help", "What I understand", team=True),
)

ROUNDS = (("L ↻", "left foot, clockwise"), ("L ↺", "left foot, the other way"), ("R ↻", "right foot, clockwise"))


class Clock:
    """People's time in a test: it stands until somebody moves it."""

    def __init__(self) -> None:
        self.at = WEDNESDAY

    def __call__(self) -> datetime:
        return self.at


def player(done: int, now: datetime) -> Card:
    """The player's card after so many rounds; the last one is the result."""
    if done >= len(ROUNDS):
        days = [Square(day, f"{day}: done", Tone.DONE) for day in ("Mo", "Tu", "We")]
        rest = [Square("Th", "Thursday: open", Tone.OPEN), Square("Fr", "Friday: paused", Tone.PAUSED)]
        end = [Square("Sa", "Saturday: missed", Tone.MISSED), Square("Su", "Sunday: not yet", Tone.NEUTRAL)]
        return Card(
            "Wednesday is done",
            (
                Lead("That was all for today. Three days in a row."),
                Squares((*days, *rest, *end)),
                Meter("Strength", 62),
            ),
            (
                (
                    Button("Show my streak", Show(Screen.STREAK)),
                    Button("Undo", Play("s1", done, MoveCode.UNDO), Style.QUIET),
                ),
            ),
        )
    marks = [Mark.DONE] * done + [Mark.NOW] + [Mark.TODO] * (len(ROUNDS) - done - 1)
    lines = tuple(RoundMark(label, spoken, mark) for (label, spoken), mark in zip(ROUNDS, marks, strict=True))
    return Card(
        f"Heel Circle · round {done + 1} of {len(ROUNDS)}",
        (
            Lead("Draw five slow, big circles with your heel."),
            Labelled("Cue", "The ball of the foot stays heavy."),
            Labelled("Side", ROUNDS[done][1].capitalize()),
            Rounds((lines,)),
            Countdown("Rest", now + timedelta(seconds=18)),
        ),
        (
            (Button("Done", Play("s1", done, MoveCode.DONE), Style.PRIMARY),),
            (
                Button("Easier", Play("s1", done, MoveCode.EASIER)),
                Button("Skip", Play("s1", done, MoveCode.SKIP)),
                Button("Undo", Play("s1", done, MoveCode.UNDO), Style.QUIET),
            ),
            (Button("Something hurts", Play("s1", done, MoveCode.HURTS), Style.DANGER),),
        ),
    )


PROMPT = Card(
    "Good morning",
    (Lead("Three minutes for your feet?"), "Outward Roll, then Heel Circle.", Fine("About 3 minutes · streak 2")),
    (
        (Button("Start", Start(StartKind.PLAN, "20261125"), Style.PRIMARY),),
        (Button("1-minute version", Start(StartKind.MINUTE, "20261125")), Button("Later", Show(Screen.TIMES))),
        (Button("Not today", Show(Screen.PAUSE), Style.QUIET),),
    ),
)

WHERE = Card(
    "Setting up · 1 of 4",
    (Lead("Where are you?"), Fine("It decides when your morning is.")),
    ((Button("Berlin", PickZone("Europe/Berlin")), Button("Lisbon", PickZone("Europe/Lisbon"))),),
    Ask(AskKind.PLACE, "Porto"),
)

WHEN = Card(
    "Setting up · 2 of 4",
    (Lead("When shall I write to you?"), Points(("One message a day", "Never twice", "Any time you like"))),
    (tuple(Button(f"{at[:2]}:{at[2:]}", PickTime(at)) for at in ("0700", "0730", "1230", "2000")),),
    Ask(AskKind.TIME, "weekdays 7:30"),
)

HELP = Card(
    "Help",
    ("Type a command, or press what you see.",),
    (
        (Link("The handbook", "https://example.org/handbook"), Button("Tell me", Show(Screen.HELP))),
        (Button("Never answers", Show(Screen.DRILLS)), Button("Another card", Show(Screen.TODAY))),
    ),
)

CHALLENGE = Card(
    "Share of days",
    (Lead("Two weeks, everybody their own pace."), Meter("Team", 71)),
    ((Button("Join", Show(Screen.WHY), Style.PRIMARY), PrivateLink("Set up first", "join-abc123")),),
)

EXPORT = Attachment("toehold-export.json", "application/json", b'{"days": 3}')


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
