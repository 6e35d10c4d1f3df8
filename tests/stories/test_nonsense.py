"""Nonsense, markup, tricks of writing direction, and very long words: one clear sentence, and nothing is lost."""

import pytest

from tests.kit.stage import Stage

HOSTILE = {
    "html": "<b>bold</b> & <script>alert(1)</script>",
    "markdown": "*_`[markdown](http://example.com)",
    "right-to-left": "\u202eright to left\u202c",
    "family": "👩‍👩‍👧‍👦" * 10,
    "zalgo": "Z̸̡̢͖̱͍̝̔̿a̵l̶g̷o̶" * 5,
    "sql": "'; DROP TABLE person; --",
    "template": "{drill} %s {0.__class__}",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_whatever_is_typed_gets_one_sentence(stage: Stage, text: str) -> None:
    ann = await stage.person("Ann")
    await ann.set_up()
    await ann.say(text)
    ann.sees("I did not understand that.")
    await ann.say("/today")
    ann.can_tap("Start")


async def test_ten_thousand_characters_are_too_many(stage: Stage) -> None:
    if stage.platform == "telegram":
        pytest.skip("Telegram itself sends at most 4096 characters in one message")
    ann = await stage.person("Ann")
    await ann.set_up()
    await ann.say("a" * 10_000)
    ann.sees("longer than I can read")


async def test_four_thousand_characters_are_too_many_everywhere(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up()
    await ann.say("7:30 " * 800)
    ann.sees("longer than I can read")


async def test_an_unknown_command_is_answered(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up()
    await ann.say("/frobnicate now")
    ann.sees("I do not know that command", "/help")


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_name_changes_nothing(stage: Stage, name: str) -> None:
    await stage.person("Ann")
    eve = await stage.person(name[:60])
    await eve.set_up()
    await eve.tap("Start now")
    await eve.whole_session()
    eve.sees("Streak 1")


@pytest.mark.parametrize(
    "text", ["/times " + "9" * 190, "/settings zone ../../etc/passwd", "/settings minutes -3", "-1", "١٢", "²"]
)
async def test_odd_numbers_and_paths_are_harmless(stage: Stage, text: str) -> None:
    ann = await stage.person("Ann")
    await ann.set_up()
    await ann.say(text)
    await ann.say("/settings")
    ann.sees("Europe/Berlin", "3 min")
    await ann.say("/times")
    ann.sees("07:30 every day")
