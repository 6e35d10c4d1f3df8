"""Before the player: today's plan, the prompt, and what was chosen instead of starting."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.actions import NotToday, PauseFor, Screen, Show, Snooze, Start, StartKind
from bot.cards import Ask, AskKind, Block, Button, Card, Control, Countdown, Fine, Labelled, Lead, Points, Style
from bot.views import standing as standing_view
from bot.views import when
from bot.views.standing import NO_OUTLOOK, Outlook
from bot.words import Words
from drills.catalog import Catalog
from drills.model import Drill
from drills.practice import PlanItem
from drills.programme import seconds
from drills.streaks import Standing


@dataclass(frozen=True, slots=True)
class Today:
    """Today's plan, not begun. `prompted`: sent by us; `late_since`: when it should have come, if it is late by our fault."""

    plan: tuple[PlanItem, ...]
    catalog: Catalog
    day: date
    calendar_day: date
    standing: Standing
    hidden: bool
    zone: ZoneInfo
    prompted: bool
    late_since: datetime | None = None
    tonight: bool = False
    done: bool = False
    rest: bool = False
    outlook: Outlook = NO_OUTLOOK
    told: str | None = None
    """What a tick on this card came to: the tail of "tick.told-…"."""
    unreached: bool = False
    """Prompts cannot reach this person."""


@dataclass(frozen=True, slots=True)
class AllResting:
    """Every drill of the plan rests after pain."""


@dataclass(frozen=True, slots=True)
class Snoozed:
    until: datetime
    zone: ZoneInfo
    day: date


@dataclass(frozen=True, slots=True)
class SnoozeRefused:
    """`reason`: "quiet" (with the hours) or "day-ends" (with the end)."""

    reason: str
    until: datetime
    zone: ZoneInfo
    day: date


@dataclass(frozen=True, slots=True)
class AskSnooze:
    day: date
    understood: bool = True


@dataclass(frozen=True, slots=True)
class NotTodayScene:
    day: date


@dataclass(frozen=True, slots=True)
class DrillList:
    catalog: Catalog
    day: date


@dataclass(frozen=True, slots=True)
class DrillScene:
    drill: Drill
    day: date


def draw(words: Words, scene: Today) -> Card:
    minutes = max(1, round(seconds(scene.catalog, scene.plan) / 60))
    names = [_name(words, scene.catalog[item.drill], item) for item in scene.plan]
    blocks: list[Block] = [Lead(words("today.plan", drills=_join(words, names), n=minutes))]
    if scene.told is not None:
        blocks.insert(0, words(f"tick.told-{scene.told}"))
    if scene.late_since is not None:
        blocks.append(Fine(words("prompt.late", clock=when.local_clock(scene.late_since, scene.zone))))
    if scene.standing.total:
        blocks.append(standing_view.row(words, scene.standing.days, partly=scene.outlook.partly))
        blocks.append(standing_view.line(words, scene.standing, scene.hidden))
    if scene.rest and not scene.done:
        blocks.append(words("today.rest"))
    blocks += standing_view.hints(words, scene.standing, scene.outlook, scene.hidden)
    if scene.unreached:
        blocks.append(Fine(words("reach.warning")))
    if scene.day != scene.calendar_day:
        blocks.append(Fine(words("prompt.day-before", day=when.weekday(words, scene.day))))
    day = f"{scene.day:%Y%m%d}"
    start = Button(words("button.start"), Start(StartKind.PLAN, day), Style.PRIMARY)
    rows: list[tuple[Control, ...]] = [(start, Button(words("button.minute"), Start(StartKind.MINUTE, day)))]
    if scene.prompted:
        snoozes: list[Control] = [
            Button(words("button.snooze", span=words("when.short-minutes", n=15)), Snooze(day, 15), Style.QUIET),
            Button(words("button.snooze", span=words("when.short-hour", n=1)), Snooze(day, 60), Style.QUIET),
        ]
        if scene.tonight:
            snoozes.append(Button(words("button.tonight"), Snooze(day, 0), Style.QUIET))
        snoozes.append(Button(words("button.snooze-pick"), Snooze(day, -1), Style.QUIET))
        rows += [tuple(snoozes), (Button(words("button.not-today"), NotToday(day), Style.QUIET),)]
    else:
        rows.append(
            (
                Button(words("button.snack"), Start(StartKind.SNACK, day), Style.QUIET),
                Button(words("button.drills"), Show(Screen.DRILLS), Style.QUIET),
            )
        )
    ticks = standing_view.tick_buttons(words, scene.outlook, Screen.TODAY)
    if ticks:
        rows.insert(1, ticks)
    if scene.unreached:
        rows.append((Button(words("reach.button"), Show(Screen.REACH), Style.QUIET),))
    title = "prompt.title" if scene.prompted else "today.title-done" if scene.done else "today.title"
    return Card(words(title, day=when.weekday(words, scene.day)), tuple(blocks), tuple(rows))


