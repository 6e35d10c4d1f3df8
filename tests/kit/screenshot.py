"""The picture in the README: the whole bot, a real Chromium, a first session under way. Part of `make docs`."""

import asyncio
import shutil
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright

from bot.platforms.local.platform import LocalChat
from drills.localtime import use_packaged_rules
from tests.kit.clock import StandingClock
from tests.kit.local_stage import LocalStage
from tests.kit.stage import opened

TARGET = Path("docs/local-chat.png")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def browser_path() -> str | None:
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


async def take(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stage = LocalStage(Path(folder), StandingClock())
        async with opened(stage):
            you = await stage.person("You")
            await you.set_up(minutes=6)
            await you.tap("Start now")
            await you.whole_session()
            await stage.until("07:30", days=1)
            await you.tap("Start", "I know this one", "Done", "Done", "I know this one", "Done", "Done")
            local = stage.bot.platforms["local"]
            url: str = local.url if isinstance(local, LocalChat) else local._inner.url  # type: ignore[attr-defined]
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=browser_path(), args=list(FLAGS))
                page = await browser.new_page(viewport={"width": 1280, "height": 860}, timezone_id="Europe/Berlin")
                await _photograph(page, url, target)
                await browser.close()


async def _photograph(page: Page, url: str, target: Path) -> None:
    await page.goto(url)
    await page.get_by_role("button", name="Done", exact=True).last.wait_for()
    await page.evaluate("document.fonts.ready")
    await page.wait_for_timeout(400)  # the page scrolls to its end
    await page.screenshot(path=target)


def main() -> None:
    use_packaged_rules()
    if browser_path() is None:
        print(f"No Chromium here: {TARGET} stays as it is.")  # noqa: T201 - a command
        return
    asyncio.run(take(TARGET))


if __name__ == "__main__":
    main()
