"""A session's plan and place as JSON and back. The rounds done are not in it: they are rows of their own."""

from datetime import datetime
from typing import Any

from drills.model import Direction, DrillId, Round, Side, VariantId
from drills.practice import (
    AskingReps,
    AtRound,
    AtStep,
    Feeling,
    Hurting,
    Over,
    Place,
    PlanItem,
    Rested,
    RoundDone,
    Session,
    SessionId,
    Where,
)
from drills.safety import Colour

_PLACES: dict[str, type[Place]] = {
    "step": AtStep,
    "round": AtRound,
    "reps": AskingReps,
    "hurting": Hurting,
    "rested": Rested,
    "feeling": Feeling,
    "where": Where,
    "over": Over,
}
_NAMES = {kind: name for name, kind in _PLACES.items()}


def plan_to_json(plan: tuple[PlanItem, ...]) -> list[dict[str, Any]]:
    return [
        {
            "drill": item.drill,
            "variant": item.variant,
            "sets": item.sets,
            "sets_most": item.sets_most,
            "rounds": [[r.side, r.direction] for r in item.rounds],
            "steps": item.steps,
            "reps": item.reps,
            "rest_seconds": item.rest_seconds,
            "can_slip": item.can_slip,
            "added": item.added,
        }
        for item in plan
    ]


def _plan_from_json(plan: list[dict[str, Any]]) -> tuple[PlanItem, ...]:
    return tuple(
        PlanItem(
            drill=DrillId(item["drill"]),
            variant=VariantId(item["variant"]),
            sets=item["sets"],
            sets_most=item["sets_most"],
            rounds=tuple(
                Round(Side(side) if side else None, Direction(direction) if direction else None)
                for side, direction in item["rounds"]
            ),
            steps=item["steps"],
            reps=item["reps"],
            rest_seconds=item["rest_seconds"],
            can_slip=item["can_slip"],
            added=item["added"],
        )
        for item in plan
    )


def position_to_json(session: Session) -> dict[str, Any]:
    return {
        "place": _place_to_json(session.place),
        "skipped": sorted(session.skipped),
        "stopped_for_pain": sorted(session.stopped_for_pain),
        "felt": session.felt,
    }


def session_from_json(
    session_id: str, plan: list[dict[str, Any]], position: dict[str, Any], rev: int, done: tuple[RoundDone, ...]
) -> Session:
    return Session(
        id=SessionId(session_id),
        plan=_plan_from_json(plan),
        place=_place_from_json(position["place"]),
        rev=rev,
        done=done,
        skipped=frozenset(position["skipped"]),
        stopped_for_pain=frozenset(position["stopped_for_pain"]),
        felt=Colour(position["felt"]) if position["felt"] else None,
    )


def _place_to_json(place: Place) -> dict[str, Any]:
    name = _NAMES[type(place)]
    match place:
        case AtStep(item=item, step=step):
            return {"at": name, "item": item, "step": step}
        case AtRound(item=item, set=set_no, round=round_no, rest_until=rest_until):
            rest = rest_until.isoformat() if rest_until else None
            return {"at": name, "item": item, "set": set_no, "round": round_no, "rest_until": rest}
        case AskingReps(item=item, set=set_no, round=round_no) | Hurting(item=item, set=set_no, round=round_no):
            return {"at": name, "item": item, "set": set_no, "round": round_no}
        case Rested(item=item):
            return {"at": name, "item": item}
        case Where(colour=colour):
            return {"at": name, "colour": colour}
        case Feeling() | Over():
            return {"at": name}


def _place_from_json(data: dict[str, Any]) -> Place:
    values = {key: value for key, value in data.items() if key != "at"}
    if values.get("rest_until"):
        values["rest_until"] = datetime.fromisoformat(values["rest_until"])
    if "colour" in values:
        values["colour"] = Colour(values["colour"])
    return _PLACES[data["at"]](**values)
