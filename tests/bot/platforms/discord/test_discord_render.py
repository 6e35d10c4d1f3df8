"""Cards as Discord shows them: every block, every limit, and what is in the ids of buttons."""

from datetime import UTC, datetime
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import words
from bot.actions import Action, EditTimes, MoveCode, PauseFor, Play, Screen, Show, Start, StartKind, decode
from bot.cards import (
    Ask,
    AskKind,
    Attachment,
    Block,
    Button,
    Card,
    Control,
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
from bot.platforms.cleaning import width
from bot.platforms.discord.fields import action_id, meaning, opened_by, opening_id
from bot.platforms.discord.render import CALM, GRAVE, draw, whisper
from bot.views import scenes
from tests.kit.discord import spec
from tests.kit.discord.components import check, walk
from tests.kit.gallery import samples

WORDS = words.load()
KEY = "0123456789abcdefghijklmno"
PNG = Attachment("week.png", "image/png", b"", "Ann 7, Ben 5")

Json = dict[str, Any]


def sent(card: Card, **more: Any) -> list[Json]:
    """The components, which are within every limit of Discord."""
    components = [item.to_component_dict() for item in draw(card, WORDS, **more)]
    check(components, v2=True)
    assert sum(width(text) for text in contents(components)) <= 4000
    assert spec.violations("POST", "/channels/1/messages", {}, {"components": components, "flags": 1 << 15}) == []
    return components


def contents(components: list[Json]) -> list[str]:
    return [part["content"] for _, part in walk(components) if part["type"] == 10]


def shown(*blocks: Block) -> str:
    """The text below the title."""
    return "\n\n".join(contents(sent(Card("T", blocks)))).removeprefix("### T").lstrip("\n")


def rows(components: list[Json]) -> list[list[Json]]:
    return [part["components"] for _, part in walk(components) if part["type"] == 1]


def ids(components: list[Json]) -> list[str]:
    return [part["custom_id"] for _, part in walk(components) if "custom_id" in part]


def test_a_card_reads_from_its_title_down() -> None:
    card = Card(
        "Heel circles",
        (
            Fine("Set 1 of 3"),
            Lead("Draw a slow circle."),
            Labelled("Cue", "Heel stays heavy"),
            Labelled("Dose", "3 sets"),
            "First paragraph",
            "Second paragraph",
            Points(("one", "two\nlines")),
            Fine("Stop if it hurts."),
            Fine("Or if\nit burns."),
        ),
    )
    [container] = sent(card)
    assert container["type"] == 17
    assert [part["type"] for part in container["components"]] == [10, 14, 10, 14, 10]
    assert contents([container]) == [
        "### Heel circles\n-# Set 1 of 3\n**Draw a slow circle.**",
        "**Cue** Heel stays heavy\n**Dose** 3 sets\n\nFirst paragraph\n\nSecond paragraph\n\n- one\n- two lines",
        "-# Stop if it hurts.\n-# Or if\n-# it burns.",
    ]


def test_rounds_show_what_is_done_what_is_now_and_what_comes() -> None:
    rounds = Rounds(
        (
            (RoundMark("L ↻", "left", Mark.DONE), RoundMark("L ↺", "left", Mark.NOW)),
            (RoundMark("R ↻", "right", Mark.TODO),),
        )
    )
    assert shown(rounds) == "L ↻\xa0✓   **L ↺\xa0▶**\nR ↻\xa0·"


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
    assert shown(Meter("Week", percent)) == f"**Week** {bar}"
    assert shown(Meter("", percent)) == bar


def test_days_are_squares_and_a_missed_one_is_pale() -> None:
    tones = zip("MTWTF", (Tone.DONE, Tone.MISSED, Tone.PAUSED, Tone.OPEN, Tone.NEUTRAL), strict=True)
    days = Squares(tuple(Square(label, "", tone) for label, tone in tones))
    assert shown(days) == "M\xa0🟩  T\xa0▫️  W\xa0🟦  T\xa0⬜  F\xa0⬜"


@pytest.mark.parametrize(("microsecond", "second"), [(0, 18), (1, 19), (999_999, 19)])
def test_a_countdown_is_drawn_by_the_client_and_never_ends_too_soon(microsecond: int, second: int) -> None:
    until = datetime(2026, 11, 25, 7, 0, 18, microsecond, tzinfo=UTC)
    unix = int(datetime(2026, 11, 25, 7, 0, second, tzinfo=UTC).timestamp())
    assert shown(Countdown("Rest", until)) == f"**Rest** <t:{unix}:R>"


def test_a_notice_stands_in_small_print_before_the_card() -> None:
    notice, container = sent(Card("T"), notice="Counted: set 2.\n\nWell *done*")
    assert notice["type"] == 10
    assert notice["content"] == "-# Counted: set 2.\n-# Well \\*done\\*"
    assert container["type"] == 17
    assert [part["type"] for part in sent(Card("T"), notice=" \u200b\n ")] == [17]


def test_a_whisper_is_one_text() -> None:
    assert [item.to_component_dict() for item in whisper("- Wait", WORDS)] == [{"type": 10, "content": "\\- Wait"}]
    assert [item.to_component_dict() for item in whisper(" \n", WORDS)] == [{"type": 10, "content": "…"}]


def test_a_person_is_named_in_the_title() -> None:
    assert contents(sent(Card("Your drills are ready"), meant="81")) == ["### <@81> Your drills are ready"]
    with pytest.raises(ValueError, match="not a user's id"):
        draw(Card("T"), WORDS, meant="81> @everyone")


def test_a_picture_stands_above_the_text_and_says_what_it_shows() -> None:
    [container] = sent(Card("T"), photo=PNG)
    gallery, title = container["components"]
    [item] = gallery["items"]
    assert (item["media"]["url"], item["description"]) == ("attachment://week.png", "Ann 7, Ben 5")
    assert title["content"] == "### T"
    [silent] = sent(Card("T"), photo=Attachment("week.png", "image/png", b""))
    assert silent["components"][0]["items"][0].get("description") is None


def test_buttons_carry_their_action_their_link_or_the_way_to_the_private_conversation() -> None:
    card = Card(
        "T",
        rows=(
            (Button("Go", Show(Screen.TODAY), Style.PRIMARY), Button("Erase", Show(Screen.ERASE), Style.DANGER)),
            (Link("Site", "https://example.org/"), PrivateLink("Privately", "join-42")),
            (Button("  ", Show(Screen.HELP), Style.QUIET),),
        ),
    )
    drawn = [
        [{name: value for name, value in button.items() if name not in ("type", "disabled")} for button in row]
        for row in rows(sent(card))
    ]
    assert drawn == [
        [
            {"label": "Go", "style": 1, "custom_id": "1o.today."},
            {"label": "Erase", "style": 4, "custom_id": "1o.erase."},
        ],
        [
            {"label": "Site", "style": 5, "url": "https://example.org/"},
            {"label": "Privately", "style": 2, "custom_id": "o!join-42"},
        ],
        [{"label": "…", "style": 2, "custom_id": "1o.help."}],
    ]


def test_a_card_with_a_dangerous_button_has_another_colour() -> None:
    [calm], [grave] = sent(Card("T")), sent(Card("T", rows=((Button("E", Show(Screen.ERASE), Style.DANGER),),)))
    assert (calm["accent_color"], grave["accent_color"]) == (CALM.value, GRAVE.value)


def test_the_key_is_in_every_id_and_no_id_occurs_twice() -> None:
    same = Button("Go", Show(Screen.TODAY))
    card = Card("T", rows=((same, same, same), (PrivateLink("P", "x"), PrivateLink("P", "x"))))
    assert ids(sent(card)) == ["1o.today.", "1o.today.~1", "1o.today.~2", "o!x", "o!x~1"]
    keyed = ids(sent(card, key="n1"))
    assert keyed == ["1o.today.~n1", "1o.today.~n1~1", "1o.today.~n1~2", "o!x~n1", "o!x~n1~1"]
    assert [decode(meaning(each)) for each in keyed[:3]] == [Show(Screen.TODAY)] * 3
    assert [opened_by(each) for each in keyed] == [None] * 3 + ["x"] * 2


@pytest.mark.parametrize("key", ["n~1", "N1", "a" * 26, "n 1"])
def test_what_cannot_be_a_key_is_refused_before_discord_does(key: str) -> None:
    with pytest.raises(ValueError, match="cannot be part"):
        action_id(Show(Screen.TODAY), key)


@pytest.mark.parametrize("payload", ["", "a~b", "x" * 65, "a b", "../x", "ä"])
def test_what_cannot_be_a_payload_opens_nothing(payload: str) -> None:
    with pytest.raises(ValueError, match="cannot open"):
        opening_id(payload)
    assert opened_by(f"o!{payload}") in (None, "a")


ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(
        Play, st.from_regex("[A-Za-z0-9_-]{11}", fullmatch=True), st.integers(0, 10**8), st.sampled_from(MoveCode)
    ),
    st.builds(Start, st.sampled_from(StartKind), st.just("20261125"), st.sampled_from(["", "heel-circle"])),
    st.builds(Show, st.sampled_from(Screen)),
    st.builds(EditTimes, st.just("set"), st.just("0123456"), st.from_regex("([0-9]{4}){1,11}", fullmatch=True)),
    st.builds(PauseFor, st.integers(-3, 366)),
)


