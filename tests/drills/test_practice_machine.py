"""Random walks through the player: whatever is pressed, typed or forged, the machine keeps its promises at every place."""

import json
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import get_args

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot import words
from bot.actions import MAX_BYTES, MoveCode, Play, decode, encode
from bot.cards import LABEL_MAX, ROW_MAX, ROWS_MAX, Button, Card
from bot.store.snapshot import plan_to_json, position_to_json, session_from_json
from bot.views import practice as practice_view
from bot.views import result as result_view
from drills.catalog import load
from drills.model import DrillId
from drills.practice import (
    MAX_REPS,
    AskingReps,
    AtRound,
    AtStep,
    Back,
    Done,
    Easier,
    Feel,
    Feeling,
    Felt,
    GoOn,
    Hurting,
    Hurts,
    Know,
    More,
    Move,
    Moved,
    Next,
    Over,
    Place,
    PlanItem,
    RoundDone,
    RoundUndone,
    Session,
    SessionId,
    Skip,
    Slipped,
    Stale,
    Stop,
    Undo,
    Where,
    Which,
    begin,
    current_item,
    play,
    sets_done,
)
from drills.programme import easier, in_form
from drills.safety import Colour
from drills.streaks import DayStartSince, Facts, ZoneSince, standing

WORDS = words.load()
CATALOG = load()
WEDNESDAY = date(2026, 11, 25)
AT = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
FACTS = Facts(
    joined=WEDNESDAY,
    zones=(ZoneSince(AT, "Europe/Berlin"),),
    day_starts=(DayStartSince(AT, time(3)),),
    done=frozenset({WEDNESDAY}),
)
STANDING = standing(FACTS, AT)


PLAIN: dict[MoveCode, Move] = {
    MoveCode.NEXT: Next(),
    MoveCode.BACK: Back(),
    MoveCode.KNOW: Know(),
    MoveCode.DONE: Done(),
    MoveCode.SLIPPED: Slipped(),
    MoveCode.UNDO: Undo(),
    MoveCode.SKIP: Skip(),
    MoveCode.MORE: More(),
    MoveCode.STOP: Stop(),
    MoveCode.HURTS: Hurts(),
    MoveCode.GO_ON: GoOn(),
}


def easier_form(session: Session) -> PlanItem | None:
    item = current_item(session)
    return None if item is None else easier(CATALOG[session.plan[item].drill], session.plan[item])


def meant(session: Session, pressed: Play) -> Move:
    """The move that the coach makes of a button."""
    match pressed.move:
        case MoveCode.REPS:
            return Done(int(pressed.arg))
        case MoveCode.FEEL:
            return Feel(Colour(pressed.arg), easier_form(session))
        case MoveCode.WHICH:
            return Which(int(pressed.arg))
        case MoveCode.EASIER:
            form = easier_form(session)
            assert form is not None, "Easier is offered, and there is no easier form"
            return Easier(form)
        case plain:
            return PLAIN[plain]


def drawn(session: Session, now: datetime) -> Card:
    if isinstance(session.place, Over):
        scene = result_view.Result(
            session, STANDING, hidden=False, day=WEDNESDAY, ends="03:00", rest_of_plan=True, next_prompt=None
        )
        return result_view.draw(WORDS, scene)
    playing = practice_view.Playing(session, CATALOG, now, easier_form(session) is not None)
    return practice_view.draw(WORDS, playing)


def buttons(card: Card) -> list[Button]:
    return [control for row in card.rows for control in row if isinstance(control, Button)]


def moves_shown(session: Session, now: datetime) -> list[Play]:
    return [button.action for button in buttons(drawn(session, now)) if isinstance(button.action, Play)]


