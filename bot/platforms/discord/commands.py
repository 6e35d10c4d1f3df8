"""The application commands: what Discord is told of them, and what is said by calling one.

Built from the same menu as everywhere, and with the same names in every language. A command takes one option at most, and
to call it is to say what a person types elsewhere: `/settings zone place:Berlin` says "/settings zone Berlin".
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bot.platforms.cleaning import clean_name, cut
from bot.platforms.port import MenuEntry
from bot.reading.places import find_places, popular_places
from bot.words import Words
from drills.programme import MINUTES

DESCRIPTION_MAX = 100
CHOICES_MAX = 25
CHOICE_MAX = 100  # a choice's name, and what it stands for
GIVEN_MAX = 200  # of an option; nothing that is read is longer

_CHAT_INPUT = 1
_SUBCOMMAND, _STRING = 1, 3
_IN_SERVERS, _IN_OUR_CHAT = 0, 1
_ADDED_TO_SERVER, _ADDED_BY_PERSON = 0, 1

_PUBLIC = "challenge"
_WHOLE = "show"  # of the subcommands the one that a bare command means
_SUBCOMMANDS: Mapping[str, tuple[str, ...]] = {"settings": (_WHOLE, "zone", "minutes", "quiet")}
_CALL = re.compile(r"/([-\w]{1,32})(?:\s+(\S.*))?\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Option:
    """`suggested`: Discord asks us what it could be while it is typed."""

    name: str
    required: bool = False
    suggested: bool = False
    minutes: tuple[int, ...] = ()
    """What it is chosen from, where it cannot be anything else."""


_OPTIONS: Mapping[tuple[str, ...], Option] = {
    ("times",): Option("when"),
    ("pause",): Option("until"),
    ("rest",): Option("days"),
    ("day_start",): Option("time"),
    ("drills",): Option("name", suggested=True),
    ("challenge",): Option("code"),
    ("link",): Option("code"),
    ("settings", "zone"): Option("place", required=True, suggested=True),
    ("settings", "minutes"): Option("minutes", required=True, minutes=MINUTES),
    ("settings", "quiet"): Option("hours"),
}


def is_private(name: str) -> bool:
    """Whether its answer is for the caller alone, wherever it is called."""
    return name != _PUBLIC


def said(path: Sequence[str], options: Mapping[str, str]) -> str:
    """What the coach hears when a command is called."""
    names = [name for number, name in enumerate(path) if not (number and name == _WHOLE)]
    return " ".join(["/" + names[0], *names[1:], *(value for value in options.values() if value)])


def parse(text: str) -> tuple[tuple[str, ...], dict[str, str]] | None:
    """The call that says this, as Discord's apps would let it be made; None if they would not."""
    call = _CALL.match(text)
    if call is None:
        return None
    name, rest = call[1].lower(), call[2] or ""
    path: tuple[str, ...] = (name,)
    if name in _SUBCOMMANDS:
        below, _, rest = rest.partition(" ")
        path = (name, below.lower() or _WHOLE)
        if path[1] not in _SUBCOMMANDS[name]:
            return None
    option, given = _OPTIONS.get(path), rest.strip()
    if option is None or not given:
        return None if given or (option and option.required) else (path, {})
    if len(given) > GIVEN_MAX or (option.minutes and given not in map(str, option.minutes)):
        return None
    return path, {option.name: given}


def suggest(path: Sequence[str], option: str, typed: str, drills: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """(what is shown, what it stands for) for an option that somebody is typing. `drills`: each one's id and name."""
    known = _OPTIONS.get(tuple(path))
    if known is None or known.name != option or not known.suggested:
        return []
    found = _drills(typed, drills) if known.name == "name" else _zones(typed)
    return [(_short(name, CHOICE_MAX), value) for name, value in found if len(value) <= CHOICE_MAX][:CHOICES_MAX]


def _drills(typed: str, drills: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    wanted = typed.strip().casefold()
    return [(name, drill) for drill, name in drills if wanted in name.casefold() or wanted in drill]


def _zones(typed: str) -> list[tuple[str, str]]:
    """A place stands for its zone, which is beside it: what is shown must be unique, or apps mistake one for another."""
    places = find_places(typed, CHOICES_MAX) if typed.strip() else popular_places(limit=CHOICES_MAX)
    return [(f"{', '.join(filter(None, (each.name, each.country)))} – {each.zone}", each.zone) for each in places]


def payload(
    menu: Sequence[MenuEntry], words: Words, others: Mapping[str, Words] = MappingProxyType({})
) -> list[dict[str, Any]]:
    """The body that replaces all commands. `others`: further languages that are complete, by Discord's name for each."""
    texts = _Texts(words, others)
    return [_command(entry, texts) for entry in menu]


def fingerprint(body: Sequence[Mapping[str, Any]]) -> str:
    """Changes when the commands change: they may be replaced only so often in a day (D-26)."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class _Texts:
    words: Words
    others: Mapping[str, Words]

    def told(self, field: str, say: Callable[[Words], str]) -> dict[str, Any]:
        """The field in our language, and what it is in the others."""
        told: dict[str, Any] = {field: _short(say(self.words), DESCRIPTION_MAX)}
        if self.others:
            others = {locale: _short(say(words), DESCRIPTION_MAX) for locale, words in self.others.items()}
            told[f"{field}_localizations"] = others
        return told


def _command(entry: MenuEntry, texts: _Texts) -> dict[str, Any]:
    def describe(words: Words) -> str:
        return entry.description if words is texts.words else words(f"command.{entry.name}")

    command = {
        "name": entry.name,
        "type": _CHAT_INPUT,
        **texts.told("description", describe),
        "contexts": [_IN_SERVERS, _IN_OUR_CHAT],
        # Whoever has added us for themselves alone cannot play in a server that has not: its channels are closed to us.
        "integration_types": [_ADDED_TO_SERVER, _ADDED_BY_PERSON] if is_private(entry.name) else [_ADDED_TO_SERVER],
    }
    below = [_subcommand(entry.name, name, texts) for name in _SUBCOMMANDS.get(entry.name, ())]
    options = below or _options((entry.name,), texts)
    return {**command, "options": options} if options else command


def _subcommand(parent: str, name: str, texts: _Texts) -> dict[str, Any]:
    described = texts.told("description", lambda words: words(f"discord.settings-{name}"))
    return {"name": name, "type": _SUBCOMMAND, **described, "options": _options((parent, name), texts)}


def _options(path: tuple[str, ...], texts: _Texts) -> list[dict[str, Any]]:
    option = _OPTIONS.get(path)
    if option is None:
        return []
    told: dict[str, Any] = {
        "name": option.name,
        "type": _STRING,
        **texts.told("description", lambda words: words(f"discord.option-{option.name}")),
        "required": option.required,
    }
    if option.minutes:
        told["choices"] = [_choice(minutes, texts) for minutes in option.minutes]
    else:
        told |= {"max_length": GIVEN_MAX, "autocomplete": option.suggested}
    return [told]


def _choice(minutes: int, texts: _Texts) -> dict[str, Any]:
    return {**texts.told("name", lambda words: words("discord.minutes", n=minutes)), "value": str(minutes)}


def _short(text: str, longest: int) -> str:
    """One line, and never empty, which Discord would refuse."""
    return cut(clean_name(text, longest), longest) or "…"
