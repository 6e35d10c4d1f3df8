"""Who is in a chat, and who no longer is: we ourselves, and the members that Telegram tells us of."""

from bot.platforms.fields import Fields, get_number, get_object, get_text
from bot.platforms.port import Address, MemberLeft, Reached, RoomChanged
from bot.platforms.telegram.fields import PLATFORM, is_private, sender_of

TEAM_CHATS = frozenset({"group", "supergroup"})
_AWAY = frozenset({"left", "kicked"})


def standing(change: Fields, bot: str) -> Reached | RoomChanged | None:
    """What we are in a chat has changed. In a team chat that says nothing about whether whoever did it can be reached."""
    chat = get_object(change, "chat")
    present = _is_present(get_object(change, "new_chat_member"))
    sender = sender_of(get_object(change, "from"), bot)
    address = Address(PLATFORM, bot, str(get_number(chat, "id")))
    if is_private(chat):
        return Reached(sender, address, reachable=present)
    return RoomChanged(sender, address, present) if chat.get("type") in TEAM_CHATS else None


def member(change: Fields, bot: str) -> MemberLeft | None:
    now = get_object(change, "new_chat_member")
    return None if _is_present(now) else left(get_object(now, "user"), get_object(change, "chat"), bot)


def left(who: Fields, chat: Fields, bot: str) -> MemberLeft | None:
    if who.get("is_bot") is True or chat.get("type") not in TEAM_CHATS:
        return None
    return MemberLeft(sender_of(who, bot), Address(PLATFORM, bot, str(get_number(chat, "id"))))


def _is_present(member: Fields) -> bool:
    status = get_text(member, "status")
    return status not in _AWAY and not (status == "restricted" and member.get("is_member") is False)
