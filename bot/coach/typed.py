"""Typed words: commands with a slash, answers to a question that is open, words for the player, and what is left."""

from bot.actions import Screen, Set, Setting, Show, Snooze, Start, StartKind
from bot.cards import Place
from bot.coach import days, linking, membership, mydata, onboarding, practice, reach, settings, standing, times, today
from bot.coach.desk import Answer, Desk
from bot.reading.times import Unreadable, read_times
from bot.store import nudges, sessions
from bot.store.sessions import Kept
from bot.views import notes
from bot.views import onboarding as onboarding_view
from bot.views.reach import MEND
from drills import practice as rule
from scheduler.nudge import NudgeKind

READ_AT_MOST = 200  # characters; every question of ours is answered in fewer


def said(desk: Desk, text: str) -> Answer:
    text = " ".join(text.split()) if len(text) <= 20 * READ_AT_MOST else text
    if len(text) > READ_AT_MOST:
        return Answer(notes.NotUnderstood(too_long=True), Place.NEW)
    if text.startswith("/"):
        name, _, rest = text[1:].partition(" ")
        return command(desk, name.lower(), rest.strip())
    if not onboarding.is_set_up(desk):
        return _answer_set_up(desk, text)
    word = text.casefold().strip(" .!")
    return _asked(desk, text) or _player(desk, word) or _anything(desk, text, word)


def command(desk: Desk, name: str, rest: str) -> Answer:
    """One command. Until a person is set up, most of them lead back to the open question."""
    if desk.person.asking:
        desk = desk.change(asking=None)
    if name == "start" and desk.person.stopped:
        desk = desk.change(stopped=False)
    if name == "start" and rest:
        joined = membership.opened(desk, rest)
        if joined is not None:
            return joined if onboarding.is_set_up(desk) else Answer(onboarding.next_scene(desk), Place.NEW)
    always = {
        "help": lambda: Answer(notes.Help(), Place.NEW),
        "safety": lambda: Answer(notes.Safety(), Place.NEW),
        "stop": lambda: stop(desk),
        "export": lambda: mydata.export(desk),
        "erase": lambda: mydata.ask_erase(desk, Place.NEW),
        "link": lambda: linking.show(desk, rest),
    }
    if name in always:
        return always[name]()
    if not onboarding.is_set_up(desk):
        return Answer(onboarding.next_scene(desk), Place.NEW)
    if name == "start" and rest == MEND:
        return reach.show(desk, Place.NEW)
    day = f"{desk.today:%Y%m%d}"
    known = {
        "start": lambda: today.show(desk),
        "today": lambda: today.show(desk),
        "times": lambda: times.show(desk, rest),
        "settings": lambda: settings.show(desk, rest),
        "streak": lambda: Answer(standing.show_streak(desk), Place.NEW),
        "why": lambda: Answer(standing.show_why(desk), Place.NEW),
        "snack": lambda: practice.start(desk, Start(StartKind.SNACK, day), Place.NEW),
        "pause": lambda: days.pause(desk, rest),
        "rest": lambda: days.rest(desk, rest),
        "day_start": lambda: days.day_start(desk, rest),
        "daystart": lambda: days.day_start(desk, rest),
        "challenge": lambda: membership.show(desk),
        "drills": lambda: _new(today.drills(desk, Show(Screen.DRILLS, rest))),
    }
    if name in known:
        return known[name]()
    return Answer(notes.NotUnderstood(command=True), Place.NEW)


def show(desk: Desk, action: Show) -> Answer:
    """A button that opens a screen: in place, but for a session, which must stay the newest message."""
    match action.screen:
        case Screen.TODAY:
            return today.show(desk)
        case Screen.TIMES:
            return Answer(times.scene(desk.change(asking=None)))
        case Screen.SETTINGS:
            return Answer(settings.scene(desk.change(asking=None)))
        case Screen.HELP:
            return Answer(notes.Help())
        case Screen.SAFETY:
            return Answer(notes.Safety())
        case Screen.STREAK:
            return Answer(standing.show_streak(desk))
        case Screen.WHY:
            return Answer(standing.show_why(desk, action.arg))
        case Screen.TICK:
            return Answer(standing.show_ticks(desk))
        case Screen.PAUSE:
            return days.pause(desk, place=Place.HERE)
        case Screen.REST:
            return Answer(days.rest(desk).scene)
        case Screen.DAY_START:
            return Answer(days.day_start(desk).scene)
        case Screen.DRILLS:
            return today.drills(desk, action)
        case Screen.EXPORT:
            return mydata.export(desk)
        case Screen.ERASE:
            return mydata.ask_erase(desk, Place.HERE)
        case Screen.REACH:
            return reach.show(desk)


