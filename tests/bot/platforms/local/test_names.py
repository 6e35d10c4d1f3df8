"""Names lose what could disguise them (reliability X-18) and keep what people are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.local.names import clean_name, clean_text


@pytest.mark.parametrize(
    "name",
    [
        "Ada",
        "Jürgen",
        "Zoë",
        "Nguyễn Văn A",
        "محمد",
        "नेहा",
        "山田太郎",
        "O'Brien",
        "Ada 🦶",
        "👩‍💻",
        "👍🏽",
        "❤️ Bo",
        "<b>Bo</b>",
    ],
)
def test_what_people_are_called_stays(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada \n Lovelace ", "Ada Lovelace"),
        ("\u202eadA", "adA"),  # right-to-left override
        ("A\u200bd\u200ba\u2066\u2069", "Ada"),  # nothing to see
        ("A\0da\x1b[31m", "Ada[31m"),
        ("Z" + "\u0335\u0321\u0489" * 30, "Z\u0335\u0321\u0489"),
        ("\ud800Ada", "\ufffdAda"),
        ("\u200d\u200dAda", "Ada"),
        ("\u202e\u200b \n", ""),
        ("x" * 500, "x" * 32),
    ],
)
def test_what_disguises_goes(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


@given(st.text())
def test_a_clean_name_is_short_stays_clean_and_can_be_stored(typed: str) -> None:
    name = clean_name(typed)
    assert len(name) <= 64
    assert clean_name(name) == name
    assert name.encode("utf-8").decode() == name
    assert "\n" not in name


@given(st.text())
def test_clean_text_can_be_stored(typed: str) -> None:
    text = clean_text(typed)
    assert "\0" not in text
    assert text.encode("utf-8").decode() == text
