"""Setting up: disclaimer, where, when, minutes, band, screening; and the card that ends it with the exact next prompt."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.actions import Agree, PickTime, PickZone, Screen, Screening, Set, Setting, Show, Start, StartKind
from bot.cards import Ask, AskKind, Block, Button, Card, Control, Countdown, Fine, Labelled, Lead, Points, Style
from bot.views import when
from bot.words import Words
from drills.programme import MINUTES
from drills.safety import LINES, Mode, Screened

TIMES = ("0630", "0700", "0730", "0800", "1230", "1800", "2000", "2130")


@dataclass(frozen=True, slots=True)
class Welcome:
    pass


@dataclass(frozen=True, slots=True)
class AskPlace:
    """`places`: (label, zone) as buttons. `unknown`: what was typed is not a place that we know."""

    places: tuple[tuple[str, str], ...]
    unknown: bool = False
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class AskTime:
    """`problem`: the tail of "times.problem-…", or None."""

    zone: str
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class AskMinutes:
    pass


@dataclass(frozen=True, slots=True)
class AskBand:
    pass


@dataclass(frozen=True, slots=True)
class ScreeningCard:
    pass


@dataclass(frozen=True, slots=True)
class ScreeningLine:
    """One of the nine lines, counted from 1. `yes` are the lines answered yes so far: they travel in the buttons."""

    line: int
    yes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClosedPlan:
    """The screening closed the plan. `lines` are those answered yes, when they were just answered."""

    outcome: Screened
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    next_at: datetime
    now: datetime
    zone: ZoneInfo
    zone_name: str
    day: date
    modified: tuple[int, ...] = ()
    gentle: bool = False
    counts_for_day_before: bool = False
    in_channel: bool = False
    """It was set up in a channel, where no prompt can come."""


def draw_welcome(words: Words, _scene: Welcome) -> Card:
    blocks: tuple[Block, ...] = (
        Lead(words("welcome.lead")),
        words("safety.disclaimer"),
    )
    return Card(words("welcome.title"), blocks, ((Button(words("button.agree"), Agree(), Style.PRIMARY),),))


def draw_place(words: Words, scene: AskPlace) -> Card:
    lead = "place.ambiguous" if scene.ambiguous else "place.unknown" if scene.unknown else "place.ask"
    buttons = [Button(label, PickZone(zone)) for label, zone in scene.places]
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    return Card(
        words("place.title"),
        (Lead(words(lead)), Fine(words("place.type"))),
        rows[:5],
        Ask(AskKind.PLACE, words("place.hint")),
    )


def draw_time(words: Words, scene: AskTime) -> Card:
    blocks: list[Block] = [Fine(words("time.zone", zone=scene.zone))]
    blocks.append(Lead(words(f"times.problem-{scene.problem}")) if scene.problem else Lead(words("time.ask")))
    blocks.append(Fine(words("time.type")))
    buttons = [
        Button(f"{at[:2]}:{at[2:]}", PickTime(at), Style.PRIMARY if at == "0730" else Style.PLAIN) for at in TIMES
    ]
    return Card(
        words("time.title"),
        tuple(blocks),
        (tuple(buttons[:4]), tuple(buttons[4:])),
        Ask(AskKind.TIME, words("time.hint")),
    )


def draw_minutes(words: Words, _scene: AskMinutes) -> Card:
    row = tuple(
        Button(
            words("minutes.button", n=n),
            Set(Setting.MINUTES, str(n)),
            Style.PRIMARY if n == MINUTES[0] else Style.PLAIN,
        )
        for n in MINUTES
    )
    return Card(words("minutes.title"), (Lead(words("minutes.ask")), Fine(words("minutes.any"))), (row,))


def draw_band(words: Words, _scene: AskBand) -> Card:
    row = (
        Button(words("band.yes"), Set(Setting.BAND, "yes")),
        Button(words("band.no"), Set(Setting.BAND, "no")),
    )
    return Card(words("band.title"), (Lead(words("band.ask")), Fine(words("band.why"))), (row,))


def draw_screening(words: Words, _scene: ScreeningCard) -> Card:
    blocks = (
        Lead(words("screening.ask")),
        Points(tuple(words(f"screening.q{line}") for line in range(1, len(LINES) + 1))),
        Fine(words("screening.private")),
    )
    rows = (
        (Button(words("screening.none"), Screening("none"), Style.PRIMARY),),
        (Button(words("screening.some"), Screening("some")),),
    )
    return Card(words("screening.title"), blocks, rows)


def draw_screening_line(words: Words, scene: ScreeningLine) -> Card:
    so_far = "".join(str(line) for line in scene.yes)
    row = (
        Button(words("screening.yes"), Screening(f"{scene.line}y-{so_far}")),
        Button(words("screening.no"), Screening(f"{scene.line}n-{so_far}")),
    )
    title = words("screening.line-title", number=scene.line, of=len(LINES))
    return Card(title, (Lead(words(f"screening.q{scene.line}")),), (row,))


def draw_closed_plan(words: Words, scene: ClosedPlan) -> Card:
    urgent = scene.outcome is Screened.URGENT
    modes = (Mode.URGENT,) if urgent else (Mode.BLOCK,)
    blocks: list[Block] = [Lead(words("screening.urgent" if urgent else "screening.block"))]
    blocks += [words(f"screening.then{line}") for line in scene.lines if LINES[line - 1] in modes]
    blocks.append(Fine(words("screening.nothing-lost")))
    rows: list[tuple[Control, ...]] = []
    if not urgent:
        rows.append((Button(words("screening.cleared"), Screening("cleared")),))
    rows.append(
        (Button(words("screening.again"), Screening("again")), Button(words("button.safety"), Show(Screen.SAFETY)))
    )
    return Card(words("screening.closed-title"), tuple(blocks), tuple(rows))


def draw_ready(words: Words, scene: Ready) -> Card:
    at = when.moment(words, scene.next_at, scene.now, scene.zone)
    span = when.span(words, scene.next_at - scene.now)
    blocks: list[Block] = [
        Lead(words("ready.next", moment=at, zone=scene.zone_name, span=span)),
        Countdown(words("when.next-prompt"), scene.next_at),
    ]
    if scene.counts_for_day_before:
        blocks.append(words("times.day-before"))
    blocks += [words(f"screening.then{line}") for line in scene.modified if LINES[line - 1] is Mode.MODIFY]
    if scene.gentle:
        blocks.append(words("ready.gentle"))
    if scene.in_channel:
        blocks.append(words("ready.in-channel"))
    blocks.append(words("ready.rule"))
    blocks.append(Labelled(words("ready.commands-label"), words("ready.commands")))
    day = f"{scene.day:%Y%m%d}"
    where = (Button(words("reach.button"), Show(Screen.REACH)),) if scene.in_channel else ()
    rows = (
        (Button(words("button.start-now"), Start(StartKind.PLAN, day), Style.PRIMARY),),
        (
            Button(words("button.times"), Show(Screen.TIMES)),
            Button(words("button.settings"), Show(Screen.SETTINGS)),
            *where,
        ),
    )
    return Card(words("ready.title"), tuple(blocks), rows)
