"""`stage`: the whole bot, once for each platform."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.platforms.local import talk
from tests.kit.clock import StandingClock
from tests.kit.discord_stage import DiscordStage
from tests.kit.local_stage import DoorStage
from tests.kit.stage import Stage, opened
from tests.kit.telegram_stage import TelegramStage

STAGES = {"local": DoorStage, "telegram": TelegramStage, "discord": DiscordStage}


@pytest.fixture(params=list(STAGES))
async def stage(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    monkeypatch.setattr(talk, "FRAMES_PER_SECOND", 1e6)  # a story looks at the page more often than a person may
    made = STAGES[request.param](tmp_path, StandingClock())
    async with opened(made):
        yield made
    if isinstance(made, TelegramStage | DiscordStage):
        await made.end()