def draw_all_resting(words: Words, _scene: AllResting) -> Card:
    rows = ((Button(words("button.drills"), Show(Screen.DRILLS)), Button(words("button.safety"), Show(Screen.SAFETY))),)
    return Card(words("resting.title"), (Lead(words("resting.lead")), words("pain.red")), rows)


def draw_snoozed(words: Words, scene: Snoozed) -> Card:
    day = f"{scene.day:%Y%m%d}"
    rows = (
        (Button(words("button.start"), Start(StartKind.PLAN, day), Style.PRIMARY),),
        (Button(words("button.not-today"), NotToday(day), Style.QUIET),),
    )
    blocks = (
        Lead(words("snooze.until", clock=when.local_clock(scene.until, scene.zone))),
        Countdown(words("when.next-prompt"), scene.until),
    )
    return Card(words("snooze.title"), blocks, rows)


def draw_snooze_refused(words: Words, scene: SnoozeRefused) -> Card:
    day = f"{scene.day:%Y%m%d}"
    rows = (
        (Button(words("button.start"), Start(StartKind.PLAN, day), Style.PRIMARY),),
        (
            Button(words("button.snooze", span=words("when.short-minutes", n=15)), Snooze(day, 15), Style.QUIET),
            Button(words("button.snooze-pick"), Snooze(day, -1), Style.QUIET),
            Button(words("button.not-today"), NotToday(day), Style.QUIET),
        ),
    )
    text = words(f"snooze.refused-{scene.reason}", clock=when.local_clock(scene.until, scene.zone))
    return Card(words("snooze.title"), (Lead(text),), rows)


def draw_ask_snooze(words: Words, scene: AskSnooze) -> Card:
    day = f"{scene.day:%Y%m%d}"
    rows = (
        (Button(words("button.start"), Start(StartKind.PLAN, day), Style.PRIMARY),),
        tuple(
            Button(words("button.snooze", span=words("when.short-minutes", n=n)), Snooze(day, n), Style.QUIET)
            for n in (5, 30, 45)
        ),
    )
    lead = words("snooze.ask" if scene.understood else "snooze.not-understood")
    return Card(words("snooze.title"), (Lead(lead),), rows, Ask(AskKind.TEXT, words("snooze.hint")))


def draw_not_today(words: Words, scene: NotTodayScene) -> Card:
    day = f"{scene.day:%Y%m%d}"
    rows = (
        (Button(words("button.start-after-all"), Start(StartKind.MINUTE, day)),),
        (
            Button(words("button.pause-3"), PauseFor(3), Style.QUIET),
            Button(words("button.pause-7"), PauseFor(7), Style.QUIET),
            Button(words("button.pause-open"), PauseFor(0), Style.QUIET),
        ),
    )
    blocks = (Lead(words("not-today.lead")), words("not-today.still-due"), Fine(words("not-today.pause")))
    return Card(words("not-today.title"), blocks, rows)


def draw_drills(words: Words, scene: DrillList) -> Card:
    blocks = tuple(f"{drill.name}: {drill.purpose}" for drill in scene.catalog.values())
    rows = tuple((Button(drill.name, Show(Screen.DRILLS, drill.id)),) for drill in scene.catalog.values())
    return Card(words("drills.title"), blocks, rows[:5])


def draw_drill(words: Words, scene: DrillScene) -> Card:
    drill = scene.drill
    dose = drill.dose
    sets = str(dose.sets_least) if dose.sets_least == dose.sets_most else f"{dose.sets_least}–{dose.sets_most}"
    blocks: tuple[Block, ...] = (
        Lead(drill.purpose),
        Labelled(words("drill.stance"), drill.stance),
        Labelled(
            words("drill.dose"), words("drill.dose-text", sets=sets, reps=dose.reps, unit=dose.unit, tempo=dose.tempo)
        ),
        Labelled(words("drill.feel"), drill.feel),
        Labelled(words("drill.needs"), "; ".join(item.item for item in drill.equipment)),
        Labelled(words("drill.avoid"), "; ".join(drill.avoid_if)),
        Labelled(words("player.stop-when"), "; ".join(drill.stop_when)),
        Labelled(words("drill.easier"), drill.easier),
        Labelled(words("drill.harder"), drill.harder),
        Points(tuple(f"{part.strength}: {part.note} ({part.source})" for part in drill.evidence)),
        Fine(words("drill.reading", percent=round(100 * drill.reading_confidence), note=drill.reading_note)),
    )
    start = Button(words("button.start"), Start(StartKind.DRILL, f"{scene.day:%Y%m%d}", drill.id), Style.PRIMARY)
    return Card(drill.name, blocks, ((start, Button(words("button.drills"), Show(Screen.DRILLS))),))


def _name(words: Words, drill: Drill, item: PlanItem) -> str:
    return drill.name if item.sets == 1 else words("today.drill-sets", drill=drill.name, n=item.sets)


def _join(words: Words, names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return words("list.and", first=", ".join(names[:-1]), last=names[-1])
