"""When prompts come: the list of slots, one slot, and what a typed time was read as."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.actions import EditSlot, EditTimes, Screen, Show
from bot.cards import Ask, AskKind, Block, Button, Card, Control, Countdown, Fine, Labelled, Lead, Points, Style
from bot.views import when
from bot.words import Words
from scheduler.slot import Role


@dataclass(frozen=True, slots=True)
class SlotLine:
    id: str
    at: time
    weekdays: frozenset[int]
    role: Role
    day_before: bool


@dataclass(frozen=True, slots=True)
class Journey:
    """What a change of the zone did to the days. `running`: the older day that still counts, and until when ("08:00").

    `longer`: flying west, today lasts until then. `jumped`: labels that were never lived.
    """

    today: date
    running: tuple[date, str] | None = None
    longer: str | None = None
    jumped: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class TimesScene:
    """`problem`: the tail of "times.problem-…". `changed`: something was just changed."""

    slots: tuple[SlotLine, ...]
    next_at: datetime | None
    now: datetime
    zone: ZoneInfo
    zone_name: str
    quiet: tuple[time, time] | None
    problem: str | None = None
    changed: bool = False
    silent: str | None = None
    journey: Journey | None = None


@dataclass(frozen=True, slots=True)
class AskTimes:
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ConfirmTimes:
    """What was typed, as it was read; nothing has changed yet. `next_at`: the first prompt of these times."""

    times: tuple[time, ...]
    weekdays: frozenset[int]
    slots: tuple[SlotLine, ...]
    next_at: datetime
    now: datetime
    zone: ZoneInfo
    day_before: bool
    may_add: bool


@dataclass(frozen=True, slots=True)
class SlotScene:
    slot: SlotLine


def _journey(words: Words, journey: Journey) -> Iterator[str]:
    today = when.weekday(words, journey.today)
    if journey.running:
        label, until = journey.running
        yield words("journey.two-days", old=when.weekday(words, label), until=until, new=today)
    if journey.longer:
        yield words("journey.longer", day=today, until=journey.longer)
    for label in journey.jumped:
        yield words("journey.jumped", day=when.day(words, label))


def draw(words: Words, scene: TimesScene) -> Card:
    blocks: list[Block] = []
    if scene.problem:
        blocks.append(Lead(words(f"times.problem-{scene.problem}")))
    elif scene.silent:
        blocks += [Lead(words(f"times.silent-{scene.silent}")), Fine(words("time.zone", zone=scene.zone_name))]
    elif scene.next_at:
        at = when.moment(words, scene.next_at, scene.now, scene.zone)
        span = when.span(words, scene.next_at - scene.now)
        blocks.append(Lead(words("times.next", moment=at, zone=scene.zone_name, span=span)))
        blocks.append(Countdown(words("when.next-prompt"), scene.next_at))
    else:
        blocks.append(Lead(words("times.none")))
    if scene.journey:
        blocks += _journey(words, scene.journey)
    if scene.slots:
        blocks.append(Points(tuple(slot_text(words, slot) for slot in scene.slots)))
    if any(slot.day_before for slot in scene.slots):
        blocks.append(words("times.day-before"))
    if scene.quiet:
        start, end = (when.clock(at) for at in scene.quiet)
        blocks.append(Fine(words("times.quiet", start=start, end=end)))
    blocks.append(Fine(words("times.type")))
    buttons = [Button(_short(words, slot), EditSlot(slot.id, "open")) for slot in scene.slots]
    rows: list[tuple[Control, ...]] = [tuple(buttons[i : i + 3]) for i in range(0, len(buttons), 3)]
    rows.append((Button(words("button.add-time"), EditTimes("ask", "", ""), Style.PRIMARY),))
    return Card(words("times.title"), tuple(blocks), tuple(rows), Ask(AskKind.TIME, words("time.hint")))


def draw_ask(words: Words, scene: AskTimes) -> Card:
    lead = words(f"times.problem-{scene.problem}") if scene.problem else words("times.ask")
    blocks = (Lead(lead), Fine(words("times.type")))
    rows = ((Button(words("button.keep-times"), Show(Screen.TIMES), Style.QUIET),),)
    return Card(words("times.title"), blocks, rows, Ask(AskKind.TIME, words("time.hint")))


def draw_confirm(words: Words, scene: ConfirmTimes) -> Card:
    what = f"{when.weekdays(words, scene.weekdays)} {', '.join(when.clock(at) for at in scene.times)}"
    at = when.moment(words, scene.next_at, scene.now, scene.zone)
    blocks: list[Block] = [Lead(words("times.read-as", what=what)), words("times.would-be", moment=at)]
    if scene.day_before:
        blocks.append(words("times.day-before"))
    mask = "".join(str(day) for day in sorted(scene.weekdays))
    times = "".join(f"{at:%H%M}" for at in scene.times)
    rows: list[tuple[Control, ...]] = [(Button(words("times.set"), EditTimes("set", mask, times), Style.PRIMARY),)]
    if scene.may_add:
        rows.append((Button(words("times.add"), EditTimes("add", mask, times)),))
    rows.append((Button(words("button.keep-times"), Show(Screen.TIMES), Style.QUIET),))
    if scene.slots:
        now = "; ".join(slot_text(words, slot) for slot in scene.slots)
        blocks.append(Fine(words("times.now", slots=now)))
    return Card(words("times.title"), tuple(blocks), tuple(rows))


def draw_slot(words: Words, scene: SlotScene) -> Card:
    slot = scene.slot
    blocks: list[Block] = [Lead(slot_text(words, slot)), Labelled(words("slot.role"), words(f"slot.about-{slot.role}"))]
    if slot.day_before:
        blocks.append(words("times.day-before"))
    rows = (
        (Button(words("slot.change-role"), EditSlot(slot.id, "role")),),
        (Button(words("slot.remove"), EditSlot(slot.id, "remove"), Style.DANGER),),
        (Button(words("button.back-to-times"), Show(Screen.TIMES), Style.QUIET),),
    )
    return Card(words("slot.title"), tuple(blocks), rows)


def slot_text(words: Words, slot: SlotLine) -> str:
    text = f"{when.clock(slot.at)} {when.weekdays(words, slot.weekdays)}"
    return text if slot.role is Role.DO else f"{text} ({words(f'slot.name-{slot.role}')})"


def _short(words: Words, slot: SlotLine) -> str:
    text = when.clock(slot.at)
    every_day = len(slot.weekdays) == len(when.EVERY_DAY)
    return text if every_day else f"{text} {when.weekdays(words, slot.weekdays)}"[:40]
