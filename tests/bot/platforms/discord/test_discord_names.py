"""Names that want to be more than names, and whatever else people type (D-27, D-28, X-18)."""

import re
import string
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import words
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
    Mark,
    Meter,
    Points,
    RoundMark,
    Rounds,
    Square,
    Squares,
    Tone,
)
from bot.platforms.cleaning import clean, width
from bot.platforms.discord.markup import safe, shortened
from bot.platforms.discord.render import draw
from tests.kit.discord.components import check, walk
from tests.kit.discord.reading import plain

WORDS = words.load()

# What Discord's apps take for more than text, at the place where they stand.
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_LINE = {
    "heading": re.compile(r"[^\S\n]*#{1,3}\s"),
    "small": re.compile(r"[^\S\n]*-#\s"),
    "quote": re.compile(r"[^\S\n]*>"),
    "list": re.compile(r"[^\S\n]*(?:[-*+]|\d+\.)\s"),
}
_INLINE = {
    "bold": re.compile(r"\*\*"),
    "emphasis": re.compile(r"[*_]"),
    "strike": re.compile(r"~~"),
    "spoiler": re.compile(r"\|\|"),
    "code": re.compile(r"`"),
    "mention": re.compile(r"<(?:@[!&]?|#)\d+>"),
    "everyone": re.compile(r"@(?:everyone|here)"),
    "emoji": re.compile(r"<a?:\w+:\d+>|:[^\s:]+:"),
    "time": re.compile(r"<t:-?\d+(?::[a-zA-Z])?>"),
    "command": re.compile(r"</[^>]+:\d+>|<id:\w+>"),
    "link": re.compile(r"\[[^\]]*\]\([^)]*\)|<?\w+://\S|<[\w+.-]+[@:][^>\s]+>"),
}
# What Discord's server looks for without reading markdown.
_RAW = re.compile(r"<(?:@[!&]?|#)\d+>|<a?:\w+:\d+>|<t:|</\w+:|\w://|\]\(\w+:")


def read(markdown: str) -> tuple[str, set[str]]:
    """What a reader sees, and what in it is more than text."""
    text, more, place = [], set(), 0
    while place < len(markdown):
        begins = place == 0 or markdown[place - 1] == "\n"
        escaped = _ESCAPED.match(markdown, place)
        if escaped:
            text.append(escaped[1])
            place = escaped.end()
            continue
        rules = {**(_LINE if begins else {}), **_INLINE}
        found = next(((name, match) for name, rule in rules.items() if (match := rule.match(markdown, place))), None)
        if found:
            more.add(found[0])
        # The marks are gone for a reader; what else was found is left standing.
        if found and found[0] in ("bold", "heading", "small", "list", "time"):
            place = found[1].end()
        else:
            text.append(markdown[place])
            place += 1
    return "".join(text), more


HOSTILE = [
    "**bold** __under__ *em* _em_ ~~strike~~ ||spoiler|| `code` ```js\nalert(1)\n```",
    "# heading",
    "  ## heading",
    "-# small",
    "> quote",
    ">>> all of it",
    "- item\n* item\n+ item\n 1. item\n2. item",
    "[click](https://evil.example) <https://evil.example> https://evil.example http://a.b:80/_c_",
    "steam://run/1 mailto:a@b.c <a@b.c> <+4930123>",
    "<@1> <@!1> <@&1> <#1> <id:guide> </erase:1>",
    "@everyone @here",
    "<:a:1> <a:b:2> :smile: :100: :+1:",
    "<t:1:R> <t:1>",
    "¯\\_(ツ)_/¯ \\* \\\\",
    "a\u202eb\u2066c\u200bd\u200ee",
    "@\u200beveryone <@\u200b1> *\u200b*b*\u2060*",
    "Z̸̢̛͔̦̮̀̈́̒̕ȁ̵̧̛̱̲͔̓̈́l̶̰̯̈́͜g̸̡̛̠̈o",
    "\x00\x07\x1b[31m\x7f\x85",
    "line\nbreak\r\nand\u2028# more\u2029- x",
    "👩‍👩‍👧‍👦👍🏽🏳️‍🌈",
    "\ud800\udfff",
    "🦶" * 64,
    "{drill} %s {0}",
    "",
    " ",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_a_name(name: str) -> None:
    seen, more = read(safe(name).markup)
    assert (seen, more) == (clean(name), set())
    assert not _RAW.search(safe(name).markup)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_does_not_change_the_card_around_it(name: str) -> None:
    blocks = (Lead(name), Labelled(name, name), Points((name,)), name, Meter(name, 5), Fine(name))
    components = [item.to_component_dict() for item in draw(Card(name, blocks), WORDS, notice=name)]
    check(components, v2=True)
    for _, part in walk(components):
        _, more = read(part.get("content", ""))
        assert more <= {"bold", "heading", "small", "list"}


def test_what_needs_no_escape_has_none() -> None:
    for text in (
        "Heel circle: 3 sets, 12 reps.",
        "sit-to-stand – it's fine",
        "What's next? (2/3) + 50 % & more!",
        "李 Ольга",
    ):
        assert safe(text).markup == text


def test_the_fake_sees_what_was_typed() -> None:
    """The other reader of the tests, which the stories look through, agrees."""
    for name in HOSTILE:
        assert plain(safe(name).markup) == clean(name)


ANY = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=[]),
        st.sampled_from("\\*_~`|<>[]()@#:-+.!&/ \n\r\t\u200d\u202e\u2066\u200b\ufe0f👩🏽🦶e\u0301\u00a00123"),
        st.sampled_from(string.ascii_letters),
    ),
    max_size=200,
)
SIGNS = st.text(alphabet="\\*_~`|<>[]()@#:-+./ \n1ahttps", max_size=60)


@given(st.one_of(ANY, SIGNS))
@example("1.\n 2. \n-\n - x")
@example("\\-# x")
def test_whatever_is_typed_is_read_as_it_was_typed(text: str) -> None:
    markdown = safe(text)
    assert read(markdown.markup) == (clean(text), set())
    assert markdown.plain == clean(text)
    assert not _RAW.search(markdown.markup)
    assert [line.plain for line in markdown.lines()] == clean(text).split("\n")


@given(st.one_of(ANY, SIGNS), st.integers(0, 50))
def test_shortening_never_exceeds_the_limit_and_escapes_what_is_left(text: str, longest: int) -> None:
    piece = shortened(text, longest)
    assert piece.width <= longest
    seen, more = read(piece.markup)
    assert (seen, more) == (piece.plain, set())
    if longest > 0 and safe(text).width <= longest and text == clean(text):
        assert seen == clean(text)


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
            title,
            tuple(blocks),
            ((Button(label, Play("k3Jv9Qw2xYs", 17, MoveCode.DONE)), Button(label, Show(Screen.TODAY))),),
            Ask(AskKind.TEXT, label),
        ),
        ANY,
        st.lists(BLOCKS, max_size=30),
        ANY,
    ),
    ANY,
)
def test_whatever_people_type_the_card_is_valid_and_fits(card: Card, notice: str) -> None:
    components = [item.to_component_dict() for item in draw(card, WORDS, notice=notice)]
    check(components, v2=True)
    texts = [part["content"] for _, part in walk(components) if part["type"] == 10]
    assert sum(map(width, texts)) <= 4000
    for text in texts:
        assert text.strip()
        assert read(text)[1] <= {"bold", "heading", "small", "list", "time"}
        assert not set(text) & set(
            "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\ufeff\x00\x1b\r"
        )
    labels = [part["label"] for _, part in walk(components) if part["type"] == 2]
    assert all(label.strip() and width(label) <= 80 for label in labels)
