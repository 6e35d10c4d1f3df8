"""The time machine's panel, and the access token's box."""

from playwright.async_api import expect

from bot.platforms.local.platform import LocalChat
from tests.bot.platforms.local.server import World, serving
from tests.browser.conftest import Opener

SECRET = "a-long-access-token-that-was-printed"


async def test_it_shows_the_bots_time_and_travels(open_tab: Opener, world: World, chat: LocalChat) -> None:
    tab = await open_tab(chat.url)
    page = tab.page
    await expect(page.locator("#machine-time")).to_have_text("07:30")
    await expect(page.locator("#machine-day")).to_have_text("Wednesday 25 November")
    world.machine.gate.clear()
    await page.get_by_role("button", name="Next prompt").click()
    await expect(page.get_by_role("progressbar")).to_be_visible()
    await expect(page.get_by_role("button", name="+1 day")).to_have_attribute("aria-disabled", "true")
    world.machine.gate.set()
    await tab.see("Three minutes for your feet?")
    await expect(page.locator("#machine-state")).to_have_text("Now it is 07:30, Thursday 26 November.")
    await expect(page.get_by_role("progressbar")).to_be_hidden()


async def test_a_new_zone_is_typed_as_a_command_in_the_private_chat(
    open_tab: Opener, world: World, chat: LocalChat
) -> None:
    tab = await open_tab(chat.url)
    page = tab.page
    await page.get_by_role("button", name="Team room").click()
    await page.fill("#zone", "Asia/Tokyo")
    world.zones["p1"] = "Asia/Tokyo"
    await page.get_by_role("button", name="Change").click()
    await tab.see("/settings zone Asia/Tokyo")
    await tab.see("settings: zone Asia/Tokyo")
    await expect(page.locator("#machine-time")).to_have_text("15:30")
    await expect(page.locator("#zone")).to_have_value("Asia/Tokyo")


async def test_a_zone_that_does_not_exist_is_told_apart(open_tab: Opener, world: World, chat: LocalChat) -> None:
    page = (await open_tab(chat.url)).page
    await page.fill("#zone", "Europe/Atlantis")
    await page.press("#zone", "Enter")
    await expect(page.get_by_role("dialog")).to_contain_text("There is no such time zone.")
    assert world.coach.heard == []


async def test_without_a_machine_there_is_no_panel(open_tab: Opener, world: World) -> None:
    async with serving(world, machine=False) as chat:
        page = (await open_tab(chat.url)).page
        await expect(page.locator(".welcome")).to_be_visible()
        await expect(page.locator("#machine")).to_be_hidden()
        await expect(page.locator("#clock-chip")).to_be_hidden()


async def test_the_printed_address_opens_a_protected_chat_and_leaves_no_token_behind(
    open_tab: Opener, world: World
) -> None:
    async with serving(world, access_token=SECRET) as chat:
        tab = await open_tab(chat.url)
        await expect(tab.page.locator(".welcome")).to_be_visible()
        assert SECRET not in tab.page.url
        tab.errors.clear()  # Chromium reports the 401 that the page began with


async def test_without_the_token_a_box_asks_for_it(open_tab: Opener, world: World) -> None:
    async with serving(world, access_token=SECRET) as chat:
        tab = await open_tab(chat.url.partition("#")[0])
        await tab.page.fill("#access-token", "wrong")
        await tab.page.keyboard.press("Enter")
        await expect(tab.page.get_by_role("alert")).to_be_visible()
        await tab.page.fill("#access-token", SECRET)
        await tab.page.keyboard.press("Enter")
        await expect(tab.page.locator(".welcome")).to_be_visible()
        await tab.page.reload()
        await expect(tab.page.locator(".welcome")).to_be_visible()
        tab.errors.clear()
