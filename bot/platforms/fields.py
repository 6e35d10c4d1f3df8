"""Reading what a platform sent field by field: what is missing or of another type than its API says is Unreadable."""

from collections.abc import Mapping
from typing import TypeAlias

from bot.platforms.port import Unreadable

Fields: TypeAlias = Mapping[str, object]


def get_object(fields: Fields, name: str) -> Fields:
    value = fields.get(name)
    if not isinstance(value, dict):
        raise Unreadable(f"{name} is not an object")
    return value


def get_text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Unreadable(f"{name} is not a text")
    return value


def get_number(fields: Fields, name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unreadable(f"{name} is not a number")
    return value


def get_flag(fields: Fields, name: str) -> bool:
    value = fields.get(name)
    if not isinstance(value, bool):
        raise Unreadable(f"{name} is neither true nor false")
    return value
