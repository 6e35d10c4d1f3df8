"""The player: step by step, round by round, and every way to change one's mind."""

from tests.kit.stage import Player, Stage


async def started(stage: Stage, minutes: int = 6, band: bool = True) -> Player:
    ann = await stage.person("Ann")
    await ann.set_up(minutes=minutes, band=band)
    await ann.tap("Start now")
    return ann


async def at_squats(stage: Stage) -> Player:
    """Ann at the first round of the Banded Squat."""
    ann = await started(stage)
    await ann.read_on()
    await ann.do_rounds(2)
    await ann.read_on()
    await ann.do_rounds(4)
    await ann.read_on()
    ann.sees("Banded Squat · 3 of 3", "Set 1 of 3")
    return ann


async def test_steps_are_read_forth_and_back(stage: Stage) -> None:
    ann = await started(stage)
    ann.sees("Step 1 of 4", "Stand tall", "Hand on the wall for every rep.", "Feet too far apart")
    ann.cannot_tap("Back")

    await ann.tap("Next")
    ann.sees("Step 2 of 4", "outer edge")
    await ann.tap("Back")
    ann.sees("Step 1 of 4")
    await ann.tap("Next", "Next", "Next")
    ann.sees("Step 4 of 4")
    ann.cannot_tap("I know this one")
    await ann.tap("Let's do it")
    ann.sees("Left foot: 5 rolls", "2 s out – 2 s hold – 2 s back", "Stop if: sharp")


async def test_each_round_is_one_done_with_sides_and_directions_visible(stage: Stage) -> None:
    ann = await started(stage)
    await ann.read_on()
    ann.sees("Left foot: 5 rolls")
    await ann.tap("Done")
    assert ann.notice == "Counted."
    ann.sees("Now put the other foot in front.", "Right foot: 5 rolls")
    await ann.tap("Done")
    ann.sees("Heel Circle · 2 of 3")

    await ann.read_on()
    ann.sees("Left foot, clockwise: 5 circles", "L ↻", "R ↺")
    await ann.tap("Done")
    ann.sees("Left foot, counter-clockwise: 5 circles")
    await ann.tap("Done")
    ann.sees("Right foot, clockwise: 5 circles", "change feet")


async def test_sets_have_a_rest_and_the_card_is_redrawn_when_it_ends(stage: Stage) -> None:
    ann = await at_squats(stage)

    await ann.tap("Done")
    ann.sees("Rest", "Set 2 of 3")
    ann.can_tap("Done")

    await stage.forward(seconds=21)
    ann.sees_no("Rest")
    ann.sees("Set 2 of 3")


async def test_a_slipped_band_ends_the_set_with_the_reps_that_were_done(stage: Stage) -> None:
    ann = await at_squats(stage)

    await ann.tap("The band slipped")
    ann.sees("How many squats")
    await ann.tap("3")
    ann.sees("Set 2 of 3", "(3)")

    await ann.tap("The band slipped")
    await ann.say("0")
    ann.sees("Set 3 of 3", "(0)")


async def test_three_sets_may_become_five(stage: Stage) -> None:
    ann = await at_squats(stage)
    await ann.do_rounds(3)
    ann.sees("All done")

    await ann.tap("One more set: Banded Squat")
    ann.sees("Set 4 of 4")
    await ann.do_rounds(1)
    await ann.tap("One more set: Banded Squat", "Done")
    ann.cannot_tap("One more set: Banded Squat")
    await ann.tap("🟢 Fine")
    ann.sees("7 sets done")


async def test_a_second_tap_on_a_counted_round_says_so_and_changes_nothing(stage: Stage) -> None:
    ann = await at_squats(stage)

    await ann.tap_twice("Done")

    assert ann.notice == "Already counted. Nothing changed."
    ann.sees("Set 2 of 3")
    await ann.tap("Undo")
    ann.sees("Set 1 of 3")


async def test_undo_takes_back_the_whole_session_and_the_day(stage: Stage) -> None:
    ann = await started(stage, minutes=3)
    await ann.whole_session()
    ann.sees("Streak 1")

    for _ in range(20):
        if "Undo" not in ann.card.buttons:
            break
        await ann.tap("Undo")
    ann.sees("Outward Roll", "Left foot: 5 rolls")
    await ann.say("/streak")
    ann.sees("0 days", "not due")

    await ann.say("done")
    await ann.say("done")
    await ann.say("/streak")
    ann.sees("1 day", "is done")


async def test_skip_leaves_a_drill_out(stage: Stage) -> None:
    ann = await started(stage)
    await ann.tap("Skip this drill")
    ann.sees("Heel Circle · 2 of 3")
    await ann.tap("Skip this drill", "Skip this drill")
    ann.sees("Stopped for today", "One set makes the day count")


async def test_easier_changes_the_form_and_keeps_what_is_done(stage: Stage) -> None:
    ann = await started(stage)
    await ann.read_on()
    await ann.tap("Done", "Easier")
    ann.sees("Seated, no load", "Right foot: 5 rolls")
    ann.cannot_tap("Easier")
    await ann.tap("Show the steps")
    ann.sees("Roll back slowly")


async def test_stopping_early_asks_once_how_it_felt_and_keeps_the_day(stage: Stage) -> None:
    ann = await started(stage)
    await ann.read_on()
    await ann.do_rounds(2)
    await ann.tap("Stop here")
    ann.sees("How did your feet feel?", "1 set done")
    await ann.tap("🟢 Fine")
    ann.sees("Done for today", "Streak 1")

    await ann.tap("Do the rest of the plan")
    ann.sees("Heel Circle · 1 of 2")


