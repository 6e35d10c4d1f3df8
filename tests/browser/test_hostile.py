"""A hundred script payloads as names, texts, and in every field of a card: all of them stay text (reliability X-08)."""

from playwright.async_api import Page, expect

from bot.actions import Agree
from bot.cards import (
    Ask,
    AskKind,
    Button,
    Card,
    Countdown,
    Fine,
    Labelled,
    Lead,
    Link,
    Mark,
    Meter,
    Points,
    Reply,
    RoundMark,
    Rounds,
    Square,
    Squares,
    Tone,
)
from bot.platforms.local.lines import SaidBody, dump
from bot.platforms.local.platform import LocalChat
from bot.platforms.port import Address, MenuEntry
from tests.bot.platforms.local.coach import WEDNESDAY
from tests.bot.platforms.local.server import World, serving
from tests.browser.conftest import Opener
from tests.browser.payloads import PAYLOADS

ALIEN = (
    "script, iframe, object, embed, svg, math, video, audio, base, style, link, meta, template, form, "
    "img:not([src='/static/icon.svg'])"
)
# Attributes that could run or style something; sizes set by our own scripts are the exception.
HANDLERS = """
[...document.querySelectorAll("*")]
  .flatMap((element) => [...element.attributes])
  .filter(({ name, value }) => /^on|^style$/.test(name) && !/^(inline|block)-size/.test(value)).length
"""


def everywhere(payload: str) -> Card:
    """The payload in every field that holds words."""
    return Card(
        payload,
        (
            payload,
            Lead(payload),
            Labelled(payload, payload),
            Fine(payload),
            Points((payload, payload)),
            Rounds(((RoundMark(payload, payload, Mark.NOW),),)),
            Meter(payload, 50),
            Squares((Square(payload, payload, Tone.DONE),)),
            Countdown(payload, WEDNESDAY),
        ),
        ((Button(payload, Agree()), Link(payload, "https://example.org/")),),
        Ask(AskKind.TEXT, payload),
    )


async def nothing_ran(page: Page) -> None:
    assert await page.evaluate("window.pwned") is None
    assert await page.locator("#log").locator(ALIEN).count() == 0
    assert await page.locator("#chats").locator(ALIEN).count() == 0
    assert await page.evaluate(HANDLERS) == 0


async def test_there_are_a_hundred() -> None:
    assert len(PAYLOADS) >= 100


async def test_texts_of_people_stay_text(open_tab: Opener, world: World) -> None:
    await world.transcript.add_person("You")
    for index, payload in enumerate(PAYLOADS):
        await world.transcript.add("me:p1", "p1", dump(SaidBody("You", payload, f"{index:016}")))
    async with serving(world) as chat:
        page = (await open_tab(chat.url)).page
        await expect(page.locator(".words")).to_have_count(len(PAYLOADS))
        assert await page.locator(".words").all_text_contents() == list(PAYLOADS)
        await nothing_ran(page)


async def test_texts_just_typed_stay_text(open_tab: Opener, chat: LocalChat) -> None:
    tab = await open_tab(chat.url)
    for payload in PAYLOADS[:8]:
        await tab.say(payload)
        await expect(tab.page.locator(".words").last).to_have_text(payload, use_inner_text=False)
    await expect(tab.page.locator(".card")).to_have_count(8)
    await nothing_ran(tab.page)


async def test_names_stay_text(open_tab: Opener, world: World) -> None:
    for payload in PAYLOADS:
        person = await world.transcript.add_person(payload)
        await world.transcript.add("team", person.id, dump(SaidBody(payload, "hello", f"{person.id:>016}")))
    async with serving(world) as chat:
        page = (await open_tab(chat.url)).page
        await expect(page.locator("#chats .chat")).to_have_count(len(PAYLOADS) + 1)
        shown = await page.locator("#chats .chat-name").all_text_contents()
        assert shown == [PAYLOADS[0], "Team room", *PAYLOADS[1:]]
        await page.locator("#chats .chat").nth(1).click()
        assert await page.locator(".by").all_text_contents() == list(PAYLOADS)
        assert await page.locator("#player option").all_text_contents() == list(PAYLOADS)
        await nothing_ran(page)


async def test_every_field_of_a_card_stays_text(open_tab: Opener, chat: LocalChat) -> None:
    page = (await open_tab(chat.url)).page
    for payload in PAYLOADS:
        await chat.deliver(Address("local", "local", "me:p1"), Reply(everywhere(payload), living="board"))
    await expect(page.locator(".lead")).to_have_count(len(PAYLOADS))
    for kind in (
        ".title",
        ".lead",
        ".text",
        ".fine",
        ".labelled dt",
        ".labelled dd",
        ".round-face",
        ".meter-words > :first-child",
    ):
        assert await page.locator(kind).all_text_contents() == list(PAYLOADS), kind
    assert await page.locator("#write").get_attribute("placeholder") == f"For example: {PAYLOADS[-1]}"
    await nothing_ran(page)


async def test_notices_and_commands_stay_text(open_tab: Opener, world: World) -> None:
    bad = PAYLOADS[1]
    async with serving(world, menu=[MenuEntry("help", bad, team=True)]) as chat:
        tab = await open_tab(chat.url)
        await tab.say("/help")
        await expect(tab.page.get_by_role("button", name="Tell me")).to_be_visible()
        for alert in (False, True):
            await chat.answer(world.coach.heard[-1], Reply(None, notice=bad, alert=alert))
        await expect(tab.page.locator(".toast")).to_have_text(bad)
        await expect(tab.page.locator("#notice-text")).to_have_text(bad)
        await tab.page.keyboard.press("Escape")
        await tab.page.fill("#write", "/")
        await expect(tab.page.locator(".command-about")).to_have_text(bad)
        await nothing_ran(tab.page)
