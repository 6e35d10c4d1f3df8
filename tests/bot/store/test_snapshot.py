"""Tests for `bot.store.snapshot`: plan and place go through JSON and come back equal, with their types."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import pytest

from bot.store.snapshot import plan_to_json, position_to_json, session_from_json
from drills.catalog import load
from drills.model import Direction, DrillId, Round, Side
from drills.practice import (
    AskingReps,
    AtRound,
    AtStep,
    Feeling,
    Hurting,
    Over,
    Place,
    Rested,
    RoundDone,
    Session,
    SessionId,
    Where,
)
from drills.programme import in_form
from drills.safety import Colour

CATALOG = load()
PLAN = tuple(in_form(drill, variant.id, 2) for drill in CATALOG.values() for variant in drill.variants)
REST = datetime(2026, 11, 25, 6, 0, 20, 123456, tzinfo=UTC)
PLACES: list[Place] = [
    AtStep(1, 3),
    AtRound(2, 4, 0),
    AtRound(2, 4, 0, REST),
    AskingReps(2, 1, 0),
    Hurting(1, 0, 3),
    Rested(0),
    Feeling(),
    Where(Colour.AMBER),
    Where(Colour.RED),
    Over(),
]


def through_json(session: Session) -> Session:
    plan = json.loads(json.dumps(plan_to_json(session.plan)))
    position = json.loads(json.dumps(position_to_json(session)))
    return session_from_json(session.id, plan, position, session.rev, session.done)


def test_every_kind_of_place_is_tried_here() -> None:
    assert {type(place) for place in PLACES} == set(get_args(Place))


@pytest.mark.parametrize("place", PLACES, ids=repr)
def test_every_place_comes_back_equal_and_of_the_same_types(place: Place) -> None:
    session = Session(SessionId("k3Jv9Qw2xYs"), PLAN, place, rev=7)
    back = through_json(session)
    assert back == session
    assert repr(back.place) == repr(place)


def test_a_plan_comes_back_with_its_sides_and_directions() -> None:
    back = through_json(Session(SessionId("s"), PLAN, Over())).plan
    assert back == PLAN
    assert repr(back) == repr(PLAN)
    circle = next(item for item in back if item.drill == DrillId("heel-circle"))
    assert circle.rounds[0] == Round(Side.LEFT, Direction.CLOCKWISE)
    assert isinstance(circle.rounds[0].side, Side)
    assert isinstance(circle.rounds[0].direction, Direction)


@pytest.mark.parametrize("felt", [None, *Colour])
def test_what_was_skipped_stopped_and_felt_comes_back(felt: Colour | None) -> None:
    session = Session(
        SessionId("s"), PLAN, Over(), 3, skipped=frozenset({0, 2}), stopped_for_pain=frozenset({1}), felt=felt
    )
    back = through_json(session)
    assert back == session
    assert type(back.felt) is type(felt)
    assert isinstance(back.skipped, frozenset)
    assert isinstance(back.stopped_for_pain, frozenset)


def test_the_rounds_done_and_the_revision_come_from_the_rows() -> None:
    done = (RoundDone(0, 0, 0, 2), RoundDone(0, 0, 1, 2, 3, slipped=True))
    session = Session(SessionId("s"), PLAN, AtStep(1, 0), rev=12, done=done)
    assert through_json(session) == session
    assert "done" not in position_to_json(session)
    assert "rev" not in position_to_json(session)


def test_a_rest_stays_the_same_instant_and_aware() -> None:
    berlin = REST.astimezone(timezone(timedelta(hours=1)))
    for moment in (REST, berlin, REST.replace(microsecond=0)):
        place = through_json(Session(SessionId("s"), PLAN, AtRound(0, 1, 0, moment))).place
        assert isinstance(place, AtRound)
        assert place.rest_until == moment
        assert place.rest_until is not None
        assert place.rest_until.tzinfo is not None


def test_the_same_session_is_always_written_the_same_way() -> None:
    one = Session(SessionId("s"), PLAN, Over(), skipped=frozenset([0, 8]))
    other = Session(SessionId("s"), PLAN, Over(), skipped=frozenset([8, 0]))
    assert json.dumps(position_to_json(one)) == json.dumps(position_to_json(other))


FIRST_VERSION: dict[str, Any] = {
    "place": {"at": "round", "item": 0, "set": 1, "round": 0, "rest_until": "2026-11-25T06:00:20.123456+00:00"},
    "skipped": [],
    "stopped_for_pain": [],
    "felt": None,
}


def test_what_was_stored_by_the_first_version_stays_readable() -> None:
    """Rows outlive the code: a renamed place or field must not lose a session."""
    plan = [
        {
            "drill": "banded-squat",
            "variant": "x-band",
            "sets": 3,
            "sets_most": 5,
            "rounds": [[None, None]],
            "steps": 6,
            "reps": 5,
            "rest_seconds": 20,
            "can_slip": True,
            "added": 0,
        }
    ]
    session = session_from_json("s", plan, FIRST_VERSION, 4, (RoundDone(0, 0, 0, 1),))
    assert session.place == AtRound(0, 1, 0, REST)
    assert session.plan == (in_form(CATALOG[DrillId("banded-squat")], CATALOG[DrillId("banded-squat")].original.id, 3),)
    assert position_to_json(session) == FIRST_VERSION
    assert plan_to_json(session.plan) == plan
    names = [
        position_to_json(Session(SessionId("s"), PLAN, place))["place"]["at"]
        for place in (
            AtStep(0, 0),
            AskingReps(0, 0, 0),
            Hurting(0, 0, 0),
            Rested(0),
            Feeling(),
            Where(Colour.RED),
            Over(),
        )
    ]
    assert names == ["step", "reps", "hurting", "rested", "feeling", "where", "over"]
