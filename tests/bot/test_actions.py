"""Tests for `bot.actions`: every action fits into a button, comes back equal, and nothing else decodes to anything."""

import itertools
import random
import string
from dataclasses import fields
from typing import Any, get_args, get_type_hints
from zoneinfo import available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.actions import (
    MAX_BYTES,
    Action,
    Agree,
    BeginDay,
    Due,
    EditSlot,
    EditTimes,
    Erase,
    Link,
    MoveCode,
    NotToday,
    PauseFor,
    PickTime,
    PickZone,
    Play,
    Screen,
    Screening,
    Set,
    Setting,
    Show,
    Snooze,
    Start,
    StartKind,
    Team,
    TeamMove,
    Tick,
    decode,
    encode,
)
from bot.ids import new_id
from drills.catalog import load
from drills.challenges import KINDS as KINDS_OF_CHALLENGE

ID = "k3Jv9Qw2xYs"
DAY = "20261125"
KINDS: tuple[type[Any], ...] = get_args(Action)
ALPHABET = string.ascii_letters + string.digits + "_/+-"


def any_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any action of one kind, its texts from the alphabet of button data and short enough to fit together."""
    hints = get_type_hints(kind)
    share = 50 // max(1, len(fields(kind)))

    def values(of: Any) -> st.SearchStrategy[Any]:
        if of is str:
            return st.text(ALPHABET, max_size=share)
        return st.integers(-999_999_999, 999_999_999) if of is int else st.sampled_from(of)

    return st.builds(kind, **{field.name: values(hints[field.name]) for field in fields(kind)})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(st.data())
def test_every_action_comes_back_equal(kind: type[Any], data: st.DataObject) -> None:
    action = data.draw(any_of(kind))
    encoded = encode(action)
    assert len(encoded.encode()) <= MAX_BYTES
    back = decode(encoded)
    assert back == action
    assert repr(back) == repr(action), "equal, but of other types"


def test_no_two_actions_share_their_button_data() -> None:
    one_each: list[Action] = [
        Play(ID, 0, MoveCode.NEXT),
        Start(StartKind.PLAN, DAY),
        Show(Screen.TODAY),
        Snooze(DAY, 15),
    ]
    one_each += [NotToday(DAY), Agree(), PickZone("UTC"), PickTime("0730"), Screening("none"), EditTimes("add", "", "")]
    one_each += [EditSlot(ID, "open"), Set(Setting.BAND, "yes"), PauseFor(0), Erase(ID)]
    one_each += [Tick(DAY, Screen.TODAY), Due("01234"), BeginDay("0300"), Team(TeamMove.JOIN, ID), Link("ABCD", "yes")]
    assert {type(action) for action in one_each} == set(KINDS)
    assert len({encode(action)[:2] for action in one_each}) == len(KINDS)


def test_a_button_of_the_first_version_stays_readable() -> None:
    """Cards lie in chats for years: what was written once must not mean anything else later."""
    assert encode(Play(ID, 17, MoveCode.DONE)) == "1p.k3Jv9Qw2xYs.17.d."
    assert decode("1p.k3Jv9Qw2xYs.17.d.") == Play(ID, 17, MoveCode.DONE)
    assert decode("1p.k3Jv9Qw2xYs.3.f.red") == Play(ID, 3, MoveCode.FEEL, "red")
    assert decode("1s.d.20261125.outward-roll") == Start(StartKind.DRILL, DAY, "outward-roll")
    assert decode("1z.20261125.-1") == Snooze(DAY, -1)
    assert decode("1a") == Agree()
    assert decode("1g.j.k3Jv9Qw2xYs.") == Team(TeamMove.JOIN, ID)
    assert decode("1g.s..share-2-t-chat") == Team(TeamMove.START, "", "share-2-t-chat")


# --- what we really send fits -------------------------------------------------------------------------------------


def fits(action: Action) -> bool:
    data = encode(action)
    return 1 <= len(data.encode()) <= MAX_BYTES and decode(data) == action


def test_ids_are_eleven_characters_that_fit() -> None:
    ids = {new_id() for _ in range(2000)}
    assert len(ids) == 2000
    assert {len(one) for one in ids} == {11}
    assert all(fits(Play(one, 999_999_999, MoveCode.FEEL, "amber")) for one in ids)
    assert all(fits(EditSlot(one, "remove")) and fits(Erase(one)) for one in ids)


def test_every_zone_of_the_world_fits() -> None:
    zones = available_timezones()
    assert len(zones) > 400
    assert [zone for zone in zones if not fits(PickZone(zone))] == []
    assert [zone for zone in zones if not fits(Set(Setting.ZONE, zone))] == []


def test_ten_times_on_seven_weekdays_fit() -> None:
    times = "".join(f"{hour:02}59" for hour in range(10, 20))
    assert all(fits(EditTimes(how, "0123456", times)) for how in ("set", "add", "ask"))


def test_every_drill_and_the_longest_name_that_a_drill_may_have_fit() -> None:
    for drill in [*load(), "x" * 24]:
        assert fits(Start(StartKind.DRILL, DAY, drill))
        assert fits(Show(Screen.DRILLS, drill))


def test_every_move_screen_and_setting_fits() -> None:
    assert all(fits(Play(ID, 999_999, move, "50")) for move in MoveCode)
    assert all(fits(Show(screen)) for screen in Screen)
    assert all(fits(Set(setting, value)) for setting, value in itertools.product(Setting, ("yes", "no", "2200-0700")))
    assert all(fits(Screening(f"{line}{yn}-12345678")) for line in range(1, 10) for yn in "yn")
    assert all(fits(PauseFor(days, "sore")) for days in (-1, 0, 3, 366))
    assert all(fits(Snooze(DAY, minutes)) for minutes in (-1, 0, 15, 720))


def test_every_move_of_a_team_fits() -> None:
    drafts = ["-".join(draft) for draft in itertools.product(KINDS_OF_CHALLENGE, "124", "tm", ("chat", "code"))]
    assert all(fits(Team(move, "", draft)) for move in (TeamMove.DRAFT, TeamMove.START) for draft in drafts)
    assert all(fits(Team(move, ID, arg)) for move in TeamMove for arg in ("", "0", "99999", "ask", "off", "yes", "no"))
    assert fits(Team(TeamMove.START, "", f"{'x' * 16}-4-m-code")), "a kind's id may be as long as its column"


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a.b", "a b", "ä", "a\n", "💥", "a'b", "%2e", "\x00"])
def test_text_outside_the_alphabet_never_becomes_a_button(text: str) -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        encode(PickZone(text))


@pytest.mark.parametrize("number", [10**9, -(10**9), 10**40])
def test_a_number_that_would_not_come_back_never_becomes_a_button(number: int) -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        encode(Snooze(DAY, number))


def test_sixty_four_bytes_are_a_button_and_sixty_five_are_none() -> None:
    longest = PickZone("x" * (MAX_BYTES - len("1w.")))
    assert len(encode(longest)) == MAX_BYTES
    assert decode(encode(longest)) == longest
    with pytest.raises(ValueError, match="65 bytes"):
        encode(PickZone(longest.zone + "x"))
    assert decode("1w." + longest.zone + "x") is None


FORGED = [
    ("", "nothing"),
    ("1", "a version alone"),
    ("1q.a", "an unknown tag"),
    ("2a", "another version"),
    ("a", "no version"),
    ("1a.", "one field too many"),
    ("1n", "one field too few"),
    ("1p.k3Jv9Qw2xYs.17.d", "no argument"),
    ("1p.k3Jv9Qw2xYs.17.D.", "a move in capitals"),
    ("1p.k3Jv9Qw2xYs.17..", "no move"),
    ("1p.k3Jv9Qw2xYs..d.", "no revision"),
    ("1p.k3Jv9Qw2xYs.017.d.", "a zero in front"),
    ("1p.k3Jv9Qw2xYs.+17.d.", "a plus"),
    ("1p.k3Jv9Qw2xYs.1_7.d.", "an underscore, which int() would take"),
    ("1p.k3Jv9Qw2xYs.١٧.d.", "Arabic digits, which int() would take"),
    ("1p.k3Jv9Qw2xYs.17.d.\n", "a line break at the end"),
    ("1z.20261125.-0", "minus zero"),
    ("1z.20261125.1e3", "a power of ten"),
    ("1z.20261125.9999999999", "more than nine digits"),
    ("1g.J.k3Jv9Qw2xYs.", "a move of a team in capitals"),
    ("1g.j.k3Jv9Qw2xYs", "a move of a team without its argument"),
    ("1o.TODAY.", "a screen by its name, not its value"),
    ("1w.Europe/Berlin\x00", "a null byte"),
    ("1w.\ud800", "half a character"),
    (" 1a", "a space in front"),
]


@pytest.mark.parametrize(("data", "what"), FORGED, ids=[what for _, what in FORGED])
def test_a_forged_button_is_no_action(data: str, what: str) -> None:
    assert what
    assert decode(data) is None


def same_or_none(data: str) -> bool:
    action = decode(data)
    return action is None or encode(action) == data


@given(st.text())
@example("1z.20261125.-0")
def test_any_text_is_one_action_or_none(data: str) -> None:
    assert same_or_none(data)


def test_a_hundred_thousand_forged_strings_are_one_action_or_none() -> None:
    dice = random.Random(20261125)
    letters = ALPHABET + ".... " + "-0123456789" * 3 + "ä\n"
    good: list[Action] = [
        Play(ID, 17, MoveCode.FEEL, "red"),
        Start(StartKind.DRILL, DAY, "heel-circle"),
        Snooze(DAY, -1),
        PauseFor(3),
    ]
    good += [Show(Screen.WHY), Set(Setting.QUIET, "2200-0700"), EditTimes("set", "024", "07301800"), Screening("3y-12")]
    good += [Team(TeamMove.PAGE, ID, "2"), Team(TeamMove.START, "", "share-2-t-chat")]
    understood = 0
    for _ in range(100_000):
        data = list(encode(dice.choice(good)))
        if dice.random() < 0.2:
            data = ["1", dice.choice("psoznawtcelvukrdgx"), ".", *dice.choices(letters, k=dice.randrange(64))]
        for _ in range(dice.randrange(4)):
            place = dice.randrange(len(data))
            data[place : place + dice.randrange(2)] = dice.choices(letters, k=dice.randrange(3))
            data = data or ["1"]
        text = "".join(data)
        assert same_or_none(text), text
        understood += decode(text) is not None
    assert 20_000 < understood < 80_000
