"""What the modules of this folder read from a raw update: who sent it, and what kind of chat it is from."""

import re

from bot.cards import TEXT_MAX
from bot.platforms.cleaning import clean_name
from bot.platforms.fields import Fields, get_number
from bot.platforms.port import Account, Sender

PLATFORM = "telegram"
MARK = "~"  # stands in button data between the action, which has none, and the mark of the message

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")


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
