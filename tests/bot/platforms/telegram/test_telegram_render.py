"""Cards as Telegram shows them: every block, every limit, and names that want to be more than names."""

from datetime import UTC, datetime

import pytest

from bot.actions import Screen, Show
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
from bot.platforms.telegram.render import CAPTION_MAX, render
from tests.kit.telegram.entities import parse, units

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


def test_an_open_question_adds_nothing_the_card_tells_what_to_type() -> None:
    payload = render(Card("When?", ("Type a time.",), ask=Ask(AskKind.TIME, "weekdays 7:30")), ME)
    assert payload.text == "<b>When?</b>\n\nType a time."


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