async def test_something_hurts_may_be_uncomfortable_and_goes_on_easier(stage: Stage) -> None:
    ann = await started(stage)
    await ann.read_on()
    await ann.tap("Something hurts")
    ann.sees("How does it feel?", "Chest pain")
    await ann.tap("🟡 Uncomfortable: go easier")
    ann.sees("Seated, no load", "Left foot: 5 rolls")


async def test_red_stops_the_drill_kindly_and_rests_it_for_48_hours(stage: Stage) -> None:
    ann = await started(stage)
    await ann.read_on()
    await ann.do_rounds(2)
    await ann.read_on()
    await ann.tap("Something hurts", "🔴 Pain: stop this drill")
    ann.sees("Heel Circle stops here", "professional", "Your day counts all the same")
    await ann.tap("Stop for today")
    ann.sees("Stopped, and that was right", "Streak 1")

    await stage.forward(hours=24)
    await ann.say("/today")
    ann.sees_no("Heel Circle")
    await stage.forward(hours=25)
    await ann.say("/today")
    ann.sees("Heel Circle")
    await ann.tap("Start", "Skip this drill")
    ann.sees("Seated toe tuck")


async def test_pain_at_the_end_asks_which_drill(stage: Stage) -> None:
    ann = await at_squats(stage)
    await ann.tap("Stop here", "🔴 Pain")
    ann.sees("Which drill was it?")
    await ann.tap("Outward Roll")
    ann.sees("Stopped, and that was right")

    await stage.forward(hours=20)
    await ann.say("/today")
    ann.sees_no("Outward Roll")


async def test_three_reds_mute_a_drill(stage: Stage) -> None:
    ann = await started(stage)
    for day in range(3):
        if day:
            await stage.forward(hours=49)
            await ann.say("/today")
            await ann.tap("Start")
        ann.sees("Outward Roll")
        await ann.read_on()
        await ann.tap("Something hurts", "🔴 Pain: stop this drill", "Stop for today")

    await stage.forward(days=30)
    await ann.say("/today")
    ann.sees_no("Outward Roll")


async def test_a_session_goes_on_where_it_was_after_a_restart(stage: Stage) -> None:
    ann = await at_squats(stage)
    await ann.tap("Done")

    await stage.restart()

    await ann.tap("Done")
    ann.sees("Set 3 of 3")
    await ann.say("/today")
    ann.sees("Set 3 of 3")


async def test_a_rest_that_ended_while_the_bot_was_away_is_redrawn_at_start(stage: Stage) -> None:
    ann = await at_squats(stage)
    await ann.tap("Done")
    ann.sees("Rest")

    await stage.sleep_through(seconds=60)

    ann.sees_no("Rest")
    ann.sees("Set 2 of 3")


async def test_typed_words_work_like_buttons(stage: Stage) -> None:
    ann = await started(stage)
    await ann.say("next")
    ann.sees("Step 2 of 4")
    await ann.say("back")
    ann.sees("Step 1 of 4")
    await ann.say("I know this one")
    await ann.say("done")
    ann.sees("Right foot")
    await ann.say("Done!")
    ann.sees("Heel Circle")
    await ann.say("skip")
    ann.sees("Banded Squat")
    await ann.say("undo")
    ann.sees("Right foot")


async def test_only_the_newest_card_of_a_session_has_buttons(stage: Stage) -> None:
    ann = await started(stage)
    await ann.read_on()
    await ann.say("done")
    await ann.say("done")

    await ann.soon(lambda: ["Skip this drill" in message.buttons for message in ann.messages].count(True) == 1)


async def test_a_screen_opened_in_the_middle_leaves_the_player_its_buttons(stage: Stage) -> None:
    ann = await started(stage)
    await ann.read_on()
    await ann.say("/times")
    await ann.say("/settings")
    await ann.tap("Done")
    assert any("Right foot: 5 rolls" in message.text for message in ann.messages)


async def test_a_number_closes_a_round_of_squats(stage: Stage) -> None:
    ann = await at_squats(stage)
    await ann.say("5")
    ann.sees("Set 2 of 3", "(5)")
    await ann.say("51")
    ann.sees("Set 2 of 3")


async def test_any_drill_can_be_started_by_its_name(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up()
    await ann.say("heel circle")
    ann.sees("Heel Circle", "Mobilises", "expert opinion")
    await ann.tap("Start")
    ann.sees("Step 1 of 4")


async def test_an_extra_set_counts_in_the_totals_and_once_for_the_streak(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up()
    await ann.say("/snack")
    ann.sees("Banded Squat")
    await ann.whole_session()
    ann.sees("1 set done", "Streak 1")
    await ann.say("/snack")
    await ann.whole_session()
    ann.sees("Streak 1", "1 day in all")


async def test_without_a_band_the_squat_has_its_own_steps_and_nothing_slips(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up(band=False)
    await ann.say("/snack")
    ann.sees("No band, three-point squat", "Hold a door frame")
    await ann.read_on()
    ann.cannot_tap("The band slipped")


async def test_a_set_after_midnight_counts_for_the_day_the_session_began(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up()
    await stage.until("02:50")
    await ann.say("/today")
    await ann.tap("Start")
    await ann.read_on()
    await stage.until("03:10")
    await ann.do_rounds(2)
    await ann.tap("Stop here", "🟢 Fine")
    ann.sees("Counted for Wednesday")
    await ann.say("/why")
    ann.sees("Wed 25 Nov: done", "Thu 26 Nov: still open")


async def test_the_card_of_a_day_that_is_over_says_so_and_offers_today(stage: Stage) -> None:
    ann = await started(stage)
    await ann.read_on()
    await stage.until("06:00")
    await ann.tap("Done")
    ann.sees("This was Wed 25 Nov", "Wednesday is over")
    await ann.tap("Start today")
    ann.sees("Outward Roll", "Step 1")
