"""Setting up. The next question follows from what is not known yet, so nothing else has to be remembered of it."""

from datetime import date, time, timedelta

from bot.actions import Agree, PickTime, PickZone, Screening, Set, Setting
from bot.cards import Place
from bot.coach import reach, scoring, times
from bot.coach.desk import Answer, Desk
from bot.ids import new_id
from bot.reading.places import find_places, popular_places, the_place_meant
from bot.reading.times import Unreadable, read_times
from bot.store import slots, streak
from bot.views import onboarding as view
from bot.views import times as times_view
from bot.views import when
from bot.views.scenes import Scene
from drills import safety
from drills.day import practice_day
from drills.localtime import local_date, rules_version, zone_named
from drills.programme import MINUTES
from drills.safety import LINES, Mode, Screened
from scheduler.slot import EVERY_DAY, Role, Rule


def is_set_up(desk: Desk) -> bool:
    return desk.person.joined_day is not None


def next_scene(desk: Desk) -> Scene:
    """The first question that is not answered; when all are, the person has joined."""
    person = desk.person
    if person.agreed_at is None:
        return view.Welcome()
    if person.zone is None:
        return view.AskPlace(_likely_places(desk))
    if not slots.of_person(desk.tx, person.id):
        return view.AskTime(person.zone)
    if person.minutes is None:
        return view.AskMinutes()
    if person.band is None:
        return view.AskBand()
    if person.screened is None:
        return view.ScreeningCard()
    if not safety.may_practise(person.screened):
        return view.ClosedPlan(person.screened)
    return _ready(desk)


def agree(desk: Desk, _action: Agree) -> Answer:
    return _go_on(desk if desk.person.agreed_at else desk.change(agreed_at=desk.now))


def pick_zone(desk: Desk, action: PickZone) -> Answer:
    if zone_named(action.zone) is None:
        return Answer(view.AskPlace(_likely_places(desk), unknown=True))
    return zone_chosen(desk, action.zone)


def zone_chosen(desk: Desk, zone: str) -> Answer:
    """The zone from now on; prompts move with it, and the day in progress loses nothing by it."""
    if not is_set_up(desk):
        streak.forget_versions(desk.tx, desk.person.id, "zone")
    elif zone == desk.person.zone:
        return Answer(times.scene(desk.change(asking=None)))
    before = desk
    desk = desk.keep_setting("zone", zone, zone=zone, asking=None)
    slots.replan(desk.tx, desk.person.id, zone, desk.now, rules_version())
    if is_set_up(desk):
        return Answer(times.scene(desk, changed=True, journey=_journey(before, desk)))
    return _go_on(desk)


def _journey(before: Desk, after: Desk) -> times_view.Journey | None:
    """What the change did to the days; None when it did nothing that a person would notice."""

    def moment(label: date) -> str:
        return when.moment(after.words, after.ends(label), after.now, after.zone)

    old, new = before.today, after.today
    if new > old:
        jumped = tuple(old + timedelta(days=n) for n in range(1, (new - old).days))
        return times_view.Journey(new, running=(old, moment(old)), jumped=jumped)
    if practice_day(after.now, after.zone, after.person.day_start) < new:  # by the new clock it is still yesterday
        return times_view.Journey(new, longer=moment(new))
    return None


def typed_place(desk: Desk, text: str) -> Answer:
    """One place meant: chosen at once, and named on the next card. Several: buttons. None: one sentence, no change."""
    meant = the_place_meant(text)
    if meant is not None:
        return Answer(zone_chosen(desk, meant.zone).scene, Place.NEW)
    found = find_places(text)
    if found:
        choices = tuple((f"{place.name}, {place.country}"[:40], place.zone) for place in found)
        return Answer(view.AskPlace(choices, ambiguous=True), Place.NEW)
    return Answer(view.AskPlace(_likely_places(desk), unknown=True), Place.NEW)


def pick_time(desk: Desk, action: PickTime) -> Answer:
    if len(action.at) != 4 or not action.at.isdigit() or int(action.at[:2]) > 23 or int(action.at[2:]) > 59:
        return _go_on(desk)
    return _first_times(desk, (time(int(action.at[:2]), int(action.at[2:])),), EVERY_DAY, Place.HERE)


