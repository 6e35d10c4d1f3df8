"""Cards as Telegram shows them: every block, every limit, and names that want to be more than names."""

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import MoveCode, Play, Screen, Show
from bot.cards import (
    Ask,
    AskKind,
    Block,
    Button,
    Card,
    Countdown,
    Fine,
    Labelled,
    Lead,
    Link,
    Mark,
    Meter,
    Points,
    PrivateLink,
    RoundMark,
    Rounds,
    Square,
    Squares,
    Style,
    Tone,
)
from bot.platforms.telegram.markup import clean, clean_name, cut
from bot.platforms.telegram.render import CAPTION_MAX, notice, render
from tests.kit.telegram.entities import CannotParse, parse, units

ME = "ToeholdTestBot"


def shown(*blocks: Block) -> str:
    """The visible text below the title."""
    return parse(render(Card("T", blocks), ME).text)[0].removeprefix("T\n\n")


def kinds(*blocks: Block) -> list[tuple[str, str]]:
    """What is emphasised below the title."""
    text, entities = parse(render(Card("T", blocks), ME).text)
    wide = text.encode("utf-16-le")
    return [
        (e["type"], wide[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le")) for e in entities[1:]
    ]


def test_a_card_reads_from_its_title_down() -> None:
    card = Card(
        "Heel circles",
        (
            Lead("Draw a slow circle."),
            Labelled("Cue", "Heel stays heavy"),
            Labelled("Dose", "3 sets"),
            "First paragraph",
            "Second paragraph",
            Points(("one", "two\nlines")),
            Fine("Stop if it hurts."),
        ),
    )
    payload = render(card, ME)
    assert payload.plain == (
        "Heel circles\n\nDraw a slow circle.\n\nCue Heel stays heavy\nDose 3 sets\n\nFirst paragraph\n\n"
        "Second paragraph\n\n• one\n• two lines\n\nStop if it hurts."
    )
    assert payload.text.startswith("<b>Heel circles</b>\n\n<b>Draw a slow circle.</b>\n\n<b>Cue</b> Heel")
    assert payload.text.endswith("<i>Stop if it hurts.</i>")
    assert payload.keyboard is None


def test_rounds_show_what_is_done_what_is_now_and_what_comes() -> None:
    rounds = Rounds(
        (
            (RoundMark("L ↻", "left", Mark.DONE), RoundMark("L ↺", "left", Mark.NOW)),
            (RoundMark("R ↻", "right", Mark.TODO),),
        )
    )
    assert shown(rounds) == "L ↻\xa0✓   L ↺\xa0▶\nR ↻\xa0·"
    assert kinds(rounds) == [("bold", "L ↺\xa0▶")]


@pytest.mark.parametrize(
    ("percent", "bar"),
    [
        (-5, "░░░░░░░░░░ 0%"),
        (0, "░░░░░░░░░░ 0%"),
        (1, "█░░░░░░░░░ 1%"),
        (50, "█████░░░░░ 50%"),
        (99, "█████████░ 99%"),
        (100, "██████████ 100%"),
        (250, "██████████ 100%"),
    ],
)
def test_a_meter_is_full_only_when_all_is_done(percent: int, bar: str) -> None:
    assert shown(Meter("Week", percent)) == f"Week {bar}"
    assert shown(Meter("", percent)) == bar


def test_days_are_squares_and_a_missed_one_is_pale() -> None:
    tones = zip("MTWTF", (Tone.DONE, Tone.MISSED, Tone.PAUSED, Tone.OPEN, Tone.NEUTRAL), strict=True)
    days = Squares(tuple(Square(label, "", tone) for label, tone in tones))
    assert shown(days) == "M\xa0🟩  T\xa0▫️  W\xa0🟦  T\xa0⬜  F\xa0⬜"


def test_a_countdown_is_drawn_by_the_client_and_readable_without_it() -> None:
    until = datetime(2026, 11, 25, 7, 0, 18, tzinfo=UTC)
    assert shown(Countdown("Rest", until)) == "Rest 07:00:18 UTC"
    assert kinds(Countdown("Rest", until))[-1] == ("date_time", "07:00:18 UTC")
    _, entities = parse(render(Card("T", (Countdown("Rest", until),)), ME).text)
    assert (entities[-1]["unix_time"], entities[-1]["date_time_format"]) == (int(until.timestamp()), "r")


def test_an_open_question_shows_its_example() -> None:
    payload = render(Card("When?", ask=Ask(AskKind.TIME, "weekdays 7:30")), ME)
    assert payload.text == "<b>When?</b>\n\n<i>weekdays 7:30</i>"


def test_buttons_carry_their_action_their_link_or_the_way_to_the_private_chat() -> None:
    card = Card(
        "T",
        rows=(
            (Button("Go", Show(Screen.TODAY), Style.PRIMARY), Button("Erase", Show(Screen.ERASE), Style.DANGER)),
            (Link("Site", "https://example.org/"), PrivateLink("Privately", "join-42")),
            (Button("  ", Show(Screen.TODAY), Style.QUIET),),
        ),
    )
    keyboard = render(card, ME).keyboard
    assert keyboard is not None
    assert keyboard.to_dict() == {
        "inline_keyboard": [
            [
                {"text": "Go", "callback_data": "1o.today.", "style": "primary"},
                {"text": "Erase", "callback_data": "1o.erase.", "style": "danger"},
            ],
            [
                {"text": "Site", "url": "https://example.org/"},
                {"text": "Privately", "url": "https://t.me/ToeholdTestBot?start=join-42"},
            ],
            [{"text": "…", "callback_data": "1o.today."}],
        ]
    }


def test_without_a_user_name_there_is_no_link_to_the_private_chat() -> None:
    assert render(Card("T", rows=((PrivateLink("Privately", "x"),),)), "").keyboard is None


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


def test_a_card_that_is_too_long_is_cut_at_a_line_and_says_so() -> None:
    card = Card("Board", (Points(tuple(f"player <{number}> & friends" for number in range(400))),))
    text, _ = parse(render(card, ME).text)
    assert units(text) <= 4096
    assert text.endswith("\n…")
    assert text.count("&") > 100
    short, _ = parse(render(card, ME, longest=CAPTION_MAX).text)
    assert units(short) <= 1024


def test_one_line_that_is_too_long_is_cut_inside() -> None:
    text, _ = parse(render(Card("<" * 9000), ME).text)
    assert 4000 < units(text) <= 4096
    assert text.endswith("…")


def test_a_card_that_just_fits_is_not_cut() -> None:
    text, _ = parse(render(Card("x" * 4096), ME).text)
    assert text == "x" * 4096


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
