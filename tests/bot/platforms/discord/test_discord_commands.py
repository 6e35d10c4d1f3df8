"""The commands that Discord is told of, what is said by calling them, and what is suggested meanwhile."""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import words
from bot.build import menu
from bot.platforms.discord.commands import fingerprint, is_private, parse, payload, said, suggest
from bot.platforms.port import MenuEntry
from bot.reading.places import SPREAD, the_place_meant
from bot.words import Words
from drills import catalog
from drills.programme import MINUTES
from tests.kit.discord import spec

WORDS = words.load()
DRILLS = [(drill.id, drill.name) for drill in catalog.load().values()]
# With what is still to come: the table knows it already.
COMING = [MenuEntry(name, f"about {name}", team=False) for name in ("drills", "link")]
MENU = [*menu(), *(entry for entry in COMING if entry.name not in {known.name for known in menu()})]


def nodes(body: list[dict[str, Any]]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every command, subcommand and option, with the way to it."""
    for each in body:
        yield (each["name"],), each
        for path, below in nodes(each.get("options", [])):
            yield (each["name"], *path), below


BODY = payload(MENU, WORDS)
NODES = dict(nodes(BODY))


def test_every_command_of_the_menu_is_there_by_its_name_and_no_other() -> None:
    assert [command["name"] for command in payload(menu(), WORDS)] == [entry.name for entry in menu()]
    assert [command["name"] for command in payload(COMING, WORDS)] == ["drills", "link"]


@pytest.mark.parametrize("path", list(NODES), ids=" ".join)
def test_names_and_descriptions_are_as_discord_wants_them(path: tuple[str, ...]) -> None:
    node = NODES[path]
    assert 1 <= len(node["name"]) <= 32
    assert node["name"] == node["name"].lower()
    assert all(char in "-_" or unicodedata.category(char)[0] in "LN" for char in node["name"])
    assert 1 <= len(node["description"]) <= 100
    assert len(node.get("options", [])) <= 25
    assert not (node.get("choices") and node.get("autocomplete"))
    assert len(node.get("choices", [])) <= 25


def test_the_body_is_what_the_description_of_the_api_allows() -> None:
    assert spec.violations("PUT", "/applications/42/commands", {}, BODY) == []


def test_where_commands_can_be_called() -> None:
    for command in BODY:
        assert command["contexts"] == [0, 1]
        assert command["integration_types"] == ([0] if command["name"] == "challenge" else [0, 1])
        assert is_private(command["name"]) == (command["name"] != "challenge")


def test_the_options() -> None:
    options = {path: node for path, node in NODES.items() if node["type"] == 3 and "value" not in node}
    assert set(options) == {
        ("times", "when"),
        ("settings", "zone", "place"),
        ("settings", "minutes", "minutes"),
        ("settings", "quiet", "hours"),
        ("pause", "until"),
        ("rest", "days"),
        ("day_start", "time"),
        ("challenge", "code"),
        ("drills", "name"),
        ("link", "code"),
    }
    assert {path for path, node in options.items() if node["required"]} == {
        ("settings", "zone", "place"),
        ("settings", "minutes", "minutes"),
    }
    assert {path for path, node in options.items() if node.get("autocomplete")} == {
        ("settings", "zone", "place"),
        ("drills", "name"),
    }
    choices = options["settings", "minutes", "minutes"]["choices"]
    assert [(choice["name"], choice["value"]) for choice in choices] == [(f"{n} minutes", str(n)) for n in MINUTES]


def test_a_description_is_one_line_and_cut_and_never_empty() -> None:
    odd = [MenuEntry("a", "x" * 300, team=False), MenuEntry("b", " \n", team=False), MenuEntry("c", "1\n2", team=False)]
    assert [len(command["description"]) for command in payload(odd, WORDS)] == [100, 1, 3]


def test_other_languages_describe_the_same_names() -> None:
    german = Words("de", {message: tuple("de: " + form for form in WORDS.forms(message)) for message in WORDS.ids})
    body = payload(menu(), WORDS, {"de": german})
    for path, node in nodes(body):
        plain = NODES[path]
        assert node["description"] == plain["description"]
        assert node["description_localizations"] == {"de": f"de: {plain['description']}"[:100]}
        assert "name_localizations" not in node
        for choice in node.get("choices", []):
            assert choice["name_localizations"] == {"de": f"de: {choice['name']}"}
    assert spec.violations("PUT", "/applications/42/commands", {}, body) == []
    assert fingerprint(body) != fingerprint(payload(menu(), WORDS))


def test_the_fingerprint_is_stable_and_tells_a_change() -> None:
    mark = fingerprint(BODY)
    assert mark == fingerprint(json.loads(json.dumps(payload(MENU, WORDS))))
    assert len(mark) == 32
    assert int(mark, 16) >= 0
    assert mark != fingerprint(payload([*MENU[:-1], MenuEntry("link", "another", team=False)], WORDS))


TYPED = [
    ("/today", ("today",), {}),
    ("/start", ("start",), {}),
    ("/times weekdays 7:30 and 19:00", ("times",), {"when": "weekdays 7:30 and 19:00"}),
    ("/settings", ("settings", "show"), {}),
    ("/settings zone São Paulo", ("settings", "zone"), {"place": "São Paulo"}),
    ("/settings minutes 6", ("settings", "minutes"), {"minutes": "6"}),
    ("/settings quiet", ("settings", "quiet"), {}),
    ("/settings quiet 22-7", ("settings", "quiet"), {"hours": "22-7"}),
    ("/pause sick until friday", ("pause",), {"until": "sick until friday"}),
    ("/rest sat sun", ("rest",), {"days": "sat sun"}),
    ("/day_start 4", ("day_start",), {"time": "4"}),
    ("/drills heel-circle", ("drills",), {"name": "heel-circle"}),
    ("/challenge FX7K2Q", ("challenge",), {"code": "FX7K2Q"}),
    ("/link ABC", ("link",), {"code": "ABC"}),
]


@pytest.mark.parametrize(("text", "path", "options"), TYPED, ids=[text for text, _, _ in TYPED])
def test_a_call_says_what_is_typed_elsewhere(text: str, path: tuple[str, ...], options: Mapping[str, str]) -> None:
    assert parse(text) == (path, options)
    assert said(path, options) == text


@pytest.mark.parametrize("name", [entry.name for entry in MENU])
def test_every_command_can_be_called_by_its_name(name: str) -> None:
    call = parse(f"/{name}")
    assert call is not None
    assert said(*call) == f"/{name}"


@pytest.mark.parametrize(
    "text",
    ["", "/", "today", " /today", "/today now", "/settings what", "/settings zone", "/settings minutes", "/settings show me",
     "/settings minutes 7", "/start join-42", "/a.b", "/times " + "x" * 201, "/" + "x" * 33],
)  # fmt: skip
def test_what_no_app_would_send_is_no_call(text: str) -> None:
    assert parse(text) is None


@given(
    st.text(max_size=60) | st.sampled_from([text for text, _, _ in TYPED]).flatmap(lambda t: st.text().map(t.__add__))
)
def test_a_call_says_what_is_read_as_the_same_call(text: str) -> None:
    call = parse(f"/{text.removeprefix('/')}")
    if call is not None:
        assert parse(said(*call)) == call


def test_zones_are_suggested_by_what_is_typed_so_far() -> None:
    path = ("settings", "zone")
    popular = suggest(path, "place", "", DRILLS)
    assert len(popular) == len(SPREAD)
    assert popular[0] == ("London, United Kingdom – Europe/London", "Europe/London")
    assert suggest(path, "place", " ", DRILLS) == popular
    assert suggest(path, "place", "berl", DRILLS)[0] == ("Berlin, Germany – Europe/Berlin", "Europe/Berlin")
    assert suggest(path, "place", "utc", DRILLS)[0][1] == "UTC"
    assert len(suggest(path, "place", "san", DRILLS)) == 25
    assert suggest(path, "place", "nowhere at all", DRILLS) == []
    for name, value in suggest(path, "place", "san", DRILLS):
        meant = the_place_meant(value)
        assert meant is not None
        assert meant.zone == value, name


def test_drills_are_suggested_by_their_names() -> None:
    everything = suggest(["drills"], "name", "", DRILLS)
    assert everything == [(name, drill) for drill, name in DRILLS]
    assert suggest(["drills"], "name", "HEEL", DRILLS) == [("Heel Circle", "heel-circle")]
    assert suggest(["drills"], "name", "", [(f"d{n}", f"Drill {n}") for n in range(40)])[24] == ("Drill 24", "d24")


@pytest.mark.parametrize(("path", "option"), [(["today"], "x"), (["times"], "when"), ([], ""), (["drills"], "place")])
def test_nothing_is_suggested_where_nothing_can_be(path: list[str], option: str) -> None:
    assert suggest(path, option, "a", DRILLS) == []


@given(st.text(max_size=120))
def test_suggestions_are_within_the_limits_whatever_is_typed(typed: str) -> None:
    for path, option in ((("settings", "zone"), "place"), (("drills",), "name")):
        found = suggest(path, option, typed, DRILLS)
        assert len(found) <= 25
        assert len({name for name, _ in found}) == len(found)
        assert all(1 <= len(name) <= 100 and 1 <= len(value) <= 100 for name, value in found)


def test_the_names_are_those_of_the_documentation() -> None:
    page = Path("docs/commands.md").read_text(encoding="utf-8")
    for command in payload(menu(), WORDS):
        assert f"/{command['name']}" in page
