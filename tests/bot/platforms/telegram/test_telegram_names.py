"""Names that want to be more than names, and whatever else people type (T-21, X-18)."""

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import MoveCode, Play, Screen, Show
from bot.cards import (
    Block,
    Button,
    Card,
    Countdown,
    Fine,
    Labelled,
    Lead,
    Mark,
    Meter,
    Points,
    RoundMark,
    Rounds,
    Square,
    Squares,
    Tone,
)
from bot.platforms.cleaning import clean, clean_name, cut
from bot.platforms.telegram.render import CAPTION_MAX, notice, render
from tests.kit.telegram.entities import CannotParse, parse, units

ME = "ToeholdTestBot"


HOSTILE = [
    "<b>bold</b>",
    "<script>alert(1)</script>",
    '"><a href="tg://user?id=1">',
    "&lt;&#60;&amp",
    "_*[`~>#+-=|{}.!",
    "a\u202eb\u2066c\u200bd\u200ee",
    "Z̸̢̛͔̦̮̀̈́̒̕ȁ̵̧̛̱̲͔̓̈́l̶̰̯̈́͜g̸̡̛̠̈o",
    "\x00\x07\x1b[31m\x7f\x85",
    "line\nbreak\r\nand\u2028more\u2029",
    "👩‍👩‍👧‍👦👍🏽🏳️‍🌈",
    "\ud800\udfff",
    "🦶" * 64,
    "{drill} %s {0}",
    "",
    " ",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_a_name(name: str) -> None:
    card = Card(name, (Lead(name), Labelled(name, name), Points((name,)), Fine(name), Meter(name, 5), name))
    payload = render(Card("T", card.blocks, ((Button(name, Show(Screen.TODAY)),),)), ME)
    text, entities = parse(payload.text)
    assert text == payload.plain
    assert {entity["type"] for entity in entities} <= {"bold", "italic"}
    assert "\u202e" not in text
    assert parse(render(card, ME).text)[0].strip()


def test_invisible_characters_go_and_emoji_stay_whole() -> None:
    assert clean("a\u202eb\u200bc\ufeffd\u2069e\x00f\u2028g") == "abcdefg"
    assert clean("👩‍👩‍👧 👍🏽 🏳️‍🌈 ❤️‍🔥") == "👩‍👩‍👧 👍🏽 🏳️‍🌈 ❤️‍🔥"
    assert clean("a\u200db") == "ab"
    assert clean("e" + "\u0301" * 50) == "é" + "\u0301" * 2
    assert clean("Ольга محمد 李") == "Ольга محمد 李"


def test_a_name_is_one_line_of_at_most_32_characters() -> None:
    assert clean_name("  Ann \n\t of\u2029 Kyiv ") == "Ann of Kyiv"
    assert clean_name("x" * 100) == "x" * 32
    assert clean_name("👩‍👩‍👧‍👦" * 40) == "👩‍👩‍👧‍👦" * 32


def test_a_notice_is_plain_and_short() -> None:
    assert notice("Set 2 < 3 & done") == "Set 2 < 3 & done"
    assert units(notice("🦶" * 300)) <= 200


ANY = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=[]),
        st.sampled_from("<>&\"'/;=#\n\r\t\u200d\u202e\u2066\u200b\ufe0f👩🏽🦶e\u0301"),
        st.sampled_from(string.ascii_letters),
    ),
    max_size=200,
)
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    ANY,
    ANY.map(Lead),
    st.builds(Labelled, ANY, ANY),
    ANY.map(Fine),
    st.lists(ANY, max_size=20).map(lambda items: Points(tuple(items))),
    st.builds(Meter, ANY, st.integers(-10, 200)),
    ANY.map(lambda text: Rounds(((RoundMark(text, text, Mark.NOW),),))),
    ANY.map(lambda text: Squares((Square(text, text, Tone.DONE),))),
    ANY.map(lambda text: Countdown(text, datetime(2026, 11, 25, tzinfo=UTC))),
)


@given(
    st.builds(
        lambda title, blocks, label: Card(
            title, tuple(blocks), ((Button(label, Play("k3Jv9Qw2xYs", 17, MoveCode.DONE)),),)
        ),
        ANY,
        st.lists(BLOCKS, max_size=30),
        ANY,
    ),
    st.sampled_from([CAPTION_MAX, 4096]),
)
def test_whatever_people_type_the_card_parses_and_fits(card: Card, longest: int) -> None:
    payload = render(card, ME, longest)
    try:
        text, _ = parse(payload.text)
    except CannotParse as error:
        raise AssertionError(payload.text) from error
    assert text == payload.plain
    assert 1 <= units(text) <= longest
    assert text.strip()
    assert len(payload.text.encode()) <= 32768
    assert not set(text) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\ufeff\x00\x1b\r"
    )
    assert payload.keyboard is not None
    [[button]] = payload.keyboard.inline_keyboard
    assert button.text.strip()
    assert units(button.text) <= 80


@given(ANY, st.integers(1, 50))
def test_cutting_never_exceeds_the_limit_and_loses_nothing_that_fits(text: str, longest: int) -> None:
    result = cut(text, longest)
    assert units(result) <= longest
    assert (result == text) == (units(text) <= longest) or result.endswith("…")
