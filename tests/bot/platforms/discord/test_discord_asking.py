"""The form that opens where somebody cannot simply type to us."""

import pytest

from bot import words
from bot.cards import AskKind
from bot.platforms.discord.asking import modal
from bot.platforms.discord.fields import asking_id, said_by
from tests.kit.discord import spec

WORDS = words.load()


@pytest.mark.parametrize("kind", list(AskKind))
def test_each_kind_of_question_has_a_form(kind: AskKind) -> None:
    form = modal(asking_id(kind), WORDS)
    assert form is not None
    body = form.to_dict()
    assert spec.violations("POST", "/interactions/1/token/callback", {}, {"type": 9, "data": body}) == []
    assert said_by(body["custom_id"]) is kind
    assert 1 <= len(body["title"]) <= 45
    [label] = body["components"]
    field = label["component"]
    assert (label["type"], field["type"], field["custom_id"], field["required"]) == (18, 4, "text", True)
    assert 1 <= len(label["label"]) <= 45
    assert 1 <= len(field["placeholder"]) <= 100
    assert field["max_length"] == 200


@pytest.mark.parametrize("custom_id", ["", "ask!", "ask!else", "say!time", "1o.today.", "o!time"])
def test_other_buttons_open_none(custom_id: str) -> None:
    assert modal(custom_id, WORDS) is None


def test_the_library_does_not_keep_it() -> None:
    form = modal("ask!time~1", WORDS)
    assert form is not None
    assert form.is_finished()


async def test_the_library_does_not_keep_it_in_a_running_loop_either() -> None:
    form = modal("ask!time", WORDS)
    assert form is not None
    assert form.is_finished()
