"""What Telegram tells of team chats: we come and go, members leave, an admin speaks as the group (T-03, T-29, T-55, C-72)."""

from typing import Any

import pytest

from bot.platforms.port import Address, MemberLeft, Reached, RoomChanged, RoomMoved, Said, Unreadable
from bot.platforms.telegram.inbound import raw, understand
from tests.kit.telegram import TelegramServer
from tests.kit.telegram.memory import Rig
from tests.kit.telegram.people import Person

ME, NAME = "42", "ToeholdTestBot"
ANN = {"id": 7, "is_bot": False, "first_name": "Ann", "language_code": "en"}
BEN = {"id": 8, "is_bot": False, "first_name": "Ben"}
US = {"id": 42, "is_bot": True, "first_name": "Toehold"}
ITSELF = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Ann"}
TEAM = {"id": -100, "type": "supergroup", "title": "Team <b>"}
CHANNEL = {"id": -5, "type": "channel", "title": "News"}
ROOM = Address("telegram", ME, "-100")


def hear(kind: str, body: object) -> object:
    stored = raw({"update_id": 1, kind: body})
    assert stored is not None
    return understand(stored, ME, NAME)


def change(status: str, chat: object = TEAM, who: object = US, **more: Any) -> dict[str, Any]:
    return {"chat": chat, "from": ANN, "date": 1, "new_chat_member": {"status": status, "user": who, **more}}


def command(text: str = "/challenge", chat: dict[str, Any] = TEAM, **more: Any) -> dict[str, Any]:
    return {"message_id": 5, "date": 1, "from": ITSELF, "sender_chat": chat, "chat": chat, "text": text, **more}


@pytest.mark.parametrize(
    ("status", "more", "present"),
    [
        ("member", {}, True),
        ("administrator", {}, True),
        ("restricted", {"is_member": True}, True),
        ("restricted", {"is_member": False}, False),
        ("left", {}, False),
        ("kicked", {}, False),
    ],
)
@pytest.mark.parametrize("kind", ["group", "supergroup"])
def test_coming_into_a_team_chat_and_going_is_about_the_chat(
    kind: str, status: str, more: dict[str, Any], present: bool
) -> None:
    changed = hear("my_chat_member", change(status, TEAM | {"type": kind}, **more))
    assert isinstance(changed, RoomChanged)
    assert (changed.present, changed.address, changed.sender.account.id) == (present, ROOM, "7")


@pytest.mark.parametrize("status", ["kicked", "left", "member"])
def test_only_a_private_chat_tells_whether_a_person_can_be_reached(status: str) -> None:
    reached = hear("my_chat_member", change(status, PRIVATE))
    assert isinstance(reached, Reached)
    assert reached.reachable is (status == "member")
    assert hear("my_chat_member", change(status, CHANNEL)) is None


@pytest.mark.parametrize(
    ("status", "more", "left"),
    [
        ("left", {}, True),
        ("kicked", {}, True),
        ("restricted", {"is_member": False}, True),
        ("restricted", {"is_member": True}, False),
        ("member", {}, False),
        ("administrator", {}, False),
    ],
)
def test_whoever_leaves_or_is_removed_has_left_whoever_did_it(status: str, more: dict[str, Any], left: bool) -> None:
    heard = hear("chat_member", change(status, who=BEN, **more))
    if left:
        assert isinstance(heard, MemberLeft)
        assert (heard.sender.account.id, heard.sender.name, heard.address) == ("8", "Ben", ROOM)
    else:
        assert heard is None


def test_the_note_in_the_chat_says_the_same_to_a_bot_that_is_no_admin() -> None:
    note = {"message_id": 5, "date": 1, "from": ANN, "chat": TEAM, "left_chat_member": BEN}
    assert hear("message", note) == hear("chat_member", change("left", who=BEN))


@pytest.mark.parametrize("chat", [CHANNEL, PRIVATE])
def test_nobody_leaves_a_channel_or_a_private_chat(chat: dict[str, Any]) -> None:
    assert hear("chat_member", change("left", chat, BEN)) is None


def test_a_bot_that_leaves_is_not_a_member_of_ours() -> None:
    assert hear("chat_member", change("left", who=US)) is None
    assert hear("message", {"message_id": 5, "date": 1, "from": ANN, "chat": TEAM, "left_chat_member": US}) is None


