"""Which weekdays are due (/rest), when a day begins (/day_start), and pauses (/pause)."""

from dataclasses import dataclass
from datetime import date, time

from bot.actions import CANCEL_AHEAD, GIVE_REASON, RESUME, BeginDay, Due, PauseFor, Screen, Show
from bot.cards import Ask, AskKind, Block, Button, Card, Control, Fine, Labelled, Lead, Style
from bot.views import when
from bot.words import Words

STARTS = (time(0), time(2), time(3), time(4), time(5), time(6))
REASONS = ("sore", "sick", "travel")
NOON = time(12)  # when a pause that lasts for long is asked about: nobody sleeps, and no prompt comes then by default
_WEEK = range(7)


@dataclass(frozen=True, slots=True)
class RestScene:
    """`due`: the weekdays in force from `from_day` on. `told`: the tail of "rest.told-…"."""

    due: frozenset[int]
    from_day: date
    told: str | None = None


@dataclass(frozen=True, slots=True)
class DayStartScene:
    """`at` holds from the next day on; today ends at `today_ends` ("03:00"). `told`: the tail of "day-start.told-…"."""

    at: time
    today: date
    today_ends: str
    told: str | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A pause: `last` None is open-ended. `reason`: "", or one of REASONS, or "other"."""

    first: date
    last: date | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PauseScene:
    """`now`: the pause in force. `ahead`: those that are still to come. `told`: the tail of "pause.told-…".

    `long`: it has lasted for 60 days, and we ask once whether to go on.
    """

    now: Planned | None
    ahead: tuple[Planned, ...] = ()
    told: str | None = None
    long: bool = False


def draw_rest(words: Words, scene: RestScene) -> Card:
    rest = frozenset(_WEEK) - scene.due
    text = words("rest.none") if not rest else words("rest.days", days=when.weekdays(words, rest))
    blocks: list[Block] = []
    if scene.told:
        blocks.append(Lead(words(f"rest.told-{scene.told}", day=when.day(words, scene.from_day))))
    blocks += [text if scene.told else Lead(text), Fine(words("rest.rule"))]

    def toggle(number: int) -> Control:
        due = scene.due ^ {number}
        label = words("rest.button-rest" if number in rest else "rest.button-due", day=when.weekday_name(words, number))
        return Button(label, Due(_digits(due)), Style.PRIMARY if number in rest else Style.PLAIN)

    days = [toggle(number) for number in _WEEK]
    presets = (
        Button(words("rest.weekends"), Due("01234"), Style.QUIET),
        Button(words("rest.no-rest"), Due("0123456"), Style.QUIET),
    )
    return Card(
        words("rest.title"),
        tuple(blocks),
        (tuple(days[:4]), tuple(days[4:]), presets),
        Ask(AskKind.TEXT, words("rest.hint")),
    )


def draw_day_start(words: Words, scene: DayStartScene) -> Card:
    blocks: list[Block] = []
    if scene.told:
        blocks.append(Lead(words(f"day-start.told-{scene.told}", clock=when.clock(scene.at))))
    else:
        blocks.append(Lead(words("day-start.now", clock=when.clock(scene.at))))
    today = words("day-start.today", day=when.weekday(words, scene.today), moment=scene.today_ends)
    blocks += [today, Fine(words("day-start.rule"))]
    buttons = [
        Button(when.clock(at), BeginDay(f"{at:%H%M}"), Style.PRIMARY if at == scene.at else Style.PLAIN)
        for at in STARTS
    ]
    return Card(
        words("day-start.title"),
        tuple(blocks),
        (tuple(buttons[:3]), tuple(buttons[3:])),
        Ask(AskKind.TIME, words("day-start.hint")),
    )


def draw_pause(words: Words, scene: PauseScene) -> Card:
    blocks: list[Block] = []
    if scene.told:
        blocks.append(Lead(words(f"pause.told-{scene.told}")))
    if scene.long:
        blocks.append(Lead(words("pause.long")))
    if scene.now:
        text = _lasting(words, scene.now)
        blocks.append(text if scene.told or scene.long else Lead(text))
        if scene.now.reason:
            blocks.append(Labelled(words("pause.reason"), words(f"pause.reason-{scene.now.reason}")))
    elif not scene.told:
        blocks.append(Lead(words("pause.ask")))
    for planned in scene.ahead:
        blocks.append(words("pause.ahead", first=when.day(words, planned.first), lasting=_until(words, planned)))
    blocks.append(Fine(words("pause.neutral")))
    rows: list[tuple[Control, ...]] = []
    if scene.now:
        rows.append(
            (
                Button(words("button.resume"), PauseFor(RESUME), Style.PRIMARY),
                Button(words("button.today"), Show(Screen.TODAY)),
            )
        )
        if not scene.now.reason:
            blocks.append(Fine(words("pause.why-reason")))
            rows.append(
                tuple(
                    Button(words(f"pause.reason-{reason}"), PauseFor(GIVE_REASON, reason), Style.QUIET)
                    for reason in REASONS
                )
            )
    elif scene.told == "resumed":
        rows.append((Button(words("button.today"), Show(Screen.TODAY), Style.PRIMARY),))
    else:
        blocks.append(Fine(words("pause.typed")))
        rows.append(
            (
                Button(words("button.pause-today"), PauseFor(1)),
                Button(words("button.pause-3"), PauseFor(3)),
                Button(words("button.pause-7"), PauseFor(7)),
            )
        )
        rows.append((Button(words("button.pause-open"), PauseFor(0)),))
    if scene.ahead:
        rows.append((Button(words("button.cancel-ahead"), PauseFor(CANCEL_AHEAD), Style.QUIET),))
    ask = None if scene.now or scene.told == "resumed" else Ask(AskKind.TEXT, words("pause.hint"))
    return Card(words("pause.title"), tuple(blocks), tuple(rows), ask)


def _lasting(words: Words, pause: Planned) -> str:
    return words("pause.until", day=when.day(words, pause.last)) if pause.last else words("pause.open")


def _until(words: Words, pause: Planned) -> str:
    return words("pause.to", day=when.day(words, pause.last)) if pause.last else words("pause.no-end")


def _digits(days: frozenset[int]) -> str:
    return "".join(str(number) for number in sorted(days))
