"""Every scene and the view that draws it: the one list that the coach, the gallery and the guards share."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from bot.cards import Card
from bot.views import (
    challenges,
    days,
    linking,
    notes,
    onboarding,
    practice,
    reach,
    result,
    settings,
    standing,
    times,
    today,
)
from bot.words import Words

_DRAW: Mapping[type[Any], Callable[[Words, Any], Card]] = {
    challenges.Draft: challenges.draw_draft,
    challenges.Board: challenges.draw_board,
    challenges.Recap: challenges.draw_recap,
    challenges.ResultCard: challenges.draw_result,
    challenges.AskEnd: challenges.draw_ask_end,
    challenges.Part: challenges.draw_part,
    challenges.AskAlias: challenges.draw_ask_alias,
    challenges.Running: challenges.draw_running,
    challenges.TeamNote: challenges.draw_note,
    challenges.Minute: challenges.draw_minute,
    challenges.MinuteCall: challenges.draw_minute_call,
    linking.LinkCode: linking.draw_code,
    linking.LinkAsk: linking.draw_ask,
    linking.Linked: linking.draw_linked,
    linking.LinkNote: linking.draw_note,
    notes.Help: notes.draw_help,
    notes.Safety: notes.draw_safety,
    notes.StoppedScene: notes.draw_stopped,
    notes.NotUnderstood: notes.draw_not_understood,
    notes.TeamRoom: notes.draw_team,
    notes.FaultScene: notes.draw_fault,
    notes.EraseAsk: notes.draw_erase,
    notes.Erased: notes.draw_erased,
    notes.Exported: notes.draw_exported,
    notes.NothingChanged: notes.draw_nothing_changed,
    onboarding.Welcome: onboarding.draw_welcome,
    onboarding.AskPlace: onboarding.draw_place,
    onboarding.AskTime: onboarding.draw_time,
    onboarding.AskMinutes: onboarding.draw_minutes,
    onboarding.AskBand: onboarding.draw_band,
    onboarding.ScreeningCard: onboarding.draw_screening,
    onboarding.ScreeningLine: onboarding.draw_screening_line,
    onboarding.ClosedPlan: onboarding.draw_closed_plan,
    onboarding.Ready: onboarding.draw_ready,
    practice.Playing: practice.draw,
    reach.ReachScene: reach.draw_reach,
    reach.Hello: reach.draw_hello,
    reach.QuietLine: reach.draw_line,
    result.Result: result.draw,
    result.ClosedSession: result.draw_closed,
    settings.SettingsScene: settings.draw,
    settings.AskQuiet: settings.draw_ask_quiet,
    standing.StreakScene: standing.draw_streak,
    standing.WhyScene: standing.draw_why,
    standing.TickScene: standing.draw_tick,
    days.RestScene: days.draw_rest,
    days.DayStartScene: days.draw_day_start,
    days.PauseScene: days.draw_pause,
    times.TimesScene: times.draw,
    times.AskTimes: times.draw_ask,
    times.ConfirmTimes: times.draw_confirm,
    times.SlotScene: times.draw_slot,
    today.Today: today.draw,
    today.AllResting: today.draw_all_resting,
    today.Snoozed: today.draw_snoozed,
    today.SnoozeRefused: today.draw_snooze_refused,
    today.AskSnooze: today.draw_ask_snooze,
    today.NotTodayScene: today.draw_not_today,
    today.DrillList: today.draw_drills,
    today.DrillScene: today.draw_drill,
}

Scene: TypeAlias = (
    challenges.Draft
    | challenges.Board
    | challenges.Recap
    | challenges.ResultCard
    | challenges.AskEnd
    | challenges.Part
    | challenges.AskAlias
    | challenges.Running
    | challenges.TeamNote
    | challenges.Minute
    | challenges.MinuteCall
    | linking.LinkCode
    | linking.LinkAsk
    | linking.Linked
    | linking.LinkNote
    | notes.Help
    | notes.Safety
    | notes.StoppedScene
    | notes.NotUnderstood
    | notes.TeamRoom
    | notes.FaultScene
    | notes.EraseAsk
    | notes.Erased
    | notes.Exported
    | notes.NothingChanged
    | onboarding.Welcome
    | onboarding.AskPlace
    | onboarding.AskTime
    | onboarding.AskMinutes
    | onboarding.AskBand
    | onboarding.ScreeningCard
    | onboarding.ScreeningLine
    | onboarding.ClosedPlan
    | onboarding.Ready
    | practice.Playing
    | reach.ReachScene
    | reach.Hello
    | reach.QuietLine
    | result.Result
    | result.ClosedSession
    | settings.SettingsScene
    | settings.AskQuiet
    | standing.StreakScene
    | standing.WhyScene
    | standing.TickScene
    | days.RestScene
    | days.DayStartScene
    | days.PauseScene
    | times.TimesScene
    | times.AskTimes
    | times.ConfirmTimes
    | times.SlotScene
    | today.Today
    | today.AllResting
    | today.Snoozed
    | today.SnoozeRefused
    | today.AskSnooze
    | today.NotTodayScene
    | today.DrillList
    | today.DrillScene
)


def draw(words: Words, scene: Scene) -> Card:
    return _DRAW[type(scene)](words, scene)


def all_scenes() -> frozenset[type[Any]]:
    return frozenset(_DRAW)
