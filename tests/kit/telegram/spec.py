"""Holds every call against the published description of the Bot API, when that file lies beside the project."""

import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from aiohttp.web import FileField

_FILE = Path(__file__).resolve().parents[3].parent / "shared" / "specs" / "telegram-bot-api.json"
_INTEGER = re.compile(r"-?[0-9]{1,18}\Z")


@lru_cache
def description() -> dict[str, Any] | None:
    if not _FILE.exists():
        return None
    loaded: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return loaded


def violations(method: str, given: Mapping[str, str | bytearray | FileField]) -> list[str]:
    """What the description forbids about these parameters; nothing when there is no description."""
    api = description()
    if api is None:
        return []
    fields = _fields(method.lower())
    if fields is None:
        return [f"{method}: no such method"]
    found = [f"{method}: unknown parameter {name}" for name in given if name not in fields]
    for name, field in fields.items():
        if name not in given:
            if field["required"]:
                found.append(f"{method}: {name} is missing")
        elif not any(_written(given[name], kind, api) for kind in field["types"]):
            found.append(f"{method}: {name} is not {' or '.join(field['types'])}")
    return found


@cache
def _fields(method: str) -> dict[str, Any] | None:
    """Of a method by its name in small letters; None when there is none of that name."""
    api = description()
    assert api is not None
    entry = next((entry for name, entry in api["methods"].items() if name.lower() == method), None)
    return None if entry is None else {field["name"]: field for field in entry.get("fields", [])}


def _written(value: str | bytearray | FileField, kind: str, api: dict[str, Any]) -> bool:
    """A parameter as it stands in the form: text, or JSON where the type is not a plain one."""
    if kind == "InputFile":
        return True
    if not isinstance(value, str):
        return False
    match kind:
        case "String":
            return True
        case "Integer":
            return bool(_INTEGER.match(value))
        case "Boolean":
            return value.lower() in ("true", "false")
        case "Float":
            return bool(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value))
    try:
        return _shaped(json.loads(value), kind, api)
    except ValueError:
        return False


def _shaped(value: Any, kind: str, api: dict[str, Any]) -> bool:
    if kind.startswith("Array of "):
        return isinstance(value, list) and all(_shaped(item, kind[len("Array of ") :], api) for item in value)
    match kind:
        case "String":
            return isinstance(value, str)
        case "Integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "Boolean":
            return isinstance(value, bool)
        case "Float":
            return isinstance(value, int | float) and not isinstance(value, bool)
    shape = api["types"].get(kind)
    if shape is None or not isinstance(value, dict):
        return False
    if shape.get("subtypes"):
        return any(_shaped(value, sub, api) for sub in shape["subtypes"])
    fields = {field["name"]: field for field in shape.get("fields", [])}
    return all(name in fields for name in value) and all(
        any(_shaped(value[name], option, api) for option in field["types"]) if name in value else not field["required"]
        for name, field in fields.items()
    )
