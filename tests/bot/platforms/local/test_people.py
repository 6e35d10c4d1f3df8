"""Several people played on one page: their names, their private chats, the team room."""

from bot.platforms.port import Said
from tests.bot.platforms.local.client import Page
from tests.bot.platforms.local.server import World


async def test_added_people_get_a_private_chat_and_can_be_played_in_the_team_room(world: World, page: Page) -> None:
    await page.add_person(" Ada\u202e ")
    await page.add_person("ada")
    assert [person["name"] for person in page.people] == ["You", "Ada"]
    page.open_chat("Team room")
    page.play("Ada")
    await page.say("/challenge")
    await page.expect(lambda: page.last.has("Join"))
    said = world.coach.heard[-1]
    assert isinstance(said, Said)
    assert (said.private, said.sender.name, said.address.chat) == (False, "Ada", "team")
    await page.tap("Set up first")
    await page.expect(lambda: "join-abc123" in page.last_ours.text)
    assert page.chat == "me:p2"
    assert page.in_chat("me:p1") == []


async def test_a_name_needs_letters_and_the_room_is_finite(page: Page) -> None:
    await page.add_person("\u200b")
    assert page.refusals == ["A name needs at least one letter."]
    for index in range(12):
        await page.add_person(f"Person {index}")
    assert len(page.people) == 12
    assert "full" in page.refusals[-1]


async def test_nobody_speaks_in_somebody_elses_chat(world: World, page: Page) -> None:
    await page.add_person("Ada")
    page.play("Ada")
    page.chat = "me:p1"
    await page.say("hello")
    page.person = "p9"
    page.chat = "team"
    await page.say("hello")
    assert page.refusals == ["This chat belongs to somebody else."] * 2
    assert world.coach.heard == []
