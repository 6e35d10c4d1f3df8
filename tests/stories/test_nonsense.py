"""Nonsense, markup, tricks of writing direction, and very long words: one clear sentence, and nothing is lost."""

import asyncio
import dataclasses
import sqlite3
from contextlib import closing
from enum import StrEnum

import pytest

from bot import actions
from bot.actions import MAX_BYTES, decode
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
    if stage.platform != "local":
        pytest.skip("Telegram and Discord themselves send at most some 4000 characters in one message")
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


@pytest.mark.parametrize(
    "data", ["", "1", "nonsense", "1p.AAAAAAAAAAA.0.d.", "2p.k3Jv9Qw2xYs.0.d.", "1v.minutes.999", "1p" + "." * 60]
)
async def test_forged_button_data_has_no_effect(stage: Stage, data: str) -> None:
    ann = await stage.person("Ann")
    await ann.set_up()
    await ann.press(data)
    await ann.say("/settings")
    ann.sees("Europe/Berlin", "3 min")
    await ann.say("/streak")
    ann.sees("0 days")


def stretched(kind: type, number: int, text: str) -> str:
    """Button data of this kind, with as much text in its fields as button data can carry."""
    types = [field.type for field in dataclasses.fields(kind)]
    room = (MAX_BYTES - len(actions.VERSION) - 1 - 10 * len(types)) // max(1, types.count(str))

    def part(wanted: object) -> str:
        if wanted is int:
            return str(number)
        if isinstance(wanted, type) and issubclass(wanted, StrEnum):
            return next(iter(wanted)).value
        return (text * room)[:room]

    return ".".join([actions.VERSION + actions._TAG_OF[kind], *map(part, types)])


@pytest.mark.parametrize("number", [1, 3, 999_999_999])
async def test_forged_button_data_of_any_length_is_no_fault_of_ours(stage: Stage, number: int) -> None:
    """A column of a PostgreSQL server takes no more than it is made for, and every test keeps to that (tests/kit/lengths)."""
    ann = await stage.person("Ann")
    await ann.set_up()
    for kind in actions._TAG_OF:
        for text in ("x", "1"):
            data = stretched(kind, number, text)
            assert decode(data) is not None, data
            await ann.press(data)
    with closing(sqlite3.connect(stage.folder / "toehold.sqlite")) as witness:
        aside = witness.execute("SELECT payload, quarantined FROM inbox WHERE quarantined IS NOT NULL").fetchall()
    assert aside == []


async def test_another_persons_button_is_refused(stage: Stage) -> None:
    ann, eve = await stage.person("Ann"), await stage.person("Eve")
    await ann.set_up()
    await eve.set_up()
    await ann.tap("Start now", "I know this one")
    stolen = await ann.seat.data_of("Done")

    await eve.press(stolen)

    assert eve.notice.startswith("This is somebody else's session.")
    await ann.look()
    ann.sees("Left foot: 5 rolls")


async def test_a_database_that_is_locked_for_a_while_loses_nothing(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up()
    await ann.tap("Start now", "I know this one")
    blocker = sqlite3.connect(stage.folder / "toehold.sqlite", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    freed = asyncio.get_running_loop().call_later(1.5, blocker.execute, "ROLLBACK")
    try:
        await ann.tap("Done")
    finally:
        freed.cancel()
        blocker.close()
    ann.sees("Right foot: 5 rolls")
