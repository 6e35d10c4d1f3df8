"""M-11: the platform, the database or the bot is away for 10 s, 150 s, 6 h, 3 d; afterwards nobody is flooded or punished."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias
from unittest.mock import patch

from bot.store.faults import StoreFault, StoreUnreachable
from tests.kit.clock import StandingClock
from tests.kit.stage import Player, opened
from tests.kit.telegram import Cut
from tests.kit.telegram_stage import TelegramStage
from tests.soak.facts import unsound
from tests.soak.nth import hurried, hurry_telegram
from tests.soak.report import Asked, Report

SPANS = {
    "10 s": timedelta(seconds=10),
    "150 s": timedelta(seconds=150),
    "6 h": timedelta(hours=6),
    "3 d": timedelta(days=3),
}
PEOPLE, PEOPLE_SHORT = 10, 3
DAYS = 8  # done before it: an outage excuses those whom we had prompted for a week
# A platform's own outage excuses nobody's day (docs/streak.md): two freezes keep two days of it, and the third breaks.
NOT_OURS = {("the platform", "3 d")}
Away: TypeAlias = Callable[[TelegramStage, timedelta], Awaitable[None]]


async def platform_away(stage: TelegramStage, span: timedelta) -> None:
    """Telegram takes no call; what was due is tried as often as the bot likes."""
    for method in ("sendMessage", "editMessageText", "answerCallbackQuery"):
        stage.server.faults.add(method, Cut(), times=1_000_000)
    await stage.forward(seconds=span.total_seconds())
    stage.server.faults.clear()


async def database_away(stage: TelegramStage, span: timedelta) -> None:
    """Every unit and every query fails; beats go on and fail."""

    async def fails(_work: object) -> None:
        raise StoreUnreachable("away")

    inner = stage.bot.store._inner  # type: ignore[attr-defined]
    with patch.object(inner, "run", fails), patch.object(inner, "read", fails):
        for part in range(1, 11):
            stage.clock.travel_to(stage.clock.now() + span / 10)
            try:
                await stage.bot.heart.beat()
            except StoreFault:
                continue
            raise AssertionError(f"a beat without a database went well ({part})")


async def bot_away(stage: TelegramStage, span: timedelta) -> None:
    await stage.sleep_through(seconds=span.total_seconds())
    hurry_telegram(stage.bot)


AWAY: dict[str, Away] = {"the platform": platform_away, "the database": database_away, "the bot": bot_away}


async def outage(folder: Path, what: str, span: str, count: int) -> tuple[int, list[str]]:
    """The most messages that one person got for it, and what was wrong."""
    wrong: list[str] = []
    stage = TelegramStage(folder, StandingClock())
    async with opened(stage):
        hurry_telegram(stage.bot)
        people = [await stage.person(f"P{number}") for number in range(count)]
        for player in people:
            await player.set_up("07:30")
        await stage.until("07:20", days=1)
        for _ in range(DAYS):
            await stage.until("08:00")
            for player in people:
                await player.one_set()
        half = people[: count // 2]  # they are in the middle of a session, at 07:25
        await stage.until("07:25")
        for player in half:
            await player.say("/today")
            await player.tap("1-minute version", "I know this one", "Done")
        await stage.forward(minutes=1)
        before = {player.name: _ids(player) for player in people}
        await AWAY[what](stage, SPANS[span])
        await stage.bot.heart.beat()
        if SPANS[span] < timedelta(hours=1):
            await stage.until("07:50")
        else:
            await stage.forward(minutes=30)
        most = 0
        for player in people:
            await player.look()
            new = len(_ids(player) - before[player.name])
            most = max(most, new)
            if new > 1:
                wrong.append(f"{player.name} got {new} messages")
        for player in people:
            await _finish(player, wrong, stays=(what, span) not in NOT_OURS)
        wrong += await stage.bot.store.read(unsound)
    await stage.end()
    return most, wrong


def _ids(player: Player) -> set[int]:
    return {seen.id for seen in player.seat.person.messages if seen.ours}  # type: ignore[attr-defined]


async def _finish(player: Player, wrong: list[str], stays: bool) -> None:
    """What was begun is ended, or begun anew; and the streak of eight days has become one of nine, where it `stays`."""
    try:
        if "Done" in player.card.buttons:
            await player.whole_session()
        if f"Streak {DAYS + 1}" not in player.card.text:
            await player.one_set()
        await player.say("/streak")
    except AssertionError as error:
        wrong.append(f"{player.name} cannot go on: {error!s:.200}")
        return
    found = [word for word in player.card.text.split("\n") if " day" in word][:1]
    if stays and (not found or int(found[0].split()[0]) < DAYS + 1):
        wrong.append(f"{player.name}'s streak: {found}")


async def run(asked: Asked) -> Report:
    count = asked.either(asked.due, PEOPLE, PEOPLE_SHORT)
    figures, faults = {}, list[str]()
    with hurried():
        for what in AWAY:
            for span in SPANS:
                with TemporaryDirectory(prefix="toehold-") as folder:
                    most, wrong = await outage(Path(folder), what, span, count)
                figures[f"{what}, {span}:"] = f"{most} at most"
                faults += [f"{what} away for {span}: {each}" for each in wrong]
    return Report(
        "M-11",
        f"platform, database or bot away for 10 s, 150 s, 6 h, 3 d; {count} people with a streak of {DAYS}",
        "≤ 1 message per person after it, no streak broken by us, open sessions go on",
        figures,
        faults,
    )
