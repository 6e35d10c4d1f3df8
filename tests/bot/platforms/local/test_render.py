"""Card -> JSON: every block and control by its meaning, and nothing that the page must not offer."""

import json
from datetime import UTC, datetime

import pytest

from bot.actions import Agree, Show, decode
from bot.actions import Screen as Where
from bot.cards import (
    Ask,
    AskKind,
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
from bot.platforms.local.render import card_json, without_controls

UNTIL = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)

FULL = Card(
    "Title",
    (
        "plain",
        Lead("lead"),
        Labelled("Cue", "heavy heel"),
        Fine("fine"),
        Points(("one", "two")),
        Rounds(((RoundMark("L ↻", "left foot, clockwise", Mark.NOW),),)),
        Meter("Team", 71),
        Squares((Square("Mo", "Monday: done", Tone.DONE),)),
        Countdown("Rest", UNTIL),
    ),
    ((Button("OK", Agree(), Style.PRIMARY),), (Link("More", "https://example.org/"), PrivateLink("Set up", "join-1"))),
    Ask(AskKind.PLACE, "Porto"),
)


def test_every_block_keeps_its_meaning() -> None:
    assert card_json(FULL) == {
        "title": "Title",
        "blocks": [
            {"type": "text", "text": "plain"},
            {"type": "lead", "text": "lead"},
            {"type": "labelled", "label": "Cue", "text": "heavy heel"},
            {"type": "fine", "text": "fine"},
            {"type": "points", "items": ["one", "two"]},
            {"type": "rounds", "lines": [[{"label": "L ↻", "spoken": "left foot, clockwise", "mark": "now"}]]},
            {"type": "meter", "label": "Team", "percent": 71},
            {"type": "squares", "days": [{"label": "Mo", "spoken": "Monday: done", "tone": "done"}]},
            {"type": "countdown", "label": "Rest", "until": "2026-11-25T06:30:00+00:00"},
        ],
        "rows": [
            [{"type": "button", "label": "OK", "data": "1a", "style": "primary"}],
            [
                {"type": "link", "label": "More", "url": "https://example.org/"},
                {"type": "private", "label": "Set up", "payload": "join-1"},
            ],
        ],
        "ask": {"kind": "place", "hint": "Porto"},
    }


def test_a_card_survives_its_way_through_json() -> None:
    assert json.loads(json.dumps(card_json(FULL))) == card_json(FULL)


def test_button_data_reads_back_as_the_action() -> None:
    rows = card_json(Card("", (), ((Button("Help", Show(Where.HELP)),),)))["rows"]
    assert isinstance(rows, list)
    assert decode(rows[0][0]["data"]) == Show(Where.HELP)


def test_history_says_the_same_but_offers_nothing() -> None:
    history = without_controls(card_json(FULL))
    assert (history["rows"], history["ask"]) == ([], None)
    assert history["blocks"] == card_json(FULL)["blocks"]


def test_an_empty_row_is_left_out() -> None:
    assert card_json(Card("", (), ((), (Button("OK", Agree()),))))["rows"] == [
        [{"type": "button", "label": "OK", "data": "1a", "style": "plain"}]
    ]


@pytest.mark.parametrize(("percent", "drawn"), [(-5, 0), (0, 0), (100, 100), (340, 100)])
def test_a_meter_stays_between_empty_and_full(percent: int, drawn: int) -> None:
    assert card_json(Card("", (Meter("", percent),)))["blocks"] == [{"type": "meter", "label": "", "percent": drawn}]


@pytest.mark.parametrize(
    "control",
    [
        Link("x", "javascript:alert(1)"),
        Link("x", "http://example.org/"),
        Link("x", "data:text/html,x"),
        PrivateLink("x", "a b"),
        PrivateLink("x", "a" * 65),
        PrivateLink("x", ""),
    ],
)
def test_a_control_that_must_not_be_offered_is_an_error(control: Link | PrivateLink) -> None:
    with pytest.raises(ValueError, match=r"link"):
        card_json(Card("", (), ((control,),)))
