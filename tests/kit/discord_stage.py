"""Discord as a stage: the real discord.py, HTTP and gateway, against the fake server on loopback."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.addresses import RawUpdate
from bot.platforms.discord import commands
from bot.platforms.discord.platform import Discord
from bot.settings import Settings
from tests.kit.clock import StandingClock
from tests.kit.discord import Answer, Channel, DiscordServer, Guild, Person, Seat, Seen
from tests.kit.stage import Shown, Stage


class DiscordStage(Stage):
    platform = "discord"

    def __init__(self, folder: Path, clock: StandingClock) -> None:
        super().__init__(folder, clock)
        self._around = AsyncExitStack()
        self.server: DiscordServer
        self._heard: set[str] = set()

    def settings(self) -> Settings:
        return Settings(
            discord_bot_token=SecretStr(self.server.token),
            discord_api_url=self.server.url,
            toehold_data_dir=self.folder,
        )

    async def prepare(self) -> None:
        if not hasattr(self, "server"):
            clock = self.clock
            self.server = await self._around.enter_async_context(DiscordServer.running(lambda: clock.now().timestamp()))
            self.server.world.answer_seconds = 30  # a busy machine is not a fault in the code; the order of things is tested

    async def connected(self) -> None:
        discord = self.bot.platforms["discord"]
        assert isinstance(discord, Discord)
        self._overhear()
        await discord.ready.wait()
        await self.server.until(lambda: bool(self.server.world.commands), "the bot to tell its commands")

    def _overhear(self) -> None:
        """Know which events the bot has taken: one that is not in the inbox yet is nothing that it works on."""
        accept = self.bot.intake.accept

        async def overheard(platform: str, bot: str, updates: Sequence[RawUpdate]) -> None:
            await accept(platform, bot, updates)
            self._heard |= {update.key for update in updates}
            self.server.touch()

        self.bot.intake.accept = overheard  # type: ignore[method-assign]

    async def heard(self, key: str) -> None:
        """The bot has taken this event, and done what came of it."""
        await self.server.until(lambda: key in self._heard, f"the bot to take {key}")
        await self.settle()

    async def settle(self) -> None:
        await self.server.until(lambda: self.server.idle, "the bot to finish")
        await self.bot.intake.idle()

    async def end(self) -> None:
        await self._around.aclose()
        assert self.server.violations == []

    async def seat(self, name: str, number: int) -> "Private":
        del number
        return Private(self, self.server.person(name))

    async def team(self, title: str, *, topic: bool = False) -> "DiscordTeam":
        founder = self.server.person("Founder")
        guild = await self.server.guild(title, founder)
        await self.told_of(guild)
        channel = guild.channel("general")
        return DiscordTeam(self, guild, guild.thread(channel, "Drills") if topic else channel)

    async def block(self, name: str) -> None:
        self.server.person(name).dms_closed = True

    async def unblock(self, name: str) -> None:
        self.server.person(name).dms_closed = False

    async def told_of(self, guild: Guild) -> None:
        """The bot knows that it was added to this guild, or removed from it."""
        before = f"g{guild.id}"
        await self.server.until(lambda: any(key.startswith(before) for key in self._heard), "the bot to hear of it")
        self._heard = {key for key in self._heard if not key.startswith(before)}
        await self.settle()


class DiscordTeam:
    """A `TeamRoom`: a channel, or a thread of it. Somebody called "Founder" has made the guild and added the bot."""

    def __init__(self, stage: DiscordStage, guild: Guild, channel: Channel) -> None:
        self.guild = guild
        self.channel = channel
        self._stage = stage
        self.founder = stage.server.person("Founder")

    async def seat(self, name: str, admin: bool = False) -> "Public":
        person = self._stage.server.person(name)
        self.guild.join(person, admin=admin)
        return Public(self._stage, person, self.channel)

    async def migrate(self) -> None:
        pytest.skip("a channel of Discord never moves")

    async def kick_bot(self) -> None:
        await self.guild.kick_bot()
        await self._stage.told_of(self.guild)

    async def add_bot(self) -> None:
        await self.guild.add_bot()
        await self._stage.told_of(self.guild)

    async def leave(self, name: str) -> None:
        pytest.skip("Discord tells a bot of those who leave only with a privileged intent")

    async def come_back(self, name: str) -> None: ...

    async def demote(self, name: str) -> None:
        self.guild.demote(self._stage.server.person(name))

    async def promote_bot(self) -> None:
        """The link that invites the bot asks for what it needs."""

    @property
    def texts(self) -> list[str]:
        return [seen.text for seen in self.founder.at(self.channel).messages if seen.ours]

    async def delete_board(self) -> None:
        seat = self.founder.at(self.channel)
        ours = [seen for seen in seat.messages if seen.ours]
        await seat.delete(next((seen for seen in reversed(ours) if seen.pinned), ours[-1]))


class _Seat:
    """What a person does, wherever they sit. `_typing`: where words and commands go."""

    def __init__(self, stage: DiscordStage, person: Person, typing: Seat) -> None:
        self._stage = stage
        self.person = person
        self._typing = typing

    def _shown(self) -> list[tuple[Seat, Seen]]:
        """The bot's messages that belong here, oldest first, and where each stands."""
        raise NotImplementedError

    async def say(self, text: str) -> None:
        call = commands.parse(text)
        if call is not None:
            path, options = call
            given: dict[str, Any] = dict(options)
            await self._answered(await self._typing.command(*path, **given))
            return
        number = await self._typing.say(text)
        if self._typing.channel.guild is None:
            await self._stage.heard(f"m{number}")

    async def tap(self, label: str, back: int = 0) -> None:
        found = [(seat, seen) for seat, seen in reversed(self._shown()) if label in seen.labels]
        assert len(found) > back, f"no button {label!r} in:\n{self._typing.transcript()}"
        seat, seen = found[back]
        await self._answered(await seat.tap(label, seen))

    async def tap_twice(self, label: str) -> None:
        seat, seen, custom_id = self._find(label)
        for _ in range(2):
            await self._answered(await seat.press(custom_id, seen))

    async def data_of(self, label: str) -> str:
        return self._find(label)[2]

    async def press(self, data: str) -> None:
        seat, seen = self._shown()[-1]
        await self._answered(await seat.press(data, seen))

    async def shown(self) -> list[Shown]:
        return [Shown(seen.text, seen.labels, seen.photo, seen.pinned, seen.silent) for _, seen in self._shown()]

    def _find(self, label: str) -> tuple[Seat, Seen, str]:
        seat, seen = next((seat, seen) for seat, seen in reversed(self._shown()) if label in seen.labels)
        return seat, seen, seen.custom_ids[seen.labels.index(label)]

    async def _answered(self, answer: Answer) -> None:
        assert answer.interaction is not None
        await self._stage.heard(f"i{answer.interaction.id}")


