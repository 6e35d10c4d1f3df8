"""All requests together stay under Discord's limit (D-29), answers go first, and too many refusals end in silence (D-14)."""

import asyncio

import pytest
import yarl

from bot.cards import Reply
from bot.platforms.discord import gateway, toll
from bot.platforms.discord.toll import TOTAL, urgency
from scheduler.nudge import Later, Sent
from scheduler.pacing import Kind
from tests.bot.platforms.discord.rig import CARD, NEXT, Rig
from tests.kit.discord import DiscordServer, RateLimits, Refuse


async def test_however_much_is_asked_at_once_discord_is_never_asked_more_than_it_takes(server: DiscordServer) -> None:
    async with Rig(server).running() as rig:
        server.limits = RateLimits()
        call = rig.discord._connection.call
        await asyncio.gather(*(call(gateway.who_am_i) for _ in range(2 * TOTAL)))
        assert len(server.calls("GET /users/@me")) >= 2 * TOTAL
        assert [each for each in server.history if each.status == 429] == []


async def test_an_answer_goes_before_prompts_and_prompts_before_boards(server: DiscordServer) -> None:
    async with Rig(server).running() as rig:
        went: list[Kind] = []

        async def ask(kind: Kind) -> None:
            with urgency(kind):
                await rig.discord._connection.call(gateway.who_am_i)
            went.append(kind)

        async with asyncio.TaskGroup() as group:
            for kind in sorted(Kind, reverse=True):
                for _ in range(9):
                    group.create_task(ask(kind))
        boards = next(
            number for number, kind in enumerate(went) if kind is not Kind.BOARD
        )  # these found no line before them
        assert boards <= 9
        assert went[boards:] == sorted(went[boards:])


async def test_answers_to_interactions_are_not_counted(server: DiscordServer, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    is_counted = toll.Toll._is_counted

    def note(self: toll.Toll, url: yarl.URL) -> bool:
        if counts := is_counted(self, url):
            counted.append(url.path)
        return counts

    monkeypatch.setattr(toll.Toll, "_is_counted", note)
    async with Rig(server).running() as rig:
        ann = server.person()
        await rig.discord.deliver(rig.direct(ann), Reply(CARD))
        await ann.dm().tap("Go")
        await rig.discord.answer(await rig.pressed(), Reply(NEXT))
        assert server.calls("POST /interactions/**")
        assert server.calls("PATCH /webhooks/**")
    assert any(path.endswith("/messages") for path in counted)
    assert not any("/interactions/" in path or "/webhooks/" in path for path in counted)


async def test_d_14_after_too_many_refusals_nothing_is_sent_for_ten_minutes(
    server: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toll, "REFUSED_MOST", 3)
    async with Rig(server).running() as rig:
        server.faults.add("POST /channels/*/messages", Refuse(50013), times=3)
        for name in ("Ann", "Ben", "Cem"):
            assert await rig.discord.deliver(rig.direct(server.person(name)), Reply(CARD)) == Later(3600, "no-rights")
        result = await rig.discord.deliver(rig.direct(server.person("Dan")), Reply(CARD))
        assert isinstance(result, Later)
        assert (result.reason, result.everyone) == ("kept-out", True)
        assert rig.discord.problem


async def test_fewer_refusals_are_everyday_life(server: DiscordServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toll, "REFUSED_MOST", 3)
    async with Rig(server).running() as rig:
        server.faults.add("POST /channels/*/messages", Refuse(50013), times=2)
        for name in ("Ann", "Ben"):
            await rig.discord.deliver(rig.direct(server.person(name)), Reply(CARD))
        assert isinstance(await rig.discord.deliver(rig.direct(server.person("Dan")), Reply(CARD)), Sent)
