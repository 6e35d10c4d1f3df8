"""Every sentence is in the catalogues, none is there for nothing, and none stands in the code."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import words
from drills.challenges import KINDS
from drills.practice import Why
from scheduler.slot import Role

ENGLISH = words.load("en")
CODE = [path for folder in ("bot", "drills", "scheduler") for path in sorted(Path(folder).rglob("*.py"))]
SCRIPTS = sorted(Path("bot/platforms/local/static").rglob("*.js")) + sorted(
    Path("bot/platforms/local/static").rglob("*.html")
)
MESSAGE = re.compile(r"[a-z-]+(\.[a-z0-9_-]+)+(?<![.-])\Z")
SPEAKERS = {"words", "texts", "_texts", "_words"}


def asked_for() -> Iterator[tuple[str, str, bool]]:
    """(where, message id or its fixed beginning, whether it is whole) for every call that asks for words."""
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            spoken_by = isinstance(node.func, ast.Call) and ast.unparse(node.func).endswith("words.load()")
            if name not in SPEAKERS and not spoken_by:
                continue
            where = f"{path}:{node.lineno}"
            inside = {
                id(part) for each in ast.walk(node.args[0]) if isinstance(each, ast.JoinedStr) for part in each.values
            }
            for argument in ast.walk(node.args[0]):
                if id(argument) in inside:
                    continue
                if isinstance(argument, ast.JoinedStr):
                    head = argument.values[0]
                    if isinstance(head, ast.Constant):
                        yield where, str(head.value), False
                elif isinstance(argument, ast.Constant) and MESSAGE.match(str(argument.value)):
                    yield where, str(argument.value), True


def test_every_message_that_the_code_asks_for_exists() -> None:
    missing = [
        (where, message)
        for where, message, whole in asked_for()
        if not (message in ENGLISH if whole else any(known.startswith(message) for known in ENGLISH.ids))
    ]
    assert missing == []


def test_no_message_is_there_for_nothing() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in [*CODE, *SCRIPTS])
    beginnings = {message for _, message, whole in asked_for() if not whole}
    unused = [
        message
        for message in sorted(ENGLISH.ids)
        if f'"{message}"' not in source
        and f"'{message}'" not in source
        and f'"{message.removeprefix("local.")}"' not in source
        and not any(message.startswith(beginning) for beginning in beginnings | {"why."})
        and not message.startswith(("local.", "telegram."))
    ]
    assert unused == []


@pytest.mark.parametrize("message", sorted(ENGLISH.ids))
def test_a_message_is_well_formed(message: str) -> None:
    fields = [
        {name for _, name, _, _ in string.Formatter().parse(form) if name is not None}
        for form in ENGLISH.forms(message)
    ]
    assert all(form.strip() for form in ENGLISH.forms(message))
    assert all(each <= fields[0] | {"n"} for each in fields), "the plural has other fields than the singular"
    assert "!!" not in "".join(ENGLISH.forms(message))


@pytest.mark.parametrize("why", list(Why))
def test_every_refusal_of_the_player_has_words(why: Why) -> None:
    assert f"notice.{why}" in ENGLISH


@pytest.mark.parametrize("role", list(Role))
def test_every_role_of_a_slot_has_words(role: Role) -> None:
    assert f"slot.about-{role}" in ENGLISH
    assert f"slot.name-{role}" in ENGLISH


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_challenge_has_words_and_an_id_that_buttons_can_carry(kind: str) -> None:
    assert f"challenge.{kind}" in ENGLISH
    assert f"challenge.what-{kind}" in ENGLISH
    assert re.fullmatch("[a-z]{1,16}", kind), "a draft's button writes dashes between its parts"


def test_a_typed_brace_is_never_read_as_a_template() -> None:
    assert ENGLISH("place.hint") == "Berlin"
    assert ENGLISH("list.and", first="{last}", last="{0.__class__}") == "{last} and {0.__class__}"


def test_views_and_coach_hold_no_sentences() -> None:
    """A sentence has a space and ends like one; docstrings and log events are not shown to people."""
    found = []
    for path in [*Path("bot/views").rglob("*.py"), *Path("bot/coach").rglob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        fields = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs | fields:
                text = node.value
                if (
                    re.search(r"[a-z] [a-z]", text)
                    and text.rstrip().endswith((".", "?", "!"))
                    and "raise" not in path.name
                ):
                    found.append((str(path), text))
    assert found == []
