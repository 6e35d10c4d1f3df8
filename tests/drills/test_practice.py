"""Tests for `drills.practice`: what each place accepts, where each move leads, and what is counted.

Longer than other test modules: the places, the moves and pain are one machine, and one set of builders tells them all.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

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
    Fact,
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
    Rested,
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
    Why,
    begin,
    current_item,
    is_complete,
    may_add_a_set,
    play,
    sets_done,
)
from drills.programme import easier, in_form
from drills.safety import Colour

AT = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
CATALOG = load()


def item(drill: str, sets: int = 1) -> PlanItem:
    return in_form(CATALOG[DrillId(drill)], CATALOG[DrillId(drill)].original.id, sets)


def easier_form(plan: PlanItem) -> PlanItem:
    form = easier(CATALOG[plan.drill], plan)
    assert form is not None
    return form


ROLL, CIRCLE, SQUAT = item("outward-roll"), item("heel-circle"), item("banded-squat", 3)
THREE = (ROLL, CIRCLE, SQUAT)
PAIR = (SQUAT, ROLL)
ALL_OF_PAIR = "know 3*done know 2*done"
SAID: dict[str, Move] = {
    "next": Next(),
    "back": Back(),
    "know": Know(),
    "done": Done(),
    "8": Done(8),
    "0": Done(0),
    "slip": Slipped(),
    "undo": Undo(),
    "skip": Skip(),
    "more": More(),
    "stop": Stop(),
    "hurts": Hurts(),
    "green": Feel(Colour.GREEN),
    "amber": Feel(Colour.AMBER),
    "red": Feel(Colour.RED),
    "first": Which(0),
    "second": Which(1),
    "go-on": GoOn(),
}


def move_named(session: Session, word: str) -> Move:
    if word == "easier":
        return Easier(easier_form(session.plan[current_item(session) or 0]))
    return SAID[word]


def told(plan: tuple[PlanItem, ...], history: str) -> tuple[Session, list[Fact]]:
    """The session after a history such as "know 2*done hurts red", and all its facts. Every move must be accepted."""
    session, facts = begin(SessionId("s"), plan), list[Fact]()
    for part in history.split():
        times, _, word = part.rpartition("*")
        for _ in range(int(times or 1)):
            answer = play(session, move_named(session, word), session.rev, AT)
            assert isinstance(answer, Moved), f"{word!r} in {history!r} at {session.place}: {answer}"
            session, facts = answer.session, [*facts, *answer.facts]
    return session, facts


def after(plan: tuple[PlanItem, ...], history: str) -> Session:
    return told(plan, history)[0]


def place(plan: tuple[PlanItem, ...], history: str) -> Place:
    return after(plan, history).place


def refused(session: Session, move: Move, quoted_rev: int | None = None) -> Why:
    answer = play(session, move, quoted_rev, AT)
    assert isinstance(answer, Stale), f"{move} was accepted at {session.place}"
    assert answer.session is session
    return answer.why


# --- the grid: each place, each move ------------------------------------------------------------------------------

GRID = [
    ("", "next know skip easier stop"),
    ("next", "next back know skip easier stop"),
    ("5*next", "next back know skip easier stop"),
    ("know", "back done 8 0 slip skip easier stop hurts"),
    ("know done", "back done 8 0 slip skip easier stop hurts undo"),
    ("know slip", "back 8 0 skip easier stop"),
    ("know hurts", "back skip easier stop green amber red"),
    ("know hurts red", "stop go-on"),
    ("know 3*done", "next know skip easier stop more undo"),
    ("know done stop", "undo green amber red"),
    (ALL_OF_PAIR, "undo green amber red more"),
    (f"{ALL_OF_PAIR} amber", "undo first second"),
    ("know done stop green", "undo"),
    ("know 3*done stop amber", "undo"),
    ("stop", ""),
]


@pytest.mark.parametrize(("history", "accepted"), GRID)
def test_a_place_accepts_its_own_moves_and_refuses_every_other_one_with_the_reason(history: str, accepted: str) -> None:
    session = after(PAIR, history)
    taken = set()
    for word in [*SAID, "easier"]:
        answer = play(session, move_named(session, word), session.rev, AT)
        match answer:
            case Moved():
                taken.add(word)
                assert answer.session.rev == session.rev + 1
            case Stale():
                nothing = word == "undo" and not session.done
                assert answer.why is (Why.NOTHING_TO_UNDO if nothing else Why.NOT_HERE)
                assert answer.session is session
    assert taken == set(accepted.split())


def test_a_drill_without_a_band_cannot_slip() -> None:
    assert refused(after((ROLL,), "know"), Slipped()) is Why.NOT_HERE
    assert refused(after((SQUAT,), "know 2*easier"), Slipped()) is Why.NOT_HERE


def test_a_session_needs_a_drill() -> None:
    with pytest.raises(ValueError, match="at least one drill"):
        begin(SessionId("s"), ())


# --- reading ------------------------------------------------------------------------------------------------------


def test_the_steps_are_read_one_by_one_to_the_first_round_and_back() -> None:
    assert [place(THREE, f"{n}*next") for n in range(1, 5)] == [
        AtStep(0, 1),
        AtStep(0, 2),
        AtStep(0, 3),
        AtRound(0, 0, 0),
    ]
    assert place(THREE, "3*next back") == AtStep(0, 2)
    assert place(THREE, "know back") == AtStep(0, 3)


def test_i_know_this_one_goes_to_the_round_that_is_open() -> None:
    assert place(THREE, "know") == AtRound(0, 0, 0)
    assert place(THREE, "know done back know") == AtRound(0, 0, 1)


# --- rounds -------------------------------------------------------------------------------------------------------


def rounds_told(drill: PlanItem) -> list[str]:
    """The rounds in the order in which the player asks for them: "L↻"."""
    shown, session = list[str](), after((drill,), "know")
    while isinstance(session.place, AtRound):
        now = drill.rounds[session.place.round]
        side = now.side.value[0].upper() if now.side else ""
        arrow = {"clockwise": "↻", "counter-clockwise": "↺"}[now.direction] if now.direction else ""
        shown.append(f"{session.place.set}{side}{arrow}")
        answer = play(session, Done(), session.rev, AT)
        assert isinstance(answer, Moved)
        session = answer.session
    return shown


def test_the_rounds_of_the_three_drills_come_in_their_order() -> None:
    assert rounds_told(ROLL) == ["0L", "0R"]
    assert rounds_told(CIRCLE) == ["0L↻", "0L↺", "0R↻", "0R↺"]
    assert rounds_told(SQUAT) == ["0", "1", "2"]
    assert rounds_told(item("outward-roll", 2)) == ["0L", "0R", "1L", "1R"]


def test_a_set_counts_when_all_its_rounds_are_done_and_not_before() -> None:
    assert [sets_done(after((CIRCLE,), f"know {n}*done")) for n in range(1, 5)] == [0, 0, 0, 1]
    assert [sets_done(after((SQUAT,), f"know {n}*done")) for n in range(1, 4)] == [1, 2, 3]


def test_the_whole_plan_is_complete_only_with_its_last_round() -> None:
    whole = "know 2*done know 4*done know"
    assert not is_complete(after(THREE, f"{whole} 2*done"))
    assert is_complete(after(THREE, f"{whole} 3*done"))
    assert sets_done(after(THREE, f"{whole} 3*done")) == 5


def test_each_round_leaves_one_fact_with_its_key() -> None:
    facts = told(THREE, "know 2*done know done")[1]
    assert facts == [RoundDone(0, 0, 0, 2), RoundDone(0, 0, 1, 2), RoundDone(1, 0, 0, 4)]
    assert RoundDone(1, 2, 3, 4).key == (1, 2, 3)


def test_a_rest_runs_between_two_sets_only() -> None:
    def rest(plan: tuple[PlanItem, ...], history: str) -> datetime | None:
        now = place(plan, history)
        assert isinstance(now, AtRound)
        return now.rest_until

    assert rest((SQUAT,), "know") is None
    assert rest((SQUAT,), "know done") == AT + timedelta(seconds=20)
    assert rest((item("outward-roll", 2),), "know done") is None
    assert rest((item("outward-roll", 2),), "know 2*done") == AT + timedelta(seconds=15)
    assert place((ROLL, SQUAT), "know 2*done") == AtStep(1, 0)


def test_a_rest_never_blocks_the_next_set() -> None:
    assert sets_done(after((SQUAT,), "know 2*done")) == 2


@pytest.mark.parametrize("reps", [0, 3, MAX_REPS])
def test_a_slipped_band_ends_the_set_with_the_reps_given_even_none(reps: int) -> None:
    asked = after((SQUAT,), "know slip")
    assert asked.place == AskingReps(0, 0, 0)
    answer = play(asked, Done(reps), asked.rev, AT)
    assert isinstance(answer, Moved)
    assert answer.facts == (RoundDone(0, 0, 0, 1, reps, slipped=True),)
    assert answer.session.place == AtRound(0, 1, 0, AT + timedelta(seconds=20))
    assert sets_done(answer.session) == 1


def test_a_band_that_did_not_slip_after_all_leads_back_to_the_round() -> None:
    assert place((SQUAT,), "know done slip back") == AtRound(0, 1, 0)


def test_reps_may_be_said_without_a_slip() -> None:
    assert told((SQUAT,), "know 8")[1] == [RoundDone(0, 0, 0, 1, 8, slipped=False)]


@pytest.mark.parametrize("reps", [-1, MAX_REPS + 1, 9999])
@pytest.mark.parametrize("history", ["know", "know slip"])
def test_more_reps_than_anybody_does_are_a_typing_error(history: str, reps: int) -> None:
    assert refused(after((SQUAT,), history), Done(reps)) is Why.TOO_MANY_REPS


# --- one more set, easier, skip -----------------------------------------------------------------------------------


def test_one_more_set_is_offered_up_to_the_range_of_the_drill() -> None:
    done = "know 3*done"
    assert may_add_a_set(after((SQUAT,), done)) == 0
    assert place((SQUAT,), f"{done} more") == AtRound(0, 3, 0, AT + timedelta(seconds=20))
    assert sets_done(after((SQUAT,), f"{done} more done")) == 4
    full = after((SQUAT,), f"{done} more done more done")
    assert sets_done(full) == 5
    assert may_add_a_set(full) is None
    assert refused(full, More()) is Why.NOT_HERE


def test_one_more_set_is_of_the_drill_just_finished_and_then_the_plan_goes_on() -> None:
    session = after(PAIR, "know 3*done more")
    assert session.place == AtRound(0, 3, 0, AT + timedelta(seconds=20))
    assert place(PAIR, "know 3*done more done") == AtStep(1, 0)


@pytest.mark.parametrize("history", ["know 3*done next", "know 2*done skip", "know 3*done know done 4*back"])
def test_one_more_set_is_not_offered_once_the_next_drill_has_begun_nor_after_a_skip(history: str) -> None:
    session = after(PAIR, history)
    assert may_add_a_set(session) is None
    assert refused(session, More()) is Why.NOT_HERE


def test_easier_keeps_what_is_done_and_the_number_of_sets() -> None:
    session, facts = told((SQUAT,), "know 2*done easier")
    assert (session.plan[0].variant, session.plan[0].sets, session.plan[0].sets_most) == ("loop", 3, 5)
    assert session.place == AtRound(0, 2, 0)
    assert sets_done(session) == 2
    assert len(facts) == 2


def test_easier_after_one_more_set_keeps_that_set_whatever_the_form_would_have() -> None:
    session = after((SQUAT,), "know 3*done more")
    answer = play(session, Easier(replace(easier_form(SQUAT), sets=1, sets_most=1)), session.rev, AT)
    assert isinstance(answer, Moved)
    assert answer.session.place == AtRound(0, 3, 0)
    assert (answer.session.plan[0].sets, answer.session.plan[0].sets_most) == (4, 5)


def test_easier_while_reading_begins_with_the_first_step_of_the_easier_form() -> None:
    session = after((SQUAT,), "4*next easier")
    assert session.place == AtStep(0, 0)
    assert session.plan[0].steps == 4


def test_another_drill_is_not_an_easier_form() -> None:
    session = after((SQUAT,), "know")
    assert refused(session, Easier(replace(ROLL, rounds=SQUAT.rounds))) is Why.NOT_HERE
    assert refused(session, Easier(replace(SQUAT, rounds=ROLL.rounds))) is Why.NOT_HERE


def test_a_skipped_drill_gives_way_to_the_next_and_keeps_its_rounds() -> None:
    session = after(THREE, "know done skip")
    assert session.place == AtStep(1, 0)
    assert session.skipped == {0}
    assert len(session.done) == 1
    assert not is_complete(session)


def test_a_skipped_drill_stays_skipped_when_undo_led_back_before_it() -> None:
    assert place(THREE, "know 2*done skip undo done") == AtStep(2, 0)


def test_whoever_skips_everything_is_not_asked_how_it_felt() -> None:
    assert place(THREE, "3*skip") == Over()
    assert place(THREE, "know 2*done 2*skip") == Feeling()


# --- undo ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "history",
    [
        "know 2*done know 4*done know 3*done green",
        "know done skip know 4*done know slip 0 stop amber second",
        "know 2*done know hurts red go-on know 3*done",
        "know 2*done know 2*done hurts red go-on know 3*done",
        "know 2*done more 2*done know done stop red first",
    ],
)
def test_undo_walks_the_whole_session_back_to_nothing(history: str) -> None:
    session = after(THREE, history)
    while session.done:
        last = session.done[-1]
        answer = play(session, Undo(), session.rev, AT)
        assert isinstance(answer, Moved)
        assert answer.facts == (RoundUndone(*last.key),)
        assert answer.session.done == session.done[:-1]
        session = answer.session
    assert sets_done(session) == 0
    assert refused(session, Undo()) is Why.NOTHING_TO_UNDO


def test_undo_opens_the_round_again_and_a_skip_with_it() -> None:
    assert place(THREE, "know 2*done undo") == AtRound(0, 0, 1)
    again = after(THREE, "know done skip undo")
    assert again.place == AtRound(0, 0, 0)
    assert again.skipped == frozenset()


def test_undo_after_the_end_goes_on_with_the_session_and_the_feeling_is_not_asked_again() -> None:
    assert place((ROLL,), "know 2*done green undo") == AtRound(0, 0, 1)
    assert place((ROLL,), "know 2*done green undo done") == Over()


# --- stop, pain, the feeling at the end ---------------------------------------------------------------------------


def test_stop_asks_once_how_it_felt_and_only_somebody_who_did_something() -> None:
    assert place(THREE, "know done stop") == Feeling()
    assert place(THREE, "know stop") == Over()
    assert place(THREE, "know done stop green undo done stop") == Over()
    assert place(THREE, "know 2*done know hurts red stop") == Over()


def test_fine_at_the_end_is_said_of_every_drill_that_was_done() -> None:
    session, facts = told(PAIR, f"{ALL_OF_PAIR} green")
    assert session.place == Over()
    assert session.felt is Colour.GREEN
    assert facts[-2:] == [Felt(SQUAT.drill, Colour.GREEN), Felt(ROLL.drill, Colour.GREEN)]


@pytest.mark.parametrize("colour", [Colour.AMBER, Colour.RED])
def test_pain_at_the_end_asks_which_drill_only_where_several_were_done(colour: Colour) -> None:
    assert place(PAIR, f"{ALL_OF_PAIR} {colour}") == Where(colour)
    session, facts = told(PAIR, f"{ALL_OF_PAIR} {colour} second")
    assert (session.place, session.felt) == (Over(), colour)
    assert facts[-1] == Felt(ROLL.drill, colour)
    session, facts = told(PAIR, f"know done stop {colour}")
    assert (session.place, session.felt) == (Over(), colour)
    assert facts[-1] == Felt(SQUAT.drill, colour)


@pytest.mark.parametrize("item_no", [-1, 1, 3, 99])
def test_which_drill_names_one_that_was_done(item_no: int) -> None:
    session = after(THREE, "know 2*done skip know done stop amber")
    assert refused(session, Which(item_no)) is Why.NOT_HERE
    assert isinstance(play(session, Which(2), session.rev, AT), Moved)


def test_green_in_the_middle_goes_back_to_the_round_and_leaves_no_fact() -> None:
    session, facts = told((SQUAT,), "know done hurts green")
    assert session.place == AtRound(0, 1, 0)
    assert facts == [RoundDone(0, 0, 0, 1)]


def test_amber_in_the_middle_goes_on_in_the_easier_form_where_there_is_one() -> None:
    hurting = after((SQUAT,), "know done hurts")
    assert hurting.place == Hurting(0, 1, 0)
    answer = play(hurting, Feel(Colour.AMBER, easier_form(SQUAT)), hurting.rev, AT)
    assert isinstance(answer, Moved)
    assert answer.session.place == AtRound(0, 1, 0)
    assert answer.session.plan[0].variant == "loop"
    assert answer.facts == (Felt(SQUAT.drill, Colour.AMBER),)
    assert after((SQUAT,), "know done hurts amber").plan == (SQUAT,)


def test_red_in_the_middle_stops_the_drill_keeps_its_rounds_and_offers_the_next_one() -> None:
    session, facts = told(THREE, "know 2*done know 2*done hurts red")
    assert session.place == Rested(1)
    assert session.stopped_for_pain == {1}
    assert sets_done(session) == 1
    assert facts[-1] == Felt(CIRCLE.drill, Colour.RED)
    assert place(THREE, "know 2*done know 2*done hurts red go-on") == AtStep(2, 0)


def test_red_in_the_last_drill_ends_the_session_without_asking_again() -> None:
    assert place((SQUAT,), "know done hurts red") == Over()
    assert place(THREE, "know hurts red go-on know hurts red go-on know hurts red") == Over()


def test_a_drill_stopped_for_pain_is_not_opened_again_by_an_undo() -> None:
    session = after(THREE, "know done hurts red undo")
    assert session.place == Rested(0)
    assert session.done == ()
    session = after(THREE, "know done hurts red go-on know done undo undo")
    assert session.place == AtRound(1, 0, 0)


def test_a_drill_that_hurt_by_the_answer_at_the_end_is_not_opened_again_either() -> None:
    session = after((SQUAT,), "know 3*done red undo")
    assert session.place == Over()
    assert sets_done(session) == 2
    chosen = after(PAIR, f"{ALL_OF_PAIR} red second")
    assert chosen.stopped_for_pain == {1}
    assert place(PAIR, f"{ALL_OF_PAIR} red second 2*undo") == Over()
    assert place(PAIR, f"{ALL_OF_PAIR} red second 3*undo") == AtRound(0, 2, 0)
    assert place(PAIR, f"{ALL_OF_PAIR} red second 3*undo done") == Over()


def test_no_more_sets_are_offered_of_a_drill_that_hurt() -> None:
    session = after(PAIR, f"{ALL_OF_PAIR} red first 2*undo 4*back")
    assert session.place == AtStep(1, 0)
    assert may_add_a_set(session) is None
    assert may_add_a_set(after(PAIR, f"{ALL_OF_PAIR} amber first 2*undo 4*back")) == 0


def test_amber_at_the_end_closes_nothing() -> None:
    session = after((SQUAT,), "know 3*done amber undo")
    assert session.place == AtRound(0, 2, 0)
    assert session.stopped_for_pain == frozenset()


# --- stale and doubled taps, typed moves --------------------------------------------------------------------------


def test_the_second_of_two_taps_on_done_is_already_counted_and_changes_nothing() -> None:
    before = after(THREE, "know")
    first = play(before, Done(), before.rev, AT)
    assert isinstance(first, Moved)
    assert refused(first.session, Done(), before.rev) is Why.ALREADY_COUNTED
    assert refused(first.session, Done(3), before.rev) is Why.ALREADY_COUNTED


def test_done_on_an_old_card_is_not_called_counted_while_nothing_is() -> None:
    before = after(THREE, "know")
    skipped = after(THREE, "know skip")
    assert refused(skipped, Done(), before.rev) is Why.OLD_CARD


@pytest.mark.parametrize("word", [word for word in SAID if word not in ("done", "8", "0")])
def test_any_other_tap_on_an_old_card_is_old_even_where_the_move_would_fit(word: str) -> None:
    for history, _ in GRID:
        session = after(PAIR, history)
        if session.rev:
            assert refused(session, SAID[word], session.rev - 1) is Why.OLD_CARD


def test_a_card_from_the_future_is_not_ours() -> None:
    session = after(THREE, "know done")
    assert refused(session, Done(), session.rev + 1) is Why.OLD_CARD


def test_a_typed_move_quotes_no_card_and_is_meant_for_the_session_as_it_stands() -> None:
    session = after(THREE, "know done")
    answer = play(session, Done(), None, AT)
    assert isinstance(answer, Moved)
    assert answer.session.rev == session.rev + 1
    assert refused(session, GoOn(), None) is Why.NOT_HERE


def test_undo_takes_back_a_set_that_was_added_by_mistake_and_no_round() -> None:
    session, facts = told(PAIR, "know 3*done more undo")
    assert session.place == AtStep(1, 0)
    assert session.plan[0].sets == SQUAT.sets
    assert len(session.done) == 3
    assert not any(isinstance(fact, RoundUndone) for fact in facts)

    session, _ = told(PAIR, "know 3*done more done undo undo")
    assert session.plan[0].sets == SQUAT.sets, "first its round, then the set itself"
    assert len(session.done) == 3
