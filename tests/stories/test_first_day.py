"""The first day: from the first word to a streak of one, and the second day to two."""

from tests.kit.stage import Stage


async def test_four_taps_set_a_person_up_and_end_with_the_exact_next_prompt(stage: Stage) -> None:
    ann = await stage.person("Ann")

    await ann.say("/start")
    ann.sees("not medical advice")
    await ann.tap("OK, let's set up")
    await ann.tap("Berlin")
    await ann.tap("07:30")
    await ann.tap("3 min")
    await ann.tap("Yes, I have one")
    ann.sees("Does one of these apply")
    await ann.tap("None of these")

    ann.sees("Next prompt: 07:30 – Europe/Berlin, in 30 min")
    ann.can_tap("Start now")


async def test_a_whole_session_makes_a_streak_of_one_and_the_next_day_two(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up(minutes=6)

    await ann.tap("Start now")
    ann.sees("Outward Roll · 1 of 3", "Step 1 of 4")
    await ann.whole_session()
    ann.sees("Done for today", "Streak 1", "1 day in all", "Next prompt: tomorrow 07:30")

    await stage.until("07:30", days=1)
    ann.sees("time for your feet")
    await ann.tap("Start")
    await ann.whole_session()
    ann.sees("Streak 2", "2 days in all")


async def test_the_prompt_becomes_the_player_in_the_same_message(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up()
    await stage.until("07:30")
    ann.sees("time for your feet")
    count = len(ann.messages)

    await ann.tap("Start")
    await ann.whole_session()

    assert len(ann.messages) == count
    ann.sees("Done for today")
