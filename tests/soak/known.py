"""All texts that a person may see, as one pattern for a line: the catalogues' templates and the words of the drills."""

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from functools import cache
from string import Formatter

from bot import words
from drills import catalog

# What stands in a field: a few words, another text of ours, a name. Nothing with markup.
_FILLING = r"[^<>\n]*"
_PROGRESS = r"(?:[LR](?: \S)?|\d+)\xa0[✓▶·–]"
_MOMENT = r"\d\d:\d\d:\d\d UTC"


@cache
def lines() -> re.Pattern[str]:
    texts = words.load()
    templates = {form for name in texts.ids for form in texts.forms(name)}
    found = {_pattern(line) for form in templates for line in form.splitlines() if line.strip()}
    found |= {re.escape(line.strip()) for told in _strings(catalog.load().values()) for line in told.splitlines()}
    one = "|".join(sorted(found, key=len, reverse=True))
    # A line of a card may be a label and what it labels, or several of ours with something between them.
    piece = rf"(?:{one}|{_PROGRESS}|{_MOMENT}|\d+)"
    return re.compile(rf"(?i){piece}(?:(?:[,;:·]? +| – ){piece})*")


def _pattern(template: str) -> str:
    """A template that is nothing but fields would know every text: it knows none."""
    parts = list(Formatter().parse(template))
    if not any(char.isalpha() for literal, *_ in parts for char in literal):
        return re.escape(template)
    return "".join(re.escape(literal) + (_FILLING if name is not None else "") for literal, name, *_ in parts)


def _strings(values: Iterable[object]) -> set[str]:
    """Every text in values of values."""
    found: set[str] = set()
    for value in values:
        if isinstance(value, str):
            found.add(value)
        elif is_dataclass(value):
            found |= _strings(getattr(value, each.name) for each in fields(value))
        elif isinstance(value, dict):
            found |= _strings(value.values())
        elif isinstance(value, tuple | list | frozenset | set):
            found |= _strings(value)
    return found
