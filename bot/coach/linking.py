"""/link: one person on two platforms. A code made here is typed there, and two histories become one."""

from bot.actions import Link
from bot.cards import Place
from bot.coach import onboarding, scoring
from bot.coach.desk import Answer, Desk
from bot.store import linking, people, uniting
from bot.store.people import Person
from bot.views import linking as view
from bot.views.scenes import Scene


def show(desk: Desk, text: str = "") -> Answer:
    """/link makes a code; "/link CODE" asks whether to join, also somebody who is not set up yet."""
    if text.strip():
        code = linking.read_code(text)
        return Answer(view.LinkNote("not-a-code") if code is None else _ask(desk, code), Place.NEW)
    if not onboarding.is_set_up(desk):
        return Answer(onboarding.next_scene(desk), Place.NEW)
    code = linking.make_code(desk.tx, desk.person.id, desk.now)
    minutes = int(linking.LASTS.total_seconds() // 60)
    return Answer(view.LinkCode(linking.in_groups(code), minutes, desk.address.platform), Place.NEW)


def pressed(desk: Desk, action: Link) -> Answer:
    """The code is used up by either answer. A second tap finds it gone, and what came of it."""
    kept = _whose(desk, action.code)
    if isinstance(kept, view.LinkNote):
        return Answer(linked(desk) if kept.what == "unknown" and _is_linked(desk) else kept)
    linking.forget_codes(desk.tx, kept.id)
    if action.answer != "yes":
        return Answer(view.LinkNote("apart"))
    shared = uniting.unite(desk.tx, kept.id, desk.person.id, desk.now)
    desk = _desk_of(desk, kept).reload()
    scoring.united(desk.tx, desk.person, shared, desk.catalog, desk.now)
    return Answer(linked(desk))


def linked(desk: Desk) -> view.Linked:
    platforms = linking.platforms(desk.tx, desk.person.id)
    return view.Linked(desk.standing(), desk.person.streak_hidden, desk.person.platform or platforms[0], platforms)


def _ask(desk: Desk, code: str) -> Scene:
    kept = _whose(desk, code)
    if isinstance(kept, view.LinkNote):
        return kept
    there = kept.platform or linking.platforms(desk.tx, kept.id)[0]
    return view.LinkAsk(
        code=code,
        name=linking.name(desk.tx, kept.id, there),
        there=there,
        here=desk.address.platform,
        days_there=_desk_of(desk, kept).standing().total,
        days_here=desk.standing().total if onboarding.is_set_up(desk) else None,
    )


def _whose(desk: Desk, code: str) -> Person | view.LinkNote:
    """Who made this code; or why they cannot be joined with whoever typed it."""
    found = linking.look_up(desk.tx, code, desk.now)
    kept = people.load(desk.tx, found) if found else None
    if kept is None:
        return view.LinkNote("unknown")
    if kept.id == desk.person.id:
        return view.LinkNote("linked" if _is_linked(desk) else "own")
    if set(linking.platforms(desk.tx, kept.id)) & set(linking.platforms(desk.tx, desk.person.id)):
        return view.LinkNote("same-platform")
    return kept


def _is_linked(desk: Desk) -> bool:
    return len(linking.platforms(desk.tx, desk.person.id)) > 1


def _desk_of(desk: Desk, person: Person) -> Desk:
    return Desk(desk.tx, desk.now, person, desk.catalog, desk.words, desk.address, desk.zone_hint)
