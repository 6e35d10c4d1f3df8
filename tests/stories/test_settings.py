"""Times as people type them, and every setting."""

import pytest

from tests.kit.stage import Player, Stage


async def ready(stage: Stage) -> Player:
    ann = await stage.person("Ann")
    await ann.set_up()
    return ann


async def test_what_is_typed_is_echoed_with_its_next_instant_and_changes_nothing_before_a_tap(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/times weekdays 6:45")
    ann.sees("I read: weekdays 06:45.", "tomorrow 06:45", "Now: 07:30 every day")
    await ann.say("/times")
    ann.sees("07:30 every day")
    ann.sees_no("06:45")

    await ann.say("/times weekdays 6:45")
    await ann.tap("Use only this")
    ann.sees("06:45 weekdays", "Next prompt: tomorrow 06:45 – Europe/Berlin, in 23 h 45 min")
    ann.sees_no("07:30 every day")


async def test_a_time_can_be_added_given_another_role_and_removed(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/times")
    await ann.tap("Change or add a time")
    await ann.say("18.00")
    await ann.tap("Add it to the others")
    ann.sees("07:30 every day", "18:00 every day")

    await ann.tap("18:00", "Change its role", "Change its role")
    ann.sees("last call")
    await ann.tap("Remove this time")
    ann.sees_no("18:00 every day")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("24:00", "There is no such time"),
        ("25:99", "There is no such time"),
        ("7-9", "That looks like a span"),
        ("every 20 min", "30 minutes apart"),
        ("23:50 and 00:10", "30 minutes apart"),
        ("soonish", "I did not understand that time"),
    ],
)
async def test_a_time_that_cannot_be_is_refused_with_its_reason(stage: Stage, typed: str, told: str) -> None:
    ann = await ready(stage)
    await ann.say(f"/times {typed}")
    ann.sees(told)
    await ann.say("/times")
    ann.sees("07:30 every day")


async def test_times_too_close_to_another_slot_cannot_be_added(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/times 7:45")
    ann.can_tap("Use only this")
    ann.cannot_tap("Add it to the others")


async def test_a_bare_time_is_read_without_a_command(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("7:30 pm")
    ann.sees("I read: every day 19:30.")


async def test_settings_are_changed_at_once_and_say_so(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/settings")
    ann.sees("Europe/Berlin", "3 min", "Yes, I have one", "22:00–07:00")

    await ann.tap("10 min")
    ann.sees("Changed. It holds from the next session on.")
    await ann.tap("Band")
    ann.sees("No band")
    await ann.tap("Hide the streak")
    ann.sees("hidden")
    await ann.tap("Quiet hours")
    await ann.say("23-6:30")
    ann.sees("23:00–06:30")
    await ann.tap("Quiet hours", "No quiet hours")
    ann.sees("Quiet hours changed.")

    await ann.say("/today")
    ann.sees("Banded Squat (5 sets)")


async def test_a_hidden_streak_is_shown_nowhere(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/settings")
    await ann.tap("Hide the streak")
    await ann.say("/today")
    await ann.tap("Start")
    await ann.whole_session()
    ann.sees("strength 5 %", "1 day in all")
    ann.sees_no("Streak 1")
    await ann.say("/streak")
    ann.sees("In all")
    ann.sees_no("Best")


async def test_a_zone_that_does_not_exist_gets_one_sentence_and_changes_nothing(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/settings zone Atlantis/Poseidonis")
    ann.sees("I could not find that place")
    await ann.say("/settings")
    ann.sees("Europe/Berlin")


async def test_a_city_with_several_meanings_is_asked_about(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/settings zone Birmingham")
    ann.sees("There are several")
    await ann.tap("Birmingham, United Kingdom")
    ann.sees("Europe/London")


async def test_setting_up_can_be_interrupted_and_goes_on_with_the_open_question(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.say("hello")
    await ann.tap("OK, let's set up")
    await ann.say("Lisbon")
    await stage.restart()
    await ann.say("/today")
    ann.sees("When shall I write?", "Europe/Lisbon")
    await ann.say("25:00")
    ann.sees("There is no such time")
    await ann.say("noon")
    ann.sees("How long?")


async def test_help_names_every_command(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.say("/help")
    ann.sees(
        "/today", "/times", "/settings", "/streak", "/why", "/snack", "/pause", "/export", "/erase", "/safety", "/stop"
    )