class Walk:
    """One person, one session; beside it a model that only remembers which round each accepted *Done* stood at."""

    def __init__(self, plan: tuple[PlanItem, ...]) -> None:
        self.session = begin(SessionId("k3Jv9Qw2xYs"), plan)
        self.now = AT
        self.ticks: list[tuple[int, int, int]] = []
        self.replayed: dict[tuple[int, int, int], RoundDone] = {}
        self.reds = set[DrillId]()
        self.accepted = Counter[type[Move]]()

    def press(self, pressed: Play) -> None:
        self.play(meant(self.session, pressed), pressed.rev)

    def play(self, move: Move, quoted_rev: int | None) -> None:
        before = self.session
        answer = play(before, move, quoted_rev, self.now)
        if isinstance(answer, Stale):
            assert answer.session is before
            return
        assert quoted_rev in (None, before.rev)
        assert answer.session.rev == before.rev + 1
        self.accepted[type(move)] += 1
        self.remember(before, move, answer)
        for fact in answer.facts:
            match fact:
                case RoundDone():
                    assert fact.key not in self.replayed, "a round is counted twice"
                    self.replayed[fact.key] = fact
                case RoundUndone(item, set_no, round_no):
                    del self.replayed[item, set_no, round_no]
                case Felt(drill, colour):
                    assert drill in [part.drill for part in before.plan]
                    self.reds |= {drill} if colour is Colour.RED else set()
        self.session = answer.session

    def remember(self, before: Session, move: Move, answer: Moved) -> None:
        if isinstance(move, Done):
            assert isinstance(before.place, AtRound | AskingReps)
            self.ticks.append((before.place.item, before.place.set, before.place.round))
        elif isinstance(move, Undo) and _sets_planned(answer.session) < _sets_planned(before):
            assert answer.facts == (), "taking back an added set takes back no round"
        elif isinstance(move, Undo):
            self.ticks.pop()

    def check(self) -> None:
        self.the_facts_replayed_are_what_the_session_holds()
        self.the_sets_counted_agree_with_the_model()
        self.the_place_is_one_that_is_not_done_nor_closed()
        self.the_session_survives_being_stored()
        self.the_card_fits_and_every_button_on_it_is_alive()
        self.the_end_is_at_most_three_moves_away()
        self.undo_leads_back_to_nothing()

    def the_facts_replayed_are_what_the_session_holds(self) -> None:
        assert tuple(self.replayed.values()) == self.session.done
        assert [fact.key for fact in self.session.done] == self.ticks

    def the_sets_counted_agree_with_the_model(self) -> None:
        rounds = [len(item.rounds) for item in self.session.plan]
        sets = {(item, set_no) for item, set_no, _ in self.ticks}
        whole = [key for key in sets if sum(tick[:2] == key for tick in self.ticks) == rounds[key[0]]]
        assert sets_done(self.session) == len(whole)

    def the_place_is_one_that_is_not_done_nor_closed(self) -> None:
        place, plan = self.session.place, self.session.plan
        assert all(item.sets <= item.sets_most for item in plan)
        if isinstance(place, AtStep | AtRound | AskingReps | Hurting):
            assert place.item not in self.session.stopped_for_pain | self.session.skipped
            assert plan[place.item].drill not in self.reds, "a drill that hurt is opened again"
        if isinstance(place, AtRound | AskingReps | Hurting):
            assert (place.item, place.set, place.round) not in self.ticks
            assert place.set < plan[place.item].sets
            assert place.round < len(plan[place.item].rounds)
        if isinstance(place, AtStep):
            assert place.step < plan[place.item].steps
        if isinstance(place, Feeling | Where):
            assert self.session.felt is None, "how it felt is asked again"

    def the_session_survives_being_stored(self) -> None:
        plan = json.loads(json.dumps(plan_to_json(self.session.plan)))
        position = json.loads(json.dumps(position_to_json(self.session)))
        done = self.session.done
        assert session_from_json(self.session.id, plan, position, self.session.rev, done) == self.session

    def the_card_fits_and_every_button_on_it_is_alive(self) -> None:
        card = drawn(self.session, self.now)
        assert card.title
        assert len(card.rows) <= ROWS_MAX
        assert all(1 <= len(row) <= ROW_MAX for row in card.rows)
        for button in buttons(card):
            assert 1 <= len(button.label) <= LABEL_MAX
            assert len(encode(button.action).encode()) <= MAX_BYTES
            assert decode(encode(button.action)) == button.action
        shown = moves_shown(self.session, self.now)
        assert shown or isinstance(self.session.place, Over), f"no way on from {self.session.place}"
        for pressed in shown:
            assert (pressed.session, pressed.rev) == (self.session.id, self.session.rev)
            answer = play(self.session, meant(self.session, pressed), pressed.rev, self.now)
            assert isinstance(answer, Moved), f"dead button {pressed.move.name} at {self.session.place}: {answer}"

    def the_end_is_at_most_three_moves_away(self) -> None:
        session = self.session
        for _ in range(3):
            match session.place:
                case Over():
                    break
                case Feeling():
                    move: Move = Feel(Colour.RED)
                case Where():
                    move = Which(session.done[0].item)
                case _:
                    move = Stop()
            answer = play(session, move, session.rev, self.now)
            assert isinstance(answer, Moved)
            session = answer.session
        assert isinstance(session.place, Over)

    def undo_leads_back_to_nothing(self) -> None:
        session = self.session
        for _ in range(len(self.session.done) + sum(item.added for item in self.session.plan)):
            if not session.done:
                break
            answer = play(session, Undo(), session.rev, self.now)
            assert isinstance(answer, Moved)
            session = answer.session
        assert session.done == ()
        assert isinstance(play(session, Undo(), session.rev, self.now), Stale)


