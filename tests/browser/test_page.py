"""The page as a person uses it with a mouse: the first minute, presses, edits, notices, downloads, coming back."""

from playwright.async_api import expect

from bot.actions import PickZone
from bot.cards import PLAYER, Ask, AskKind, Button, Card, Lead, Points, Reply
from bot.platforms.local.platform import LocalChat
from bot.platforms.port import Address
from tests.bot.platforms.local.scenes import PROMPT
from tests.bot.platforms.local.server import World, serving
from tests.browser.conftest import Opener, Tab

HOME = Address("local", "local", "me:p1")


async def begun(open_tab: Opener, chat: LocalChat) -> Tab:
    tab = await open_tab(chat.url)
    await tab.say("/today")
    await expect(tab.page.get_by_role("button", name="Done", exact=True)).to_be_visible()
    return tab


async def test_the_first_minute(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url)
    page = tab.page
    await expect(page).to_have_title("Toehold")
    await page.get_by_role("button", name="Start", exact=True).click()
    await tab.see("Where are you?")
    await expect(page.locator("#write")).to_be_focused()
    await expect(page.locator("#write")).to_have_attribute("placeholder", "For example: Porto")
    await page.get_by_role("button", name="Vienna", exact=True).click()
    await tab.see("When shall I write to you?")
    await page.get_by_role("button", name="07:30", exact=True).click()
    await tab.see("07:30 it is.")
    assert await page.locator("article").count() == 2


async def test_the_browsers_zone_is_offered_where_a_place_is_asked(
    open_tab: Opener, world: World, chat: LocalChat
) -> None:
    tab = await open_tab(chat.url)
    await tab.say("/start")
    await tab.page.get_by_role("button", name="Use Europe/Berlin (this browser)").click()
    await tab.see("13 characters: Europe/Berlin")
    await expect(tab.page.locator("#offers")).to_be_hidden()
    assert [heard.sender.zone_hint for heard in world.coach.heard if hasattr(heard, "sender")] == ["Europe/Berlin"] * 2


async def test_a_zone_that_stands_on_the_card_is_not_offered_twice(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url)
    card = Card("Where", (), ((Button("Berlin", PickZone("Europe/Berlin")),),), Ask(AskKind.PLACE, "Porto"))
    await chat.deliver(HOME, Reply(card))
    await expect(tab.page.locator("#write")).to_have_attribute("placeholder", "For example: Porto")
    await expect(tab.page.locator("#offers")).to_be_hidden()


async def test_a_number_gets_the_number_keys(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url)
    await tab.say("/number")
    await expect(tab.page.locator("#write")).to_have_attribute("inputmode", "numeric")
    await tab.say("8")
    await expect(tab.page.locator("#write")).to_have_attribute("inputmode", "text")


async def test_a_press_edits_the_card_in_place_and_shows_its_notice(open_tab: Opener, chat: LocalChat) -> None:
    tab = await begun(open_tab, chat)
    card = tab.page.locator("article").last
    number = await card.get_attribute("data-line")
    await tab.page.get_by_role("button", name="Done", exact=True).click()
    await tab.see("round 2 of 3")
    await expect(tab.page.locator(".toast")).to_have_text("Round 1 counted")
    assert await tab.page.locator("article").last.get_attribute("data-line") == number
    await expect(tab.page.locator(".round.done")).to_have_count(1)


async def test_a_pressed_button_is_busy_at_once_and_lets_no_second_press_through(
    open_tab: Opener, world: World, chat: LocalChat
) -> None:
    tab = await open_tab(chat.url)
    await tab.say("/help")
    silent = tab.page.get_by_role("button", name="Never answers")
    await silent.click()
    await expect(silent).to_have_attribute("aria-busy", "true")
    await expect(tab.page.get_by_role("button", name="Tell me")).to_have_attribute("aria-disabled", "true")
    await tab.press("Never answers")
    await tab.press("Tell me")
    await tab.say("/number")  # it comes after every press: the coach has heard one of them
    await tab.see("How many?")
    assert len(world.coach.heard) == 3


async def test_a_button_recovers_when_the_press_could_not_be_kept(
    open_tab: Opener, world: World, chat: LocalChat
) -> None:
    tab = await begun(open_tab, chat)
    world.coach.failing = True
    done = tab.page.get_by_role("button", name="Done", exact=True)
    await done.click()
    await expect(tab.page.locator(".toast")).to_have_text("That could not be saved. Please try again.")
    await expect(done).not_to_have_attribute("aria-busy", "true")
    world.coach.failing = False
    await done.click()
    await tab.see("round 2 of 3")


async def test_a_text_that_could_not_be_kept_can_be_sent_again(open_tab: Opener, world: World, chat: LocalChat) -> None:
    tab = await open_tab(chat.url)
    await expect(tab.page.locator(".welcome")).to_be_visible()
    world.coach.failing = True
    await tab.say("hello")
    again = tab.page.get_by_role("button", name="Try again")
    await expect(again).to_be_visible()
    world.coach.failing = False
    await again.click()
    await tab.see("5 characters: hello")
    await expect(tab.page.locator(".words", has_text="hello")).to_have_count(1)


async def test_an_alert_is_a_box_that_waits(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url)
    await tab.say("/help")
    await tab.page.get_by_role("button", name="Tell me").click()
    box = tab.page.get_by_role("dialog")
    await expect(box).to_contain_text("There is nothing to break.")
    await tab.page.keyboard.press("Escape")
    await expect(box).to_be_hidden()


