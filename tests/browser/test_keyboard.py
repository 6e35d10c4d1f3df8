"""Everything without a mouse, and what a screen reader is told."""

from playwright.async_api import expect

from bot.platforms.local.platform import LocalChat
from tests.browser.conftest import Opener

FOCUSED = "document.activeElement"
NAMELESS = """
[...document.querySelectorAll("button, input, select, textarea, a")]
  .filter((each) => !(each.textContent.trim() || each.ariaLabel || each.labels?.length))
  .map((each) => each.outerHTML)
"""
TWICE = """
() => {
  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
  return ids.filter((id, at) => ids.indexOf(id) !== at);
}
"""


async def test_tab_goes_through_the_page_in_the_order_of_reading(open_tab: Opener, chat: LocalChat) -> None:
    page = (await open_tab(chat.url)).page
    await expect(page.locator(".welcome")).to_be_visible()
    seen = []
    for _ in range(14):
        await page.keyboard.press("Tab")
        seen.append(
            await page.evaluate(
                f"{FOCUSED}.id || {FOCUSED}.dataset.chat || {FOCUSED}.dataset.to || {FOCUSED}.textContent"
            )
        )
    side = ["me:p1", "team", "new-name", "Add", "prompt", "hour", "day", "zone"]
    assert seen[:13] == ["Skip to the message field", *side, "scroll", "Start", "slash", "write"]
    ring = "getComputedStyle(document.activeElement).outlineStyle"
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    assert await page.evaluate(ring) == "solid"


async def test_a_whole_session_with_the_keyboard(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url)
    page = tab.page
    await expect(page.locator(".welcome")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#write")).to_be_focused()
    await page.keyboard.type("/today")
    await page.keyboard.press("Enter")
    await tab.see("round 1 of 3")
    for _ in range(6):
        await page.keyboard.press("Shift+Tab")
        if await page.evaluate(f"{FOCUSED}.textContent") == "Done":
            break
    for text in ("round 2 of 3", "round 3 of 3", "That was all for today."):
        await page.keyboard.press("Enter")  # the focus stays on Done while the card changes under it
        await tab.see(text)
    assert await page.evaluate(f"{FOCUSED}.closest('article') !== null")


async def test_shift_enter_starts_a_line_and_enter_sends(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url)
    page = tab.page
    await page.focus("#write")
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")
    await tab.see("7 characters")
    await expect(page.locator("#write")).to_have_value("")


async def test_the_command_menu_opens_filters_moves_and_closes(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url)
    page = tab.page
    write, menu = page.locator("#write"), page.get_by_role("listbox")
    await expect(page.locator(".welcome")).to_be_visible()
    await write.focus()
    await page.keyboard.type("/")
    await expect(menu).to_be_visible()
    await expect(write).to_have_attribute("aria-expanded", "true")
    await expect(menu.get_by_role("option")).to_have_count(9)
    await page.keyboard.press("ArrowDown")
    await expect(menu.get_by_role("option", selected=True)).to_contain_text("/today")
    await expect(write).to_have_attribute("aria-activedescendant", "command-today")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await expect(menu.get_by_role("option", selected=True)).to_contain_text("/help")
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await expect(write).to_be_focused()
    await page.keyboard.type("exp")
    await expect(menu.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Tab")
    await expect(write).to_have_value("/export ")
    await expect(menu).to_be_hidden()
    await write.fill("/hel")
    await page.keyboard.press("Enter")
    await tab.see("press what you see")


async def test_the_team_room_offers_only_what_makes_sense_there(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url)
    page = tab.page
    await page.get_by_role("button", name="Team room").click()
    await page.get_by_role("button", name="Commands").click()
    options = page.get_by_role("listbox", name="Commands").get_by_role("option")
    await expect(options).to_have_count(2)
    await options.nth(0).click()
    await tab.see("Two weeks, everybody their own pace.")


async def test_the_list_on_a_phone_opens_holds_the_focus_and_closes(open_tab: Opener, chat: LocalChat) -> None:
    page = (await open_tab(chat.url, 390, 844)).page
    await expect(page.locator(".welcome")).to_be_visible()
    await expect(page.locator("#side")).to_be_hidden()
    await page.focus("#side-open")
    await page.keyboard.press("Enter")
    await expect(page.locator("#side-close")).to_be_focused()
    assert await page.evaluate("document.querySelector('#main').inert")
    await page.keyboard.press("Escape")
    await expect(page.locator("#side")).to_be_hidden()
    await expect(page.locator("#side-open")).to_be_focused()


async def test_what_a_screen_reader_gets(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url)
    await tab.say("/today")
    page = tab.page
    await expect(page.get_by_role("log", name="Messages")).to_have_attribute("aria-live", "polite")
    rounds = page.get_by_role("group", name="Rounds").get_by_role("listitem")
    await expect(rounds.nth(0)).to_contain_text("left foot, clockwise: now")
    await expect(rounds.nth(1)).to_contain_text("left foot, the other way: to do")
    assert await page.locator("[aria-current=step]").count() == 1
    await page.get_by_role("button", name="Done", exact=True).click()
    await expect(page.locator("#status")).to_have_text(
        "Heel Circle · round 2 of 3. Draw five slow, big circles with your heel."
    )
    for _ in range(2):
        await page.get_by_role("button", name="Done", exact=True).click()
    await expect(page.get_by_role("meter", name="Strength")).to_have_attribute("aria-valuetext", "62 %")
    await expect(page.get_by_role("listitem").filter(has_text="Saturday: missed")).to_be_visible()
    assert await page.evaluate(NAMELESS) == []
    assert await page.evaluate(TWICE) == []
