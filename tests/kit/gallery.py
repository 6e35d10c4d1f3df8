"""One sample of every scene that the views can draw: for the guards, and for the page docs/gallery.md (`make docs`)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot import words
from bot.demo import draw as draw_block
from bot.reading.pauses import DayStartProblem, NoPause
from bot.views import days, linking, notes, onboarding, practice, reach, result, settings, standing, times, today
from bot.views.scenes import Scene, draw
from drills import catalog as drill_catalog
from drills import practice as rule
from drills import programme
from drills.localtime import use_packaged_rules, zone_of
from drills.programme import Needs
from drills.safety import Caution, Colour, Screened
from drills.streaks import (
    Cause,
    Comeback,
    DayStartSince,
    DayState,
    Facts,
    Pause,
    ScheduleSince,
    Tick,
    Ticked,
    ZoneSince,
)
from drills.streaks import standing as fold
from scheduler.slot import EVERY_DAY, Role
from tests.kit import gallery_teams

NOW = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
DAY = date(2026, 11, 25)
ZONE = "Europe/Berlin"
CATALOG = drill_catalog.load()
NEEDS = Needs(minutes=10, band=True, gentle=False, caution=Caution(frozenset(), frozenset(), frozenset()))
PLAN = programme.todays_plan(CATALOG, DAY, NEEDS)


def _ago(days: int) -> date:
    return DAY - timedelta(days=days)


LIVED = Facts(
    joined=_ago(20),
    zones=(ZoneSince(NOW - timedelta(days=20), ZONE),),
    day_starts=(DayStartSince(NOW - timedelta(days=20), time(3)),),
    done=frozenset(_ago(n) for n in (2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16)),
    ticks=(Tick(_ago(4), _ago(3), joined=True), Tick(_ago(18), _ago(12), joined=False)),
    reds=frozenset({_ago(17)}),
    pauses=(Pause(_ago(7), _ago(6)),),
    schedules=(ScheduleSince(_ago(6), frozenset({0, 1, 2, 3, 4, 6})),),
)
STANDING = fold(LIVED, NOW)
_STATE_OF = {
    Cause.TICKED: DayState.DONE,
    Cause.PAIN: DayState.PAUSED,
    Cause.JOINING: DayState.REST,
    Cause.OUTAGE: DayState.EXCUSED,
    Cause.TRAVEL: DayState.EXCUSED,
    Cause.NO_SUCH_DAY: DayState.EXCUSED,
}
_LEDGER: dict[str, dict[str, Any]] = {
    "a freeze earned": {"state": DayState.DONE, "streak": 7, "bank": 2, "earned": True},
    "freezes spent": {"state": DayState.DONE, "streak": 14, "spent": 2},
    "kept by a freeze": {"state": DayState.FROZEN, "streak": 14},
    "the chain broke": {"state": DayState.MISSED, "broke": 41},
    "the chain came back": {"state": DayState.DONE, "streak": 43, "came_back": 41},
}
OUTLOOK = standing.Outlook(
    open_days=(standing.OpenDay(_ago(1), "12:00"),),
    excuses=(standing.Excuse(_ago(1), final=False), standing.Excuse(_ago(2), final=True)),
    partly=frozenset({_ago(3)}),
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
        ends="tomorrow 03:00",
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
    channel = onboarding.Ready(NOW + timedelta(hours=9), NOW, zone, ZONE, DAY, in_channel=True)
    yield "set up, in a channel", channel
    plan = today.Today(PLAN, CATALOG, DAY, DAY, STANDING, False, zone, prompted=True, tonight=True)
    yield "the prompt", plan
    yield "a late prompt, for the day before", replace(plan, late_since=NOW, calendar_day=DAY + timedelta(days=1))
    yield "today, asked for", replace(plan, prompted=False)
    yield "today, done already, streak hidden", replace(plan, prompted=False, done=True, hidden=True)
    yield "today, and no prompt can come", replace(plan, prompted=False, unreached=True)
    yield "every drill rests", today.AllResting()
    yield "snoozed", today.Snoozed(NOW + timedelta(minutes=15), zone, DAY)
    for reason in ("quiet", "day-ends", "tonight"):
        yield f"snooze refused: {reason}", today.SnoozeRefused(reason, NOW, zone, DAY)
    yield "snooze, how long", today.AskSnooze(DAY)
    yield "snooze, not understood", today.AskSnooze(DAY, understood=False)
    yield "not today", today.NotTodayScene(DAY)
    yesterday = replace(plan, outlook=OUTLOOK)
    yield "yesterday is open", yesterday
    yield "yesterday was ticked", replace(plan, told="joined")
    yield "a rest day", replace(plan, prompted=False, rest=True)
    yield (
        "two days run",
        replace(plan, prompted=False, outlook=standing.Outlook(runs_on=standing.OpenDay(_ago(1), "08:00"))),
    )
    yield "a freeze keeps a day", replace(plan, standing=replace(STANDING, streak=23, kept=(_ago(1),)))
    yield (
        "a freeze keeps days, streak hidden",
        replace(yesterday, hidden=True, standing=replace(STANDING, kept=(_ago(2), _ago(1)))),
    )
    for to_do in (2, 1):
        for begin in (DAY, DAY + timedelta(days=1)):
            back = replace(STANDING, streak=2 - to_do, comeback=Comeback(41, to_do, begin))
            yield f"a comeback, {to_do} to go, from {begin:%A} on", replace(plan, standing=back)
    long_ago = fold(
        Facts(joined=_ago(20), zones=LIVED.zones, day_starts=LIVED.day_starts, done=frozenset({_ago(12)})), NOW
    )
    yield "back after a while", replace(plan, standing=long_ago)
    yield "pause", days.PauseScene(None)
    yield "paused until", days.PauseScene(days.Planned(DAY, DAY, "sick"), told="reason")
    yield "paused, open", days.PauseScene(days.Planned(DAY, None), told="kept")
    ahead = days.Planned(DAY + timedelta(days=6), DAY + timedelta(days=12))
    yield "pauses ahead", days.PauseScene(None, (ahead, days.Planned(DAY + timedelta(days=30), None)))
    yield "resumed", days.PauseScene(None, told="resumed")
    yield "a planned pause cancelled", days.PauseScene(None, told="cancelled")
    for reason in ("sore", "travel", "other"):
        yield f"paused: {reason}", days.PauseScene(days.Planned(DAY, DAY, reason))
    for refusal in NoPause:
        yield f"pause: {refusal}", days.PauseScene(None, told=refusal)
    yield "a long pause", days.PauseScene(days.Planned(_ago(60), None), long=True)
    yield "rest days", days.RestScene(EVERY_DAY, DAY)
    for told in ("changed", "all", "not-understood"):
        yield f"rest days: {told}", days.RestScene(frozenset({0, 1, 2, 3, 4}), DAY, told)
    yield "when a day begins", days.DayStartScene(time(3), DAY, "tomorrow 03:00")
    for told in ("changed", *DayStartProblem):
        yield f"when a day begins: {told}", days.DayStartScene(time(4, 30), DAY, "tomorrow 04:30", told)
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
    yield "a milestone", replace(_result(*whole, rule.Feel(Colour.GREEN)), milestone=7)
    yield "the first milestone", replace(_result(*whole, rule.Feel(Colour.GREEN)), milestone=1)
    yield "stopped with nothing done", _result(rule.Stop())
    yield "a day that is over", result.ClosedSession(DAY - timedelta(days=1), DAY)
    yield "a day that is over, and can be ticked", result.ClosedSession(DAY - timedelta(days=1), DAY, may_tick=True)
    yield "a late undo", result.ClosedSession(DAY - timedelta(days=1), DAY, undone=True)
    yield "the streak", standing.StreakScene(STANDING, hidden=False, outlook=OUTLOOK)
    yield "the streak, hidden", standing.StreakScene(STANDING, hidden=True)
    kept = replace(STANDING, streak=23, bank=2, kept=(_ago(2), _ago(1)))
    yield "the streak, kept by freezes", standing.StreakScene(kept, hidden=False)
    for state in DayState:
        ended = replace(STANDING.days[-1], state=state, cause=None)
        one = replace(STANDING, days=(*STANDING.days[:-1], ended))
        yield f"the streak on a day that is {state}", standing.StreakScene(one, hidden=False)
    yield "why", standing.WhyScene(STANDING, hidden=False)
    yield "why, the page before", standing.WhyScene(STANDING, hidden=False, page=1)
    for cause in Cause:
        state = _STATE_OF[cause]
        one = replace(STANDING, days=(replace(STANDING.days[-1], state=state, cause=cause),))
        outages = frozenset({DAY}) if cause is Cause.OUTAGE else frozenset()
        yield f"why: {cause}", standing.WhyScene(one, hidden=False, outages=outages)
    for name, what in _LEDGER.items():
        one = replace(STANDING, days=(replace(STANDING.days[-1], **what),))
        yield f"why: {name}", standing.WhyScene(one, hidden=False)
    yield "which day is missing", standing.TickScene(tuple(_ago(n) for n in (1, 3, 5)), frozenset({_ago(1)}))
    yield "no day is missing", standing.TickScene((), frozenset())
    for verdict in Ticked:
        yield f"a tick: {verdict}", standing.TickScene((_ago(3),), frozenset(), verdict)
    yield (
        "times",
        times.TimesScene(SLOTS, NOW + timedelta(hours=20), NOW, zone, ZONE, (time(22), time(7)), changed=True),
    )
    flown = times.TimesScene(SLOTS, NOW + timedelta(hours=20), NOW, zone, ZONE, None, changed=True)
    yield "flown east", replace(flown, journey=times.Journey(DAY, running=(_ago(2), "08:00"), jumped=(_ago(1),)))
    yield "flown west", replace(flown, journey=times.Journey(DAY, longer="tomorrow 03:00"))
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
    for changed in ("minutes", "band", "quiet", "streak", "follow-ups", "freezes"):
        yield (
            f"settings: {changed}",
            settings.SettingsScene(
                ZONE, 6, False, None, True, True, True, False, frozenset({0, 1, 2}), time(4), changed
            ),
        )
    yield "settings, in a channel", settings.SettingsScene(ZONE, 6, True, None, False, False, False, in_channel=True)
    several = settings.SettingsScene(ZONE, 6, True, None, False, False, False, in_channel=True, changed="platform")
    several = replace(several, platform="telegram", platforms=("telegram", "local", "discord"))
    yield "settings, on several platforms", several
    yield "a code to link", linking.LinkCode("ABCD-EFGH-JKLM-NPQR-STUV-WXYZ-23", 10, "telegram")
    ask = linking.LinkAsk("ABCDEFGHJKLMNPQRSTUVWXYZ23", "Ann", "telegram", "local", 5, 2)
    yield "shall they be joined", ask
    yield "shall they be joined, not set up here", replace(ask, days_here=None)
    yield "joined", linking.Linked(STANDING, False, "telegram", ("telegram", "discord", "local"))
    for why in ("not-a-code", "unknown", "own", "linked", "same-platform", "apart"):
        yield f"nothing joined: {why}", linking.LinkNote(why)
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
    for closed, line in ((True, False), (True, True), (False, False)):
        yield f"where prompts come: closed {closed}, line {line}", reach.ReachScene(closed, line, here=True)
    for told in ("try", "here", "off", "private"):
        yield f"where prompts come: {told}", reach.ReachScene(False, told == "here", here=told != "private", told=told)
    yield "the first direct message", reach.Hello()
    yield "a quiet line", reach.QuietLine()
    yield from gallery_teams.samples()


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