async def test_a_new_prompt_takes_the_buttons_of_the_old_one(open_tab: Opener, chat: LocalChat) -> None:
    tab = await begun(open_tab, chat)
    await chat.deliver(HOME, Reply(PROMPT, living=PLAYER))
    await expect(tab.page.get_by_role("button", name="1-minute version")).to_be_visible()
    await expect(tab.page.get_by_role("button", name="Done", exact=True)).to_have_count(0)
    await tab.see("round 1 of 3")


async def test_what_is_being_read_does_not_move(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url, 390, 600)
    for text in ("one", "two", "three", "four", "five", "six"):
        await tab.say(text)
        await expect(tab.page.get_by_text(f"characters: {text}")).to_be_visible()
    board = Reply(Card("Board", (Lead("short"),)), living="board")
    await chat.deliver(HOME, board)
    for index in range(14):
        await chat.deliver(HOME, Reply(Card(f"Card {index}", ("text",))))
    await tab.see("Card 13")
    reading = tab.page.get_by_text("Card 3")
    await reading.evaluate("(e) => { e.scrollIntoView({block: 'start'}) }")
    before = await reading.bounding_box()
    await chat.redraw(HOME, Reply(Card("Board", (Lead("much longer " * 40),)), living="board"))
    await expect(tab.page.get_by_text("much longer")).to_be_attached()
    await chat.deliver(HOME, Reply(Card("News", ("at the end",))))
    await expect(tab.page.get_by_role("button", name="New message")).to_be_visible()
    after = await reading.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) <= 2
    await tab.page.get_by_role("button", name="New message").click()
    await expect(tab.page.get_by_text("at the end")).to_be_in_viewport()


async def test_a_card_taller_than_the_view_is_shown_from_its_beginning(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url, 390, 600)
    await tab.say("/help")
    await chat.deliver(HOME, Reply(Card("Long", (Lead("The first sentence."), Points(("line",) * 40)))))
    await expect(tab.page.get_by_text("The first sentence.")).to_be_in_viewport()
    await chat.deliver(HOME, Reply(Card("Short", (Lead("The last sentence."),))))
    await expect(tab.page.get_by_text("The last sentence.")).to_be_in_viewport()


async def test_a_countdown_runs_on_the_servers_clock_and_ends_at_now(
    open_tab: Opener, world: World, chat: LocalChat
) -> None:
    tab = await begun(open_tab, chat)
    left = tab.page.locator(".countdown-left")
    await expect(left).to_have_text("0:17")
    await tab.page.get_by_role("button", name="+1 hour").click()
    await expect(left).to_have_text("now")


async def test_a_file_downloads_once(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url)
    await tab.say("/export")
    async with tab.page.expect_download() as download:
        await tab.page.get_by_role("link", name="toehold-export.json").click()
    assert (await download.value).suggested_filename == "toehold-export.json"
    await tab.see("Already fetched")
    await expect(tab.page.get_by_role("link", name="toehold-export.json")).to_have_count(0)


async def test_somebody_can_be_added_and_played(open_tab: Opener, world: World, chat: LocalChat) -> None:
    tab = await open_tab(chat.url)
    await tab.page.get_by_role("button", name="Team room").click()
    await tab.page.get_by_role("button", name="Add somebody").click()
    await tab.page.keyboard.type("Ada")
    await tab.page.keyboard.press("Enter")
    await expect(tab.page.get_by_label("Playing as")).to_have_value("p2")
    await tab.say("/challenge")
    await tab.page.get_by_role("button", name="Set up first").click()
    await expect(tab.page.get_by_role("heading", name="Ada")).to_be_visible()
    await tab.see("payload: join-abc123")


async def test_messages_elsewhere_are_counted(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url)
    await tab.page.get_by_role("button", name="Team room").click()
    await chat.deliver(HOME, Reply(PROMPT))
    await expect(tab.page).to_have_title("(1) Toehold")
    await tab.page.get_by_role("button", name="You").click()
    await expect(tab.page).to_have_title("Toehold")


async def test_the_page_comes_back_by_itself_and_sends_what_was_typed_meanwhile(open_tab: Opener, world: World) -> None:
    async with serving(world) as chat:
        tab = await begun(open_tab, chat)
        port = int(chat.url.split(":")[2].rstrip("/"))
    await expect(tab.page.locator("#banner")).to_contain_text("Toehold is not running.")
    await tab.say("are you there")
    await expect(tab.page.get_by_text("Sending …")).to_be_visible()
    async with serving(world, port=port):
        await expect(tab.page.get_by_text("13 characters: are you there")).to_be_visible(timeout=15_000)
        await expect(tab.page.locator("#banner")).to_be_hidden()
        await expect(tab.page.locator(".words", has_text="are you there")).to_have_count(1)
        await tab.page.get_by_role("button", name="Done", exact=True).click()
        await tab.see("round 2 of 3")
        await tab.page.close()


async def test_a_reload_shows_the_same_chat(open_tab: Opener, chat: LocalChat) -> None:
    tab = await begun(open_tab, chat)
    before = await tab.page.locator("#log").inner_text()
    await tab.page.reload()
    await expect(tab.page.get_by_role("button", name="Done", exact=True)).to_be_visible()
    assert (await tab.page.locator("#log").inner_text()).split() == before.split()
