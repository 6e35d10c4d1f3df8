"""Conversations through the real server and a real WebSocket, answered by a scripted coach."""

from bot.actions import Agree
from bot.cards import PLAYER, Button, Card, Lead, Place, Reply
from bot.platforms.local.platform import LocalChat
from bot.platforms.port import Address, Press, Said
from scheduler.nudge import Broken, Sent
from tests.bot.platforms.local.client import Page, open_page
from tests.bot.platforms.local.scenes import PROMPT
from tests.bot.platforms.local.server import World, serving

HOME = Address("local", "local", "me:p1")


async def test_the_first_page_has_one_person_and_two_empty_chats(page: Page) -> None:
    assert [person["name"] for person in page.people] == ["You"]
    assert page.chat == "me:p1"
    assert page.messages == []
    assert page.start["machine"] is True
    assert page.start["words"]["local.page.send"] == ["Send"]


async def test_what_is_typed_is_shown_and_answered(world: World, page: Page) -> None:
    await page.say("/start")
    await page.expect(lambda: page.last.has("Vienna"))
    assert page.messages[0].text == "/start"
    assert page.last.ask == "place"
    [said] = world.coach.heard
    assert isinstance(said, Said)
    assert (said.private, said.text, said.sender.name, said.sender.zone_hint) == (
        True,
        "/start",
        "You",
        "Europe/Berlin",
    )
    assert said.message == str(page.messages[0].id)


async def test_a_tap_changes_the_pressed_message_in_place(world: World, page: Page) -> None:
    await page.say("/today")
    await page.expect(lambda: page.last.has("Done"))
    card = page.last
    await page.tap("Done")
    assert page.last.id == card.id
    assert "round 2" in page.last.title
    assert page.notices == ["Round 1 counted"]
    press = world.coach.heard[-1]
    assert isinstance(press, Press)
    assert press.message == str(card.id)


async def test_a_reply_for_a_new_place_leaves_the_pressed_message_alone(page: Page) -> None:
    await page.say("/help")
    await page.expect(lambda: page.last.has("Another card"))
    before = page.last
    await page.tap("Another card")
    assert [message.title for message in page.messages[-2:]] == ["Help", "Another card"]
    assert page.messages[-2].raw == before.raw


async def test_only_the_newest_living_message_has_buttons(page: Page) -> None:
    await page.say("/today")
    await page.expect(lambda: page.last.has("Done"))
    first = page.last.id
    await page.say("/today")
    await page.expect(lambda: page.last.has("Done") and page.last.id != first)
    await page.expect(lambda: not page.messages[1].buttons)
    assert "Heel Circle" in page.messages[1].title
    await page.tap("Done")
    assert page.last.buttons


async def test_a_prompt_is_delivered_and_takes_over_from_the_old_player(chat: LocalChat, page: Page) -> None:
    await page.say("/today")
    await page.expect(lambda: page.last.has("Done"))
    outcome = await chat.deliver(HOME, Reply(PROMPT, place=Place.HERE, living=PLAYER))
    await page.expect(lambda: page.last.has("Start") and not page.messages[1].buttons)
    assert outcome == Sent(str(page.last.id))
    assert page.last.text.startswith("Good morning")


async def test_a_redraw_edits_what_lives_and_nothing_else(chat: LocalChat, page: Page) -> None:
    board = Reply(Card("Board", (Lead("71 %"),), ((Button("OK", Agree()),),)), living="board")
    await chat.redraw(HOME, board)
    await chat.deliver(HOME, board)
    await page.expect(lambda: page.last.title == "Board")
    await chat.redraw(HOME, Reply(Card("Board", (Lead("72 %"),)), living="board"))
    await page.expect(lambda: "72" in page.last.text)
    await chat.redraw(HOME, Reply(Card("Stray", ()), living=None))
    assert len(page.messages) == 1


async def test_a_prompt_to_nobody_is_broken(chat: LocalChat) -> None:
    for where in (
        Address("local", "local", "me:p9"),
        Address("local", "local", "elsewhere"),
        Address("telegram", "local", "me:p1"),
        Address("local", "local", "team", "topic"),
    ):
        assert isinstance(await chat.deliver(where, Reply(PROMPT)), Broken)


async def test_a_repeated_send_is_shown_once_and_heard_once(world: World, page: Page) -> None:
    request = await page.say("hello")
    await page.expect(lambda: page.last.ours)
    await page.say("hello", request=request)
    await page.say("/help")
    await page.expect(lambda: page.last.has("Tell me"))
    assert [message.text for message in page.messages if not message.ours] == ["hello", "/help"]
    assert len(world.coach.heard) == 2


