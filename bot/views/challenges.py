"""Team challenges: the draft, the board, one's own part, the recap and the result, the team minute.

What the others see is only what is kind: no missed days, no reps, no pain, and nobody is named for being absent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from bot.actions import Screen, Show, Start, StartKind, Team, TeamMove
from bot.cards import Ask, AskKind, Block, Button, Card, Control, Fine, Labelled, Lead, Meter, Points, Style
from bot.views import when
from bot.words import Words
from drills.challenges import KINDS, LIGHTS, WEEKS, Measure, Row, Standing

PAGE_ROWS = 20  # of a board: a screen of a phone
NAMED_MOST = 30  # on a team-minute card


@dataclass(frozen=True, slots=True)
class Draft:
    """A challenge that is not started: everything is in the buttons. `start`: "t" tomorrow, "m" next Monday."""

    kind: str
    weeks: int
    start: str
    open_to: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Board:
    """`names`: what to show for each member's id. `state`: "running", "over" or "ended"."""

    challenge: str
    code: str
    kind: str
    first: date
    last: date
    state: str
    standing: Standing
    names: Mapping[str, str]
    cheering: int
    cheers: int
    page: int = 0
    others: bool = False
    """The challenge is open to other chats that know the code."""


@dataclass(frozen=True, slots=True)
class Recap:
    board: Board
    week: int


@dataclass(frozen=True, slots=True)
class ResultCard:
    board: Board


@dataclass(frozen=True, slots=True)
class AskEnd:
    challenge: str
    kind: str


@dataclass(frozen=True, slots=True)
class Part:
    """One's own part, in private. `counts_from` None: a guest, until set up. `told`: the tail of "part.told-…"."""

    challenge: str
    kind: str
    last: date
    shown_as: str
    has_alias: bool
    cheer_only: bool
    left: bool
    counts_from: date | None
    told: str | None = None


@dataclass(frozen=True, slots=True)
class AskAlias:
    challenge: str
    refused: str | None = None
    """The tail of "part.…-alias"."""


@dataclass(frozen=True, slots=True)
class Running:
    """The challenges of this chat, for whoever may manage them."""

    challenges: tuple[tuple[str, str, date], ...] = field(default=())
    """(id, kind, last day)"""
    may_start: bool = True
    may_end: bool = True


@dataclass(frozen=True, slots=True)
class TeamNote:
    """One sentence in a team chat: the tail of "team-note.…"."""

    what: str


@dataclass(frozen=True, slots=True)
class Minute:
    """ "Feet up!": who is in, and who has done it; `until` None: it is over."""

    challenge: str
    number: int
    waiting: int
    done: tuple[str, ...]
    until: str | None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class MinuteCall:
    """The private card of somebody who takes part."""

    day: date


def draw_draft(words: Words, scene: Draft) -> Card:
    def option(label: str, on: bool, **change: object) -> Control:
        values = {"kind": scene.kind, "weeks": scene.weeks, "start": scene.start, "open_to": scene.open_to} | change
        data = f"{values['kind']}-{values['weeks']}-{values['start']}-{values['open_to']}"
        return Button(label, Team(TeamMove.DRAFT, arg=data), Style.PRIMARY if on else Style.PLAIN)

    kinds = tuple(option(words(f"challenge.{kind}"), kind == scene.kind, kind=kind) for kind in KINDS)
    weeks = tuple(option(words("challenge.weeks", n=n), n == scene.weeks, weeks=n) for n in WEEKS)
    starts = tuple(option(words(f"challenge.start-{at}"), at == scene.start, start=at) for at in ("t", "m"))
    who = tuple(option(words(f"challenge.open-{to}"), to == scene.open_to, open_to=to) for to in ("chat", "code"))
    blocks = (
        Lead(words(f"challenge.what-{scene.kind}")),
        words("challenge.dates", first=when.day(words, scene.first), last=when.day(words, scene.last)),
        Fine(words("challenge.fair")),
    )
    data = f"{scene.kind}-{scene.weeks}-{scene.start}-{scene.open_to}"
    begin = Button(words("challenge.begin"), Team(TeamMove.START, arg=data), Style.PRIMARY)
    return Card(words("challenge.new"), blocks, (kinds, weeks, starts, who, (begin,)))