@given(ACTIONS, st.from_regex("[0-9a-z]{0,25}", fullmatch=True))
def test_an_action_comes_back_as_it_went(action: Action, key: str) -> None:
    card = Card("T", rows=tuple(((Button("a", action),) * 5,) * 5))
    found = ids(sent(card, key=key))
    assert len(set(found)) == 25
    assert {decode(meaning(each)) for each in found} == {action}


@pytest.mark.parametrize("kind", list(AskKind))
def test_a_question_can_be_answered_by_a_button(kind: AskKind) -> None:
    asking = Ask(kind, "7:30")
    three: tuple[Control, ...] = tuple(Button("a", Show(screen)) for screen in list(Screen)[:3])
    five: tuple[Control, ...] = tuple(Button("a", Show(screen)) for screen in list(Screen)[3:8])
    beside = rows(sent(Card("T", rows=(five, three), ask=asking)))
    assert [len(row) for row in beside] == [5, 4]
    below = rows(sent(Card("T", rows=(three, five), ask=asking)))
    assert [len(row) for row in below] == [3, 5, 1]
    alone = rows(sent(Card("T", ask=asking)))
    assert alone == [[beside[1][3]]] == [below[2]]
    assert alone[0][0]["custom_id"] == f"ask!{kind}"
    assert alone[0][0]["label"].endswith("…")


