"""Every card renders within every platform's limits, and every button on it means something."""

import json
from pathlib import Path

import pytest

from bot import words
from bot.actions import MAX_BYTES, decode, encode
from bot.cards import LABEL_MAX, ROW_MAX, ROWS_MAX, TEXT_MAX, Button, Card, PrivateLink
from bot.platforms.discord import render as discord_render
from bot.platforms.local import render as local_render
from bot.platforms.telegram import render as telegram_render
from bot.views.scenes import Scene, all_scenes, draw
from tests.kit.discord.components import check
from tests.kit.gallery import page, samples
from tests.kit.telegram.entities import parse

SAMPLES = list(samples())


def test_the_gallery_has_every_scene() -> None:
    shown = {type(scene) for _, scene in SAMPLES}
    assert shown == all_scenes()


def test_the_page_in_the_docs_is_what_the_views_draw() -> None:
    assert Path("docs/gallery.md").read_text(encoding="utf-8") == page(), "run `make docs`"


@pytest.mark.parametrize("scene", [scene for _, scene in SAMPLES], ids=[name for name, _ in SAMPLES])
def test_a_card_is_within_the_limits_of_every_platform(scene: Scene) -> None:
    card = draw(words.load(), scene)

    assert card.title
    assert len(card.rows) <= ROWS_MAX
    for row in card.rows:
        assert 1 <= len(row) <= ROW_MAX
        for control in row:
            assert 1 <= len(control.label) <= LABEL_MAX
            if isinstance(control, Button):
                data = encode(control.action)
                assert len(data.encode()) <= MAX_BYTES
                assert decode(data) == control.action
            if isinstance(control, PrivateLink):
                assert control.payload
    assert json.dumps(local_render.card_json(card))
    assert len(_on_telegram(card)) <= TEXT_MAX
    check([item.to_component_dict() for item in discord_render.draw(card, words.load(), notice="n", key="k")], v2=True)


@pytest.mark.parametrize("scene", [scene for _, scene in SAMPLES], ids=[name for name, _ in SAMPLES])
def test_a_card_speaks_kindly(scene: Scene) -> None:
    text = " ".join([draw(words.load(), scene).title, *map(str, draw(words.load(), scene).blocks)]).lower()
    for word in ("!!", "you failed", "you lost", "cure", "prevents injury", "fixes"):
        assert word not in text, word


def _on_telegram(card: Card) -> str:
    """The text as Telegram's own strict reader sees it: its markup must be well-formed."""
    text, _ = parse(telegram_render.render(card, "ToeholdTestBot").text)
    return text