async def test_a_repeated_tap_counts_once(world: World, page: Page) -> None:
    await page.say("/today")
    await page.expect(lambda: page.last.has("Done"))
    message, data = page.last.id, page.last.controls[0]["data"]
    request = await page.press(message, data)
    await page.press(message, data, request=request)
    assert "round 2" in page.last.title
    assert len(world.coach.heard) == 2


async def test_a_send_cut_off_before_the_inbox_goes_out_when_it_is_repeated(world: World, page: Page) -> None:
    world.coach.failing = True
    request = await page.say("hello")
    assert page.refusals == ["That could not be saved. Please try again."]
    assert page.events[-1]["again"] is True
    world.coach.failing = False
    await page.say("hello", request=request)
    await page.expect(lambda: page.last.ours)
    assert [message.text for message in page.messages] == ["hello", "5 characters: hello"]


async def test_the_history_and_a_repeated_send_survive_the_server(world: World) -> None:
    async with serving(world) as chat, open_page(chat.url) as page:
        await page.say("/today")
        await page.expect(lambda: page.last.has("Done"))
        request = await page.say("hello")
        await page.expect(lambda: "5 characters" in page.last.text)
    async with serving(world) as chat, open_page(chat.url) as again:
        assert [message.raw for message in again.messages] == [message.raw for message in page.messages]
        await again.say("hello", request=request)
        await again.tap("Done")
        assert [message.text for message in again.messages if not message.ours] == ["/today", "hello"]


async def test_a_closed_page_catches_up_when_it_comes_back(chat: LocalChat, page: Page) -> None:
    await page.say("/today")
    await page.expect(lambda: page.last.has("Done"))
    await page.disconnect()
    await chat.deliver(HOME, Reply(PROMPT, living=PLAYER))
    await page.connect()
    assert page.last.has("Start")
    assert not page.messages[1].buttons


async def test_two_open_pages_show_the_same(chat: LocalChat, page: Page) -> None:
    async with open_page(chat.url) as other:
        await page.say("/today")
        await other.expect(lambda: other.last.has("Done"))
        await other.tap("Done")
        await page.expect(lambda: "round 2" in page.last.title)


async def test_a_long_text_is_answered_and_a_too_long_one_is_refused(world: World, page: Page) -> None:
    await page.say("x" * 20_000)
    await page.expect(lambda: page.last.text.startswith("20000 characters"))
    await page.say("x" * 20_001)
    assert page.refusals == ["This text is too long: 20000 characters are the most that fits."]
    await page.say(" \n ")
    assert page.refusals[-1] == "There is nothing to send yet."
    assert len(world.coach.accepted) == 1


async def test_text_that_no_database_takes_is_made_storable(world: World, page: Page) -> None:
    await page.say("a\0b\ud800c")
    await page.expect(lambda: page.last.ours)
    said = world.coach.heard[-1]
    assert isinstance(said, Said)
    assert said.text == "ab\ufffdc"


async def test_a_forged_button_is_answered_without_effect(world: World, page: Page) -> None:
    await page.say("/today")
    await page.expect(lambda: page.last.has("Done"))
    before = page.last.raw
    for data in ("1p.s1.0.d", "<b>", "x" * 200, ""):
        await page.press(page.last.id, data)
    assert page.alerts == ["This button is too old."] * 4
    assert page.last.raw == before
    await page.press(page.messages[0].id, "1a")  # somebody's own words have no buttons
    await page.press(4711, "1a")
    assert page.refusals == ["This message is gone."] * 2


async def test_an_alert_and_a_notice_without_a_card(page: Page) -> None:
    await page.say("/help")
    await page.expect(lambda: page.last.has("Tell me"))
    await page.tap("Tell me")
    assert page.alerts == ["Press what you see. There is nothing to break."]
    await page.say("/notice")
    await page.expect(lambda: page.notices == ["Noted."])


async def test_hostile_names_and_texts_arrive_as_they_were_typed(page: Page) -> None:
    await page.add_person("<img src=x onerror=alert(1)>")
    page.open_chat("<img src=x onerror=alert(1)>")
    await page.say("</script><b>{{local.you}} {n}</b>")
    await page.expect(lambda: page.last.ours)
    assert page.messages[0].text == "</script><b>{{local.you}} {n}</b>"


async def test_the_zone_of_whoever_is_set_up_is_told(world: World, page: Page) -> None:
    assert page.zones == {}
    world.zones["p1"] = "Europe/Lisbon"
    await page.say("/help")
    await page.expect(lambda: page.zones == {"p1": "Europe/Lisbon"})