def test_the_fullest_card_has_forty_components() -> None:
    buttons = tuple(tuple(Button("a", Show(Screen.WHY, f"{row}{n}")) for n in range(5)) for row in range(5))
    blocks = (Lead("lead"), "body", Fine("small"))
    whole = sent(Card("T", blocks, buttons, Ask(AskKind.TEXT, "")), notice="notice", key=KEY, photo=PNG)
    assert len(list(walk(whole))) == 40
    assert max(map(len, ids(whole))) <= 100


def test_a_card_that_is_too_long_is_cut_at_a_line_and_says_so() -> None:
    card = Card("Board", (Points(tuple(f"player <{number}> & friends" for number in range(400))), Fine("never shown")))
    notice, head, body = contents(sent(card, notice="n" * 900))
    assert head == "### Board"
    assert body.endswith("\n…")
    assert body.count("&") > 90
    assert len(notice) < 500


def test_one_line_that_is_too_long_is_cut_inside() -> None:
    _, text = contents(sent(Card("T", ("*" * 9000,))))
    assert 3900 < len(text) <= 4000
    assert text.endswith("\\*…\n…")
    [title] = contents(sent(Card("<" * 9000)))
    assert len(title) <= 204


def test_a_card_that_fits_is_not_cut() -> None:
    assert shown("x" * 3980) == "x" * 3980


@pytest.mark.parametrize("card", [Card(""), Card("\u200b", ("", " ", "\u202e")), Card(" ", (Fine(""), Lead("")))])
def test_a_card_of_nothing_is_not_empty(card: Card) -> None:
    [text] = contents(sent(card))
    assert text.strip() == "### …"


@pytest.mark.parametrize(("name", "scene"), list(samples()), ids=[name for name, _ in samples()])
def test_every_card_of_the_gallery_is_within_the_limits(name: str, scene: scenes.Scene) -> None:
    components = sent(scenes.draw(WORDS, scene), notice=name, key=KEY, photo=PNG)
    assert not any(text.endswith("…") and "\n…" in text for text in contents(components)), "nothing is cut"


def test_drawing_needs_no_running_loop_and_no_state() -> None:
    card = Card("T", rows=((Button("a", Show(Screen.TODAY)),),))
    assert all(isinstance(item, discord.ui.Item) for item in draw(card, WORDS))
