"""What arrives is stored before it is confirmed, and nothing stops the polling for ever (T-11 to T-14, T-36, T-41 to T-54)."""

import asyncio
import json
from collections.abc import Sequence

import pytest

from bot.platforms.patience import NETWORK_CEILING
from bot.platforms.port import RawUpdate, Said, Unreadable
from bot.platforms.telegram.poller import TOKEN_CEILING
from bot.words import load
from tests.kit.telegram import Cut, Page, Refuse, TelegramServer
from tests.kit.telegram.memory import Inbox, Rig

NOT_FOUND = Page(404, body="")


def offsets(server: TelegramServer) -> list[int]:
    return [int(call.params["offset"]) for call in server.calls("getUpdates")]


async def test_an_update_is_confirmed_only_after_it_is_stored(server: TelegramServer) -> None:
    stored = asyncio.Event()

    class SlowInbox(Inbox):
        async def accept(self, platform: str, bot: str, updates: Sequence[RawUpdate]) -> None:
            await stored.wait()
            await super().accept(platform, bot, updates)

    ann = server.person(7)
    async with Rig(server, inbox=SlowInbox()).running() as rig:
        await ann.say("/today")
        await server.until(lambda: len(server.calls("getUpdates")) == 1, "the first batch")
        assert len(server.world.waiting()) == 1
        stored.set()
        await server.until(lambda: not server.world.waiting(), "the confirmation")
        number = int(next(iter(rig.inbox.kept)))
        await ann.say("/today")
        await rig.said(2)
        assert offsets(server)[:2] == [0, number + 1]


async def test_after_a_crash_between_storing_and_confirming_the_batch_comes_again_and_is_known(
    server: TelegramServer,
) -> None:
    stored = asyncio.Event()

    class Crashing(Inbox):
        async def accept(self, platform: str, bot: str, updates: Sequence[RawUpdate]) -> None:
            await super().accept(platform, bot, updates)
            stored.set()
            await asyncio.Event().wait()  # until the process dies

    ann, inbox = server.person(7), Crashing()
    async with Rig(server, inbox=inbox).running():
        await ann.say("/today")
        await stored.wait()
    again = Inbox(kept=inbox.kept)
    async with Rig(server, inbox=again).running() as rig:
        await server.until(lambda: not server.world.waiting(), "the confirmation")
        assert again.batches == inbox.batches
        assert len(again.kept) == 1
        assert (await rig.said()).text == "/today"


async def test_what_cannot_be_stored_is_kept_back_and_tried_again_until_it_can(
    server: TelegramServer, rig: Rig
) -> None:
    rig.inbox.failures = 4
    problems = []
    real = rig.telegram._receiver._pause

    async def pause(seconds: float) -> None:
        problems.append(rig.telegram.problem)
        await real(seconds)

    rig.telegram._receiver._pause = pause
    await server.person(7).say("/today")
    assert (await rig.said()).text == "/today"
    await server.until(lambda: not server.world.waiting(), "the confirmation")
    assert len(rig.inbox.batches) == 5
    assert len(set(rig.inbox.batches)) == 1
    assert [problem is None for problem in problems] == [True, True, False, False]
    assert rig.telegram.problem is None


POISON: list[dict[str, object]] = [
    {"message_id": "one", "chat": "odd", "date": None},
    {"message_id": 5, "date": 1, "chat": {"id": 7, "type": "private"}, "from": {"id": "seven"}, "text": "hi"},
    {"message_id": 5, "date": 1, "chat": {"id": 7, "type": "private"}, "from": {"id": 7}, "text": ["hi"]},
    {"brand_new": {"field": [1, {"deep": None}]}},
]


@pytest.mark.parametrize("poison", POISON)
async def test_one_update_that_nobody_understands_blocks_nothing(
    server: TelegramServer, rig: Rig, poison: dict[str, object]
) -> None:
    ann = server.person(7)
    await ann.say("/before")
    number = await server.push("message", poison)
    await ann.say("/after")
    assert [said.text for said in await rig.heard(Said, 2)] == ["/before", "/after"]
    with pytest.raises(Unreadable):
        rig.telegram.understand(rig.inbox.kept[str(number)])
    await server.until(lambda: not server.world.waiting(), "the confirmation")


async def test_a_lone_surrogate_in_a_name_is_stored_as_plain_ascii(server: TelegramServer, rig: Rig) -> None:
    await server.person(7, "A\ud800nn\x00").say("/today")
    said = await rig.said()
    assert said.sender.name == "Ann"
    assert next(iter(rig.inbox.kept.values())).payload.isascii()


async def test_a_hundred_times_404_does_not_end_the_polling(server: TelegramServer) -> None:
    server.faults.add("getUpdates", NOT_FOUND, times=100)
    await server.person(7).say("/today")
    async with Rig(server).running() as rig:
        assert (await rig.said()).text == "/today"
    assert len(rig.pauses) == 100
    assert max(rig.pauses) <= TOKEN_CEILING
    assert max(rig.pauses) > TOKEN_CEILING / 2
    assert rig.pauses[0] <= 1


async def test_three_refusals_in_a_row_are_a_problem_and_one_is_not(server: TelegramServer) -> None:
    said = []
    rig = Rig(server)
    real = rig.telegram._receiver._pause

    async def pause(seconds: float) -> None:
        said.append(rig.telegram.problem)
        await real(seconds)

    rig.telegram._receiver._pause = pause
    server.faults.add("getUpdates", Refuse(401, "Unauthorized"), times=3)
    await server.person(7).say("/today")
    async with rig.running():
        await rig.said()
        assert said == [None, None, load()("telegram.token-refused-running")]
        await server.until(lambda: rig.telegram.problem is None, "recovery")


