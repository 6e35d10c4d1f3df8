"""Cards that mostly speak: help, safety, stopped, not understood, the team room, faults, export and erase."""

from dataclasses import dataclass

from bot.actions import Erase, Screen, Screening, Show
from bot.cards import Button, Card, Fine, Labelled, Lead, Points, PrivateLink, Style
from bot.words import Words
from drills.safety import LINES

COMMANDS = (
    "today",
    "drills",
    "times",
    "settings",
    "streak",
    "why",
    "snack",
    "pause",
    "rest",
    "day_start",
    "challenge",
    "link",
    "export",
    "erase",
    "safety",
    "help",
    "stop",
    "start",
)
TEAM_COMMANDS = ("challenge", "help", "today", "safety")


@dataclass(frozen=True, slots=True)
class Help:
    pass


@dataclass(frozen=True, slots=True)
class Safety:
    pass


@dataclass(frozen=True, slots=True)
class StoppedScene:
    pass


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """`command`: it began with a slash. `too_long`: more than we read."""

    command: bool = False
    too_long: bool = False


@dataclass(frozen=True, slots=True)
class TeamRoom:
    pass


@dataclass(frozen=True, slots=True)
class FaultScene:
    """`kind`: the tail of "fault.…"; `number` is in the log too."""

    kind: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class EraseAsk:
    nonce: str


@dataclass(frozen=True, slots=True)
class Erased:
    pass


@dataclass(frozen=True, slots=True)
class Exported:
    pass


@dataclass(frozen=True, slots=True)
class NothingChanged:
    """A button whose meaning is gone. `why`: the tail of "gone.…"."""

    why: str


def draw_help(words: Words, _scene: Help) -> Card:
    blocks = (
        Lead(words("help.lead")),
        Points(tuple(f"/{name} – {words(f'command.{name}')}" for name in COMMANDS)),
        Labelled(words("help.typed-label"), words("help.typed")),
        Fine(words("help.privacy")),
    )
    rows = (
        (
            Button(words("button.today"), Show(Screen.TODAY), Style.PRIMARY),
            Button(words("button.drills"), Show(Screen.DRILLS)),
        ),
    )
    return Card(words("help.title"), blocks, rows)


def draw_safety(words: Words, _scene: Safety) -> Card:
    blocks = (
        words("safety.disclaimer"),
        Labelled(words("safety.stop-now-label"), words("pain.stop-now")),
        Labelled(words("safety.green-label"), words("safety.green")),
        Labelled(words("safety.amber-label"), words("safety.amber")),
        Labelled(words("safety.red-label"), words("safety.red")),
        words("safety.soreness"),
        Labelled(words("safety.lines-label"), words("safety.lines")),
        Points(tuple(words(f"screening.q{line}") for line in range(1, len(LINES) + 1))),
        Fine(words("safety.not-reviewed")),
    )
    return Card(words("safety.title"), blocks, ((Button(words("screening.again"), Screening("again")),),))


def draw_stopped(words: Words, _scene: StoppedScene) -> Card:
    return Card(words("stopped.title"), (Lead(words("stopped.lead")), words("stopped.kept")))


def draw_not_understood(words: Words, scene: NotUnderstood) -> Card:
    key = "unknown.too-long" if scene.too_long else "unknown.command" if scene.command else "unknown.text"
    rows = (
        (
            Button(words("button.today"), Show(Screen.TODAY), Style.PRIMARY),
            Button(words("button.help"), Show(Screen.HELP)),
        ),
    )
    return Card(words("unknown.title"), (Lead(words(key)),), rows)


def draw_team(words: Words, _scene: TeamRoom) -> Card:
    return Card(words("team.title"), (Lead(words("team.lead")),), ((PrivateLink(words("team.open"), "today"),),))


def draw_fault(words: Words, scene: FaultScene) -> Card:
    blocks = [Lead(words(f"fault.{scene.kind}"))]
    if scene.number:
        return Card(words("fault.title"), (*blocks, Fine(words("fault.number", number=scene.number))))
    return Card(words("fault.title"), tuple(blocks))


def draw_erase(words: Words, scene: EraseAsk) -> Card:
    rows = (
        (Button(words("erase.confirm"), Erase(scene.nonce), Style.DANGER),),
        (
            Button(words("button.export"), Show(Screen.EXPORT)),
            Button(words("erase.keep"), Show(Screen.TODAY), Style.QUIET),
        ),
    )
    return Card(words("erase.title"), (Lead(words("erase.ask")), words("erase.what")), rows)


def draw_erased(words: Words, _scene: Erased) -> Card:
    return Card(words("erase.title"), (Lead(words("erase.done")),))


def draw_exported(words: Words, _scene: Exported) -> Card:
    return Card(words("export.title"), (Lead(words("export.lead")), Fine(words("export.again"))))


def draw_nothing_changed(words: Words, scene: NothingChanged) -> Card:
    rows = ((Button(words("button.today"), Show(Screen.TODAY), Style.PRIMARY),),)
    return Card(words("gone.title"), (Lead(words(f"gone.{scene.why}")),), rows)
