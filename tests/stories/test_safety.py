"""Screening before the first drill, and what its outcomes mean."""

from tests.kit.stage import Player, Stage

LINES = 9


async def at_screening(stage: Stage) -> Player:
    ann = await stage.person("Ann")
    await ann.say("/start")
    await ann.tap("OK, let's set up")
    await ann.say("Berlin")
    await ann.say("7:30")
    await ann.tap("3 min", "Yes, I have one")
    ann.sees("Does one of these apply", "Diabetes?", "Under 16?", "not stored")
    return ann


async def answer(ann: Player, yes: int) -> None:
    await ann.tap("One applies")
    for line in range(1, LINES + 1):
        ann.sees(f"Question {line} of {LINES}")
        await ann.tap("Yes" if line == yes else "No")


async def test_a_recent_injury_closes_the_plan_until_a_clinician_has_cleared_it(stage: Stage) -> None:
    ann = await at_screening(stage)
    await answer(ann, yes=1)
    ann.sees("ask a clinician", "seated forms")
    await ann.say("/today")
    ann.sees("ask a clinician")
    await stage.forward(days=2)
    assert not any("time for your feet" in message.text for message in ann.messages)

    await ann.tap("I have been cleared")
    ann.sees("Next prompt", "gentle form")
    await ann.tap("Start now")
    ann.sees("Seated, no load")


async def test_an_urgent_answer_sends_to_care_and_offers_no_way_round(stage: Stage) -> None:
    ann = await at_screening(stage)
    await answer(ann, yes=4)
    ann.sees("Please seek care today")
    ann.cannot_tap("I have been cleared")
    await ann.say("/snack")
    ann.sees("looked at today")

    await ann.tap("Answer again", "None of these")
    ann.sees("Next prompt")


async def test_a_modifying_answer_opens_the_plan_in_the_gentle_form(stage: Stage) -> None:
    ann = await at_screening(stage)
    await answer(ann, yes=3)
    ann.sees("check your skin", "gentle form")
    await ann.tap("Start now")
    ann.sees("Seated, no load")


async def test_no_drill_begins_before_the_screening(stage: Stage) -> None:
    ann = await at_screening(stage)
    await ann.say("/snack")
    ann.sees("Does one of these apply")
    await ann.say("/today")
    ann.sees("Does one of these apply")


async def test_the_screening_is_asked_again_after_ninety_days(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up("mon 7:30")
    await stage.forward(days=89)
    await ann.say("/today")
    ann.can_tap("Start")
    await stage.forward(days=2)
    await ann.say("/today")
    ann.sees("Does one of these apply")
    await ann.tap("None of these")
    await ann.say("/today")
    ann.can_tap("Start")


async def test_safety_can_be_read_at_any_time(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.say("/safety")
    ann.sees("not medical advice", "48 hours", "Chest pain", "not reviewed by a clinician")
