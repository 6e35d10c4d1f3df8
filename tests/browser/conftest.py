"""One Chromium for all browser tests of a worker; a fresh, watched tab for each test."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright, expect

from bot.platforms.local.platform import LocalChat
from tests.bot.platforms.local.server import World, serving

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
window.pwn = () => { window.pwned = true; };
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of a worker on one loop, with one browser; none of them where there is no Chromium."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium is installed"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield launched
        await launched.close()


@pytest.fixture
def world() -> World:
    return World()


@pytest_asyncio.fixture(loop_scope="session")
async def chat(world: World) -> AsyncIterator[LocalChat]:
    async with serving(world) as running:
        yield running


class Tab:
    """An open page and what went wrong in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.dialogs: list[str] = []

    async def say(self, text: str) -> None:
        await self.page.wait_for_selector(".begun")
        await self.page.fill("#write", text)
        await self.page.press("#write", "Enter")

    async def press(self, label: str) -> None:
        """Click without waiting for the button to be ready, like a person does."""
        await self.page.get_by_role("button", name=label, exact=True).dispatch_event("click")

    async def see(self, text: str) -> None:
        """The text stands in the chat."""
        await expect(self.page.locator("#log").get_by_text(text).first).to_be_visible()

    async def violations(self) -> list[str]:
        found: list[str] = await self.page.evaluate("window.violations")
        return found


Opener = Callable[..., Awaitable[Tab]]


@pytest_asyncio.fixture(loop_scope="session")
async def open_tab(browser: Browser) -> AsyncIterator[Opener]:
    """Opens watched tabs: `await open_tab(url, width, height, scheme="dark")`. At the end none may have misbehaved."""
    tabs: list[Tab] = []
    async with AsyncExitStack() as contexts:

        async def opened(url: str, width: int = 1280, height: int = 800, *, scheme: Any = "light", **more: Any) -> Tab:
            context = await browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                timezone_id="Europe/Berlin",
                locale="en-GB",
                **more,
            )
            contexts.push_async_callback(context.close)
            page = await context.new_page()
            page.set_default_timeout(10_000)
            tab = Tab(page)
            tabs.append(tab)
            watch(tab, url)
            await page.add_init_script(WATCH)
            await page.goto(url)
            return tab

        yield opened
        for tab in tabs:
            assert tab.errors == []
            assert tab.foreign == []
            assert tab.dialogs == []
            assert tab.page.is_closed() or await tab.violations() == []


def watch(tab: Tab, url: str) -> None:
    own = url.partition("#")[0].rstrip("/")

    def console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "ERR_CONNECTION_REFUSED" not in message.text:
            tab.errors.append(message.text)

    def request(asked: Request) -> None:
        if not asked.url.startswith((own, own.replace("http", "ws"), "data:image/svg+xml")):
            tab.foreign.append(asked.url)

    tab.page.on("console", console)
    tab.page.on("pageerror", lambda error: tab.errors.append(str(error)))
    tab.page.on("request", request)
    tab.page.on("dialog", lambda dialog: tab.dialogs.append(dialog.message))
