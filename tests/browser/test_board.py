"""A board with its picture on the page, and a tap that leads into the private chat."""

import pytest
from playwright.async_api import expect

from bot.cards import Attachment, Card, Lead, Reply
from bot.platforms.local.platform import LocalChat
from bot.platforms.port import Address, Said
from tests.bot.platforms.local.scenes import CHALLENGE
from tests.bot.platforms.local.server import World
from tests.browser.conftest import Opener
from tests.kit.png import png

HOME = Address("local", "local", "me:p1")
PHOTO = Attachment("foot.png", "image/png", png(40, 30), "A foot with <b>12</b> of 33 lights")


async def test_a_picture_is_drawn_and_has_words(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url)
    await chat.show(
        HOME,
        Reply(
            Card(
                "Final",
                (
                    Lead(
                        "Ann 1.",
                    ),
                ),
            ),
            living="board",
            photo=PHOTO,
        ),
    )
    picture = tab.page.get_by_role("img", name=PHOTO.alt)
    await expect(picture).to_be_visible()
    await chat.show(
        HOME,
        Reply(
            Card(
                "Final",
                (
                    Lead(
                        "Ben 1.",
                    ),
                ),
            ),
            living="board",
            photo=PHOTO,
        ),
    )
    await tab.see("Ben 1.")
    await tab.page.reload()
    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property("naturalWidth", 40)


async def test_a_picture_that_is_no_longer_kept_is_told_in_words(
    open_tab: Opener, world: World, chat: LocalChat
) -> None:
    await chat.show(HOME, Reply(Card("Final"), living="board", photo=PHOTO))
    chat._speaker._files._waiting.clear()
    tab = await open_tab(chat.url)
    await tab.see(PHOTO.alt)
    assert await tab.page.locator("img.picture").count() == 0


async def test_a_tap_that_opens_goes_home_and_starts_with_the_code(
    open_tab: Opener, world: World, chat: LocalChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.coach, "pressed", lambda _: Reply(None, notice="Look there", opens="c_8FJ2K"))
    tab = await open_tab(chat.url)
    await tab.page.wait_for_selector(".begun")
    await tab.page.get_by_role("button", name="Team room").click()
    await chat.deliver(Address("local", "local", "team"), Reply(CHALLENGE))
    await tab.page.locator("#log button").first.click()
    await tab.see("/start c_8FJ2K")
    await tab.see("payload: c_8FJ2K")
    said = world.coach.heard[-1]
    assert isinstance(said, Said)
    assert said.address == HOME
