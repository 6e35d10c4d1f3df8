"""A raw update -> Heard, field by field, without PTB: its parser refuses whole updates over fields that we never read.

What is missing or has another type than the Bot API says makes the update Unreadable (it is quarantined and the next one
goes on); what is well-formed but not meant for us is None.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from bot.actions import decode
from bot.cards import TEXT_MAX
from bot.platforms.port import (
    Account,
    Address,
    Heard,
    Press,
    RawUpdate,
    Reached,
    RoomMoved,
    Said,
    Sender,
    Unreadable,
)
from bot.platforms.telegram.markup import clean, clean_name

Fields: TypeAlias = Mapping[str, object]

PLATFORM = "telegram"

# chat_member is asked for because it is off by default and cannot be had later for what happened before (T-55).
ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member", "chat_member")

# Telegram's own accounts that "send" in somebody else's name: the notifier that forwards channel posts into a linked
# group, the bot that stands for channels, and the one that stands for anonymous admins. None of them is a person; the
# admin behind the last is known only from a button press, which always carries the real account (T-29, T-30).
_STAND_INS = frozenset({777000, 136817688, 1087968824})

_GENERAL_TOPIC = 1
_AWAY = frozenset({"left", "kicked"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,64})(?:@([A-Za-z0-9_]{1,64}))?(?=\s|\Z)")


def raw(update: Fields) -> RawUpdate | None:
    """The update as it goes into the inbox; None when it has no number, without which it can be neither kept nor confirmed.

    ASCII JSON on purpose: a lone surrogate or a NUL in a name must not make a database refuse the whole batch.
    """
    number = update.get("update_id")
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    return RawUpdate(str(number), _lane(update), json.dumps(update, ensure_ascii=True))


def _lane(update: Fields) -> str:
    """The user where known, else the chat, else nothing; never raises."""
    bodies = [body for body in update.values() if isinstance(body, Mapping)]
    for body in bodies:
        for who in (body.get("from"), body.get("chat")):
            if isinstance(who, Mapping) and isinstance(who.get("id"), int):
                return str(who["id"])
    return ""


def understand(update: RawUpdate, bot: str, username: str) -> Heard | None:
    """`username` is "" until Telegram has told it; until then a command for another bot cannot be told from ours."""
    try:
        fields = json.loads(update.payload)
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON, or nested too deep") from error
    if not isinstance(fields, dict):
        raise Unreadable("not an object")
    if "callback_query" in fields:
        return _press(_object(fields, "callback_query"), bot)
    if "message" in fields:
        return _message(_object(fields, "message"), bot, username)
    if "my_chat_member" in fields:
        return _reached(_object(fields, "my_chat_member"), bot)
    return None  # edited messages (a command would run twice, T-32), channel posts, and kinds that we do not ask for


def _press(query: Fields, bot: str) -> Press | None:
    receipt = _text(query, "id")
    sender = _sender(_object(query, "from"), bot)
    if "message" not in query:
        return None  # under an inline message, which we never send
    # A message that is too old or deleted comes with date 0 and little else (T-34); chat and number are all we need.
    message = _object(query, "message")
    chat = _object(message, "chat")
    if chat.get("type") == "channel":
        return None
    data = query.get("data")
    action = decode(data) if isinstance(data, str) else None
    return Press(
        sender, _address(message, bot), _private(chat), action, str(_number(message, "message_id")), receipt=receipt
    )


def _message(message: Fields, bot: str, username: str) -> Heard | None:
    chat = _object(message, "chat")
    if chat.get("type") == "channel":
        return None
    moved = _moved(message, bot)
    if moved is not None:
        return moved
    if "from" not in message or message.get("is_automatic_forward") is True:
        return None
    author = _object(message, "from")
    if _number(author, "id") in _STAND_INS or author.get("is_bot") is True:
        return None
    if "text" not in message:
        return None
    private = _private(chat)
    said = _said(clean(_text(message, "text")[:TEXT_MAX]).strip(), username)
    if not said or not (private or said.startswith("/") or _answers_us(message, bot)):
        return None
    return Said(
        _sender(author, bot),
        _address(message, bot),
        private,
        said,
        str(_number(message, "message_id")),
        sent_at=_instant(message),
    )


def _said(text: str, username: str) -> str | None:
    """The text with "@OurBot" taken off its command; None for another bot's command."""
    command = _COMMAND.match(text)
    if command is None or command[2] is None:
        return text
    if username and command[2].lower() != username.lower():
        return None
    return f"/{command[1]}{text[command.end() :]}"


def _answers_us(message: Fields, bot: str) -> bool:
    """In a group only commands and replies to us are for us, whatever the privacy mode lets through (T-31)."""
    replied = message.get("reply_to_message")
    if not isinstance(replied, Mapping) or "forum_topic_created" in replied:
        return False  # in a topic every message "replies" to its creation
    author = replied.get("from")
    return isinstance(author, Mapping) and str(author.get("id")) == bot


def _moved(message: Fields, bot: str) -> RoomMoved | None:
    """Both service messages say the same; either may be lost or come twice (T-06)."""
    here = str(_number(_object(message, "chat"), "id"))
    if "migrate_to_chat_id" in message:
        old, new = here, str(_number(message, "migrate_to_chat_id"))
    elif "migrate_from_chat_id" in message:
        old, new = str(_number(message, "migrate_from_chat_id")), here
    else:
        return None
    # The group itself speaks when no person does.
    author = _object(message, "from") if "from" in message else _object(message, "chat")
    return RoomMoved(_sender(author, bot), Address(PLATFORM, bot, old), Address(PLATFORM, bot, new))


def _reached(change: Fields, bot: str) -> Reached | None:
    chat = _object(change, "chat")
    if chat.get("type") == "channel":
        return None
    status = _text(_object(change, "new_chat_member"), "status")
    address = Address(PLATFORM, bot, str(_number(chat, "id")))
    return Reached(_sender(_object(change, "from"), bot), address, reachable=status not in _AWAY)


def _sender(who: Fields, bot: str) -> Sender:
    name = who.get("first_name")
    language = who.get("language_code")
    return Sender(
        Account(PLATFORM, bot, str(_number(who, "id"))),
        clean_name(name[:TEXT_MAX]) if isinstance(name, str) else "",
        language if isinstance(language, str) and _LANGUAGE.match(language) else "",
    )


def _address(message: Fields, bot: str) -> Address:
    """The thread counts only in a forum: elsewhere the field just means "some reply". General (1) has to be left out (T-27)."""
    thread = message.get("message_thread_id")
    topic = message.get("is_topic_message") is True and isinstance(thread, int) and thread != _GENERAL_TOPIC
    return Address(PLATFORM, bot, str(_number(_object(message, "chat"), "id")), str(thread) if topic else "")


def _private(chat: Fields) -> bool:
    return chat.get("type") == "private"


def _instant(message: Fields) -> datetime | None:
    date = message.get("date")
    if not isinstance(date, int):
        return None
    try:
        return datetime.fromtimestamp(date, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _object(fields: Fields, name: str) -> Fields:
    value = fields.get(name)
    if not isinstance(value, dict):
        raise Unreadable(f"{name} is not an object")
    return value


def _number(fields: Fields, name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unreadable(f"{name} is not a number")
    return value


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Unreadable(f"{name} is not a text")
    return value
