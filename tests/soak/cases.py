"""The main things that people do, as stories that go on when something failed: whoever sees nothing taps once more."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.store.faults import StoreFault
from tests.kit.stage import Player, Stage
from tests.kit.two_platforms import TwoPlatforms

PROMPT = "time for your feet"
ONE_PERSON = "One person, one history."


@dataclass
class Scene:
    """One run of a use-case. `again`: how often somebody had to do something once more, or a beat had to come again. `boards`:
    how often the board of a challenge stands in its chat."""

    stage: Stage
    again: int = 0
    boards: int = 0
    complaints: list[str] = field(default_factory=list)
    cast: dict[str, Player] = field(default_factory=dict)

    async def tap(self, player: Player, label: str, until: str) -> None:
        async def do() -> None:
            await player.look()
            if not any(label in message.buttons for message in player.messages):
                await player.say("/today")
            if any(label in message.buttons for message in player.messages):
                await player.tap(label)

        await self.once_more(player, do, lambda: _sees(player, until), f"the tap on {label!r}, for {until!r}")

    async def say(self, player: Player, text: str, until: str) -> None:
        async def do() -> None:
            await player.say(text)

        await self.once_more(player, do, lambda: _sees(player, until), f"{text!r}, for {until!r}")

    async def once_more(
        self, player: Player, do: Callable[[], Awaitable[None]], done: Callable[[], bool], what: str
    ) -> None:
        if await self._did(do, done):
            return
        self.again += 1
        if not await self._did(do, done):
            shown = player.card.text[:120] if player.messages else ""
            self.complaints.append(f"nothing came of it twice: {what}; shown: {shown!r}")

    async def _did(self, do: Callable[[], Awaitable[None]], done: Callable[[], bool]) -> bool:
        try:
            await do()
        except StoreFault:  # the local chat says so itself: its page shows that nothing was taken
            return False
        return done()

    async def pass_time(self, minutes: float) -> None:
        """The next beat comes, however the one before it ended."""
        there = self.stage.clock.now().timestamp() + minutes * 60
        for _ in range(3):
            try:
                await self.stage.forward(seconds=there - self.stage.clock.now().timestamp())
                await self.stage.bot.heart.beat()
                return
            except StoreFault:
                self.again += 1
        self.complaints.append("the beat goes on failing")


def _sees(player: Player, text: str) -> bool:
    return bool(player.messages) and (text in player.card.text or text in player.card.buttons)


Play: TypeAlias = Callable[[Scene], Awaitable[None]]


async def ann(scene: Scene, *taps: str) -> Player:
    """Ann, set up; it is 07:00."""
    player = await scene.stage.person("Ann")
    await player.set_up("07:30")
    await player.tap(*taps)
    scene.cast["Ann"] = player
    return player


async def somebody_new(scene: Scene) -> None:
    scene.cast["Ann"] = await scene.stage.person("Ann")


async def first_start(scene: Scene) -> None:
    player = scene.cast["Ann"]
    await scene.say(player, "/start", "OK, let's set up")
    for label, following in (
        ("OK, let's set up", "Berlin"),
        ("Berlin", "07:30"),
        ("07:30", "3 min"),
        ("3 min", "Yes, I have one"),
        ("Yes, I have one", "None of these"),
        ("None of these", "Next prompt"),
    ):
        await scene.tap(player, label, following)


async def set_up(scene: Scene) -> None:
    await ann(scene)


async def prompted(scene: Scene) -> None:
    await scene.pass_time(30)
    await scene.pass_time(10)
    player = scene.cast["Ann"]
    await player.look()
    if not _sees(player, PROMPT):
        scene.complaints.append("no prompt came")


async def at_a_round(scene: Scene) -> None:
    await ann(scene, "Start now", "I know this one")


async def count_a_round(scene: Scene) -> None:
    await scene.tap(scene.cast["Ann"], "Done", "Right foot")


async def at_the_last_round(scene: Scene) -> None:
    player = await ann(scene)
    await player.say("/today")
    await player.tap("1-minute version", "I know this one", "Done")


async def finish(scene: Scene) -> None:
    await scene.tap(scene.cast["Ann"], "Done", "🟢 Fine")
    await scene.tap(scene.cast["Ann"], "🟢 Fine", "Streak 1")


async def finished(scene: Scene) -> None:
    await at_the_last_round(scene)
    await scene.cast["Ann"].tap("Done", "🟢 Fine")


async def undo(scene: Scene) -> None:
    await scene.tap(scene.cast["Ann"], "Undo", "Right foot")


async def change_settings(scene: Scene) -> None:
    player = scene.cast["Ann"]
    await scene.say(player, "/settings", "10 min")
    await scene.tap(player, "10 min", "A day 10 min")
    await scene.say(player, "/times weekdays 6:45", "Use only this")
    await scene.tap(player, "Use only this", "06:45 weekdays")


async def pause(scene: Scene) -> None:
    await scene.say(scene.cast["Ann"], "/pause 2 days", "Paused until Thu 26 Nov")


async def at_a_prompt(scene: Scene) -> None:
    player = await ann(scene)
    await scene.stage.forward(minutes=30)
    await player.look()


async def snooze(scene: Scene) -> None:
    await scene.tap(scene.cast["Ann"], "In 15 min", "07:45")
    await scene.pass_time(20)


async def yesterday_missed(scene: Scene) -> None:
    player = await ann(scene)
    await scene.stage.until("08:00", days=2)
    await player.say("/streak")


async def tick(scene: Scene) -> None:
    await scene.tap(scene.cast["Ann"], "✔ I did do it (Thu)", "1 day")


async def in_a_team(scene: Scene) -> None:
    for name in ("You", "Ann"):
        await (await scene.stage.person(name)).set_up("07:30")
    room = await scene.stage.team("Runners")
    for name in ("You", "Ann"):
        scene.cast[name] = Player(scene.stage, name, await room.seat(name, name == "You"))
        await scene.cast[name].look()


async def challenge(scene: Scene) -> None:
    boss = scene.cast["You"]
    await scene.say(boss, "/challenge", "Start it")
    await scene.tap(boss, "1 week", "Thu 26 Nov to Wed 2 Dec")
    await scene.tap(boss, "Start it", "The challenge is set.")
    await scene.pass_time(5)
    await _join(scene, "Ann")
    await scene.pass_time(5)
    for player in scene.cast.values():
        await player.look()
    boards = [message for message in boss.messages if "Team challenge: " in message.text]
    scene.boards = len(boards)
    if not boards or "• Ann" not in boards[-1].text:
        scene.complaints.append(f"the board is not true: {[board.text[:160] for board in boards]}")


async def _join(scene: Scene, name: str) -> None:
    """A join is seen in the notice alone; the board follows."""
    player = scene.cast[name]

    async def do() -> None:
        await player.look()
        if any("Join" in message.buttons for message in player.messages):
            await player.tap("Join")

    await scene.once_more(
        player, do, lambda: any("You are in" in each or "already" in each for each in player.noticed), "a Join"
    )


async def erase(scene: Scene) -> None:
    player = scene.cast["Ann"]
    await scene.say(player, "/erase", "Erase everything")
    await scene.tap(player, "Erase everything", "All of it is erased")


async def export(scene: Scene) -> None:
    player = scene.cast["Ann"]

    async def do() -> None:
        await player.say("/export")

    def files() -> int:
        return sum(seen.media == "document" for seen in player.seat.person.messages)  # type: ignore[attr-defined]

    await scene.once_more(player, do, lambda: files() >= 2, "/export")


async def on_two_platforms(scene: Scene) -> None:
    both = scene.stage
    assert isinstance(both, TwoPlatforms)
    scene.cast["Ann"] = await both.person_at("telegram", "Ann")
    scene.cast["desk"] = await both.person_at("local", "Ann")
    await scene.cast["Ann"].set_up("07:30")
    await scene.cast["desk"].set_up("18:00", minutes=6)
    await scene.cast["desk"].one_set()


async def link(scene: Scene) -> None:
    phone, desk = scene.cast["desk"], scene.cast["Ann"]
    await scene.say(phone, "/link", "/link ")
    code = re.search(r"/link ([A-Z2-9-]+)", phone.card.text)
    if code is None:
        scene.complaints.append("no code came")
        return
    await scene.say(desk, f"/link {code[1]}", "Join them")
    await scene.tap(desk, "Join them", ONE_PERSON)


@dataclass(frozen=True, slots=True)
class Case:
    """`prepare` goes well; in `act` something fails. `both`: it needs Telegram and the local chat in one bot."""

    name: str
    prepare: Play
    act: Play
    both: bool = False


CASES = [
    Case("the first /start to set up", somebody_new, first_start),
    Case("a prompt", set_up, prompted),
    Case("a press that counts", at_a_round, count_a_round),
    Case("finishing a session", at_the_last_round, finish),
    Case("undo", finished, undo),
    Case("settings and times", set_up, change_settings),
    Case("a pause", set_up, pause),
    Case("a snooze", at_a_prompt, snooze),
    Case("a tick for yesterday", yesterday_missed, tick),
    Case("a challenge, a join and its board", in_a_team, challenge),
    Case("export", finished, export),
    Case("erase", finished, erase),
    Case("link", on_two_platforms, link, both=True),
]