class Private(_Seat):
    """Everything between one person and the bot: their direct messages, and what only they see in channels."""

    def __init__(self, stage: DiscordStage, person: Person) -> None:
        super().__init__(stage, person, person.dm())

    def _shown(self) -> list[tuple[Seat, Seen]]:
        direct = [(self._typing, seen) for seen in self._typing.messages if seen.ours]
        elsewhere = [(seat, seen) for seat in self.person.seats if seat is not self._typing for seen in seat.messages]
        mine = [(seat, seen) for seat, seen in elsewhere if seen.ours and seen.ephemeral]
        return sorted([*direct, *mine], key=lambda each: each[1].id)

    async def notices(self) -> list[str]:
        return self._typing.notices


class Public(_Seat):
    """One person in a channel, with what everybody sees there."""

    def __init__(self, stage: DiscordStage, person: Person, channel: Channel) -> None:
        super().__init__(stage, person, person.at(channel))

    def _shown(self) -> list[tuple[Seat, Seen]]:
        return [(self._typing, seen) for seen in self._typing.messages if seen.ours and not seen.ephemeral]

    async def notices(self) -> list[str]:
        return self._typing.notices


class InChannel(_Seat):
    """What one person and the bot say to each other in a channel, where nobody else sees it."""

    def __init__(self, stage: DiscordStage, person: Person, channel: Channel) -> None:
        super().__init__(stage, person, person.at(channel))

    def _shown(self) -> list[tuple[Seat, Seen]]:
        return [(self._typing, seen) for seen in self._typing.messages if seen.ours and seen.ephemeral]

    async def type_it(self, label: str, text: str) -> None:
        """Tap a button that opens a form, and send it with this in its one field."""
        seat, seen = next((seat, seen) for seat, seen in reversed(self._shown()) if label in seen.labels)
        answer = await seat.tap(label, seen)
        assert answer.kind == "modal", answer.kind
        await self._answered(await seat.fill({"text": text}))

    async def notices(self) -> list[str]:
        return self._typing.notices