def stop(desk: Desk) -> Answer:
    """No more prompts until the person writes /start; everything else is kept."""
    desk = desk.change(stopped=True, asking=None)
    nudges.drop_planned(desk.tx, desk.person.id, (NudgeKind.SNOOZE, NudgeKind.FOLLOW_UP), "stopped")
    return Answer(notes.StoppedScene(), Place.NEW)


def _answer_set_up(desk: Desk, text: str) -> Answer:
    """While setting up, what is typed answers the question on the card."""
    question = onboarding.next_scene(desk)
    word = text.casefold().strip(" .!")
    match question:
        case onboarding_view.AskPlace():
            return onboarding.typed_place(desk, text)
        case onboarding_view.AskTime():
            return onboarding.typed_time(desk, text)
        case onboarding_view.AskMinutes():
            return _new(onboarding.answer_setting(desk, Set(Setting.MINUTES, word.split(" ")[0])))
        case onboarding_view.AskBand() if word in _words(desk, "yes") | _words(desk, "no"):
            value = "yes" if word in _words(desk, "yes") else "no"
            return _new(onboarding.answer_setting(desk, Set(Setting.BAND, value)))
        case onboarding_view.Welcome() if word in _words(desk, "yes"):
            return _new(Answer(onboarding.next_scene(desk.change(agreed_at=desk.now))))
        case _:
            return Answer(question, Place.NEW)


def _asked(desk: Desk, text: str) -> Answer | None:
    """The answer to the question that the last card asked."""
    match desk.person.asking:
        case "times":
            return times.typed(desk, text)
        case "zone":
            return onboarding.typed_place(desk, text)
        case "quiet":
            return settings.typed_quiet(desk, text)
        case "snooze":
            return today.typed_snooze(desk, text)
        case "alias":
            return membership.typed_alias(desk, text)
        case "pause":
            return days.pause(desk.change(asking=None), text)
        case "rest":
            return days.rest(desk.change(asking=None), text)
        case "day-start":
            return days.day_start(desk.change(asking=None), text)
        case _:
            return None


def _player(desk: Desk, word: str) -> Answer | None:
    """A move in the open session: "done", "back", "skip", "8"."""
    kept = practice.unfinished(desk)
    if kept is None:
        return None
    move = _move(desk, kept, word)
    return practice.typed(desk, kept, move) if move is not None else None


def _move(desk: Desk, kept: Kept, word: str) -> rule.Move | None:
    place = kept.session.place
    if word.isdecimal() and word.isascii() and len(word) <= 4:
        reading = isinstance(place, rule.AtStep | rule.Feeling | rule.Where | rule.Rested)
        return None if reading else rule.Done(int(word))
    if word in _words(desk, "done"):
        return rule.Next() if isinstance(place, rule.AtStep) else rule.Done()
    moves: tuple[tuple[str, rule.Move], ...] = (
        ("next", rule.Next()),
        ("back", rule.Back()),
        ("skip", rule.Skip()),
        ("undo", rule.Undo()),
        ("stop", rule.Stop()),
        ("hurts", rule.Hurts()),
        ("slipped", rule.Slipped()),
        ("know", rule.Know()),
    )
    return next((move for name, move in moves if word in _words(desk, name)), None)


def _anything(desk: Desk, text: str, word: str) -> Answer:
    first, _, rest = word.partition(" ")
    if first in _words(desk, "later"):
        return today.typed_snooze(desk, rest) if rest else _new(today.snooze(desk, Snooze(f"{desk.today:%Y%m%d}", -1)))
    if word in _words(desk, "today"):
        return today.show(desk)
    if word in _words(desk, "undo"):
        return _undo_last(desk)
    drill = today.drill_named(desk, word)
    if drill is not None:
        return _new(today.drills(desk, Show(Screen.DRILLS, drill.id)))
    if any(character.isdigit() for character in word) and not isinstance(read_times(text), Unreadable):
        return times.typed(desk, text)
    return Answer(notes.NotUnderstood(), Place.NEW)


def _undo_last(desk: Desk) -> Answer:
    """ "undo" after the end of a session still takes the last round back, while its day is not final."""
    kept = sessions.newest(desk.tx, desk.person.id)
    if kept is None:
        return Answer(notes.NothingChanged("nothing-to-undo"), Place.NEW)
    return practice.typed(desk, kept, rule.Undo())


def _words(desk: Desk, name: str) -> frozenset[str]:
    """The words of one meaning in this person's language, from the catalogue: "done, ok, ready"."""
    return frozenset(part.strip() for part in desk.words(f"typed.{name}").split(","))


def _new(answer: Answer) -> Answer:
    return Answer(answer.scene, Place.NEW, living=answer.living, attachments=answer.attachments)
