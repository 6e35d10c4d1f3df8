"""How a streak is shown, everywhere the same: never alone, always with strength and total days beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.actions import Screen, Show, Tick
from bot.cards import Block, Button, Card, Control, Fine, Labelled, Lead, Meter, Points, Square, Squares, Style, Tone
from bot.views import when
from bot.words import Words
from drills.streaks import MOST_FREEZES, WELCOME_AFTER, Cause, Day, DayState, Standing

ROW_OF_DAYS = 7
ROW_OF_STREAK = 14
WHY_DAYS = 14

_TONES = {
    DayState.DONE: Tone.DONE,
    DayState.OPEN: Tone.OPEN,
    DayState.FROZEN: Tone.FROZEN,
    DayState.MISSED: Tone.MISSED,
    DayState.PAUSED: Tone.PAUSED,
    DayState.EXCUSED: Tone.EXCUSED,
    DayState.REST: Tone.NEUTRAL,
}
# By how many days are still to do, and whether the first of them is today.
_BACK = {
    (2, True): "hint.back-2-today",
    (2, False): "hint.back-2-tomorrow",
    (1, True): "hint.back-1-today",
    (1, False): "hint.back-1-tomorrow",
}


@dataclass(frozen=True, slots=True)
class OpenDay:
    """A day that is over and can still be ticked into the chain, until then ("12:00", "tomorrow 12:00")."""

    label: date
    until: str


@dataclass(frozen=True, slots=True)
class Excuse:
    """A day that our outage spoiled. `final`: it is excused; until then it can still be done or ticked."""

    label: date
    final: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """What stands beside the numbers: days that can still be ticked, days that we spoiled, days done only in part.

    `runs_on`: an older day that still runs, which a set done now would count for.
    """

    open_days: tuple[OpenDay, ...] = ()
    excuses: tuple[Excuse, ...] = ()
    partly: frozenset[date] = frozenset()
    runs_on: OpenDay | None = None


NO_OUTLOOK = Outlook()


@dataclass(frozen=True, slots=True)
class StreakScene:
    standing: Standing
    hidden: bool
    outlook: Outlook = NO_OUTLOOK


@dataclass(frozen=True, slots=True)
class WhyScene:
    """One page of the ledger, 0 is the newest; `standing` holds all days that it needs."""

    standing: Standing
    hidden: bool
    page: int = 0
    outages: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class TickScene:
    """The last days that "I did do it" may be said for; `chain`: those that still join the chain."""

    days: tuple[date, ...]
    chain: frozenset[date]
    told: str | None = None
    """What the last tick came to: the tail of "tick.told-…"."""


# --- parts that other cards share


def line(words: Words, standing: Standing, hidden: bool) -> str:
    """One line: "Streak 2 · strength 10 % · 2 days in all"; a streak of nothing never stands without the best."""
    parts = [words("streak.strength", percent=standing.strength), words("streak.total", n=standing.total)]
    if not hidden:
        parts.insert(0, words("streak.streak", n=standing.streak))
        if standing.streak == 0 and standing.best:
            parts.append(words("streak.best", n=standing.best))
    return " · ".join(parts)


def row(
    words: Words, days: tuple[Day, ...], count: int = ROW_OF_DAYS, partly: frozenset[date] = frozenset()
) -> Squares:
    return Squares(tuple(_square(words, day, day.label in partly) for day in days[-count:]))


def hints(words: Words, standing: Standing, outlook: Outlook, hidden: bool) -> Iterator[str]:
    """What there is to know today, at most a line each."""
    for day in outlook.open_days:
        yield words("hint.open-day", day=when.weekday(words, day.label), until=day.until)
    if outlook.runs_on:
        yield words("hint.runs-on", day=when.weekday(words, outlook.runs_on.label), until=outlook.runs_on.until)
    for excuse in outlook.excuses:
        told = "hint.excused" if excuse.final else "hint.spoiled"
        yield words(told, day=when.weekday(words, excuse.label))
    if standing.kept:
        kept = words(
            "hint.kept" if hidden else "hint.kept-streak", days=_names(words, standing.kept), n=standing.streak
        )
        yield kept
    if standing.comeback and not hidden:
        back = standing.comeback
        yield words(_BACK[back.days, back.begin == standing.today.label], n=back.lost)
    elif standing.streak == 0 and standing.total and standing.missed_lately >= WELCOME_AFTER:
        yield words("hint.welcome")


def tick_buttons(words: Words, outlook: Outlook, screen: Screen) -> tuple[Control, ...]:
    """ "✔ I did do it (Tue)", for the days that still join the chain."""
    return tuple(
        Button(
            words("button.tick", day=when.weekday_short(words, day.label)),
            Tick(f"{day.label:%Y%m%d}", screen),
            Style.QUIET,
        )
        for day in outlook.open_days
    )


def _names(words: Words, labels: tuple[date, ...]) -> str:
    names = [when.weekday(words, label) for label in labels]
    return names[0] if len(names) == 1 else words("list.and", first=", ".join(names[:-1]), last=names[-1])


def _square(words: Words, day: Day, partly: bool) -> Square:
    ticked = day.cause is Cause.TICKED
    tone = Tone.TICKED if ticked else Tone.PART if partly and day.state is DayState.DONE else _TONES[day.state]
    state = "ticked" if ticked else "part" if tone is Tone.PART else day.state
    spoken = f"{when.day(words, day.label)}: {words(f'day.{state}')}"
    return Square(when.weekday_short(words, day.label), spoken, tone)


# --- /streak


def draw_streak(words: Words, scene: StreakScene) -> Card:
    standing = scene.standing
    blocks: list[Block] = [] if scene.hidden else [Lead(words("streak.lead", n=standing.streak))]
    blocks += [
        row(words, standing.days, ROW_OF_STREAK, scene.outlook.partly),
        Meter(words("streak.strength-label"), standing.strength),
        Labelled(words("streak.total-label"), words("streak.days", n=standing.total)),
    ]
    if not scene.hidden:
        blocks.append(Labelled(words("streak.best-label"), words("streak.days", n=standing.best)))
        blocks.append(Labelled(words("streak.freezes-label"), _freezes(words, standing)))
    blocks.append(_today(words, standing.today))
    blocks += hints(words, standing, scene.outlook, scene.hidden)
    rows: list[tuple[Control, ...]] = [
        (Button(words("button.why"), Show(Screen.WHY)), Button(words("button.today"), Show(Screen.TODAY)))
    ]
    ticks = tick_buttons(words, scene.outlook, Screen.STREAK)
    if ticks:
        rows.append(ticks)
    rows.append((Button(words("button.missing-day"), Show(Screen.TICK), Style.QUIET),))
    return Card(words("streak.title"), tuple(blocks), tuple(rows))


def _freezes(words: Words, standing: Standing) -> str:
    text = words("streak.freezes", n=standing.bank, most=MOST_FREEZES)
    return f"{text}. {words('streak.freezes-kept', n=len(standing.kept))}" if standing.kept else text


def _today(words: Words, today: Day) -> str:
    return words(f"streak.today-{today.state}", day=when.weekday(words, today.label))


# --- /why


def draw_why(words: Words, scene: WhyScene) -> Card:
    """The ledger, newest day first."""
    days = scene.standing.days[::-1]
    first = scene.page * WHY_DAYS
    shown = days[first : first + WHY_DAYS]
    lines = tuple(f"{when.day(words, day.label)}: {_reason(words, day, scene.hidden)}" for day in shown)
    blocks: list[Block] = [Fine(words("why.rule")), Points(lines)]
    if any(day.label in scene.outages for day in shown):
        blocks.append(words("why.outages"))
    blocks.append(line(words, scene.standing, scene.hidden))
    turn: list[Control] = []
    if first + WHY_DAYS < len(days):
        turn.append(Button(words("why.earlier"), Show(Screen.WHY, str(scene.page + 1))))
    if scene.page:
        turn.append(Button(words("why.later"), Show(Screen.WHY, str(scene.page - 1))))
    rows: list[tuple[Control, ...]] = [tuple(turn)] if turn else []
    rows.append(
        (
            Button(words("button.streak"), Show(Screen.STREAK)),
            Button(words("button.missing-day"), Show(Screen.TICK), Style.QUIET),
        )
    )
    return Card(words("why.title"), tuple(blocks), tuple(rows))


def _reason(words: Words, day: Day, hidden: bool) -> str:
    """What the day was, what came of it, and the streak after it."""
    parts = [words(f"why.{day.state}-{day.cause}" if day.cause else f"why.{day.state}")]
    if day.spent:
        parts.append(words("why.spent", n=day.spent))
    if day.earned:
        parts.append(words("why.earned", n=day.bank))
    if not hidden:
        if day.came_back:
            parts.append(words("why.came-back", n=day.came_back))
        if day.broke:
            parts.append(words("why.broke", n=day.broke))
        if day.state in (DayState.DONE, DayState.FROZEN):
            parts.append(words("why.streak", n=day.streak))
    return " ".join(parts)


# --- "I did do it"


def draw_tick(words: Words, scene: TickScene) -> Card:
    blocks: list[Block] = []
    if scene.told:
        blocks.append(Lead(words(f"tick.told-{scene.told}")))
    if scene.days:
        blocks += [Lead(words("tick.ask")) if not scene.told else words("tick.ask"), Fine(words("tick.rule"))]
    else:
        blocks.append(words("tick.none"))
    buttons = [
        Button(
            words("tick.chain" if label in scene.chain else "tick.history", day=when.day(words, label)),
            Tick(f"{label:%Y%m%d}", Screen.TICK),
        )
        for label in scene.days
    ]
    rows: list[tuple[Control, ...]] = [tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2)]
    rows.append((Button(words("button.streak"), Show(Screen.STREAK)), Button(words("button.why"), Show(Screen.WHY))))
    return Card(words("tick.title"), tuple(blocks), tuple(rows))