def draw_board(words: Words, scene: Board) -> Card:
    blocks = [*_team(words, scene), *_rows(words, scene)]
    if scene.state == "running":
        dates = {"first": when.day(words, scene.first), "last": when.day(words, scene.last)}
        blocks.append(Fine(words("board.dates", **dates)))
    else:
        blocks.append(Fine(words(f"board.{scene.state}")))
    if scene.cheering:
        blocks.append(Fine(words("board.cheering", n=scene.cheering)))
    if scene.others and scene.state == "running":
        blocks.append(Fine(words("board.code", code=scene.code)))
    rows: list[tuple[Control, ...]] = []
    if scene.state == "running":
        rows.append(
            (
                Button(words("board.join"), Team(TeamMove.JOIN, scene.challenge), Style.PRIMARY),
                Button(words("board.cheer", n=scene.cheers), Team(TeamMove.CHEER, scene.challenge)),
            )
        )
        rows.append(
            (
                Button(words("board.minute"), Team(TeamMove.MINUTE, scene.challenge)),
                Button(words("board.part"), Team(TeamMove.PART, scene.challenge)),
            )
        )
        turn = _turn(words, scene)
        if turn:
            rows.append(turn)
    return Card(_title(words, scene), tuple(blocks), tuple(rows))


def draw_recap(words: Words, scene: Recap) -> Card:
    board = scene.board
    blocks = (*_team(words, board), *_rows(words, board, best=5), Fine(words("recap.rest")))
    return Card(words("recap.title", kind=words(f"challenge.{board.kind}"), n=scene.week), blocks)


def draw_result(words: Words, scene: ResultCard) -> Card:
    board = scene.board
    blocks = (*_team(words, board), *_rows(words, board, best=PAGE_ROWS), words("result-card.thanks"))
    return Card(words("result-card.title", kind=words(f"challenge.{board.kind}")), blocks)


def draw_ask_end(words: Words, scene: AskEnd) -> Card:
    rows = (
        (Button(words("challenge.end-sure"), Team(TeamMove.END, scene.challenge), Style.DANGER),),
        (Button(words("challenge.keep"), Team(TeamMove.KEEP, scene.challenge), Style.QUIET),),
    )
    title = words(f"challenge.{scene.kind}")
    return Card(title, (Lead(words("challenge.ask-end")), words("challenge.end-what")), rows)


def draw_part(words: Words, scene: Part) -> Card:
    blocks: list[Block] = []
    if scene.told:
        blocks.append(Lead(words(f"part.told-{scene.told}")))
    if scene.left:
        blocks.append(words("part.left"))
    elif scene.cheer_only:
        blocks.append(words("part.cheering"))
    elif scene.counts_from is None:
        blocks.append(words("part.guest"))
    else:
        blocks.append(words("part.counts-from", day=when.day(words, scene.counts_from)))
    blocks.append(Labelled(words("part.shown-as"), scene.shown_as))
    blocks.append(Fine(words("part.private")))
    rows: list[tuple[Control, ...]] = []
    if scene.left:
        rows.append((Button(words("board.join"), Team(TeamMove.JOIN, scene.challenge), Style.PRIMARY),))
    else:
        if scene.counts_from is not None and not scene.cheer_only:
            rows.append((Button(words("button.today"), Show(Screen.TODAY), Style.PRIMARY),))
        alias = "part.own-name" if scene.has_alias else "part.alias"
        cheer = "part.play" if scene.cheer_only else "part.cheer-only"
        rows.append(
            (
                Button(words(alias), Team(TeamMove.ALIAS, scene.challenge, "off" if scene.has_alias else "ask")),
                Button(words(cheer), Team(TeamMove.CHEER_ONLY, scene.challenge, "no" if scene.cheer_only else "yes")),
            )
        )
        rows.append((Button(words("part.leave"), Team(TeamMove.LEAVE, scene.challenge), Style.QUIET),))
    return Card(words("part.title", kind=words(f"challenge.{scene.kind}")), tuple(blocks), tuple(rows))


def draw_ask_alias(words: Words, scene: AskAlias) -> Card:
    lead = words(f"part.{scene.refused or 'ask'}-alias")
    rows = ((Button(words("part.keep-name"), Team(TeamMove.ALIAS, scene.challenge, "off"), Style.QUIET),),)
    return Card(words("part.alias"), (Lead(lead),), rows, Ask(AskKind.TEXT, words("part.alias-hint")))


def draw_running(words: Words, scene: Running) -> Card:
    rows: list[tuple[Control, ...]] = []
    for challenge, kind, last in scene.challenges:
        label = words("challenge.show", kind=words(f"challenge.{kind}"), day=when.day(words, last))
        end = Button(words("challenge.end"), Team(TeamMove.ASK_END, challenge), Style.QUIET)
        show = Button(label, Team(TeamMove.SHOW, challenge))
        rows.append((show, end) if scene.may_end else (show,))
    if scene.may_start:
        rows.append((Button(words("challenge.new"), Team(TeamMove.DRAFT, arg="share-2-t-chat"), Style.PRIMARY),))
    lead = words("challenge.running", n=len(scene.challenges))
    return Card(words("challenge.title"), (Lead(lead), Fine(words("challenge.rights"))), tuple(rows))


