"""What Telegram sends, and what we take it for (T-28 to T-34, T-51, X-18)."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import Screen, Show
from bot.platforms.port import Address, Press, RawUpdate, Reached, RoomMoved, Said, Unreadable
from bot.platforms.telegram.inbound import raw, understand

ME, NAME = "42", "ToeholdTestBot"
ANN = {"id": 7, "is_bot": False, "first_name": "Ann", "language_code": "pt-br"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Ann"}
GROUP = {"id": -100, "type": "supergroup", "title": "Team"}


def hear(kind: str, body: object) -> object:
    stored = raw({"update_id": 1, kind: body})
    assert stored is not None
    return understand(stored, ME, NAME)


def message(text: str | None = "/today", chat: dict[str, Any] = PRIVATE, **more: Any) -> dict[str, Any]:
    said = {} if text is None else {"text": text}
    return {"message_id": 5, "date": 1795590000, "from": ANN, "chat": chat, **said, **more}


def query(data: object = "1o.today.", **more: Any) -> dict[str, Any]:
    return {"id": "900", "from": ANN, "message": message(), "chat_instance": "1", "data": data, **more}


def test_a_private_message_says_who_where_what_and_when() -> None:
    said = hear("message", message("  /today now\u202e "))
    assert isinstance(said, Said)
    assert (said.text, said.message, said.private) == ("/today now", "5", True)
    assert said.sent_at == datetime.fromtimestamp(1795590000, UTC)
    assert said.address == Address("telegram", ME, "7")
    assert (said.sender.account.id, said.sender.name, said.sender.language) == ("7", "Ann", "pt-br")


def test_a_tap_carries_its_action_its_message_and_its_receipt() -> None:
    press = hear("callback_query", query())
    assert isinstance(press, Press)
    assert (press.action, press.message, press.receipt) == (Show(Screen.TODAY), "5", "900")


@pytest.mark.parametrize("data", ["", "1", "1o.nowhere.", "2o.today.", "1o.today." * 9, "\x00", None, 5, ["1o.today."]])
def test_data_that_is_not_ours_is_a_tap_without_an_action(data: object) -> None:
    press = hear("callback_query", query(data))
    assert isinstance(press, Press)
    assert press.action is None


def test_a_tap_on_a_message_that_is_no_longer_accessible_still_says_where() -> None:
    press = hear("callback_query", query(message={"chat": GROUP, "message_id": 9, "date": 0}))
    assert isinstance(press, Press)
    assert (press.address.chat, press.message, press.private) == ("-100", "9", False)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("/today", "/today"),
        ("/today@ToeholdTestBot", "/today"),
        ("/times@toeholdtestbot weekdays 7:30", "/times weekdays 7:30"),
        ("/today@OtherBot", None),
        ("/today@ToeholdTestBotX", None),
        ("good morning", None),
        ("\u200b\u200b", None),
    ],
)
def test_in_a_group_only_our_commands_are_heard(text: str, heard: str | None) -> None:
    said = hear("message", message(text, GROUP))
    assert (said.text if isinstance(said, Said) else None) == heard


def test_until_our_name_is_known_any_name_behind_a_command_passes() -> None:
    stored = raw({"update_id": 1, "message": message("/today@ToeholdTestBot", GROUP)})
    assert stored is not None
    said = understand(stored, ME, "")
    assert isinstance(said, Said)
    assert said.text == "/today"


def test_in_a_group_a_reply_to_us_is_heard_and_a_reply_to_others_is_not() -> None:
    ours = {"message_id": 4, "from": {"id": 42, "is_bot": True}, "chat": GROUP, "date": 1}
    said = hear("message", message("12", GROUP, reply_to_message=ours))
    assert isinstance(said, Said)
    assert said.text == "12"
    for other in (ours | {"from": ANN}, ours | {"forum_topic_created": {}}, "odd"):
        assert hear("message", message("12", GROUP, reply_to_message=other)) is None


@pytest.mark.parametrize(
    ("fields", "thread"),
    [
        ({"message_thread_id": 12, "is_topic_message": True}, "12"),
        ({"message_thread_id": 12}, ""),
        ({"message_thread_id": 1, "is_topic_message": True}, ""),
        ({}, ""),
    ],
)
def test_a_thread_counts_only_in_a_forum_and_general_is_none(fields: dict[str, Any], thread: str) -> None:
    said = hear("message", message("/team", GROUP, **fields))
    assert isinstance(said, Said)
    assert said.address.thread == thread


@pytest.mark.parametrize(
    "body",
    [
        message("/today", GROUP, is_automatic_forward=True, sender_chat={"id": -5, "type": "channel"}),
        message("/today", GROUP) | {"from": {"id": 777000, "is_bot": False, "first_name": "Telegram"}},
        message("/today", GROUP) | {"from": {"id": 136817688, "is_bot": True, "first_name": "Channel"}},
        message("/today", GROUP) | {"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}},
        message("/today", GROUP) | {"from": {"id": 9, "is_bot": True, "first_name": "Other bot"}},
        message("/today", {"id": -5, "type": "channel", "title": "News"}),
        message(None, sticker={"file_id": "x"}),
        {key: value for key, value in message("/today", GROUP).items() if key != "from"},
    ],
    ids=["auto-forward", "777000", "channel", "stand-in of nobody", "bot", "in a channel", "sticker", "nobody"],
)
def test_what_no_person_said_to_us_is_nothing(body: dict[str, Any]) -> None:
    assert hear("message", body) is None


@pytest.mark.parametrize("kind", ["edited_message", "channel_post", "poll", "message_reaction"])
def test_other_kinds_of_updates_are_nothing(kind: str) -> None:
    assert hear(kind, message()) is None


@pytest.mark.parametrize(
    ("status", "reachable"), [("kicked", False), ("left", False), ("member", True), ("administrator", True)]
)
def test_blocking_and_coming_back_are_heard(status: str, reachable: bool) -> None:
    change = {"chat": PRIVATE, "from": ANN, "date": 1, "new_chat_member": {"status": status, "user": {"id": 42}}}
    reached = hear("my_chat_member", change)
    assert isinstance(reached, Reached)
    assert (reached.reachable, reached.address.chat, reached.sender.account.id) == (reachable, "7", "7")


def test_both_signals_of_a_move_say_the_same() -> None:
    old, new = Address("telegram", ME, "-9"), Address("telegram", ME, "-1009999999999")
    away = hear("message", message(None, {"id": -9, "type": "group"}, migrate_to_chat_id=-1009999999999))
    here = hear("message", message(None, {"id": -1009999999999, "type": "supergroup"}, migrate_from_chat_id=-9))
    for moved in (away, here):
        assert isinstance(moved, RoomMoved)
        assert (moved.old, moved.new) == (old, new)


def test_a_press_and_a_command_of_one_person_share_a_lane_and_a_chat_is_the_lane_of_the_rest() -> None:
    lanes = [
        raw({"update_id": 1, "message": message(chat=GROUP)}),
        raw({"update_id": 2, "callback_query": query()}),
        raw({"update_id": 3, "message": {"chat": GROUP}}),
        raw({"update_id": 4, "something": "else"}),
    ]
    assert [stored.lane for stored in lanes if stored] == ["7", "7", "-100", ""]


@pytest.mark.parametrize("update", [{}, {"update_id": "5"}, {"update_id": True}, {"update_id": None}])
def test_an_update_without_a_number_cannot_be_kept(update: dict[str, Any]) -> None:
    assert raw(update) is None


@pytest.mark.parametrize("payload", ["", "{", "[]", "5", "null", '"x"', "[" * 100_000, '{"message": ' * 50_000])
def test_what_is_not_an_object_is_unreadable(payload: str) -> None:
    with pytest.raises(Unreadable):
        understand(RawUpdate("1", "", payload), ME, NAME)


ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)
PATHS = [
    ("message", *path)
    for path in [
        (),
        ("from",),
        ("from", "id"),
        ("from", "first_name"),
        ("from", "language_code"),
        ("chat",),
        ("chat", "id"),
        ("chat", "type"),
        ("text",),
        ("date",),
        ("message_id",),
        ("message_thread_id",),
        ("is_topic_message",),
        ("reply_to_message",),
        ("migrate_to_chat_id",),
    ]
] + [("callback_query", *path) for path in [(), ("id",), ("from",), ("message",), ("message", "chat"), ("data",)]]


@given(st.lists(st.tuples(st.sampled_from(PATHS), ODD), min_size=1, max_size=3))
def test_fields_of_any_type_are_understood_or_unreadable_but_never_a_crash(
    changes: list[tuple[tuple[str, ...], Any]],
) -> None:
    update: dict[str, Any] = json.loads(json.dumps({"message": message(), "callback_query": query()}))
    if changes[0][0][0] == "message":
        del update["callback_query"]
    for path, value in changes:
        spot: Any = update
        for name in path[:-1]:
            spot = spot.get(name) if isinstance(spot, dict) else None
        if isinstance(spot, dict):
            spot[path[-1]] = value
    stored = raw({"update_id": 1, **update})
    assert stored is not None
    try:
        heard = understand(stored, ME, NAME)
    except Unreadable:
        return
    assert heard is None or isinstance(heard, Press | Said | RoomMoved)
