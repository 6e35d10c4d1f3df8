"""One spelling for many: how a place's name is folded, alike when the list is made and when a person types."""

import unicodedata

# Letters that do not come apart into a base letter and an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ə": "e"}
)


def fold(name: str) -> str:
    """The name without accents, case and punctuation: "  São-Paulo " → "sao paulo". Scripts other than Latin are kept."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(char for char in apart if not unicodedata.combining(char)).casefold().translate(_LETTERS)
    # Marks without a shape vanish, apostrophes too (Xi'an is typed Xian); every other sign parts words.
    kept = (char for char in bare if unicodedata.category(char) != "Cf" and char not in "'’ʻʼ`")
    return " ".join(
        "".join(char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in kept).split()
    )
