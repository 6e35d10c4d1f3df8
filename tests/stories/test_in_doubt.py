"""A prompt of which nobody knows whether it arrived (reliability §3.3): a press proves it, else it comes again."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.addresses import Address
from bot.cards import PLAYER, Reply
from bot.platforms.telegram import transport
from bot.store import tables as t
from bot.store.postbox import StoredPostbox
from scheduler.nudge import Outcome
from tests.kit.clock import StandingClock
from tests.kit.stage import Player, Shown, opened
from tests.kit.telegram import Cut, HalfBody, Page, Slow
from tests.kit.telegram_stage import TelegramStage

LOST = {
    "cut": Cut(done=True),
    "reset": Cut(done=True, reset=True),
    "half an answer": HalfBody(),
    "502 of a proxy": Page(502, done=True),
    "sign-in page": Page(200, done=True),
    "too slow": Slow(0.6),
}


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TelegramStage]:
    made = TelegramStage(tmp_path, StandingClock())
    async with opened(made):
        yield made
    await made.end()


async def nudges(stage: TelegramStage) -> list[tuple[str, str, str]]:
    query = select(t.nudge).where(t.nudge.c.kind == "prompt").order_by(t.nudge.c.id)
    rows = await stage.bot.store.read(lambda tx: tx.execute(query).all())
    return [(row.state, row.reason, row.message_id or "") for row in rows]


def prompts(player: Player) -> int:
    return sum("time for your feet" in message.text for message in player.messages)


async def prompted(stage: TelegramStage, fault: Any) -> Player:
    """Ann's prompt came, and its answer was lost."""
    ann = await stage.person("Ann")
    await ann.set_up("07:30")
    stage.server.faults.add("sendMessage", fault)
    await stage.until("07:30")
    assert prompts(ann) == 1
    [(state, _, _)] = await nudges(stage)
    assert state == "planned"
    return ann


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
async def test_a_press_on_it_is_proof_and_it_does_not_come_again(
    stage: TelegramStage, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    with monkeypatch.context() as impatient:
        impatient.setattr(transport, "READ_SECONDS", 0.2)
        ann = await prompted(stage, fault)
    await stage.forward(seconds=60)
    shown = len(ann.messages)
    await ann.tap("Not today")
    [(state, reason, message)] = await nudges(stage)
    assert (state, reason) == ("sent", "proved by a press")
    assert message == str(ann.seat.person.messages[-1].id)  # type: ignore[attr-defined]
    await stage.forward(hours=2)
    assert len(ann.messages) == shown


async def test_without_a_press_it_comes_again_and_the_first_tap_on_the_other_copy_heals_it(
    stage: TelegramStage,
) -> None:
    ann = await prompted(stage, Cut(done=True))
    await stage.forward(seconds=89)
    assert prompts(ann) == 1
    await stage.forward(seconds=10)
    assert prompts(ann) == 2
    [(state, _, known)] = await nudges(stage)
    assert state == "sent"
    unknown, twin = [seen for seen in ann.seat.person.messages if "time for your feet" in seen.text]  # type: ignore[attr-defined]
    assert str(twin.id) == known

    await ann.seat.tap("1-minute version", back=1)
    await stage.server.quiet()
    await ann.look()
    chat = ann.seat.person.messages  # type: ignore[attr-defined]
    assert next(seen for seen in chat if seen.id == twin.id).rows == (), "the other copy has lost its buttons"
    living = await StoredPostbox(stage.bot.store).last(_home(stage, ann), PLAYER)
    assert living is not None
    assert living.message == str(unknown.id), "the pressed copy is the one that lives"
    await ann.tap("I know this one")
    assert "Set 1 of 1" in next(seen for seen in ann.seat.person.messages if seen.id == unknown.id).text  # type: ignore[attr-defined]


async def test_the_copy_that_is_known_works_as_well(stage: TelegramStage) -> None:
    ann = await prompted(stage, Cut(done=True))
    await stage.forward(seconds=95)
    assert prompts(ann) == 2
    await ann.tap("1-minute version")
    await ann.whole_session()
    ann.sees("Streak 1")
    await ann.seat.tap("1-minute version")  # on the other copy, whose buttons nobody could take away
    await ann.look()
    assert "Streak 1" in "".join(message.text for message in ann.messages)


async def test_a_prompt_killed_on_the_wire_is_proved_by_a_press_too(stage: TelegramStage) -> None:
    ann = await stage.person("Ann")
    await ann.set_up("07:30")
    telegram = stage.bot.platforms["telegram"]
    deliver, kept = telegram.deliver, {}

    async def and_keep(address: Address, reply: Reply) -> Outcome:
        outcome = await deliver(address, reply)
        kept.update(stage.files())
        return outcome

    telegram.deliver = and_keep  # type: ignore[method-assign]
    await stage.until("07:30")
    await stage.kill(kept)
    [(state, reason, _)] = await nudges(stage)
    assert (state, reason) == ("planned", "unknown: stopped while sending")
    await ann.tap("In 1 h")
    assert [each[:2] for each in await nudges(stage)] == [("sent", "proved by a press")]
    await stage.forward(minutes=5)
    assert len(stage.server.calls("sendMessage")) == len([m for m in ann.seat.person.messages if m.ours])  # type: ignore[attr-defined]


async def test_a_mark_proves_nothing_about_other_people_or_what_was_never_tried(stage: TelegramStage) -> None:
    ann = await prompted(stage, Cut(done=True))
    ben = await stage.person("Ben")
    await ben.set_up("07:35")
    data = await ann.seat.data_of("Not today")
    action, _, mark = data.partition("~")
    assert mark
    await ben.press(data)
    for forged in ("zz", "0", "f" * 15, "-1", "é", "1~1", ""):
        await ben.press(f"{action}~{forged}")
    assert [state for state, _, _ in await nudges(stage)] == ["planned"]


def _home(stage: TelegramStage, ann: Player) -> Address:
    return Address("telegram", stage.bot.platforms["telegram"].bot, str(ann.seat.person.id))  # type: ignore[attr-defined]


# --- a board


async def team_of_two(stage: TelegramStage) -> tuple[Player, Player]:
    """A challenge has begun, and the answer to its board was lost."""
    for name in ("You", "Ann"):
        await (await stage.person(name)).set_up("07:30")
    room = await stage.team("Runners")
    boss, ann = [Player(stage, name, await room.seat(name, name == "You")) for name in ("You", "Ann")]
    await boss.say("/challenge")
    await boss.tap("1 week", "Start it")
    stage.server.faults.add("sendMessage", Cut(done=True))
    await stage.forward(seconds=30)
    await ann.look()
    assert len(boards(ann)) == 1
    return boss, ann


def boards(player: Player) -> list[Shown]:
    return [message for message in player.messages if "Team challenge: " in message.text]


async def test_a_tap_on_a_board_proves_that_it_is_there_and_it_does_not_come_again(stage: TelegramStage) -> None:
    _, ann = await team_of_two(stage)
    await ann.tap("Join")
    await stage.forward(minutes=5)
    await ann.look()
    [board] = boards(ann)
    assert "• Ann" in board.text


async def test_without_a_tap_the_board_comes_again_and_a_tap_on_the_copy_takes_its_buttons_off(
    stage: TelegramStage,
) -> None:
    _, ann = await team_of_two(stage)
    await stage.forward(minutes=5)
    await ann.look()
    assert len(boards(ann)) == 2
    await ann.tap("Join", back=1)
    assert ann.noticed[-1].startswith("You are in"), "the copy works all the same"
    await ann.soon(lambda: not boards(ann)[0].buttons)
    await stage.forward(minutes=1)
    await ann.look()
    assert "• Ann" in boards(ann)[1].text
    assert boards(ann)[1].buttons
