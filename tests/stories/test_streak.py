"""The streak as people live it: missed days, freezes, comebacks, forgotten taps, and an explanation for every number."""

import pytest

from tests.kit.stage import Player, Stage


async def ready(stage: Stage) -> Player:
    """Ann joined on Tuesday; it is Wednesday 07:00 in Berlin, and Wednesday is her first due day."""
    ann = await stage.person("Ann")
    await ann.set_up("07:30")
    await stage.until("07:00")
    return ann


async def test_yesterday_can_be_ticked_until_noon_and_the_prompt_says_so(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.days(ann, "x .")
    await stage.until("07:30")
    ann.sees("Saturday: time for your feet", "Friday is open until 12:00", "Streak 1")
    await ann.tap("✔ I did do it (Fri)")
    ann.sees("It counts.", "Streak 2")
    assert ann.notice == "2 days in a row"
    ann.cannot_tap("✔ I did do it (Fri)")
    ann.can_tap("Start", "In 15 min")

    await ann.say("/why")
    ann.sees("Fri 27 Nov: done, ticked later. Streak 2.")


async def test_after_noon_a_forgotten_day_goes_to_the_history_and_a_freeze_keeps_the_chain(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.days(ann, "x . .", at="13:00")
    await ann.say("/streak")
    ann.sees("1 day", "🧊 keeps Friday – train today to keep 1.", "🧊 1 of 2. 1 of them keeps a day until you train")
    ann.cannot_tap("✔ I did do it (Fri)")
    await ann.tap("A day is missing", "Fri 27 Nov (history)")
    ann.sees("It is in your history")
    await ann.say("/streak")
    ann.sees("In all 2 days", "Best 1 day")

    await ann.one_set()
    ann.sees("Streak 2", "3 days in all")
    await ann.say("/why")
    ann.sees("Sat 28 Nov: done. 1 freeze spent. Streak 2.", "Fri 27 Nov: missed, a freeze 🧊 keeps it.")


async def test_two_ticks_in_seven_days_join_the_chain_and_a_third_goes_to_the_history(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.days(ann, "x . x")
    await ann.say("/streak")
    await ann.tap("✔ I did do it (Fri)")
    await stage.days(ann, ". x")
    await ann.say("/streak")
    await ann.tap("✔ I did do it (Sun)")
    ann.sees("5 days")
    await stage.days(ann, ". x")
    await ann.say("/streak")
    ann.sees_no("Did you do it, and forget to tap?")
    await ann.tap("A day is missing", "Tue 1 Dec (history)")
    ann.sees("The streak stays as it is.")


async def test_a_gap_longer_than_the_freezes_ends_the_chain_and_spends_nothing(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.days(ann, "x x . . .", at="13:00")
    await ann.say("/streak")
    ann.sees("0 days", "Best 2 days", "In all 2 days", "🧊 1 of 2")
    await ann.say("/why")
    ann.sees("Sun 29 Nov: missed. The streak of 2 ended.", "Sat 28 Nov: missed.", "Fri 27 Nov: done. Streak 2.")
    ann.sees("Streak 0 · strength", "best 2")


async def test_seven_days_earn_a_freeze_and_two_days_after_a_short_gap_bring_a_long_chain_back(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.days(ann, "xxxxxxx", at="13:00")
    ann.sees("🎉 7 days in a row.", "Streak 7")
    await ann.say("/why")
    ann.sees("done. A freeze earned: 2 in the bank. Streak 7.")

    await stage.days(ann, "....", at="13:00")
    await ann.say("/today")
    ann.sees("Streak 0", "best 7", "Train today and tomorrow to get your 7 back.")
    await ann.one_set()
    ann.sees("Streak 1", "Train tomorrow to get your 7 back.")
    await stage.days(ann, "x", at="13:00")
    ann.sees("Streak 9")
    ann.sees_no("🎉 7")
    await ann.say("/why")
    ann.sees("Two days running: your 7 are back. Streak 9.")


async def test_after_a_long_absence_there_is_a_welcome_and_no_blame(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.days(ann, "xx .......", at="13:00")
    await ann.say("/today")
    ann.sees("Good to see you. What you have done stays; one set is a fresh start.", "best 2", "2 days in all")


async def test_a_milestone_is_told_once_even_if_the_set_is_undone_and_done_again(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.days(ann, "x")
    ann.sees("🎉 1 day in a row.")
    await ann.tap("Undo", "Done")
    await ann.whole_session()
    ann.sees("Streak 1")
    assert sum(notice == "1 day in a row" for notice in ann.noticed) == 1

    await stage.days(ann, "xx")
    ann.sees("🎉 3 days in a row.")
    await stage.days(ann, "x")
    ann.sees("Streak 4")
    ann.sees_no("🎉")


async def test_a_tick_cannot_be_said_twice_nor_for_a_day_that_still_runs(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.days(ann, "x .", at="10:00")
    await stage.until("10:00")
    await ann.say("/streak")
    data = await ann.seat.data_of("✔ I did do it (Fri)")
    await ann.press(data)
    ann.sees("2 days")
    await ann.press(data)
    assert ann.notice == "That day is in already. Nothing changed."
    await ann.press(data.replace("20261127", "20261128"))
    assert ann.notice == "That day still runs. You can simply do it."
    await ann.press(data.replace("20261127", "20261001"))
    assert ann.notice.startswith("That day is too long ago")
    await ann.press(data.replace("20261127", "20261399"))
    ann.sees("I do not know that button any more.")


async def test_the_card_of_yesterdays_session_offers_the_tick(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.until("08:00")
    await ann.say("/today")
    await ann.tap("Start", "I know this one")
    await stage.until("07:00")
    await ann.tap("Done")
    ann.sees("This was Thu 26 Nov", "no longer counts")
    await ann.tap("✔ I did do it (Thu)")
    ann.sees("Your streak", "1 day")


async def test_red_pain_without_a_set_pauses_the_day_and_may_be_said_the_next_morning(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.days(ann, "x")
    await stage.until("20:00", days=1)
    await ann.say("/today")
    await ann.tap("Start", "I know this one", "Something hurts")
    await stage.until("07:00")
    await ann.tap("🔴 Pain: stop this drill")
    await stage.until("13:00")
    await ann.say("/why")
    ann.sees("Fri 27 Nov: paused, because it hurt.", "Thu 26 Nov: done. Streak 1.")


async def test_a_hidden_streak_leaves_strength_and_total(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/settings")
    await ann.tap("Hide the streak")
    await stage.days(ann, "x .", at="10:00")
    await stage.until("13:00")
    for command in ("/streak", "/why", "/today"):
        await ann.say(command)
        ann.sees_no("Streak 1", "Best", "🎉")
        ann.sees("1 day")


async def test_freezes_can_be_switched_off_and_then_a_missed_day_ends_the_chain(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.days(ann, "xx")
    await ann.say("/settings")
    ann.sees("Freezes on")
    await ann.tap("Freezes")
    ann.sees("Changed. It holds for every day that is judged from now on.", "Freezes off")
    await stage.days(ann, ".")
    await stage.until("13:00", days=1)
    await ann.say("/why")
    ann.sees("Sat 28 Nov: missed. The streak of 2 ended.")


async def test_the_ledger_has_pages_back_to_the_first_day(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.days(ann, "x" * 20)
    await ann.say("/why")
    ann.sees("Tue 15 Dec: done. Streak 20.")
    ann.sees_no("Thu 26 Nov")
    await ann.tap("Earlier")
    ann.sees("Thu 26 Nov: done. Streak 1.", "Wed 25 Nov: the day you joined, not due.")
    ann.cannot_tap("Earlier")
    await ann.tap("Later")
    ann.sees("Tue 15 Dec")


@pytest.mark.parametrize("nonsense", ["9999", "-1", "x", ""])
async def test_a_page_that_does_not_exist_shows_the_nearest(stage: Stage, nonsense: str) -> None:
    ann = await ready(stage)
    await stage.days(ann, "x")
    await ann.press(f"1o.why.{nonsense}")
    ann.sees("Thu 26 Nov: done. Streak 1.")
