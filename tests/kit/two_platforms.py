"""Two platforms in one bot: the stages that exist, side by side on one database and one clock.

async with together(tmp_path, TelegramStage, DoorStage) as both:
    ann = await both.person_at("telegram", "Ann")
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.settings import Settings
from tests.kit.clock import StandingClock
from tests.kit.stage import Player, Stage, TeamRoom, opened


class TwoPlatforms(Stage):
    """Each part brings its platform, its seats and its team rooms; the bot is one, and time passes for all."""

    platform = "several"

    def __init__(self, folder: Path, clock: StandingClock, *kinds: type[Stage]) -> None:
        super().__init__(folder, clock)
        self.parts = {kind.platform: kind(folder, clock) for kind in kinds}

    def settings(self) -> Settings:
        values: dict[str, Any] = {}
        for part in self.parts.values():
            its = part.settings()
            values |= {name: getattr(its, name) for name in its.model_fields_set}
        return Settings(**values, toehold_local="local" in self.parts)

    async def prepare(self) -> None:
        for part in self.parts.values():
            await part.prepare()

    async def connected(self) -> None:
        for part in self.parts.values():
            part.bot = self.bot
            await part.connected()

    async def disconnect(self) -> None:
        for part in self.parts.values():
            await part.disconnect()

    async def settle(self) -> None:
        for part in self.parts.values():
            await part.settle()

    async def person_at(self, platform: str, name: str) -> Player:
        """Somebody in their private chat there; the same name on another platform is another account."""
        here = f"{platform}:{name}"
        if here not in self._players:
            there = [known for known in self._players if known.startswith(f"{platform}:")]
            seat = await self.parts[platform].seat(name, len(there))
            self._players[here] = Player(self, name, seat)
        return self._players[here]

    async def team_at(self, platform: str, title: str) -> TeamRoom:
        return await self.parts[platform].team(title)


@asynccontextmanager
async def together(folder: Path, *kinds: type[Stage]) -> AsyncIterator[TwoPlatforms]:
    made = TwoPlatforms(folder, StandingClock(), *kinds)
    async with opened(made):
        yield made
    for part in made.parts.values():
        end = getattr(part, "end", None)
        if end is not None:
            await end()
