"""A person's data is theirs."""

import pytest

from tests.kit.stage import Stage


async def test_erase_asks_once_and_then_nothing_is_left(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up()
    await ann.tap("Start now")
    await ann.whole_session()
    await ann.say("/erase")
    ann.sees("Shall I erase everything")
    await ann.tap("Erase everything")
    ann.sees("All of it is erased")

    await stage.forward(days=2)
    await ann.say("/streak")
    ann.sees("Welcome to Toehold")


async def test_the_erased_conversation_is_gone_where_it_is_ours(stage: Stage) -> None:
    if stage.platform != "local":
        pytest.skip("what was sent on Telegram or Discord is the person's to delete")
    ann = await stage.person("Ann")
    await ann.set_up()
    await ann.say("/erase")
    await ann.tap("Erase everything")
    assert len(ann.messages) == 1


async def test_a_confirmation_holds_for_its_own_question_only(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up()
    await ann.say("/erase")
    old = await ann.seat.data_of("Erase everything")
    await ann.say("/erase")
    await ann.press(old)
    ann.sees("Nothing was erased")


async def test_an_old_confirmation_has_no_button_any_more(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up()
    await ann.say("/erase")
    await ann.say("/times")
    await ann.soon(lambda: all("Erase everything" not in message.buttons for message in ann.messages))


async def test_export_gives_two_files(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up()
    await ann.say("/export")
    assert any("all that I keep of you" in message.text for message in ann.messages)


async def test_two_people_do_not_see_each_other(stage: Stage) -> None:
    ann = await stage.person("Ann")
    bob = await stage.person("Bob")
    await ann.set_up()
    await ann.tap("Start now")
    await ann.whole_session()
    await bob.set_up("12:00")
    await bob.say("/streak")
    bob.sees("0 days")
    await ann.say("/streak")
    ann.sees("1 day")