async def test_a_webhook_that_is_still_set_is_removed_once_and_loses_nothing(server: TelegramServer) -> None:
    await server.person(7).say("/today")
    server.polls.webhook = "https://example.org/hook"
    async with Rig(server).running() as rig:
        assert (await rig.said()).text == "/today"
        server.polls.webhook = "https://example.org/other"
        await server.notify()
        await server.until(lambda: rig.telegram.problem is not None, "somebody who sets it again")
    assert [call.params for call in server.calls("deleteWebhook")] == [{}]


async def test_another_poller_is_a_problem_after_half_a_minute_and_is_outlived(
    server: TelegramServer, rig: Rig
) -> None:
    server.polls.rival = True
    await server.notify()
    await server.until(lambda: rig.telegram.problem is not None, "the sentence")
    assert rig.telegram.problem == load()("telegram.other-poller")
    assert sum(rig.pauses[:-1]) == 30
    assert rig.pauses[-1] == 30  # slowly from now on
    server.polls.rival = False
    ann = server.person(7)
    for count in (1, 2, 3):
        await ann.say("/today")
        await rig.said(count)
    await server.until(lambda: rig.telegram.problem is None, "recovery")


async def test_two_pollers_on_one_token_lose_nothing(server: TelegramServer) -> None:
    inbox, ann = Inbox(), server.person(7)
    async with Rig(server, inbox=inbox).running(), Rig(server, inbox=inbox).running() as rig:
        await server.until(lambda: any(call.error for call in server.calls("getUpdates")), "a conflict")
        for count in range(1, 6):
            await ann.say(f"/today {count}")
            await rig.said(count)
    assert len(inbox.kept) == 5


async def test_flood_control_on_polling_is_waited_out(server: TelegramServer) -> None:
    server.faults.add("getUpdates", Refuse(429, "Too Many Requests: retry after 21", {"retry_after": 21}))
    await server.person(7).say("/today")
    async with Rig(server).running() as rig:
        await rig.said()
    assert rig.pauses == [21]


async def test_a_network_that_is_away_is_asked_for_ever_more_slowly(server: TelegramServer) -> None:
    server.faults.add("getUpdates", Cut(), times=12)
    await server.person(7).say("/today")
    async with Rig(server).running() as rig:
        await rig.said()
    assert len(rig.pauses) == 12
    for number, pause in enumerate(rig.pauses):
        assert min(NETWORK_CEILING, 2**number) / 2 <= pause <= min(NETWORK_CEILING, 2**number)
    assert len(set(rig.pauses[-4:])) == 4  # never in step with others


@pytest.mark.parametrize("body", ["[]", '{"ok": true}', '{"ok": true, "result": 5}', '{"ok": true, "result": [5]}'])
async def test_nonsense_in_telegrams_place_is_survived(server: TelegramServer, body: str) -> None:
    server.faults.add("getUpdates", Page(200, body=body, content_type="application/json"), times=3)
    await server.person(7).say("/today")
    async with Rig(server).running() as rig:
        assert (await rig.said()).text == "/today"
        assert len(rig.pauses) == 3


async def test_only_the_kinds_that_we_need_are_asked_for(server: TelegramServer, rig: Rig) -> None:
    await server.person(7).say("/today")
    await rig.said()
    assert json.loads(server.calls("getUpdates")[0].params["allowed_updates"]) == [
        "message",
        "callback_query",
        "my_chat_member",
        "chat_member",
    ]


async def test_after_a_quiet_poll_the_offset_starts_from_nothing(server: TelegramServer) -> None:
    async with Rig(server, hold=0).running() as rig:
        await server.person(7).say("/today")
        await rig.said()
        await server.until(lambda: offsets(server)[-1] == 0 and max(offsets(server)) > 0, "a quiet poll")
        # Telegram may begin to count anew after a week of silence; what comes then must not be taken for old.
        server.world._next_update = 10
        await server.person(7).say("/again")
        assert (await rig.said(2)).text == "/again"


@pytest.mark.parametrize(("seconds", "told"), [(100, []), (130, ["telegram"])])
async def test_after_two_minutes_without_an_answer_taps_may_be_lost_and_somebody_is_told(
    server: TelegramServer, seconds: int, told: list[str]
) -> None:
    server.faults.add("getUpdates", Cut(), times=1_000_000)
    async with Rig(server).running() as rig:
        await server.until(lambda: bool(rig.telegram.problem), "three failures")
        server.advance(seconds)
        server.faults.clear()
        await server.person(7).say("/today")
        await rig.said()
        await server.until(lambda: not server.world.waiting(), "the next poll")
        assert rig.inbox.missed_on == told


async def test_another_poller_has_got_what_we_have_not(server: TelegramServer) -> None:
    server.polls.rival = True
    async with Rig(server).running() as rig:
        await server.until(lambda: bool(rig.telegram.problem), "the other poller")
        server.advance(600)
        server.polls.rival = False
        await server.person(7).say("/today")
        await rig.said()
        await server.until(lambda: not server.world.waiting(), "the next poll")
        assert rig.inbox.missed_on == []
