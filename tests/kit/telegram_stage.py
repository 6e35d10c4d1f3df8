"""Telegram as a stage: the real python-telegram-bot and our transport, against the fake server on loopback."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.settings import Settings
from tests.kit.clock import StandingClock
from tests.kit.stage import Shown, Stage
from tests.kit.telegram import Group, Person, Seat, Seen, TelegramServer

_FIRST_PERSON = 7_000_000_000


class TelegramStage(Stage):
    platform = "telegram"

    def __init__(self, folder: Path, clock: StandingClock) -> None:
        super().__init__(folder, clock)
        self._around = AsyncExitStack()
        self.server: TelegramServer
        self._people: dict[str, Person] = {}

    def settings(self) -> Settings:
        return Settings(
            telegram_bot_token=SecretStr(self.server.token),
            telegram_api_url=self.server.url,
            toehold_data_dir=self.folder,
        )

    async def prepare(self) -> None:
        if not hasattr(self, "server"):
            clock = self.clock
            self.server = await self._around.enter_async_context(
                TelegramServer.running(lambda: clock.now().timestamp())
            )

    async def end(self) -> None:
        await self._around.aclose()
        assert self.server.violations == []

    async def settle(self) -> None:
        """The server has nothing left to hand out, and the bot nothing left to do."""
        await self.server.until(lambda: not self.server.world.waiting(), "the bot to take every update")
        await self.bot.intake.idle()

    async def seat(self, name: str, number: int) -> "Phone":
        del number
        return Phone(self, self.somebody(name))

    async def team(self, title: str, *, topic: bool = False) -> "TelegramTeam":
        group = await self.server.group(title, self.somebody("Founder", started=False), supergroup=topic)
        await self.settle()
        return TelegramTeam(self, group, group.topic("Drills") if topic else None)

    def somebody(self, name: str, started: bool = True) -> Person:
        """`started`: the bot may write to them, if they are new."""
        if name not in self._people:
            self._people[name] = self.server.person(_FIRST_PERSON + len(self._people), name, started=started)
        return self._people[name]

    async def block(self, name: str) -> None:
        await self._people[name].block()
        await self.settle()

    async def unblock(self, name: str) -> None:
        await self._people[name].unblock()
        await self.settle()


class TelegramTeam:
    """A `TeamRoom`, and what only Telegram has. Somebody called "Founder" has made the group and added the bot."""

    def __init__(self, stage: TelegramStage, group: Group, topic: int | None) -> None:
        self.group = group
        self.topic = topic
        self._stage = stage
        self._founder = stage.somebody("Founder")

    @property
    def messages(self) -> list[Seen]:
        """The bot's messages in every topic, oldest first."""
        return [seen for seen in self._founder.at(self.group).messages if seen.ours]

    @property
    def texts(self) -> list[str]:
        return [seen.text for seen in self.messages]

    async def seat(self, name: str, admin: bool = False, anonymous: bool = False) -> "Phone":
        """`anonymous`: an admin who speaks as the group itself; taps carry the real account all the same."""
        person = self._stage.somebody(name, started=False)
        if person.id not in self.group.chat.roles:
            await self.group.join(person)
        if admin or anonymous:
            await self.group.promote(person)
        await self._stage.settle()
        return Phone(self._stage, person, person.at(self.group, self.topic), anonymous)

    async def migrate(self) -> None:
        await self.group.migrate()
        await self._stage.settle()

    async def kick_bot(self) -> None:
        await self.group.kick_bot(self._founder)
        await self._stage.settle()

    async def add_bot(self) -> None:
        await self.group.add_bot(self._founder)
        await self._stage.settle()

    async def promote_bot(self) -> None:
        await self.group.promote_bot(self._founder)
        await self._stage.settle()

    async def promote(self, name: str) -> None:
        await self.group.promote(self._stage.somebody(name))
        await self._stage.settle()

    async def demote(self, name: str) -> None:
        await self.group.demote(self._stage.somebody(name))
        await self._stage.settle()

    async def leave(self, name: str) -> None:
        await self.group.leave(self._stage.somebody(name))
        await self._stage.settle()

    async def come_back(self, name: str) -> None:
        await self.group.join(self._stage.somebody(name))
        await self._stage.settle()

    async def delete_board(self) -> None:
        ours = self.messages
        board = next((seen for seen in reversed(ours) if seen.pinned), ours[-1])
        await self._founder.at(self.group).delete(board)

    def close_topic(self) -> None:
        assert self.topic is not None
        self.group.close_topic(self.topic)

    def delete(self) -> None:
        self.group.delete()


class Phone:
    """`at` is where the person sits: in their private chat, or in a group."""

    def __init__(self, stage: TelegramStage, person: Person, at: Seat | None = None, anonymous: bool = False) -> None:
        self._stage = stage
        self.person = person
        self.at = at or person
        self._anonymous = anonymous
        self._notices: list[str] = []

    async def say(self, text: str) -> None:
        await self.at.say(text, anonymous=self._anonymous)
        await self._stage.settle()

    async def tap(self, label: str, back: int = 0) -> None:
        found = [seen for seen in reversed(self.at.messages) if seen.ours and label in seen.labels]
        assert len(found) > back, f"no button {label!r} in:\n{self.at.transcript()}"
        notice = await self.at.tap(label, found[back])
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
        await self._press(data, self.at.server.world.visible(self.at.chat.id, self.at.thread)[-1].json())

    def _find(self, label: str) -> tuple[dict[str, Any], dict[str, Any]]:
        seen = next(seen for seen in reversed(self.at.messages) if seen.ours and label in seen.labels)
        button, message = self.at._button(label, seen)
        return button, message.json()

    async def _press(self, data: str, message: dict[str, Any]) -> None:
        notice = await self.at.press(data, message)
        if notice.text:
            self._notices.append(notice.text)
        await self._stage.settle()

    async def shown(self) -> list[Shown]:
        return [_shown(seen) for seen in self.at.messages if seen.ours]

    async def notices(self) -> list[str]:
        return list(self._notices)


def _shown(seen: Seen) -> Shown:
    photo = seen.file[2] if seen.media == "photo" and seen.file else None
    return Shown(seen.text, seen.labels, photo, seen.pinned, seen.silent)
