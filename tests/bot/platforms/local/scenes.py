"""What the scripted coach says: cards like the real ones, with every kind of block and control among them."""

from datetime import datetime, timedelta

from bot.actions import MoveCode, PickTime, PickZone, Play, Screen, Show, Start, StartKind
from bot.cards import (
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
    Points,
    PrivateLink,
    RoundMark,
    Rounds,
    Square,
    Squares,
    Style,
    Tone,
)
from bot.platforms.port import MenuEntry

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
    ((Button("Vienna", PickZone("Europe/Vienna")), Button("Lisbon", PickZone("Europe/Lisbon"))),),
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