@pytest.mark.parametrize("kind", ["my_chat_member", "chat_member"])
@pytest.mark.parametrize(
    "member", [None, {}, {"status": 5}, {"status": "left"}, {"status": "left", "user": {"id": "8"}}]
)
def test_a_change_without_its_fields_is_unreadable(kind: str, member: object) -> None:
    body = {"chat": {"id": "x", "type": "group"}, "from": ANN, "new_chat_member": member}
    with pytest.raises(Unreadable):
        hear(kind, body)


def test_an_anonymous_admin_speaks_as_the_group_and_is_no_person() -> None:
    said = hear("message", command("/challenge@ToeholdTestBot days"))
    assert isinstance(said, Said)
    assert (said.anonymous, said.private, said.text) == (True, False, "/challenge days")
    assert (said.sender.account.id, said.sender.name) == ("-100", "Team <b>")


@pytest.mark.parametrize(
    "body",
    [
        command("hello"),
        command("4 weeks", reply_to_message={"message_id": 4, "from": US, "chat": TEAM, "date": 1}),
        command(sender_chat=CHANNEL),
        command(sender_chat=None),
        command(chat=PRIVATE),
        command() | {"from": ITSELF | {"id": 136817688}},
        command(is_automatic_forward=True),
    ],
    ids=["chatter", "a reply", "as a channel", "as nobody", "in private", "the channel bot", "forwarded"],
)
def test_a_stand_in_that_is_not_surely_an_admin_with_a_command_is_nothing(body: dict[str, Any]) -> None:
    assert hear("message", body) is None


def test_a_person_who_commands_is_never_anonymous() -> None:
    said = hear("message", command() | {"from": ANN})
    assert isinstance(said, Said)
    assert (said.anonymous, said.sender.account.id) == (False, "7")


def test_the_anonymous_admins_of_two_groups_do_not_wait_for_each_other() -> None:
    stored = [raw({"update_id": 1, "message": command(chat=TEAM | {"id": number})}) for number in (-100, -200)]
    assert [each.lane for each in stored if each] == ["-100", "-200"]


async def team(server: TelegramServer) -> tuple[Person, Person]:
    return server.person(7), server.person(8, "Ben")


async def test_what_happens_in_a_group_is_heard_once_a_bot_is_no_admin_and_twice_when_it_is(
    server: TelegramServer, rig: Rig
) -> None:
    ann, ben = await team(server)
    group = await server.group("Team", ann, ben)
    await group.leave(ben)
    assert [left.sender.account.id for left in await rig.heard(MemberLeft)] == ["8"]
    await group.join(ben)
    await group.promote_bot(ann)
    await group.remove(ben, by=ann)
    assert [left.sender.account.id for left in await rig.heard(MemberLeft, 3)] == ["8"] * 3
    await group.kick_bot(ann)
    changes = await rig.heard(RoomChanged, 3)
    assert [(change.present, change.address.chat) for change in changes] == [
        (True, str(group.chat.id)),
        (True, str(group.chat.id)),
        (False, str(group.chat.id)),
    ]
    await server.quiet()
    assert rig._all(Reached) == []


async def test_a_group_that_moves_says_so_and_its_people_sit_in_the_new_one(server: TelegramServer, rig: Rig) -> None:
    ann, ben = await team(server)
    group = await server.group("Team", ann)
    seat = ann.at(group)
    await group.join(ben)
    old = group.chat.id
    await group.migrate()
    assert {(moved.old.chat, moved.new.chat) for moved in await rig.heard(RoomMoved, 2)} == {
        (str(old), str(group.chat.id))
    }
    await seat.say("/team", anonymous=True)
    said = await rig.said()
    assert (said.address.chat, said.anonymous, said.sender.account.id) == (str(group.chat.id), True, str(group.chat.id))
    assert group.chat.roles[8] == "member"


async def test_a_link_with_a_code_arrives_as_a_start_with_it(server: TelegramServer, rig: Rig) -> None:
    ann = server.person(7, started=False)
    await ann.say("/start c_8FJ2K")
    said = await rig.said()
    assert (said.text, said.private, said.anonymous) == ("/start c_8FJ2K", True, False)
