"""Telegram as a stage: the real python-telegram-bot and our transport, against the fake server on loopback."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.settings import Settings
from tests.kit.clock import StandingClock
from tests.kit.stage import Seat, Shown, Stage
from tests.kit.telegram import TelegramServer
from tests.kit.telegram.people import Person


class TelegramStage(Stage):
    platform = "telegram"

    def __init__(self, folder: Path, clock: StandingClock) -> None:
        super().__init__(folder, clock)
        self._around = AsyncExitStack()
        self.server: TelegramServer
        self._phones: dict[str, _Phone] = {}

    def settings(self) -> Settings:
        return Settings(
            telegram_bot_token=SecretStr(self.server.token),
            telegram_api_url=self.server.url,
            toehold_data_dir=self.folder,
        )

    async def open(self) -> None:
        if not hasattr(self, "server"):
            clock = self.clock
            self.server = await self._around.enter_async_context(
                TelegramServer.running(lambda: clock.now().timestamp())
            )
        await super().open()

    async def end(self) -> None:
        await self._around.aclose()
        assert self.server.violations == []

    async def settle(self) -> None:
        """The server has nothing left to hand out, and the bot nothing left to do."""
        await self.server.until(lambda: not self.server.world.waiting(), "the bot to take every update")
        await self.bot.intake.idle()

    async def seat(self, name: str, number: int) -> Seat:
        self._phones[name] = _Phone(self, self.server.person(7_000_000_000 + number, name))
        return self._phones[name]

    async def block(self, name: str) -> None:
        await self._phones[name].person.block()
        await self.settle()

    async def unblock(self, name: str) -> None:
        await self._phones[name].person.unblock()
        await self.settle()


class _Phone:
    def __init__(self, stage: TelegramStage, person: Person) -> None:
        self._stage = stage
        self.person = person
        self._notices: list[str] = []

    async def say(self, text: str) -> None:
        await self.person.say(text)
        await self._stage.settle()

    async def tap(self, label: str, back: int = 0) -> None:
        found = [seen for seen in reversed(self.person.messages) if seen.ours and label in seen.labels]
        assert len(found) > back, f"no button {label!r} in:\n{self.person.transcript()}"
        notice = await self.person.tap(label, found[back])
        if notice.text:
            self._notices.append(notice.text)
        await self._stage.settle()

    async def tap_twice(self, label: str) -> None:
        button, message = self._find(label)
        for _ in range(2):
            await self._press(button["callback_data"], message)

    async def data_of(self, label: str) -> str:
        return str(self._find(label)[0]["callback_data"])

    async def press(self, data: str) -> None:
        await self._press(data, self.person.server.world.visible(self.person.chat.id, None)[-1].json())

    def _find(self, label: str) -> tuple[dict[str, Any], dict[str, Any]]:
        seen = next(seen for seen in reversed(self.person.messages) if seen.ours and label in seen.labels)
        button, message = self.person._button(label, seen)
        return button, message.json()

    async def _press(self, data: str, message: dict[str, Any]) -> None:
        notice = await self.person.press(data, message)
        if notice.text:
            self._notices.append(notice.text)
        await self._stage.settle()

    async def shown(self) -> list[Shown]:
        return [Shown(seen.text, seen.labels) for seen in self.person.messages if seen.ours]

    async def notices(self) -> list[str]:
        return list(self._notices)
