"""A raw update -> Heard, field by field, without PTB: its parser refuses whole updates over fields that we never read.

What is missing or has another type than the Bot API says makes the update Unreadable (it is quarantined and the next one
goes on); what is well-formed but not meant for us is None.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.actions import MAX_BYTES, decode
from bot.cards import TEXT_MAX
from bot.platforms.cleaning import clean
from bot.platforms.fields import Fields, get_number, get_object, get_text
from bot.platforms.port import (
    Address,
    Heard,
    Press,
    RawUpdate,
    RoomMoved,
    Said,
    Unreadable,
)
from bot.platforms.telegram.fields import MARK, PLATFORM, group_of, is_private, sender_of
from bot.platforms.telegram.members import TEAM_CHATS, left, member, standing

# chat_member is asked for because it is off by default and cannot be had later for what happened before (T-55).
ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member", "chat_member")

# Telegram's own accounts that "send" in somebody else's name: the notifier that forwards channel posts into a linked
# group, the bot that stands for channels, and the one that stands for anonymous admins. None of them is a person; the
# admin behind the last is known only from a button press, which always carries the real account (T-29, T-30), but that
# it is an admin of this group is known.
_GROUP_ITSELF = 1087968824
_STAND_INS = frozenset({777000, 136817688, _GROUP_ITSELF})

_GENERAL_TOPIC = 1
_NUMBERS_END = 2**63
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,64})(?:@([A-Za-z0-9_]{1,64}))?(?=\s|\Z)")


def raw(update: Fields) -> RawUpdate | None:
    """The update as it goes into the inbox; None when it has no number, without which it can be neither kept nor confirmed.

    ASCII JSON on purpose: a lone surrogate or a NUL in a name must not make a database refuse the whole batch.
    """
    number = update.get("update_id")
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) >= _NUMBERS_END:
        return None
    return RawUpdate(str(number), _lane(update), json.dumps(update, ensure_ascii=True))


def _lane(update: Fields) -> str:
    """The user where known, else the chat, else nothing; never raises."""
    bodies = [body for body in update.values() if isinstance(body, Mapping)]
    for body in bodies:
        for who in (body.get("from"), body.get("chat")):
            number = who.get("id") if isinstance(who, Mapping) else None
            if isinstance(number, int) and abs(number) < _NUMBERS_END and number not in _STAND_INS:
                return str(number)
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
        return _press(get_object(fields, "callback_query"), bot)
    if "message" in fields:
        return _message(get_object(fields, "message"), bot, username)
    if "my_chat_member" in fields:
        return standing(get_object(fields, "my_chat_member"), bot)
    if "chat_member" in fields:
        return member(get_object(fields, "chat_member"), bot)
    return None  # edited messages (a command would run twice, T-32), channel posts, and kinds that we do not ask for


def _press(query: Fields, bot: str) -> Press | None:
    receipt = get_text(query, "id")
    sender = sender_of(get_object(query, "from"), bot)
    if "message" not in query:
        return None  # under an inline message, which we never send
    # A message that is too old or deleted comes with date 0 and little else (T-34); chat and number are all we need.
    message = get_object(query, "message")
    chat = get_object(message, "chat")
    if chat.get("type") == "channel":
        return None
    data = query.get("data")
    action, mark = None, ""
    if isinstance(data, str) and len(data) <= MAX_BYTES:
        data, _, mark = data.partition(MARK)
        action = decode(data)
    return Press(
        sender,
        _address(message, bot),
        is_private(chat),
        action,
        str(get_number(message, "message_id")),
        receipt=receipt,
        mark=mark,
    )


def _message(message: Fields, bot: str, username: str) -> Heard | None:
    chat = get_object(message, "chat")
    if chat.get("type") == "channel":
        return None
    moved = _moved(message, bot)
    if moved is not None:
        return moved
    if "left_chat_member" in message:
        # Every bot is told this way; of a chat_member update only admins are (T-55).
        return left(get_object(message, "left_chat_member"), chat, bot)
    if "from" not in message or message.get("is_automatic_forward") is True:
        return None
    author = get_object(message, "from")
    anonymous = _is_group_itself(message, author, chat)
    if not anonymous and (get_number(author, "id") in _STAND_INS or author.get("is_bot") is True):
        return None
    if "text" not in message:
        return None
    private = is_private(chat)
    said = _said(clean(get_text(message, "text")[:TEXT_MAX]).strip(), username)
    if not said or not (private or said.startswith("/") or (_answers_us(message, bot) and not anonymous)):
        return None
    return Said(
        group_of(chat, bot) if anonymous else sender_of(author, bot),
        _address(message, bot),
        private,
        said,
        str(get_number(message, "message_id")),
        sent_at=_instant(message),
        anonymous=anonymous,
    )


def _is_group_itself(message: Fields, author: Fields, chat: Fields) -> bool:
    """An anonymous admin. With another sender_chat the stand-in speaks for somebody who need not be one."""
    voice = message.get("sender_chat")
    return (
        get_number(author, "id") == _GROUP_ITSELF
        and chat.get("type") in TEAM_CHATS
        and isinstance(voice, Mapping)
        and get_number(voice, "id") == get_number(chat, "id")
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
    here = str(get_number(get_object(message, "chat"), "id"))
    if "migrate_to_chat_id" in message:
        old, new = here, str(get_number(message, "migrate_to_chat_id"))
    elif "migrate_from_chat_id" in message:
        old, new = str(get_number(message, "migrate_from_chat_id")), here
    else:
        return None
    # The group itself speaks when no person does.
    author = get_object(message, "from") if "from" in message else get_object(message, "chat")
    return RoomMoved(sender_of(author, bot), Address(PLATFORM, bot, old), Address(PLATFORM, bot, new))


def _address(message: Fields, bot: str) -> Address:
    """The thread counts only in a forum: elsewhere the field just means "some reply". General (1) has to be left out (T-27)."""
    thread = message.get("message_thread_id")
    topic = message.get("is_topic_message") is True and isinstance(thread, int) and thread != _GENERAL_TOPIC
    return Address(PLATFORM, bot, str(get_number(get_object(message, "chat"), "id")), str(thread) if topic else "")


def _instant(message: Fields) -> datetime | None:
    date = message.get("date")
    if not isinstance(date, int):
        return None
    try:
        return datetime.fromtimestamp(date, UTC)
    except (OverflowError, ValueError, OSError):
        return None
