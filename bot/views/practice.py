"""The player's card: the place in a session -> what to read, what is done, what can be pressed."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bot.actions import MoveCode, Play
from bot.cards import (
    Ask,
    AskKind,
    Block,
    Button,
    Card,
    Control,
    Countdown,
    Fine,
    Labelled,
    Lead,
    Mark,
    RoundMark,
    Rounds,
    Style,
)
from bot.words import Words
from drills.catalog import Catalog
from drills.model import Direction, Drill, Round
from drills.practice import (
    AskingReps,
    AtRound,
    AtStep,
    Feeling,
    Hurting,
    Over,
    PlanItem,
    Rested,
    Session,
    Where,
    is_complete,
    may_add_a_set,
    sets_done,
)
from drills.safety import Colour

_ARROWS = {Direction.CLOCKWISE: "↻", Direction.COUNTER_CLOCKWISE: "↺"}


@dataclass(frozen=True, slots=True)
class Playing:
    """A session in progress. `waiting_over`: the rest of this round has ended, so no countdown any more."""

    session: Session
    catalog: Catalog
    now: datetime
    easier_exists: bool


def draw(words: Words, scene: Playing) -> Card:
    session, place = scene.session, scene.session.place
    match place:
        case AtStep(item=item, step=step):
            return _step(words, scene, item, step)
        case AtRound():
            return _round(words, scene, place)
        case AskingReps(item=item):
            return _reps(words, session, scene.catalog[session.plan[item].drill], session.plan[item])
        case Hurting(item=item):
            return _hurting(words, scene, scene.catalog[session.plan[item].drill])
        case Rested(item=item):
            return _rested(words, session, scene.catalog[session.plan[item].drill])
        case Feeling():
            return _feeling(words, scene)
        case Where(colour=colour):
            return _where(words, scene, colour)
        case Over():
            raise ValueError("a session that is over is drawn as a Result")
        case other:
            assert_never(other)


def _step(words: Words, scene: Playing, item: int, step: int) -> Card:
    session = scene.session
    plan = session.plan[item]
    drill = scene.catalog[plan.drill]
    variant = drill.variant(plan.variant)
    text = variant.steps[min(step, len(variant.steps) - 1)]
    blocks: list[Block] = [
        Fine(_where_in_drill(words, drill, plan, words("player.step", step=step + 1, of=plan.steps)))
    ]
    blocks += [
        Lead(text.text),
        Labelled(words("player.cue"), text.cue),
        Labelled(words("player.mistake"), text.mistake),
    ]
    if step == 0:
        blocks.append(Labelled(words("player.stop-when"), _list(drill.stop_when)))
    last = step + 1 == plan.steps
    first = Button(words("button.to-rounds" if last else "button.next"), _play(session, MoveCode.NEXT), Style.PRIMARY)
    rows: list[tuple[Control, ...]] = [(first,)]
    if step:
        rows[0] = (Button(words("button.back"), _play(session, MoveCode.BACK)), first)
    if not last:
        rows.append((Button(words("button.know"), _play(session, MoveCode.KNOW)),))
    extra = may_add_a_set(session)
    if extra is not None:
        name = scene.catalog[session.plan[extra].drill].name
        rows.append((Button(words("button.more", drill=name), _play(session, MoveCode.MORE)),))
    rows.append(_ways_out(words, scene))
    return Card(_title(words, session, drill, item), tuple(blocks), tuple(rows))


def _round(words: Words, scene: Playing, place: AtRound) -> Card:
    session = scene.session
    plan = session.plan[place.item]
    drill = scene.catalog[plan.drill]
    now_round = plan.rounds[place.round]
    what = words("player.reps", n=plan.reps, unit=drill.dose.unit)
    side = _spoken(words, now_round)
    set_text = words("player.set", set=place.set + 1, of=plan.sets)
    blocks: list[Block] = [Fine(_where_in_drill(words, drill, plan, set_text))]
    resting = place.rest_until is not None and place.rest_until > scene.now
    if resting and place.rest_until is not None:
        blocks.append(Countdown(words("player.rest"), place.rest_until))
    elif _feet_change(plan, place) and drill.switch_feet:
        blocks.append(drill.switch_feet)
    blocks.append(Lead(f"{side}: {what}" if side else what))
    blocks.append(Rounds(_rounds(words, session, place)))
    blocks.append(Labelled(words("player.tempo"), drill.dose.tempo))
    if plan.variant != drill.original.id:
        blocks.append(Labelled(drill.variant(plan.variant).label, drill.variant(plan.variant).change))
    blocks.append(Fine(words("player.stop-line", signs=_list(drill.stop_when))))
    done: list[Control] = [Button(words("button.done"), _play(session, MoveCode.DONE), Style.PRIMARY)]
    if plan.can_slip:
        done.append(Button(words("button.slipped"), _play(session, MoveCode.SLIPPED)))
    second: list[Control] = [Button(words("button.steps"), _play(session, MoveCode.BACK), Style.QUIET)]
    if session.done:
        second.insert(0, Button(words("button.undo"), _play(session, MoveCode.UNDO), Style.QUIET))
    if scene.easier_exists:
        second.append(Button(words("button.easier"), _play(session, MoveCode.EASIER), Style.QUIET))
    hurts = Button(words("button.hurts"), _play(session, MoveCode.HURTS), Style.DANGER)
    rows = (tuple(done), tuple(second), _ways_out(words, scene), (hurts,))
    return Card(_title(words, session, drill, place.item), tuple(blocks), rows)


def _reps(words: Words, session: Session, drill: Drill, plan: PlanItem) -> Card:
    numbers = [Button(str(n), _play(session, MoveCode.REPS, str(n))) for n in range(plan.reps + 1)]
    rows: tuple[tuple[Control, ...], ...] = (
        tuple(numbers[:3]),
        tuple(numbers[3:]),
        (Button(words("button.not-slipped"), _play(session, MoveCode.BACK), Style.QUIET),),
    )
    blocks = (Lead(words("player.slipped-ask")), Fine(words("player.slipped-why")))
    return Card(drill.name, blocks, tuple(r for r in rows if r), Ask(AskKind.NUMBER, words("player.slipped-hint")))


def _hurting(words: Words, scene: Playing, drill: Drill) -> Card:
    blocks = (Lead(words("pain.ask")), Labelled(words("pain.stop-now-label"), words("pain.stop-now")))
    amber = "pain.amber-easier" if scene.easier_exists else "pain.amber-half"
    rows = (
        (_feel(words("pain.button-red"), scene.session, Colour.RED, Style.DANGER),),
        (_feel(words("pain.button-amber"), scene.session, Colour.AMBER),),
        (_feel(words("pain.button-green"), scene.session, Colour.GREEN, Style.QUIET),),
    )
    return Card(drill.name, (*blocks, Fine(words(amber))), rows)


def _rested(words: Words, session: Session, drill: Drill) -> Card:
    blocks: tuple[Block, ...] = (
        Lead(words("pain.rested", drill=drill.name)),
        words("pain.red"),
        words("pain.kept" if sets_done(session) else "pain.no-cost"),
    )
    rows = (
        (Button(words("button.stop-today"), _play(session, MoveCode.STOP), Style.PRIMARY),),
        (Button(words("button.next-drill"), _play(session, MoveCode.GO_ON)),),
    )
    return Card(words("pain.title"), blocks, rows)


def _feeling(words: Words, scene: Playing) -> Card:
    session = scene.session
    rows: list[tuple[Control, ...]] = [
        (_feel(words("feel.green"), session, Colour.GREEN, Style.PRIMARY),),
        (_feel(words("feel.amber"), session, Colour.AMBER),),
        (_feel(words("feel.red"), session, Colour.RED, Style.DANGER),),
    ]
    last: list[Control] = [Button(words("button.undo"), _play(session, MoveCode.UNDO), Style.QUIET)]
    extra = may_add_a_set(session)
    if extra is not None:
        name = scene.catalog[session.plan[extra].drill].name
        last.append(Button(words("button.more", drill=name), _play(session, MoveCode.MORE), Style.QUIET))
    rows.append(tuple(last))
    title = words("feel.title-complete" if is_complete(session) else "feel.title-stopped")
    counts = sets_done(session)
    blocks = (
        words("feel.sets", n=counts) if counts else words("feel.no-set"),
        Lead(words("feel.ask")),
        Fine(words("feel.why")),
    )
    return Card(title, blocks, tuple(rows))


def _where(words: Words, scene: Playing, colour: Colour) -> Card:
    session = scene.session
    done = sorted({fact.item for fact in session.done})
    rows = tuple(
        (Button(scene.catalog[session.plan[item].drill].name, _play(session, MoveCode.WHICH, str(item))),)
        for item in done[:5]
    )
    return Card(words(f"feel.{colour}"), (Lead(words("feel.where")),), rows)


# --- parts --------------------------------------------------------------------------------------------------------


def _play(session: Session, move: MoveCode, arg: str = "") -> Play:
    return Play(session.id, session.rev, move, arg)


def _feel(label: str, session: Session, colour: Colour, style: Style = Style.PLAIN) -> Button:
    return Button(label, _play(session, MoveCode.FEEL, colour), style)


def _ways_out(words: Words, scene: Playing) -> tuple[Control, ...]:
    skip = Button(words("button.skip"), _play(scene.session, MoveCode.SKIP), Style.QUIET)
    stop = Button(words("button.stop"), _play(scene.session, MoveCode.STOP), Style.QUIET)
    return (skip, stop) if len(scene.session.plan) > 1 else (stop,)


def _title(words: Words, session: Session, drill: Drill, item: int) -> str:
    if len(session.plan) == 1:
        return drill.name
    return words("player.title", drill=drill.name, number=item + 1, of=len(session.plan))


def _where_in_drill(words: Words, drill: Drill, plan: PlanItem, place: str) -> str:
    return place if plan.variant == drill.original.id else f"{place} · {drill.variant(plan.variant).label}"


def _list(items: tuple[str, ...]) -> str:
    return "; ".join(items)


def _feet_change(plan: PlanItem, place: AtRound) -> bool:
    if place.round == 0:
        return False
    return plan.rounds[place.round].side != plan.rounds[place.round - 1].side


def _spoken(words: Words, part: Round) -> str:
    """ "Left foot, clockwise", or "" where the drill has neither sides nor directions."""
    names = [words(f"side.{part.side}")] if part.side else []
    if part.direction:
        names.append(words(f"direction.{part.direction}"))
    text = ", ".join(names)
    return text[:1].upper() + text[1:]


def _short(words: Words, part: Round, set_no: int) -> str:
    names = [words(f"side.short-{part.side}")] if part.side else []
    if part.direction:
        names.append(_ARROWS[part.direction])
    return " ".join(names) or words("player.set-short", set=set_no + 1)


def _rounds(words: Words, session: Session, place: AtRound) -> tuple[tuple[RoundMark, ...], ...]:
    """One line a set; a drill with one round a set keeps all its sets on one line."""
    plan = session.plan[place.item]
    done = {(fact.set, fact.round): fact for fact in session.done if fact.item == place.item}

    def mark(set_no: int, round_no: int) -> RoundMark:
        fact = done.get((set_no, round_no))
        label = _short(words, plan.rounds[round_no], set_no)
        spoken = _spoken(words, plan.rounds[round_no]) or words("player.set", set=set_no + 1, of=plan.sets)
        if fact is not None and fact.reps is not None:
            label = f"{label} ({fact.reps})"
        now = (set_no, round_no) == (place.set, place.round)
        return RoundMark(label, spoken, Mark.DONE if fact else Mark.NOW if now else Mark.TODO)

    lines = tuple(tuple(mark(s, r) for r in range(len(plan.rounds))) for s in range(plan.sets))
    if len(plan.rounds) == 1:
        return (tuple(line[0] for line in lines),)
    return lines
