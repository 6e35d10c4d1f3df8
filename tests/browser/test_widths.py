"""Phones and desktops, light and dark: nothing overflows, everything can be touched, motion stops where it is unwanted."""

import pytest
from playwright.async_api import expect

from bot.actions import Agree
from bot.cards import Button, Card, Lead, Meter, Reply, Square, Squares, Tone
from bot.platforms.local.platform import LocalChat
from bot.platforms.port import Address
from tests.browser.conftest import Opener

HOME = Address("local", "local", "me:p1")
WIDER = """
[...document.querySelectorAll(".main, .main *")]
  .filter((each) => !each.closest(".unseen") && each.getBoundingClientRect().right > innerWidth + 1)
  .map((each) => each.className)
"""
SMALL = """
[...document.querySelectorAll(".main button")]
  .filter((each) => each.offsetParent && (each.offsetHeight < 44 || each.offsetWidth < 44))
  .map((each) => each.outerHTML)
"""
MOVING = """
document.getAnimations()
  .filter((each) => each.playState === "running" && each.effect.getComputedTiming().duration > 1).length
"""
WIDE = Card(
    "W" * 60,
    (
        Lead("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen " * 2),
        "https://example.org/" + "x" * 300,
        Squares(tuple(Square("Mo", "Monday", Tone.DONE) for _ in range(28))),
        Meter("A label that is far too long for any phone that anybody has ever held", 50),
    ),
    (tuple(Button("Five in a row", Agree()) for _ in range(5)), (Button("x" * 80, Agree()),)),
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_is_wider_than_the_page(open_tab: Opener, chat: LocalChat, scheme: str) -> None:
    tab = await open_tab(chat.url, scheme=scheme)
    await tab.say("/today")
    await tab.say("w" * 400)
    await chat.deliver(HOME, Reply(WIDE))
    await expect(tab.page.locator("article")).to_have_count(5)
    for width in (320, 360, 390, 480, 820, 821, 1280, 1920):
        await tab.page.set_viewport_size({"width": width, "height": 800})
        assert await tab.page.evaluate(WIDER) == [], width
        assert await tab.page.evaluate("document.documentElement.scrollWidth") <= width
        assert await tab.page.evaluate("document.querySelector('#scroll').scrollWidth") <= width
        await expect(tab.page.locator("#write")).to_be_in_viewport()


async def test_whatever_is_touched_is_large_enough(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url, 320, 640)
    await tab.say("/today")
    await expect(tab.page.get_by_role("button", name="Done", exact=True)).to_be_visible()
    assert await tab.page.evaluate(SMALL) == []


async def test_dark_and_light_are_two_designs(open_tab: Opener, chat: LocalChat) -> None:
    colours = []
    for scheme in ("light", "dark"):
        page = (await open_tab(chat.url, scheme=scheme)).page
        colours.append(
            await page.evaluate(
                "[getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).color]"
            )
        )
    light, dark = colours
    assert light == ["rgb(246, 241, 232)", "rgb(43, 38, 32)"]
    assert dark == ["rgb(26, 23, 20)", "rgb(241, 234, 224)"]


async def test_motion_stops_for_who_does_not_want_it(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url, reduced_motion="reduce")
    await tab.say("/help")
    await tab.page.get_by_role("button", name="Never answers").click()
    await expect(tab.page.locator(".busy")).to_be_visible()
    assert await tab.page.evaluate(MOVING) == 0
