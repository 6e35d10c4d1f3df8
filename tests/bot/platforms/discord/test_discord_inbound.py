"""What Discord sends, and what we take it for (X-18, X-30): real interactions of discord.py, made from Discord's JSON."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import Screen, Show
from bot.cards import TEXT_MAX
from bot.platforms.discord import inbound
from bot.platforms.discord.fields import moment_of
from bot.platforms.discord.inbound import Permissions, opened, permissions, understand
from bot.platforms.discord.receipts import Kind, Receipt
from bot.platforms.port import Account, Address, Heard, Press, RawUpdate, RoomChanged, Said, Unreadable

ME, ANN, GUILD, CHANNEL, DM = "42", "7", "500", "600", "700"
AT = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
NUMBER = str(discord.utils.time_snowflake(AT))
TOKEN = "aW50ZXJhY3Rpb246:x"
MANAGER = discord.Permissions(manage_guild=True).value
OURS = discord.Permissions(view_channel=True, send_messages=True).value
HIDDEN = 1 << 6

HERE = Address("discord", ME, GUILD, CHANNEL)
APART = Address("discord", ME, f"@{ANN}", CHANNEL)
DIRECT = Address("discord", ME, f"@{ANN}")

USER = {"id": ANN, "username": "ann_", "global_name": "Ann", "discriminator": "0", "avatar": None}
MEMBER: dict[str, Any] = {
    "user": USER,
    "nick": "Annie",
    "roles": [],
    "joined_at": None,
    "deaf": False,
    "mute": False,
    "flags": 0,
}

STATE = discord.Client(intents=discord.Intents.none())._connection
STATE.user = discord.ClientUser(state=STATE, data=USER | {"id": ME, "bot": True})  # type: ignore[arg-type]


def channel(number: str, kind: int) -> dict[str, Any]:
    body: dict[str, Any] = {"id": number, "type": kind, "name": "general", "position": 0, "permission_overwrites": []}
    if kind == 11:
        times = {"archive_timestamp": "2026-11-25T07:00:00+00:00", "auto_archive_duration": 1440, "archived": False}
        body |= {"parent_id": "601", "guild_id": GUILD, "owner_id": ANN, "thread_metadata": times}
        body |= {"message_count": 0, "member_count": 1}
    return body


def posted(flags: int = 0) -> dict[str, Any]:
    body = {"id": "900", "channel_id": CHANNEL, "author": USER | {"id": ME, "bot": True}, "content": "", "flags": flags}
    lists: dict[str, Any] = {name: [] for name in ("embeds", "attachments", "mentions", "mention_roles", "components")}
    times = {"timestamp": "2026-11-25T07:00:00+00:00", "edited_timestamp": None}
    return body | lists | times | {"type": 0, "tts": False, "pinned": False, "mention_everyone": False}


def arrived(
    kind: int, data: Any, *, server: bool = True, thread: bool = False, **more: Any
) -> discord.Interaction[Any]:
    body: dict[str, Any] = {
        "id": NUMBER,
        "type": kind,
        "token": TOKEN,
        "version": 1,
        "application_id": ME,
        "data": data,
        "locale": "pt-BR",
        "attachment_size_limit": 10,
        "app_permissions": str(OURS),
        "context": 0 if server else 1,
    }
    if server:
        member = MEMBER | {"permissions": str(MANAGER)}
        body |= {"guild_id": GUILD, "member": member, "channel": channel(CHANNEL, 11 if thread else 0)}
    else:
        body |= {"user": USER, "channel": {"id": DM, "type": 1, "recipients": [USER]}}
    return discord.Interaction(data=body | more, state=STATE)  # type: ignore[arg-type]


def called(name: str, *options: dict[str, Any], **more: Any) -> discord.Interaction[Any]:
    return arrived(2, {"id": "1", "name": name, "type": 1, "options": list(options)}, **more)


def pressed(custom_id: str, flags: int = 0, **more: Any) -> discord.Interaction[Any]:
    return arrived(3, {"custom_id": custom_id, "component_type": 2}, message=posted(flags), **more)


def filled(custom_id: str, text: str, flags: int = 0, **more: Any) -> discord.Interaction[Any]:
    field = {"type": 4, "id": 2, "custom_id": "text", "value": text}
    data = {"custom_id": custom_id, "components": [{"type": 18, "id": 1, "component": field}]}
    return arrived(5, data, message=posted(flags), **more)


def stored(interaction: discord.Interaction[Any]) -> RawUpdate:
    raw = inbound.interaction(interaction)
    assert raw is not None
    assert raw.payload.isascii()
    return raw


def hear(interaction: discord.Interaction[Any]) -> Heard | None:
    return understand(stored(interaction), ME)


def said(interaction: discord.Interaction[Any]) -> Said:
    heard = hear(interaction)
    assert isinstance(heard, Said)
    return heard


def receipt(kind: Kind) -> str:
    return str(Receipt(kind, NUMBER, TOKEN))


def test_a_command_says_what_is_typed_elsewhere() -> None:
    heard = said(called("times", {"name": "when", "type": 3, "value": " weekdays 7:30\u202e "}, server=False))
    assert (heard.text, heard.message, heard.private, heard.address) == ("/times  weekdays 7:30", "", True, DIRECT)
    assert (heard.sender.account, heard.sender.name, heard.sender.language) == (
        Account("discord", ME, ANN),
        "Ann",
        "pt-BR",
    )
    assert (heard.sent_at, heard.receipt) == (AT, receipt(Kind.COMMAND))


def test_a_subcommand_says_its_whole_path() -> None:
    zone = {"name": "zone", "type": 1, "options": [{"name": "place", "type": 3, "value": "Berlin"}]}
    assert said(called("settings", zone)).text == "/settings zone Berlin"
    assert said(called("settings", {"name": "show", "type": 1})).text == "/settings"


def test_in_a_server_a_command_is_answered_to_its_caller_alone_but_for_a_challenge() -> None:
    today, challenge = said(called("today")), said(called("challenge", {"name": "code", "type": 3, "value": "FX7K2Q"}))
    assert (today.address, today.private, today.sender.name) == (APART, True, "Annie")
    assert (challenge.address, challenge.private, challenge.text) == (HERE, False, "/challenge FX7K2Q")
    direct = said(called("challenge", server=False))
    assert (direct.address, direct.private) == (DIRECT, True)


def test_among_people_who_talk_without_us_everything_is_private() -> None:
    elsewhere = called("challenge", server=False, context=2, channel={"id": CHANNEL, "type": 3, "recipients": []})
    heard = said(elsewhere)
    assert (heard.address, heard.private) == (APART, True)


@pytest.mark.parametrize(
    ("flags", "server", "where", "private"),
    [(0, True, HERE, False), (HIDDEN, True, APART, True), (0, False, DIRECT, True)],
    ids=["board", "for one alone", "direct"],
)
def test_a_press_carries_its_action_its_message_and_its_receipt(
    flags: int, server: bool, where: Address, private: bool
) -> None:
    press = hear(pressed("1o.today.~k3jv9~2", flags, server=server))
    assert isinstance(press, Press)
    assert (press.action, press.message, press.receipt) == (Show(Screen.TODAY), "900", receipt(Kind.BUTTON))
    assert (press.address, press.private) == (where, private)


@pytest.mark.parametrize(
    "custom_id",
    [
        "",
        "~",
        "1",
        "1o.nowhere.",
        "2o.today.",
        "o!",
        "o!a b",
        "o!" + "x" * 65,
        "ask!time",
        "say!time",
        "\x00",
        "x" * 100,
    ],
)
def test_an_id_that_is_not_ours_is_a_press_without_an_action(custom_id: str) -> None:
    press = hear(pressed(custom_id))
    assert isinstance(press, Press)
    assert press.action is None


@pytest.mark.parametrize("custom_id", ["o!join-42_x", "o!join-42_x~1", "o!join-42_x~k3jv9~1"])
def test_a_private_link_opens_the_conversation_that_only_its_presser_sees(custom_id: str) -> None:
    heard = said(pressed(custom_id))
    assert (heard.text, heard.address, heard.private) == ("/start join-42_x", APART, True)
    assert heard.receipt == receipt(Kind.BUTTON)
    assert said(pressed(custom_id, server=False)).address == DIRECT


@pytest.mark.parametrize(("flags", "server", "where"), [(0, True, APART), (HIDDEN, True, APART), (0, False, DIRECT)])
def test_what_is_typed_into_a_form_is_said_in_private(flags: int, server: bool, where: Address) -> None:
    heard = said(filled("say!time", "  weekdays 7:30 ", flags, server=server))
    assert (heard.text, heard.message, heard.private, heard.address) == ("weekdays 7:30", "900", True, where)
    assert (heard.receipt, heard.sent_at) == (receipt(Kind.MODAL), AT)


def test_a_field_in_a_row_is_found_too() -> None:
    rows = [{"type": 10, "id": 1}, {"type": 1, "components": [{"type": 4, "custom_id": "text", "value": "8"}]}]
    assert said(arrived(5, {"custom_id": "say!number", "components": rows}, message=posted())).text == "8"


@pytest.mark.parametrize(("custom_id", "text"), [("other", "8"), ("say!else", "8"), ("say!time", " \u200b ")])
def test_a_form_that_is_not_ours_or_empty_says_nothing(custom_id: str, text: str) -> None:
    assert hear(filled(custom_id, text)) is None


@pytest.mark.parametrize(
    "interaction",
    [
        arrived(1, None),
        arrived(4, {"id": "1", "name": "settings", "type": 1, "options": []}),
        arrived(2, {"id": "1", "name": "Who is it", "type": 2, "target_id": "5"}),
        arrived(99, {}),
    ],
    ids=["ping", "suggestions", "on a person", "unknown"],
)
def test_what_is_no_deed_is_not_kept(interaction: discord.Interaction[Any]) -> None:
    assert inbound.interaction(interaction) is None


def test_an_interaction_of_nobody_is_not_kept() -> None:
    nobody = called("today", server=False)
    nobody.user = discord.utils.MISSING
    assert inbound.interaction(nobody) is None


def test_the_key_is_the_interactions_and_the_lane_is_the_persons() -> None:
    command, press = stored(called("today")), stored(pressed("1o.today.", server=False))
    assert command.key == press.key == f"i{NUMBER}"
    assert command.lane == press.lane == ANN


def test_an_interaction_is_heard_a_second_time_as_what_opens_the_private_conversation() -> None:
    for interaction, where, kind in (
        (pressed("1g.j.k3Jv9Qw2xYs."), APART, Kind.BUTTON),
        (called("challenge"), APART, Kind.COMMAND),
        (pressed("1g.j.k3Jv9Qw2xYs.", server=False), DIRECT, Kind.BUTTON),
    ):
        raw = stored(interaction)
        again = opened(raw, "j-k3Jv9Qw2xYs")
        assert (again.key, again.lane) == (f"{raw.key}.opens", raw.lane)
        heard = understand(again, ME)
        assert isinstance(heard, Said)
        assert (heard.text, heard.address, heard.private) == ("/start j-k3Jv9Qw2xYs", where, True)
        assert heard.receipt == receipt(kind)
    with pytest.raises(Unreadable):
        understand(opened(stored(called("today")), "a b"), ME)


@pytest.mark.parametrize("thread", [False, True])
def test_beside_an_interaction_stands_what_its_sender_and_we_may_do(thread: bool) -> None:
    told = permissions(stored(called("today", thread=thread)), ME)
    assert told == Permissions(HERE, Account("discord", ME, ANN), MANAGER, OURS, is_thread=thread)
    assert permissions(stored(called("today", server=False)), ME) is None
    assert permissions(inbound.guild(500, True, "g1"), ME) is None


class Written:
    """As much of a message of discord.py as is looked at."""

    def __init__(self, **other: Any) -> None:
        self.id = int(NUMBER)
        self.type = discord.MessageType.default
        self.content = "done"
        self.channel = type("Channel", (), {"type": discord.ChannelType.private})()
        self.author = type("User", (), {"id": int(ANN), "bot": False, "display_name": "Ann\u202e"})()
        self.__dict__.update(other)


def read(message: Written) -> RawUpdate | None:
    return inbound.message(message)  # type: ignore[arg-type]


def test_a_direct_message_says_who_where_what_and_when() -> None:
    raw = read(Written(content=" weekdays\u200b 7:30 "))
    assert raw is not None
    assert (raw.key, raw.lane) == (f"m{NUMBER}", ANN)
    heard = understand(raw, ME)
    assert isinstance(heard, Said)
    assert (heard.text, heard.message, heard.private, heard.address) == ("weekdays 7:30", NUMBER, True, DIRECT)
    assert (heard.sender.name, heard.sent_at, heard.receipt) == ("Ann", AT, "")


@pytest.mark.parametrize(
    "other",
    [
        {"content": ""},
        {"author": type("User", (), {"id": 8, "bot": True, "display_name": "Other"})()},
        {"channel": type("Channel", (), {"type": discord.ChannelType.text})()},
        {"channel": type("Channel", (), {"type": discord.ChannelType.group})()},
        {"type": discord.MessageType.pins_add},
    ],
    ids=["a picture", "a bot", "in a server", "in a group", "what Discord says itself"],
)
def test_what_no_person_wrote_to_us_is_nothing(other: dict[str, Any]) -> None:
    assert read(Written(**other)) is None


def test_a_message_of_nothing_that_can_be_seen_says_nothing() -> None:
    raw = read(Written(content="\u200b\u202e"))
    assert raw is not None
    assert understand(raw, ME) is None


def test_a_text_is_cut_and_a_hostile_name_is_cleaned() -> None:
    raw = read(Written(content="x" * 9000))
    assert raw is not None
    heard = understand(raw, ME)
    assert isinstance(heard, Said)
    assert len(heard.text) == TEXT_MAX
    odd = said(called("today", member=MEMBER | {"nick": "\ud800\x00A\u202ennie " * 20, "permissions": "0"}))
    assert odd.sender.name.startswith("Annie Annie")
    assert len(odd.sender.name) <= 32


@pytest.mark.parametrize("present", [True, False])
def test_a_server_that_has_us_or_no_longer(present: bool) -> None:
    raw = inbound.guild(500, present, "g500-1")
    assert (raw.key, raw.lane) == ("g500-1", GUILD)
    heard = understand(raw, ME)
    assert isinstance(heard, RoomChanged)
    assert (heard.address, heard.present) == (Address("discord", ME, GUILD), present)
    assert heard.sender.account == Account("discord", ME, "")


@pytest.mark.parametrize("payload", ["", "{", "[]", "5", "null", '"x"', "[" * 100_000, '{"kind": ' * 50_000, "{}"])
def test_what_is_not_of_our_making_is_unreadable(payload: str) -> None:
    with pytest.raises(Unreadable):
        understand(RawUpdate("1", "", payload), ME)
    with pytest.raises(Unreadable):
        permissions(RawUpdate("1", "", payload), ME)


ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)
RAWS = [
    stored(each).payload
    for each in (
        called("times", {"name": "when", "type": 3, "value": "7:30"}),
        pressed("1o.today."),
        filled("say!time", "7"),
    )
] + [
    inbound.guild(500, True, "g").payload,
    json.dumps({"kind": "t", "message": NUMBER, "user": "7", "name": "A", "text": "x"}),
]
NAMES = sorted({name for raw in RAWS for name in json.loads(raw)} | {"opens"})


@given(st.sampled_from(RAWS), st.lists(st.tuples(st.sampled_from(NAMES), ODD), min_size=1, max_size=3))
def test_fields_of_any_type_are_understood_or_unreadable_but_never_a_crash(
    payload: str, changes: list[tuple[str, Any]]
) -> None:
    raw = RawUpdate("1", "", json.dumps({**json.loads(payload), **dict(changes)}))
    try:
        heard = understand(raw, ME)
    except Unreadable:
        pass
    else:
        assert heard is None or isinstance(heard, Press | Said | RoomChanged)
        assert not isinstance(heard, Said) or heard.text.strip()
    try:
        told = permissions(raw, ME)
    except Unreadable:
        return
    assert told is None or isinstance(told, Permissions)


def test_a_receipt_travels_as_text_and_hides_its_token() -> None:
    for kind in Kind:
        one = Receipt(kind, NUMBER, TOKEN)
        assert Receipt.parse(str(one)) == one
        assert TOKEN not in repr(one)
        assert one.made_at == AT


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "::",
        "c:1",
        "c:1:",
        "x:1:t",
        "c:-1:t",
        "c:x:t",
        f"c:{1 << 64}:t",
        "c:١:t",
        "c:1:\n",
        "c:1:é",
        "c:1:" + "t" * 2000,
    ],
)
def test_what_is_no_receipt_is_none(text: str) -> None:
    assert Receipt.parse(text) is None


def test_a_token_is_not_trusted_to_its_last_second() -> None:
    one = Receipt(Kind.COMMAND, NUMBER, TOKEN)
    assert one.is_open(AT)
    assert one.is_open(AT + timedelta(minutes=14, seconds=29))
    assert not one.is_open(AT + timedelta(minutes=14, seconds=30))


@given(st.integers(0, (1 << 64) - 1))
def test_every_id_has_a_time(number: int) -> None:
    assert moment_of(str(number)) == discord.utils.snowflake_time(number).replace(tzinfo=UTC)
