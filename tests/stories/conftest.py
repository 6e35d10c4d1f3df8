"""`stage`: the whole bot, once for each platform."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.platforms.local import talk
from tests.kit.clock import StandingClock
from tests.kit.discord_stage import DiscordStage
from tests.kit.local_stage import DoorStage
from tests.kit.stage import Stage, opened
from tests.kit.telegram_stage import TelegramStage

STAGES = {"local": DoorStage, "telegram": TelegramStage, "discord": DiscordStage}
MEMORY = Path("/dev/shm")
ENOUGH = 256 * 1024**2  # bytes; containers often have less, and then a story writes to the disk


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """In memory where there is room: hundreds of bots, each of which waits for the disk at every commit, take minutes."""
    is_roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH
    with TemporaryDirectory(prefix="toehold-", dir=MEMORY if is_roomy else None) as folder:
        yield Path(folder)


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
