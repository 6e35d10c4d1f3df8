"""Settings: each is changed at once, and the card says so."""

from datetime import time

from bot.actions import Set, Setting
from bot.cards import Place
from bot.coach import days, onboarding, reach
from bot.coach.desk import Answer, Desk
from bot.reading.places import popular_places
from bot.reading.times import read_span
from bot.store import linking, streak
from bot.views import onboarding as onboarding_view
from bot.views import settings as view
from drills import safety


def scene(desk: Desk, changed: str | None = None) -> view.SettingsScene:
    person = desk.person
    return view.SettingsScene(
        zone_name=person.zone or "UTC",
        minutes=person.minutes or 3,
        band=bool(person.band),
        quiet=(person.quiet_from, person.quiet_to) if person.quiet_from and person.quiet_to else None,
        streak_hidden=person.streak_hidden,
        follow_ups=person.follow_ups,
        gentle=safety.gentle_only(person.screened),
        freezes=streak.uses_freezes(desk.versions),
        due=days.due_next(desk),
        day_start=person.day_start,
        changed=changed,
        in_channel=reach.is_in_channel(desk),
        platform=person.platform,
        platforms=linking.platforms(desk.tx, person.id),
    )


def show(desk: Desk, text: str = "") -> Answer:
    """/settings, or "/settings zone Tokyo", "/settings minutes 6", "/settings quiet 22-7"."""
    what, _, value = text.strip().partition(" ")
    match what.lower():
        case "zone" if value.strip():
            return onboarding.typed_place(desk, value.strip())
        case "zone":
            return _ask_zone(desk, Place.NEW)
        case "minutes":
            changed = onboarding.set_minutes(desk, value.strip())
            return Answer(scene(changed, "minutes" if changed is not desk else None), Place.NEW)
        case "quiet" if value.strip():
            return typed_quiet(desk, value)
        case _:
            return Answer(scene(desk), Place.NEW)


def change(desk: Desk, action: Set) -> Answer:
    yes = action.value == "yes"
    match action.setting:
        case Setting.MINUTES:
            return Answer(scene(onboarding.set_minutes(desk, action.value), "minutes"))
        case Setting.BAND:
            return Answer(scene(desk.change(band=yes), "band"))
        case Setting.FOLLOW_UPS:
            return Answer(scene(desk.change(follow_ups=yes), "follow-ups"))
        case Setting.HIDE_STREAK:
            return Answer(scene(desk.change(streak_hidden=yes), "streak"))
        case Setting.FREEZES:
            if action.value not in ("yes", "no") or yes == streak.uses_freezes(desk.versions):
                return Answer(scene(desk))
            return Answer(scene(desk.keep_setting("freezes", "on" if yes else "off"), "freezes"))
        case Setting.ZONE:
            return _ask_zone(desk, Place.HERE)
        case Setting.PLATFORM:
            return Answer(_set_platform(desk, action.value))
        case Setting.LINE:
            return reach.change(desk, action)
        case Setting.QUIET:
            return _quiet(desk, action.value)


def _set_platform(desk: Desk, platform: str) -> view.SettingsScene:
    """Where prompts go, for whoever is on several platforms. Outages are judged by it: the change is a fact."""
    platforms = linking.platforms(desk.tx, desk.person.id)
    if len(platforms) == 1 or platform not in platforms or platform == desk.person.platform:
        return scene(desk)
    return scene(desk.keep_setting("platform", platform, platform=platform), "platform")


def _ask_zone(desk: Desk, place: Place) -> Answer:
    desk.change(asking="zone")
    choices = tuple((found.name, found.zone) for found in popular_places(desk.zone_hint))
    return Answer(onboarding_view.AskPlace(choices), place)


def _quiet(desk: Desk, value: str) -> Answer:
    if value == "off":
        return Answer(scene(desk.change(quiet_from=None, quiet_to=None, asking=None), "quiet"))
    if value == "ask":
        desk.change(asking="quiet")
        return Answer(view.AskQuiet())
    try:
        start, end = (time(int(part[:2]), int(part[2:])) for part in value.split("-"))
    except ValueError:
        return Answer(scene(desk))
    return Answer(scene(desk.change(quiet_from=start, quiet_to=end, asking=None), "quiet"))


def typed_quiet(desk: Desk, text: str) -> Answer:
    span = read_span(text)
    if span is None:
        desk.change(asking="quiet")
        return Answer(view.AskQuiet(understood=False), Place.NEW)
    return Answer(scene(desk.change(quiet_from=span[0], quiet_to=span[1], asking=None), "quiet"), Place.NEW)
