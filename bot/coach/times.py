"""When prompts come: slots are shown, read from what was typed, confirmed, changed and removed."""

from datetime import date, datetime, time, timedelta

from bot.actions import EditSlot, EditTimes
from bot.cards import Place
from bot.coach.desk import Answer, Desk
from bot.ids import new_id
from bot.reading.times import MAX_SLOTS, Reading, Reason, Unreadable, read_times, too_close, too_close_in_week
from bot.store import care, sessions, slots
from bot.views import times as view
from drills.localtime import rules_version
from scheduler.slot import EVERY_DAY, Role, Rule, next_due

LOOKED_AHEAD = timedelta(days=400)  # a pause lasts for a year at most, unless it is open
_NEXT_ROLE = {Role.DO: Role.EXTRA, Role.EXTRA: Role.LAST_CALL, Role.LAST_CALL: Role.DO}


def scene(
    desk: Desk, *, problem: str | None = None, changed: bool = False, journey: view.Journey | None = None
) -> view.TimesScene:
    person = desk.person
    today = desk.today
    paused = care.silent_pause(desk.tx, person.id, today) is not None
    return view.TimesScene(
        slots=_lines(desk),
        next_at=next_at(desk),
        now=desk.now,
        zone=desk.zone,
        zone_name=person.zone or "UTC",
        quiet=(person.quiet_from, person.quiet_to) if person.quiet_from and person.quiet_to else None,
        problem=problem,
        changed=changed,
        silent="stopped" if person.stopped else "paused" if paused else None,
        journey=journey,
    )


def next_at(desk: Desk) -> datetime | None:
    """The next prompt that will really come: not one for a day that is done, silenced, paused or a rest day.

    None: none will, as far as we look ahead.
    """
    person = desk.person
    if person.stopped:
        return None
    upcoming = (_comes_next(desk, slot) for slot in slots.of_person(desk.tx, person.id))
    return min((at for at in upcoming if at is not None), default=None)


def _comes_next(desk: Desk, slot: slots.Slot) -> datetime | None:
    rule, after, last = slot.rule(desk.person.zone or "UTC"), desk.now, slot.last_label
    furthest = desk.now + LOOKED_AHEAD
    while (due := next_due(rule, after, last)).at < furthest:
        label = desk.calendar.newest(due.at)
        if not _is_silent(desk, label, slot.role):
            return due.at
        after, last = due.at, due.label
    return None


def _is_silent(desk: Desk, label: date, role: Role) -> bool:
    """Whether no prompt comes for this day, as far as is known now."""
    person = desk.person
    if not desk.is_scheduled(label) or label == person.silent_day:
        return True
    if role is not Role.EXTRA and label == desk.today and sessions.day_is_done(desk.tx, person.id, label):
        return True
    return care.silent_pause(desk.tx, person.id, label) is not None


def show(desk: Desk, text: str = "") -> Answer:
    """/times, or /times with a time behind it."""
    if text.strip():
        return typed(desk, text)
    return Answer(scene(desk), Place.NEW)


def typed(desk: Desk, text: str) -> Answer:
    """Echo what was read, with its first instant; nothing changes before a tap."""
    reading = read_times(text)
    if isinstance(reading, Unreadable):
        desk.change(asking="times")
        return Answer(view.AskTimes(reading.reason), Place.NEW)
    desk = desk.change(asking=None)
    return Answer(_confirm(desk, reading), Place.NEW)


def _confirm(desk: Desk, reading: Reading) -> view.ConfirmTimes:
    zone = desk.person.zone or "UTC"
    old = slots.of_person(desk.tx, desk.person.id)
    rules = [Rule(at, reading.weekdays, zone) for at in reading.times]
    return view.ConfirmTimes(
        times=reading.times,
        weekdays=reading.weekdays,
        slots=_lines(desk),
        next_at=min(next_due(rule, desk.now).at for rule in rules),
        now=desk.now,
        zone=desk.zone,
        day_before=any(at < desk.person.day_start for at in reading.times),
        may_add=bool(old) and _problem(old, reading) is None,
    )


def edit(desk: Desk, action: EditTimes) -> Answer:
    """ "set" replaces every slot, "add" keeps them. A second tap finds the same slots and changes nothing."""
    if action.how == "ask":
        desk.change(asking="times")
        return Answer(view.AskTimes())
    reading = _decode(action)
    if reading is None or action.how not in ("set", "add"):
        return Answer(scene(desk))
    old = slots.of_person(desk.tx, desk.person.id)
    if action.how == "add":
        problem = _problem(old, reading)
        if problem is not None:
            return Answer(scene(desk, problem=problem))
    else:
        kept = [slot for slot in old if slot.weekdays == reading.weekdays and slot.at in reading.times]
        gone = [slot.id for slot in old if slot not in kept]
        slots.remove(desk.tx, desk.person.id, gone, desk.now)
        old = kept
    for at in reading.times:
        if not any(slot.at == at and slot.weekdays == reading.weekdays for slot in old):
            rule = Rule(at, reading.weekdays, desk.person.zone or "UTC")
            slots.add(desk.tx, new_id(), desk.person.id, rule, Role.DO, desk.now, rules_version())
    return Answer(scene(desk, changed=True), notice=desk.words("notice.times-changed"))


def edit_slot(desk: Desk, action: EditSlot) -> Answer:
    slot = next((slot for slot in slots.of_person(desk.tx, desk.person.id) if slot.id == action.slot), None)
    if slot is None:
        return Answer(scene(desk), notice=desk.words("notice.slot-gone"))
    if action.how == "remove":
        slots.remove(desk.tx, desk.person.id, [slot.id], desk.now)
        return Answer(scene(desk, changed=True), notice=desk.words("notice.slot-removed"))
    if action.how == "role":
        renewed = new_id()
        slots.set_role(desk.tx, desk.person.id, slot.id, _NEXT_ROLE[slot.role], renewed, desk.now)
        slot = next(s for s in slots.of_person(desk.tx, desk.person.id) if s.id == renewed)
    return Answer(view.SlotScene(_line(desk, slot)))


def _problem(old: list[slots.Slot], reading: Reading) -> Reason | None:
    """Why these times cannot be added to those, or None."""
    if len(old) + len(reading.times) > MAX_SLOTS:
        return Reason.TOO_MANY
    if too_close_in_week([reading, *(Reading((slot.at,), slot.weekdays) for slot in old)]):
        return Reason.TOO_CLOSE
    return None


def _decode(action: EditTimes) -> Reading | None:
    """The reading that a button carries; None for a forged one."""
    if not action.mask or not set(action.mask) <= set("0123456") or len(action.times) % 4 or not action.times:
        return None
    if not action.times.isdigit() or len(action.times) > 4 * MAX_SLOTS:
        return None
    pairs = [(int(action.times[i : i + 2]), int(action.times[i + 2 : i + 4])) for i in range(0, len(action.times), 4)]
    if any(hour > 23 or minute > 59 for hour, minute in pairs):
        return None
    at = tuple(sorted({time(hour, minute) for hour, minute in pairs}))
    return None if too_close(at) else Reading(at, frozenset(int(digit) for digit in action.mask) & EVERY_DAY)


def _line(desk: Desk, slot: slots.Slot) -> view.SlotLine:
    return view.SlotLine(slot.id, slot.at, slot.weekdays, slot.role, slot.at < desk.person.day_start)


def _lines(desk: Desk) -> tuple[view.SlotLine, ...]:
    return tuple(_line(desk, slot) for slot in slots.of_person(desk.tx, desk.person.id))
