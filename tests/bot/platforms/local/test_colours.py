"""The page's colours can be read: WCAG 2.2 contrast of every pair of tokens that meets on the page, light and dark."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[4] / "bot" / "platforms" / "local" / "static" / "tokens.css").read_text("utf-8")
LIGHT, DARK = TOKENS.split("@media (prefers-color-scheme: dark)", 1)
TEXT = 4.5
GRAPHIC = 3.0

PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "ink-2") for ground in ("paper", "side", "surface", "sunken", "mine")),
    ("ink-3", "paper", TEXT),
    ("ink-3", "surface", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-hover", TEXT),
    ("accent", "surface", TEXT),
    ("accent", "accent-soft", TEXT),
    ("now", "now-soft", TEXT),
    ("danger", "surface", TEXT),
    ("danger", "danger-soft", TEXT),
    ("danger", "paper", TEXT),
    ("paper", "ink", TEXT),
    *(("focus", ground, GRAPHIC) for ground in ("paper", "side", "surface", "sunken")),
]


def token(css: str, name: str) -> str:
    found = re.search(rf"--{name}: (#[0-9a-f]{{6}});", css)
    assert found, name
    return found[1]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("css", [LIGHT, DARK.split("@media", 1)[0]], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_contrast(css: str, ink: str, ground: str, least: float) -> None:
    brighter, darker = sorted((luminance(token(css, ink)), luminance(token(css, ground))), reverse=True)
    assert (brighter + 0.05) / (darker + 0.05) >= least


@pytest.mark.parametrize("hue", re.findall(r"--hue: (#[0-9a-f]{6})", TOKENS))
def test_initials_can_be_read_on_every_persons_colour(hue: str) -> None:
    assert 1.05 / (luminance(hue) + 0.05) >= TEXT