def _sets_planned(session: Session) -> int:
    return sum(item.sets for item in session.plan)


# --- by dice: long walks that come everywhere ---------------------------------------------------------------------


def any_item(dice: Random) -> PlanItem:
    """Any drill in any of its forms; any number of sets up to its range, one too (the 1-minute version)."""
    drill = dice.choice(list(CATALOG.values()))
    return in_form(drill, dice.choice(drill.variants).id, dice.randint(1, drill.dose.sets_most))


def any_plan(dice: Random) -> tuple[PlanItem, ...]:
    by_drill = {item.drill: item for item in (any_item(dice) for _ in range(dice.randint(1, 6)))}
    return tuple(by_drill.values())


def any_move(dice: Random) -> Move:
    """Any move that a client could send, most of them nonsense at this place."""
    return dice.choice(
        [
            *PLAIN.values(),
            Done(dice.randint(-2, MAX_REPS + 2)),
            Easier(any_item(dice)),
            Feel(dice.choice(list(Colour)), dice.choice([None, any_item(dice)])),
            Which(dice.randint(-2, 4)),
        ]
    )


def one_press(walk: Walk, dice: Random) -> None:
    rev = walk.session.rev
    shown = moves_shown(walk.session, walk.now)
    match dice.choices(["card", "forged", "typed", "stale"], [12, 2, 2, 1])[0]:
        case "card" if shown:
            likely = [4 if pressed.move in (MoveCode.DONE, MoveCode.KNOW) else 1 for pressed in shown]
            walk.press(dice.choices(shown, likely)[0])
        case "forged":
            walk.play(any_move(dice), rev)
        case "typed":
            walk.play(any_move(dice), None)
        case _:
            walk.play(any_move(dice), rev + dice.choice([-9, -2, -1, 1, 5]))
    walk.now += timedelta(seconds=dice.randint(0, 15))


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_pressed_the_player_keeps_its_promises_at_every_place(seed: int) -> None:
    dice = Random(seed)
    been, accepted = set[type[Place]](), Counter[type[Move]]()
    for _ in range(200):
        walk = Walk(any_plan(dice))
        walk.check()
        for _ in range(60):
            before = walk.session
            one_press(walk, dice)
            if walk.session is not before:
                walk.check()
                been.add(type(walk.session.place))
        accepted += walk.accepted
    assert been == set(get_args(Place)), "the walks did not come everywhere"
    assert set(accepted) == set(get_args(Move)), "the walks did not try everything"


# --- by search: short walks that shrink to the one press that matters ---------------------------------------------

dice_rolls = st.integers(0, 10**6).map(Random)


class Player(RuleBasedStateMachine):
    walk: Walk

    @initialize(dice=dice_rolls)
    def begin(self, dice: Random) -> None:
        self.walk = Walk(any_plan(dice))

    @rule(pick=st.integers(0, 12))
    def press_a_button_of_the_card(self, pick: int) -> None:
        shown = moves_shown(self.walk.session, self.walk.now)
        if shown:
            self.walk.press(shown[pick % len(shown)])

    @rule(times=st.integers(1, 8))
    def practise(self, times: int) -> None:
        for _ in range(times):
            on = [p for p in moves_shown(self.walk.session, self.walk.now) if p.move in (MoveCode.KNOW, MoveCode.DONE)]
            if on:
                self.walk.press(on[0])

    @rule(dice=dice_rolls, typed=st.booleans())
    def send_any_move(self, dice: Random, typed: bool) -> None:
        self.walk.play(any_move(dice), None if typed else self.walk.session.rev)

    @rule(dice=dice_rolls, off=st.integers(-60, 60).filter(bool))
    def press_on_another_card(self, dice: Random, off: int) -> None:
        before = self.walk.session
        self.walk.play(any_move(dice), before.rev + off)
        assert self.walk.session is before

    @invariant()
    def the_promises_hold(self) -> None:
        self.walk.check()


TestPlayer = Player.TestCase
TestPlayer.settings = settings(max_examples=60, stateful_step_count=40)
