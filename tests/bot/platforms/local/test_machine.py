"""The time machine at the door: trips one at a time, told to every page, and no machine where none is given."""

from datetime import timedelta

from bot.platforms.local.platform import LocalChat
from tests.bot.platforms.local.client import Page, open_page
from tests.bot.platforms.local.coach import WEDNESDAY
from tests.bot.platforms.local.server import World, serving


async def test_a_trip_to_the_next_prompt_brings_it(page: Page) -> None:
    assert await page.travel("prompt") == "arrived"
    assert page.last.has("Start")
    assert page.now == (WEDNESDAY + timedelta(days=1)).isoformat()


async def test_hours_and_days_move_the_clock_of_every_page(chat: LocalChat, page: Page) -> None:
    async with open_page(chat.url) as other:
        assert await page.travel("hour") == "arrived"
        assert await page.travel("day") == "arrived"
        there = (WEDNESDAY + timedelta(days=1, hours=1)).isoformat()
        await other.expect(lambda: other.now == there)


async def test_without_a_planned_prompt_time_stands_still(page: Page) -> None:
    await page.add_person("Ada")
    page.play("Ada")
    assert await page.travel("prompt") == "none"
    assert page.now == WEDNESDAY.isoformat()


async def test_there_is_one_trip_at_a_time_and_the_chat_goes_on_meanwhile(world: World, page: Page) -> None:
    world.machine.gate.clear()
    await page.send({"type": "travel", "persona": "p1", "to": "day"})
    assert await page.travel("hour") == "refused"
    assert page.refusals == ["The time machine is busy. One trip at a time."]
    await page.say("/help")
    await page.expect(lambda: page.last.has("Tell me"))
    world.machine.gate.set()
    await page.expect(lambda: page.trips == ["arrived"])


async def test_a_page_that_opens_during_a_trip_knows_of_it(world: World, chat: LocalChat, page: Page) -> None:
    world.machine.gate.clear()
    await page.send({"type": "travel", "persona": "p1", "to": "day"})
    async with open_page(chat.url) as other:
        assert other.events[0]["travelling"] is True
        world.machine.gate.set()
        await other.expect(lambda: other.trips == ["arrived"])


async def test_a_trip_that_fails_says_so_and_the_next_one_works(world: World, page: Page) -> None:
    world.machine.platform = None
    assert await page.travel("prompt") == "failed"
    assert await page.travel("hour") == "arrived"


async def test_without_a_machine_there_are_no_trips(world: World) -> None:
    async with serving(world, machine=False) as chat, open_page(chat.url) as page:
        assert page.start["machine"] is False
        assert await page.travel("day") == "refused"
