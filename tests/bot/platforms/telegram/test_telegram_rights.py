"""Who may manage challenges: admins, asked again after a minute or when it matters (C-76, C-77)."""

import pytest

from bot.platforms.port import Account
from tests.kit.telegram import Cut, Group, Page, Person, Refuse, TelegramServer
from tests.kit.telegram.faults import Fault
from tests.kit.telegram.memory import Rig


@pytest.fixture
async def ann(server: TelegramServer) -> Person:
    return server.person(7)


@pytest.fixture
async def ben(server: TelegramServer) -> Person:
    return server.person(8, "Ben")


@pytest.fixture
async def group(server: TelegramServer, ann: Person, ben: Person) -> Group:
    return await server.group("Team", ann, ben)


async def may(rig: Rig, group: Group, who: int, fresh: bool = False) -> bool:
    account = Account("telegram", rig.telegram.bot, str(who))
    return await rig.telegram.may_manage(rig.address(group.chat.id), account, fresh)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("creator", True),
        ("administrator", True),
        ("member", False),
        ("restricted", False),
        ("outsider", False),
        ("left", False),
        ("kicked", False),
    ],
)
async def test_the_maker_and_the_admins_of_a_group_may_manage_it(
    rig: Rig, group: Group, role: str, allowed: bool
) -> None:
    group.chat.roles[8] = role
    assert await may(rig, group, 8) is allowed


async def test_whoever_is_not_known_may_not(rig: Rig, group: Group) -> None:
    assert await may(rig, group, 99) is False


async def test_an_admin_who_speaks_as_the_group_is_one_without_asking(
    server: TelegramServer, rig: Rig, group: Group
) -> None:
    assert await may(rig, group, group.chat.id) is True
    assert server.calls("getChatMember") == []


async def test_an_answer_is_believed_for_a_minute_in_this_chat_and_for_this_person(
    server: TelegramServer, rig: Rig, group: Group, ann: Person, ben: Person
) -> None:
    other = await server.group("Other", ben, ann)
    assert await may(rig, group, 8) is False
    await group.promote(ben)
    server.advance(59)
    assert await may(rig, group, 8) is False
    assert await may(rig, group, 7) is True
    assert await may(rig, other, 8) is True
    server.advance(1)
    assert await may(rig, group, 8) is True
    assert len(server.calls("getChatMember")) == 4


async def test_what_cannot_be_taken_back_asks_anew_and_what_it_hears_counts_from_then_on(
    server: TelegramServer, rig: Rig, group: Group, ben: Person
) -> None:
    await group.promote(ben)
    assert await may(rig, group, 8) is True
    await group.demote(ben)
    assert await may(rig, group, 8) is True
    assert await may(rig, group, 8, fresh=True) is False
    assert await may(rig, group, 8) is False
    assert len(server.calls("getChatMember")) == 2


@pytest.mark.parametrize(
    "fault",
    [
        Refuse(429, "Too Many Requests: retry after 9", {"retry_after": 9}),
        Refuse(400, "Bad Request: CHAT_ADMIN_REQUIRED"),
        Refuse(403, "Forbidden: bot was kicked from the group chat"),
        Refuse(500, "Internal Server Error"),
        Cut(),
        Page(200),
        Page(200, body='{"ok": true}', content_type="application/json"),
    ],
)
async def test_a_failure_is_a_no_that_is_not_kept(
    server: TelegramServer, rig: Rig, group: Group, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults.add("getChatMember", fault)
    assert await may(rig, group, 7) is False
    assert "rights not known" in capsys.readouterr().out
    assert await may(rig, group, 7) is True


async def test_a_failure_is_a_no_even_for_somebody_who_was_known(
    server: TelegramServer, rig: Rig, group: Group
) -> None:
    assert await may(rig, group, 7) is True
    server.faults.add("getChatMember", Cut())
    assert await may(rig, group, 7, fresh=True) is False


async def test_the_admins_of_a_group_that_moved_are_found_where_it_is_now(rig: Rig, group: Group) -> None:
    address = rig.address(group.chat.id)
    await group.migrate(tell=False)
    account = Account("telegram", rig.telegram.bot, "7")
    assert await rig.telegram.may_manage(address, account) is True
