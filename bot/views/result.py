"""After the player: what was done, where it counts, and the card of a session whose day is over."""

from dataclasses import dataclass
from datetime import date

from bot.actions import MoveCode, Play, Screen, Show, Start, StartKind, Tick
from bot.cards import Block, Button, Card, Control, Fine, Lead, Style
from bot.views import standing as standing_view
from bot.views import when
from bot.views.standing import NO_OUTLOOK, Outlook
from bot.words import Words
from drills.practice import Session, sets_done
from drills.safety import Colour
from drills.streaks import Standing


@dataclass(frozen=True, slots=True)
class Result:
    """A session that is over; its day ends at `ends` ("03:00").

    `next_prompt` None: no prompt is planned. `milestone`: the one that was reached in this session.
    """

    session: Session
    standing: Standing
    hidden: bool
    day: date
    ends: str
    rest_of_plan: bool
    next_prompt: str | None
    outlook: Outlook = NO_OUTLOOK
    milestone: int | None = None


@dataclass(frozen=True, slots=True)
class ClosedSession:
    """The day of this session is over; nothing that is pressed on its card counts any more. `may_tick`: it can still be
    ticked into the chain."""

    day: date
    today: date
    undone: bool = False
    may_tick: bool = False


def draw(words: Words, scene: Result) -> Card:
    session = scene.session
    counts = sets_done(session)
    red = session.felt is Colour.RED
    blocks: list[Block] = []
    if counts:
        blocks.append(Lead(words("result.sets", n=counts)))
    else:
        blocks.append(Lead(words("result.no-set")))
    if red:
        blocks += [words("pain.red"), words("pain.kept" if counts else "pain.no-cost")]
    elif session.felt is Colour.AMBER:
        blocks.append(words("result.amber"))
    if scene.milestone and not scene.hidden:
        blocks.append(words("result.milestone", n=scene.milestone))
    blocks.append(standing_view.row(words, scene.standing.days, partly=scene.outlook.partly))
    blocks.append(standing_view.line(words, scene.standing, scene.hidden))
    blocks += standing_view.hints(words, scene.standing, scene.outlook, scene.hidden)
    blocks.append(Fine(words("result.counted", day=when.weekday(words, scene.day), moment=scene.ends)))
    if scene.next_prompt:
        blocks.append(Fine(words("result.next", moment=scene.next_prompt)))
    day = f"{scene.day:%Y%m%d}"
    rows: list[tuple[Control, ...]] = []
    if scene.rest_of_plan and not red:
        rows.append((Button(words("button.rest-of-plan"), Start(StartKind.PLAN, day), Style.PRIMARY),))
    if session.done:
        rows.append((Button(words("button.undo"), Play(session.id, session.rev, MoveCode.UNDO), Style.QUIET),))
    rows.append(
        (Button(words("button.streak"), Show(Screen.STREAK)), Button(words("button.drills"), Show(Screen.DRILLS)))
    )
    title = "result.title-red" if red else "result.title" if counts else "result.title-none"
    return Card(words(title), tuple(blocks), tuple(rows))


def draw_closed(words: Words, scene: ClosedSession) -> Card:
    blocks = (
        Lead(words("closed.undone" if scene.undone else "closed.lead", day=when.weekday(words, scene.day))),
        words("closed.kept"),
    )
    start = Button(words("button.start-today"), Start(StartKind.PLAN, f"{scene.today:%Y%m%d}"), Style.PRIMARY)
    rows: list[tuple[Control, ...]] = [(start,)]
    if scene.may_tick:
        tick = words("button.tick", day=when.weekday_short(words, scene.day))
        rows.append((Button(tick, Tick(f"{scene.day:%Y%m%d}", Screen.STREAK)),))
    return Card(words("closed.title", day=when.day(words, scene.day)), blocks, tuple(rows))
