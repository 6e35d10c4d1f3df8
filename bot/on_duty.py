"""The platforms as whoever speaks unasked sees them: through them nothing leaves unless the duty is ours (bot/duty.py)."""

from collections.abc import Iterator, Mapping

from bot.addresses import Account, Address, RawUpdate
from bot.cards import Reply
from bot.duty import Duty
from bot.platforms.port import Heard, Platform
from scheduler.nudge import Later, Outcome

STANDING_BY = Later(15, "another process has this bot")


class OnDuty:
    """`bot.platforms.port.Platform`: what nobody has asked for just now is sent only while the duty is ours."""

    def __init__(self, platform: Platform, duty: Duty) -> None:
        self._platform = platform
        self._duty = duty

    @property
    def name(self) -> str:
        return self._platform.name

    @property
    def bot(self) -> str:
        return self._platform.bot

    @property
    def problem(self) -> str | None:
        return self._platform.problem

    def understand(self, raw: RawUpdate) -> Heard | None:
        return self._platform.understand(raw)

    async def answer(self, heard: Heard, reply: Reply) -> None:
        await self._platform.answer(heard, reply)

    async def deliver(self, address: Address, reply: Reply) -> Outcome:
        return await self._platform.deliver(address, reply) if self._duty.holds(self.name) else STANDING_BY

    async def redraw(self, address: Address, reply: Reply) -> None:
        await self._platform.redraw(address, reply)

    async def show(self, address: Address, reply: Reply) -> Outcome:
        return await self._platform.show(address, reply) if self._duty.holds(self.name) else STANDING_BY

    async def may_manage(self, address: Address, account: Account, fresh: bool = False) -> bool:
        return await self._platform.may_manage(address, account, fresh)

    async def run(self) -> None:
        await self._platform.run()


class OnDutyAll(Mapping[str, Platform]):
    """All platforms as `OnDuty`; they may be filled in later."""

    def __init__(self, platforms: Mapping[str, Platform], duty: Duty) -> None:
        self._platforms = platforms
        self._duty = duty

    def __getitem__(self, name: str) -> Platform:
        return OnDuty(self._platforms[name], self._duty)

    def __iter__(self) -> Iterator[str]:
        return iter(self._platforms)

    def __len__(self) -> int:
        return len(self._platforms)