def draw_note(words: Words, scene: TeamNote) -> Card:
    return Card(words("challenge.title"), (Lead(words(f"team-note.{scene.what}")),))


def draw_minute(words: Words, scene: Minute) -> Card:
    blocks: list[Block] = []
    if scene.until:
        blocks.append(Lead(words("minute.call", until=scene.until, zone=scene.zone)))
    else:
        blocks.append(Lead(words("minute.over", n=len(scene.done)) if scene.done else words("notice.minute-over")))
    if scene.done:
        names = scene.done[:NAMED_MOST]
        more = len(scene.done) - len(names)
        blocks.append(Points((*(f"✓ {name}" for name in names), *([words("board.more", n=more)] if more else []))))
    if scene.until and scene.waiting:
        blocks.append(Fine(words("minute.waiting", n=scene.waiting)))
    rows: tuple[tuple[Control, ...], ...] = ()
    if scene.until:
        take = Team(TeamMove.TAKE, scene.challenge, str(scene.number))
        rows = ((Button(words("minute.take"), take, Style.PRIMARY),),)
    return Card(words("minute.title"), tuple(blocks), rows)


def draw_minute_call(words: Words, scene: MinuteCall) -> Card:
    start = Button(words("button.minute"), Start(StartKind.MINUTE, f"{scene.day:%Y%m%d}"), Style.PRIMARY)
    return Card(words("minute.title"), (Lead(words("minute.yours")),), ((start,),))


# --- parts


def _title(words: Words, scene: Board) -> str:
    return words("board.title", kind=words(f"challenge.{scene.kind}"))


def _team(words: Words, scene: Board) -> list[Block]:
    """What the team has done together."""
    standing = scene.standing
    match KINDS[scene.kind].measure:
        case Measure.SHARE:
            if standing.percent is None:
                return [Lead(words("board.nothing-yet"))]
            return [Meter(words("board.team"), standing.percent)]
        case Measure.LIGHTS:
            lit = standing.lights
            lead = words("board.all-lit") if standing.complete else words("board.lights", n=lit, of=LIGHTS)
            return [Lead(lead), Meter(words("board.foot"), round(100 * lit / LIGHTS))]
        case Measure.SETS:
            return [Lead(words("board.sets", n=standing.sets))]


def _rows(words: Words, scene: Board, best: int | None = None) -> list[Block]:
    """The rows of a page; with `best`, the first of those who play, for a recap or a result."""
    rows = _listed(scene)
    if best is not None:
        rows, first, most = [row for row in rows if not row.guest], 0, best
    else:
        first, most = PAGE_ROWS * min(scene.page, _last_page(scene)), PAGE_ROWS
    shown = rows[first : first + most]
    if not shown:
        return [words("board.nobody")]
    lines = [_row(words, scene, row, live=best is None and scene.state == "running") for row in shown]
    more = len(rows) - first - len(shown)
    if more > 0:
        lines.append(words("board.more", n=more))
    return [Points(tuple(lines))]


def _listed(scene: Board) -> list[Row]:
    """Those who cheer are counted below the board."""
    return [row for row in scene.standing.rows if not row.cheer_only]


def _last_page(scene: Board) -> int:
    return max(0, len(_listed(scene)) - 1) // PAGE_ROWS


def _row(words: Words, scene: Board, row: Row, *, live: bool) -> str:
    """What somebody has not done is nobody's business: a share, lights or sets only where there are some."""
    name = scene.names.get(row.member) or words("board.someone")
    parts = [f"{row.rank}. {name}" if row.rank else name]
    if row.guest:
        parts.append(words("board.not-started"))
    elif row.left:
        parts.append(words("board.left"))
    match KINDS[scene.kind].measure:
        case Measure.SHARE if row.share:
            parts.append(words("board.share", percent=int(100 * row.share + Fraction(1, 2))))
        case Measure.LIGHTS if row.kept:
            parts.append(words("board.lit", n=row.kept))
        case Measure.SETS if row.sets:
            parts.append(words("board.row-sets", n=row.sets))
    if live and row.today:
        parts.append("✓")
    if row.quick:
        parts.append(words("board.quick"))
    return " · ".join(parts)


def _turn(words: Words, scene: Board) -> tuple[Control, ...]:
    page, last = min(scene.page, _last_page(scene)), _last_page(scene)
    turn: list[Control] = []
    if page:
        turn.append(Button(words("board.up"), Team(TeamMove.PAGE, scene.challenge, str(page - 1))))
    if page < last:
        turn.append(Button(words("board.down"), Team(TeamMove.PAGE, scene.challenge, str(page + 1))))
    return tuple(turn)
