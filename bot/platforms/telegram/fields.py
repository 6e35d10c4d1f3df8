"""Reading a raw update field by field: what is missing or of another type than the Bot API says is Unreadable."""

import re
from collections.abc import Mapping
from typing import TypeAlias

from bot.cards import TEXT_MAX
from bot.platforms.cleaning import clean_name
from bot.platforms.port import Account, Sender, Unreadable

Fields: TypeAlias = Mapping[str, object]

PLATFORM = "telegram"
MARK = "~"  # stands in button data between the action, which has none, and the mark of the message

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")


def get_object(fields: Fields, name: str) -> Fields:
    value = fields.get(name)
    if not isinstance(value, dict):
        raise Unreadable(f"{name} is not an object")
    return value


def get_number(fields: Fields, name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unreadable(f"{name} is not a number")
    return value


def get_text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Unreadable(f"{name} is not a text")
    return value


def is_private(chat: Fields) -> bool:
    return chat.get("type") == "private"


def sender_of(who: Fields, bot: str) -> Sender:
    name = who.get("first_name")
    language = who.get("language_code")
    return Sender(
        Account(PLATFORM, bot, str(get_number(who, "id"))),
        clean_name(name[:TEXT_MAX]) if isinstance(name, str) else "",
        language if isinstance(language, str) and _LANGUAGE.match(language) else "",
    )


def group_of(chat: Fields, bot: str) -> Sender:
    """A group as a speaker: not a person."""
    title = chat.get("title")
    name = clean_name(title[:TEXT_MAX]) if isinstance(title, str) else ""
    return Sender(Account(PLATFORM, bot, str(get_number(chat, "id"))), name)
