"""Cleans what people type: text keeps its letters and loses what cannot be stored, names lose what could disguise them."""

import unicodedata

NAME_MAX = 32  # characters as people count them (reliability X-18)
_POINTS_MAX = 64  # code points in all: joined emoji count as one letter each, but not without end
_MARKS_MAX = 3  # combining marks on one letter; real scripts need up to three, zalgo needs dozens
_JOINER = "\u200d"
_VARIATION = "\ufe0f"


def clean_text(text: str) -> str:
    """The text without NUL and without halves of surrogate pairs: no database takes them."""
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text if char != "\0")


def clean_name(name: str) -> str:
    """The name in NFC, on one line, without control and direction characters, at most 32 letters. May be empty."""
    shown: list[str] = []
    letters = marks = 0
    one_line = " ".join(clean_text(name).split())
    seen = "".join(char for char in one_line if char == _JOINER or not unicodedata.category(char).startswith("C"))
    for char in unicodedata.normalize("NFC", seen):
        category = unicodedata.category(char)
        if char == _JOINER or "\U0001f3fb" <= char <= "\U0001f3ff":  # inside an emoji: both belong to the letter before
            if not shown or unicodedata.category(shown[-1]) not in {"So", "Mn", "Sk"}:
                continue
        elif category.startswith("M") or char == _VARIATION:
            marks += 1
            if marks > _MARKS_MAX or not shown:
                continue
        else:
            if not (shown and shown[-1] == _JOINER):
                letters += 1
            marks = 0
        if letters > NAME_MAX or len(shown) >= _POINTS_MAX:
            break
        shown.append(char)
    return " ".join(unicodedata.normalize("NFC", "".join(shown).strip(_JOINER + " ")).split())
