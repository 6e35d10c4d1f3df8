"""The same conversation when Telegram brings the updates instead of being asked for them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.platforms.telegram.platform import Telegram
from bot.settings import Settings
from bot.store.faults import StoreFull
from tests.kit.clock import StandingClock
from tests.kit.stage import opened
from tests.kit.telegram_stage import TelegramStage


class WebhookStage(TelegramStage):
    def settings(self) -> Settings:
        return (
            super()
            .settings()
            .model_copy(
                update={
                    "telegram_webhook_url": "https://bot.example.org/telegram",
                    "telegram_webhook_secret": SecretStr("a-secret"),
                    "toehold_webhook_port": 0,
                }
            )
        )

    async def connected(self) -> None:
        await self.server.until(lambda: bool(self.server.polls.webhook), "the webhook")
        telegram = self.bot.platforms["telegram"]
        assert isinstance(telegram, Telegram)
        self.server.hooks.base = f"http://127.0.0.1:{telegram.webhook_port}"
        await self.server.notify()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[WebhookStage]:
    made = WebhookStage(tmp_path, StandingClock())
    async with opened(made):
        yield made
    await made.end()


async def test_a_first_day_through_the_webhook(stage: WebhookStage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up("07:30")
    await stage.until("07:30")
    await ann.tap("1-minute version")
    await ann.whole_session()
    ann.sees("Streak 1")
    assert not stage.server.calls("getUpdates")
    assert {brought.status for brought in stage.server.hooks.history} == {200}


async def test_a_press_that_could_not_be_stored_comes_again_and_counts_once(
    stage: WebhookStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await stage.person("Ann")
    await ann.set_up("07:30")
    await ann.tap("Start now", "I know this one")
    keep, failures = stage.bot.intake._keep, [StoreFull("full"), StoreFull("full")]

    async def failing(*args: object) -> object:
        return failures.pop() if failures else await keep(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(stage.bot.intake, "_keep", failing)
    brought = len(stage.server.hooks.history)
    data = await ann.seat.data_of("Done")
    message = stage.server.world.visible(ann.seat.person.id)[-1].json()  # type: ignore[attr-defined]
    await ann.seat.person.press(data, message, wait=False)  # type: ignore[attr-defined]
    for attempt, seconds in enumerate((1, 2, 4), brought + 1):
        await stage.server.until(lambda attempt=attempt: len(stage.server.hooks.history) >= attempt, "an attempt")  # type: ignore[misc]
        stage.clock.travel_to(stage.clock.now() + timedelta(seconds=seconds))
        await stage.server.notify()
    await stage.settle()
    assert [each.status for each in stage.server.hooks.history[brought:]] == [503, 503, 200]
    await ann.look()
    ann.sees("Right foot")
