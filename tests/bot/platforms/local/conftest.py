"""A fresh world, a served chat and an open page for each test that asks for them."""

from collections.abc import AsyncIterator

import pytest

from bot.platforms.local.platform import LocalChat
from tests.bot.platforms.local.client import Page, open_page
from tests.bot.platforms.local.server import World, serving


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def chat(world: World) -> AsyncIterator[LocalChat]:
    async with serving(world) as running:
        yield running


@pytest.fixture
async def page(chat: LocalChat) -> AsyncIterator[Page]:
    async with open_page(chat.url) as opened:
        yield opened
