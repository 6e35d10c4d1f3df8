"""How a streak is shown, everywhere the same: never alone, always with strength and total days beside it."""

from dataclasses import dataclass

from bot.actions import Screen, Show
from bot.cards import Block, Button, Card, Labelled, Lead, Meter, Points, Square, Squares, Tone
from bot.views import when
from bot.words import Words
from drills.streaks import Day, DayState, Standing

ROW_OF_DAYS = 7
WHY_DAYS = 14

_TONES = {
    DayState.DONE: Tone.DONE,
    DayState.OPEN: Tone.OPEN,
    DayState.MISSED: Tone.MISSED,
    DayState.PAUSED: Tone.PAUSED,
    DayState.REST: Tone.NEUTRAL,
}


@dataclass(frozen=True, slots=True)
class StreakScene:
    standing: Standing
    hidden: bool


@dataclass(frozen=True, slots=True)
class WhyScene:
    standing: Standing
    hidden: bool


def line(words: Words, standing: Standing, hidden: bool) -> str:
    """One line: "Streak 2 · strength 10 % · 2 days in all"."""
    total = words("streak.total", n=standing.total)
    strength = words("streak.strength", percent=standing.strength)
    if hidden:
        return f"{strength} · {total}"
    return f"{words('streak.streak', n=standing.streak)} · {strength} · {total}"


def row(words: Words, days: tuple[Day, ...], count: int = ROW_OF_DAYS) -> Squares:
    return Squares(tuple(_square(words, day) for day in days[-count:]))


def _square(words: Words, day: Day) -> Square:
    spoken = f"{when.day(words, day.label)}: {words(f'day.{day.state}')}"
    return Square(when.weekday_short(words, day.label), spoken, _TONES[day.state])


def draw_streak(words: Words, scene: StreakScene) -> Card:
    standing = scene.standing
    blocks: list[Block] = [] if scene.hidden else [Lead(words("streak.lead", n=standing.streak))]
    blocks += [
        row(words, standing.days, 14),
        Meter(words("streak.strength-label"), standing.strength),
        Labelled(words("streak.total-label"), words("streak.days", n=standing.total)),
    ]
    if not scene.hidden:
        blocks.append(Labelled(words("streak.best-label"), words("streak.days", n=standing.best)))
    blocks.append(_today(words, standing.today))
    why = Button(words("button.why"), Show(Screen.WHY))
    return Card(words("streak.title"), tuple(blocks), ((why, Button(words("button.today"), Show(Screen.TODAY))),))


def draw_why(words: Words, scene: WhyScene) -> Card:
    """The ledger, newest day first."""
    days = scene.standing.days[-WHY_DAYS:][::-1]
    blocks: tuple[Block, ...] = (
        words("why.rule"),
        Points(tuple(f"{when.day(words, day.label)}: {words(_reason(day))}" for day in days)),
        line(words, scene.standing, scene.hidden),
    )
    return Card(words("why.title"), blocks, ((Button(words("button.streak"), Show(Screen.STREAK)),),))


def _reason(day: Day) -> str:
    if day.joining and day.state is DayState.REST:
        return "why.joining"
    return f"why.{day.state}"


def _today(words: Words, today: Day) -> str:
    return words(f"streak.today-{today.state}", day=when.weekday(words, today.label))
