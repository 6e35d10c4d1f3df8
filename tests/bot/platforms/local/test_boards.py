"""A living board, pictures and the way into the private chat, on the page."""

import pytest

from bot.cards import Attachment, Card, Lead, Place, Reply
from bot.platforms.local.files import FILES_MAX, Files
from bot.platforms.local.platform import LocalChat
from bot.platforms.port import Account, Address, Press
from scheduler.nudge import Broken, Sent, Unknown
from tests.bot.platforms.local.client import Page
from tests.bot.platforms.local.server import World
from tests.kit.png import png

TEAM = Address("local", "local", "team")
PHOTO = Attachment("foot.png", "image/png", png(), "A foot with 12 of 33 lights")


def board(text: str, photo: Attachment | None = None) -> Reply:
    return Reply(Card("Board", (Lead(text),)), living="board:1", photo=photo)


async def test_a_board_is_added_once_and_then_edited(chat: LocalChat, page: Page) -> None:
    page.chat = "team"
    first = await chat.show(TEAM, board("71 %"))
    assert await chat.show(TEAM, board("72 %")) == first
    await page.expect(lambda: "72" in page.last.text)
    assert len(page.messages) == 1
    assert first == Sent(str(page.last.id))


@pytest.mark.parametrize(
    ("where", "reply"),
    [
        (Address("local", "local", "elsewhere"), board("x")),
        (TEAM, Reply(Card("Board"))),
        (TEAM, Reply(None, living="board:1")),
    ],
)
async def test_a_board_without_a_place_a_name_or_a_card_is_broken(
    chat: LocalChat, where: Address, reply: Reply
) -> None:
    assert isinstance(await chat.show(where, reply), Broken)


async def test_showing_never_raises(chat: LocalChat, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(world.transcript, "add", fail)
    assert await chat.show(TEAM, board("x")) == Unknown("OSError")


async def test_everybody_may_manage_on_their_own_computer(chat: LocalChat) -> None:
    assert await chat.may_manage(TEAM, Account("local", "local", "p1"), fresh=True)


async def test_a_picture_is_seen_by_everybody_again_and_again_and_stays_when_its_card_changes(
    chat: LocalChat, page: Page
) -> None:
    page.chat = "team"
    await chat.show(TEAM, board("71 %", PHOTO))
    await page.expect(lambda: bool(page.messages))
    picture = page.last.raw["picture"]
    assert (picture["alt"], picture["ready"]) == ("A foot with 12 of 33 lights", True)
    await chat.show(TEAM, board("72 %", PHOTO))
    await page.expect(lambda: "72" in page.last.text)
    assert page.last.raw["picture"] == picture
    for _ in range(2):
        async with page.http.get(f"{page.url}/files/{picture['id']}") as answer:
            assert (answer.status, answer.content_type, await answer.read()) == (200, "image/png", PHOTO.content)


async def test_a_card_without_a_picture_has_none(chat: LocalChat, page: Page) -> None:
    page.chat = "team"
    await chat.deliver(TEAM, Reply(Card("Recap"), silent=True, pin=True))
    await page.expect(lambda: bool(page.messages))
    assert "picture" not in page.last.raw


def test_pictures_give_way_to_newer_ones() -> None:
    files = Files()
    shown = [files.show(PHOTO) for _ in range(FILES_MAX + 1)]
    assert [files.waiting(each.id) for each in shown] == [False] + [True] * FILES_MAX
    assert files.take(shown[0].id) is None
    assert files.take(shown[1].id) is files.take(shown[1].id) is PHOTO


async def test_a_tap_says_what_it_opens(chat: LocalChat, world: World, page: Page) -> None:
    await page.say("/today")
    await page.expect(lambda: page.last.has("Done"))
    await page.tap("Done")
    press = next(heard for heard in world.coach.heard if isinstance(heard, Press))
    await chat.answer(press, Reply(None, place=Place.HERE, notice="Look there", opens="c_8FJ2K"))
    await page.expect(lambda: page.events[-1].get("opens") == "c_8FJ2K")
    assert page.events[-1]["notice"] == "Look there"
