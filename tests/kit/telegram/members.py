"""What Telegram says about somebody in a chat: the ChatMember objects, and the updates when one changes."""

from typing import TYPE_CHECKING, Any

from tests.kit.telegram.world import Chat

if TYPE_CHECKING:
    from tests.kit.telegram.server import TelegramServer

_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
_PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)


def member_json(role: str, user: dict[str, Any]) -> dict[str, Any]:
    """`role` is a status, or "outsider": restricted, and no longer in the chat."""
    member = {"status": "restricted" if role == "outsider" else role, "user": user}
    match role:
        case "creator":
            return member | {"is_anonymous": False}
        case "administrator":
            return member | {"can_be_edited": False, "is_anonymous": False, **dict.fromkeys(_RIGHTS, True)}
        case "restricted" | "outsider":
            permissions = dict.fromkeys(_PERMISSIONS, False)
            return member | {"is_member": role == "restricted", "until_date": 0, **permissions}
        case "kicked":
            return member | {"until_date": 0}
    return member


def change_json(
    server: "TelegramServer", chat: Chat, by: dict[str, Any], who: dict[str, Any], old: str, new: str
) -> dict[str, Any]:
    return {
        "chat": chat.json(),
        "from": by,
        "date": int(server.clock()),
        "old_chat_member": member_json(old, who),
        "new_chat_member": member_json(new, who),
    }
