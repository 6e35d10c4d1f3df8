"""Prompts: when they come, when they stay away, and what may be chosen on them."""

from datetime import date, datetime, timedelta

import pytest

from bot.coach import prompts as deliveries
from bot.store.faults import StoreFull
from tests.kit.discord_stage import DiscordStage
from tests.kit.stage import Player, Stage
from tests.kit.telegram_stage import TelegramStage


async def ready(stage: Stage, time: str = "07:30") -> Player:
    ann = await stage.person("Ann")
    await ann.set_up(time)
    return ann


def prompts(ann: Player) -> int:
    """Prompts that stand in the chat as prompts."""
    return sum("time for your feet" in message.text for message in ann.messages)


async def test_a_prompt_comes_at_the_local_time_once_a_day(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.forward(minutes=29)
    assert prompts(ann) == 0
    await stage.forward(minutes=1)
    assert prompts(ann) == 1
    ann.sees("Wednesday: time for your feet")
    ann.can_tap("Start", "1-minute version", "In 15 min", "In 1 h", "Tonight 20:00", "Later…", "Not today")
    await stage.forward(days=2)
    assert prompts(ann) == 3


async def test_no_prompt_when_the_day_is_done(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.tap("Start now")
    await ann.whole_session()
    await stage.until("12:00")
    assert prompts(ann) == 0


async def test_no_prompt_while_a_session_is_open(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.tap("Start now", "I know this one", "Done")
    await stage.until("12:00")
    assert prompts(ann) == 0


async def test_the_one_minute_version_is_one_set_and_makes_the_day(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.until("07:30")
    await ann.tap("1-minute version")
    ann.sees("Outward Roll", "Step 1 of 4")
    await ann.whole_session()
    ann.sees("1 set done", "Streak 1")
    ann.can_tap("Do the rest of the plan")


async def test_snooze_counts_from_the_press(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.until("07:40")
    await ann.tap("In 15 min")
    ann.sees("I will be back at 07:55")
    await stage.until("07:54")
    assert prompts(ann) == 0
    await stage.until("07:55")
    assert prompts(ann) == 1


async def test_snooze_until_tonight_and_by_typing(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.until("07:30")
    await ann.tap("Later…")
    await ann.say("nonsense")
    ann.sees("I did not understand")
    await ann.say("40 min")
    ann.sees("I will be back at 08:10")
    await stage.until("08:10")
    await ann.tap("Tonight 20:00")
    ann.sees("I will be back at 20:00")
    await stage.until("20:00")
    ann.cannot_tap("Tonight 20:00")
    await ann.say("later 20")
    ann.sees("I will be back at 20:20")


async def test_a_new_snooze_replaces_the_old_one(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.until("07:30")
    await ann.say("later 20")
    await ann.say("later 60")
    await stage.until("08:00")
    assert prompts(ann) == 1
    await stage.until("08:30")
    assert prompts(ann) == 2


async def test_a_snooze_into_quiet_hours_or_past_the_day_is_refused_with_the_reason(stage: Stage) -> None:
    ann = await ready(stage, "21:30")
    await stage.until("21:30")
    await ann.tap("In 1 h")
    ann.sees("22:30 is in your quiet hours")
    await ann.say("later 6 h")
    ann.sees("Your day ends at 03:00")
    await ann.tap("In 15 min")
    ann.sees("I will be back at 21:45")


async def test_a_slot_in_quiet_hours_that_the_person_chose_comes(stage: Stage) -> None:
    ann = await ready(stage, "23:15")
    await stage.until("23:15")
    assert prompts(ann) == 1


async def test_not_today_silences_the_day_and_leaves_it_open(stage: Stage) -> None:
    ann = await ready(stage, "7:30 and 18:00")
    await stage.until("07:30")
    await ann.tap("Not today")
    ann.sees("No more prompts today", "still counts")
    await stage.until("23:00")
    assert prompts(ann) == 0
    await ann.say("/streak")
    ann.sees("0 days")
    await stage.until("07:30")
    assert prompts(ann) == 1


async def test_a_pause_is_silent_and_neutral(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.tap("Start now")
    await ann.whole_session()
    await stage.until("07:30", days=1)
    await ann.tap("Not today", "Pause 3 days")
    ann.sees("Paused until Sat 28 Nov")
    await stage.until("12:00", days=2)
    assert prompts(ann) == 0
    await ann.say("/streak")
    ann.sees("1 day")
    await stage.until("07:30", days=0)
    assert prompts(ann) == 1
    await ann.tap("Start")
    await ann.whole_session()
    ann.sees("Streak 2")


async def test_resuming_brings_prompts_back(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/pause")
    await ann.tap("Pause until I resume")
    ann.sees("Paused until you resume")
    await stage.forward(days=20)
    assert prompts(ann) == 0
    await ann.say("/pause")
    await ann.tap("Resume")
    await stage.until("07:30")
    assert prompts(ann) == 1


async def test_a_pause_can_be_begun_anew_on_the_day_it_was_ended(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/pause")
    await ann.tap("Pause until I resume", "Resume")
    ann.sees("Welcome back")
    await ann.say("/pause")
    await ann.tap("Pause 7 days")
    ann.sees("Paused until Tue 1 Dec")
    await stage.until("12:00", days=6)
    assert prompts(ann) == 0
    await stage.until("12:00")
    assert prompts(ann) == 1


async def test_stop_ends_all_prompts_until_start(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/stop")
    ann.sees("Prompts are off")
    await stage.forward(days=3)
    assert prompts(ann) == 0
    await ann.say("/start")
    ann.sees("Outward Roll")
    await stage.until("07:30")
    assert prompts(ann) == 1


async def test_a_late_prompt_says_so_and_a_stale_one_never_comes(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.sleep_through(hours=4)
    assert prompts(ann) == 1
    ann.sees("This should have come at 07:30. Sorry")

    await stage.until("07:00")
    await stage.sleep_through(hours=24 * 5 - 1)
    assert prompts(ann) == 1
    await stage.until("07:30")
    assert prompts(ann) == 2
    ann.sees_no("This should have come")


async def test_several_missed_slots_become_one_message(stage: Stage) -> None:
    ann = await ready(stage, "every 2 h from 8 to 16")
    await stage.sleep_through(hours=9)
    assert prompts(ann) == 1


async def test_a_late_catch_up_waits_for_the_end_of_the_quiet_hours(stage: Stage) -> None:
    ann = await ready(stage, "21:45")
    await ann.say("/settings quiet 22-1")
    await stage.until("21:00")
    await stage.sleep_through(hours=2)
    assert prompts(ann) == 0
    await stage.until("01:00")
    assert prompts(ann) == 1


async def test_an_extra_set_slot_comes_even_when_the_day_is_done(stage: Stage) -> None:
    ann = await ready(stage, "7:30 and 12:00")
    await ann.say("/times")
    await ann.tap("12:00", "Change its role")
    ann.sees("extra set", "even when the day is done")
    await stage.until("07:30")
    await ann.tap("Start")
    await ann.whole_session()
    await stage.until("12:00")
    assert prompts(ann) == 1


async def test_a_slot_before_the_day_starts_belongs_to_the_day_before(stage: Stage) -> None:
    ann = await ready(stage, "02:30")
    ann.sees("count for the day before")
    await stage.until("02:30")
    ann.sees("Wednesday: time for your feet", "It counts for Wednesday")
    await ann.tap("Start")
    await ann.whole_session()
    ann.sees("Counted for Wednesday")


@pytest.mark.parametrize("night", ["2027-03-27", "2027-10-30"], ids=["spring", "autumn"])
async def test_the_night_of_a_clock_change_brings_exactly_one_prompt(stage: Stage, night: str) -> None:
    stage.clock.travel_to(datetime.fromisoformat(f"{night}T09:00:00+00:00"))
    ann = await ready(stage, "02:30")
    await stage.until("12:00", days=1)
    assert prompts(ann) == 1
    assert stage.now().date() == date.fromisoformat(night) + timedelta(days=1)


async def test_prompts_move_with_the_person(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.until("07:30")
    assert prompts(ann) == 1
    await ann.say("/settings zone New York")
    ann.sees("America/New_York")
    await stage.until("07:30", "America/New_York")
    assert prompts(ann) == 1, "07:30 of the same date comes only once"
    await stage.until("07:30", "America/New_York")
    assert prompts(ann) == 2


async def test_only_the_chosen_weekdays_are_prompted(stage: Stage) -> None:
    ann = await ready(stage, "mon wed fri 18:00")
    await stage.forward(days=7)
    assert prompts(ann) == 3


async def test_a_prompt_of_yesterday_offers_today(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.until("07:30")
    await stage.until("06:00")
    await ann.tap("Start")
    ann.sees("This was Wed 25 Nov")
    await ann.tap("Start today")
    ann.sees("Step 1")


async def test_follow_ups_come_only_to_those_who_want_them_and_stop_at_an_answer(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.until("12:00")
    assert prompts(ann) == 1, "off by default"

    await ann.say("/settings")
    await ann.tap("Follow-ups")
    await stage.until("07:30")
    await stage.forward(minutes=45)
    assert prompts(ann) == 3
    await stage.until("10:30")
    assert prompts(ann) == 4
    await stage.until("23:00")
    assert prompts(ann) == 4, "at most three messages a slot"

    await stage.until("07:30")
    await ann.tap("Not today")
    await stage.until("12:00")
    assert prompts(ann) == 4, "its prompt became the card that says so"


async def test_whoever_does_not_answer_is_prompted_less_and_less_and_then_not_at_all(stage: Stage) -> None:
    ann = await ready(stage)
    days = []
    for day in range(1, 100):
        before = prompts(ann)
        await stage.until("12:00")
        if prompts(ann) > before:
            days.append(day - 1)
    assert days == [0, 1, 2, 3, 5, 7, 9, 16, 23, 30, 44, 58, 72]

    await ann.say("/today")
    await stage.until("12:00")
    assert prompts(ann) == len(days) + 1


async def test_prompts_stop_for_somebody_who_blocked_the_bot_and_come_back_with_them(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.block("Ann")
    await stage.until("12:00", days=2)
    assert prompts(ann) == 0
    if isinstance(stage, TelegramStage):
        assert len(stage.server.calls("sendMessage")) == len(ann.messages), "never tried again"
    if isinstance(stage, DiscordStage):
        refused = [call for call in stage.server.calls("POST /channels/*/messages") if call.code == 50007]
        assert len(refused) == 1, "never tried again"
    await stage.unblock("Ann")
    await ann.say("/start")
    await stage.until("07:30")
    assert prompts(ann) == 1


async def test_a_prompt_that_is_out_does_not_come_again_because_the_database_fails_right_after_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await ready(stage)
    await ann.say("/settings")
    await ann.tap("Follow-ups")
    before = len(ann.messages)
    faults = [StoreFull("full")]
    plan = deliveries._plan_follow_ups

    def failing(*args: object) -> None:
        if faults:
            raise faults.pop()
        plan(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(deliveries, "_plan_follow_ups", failing)
    await stage.until("07:30")
    await stage.forward(minutes=20)
    assert faults == []
    assert len(ann.messages) == before + 1