def typed_time(desk: Desk, text: str) -> Answer:
    reading = read_times(text)
    if isinstance(reading, Unreadable):
        return Answer(view.AskTime(desk.person.zone or "UTC", reading.reason), Place.NEW)
    return _first_times(desk, reading.times, reading.weekdays, Place.NEW)


def _first_times(desk: Desk, at: tuple[time, ...], weekdays: frozenset[int], place: Place) -> Answer:
    """The first slots. A second tap on an old card changes nothing: slots are edited in /times."""
    if not slots.of_person(desk.tx, desk.person.id) and desk.person.zone:
        for moment in at:
            rule = Rule(moment, weekdays, desk.person.zone)
            slots.add(desk.tx, new_id(), desk.person.id, rule, Role.DO, desk.now, rules_version())
    return _go_on(desk, place)


def set_minutes(desk: Desk, value: str) -> Desk:
    return desk.change(minutes=int(value)) if value in [str(n) for n in MINUTES] else desk


def answer_setting(desk: Desk, action: Set) -> Answer:
    """Minutes and band, while they are asked for the first time."""
    if action.setting is Setting.MINUTES:
        desk = set_minutes(desk, action.value)
    elif action.setting is Setting.BAND and action.value in ("yes", "no"):
        desk = desk.change(band=action.value == "yes")
    return _go_on(desk)


def screening(desk: Desk, action: Screening) -> Answer:
    """The screening card and its lines. Answers travel in the buttons and are gone afterwards; the outcome is kept."""
    answer = action.answer
    if answer == "none":
        return _screened(desk, ())
    if answer == "some":
        return Answer(view.ScreeningLine(1, ()))
    if answer == "again":
        return Answer(view.ScreeningCard())
    if answer == "cleared":
        if desk.person.screened is Screened.BLOCK:
            desk = desk.change(screened=Screened.CLEARED, screened_on=local_date(desk.now, desk.zone))
        return _go_on(desk)
    line, yes = _read_line(answer)
    if line is None:
        return Answer(view.ScreeningCard())
    if line < len(LINES):
        return Answer(view.ScreeningLine(line + 1, yes))
    return _screened(desk, yes)


def _screened(desk: Desk, yes: tuple[int, ...]) -> Answer:
    outcome = safety.outcome(yes)
    desk = desk.change(screened=outcome, screened_on=local_date(desk.now, desk.zone))
    if not safety.may_practise(outcome):
        return Answer(view.ClosedPlan(outcome, yes))
    if desk.person.zone is None or not slots.of_person(desk.tx, desk.person.id):
        return _go_on(desk)  # screened again before the set-up was finished
    return Answer(_ready(desk, tuple(line for line in yes if LINES[line - 1] is Mode.MODIFY)))


def _read_line(answer: str) -> tuple[int | None, tuple[int, ...]]:
    """ "3y-12": line 3 answered yes, after yes to 1 and 2. None for anything else."""
    head, dash, so_far = answer.partition("-")
    lines = {str(line) for line in range(1, len(LINES) + 1)}
    if not dash or len(head) != 2 or head[0] not in lines or head[1] not in "yn" or not set(so_far) <= lines:
        return None, ()
    line = int(head[0])
    yes = {int(digit) for digit in so_far} | ({line} if head[1] == "y" else set())
    return line, tuple(sorted(yes))


def _ready(desk: Desk, modified: tuple[int, ...] = ()) -> Scene:
    """All is known: the person has joined on this practice day."""
    if not is_set_up(desk):
        desk = desk.change(joined_day=desk.today)
        scoring.set_up(desk.tx, desk.person, desk.catalog, desk.now)
        if reach.is_in_channel(desk):
            reach.say_hello(desk)
    next_at = times.next_at(desk)
    if next_at is None:
        return times.scene(desk)
    return view.Ready(
        next_at=next_at,
        now=desk.now,
        zone=desk.zone,
        zone_name=desk.person.zone or "UTC",
        day=desk.today,
        modified=modified,
        gentle=safety.gentle_only(desk.person.screened),
        counts_for_day_before=any(slot.at < desk.person.day_start for slot in slots.of_person(desk.tx, desk.person.id)),
        in_channel=reach.is_in_channel(desk),
    )


def _go_on(desk: Desk, place: Place = Place.HERE) -> Answer:
    return Answer(next_scene(desk), place)


def _likely_places(desk: Desk) -> tuple[tuple[str, str], ...]:
    return tuple((place.name, place.zone) for place in popular_places(desk.zone_hint))
