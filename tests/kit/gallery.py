"""One sample of every scene that the views can draw: for the guards, and for the page docs/gallery.md (`make docs`)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from bot import words
from bot.demo import draw as draw_block
from bot.views import notes, onboarding, practice, result, settings, standing, times, today
from bot.views.scenes import Scene, draw
from drills import catalog as drill_catalog
from drills import practice as rule
from drills import programme
from drills.localtime import use_packaged_rules, zone_of
from drills.programme import Needs
from drills.safety import Caution, Colour, Screened
from drills.streaks import Facts, Pause, ZoneSince
from drills.streaks import standing as fold
from scheduler.slot import EVERY_DAY, Role

NOW = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
DAY = date(2026, 11, 25)
ZONE = "Europe/Berlin"
CATALOG = drill_catalog.load()
NEEDS = Needs(minutes=10, band=True, gentle=False, caution=Caution(frozenset(), frozenset(), frozenset()))
PLAN = programme.todays_plan(CATALOG, DAY, NEEDS)
STANDING = fold(
    Facts(
        joined=DAY - timedelta(days=20),
        done=frozenset(DAY - timedelta(days=n) for n in (1, 2, 3, 5, 8, 9, 10, 11)),
        pauses=(Pause(DAY - timedelta(days=7), DAY - timedelta(days=6)),),
        zones=(ZoneSince(NOW - timedelta(days=20), ZONE),),
        day_start=time(3),
    ),
    DAY,
    NOW,
)
SLOTS = (
    times.SlotLine("AAAAAAAAAAA", time(7, 30), EVERY_DAY, Role.DO, day_before=False),
    times.SlotLine("BBBBBBBBBBB", time(2, 30), frozenset({0, 2}), Role.EXTRA, day_before=True),
    times.SlotLine("CCCCCCCCCCC", time(21, 30), frozenset({5, 6}), Role.LAST_CALL, day_before=False),
)


def _session(*moves: rule.Move) -> rule.Session:
    session = rule.begin(rule.SessionId("k3Jv9Qw2xYs"), PLAN)
    for move in moves:
        answer = rule.play(session, move, None, NOW)
        assert isinstance(answer, rule.Moved), (move, answer)
        session = answer.session
    return session


def _playing(*moves: rule.Move, easier: bool = True) -> practice.Playing:
    return practice.Playing(_session(*moves), CATALOG, NOW, easier_exists=easier)


def _result(*moves: rule.Move, felt: Colour = Colour.GREEN) -> result.Result:
    return result.Result(
        session=replace(_session(*moves), felt=felt),
        standing=STANDING,
        hidden=False,
        day=DAY,
        rest_of_plan=True,
        next_prompt="tomorrow 07:30",
    )


def samples() -> Iterator[tuple[str, Scene]]:
    """(what it shows, the scene), in the order in which a person meets them."""
    zone = zone_of(ZONE)
    done, know = rule.Done(), rule.Know()
    to_squats: tuple[rule.Move, ...] = (know, done, done, know, done, done, done, done, know)
    whole: tuple[rule.Move, ...] = (*to_squats, *([done] * 5))
    yield "the first word", onboarding.Welcome()
    yield "where", onboarding.AskPlace((("Berlin", ZONE), ("Tokyo", "Asia/Tokyo")))
    yield "a place not found", onboarding.AskPlace((("Berlin", ZONE),), unknown=True)
    yield (
        "a place with several meanings",
        onboarding.AskPlace((("Birmingham, United Kingdom", "Europe/London"),), ambiguous=True),
    )
    yield "when", onboarding.AskTime(ZONE)
    yield "no such time", onboarding.AskTime(ZONE, "no-such-time")
    yield "how long", onboarding.AskMinutes()
    yield "a band", onboarding.AskBand()
    yield "screening", onboarding.ScreeningCard()
    yield "one line of it", onboarding.ScreeningLine(3, (1,))
    yield "ask a clinician first", onboarding.ClosedPlan(Screened.BLOCK, (1, 2))
    yield "seek care", onboarding.ClosedPlan(Screened.URGENT, (4, 5))
    yield "set up", onboarding.Ready(NOW + timedelta(hours=9), NOW, zone, ZONE, DAY)
    yield (
        "set up, gently",
        onboarding.Ready(NOW + timedelta(hours=9), NOW, zone, ZONE, DAY, (3, 6, 7, 8, 9), True, True),
    )
    plan = today.Today(PLAN, CATALOG, DAY, DAY, STANDING, False, zone, prompted=True, tonight=True)
    yield "the prompt", plan
    yield "a late prompt, for the day before", replace(plan, late_since=NOW, calendar_day=DAY + timedelta(days=1))
    yield "today, asked for", replace(plan, prompted=False)
    yield "today, done already, streak hidden", replace(plan, prompted=False, done=True, hidden=True)
    yield "every drill rests", today.AllResting()
    yield "snoozed", today.Snoozed(NOW + timedelta(minutes=15), zone, DAY)
    for reason in ("quiet", "day-ends", "tonight"):
        yield f"snooze refused: {reason}", today.SnoozeRefused(reason, NOW, zone, DAY)
    yield "snooze, how long", today.AskSnooze(DAY)
    yield "snooze, not understood", today.AskSnooze(DAY, understood=False)
    yield "not today", today.NotTodayScene(DAY)
    yield "pause", today.PauseScene(paused=False, until=None)
    yield "paused until", today.PauseScene(paused=True, until=DAY)
    yield "paused, open", today.PauseScene(paused=True, until=None)
    yield "resumed", today.PauseScene(paused=False, until=None, just_resumed=True)
    yield "a step", _playing()
    yield "a later step", _playing(rule.Next())
    yield "a round", _playing(know)
    yield "the other foot", _playing(know, done)
    yield "the next drill, one more set of the last", _playing(know, done, done)
    yield "sides and directions", _playing(know, done, done, know, done, done)
    yield "a squat that can slip", _playing(*to_squats)
    yield "resting", _playing(*to_squats, done)
    yield "how many before it slipped", _playing(*to_squats, rule.Slipped())
    yield (
        "an easier form",
        _playing(
            rule.Easier(programme.in_form(CATALOG[programme.OUTWARD_ROLL], CATALOG[programme.OUTWARD_ROLL].gentle, 1)),
            know,
            easier=False,
        ),
    )
    yield "something hurts", _playing(know, rule.Hurts())
    yield "stopped for pain", _playing(know, rule.Hurts(), rule.Feel(Colour.RED))
    yield "how it felt", _playing(*whole)
    yield "how it felt, stopped early", _playing(know, done, rule.Stop())
    yield "which drill", _playing(*whole, rule.Feel(Colour.RED))
    yield "done for today", _result(*whole, rule.Feel(Colour.GREEN))
    yield "done, uncomfortable", _result(*whole, rule.Feel(Colour.GREEN), felt=Colour.AMBER)
    yield "done, with pain", _result(*whole, rule.Feel(Colour.GREEN), felt=Colour.RED)
    yield "stopped with nothing done", _result(rule.Stop())
    yield "a day that is over", result.ClosedSession(DAY - timedelta(days=1), DAY)
    yield "a late undo", result.ClosedSession(DAY - timedelta(days=1), DAY, undone=True)
    yield "the streak", standing.StreakScene(STANDING, hidden=False)
    yield "the streak, hidden", standing.StreakScene(STANDING, hidden=True)
    yield "why", standing.WhyScene(STANDING, hidden=False)
    yield (
        "times",
        times.TimesScene(SLOTS, NOW + timedelta(hours=20), NOW, zone, ZONE, (time(22), time(7)), changed=True),
    )
    yield "times, none", times.TimesScene((), None, NOW, zone, ZONE, None)
    yield "times, stopped", times.TimesScene(SLOTS, None, NOW, zone, ZONE, None, silent="stopped")
    yield "times, paused", times.TimesScene(SLOTS, None, NOW, zone, ZONE, None, silent="paused")
    for problem in ("not-understood", "no-such-time", "a-range", "too-close", "too-many"):
        yield f"times: {problem}", times.AskTimes(problem)
    yield "which time", times.AskTimes()
    ten = tuple(time(hour) for hour in range(4, 24, 2))
    yield (
        "as it was read",
        times.ConfirmTimes(ten, frozenset({0, 2, 4}), SLOTS, NOW, NOW, zone, day_before=True, may_add=True),
    )
    for slot in SLOTS:
        yield f"one time: {slot.role}", times.SlotScene(slot)
    yield "settings", settings.SettingsScene(ZONE, 6, True, (time(22), time(7)), False, False, False)
    for changed in ("minutes", "band", "quiet", "streak", "follow-ups"):
        yield f"settings: {changed}", settings.SettingsScene(ZONE, 6, False, None, True, True, True, changed)
    yield "quiet hours", settings.AskQuiet()
    yield "quiet hours, not understood", settings.AskQuiet(understood=False)
    yield "the drills", today.DrillList(CATALOG, DAY)
    for drill in CATALOG.values():
        yield drill.name, today.DrillScene(drill, DAY)
    yield "help", notes.Help()
    yield "safety", notes.Safety()
    yield "prompts are off", notes.StoppedScene()
    yield "not understood", notes.NotUnderstood()
    yield "no such command", notes.NotUnderstood(command=True)
    yield "too long", notes.NotUnderstood(too_long=True)
    yield "in a team room", notes.TeamRoom()
    for kind in ("busy", "full", "damaged", "unreachable", "fault", "closed", "bug"):
        yield f"fault: {kind}", notes.FaultScene(kind, "k3Jv9Q" if kind == "bug" else "")
    yield "erase everything", notes.EraseAsk("k3Jv9Qw2xYs")
    yield "erased", notes.Erased()
    yield "exported", notes.Exported()
    for why in ("session", "button", "drill", "erase", "nothing-to-undo"):
        yield f"nothing changed: {why}", notes.NothingChanged(why)


def page() -> str:
    """The gallery as Markdown: what a person reads on every card, and the buttons below it."""
    lines = [
        "# Gallery",
        "",
        "Every card that Toehold can show, made by `make docs` from the views. One block, one paragraph.",
        "",
    ]
    for name, scene in samples():
        card = draw(words.load(), scene)
        lines += [f"## {name}", "", f"**{card.title}**", ""]
        for block in card.blocks:
            lines += [draw_block(block).replace("<", "&lt;"), ""]
        for row in card.rows:
            lines += [" ".join(f"`{control.label}`" for control in row), ""]
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    use_packaged_rules()
    Path("docs/gallery.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
