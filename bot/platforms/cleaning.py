"""What people typed, without what no reader can see: the same on every platform, before it escapes anything.

Names and typed texts are hostile: a right-to-left override or a zero-width character survives any escaping and can make
a card say something else than it says (reliability X-18), so invisible characters go before anything is escaped.
"""

import unicodedata

_JOINER = "\N{ZERO WIDTH JOINER}"
_EMOJI_STYLE = "\N{VARIATION SELECTOR-16}"
_SKIN_TONES = frozenset(map(chr, range(0x1F3FB, 0x1F400)))

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})

# Scripts that stack marks need at most two above a letter; more is "zalgo", which bleeds over the lines around it.
MARKS_MAX = 2


def _is_emoji(char: str) -> bool:
    return char in _SKIN_TONES or char == _EMOJI_STYLE or unicodedata.category(char) in ("So", "Cn")


def clean(text: str) -> str:
    """The text without control, format and surrogate characters; new lines stay, and joiners inside an emoji."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    kept: list[str] = []
    marks = 0
    for index, char in enumerate(text):
        category = unicodedata.category(char)
        if char == _JOINER:
            following = text[index + 1 : index + 2]
            if kept and following and _is_emoji(kept[-1]) and _is_emoji(following):
                kept.append(char)
            continue
        # Zl and Zp are line separators that clients do not agree on. Cn stays: emoji newer than Python's tables are Cn.
        if category in _INVISIBLE and char != "\n":
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= MARKS_MAX:
            kept.append(char)
    return "".join(kept)


def clean_name(name: str, longest: int = 32) -> str:
    """A person's name on one line, at most `longest` characters as a reader counts them (X-18)."""
    line = " ".join(clean(name).split())
    seen = 0
    for index, char in enumerate(line):
        joined = index > 0 and line[index - 1] == _JOINER
        attached = unicodedata.category(char)[0] == "M" or char == _JOINER or char in _SKIN_TONES
        if not joined and not attached:
            seen += 1
        if seen > longest:
            return line[:index].rstrip()
    return line


def width(text: str) -> int:
    """How the clients of chats count: UTF-16 units. Servers count code points, which are never more."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, longest: int) -> str:
    """The text in at most `longest` UTF-16 units, with an ellipsis where something was lost."""
    if width(text) <= longest:
        return text
    while text and width(text) > longest - 1:
        text = text[: min(len(text) - 1, longest - 1)]
    return text.rstrip().rstrip(_JOINER) + "…"
