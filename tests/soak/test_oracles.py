"""Each oracle fails on a history that is bad in its way, and on no good one."""

import re

from scheduler.pacing import Window
from tests.soak import known, oracles
from tests.soak.history import History, Life, Message, Press, share
from tests.soak.oracles import Row


def message(at: float = 0.0, chat: str = "7", mark: str = "a", text: str = "Hello", method: str = "send") -> Message:
    return Message(at, chat, method, text, mark, 1)


def copies(*messages: Message) -> dict[str, list[Message]]:
    return History(list(messages)).copies()


def life(*sending: str) -> Life:
    return Life(0.0, 1.0, "SIGKILL", frozenset(sending))


def test_o1_a_reminder_that_nobody_saw_is_lost() -> None:
    seen = copies(message(chat="7", mark="a"))
    assert oracles.o1_none_lost(["7"], [Row("a", "7", "sent")], seen) == []
    assert oracles.o1_none_lost(["8"], [Row("b", "8", "sent")], seen)
    assert oracles.o1_none_lost(["8"], [], seen)
    assert oracles.o1_none_lost(["7"], [Row("a", "7", "planned")], seen)


def test_o1_a_reminder_may_come_to_nothing_if_it_says_why() -> None:
    assert oracles.o1_none_lost(["7"], [Row("a", "7", "dropped", "stopped")], {}) == []
    assert oracles.o1_none_lost(["7"], [Row("a", "7", "dropped")], {})


def test_o1_a_message_that_was_refused_was_not_seen() -> None:
    refused = Message(0.0, "7", "send", "Hello", "a", 1, answer="429", shown=False)
    assert oracles.o1_none_lost(["7"], [Row("a", "7", "sent")], copies(refused))


def test_o2_a_copy_needs_a_death_that_found_it_on_the_wire() -> None:
    twice = copies(message(1), message(2))
    assert oracles.o2_copies_within_bound(twice, [life("a")]) == []
    assert oracles.o2_copies_within_bound(twice, [life("b")])
    assert oracles.o2_copies_within_bound(copies(message(1), message(2), message(3)), [life("a")])
    assert oracles.o2_copies_within_bound(twice, [], {"a": 1}) == []


def test_o2_nothing_comes_again_after_a_press() -> None:
    press = Press(1.5, "1", "7", "1s.20261125.p.~a", "a")
    assert oracles.o2_a_press_proves(copies(message(1)), [press]) == []
    assert oracles.o2_a_press_proves(copies(message(1), message(1.55)), [press]) == [], "it was under way already"
    assert oracles.o2_a_press_proves(copies(message(1), message(2)), [press])


def test_o3_a_press_has_one_effect_not_none_and_not_two() -> None:
    press = Press(0.0, "1", "7", "x")
    assert oracles.o3_one_effect_each([press], {"1": 1}) == []
    for effects in ({}, {"1": 0}, {"1": 2}, {"1": 1, "2": 1}):
        assert oracles.o3_one_effect_each([press], effects)


def test_o4_what_is_counted_is_what_counting_by_hand_gives() -> None:
    assert oracles.o4_counted_right({"7": 3}, {"7": 3}) == []
    for found in ({"7": 4}, {}, {"7": 3, "8": 1}):
        assert oracles.o4_counted_right(found, {"7": 3})


def test_o5_within_a_chat_nothing_goes_backwards() -> None:
    assert oracles.o5_in_order([("7", 1), ("8", 9), ("7", 1), ("7", 2), ("8", 9)]) == []
    assert oracles.o5_in_order([("7", 2), ("8", 1), ("7", 1)])


def test_o6_who_wants_nothing_gets_nothing() -> None:
    assert oracles.o6_silent_where_unwanted([message(chat="7")], ["8"]) == []
    assert oracles.o6_silent_where_unwanted([message(chat="8")], ["8"])


def test_o7_limits_hold_in_every_window_that_slides() -> None:
    # Two in each second of the clock, and yet three within one second.
    close = [message(at, chat=str(at)) for at in (0.0, 0.9, 1.0, 1.8)]
    assert oracles.o7_within_limits(close, Window(3, 1.0)) == []
    assert oracles.o7_within_limits(close, Window(2, 1.0))


def test_o7_a_chat_and_a_group_have_limits_of_their_own() -> None:
    edited = [message(0.0, "7"), message(0.5, "7", method="edit")]
    assert oracles.o7_within_limits(edited, Window(1, 1.0)) == []  # an edit does not count in the total
    assert oracles.o7_within_limits(edited, None, chat=Window(1, 1.0))
    group = [message(float(at), "-7") for at in range(3)]
    assert oracles.o7_within_limits(group, None, group=Window(2, 60.0))
    assert oracles.o7_within_limits([message(float(at), "7") for at in range(3)], None, group=Window(2, 60.0)) == []


def test_o8_a_secret_is_found_wherever_it_stands_and_not_repeated() -> None:
    assert oracles.o8_no_secrets({"the log": "all is well"}, ["canary"]) == []
    [fault] = oracles.o8_no_secrets({"the log": "POST /botcanary/sendMessage"}, ["canary"])
    assert "canary" not in fault


def test_o9_a_damaged_file_and_an_orphan_are_told() -> None:
    assert oracles.o9_whole(["ok"], []) == []
    assert oracles.o9_whole(["row 3 missing from index"], [])
    assert oracles.o9_whole(["ok"], ["('round_done', 3)"])


def test_o10_every_line_is_known_and_its_markup_whole() -> None:
    hello = re.compile("Hello|Bye")
    assert oracles.o10_known_and_escaped([message(text="<b>Hello</b>\nBye")], hello) == []
    assert oracles.o10_known_and_escaped([message(text="Hello\nBuy pills")], hello)
    assert oracles.o10_known_and_escaped([message(text="Hello <3")], hello)


def test_the_known_texts_are_the_words_of_ours() -> None:
    assert known.lines().fullmatch("Left foot, clockwise: 5 circles")
    assert known.lines().fullmatch("Rest 20:59:52 UTC")
    assert not known.lines().fullmatch("Buy cheap pills now")


def test_a_share_is_the_value_below_which_so_many_lie() -> None:
    assert share(range(100), 0.99) == 99
    assert share([3.0, 1.0, 2.0], 0.5) == 2.0
    assert share([], 0.5) == 0.0
