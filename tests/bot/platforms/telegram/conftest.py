"""The fake Telegram, and a platform that runs on it."""

from collections.abc import AsyncIterator

import pytest

from tests.kit.telegram import TelegramServer
from tests.kit.telegram.memory import Rig


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer.running() as server:
        yield server
    assert server.violations == []


@pytest.fixture
async def rig(server: TelegramServer) -> AsyncIterator[Rig]:
    async with Rig(server).running() as rig:
        yield rig
