"""Prompts go to the private chat. Somebody whose private chat is closed may have one quiet line in a channel instead."""

from bot.actions import Set
from bot.cards import Place
from bot.coach.desk import Answer, Desk
from bot.store import nudges, people
from bot.views import reach as view
from scheduler.nudge import NudgeKind


def is_in_channel(desk: Desk) -> bool:
    """Whether this conversation is held in a channel where others talk, seen by this person alone."""
    return desk.address.thread != ""


def is_closed(desk: Desk) -> bool:
    """The private chat did not take our last message, and no line stands in for it."""
    reachable = people.is_reachable(desk.tx, desk.person.id)
    return not reachable and people.line_address(desk.tx, desk.person.id) is None


def scene(desk: Desk, told: str | None = None) -> view.ReachScene:
    return view.ReachScene(
        closed=not people.is_reachable(desk.tx, desk.person.id),
        line=people.line_address(desk.tx, desk.person.id) is not None,
        here=is_in_channel(desk),
        told=told,
    )


def show(desk: Desk, place: Place = Place.HERE) -> Answer:
    return Answer(scene(desk), place)


def change(desk: Desk, action: Set) -> Answer:
    match action.value:
        case "here" if not is_in_channel(desk):
            return Answer(scene(desk, "private"))
        case "here":
            people.keep_line(desk.tx, desk.person.id, desk.address)
            return Answer(scene(desk, "here"))
        case "off":
            people.keep_line(desk.tx, desk.person.id, None)
            return Answer(scene(desk, "off"))
        case "try":
            say_hello(desk)
            return Answer(scene(desk, "try"))
        case _:
            return Answer(scene(desk))


def say_hello(desk: Desk) -> None:
    """A first message to the private chat: it opens the chat, or tells that it is closed. At most one a minute."""
    key = f"hello:{desk.person.id}:{desk.now:%Y%m%d%H%M}"
    nudges.add(desk.tx, key, NudgeKind.HELLO, desk.person.id, desk.today, desk.now)
