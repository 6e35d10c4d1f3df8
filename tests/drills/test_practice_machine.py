"""Random walks through the player: whatever is pressed, typed or forged, the machine keeps its promises at every place."""

import json
from datetime import UTC, date, datetime, time, timedelta

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
from drills.practice import (
    MAX_REPS,
    AskingReps,
    AtRound,
    Back,
    Done,
    Easier,
    Feel,
    Feeling,
    Felt,
    GoOn,
    Hurts,
    Know,
    More,
    Move,
    Moved,
    Next,
    Over,
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
from drills.streaks import Facts, ZoneSince, standing

WORDS = words.load()
CATALOG = load()
WEDNESDAY = date(2026, 11, 25)
AT = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
FACTS = Facts(WEDNESDAY, frozenset({WEDNESDAY}), (), (ZoneSince(AT, "Europe/Berlin"),), time(3))
STANDING = standing(FACTS, WEDNESDAY, AT)


@st.composite
def items(draw: st.DrawFn) -> PlanItem:
    """Any drill in any of its forms; any number of sets up to its range, one too (the 1-minute version)."""
    drill = draw(st.sampled_from(list(CATALOG.values())))
    variant = draw(st.sampled_from(drill.variants))
    return in_form(drill, variant.id, draw(st.integers(1, drill.dose.sets_most)))


plans = st.lists(items(), min_size=1, max_size=len(CATALOG), unique_by=lambda item: item.drill).map(tuple)
moves: st.SearchStrategy[Move] = st.one_of(
    st.sampled_from([Next(), Back(), Know(), Done(), Slipped(), Undo(), Skip(), More(), Stop(), Hurts(), GoOn()]),
    st.builds(Done, st.integers(-2, MAX_REPS + 2)),
    st.builds(Easier, items()),
    st.builds(Feel, st.sampled_from(Colour), st.none() | items()),
    st.builds(Which, st.integers(-2, 4)),
)
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
        scene = result_view.Result(session, STANDING, hidden=False, day=WEDNESDAY, rest_of_plan=True, next_prompt=None)
        return result_view.draw(WORDS, scene)
    playing = practice_view.Playing(session, CATALOG, now, easier_form(session) is not None)
    return practice_view.draw(WORDS, playing)


def buttons(card: Card) -> list[Button]:
    return [control for row in card.rows for control in row if isinstance(control, Button)]


def moves_shown(session: Session, now: datetime) -> list[Play]:
    return [button.action for button in buttons(drawn(session, now)) if isinstance(button.action, Play)]


class Player(RuleBasedStateMachine):
    """One person, one session; beside it a model that only remembers which round each accepted *Done* stood at."""

    session: Session
    now: datetime
    ticks: list[tuple[int, int, int]]
    replayed: dict[tuple[int, int, int], RoundDone]

    @initialize(plan=plans)
    def begin(self, plan: tuple[PlanItem, ...]) -> None:
        self.session, self.now = begin(SessionId("k3Jv9Qw2xYs"), plan), AT
        self.ticks, self.replayed = [], {}

    @rule(seconds=st.integers(0, 40))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(data=st.data())
    def press_a_button_of_the_card(self, data: st.DataObject) -> None:
        shown = moves_shown(self.session, self.now)
        if shown:
            pressed = data.draw(st.sampled_from(shown))
            self.play(meant(self.session, pressed), pressed.rev)

    @rule(data=st.data())
    def press_the_way_on(self, data: st.DataObject) -> None:
        """Mostly forward, so that walks come to the end of long plans."""
        on = [p for p in moves_shown(self.session, self.now) if p.move in (MoveCode.KNOW, MoveCode.DONE, MoveCode.FEEL)]
        if on:
            pressed = data.draw(st.sampled_from(on))
            self.play(meant(self.session, pressed), pressed.rev)

    @rule(move=moves)
    def forge_a_move_on_the_true_card(self, move: Move) -> None:
        self.play(move, self.session.rev)

    @rule(move=moves)
    def type_a_move(self, move: Move) -> None:
        self.play(move, None)

    @rule(move=moves, off=st.integers(-60, 60).filter(bool))
    def press_on_another_card(self, move: Move, off: int) -> None:
        before = self.session
        self.play(move, before.rev + off)
        assert self.session is before

    def play(self, move: Move, quoted_rev: int | None) -> None:
        before = self.session
        answer = play(before, move, quoted_rev, self.now)
        if isinstance(answer, Stale):
            assert answer.session is before
            return
        assert answer.session.rev == before.rev + 1
        self.remember(before, move)
        for fact in answer.facts:
            match fact:
                case RoundDone():
                    assert fact.key not in self.replayed, "a round is counted twice"
                    self.replayed[fact.key] = fact
                case RoundUndone(item, set_no, round_no):
                    del self.replayed[item, set_no, round_no]
                case Felt(drill):
                    assert drill in [part.drill for part in before.plan]
        self.session = answer.session

    def remember(self, before: Session, move: Move) -> None:
        if isinstance(move, Done):
            assert isinstance(before.place, AtRound | AskingReps)
            self.ticks.append((before.place.item, before.place.set, before.place.round))
        elif isinstance(move, Undo):
            self.ticks.pop()

    @invariant()
    def the_facts_replayed_are_what_the_session_holds(self) -> None:
        assert tuple(self.replayed.values()) == self.session.done
        assert [fact.key for fact in self.session.done] == self.ticks

    @invariant()
    def the_sets_counted_agree_with_the_model(self) -> None:
        rounds = [len(item.rounds) for item in self.session.plan]
        sets = {(item, set_no) for item, set_no, _ in self.ticks}
        whole = [key for key in sets if sum(tick[:2] == key for tick in self.ticks) == rounds[key[0]]]
        assert sets_done(self.session) == len(whole)

    @invariant()
    def the_round_in_progress_is_a_planned_one_that_is_not_done(self) -> None:
        place = self.session.place
        if isinstance(place, AtRound | AskingReps):
            assert (place.item, place.set, place.round) not in self.ticks
            plan = self.session.plan[place.item]
            assert place.set < plan.sets <= plan.sets_most
            assert place.round < len(plan.rounds)
            assert place.item not in self.session.stopped_for_pain | self.session.skipped

    @invariant()
    def the_session_survives_being_stored(self) -> None:
        plan = json.loads(json.dumps(plan_to_json(self.session.plan)))
        position = json.loads(json.dumps(position_to_json(self.session)))
        done = self.session.done
        assert session_from_json(self.session.id, plan, position, self.session.rev, done) == self.session

    @invariant()
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

    @invariant()
    def the_end_is_at_most_three_buttons_away(self) -> None:
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

    @invariant()
    def undo_leads_back_to_nothing(self) -> None:
        session = self.session
        for _ in self.session.done:
            answer = play(session, Undo(), session.rev, self.now)
            assert isinstance(answer, Moved)
            session = answer.session
        assert session.done == ()
        assert isinstance(play(session, Undo(), session.rev, self.now), Stale)


TestPlayer = Player.TestCase
TestPlayer.settings = settings(max_examples=120, stateful_step_count=50)
