"""The methods of the fake Bot API: what each does to the world, and the very texts with which Telegram refuses."""

import json
import re
import struct
from collections.abc import Mapping
from typing import Any, TypeAlias

from aiohttp.web import FileField

from tests.kit.telegram.entities import CannotParse, parse, units
from tests.kit.telegram.faults import Refused
from tests.kit.telegram.members import member_json
from tests.kit.telegram.world import BOT_USERNAME, GENERAL_TOPIC, TAP_SECONDS, Chat, Message, Notice, World

Params: TypeAlias = Mapping[str, Any]

_DELETE_SECONDS = 48 * 3600
_PHOTO_BYTES = 10 * 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_URL = re.compile(r"(https?|tg)://[^\s]+\Z")
# The only links that a tap on an ordinary button may be answered with: those that open the same bot.
_DEEP_LINK = re.compile(rf"(https://)?t\.me/{BOT_USERNAME}\?start=[A-Za-z0-9_-]{{1,64}}\Z")


class Methods:
    """One Python method per API method, by its name in lower case."""

    def __init__(self, world: World) -> None:
        self.world = world

    def call(self, method: str, params: Params) -> Any:
        work = getattr(self, f"do_{method.lower()}", None)
        if work is None:
            raise Refused(404, "Not Found")
        return work(params)

    def do_getme(self, params: Params) -> Any:
        return self.world.me | {"can_read_all_group_messages": self.world.reads_groups}

    def do_sendmessage(self, params: Params) -> Any:
        chat, thread = self._room(params)
        text, entities = self._text(params, "text", 4096, "message is too long")
        if not text:
            raise _bad("message text is empty")
        return self._post(params, chat, text=text, entities=entities, thread=thread)

    def do_sendphoto(self, params: Params) -> Any:
        chat, _ = self._room(params)
        if chat.no_photos:
            raise _bad("not enough rights to send photos to the chat")
        return self._media(params, "photo")

    def do_pinchatmessage(self, params: Params) -> Any:
        chat, _ = self._room(params)
        message = self.world.find(chat.id, int(params["message_id"]))
        if message is None:
            raise _bad("message to pin not found")
        if chat.no_pins:
            raise _bad("not enough rights to manage pinned messages in the chat")
        message.pinned = True
        self.world.post(chat, self.world.me, extra={"pinned_message": message.json()}, service=True)
        return True

    def do_senddocument(self, params: Params) -> Any:
        return self._media(params, "document")

    def do_editmessagetext(self, params: Params) -> Any:
        message = self._editable(params)
        if message.media is not None:
            raise _bad("there is no text in the message to edit")
        text, entities = self._text(params, "text", 4096, "message is too long")
        if not text:
            raise _bad("message text is empty")
        return self._change(params, message, text=text, entities=entities)

    def do_editmessagecaption(self, params: Params) -> Any:
        message = self._editable(params)
        if message.media is None:
            raise _bad("there is no caption in the message to edit")
        caption, entities = self._text(params, "caption", 1024, "message caption is too long")
        return self._change(params, message, caption=caption, entities=entities)

    def do_editmessagereplymarkup(self, params: Params) -> Any:
        return self._change(params, self._editable(params))

    def do_deletemessage(self, params: Params) -> Any:
        chat, _ = self._room(params)
        message = self.world.find(chat.id, int(params["message_id"]))
        if message is None:
            raise _bad("message to delete not found")
        if self.world.clock() - message.date > _DELETE_SECONDS:
            raise _bad("message can't be deleted for everyone")
        message.deleted = True
        return True

    def do_answercallbackquery(self, params: Params) -> Any:
        tap = self.world.taps.get(params["callback_query_id"])
        if tap is None or tap.answer is not None or self.world.clock() - tap.at > TAP_SECONDS:
            raise _bad("query is too old and response timeout expired or query ID is invalid")
        text = params.get("text", "")
        if units(text) > 200:
            raise _bad("MESSAGE_TOO_LONG")
        url = params.get("url", "")
        if url and not _DEEP_LINK.match(url):
            raise _bad("URL_INVALID")
        tap.answer = Notice(text, params.get("show_alert", "false").lower() == "true", url)
        return True

    def do_setmycommands(self, params: Params) -> Any:
        scope = json.loads(params.get("scope", '{"type": "default"}'))["type"]
        commands = json.loads(params["commands"])
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
                raise _bad("BOT_COMMAND_INVALID")
            if not 1 <= units(command["description"]) <= 256:
                raise _bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self.world.commands[scope] = commands
        return True

    def do_getchatmember(self, params: Params) -> Any:
        chat = self._chat(params)
        user = int(params["user_id"])
        person = self.world.chats.get(user)
        if person is None:
            raise _bad("user not found")
        role = "creator" if chat.type == "private" else chat.roles.get(user, "left")
        return member_json(role, {"id": user, "is_bot": False, "first_name": person.title})

    def do_getchat(self, params: Params) -> Any:
        chat, _ = self._room(params)
        return chat.json() | {"accent_color_id": 0, "max_reaction_count": 1, "accepted_gift_types": {}}

    def _room(self, params: Params) -> tuple[Chat, int | None]:
        """The chat and the topic, if the bot may write there."""
        chat = self._chat(params)
        if chat.mute:
            raise _bad("not enough rights to send text messages to the chat")
        thread = int(params["message_thread_id"]) if "message_thread_id" in params else None
        if thread is not None and (thread == GENERAL_TOPIC or thread not in chat.topics):
            raise _bad("message thread not found")
        if thread in chat.closed:
            raise _bad("TOPIC_CLOSED")
        return chat, thread

    def _chat(self, params: Params) -> Chat:
        """The chat, if the bot is in it."""
        chat = self.world.chats.get(int(params["chat_id"]))
        if chat is None:
            raise _bad("chat not found")
        if chat.deactivated:
            raise Refused(403, "Forbidden: user is deactivated")
        if chat.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if not chat.started:
            raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
        if chat.moved_to is not None:
            raise _bad("group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": chat.moved_to})
        if chat.deleted:
            raise Refused(403, "Forbidden: the group chat was deleted")
        if chat.kicked:
            raise Refused(403, f"Forbidden: bot was kicked from the {chat.type} chat")
        return chat

    def _text(self, params: Params, name: str, longest: int, too_long: str) -> tuple[str, list[dict[str, Any]]]:
        source = params.get(name, "")
        if len(source.encode("utf-8", "replace")) > 32768:
            raise _bad("text is too long")
        text = source
        entities: list[dict[str, Any]] = []
        if params.get("parse_mode") == "HTML":
            try:
                text, entities = parse(source)
            except CannotParse as error:
                raise _bad(f"can't parse entities: {error}") from error
        if units(text) > longest:
            raise _bad(too_long)
        return (text, entities) if text.strip() else ("", [])

    def _post(self, params: Params, chat: Chat, **parts: Any) -> Any:
        silent = params.get("disable_notification", "false").lower() == "true"
        message = self.world.post(chat, self.world.me, keyboard=_keyboard(params), silent=silent, **parts)
        return message.json()

    def _media(self, params: Params, media: str) -> Any:
        chat, thread = self._room(params)
        caption, entities = self._text(params, "caption", 1024, "message caption is too long")
        upload = params[media]
        file = (upload.filename, upload.content_type, upload.file.read()) if isinstance(upload, FileField) else None
        if media == "photo" and file is not None:
            _check_png(file[2])
        return self._post(
            params, chat, caption=caption or None, entities=entities, media=media, file=file, thread=thread
        )

    def _editable(self, params: Params) -> Message:
        chat, _ = self._room(params)
        message = self.world.find(chat.id, int(params["message_id"]))
        if message is None:
            raise _bad("message to edit not found")
        if message.author != self.world.me:
            raise _bad("message can't be edited")
        return message

    def _change(self, params: Params, message: Message, **parts: Any) -> Any:
        """An edit without a keyboard takes the keyboard away, as Telegram does."""
        wanted = {**parts, "keyboard": _keyboard(params)}
        if all(getattr(message, name) == value for name, value in wanted.items()):
            raise _bad(
                "message is not modified: specified new message content and reply markup are exactly the same "
                "as a current content and reply markup of the message"
            )
        for name, value in wanted.items():
            setattr(message, name, value)
        return message.json() | {"edit_date": int(self.world.clock())}


def _check_png(content: bytes) -> None:
    """Telegram takes other pictures too; ours are PNG."""
    if not content.startswith(_PNG) or content[12:16] != b"IHDR" or b"IEND" not in content[-12:]:
        raise _bad("IMAGE_PROCESS_FAILED")
    width, height = struct.unpack(">II", content[16:24])
    if width + height > 10_000 or not width or not height or max(width / height, height / width) > 20:
        raise _bad("PHOTO_INVALID_DIMENSIONS")
    if len(content) > _PHOTO_BYTES:
        raise Refused(413, "Request Entity Too Large")


def _keyboard(params: Params) -> list[list[dict[str, Any]]]:
    if "reply_markup" not in params:
        return []
    rows: list[list[dict[str, Any]]] = json.loads(params["reply_markup"]).get("inline_keyboard", [])
    for button in [button for row in rows for button in row]:
        if not button.get("text", "").strip():
            raise _bad("inline keyboard button text can't be empty")
        if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
            raise _bad("BUTTON_DATA_INVALID")
        if "url" in button and not _URL.match(button["url"]):
            raise _bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
        if len({"callback_data", "url"} & set(button)) != 1:
            raise _bad("BUTTON_TYPE_INVALID")
    return [row for row in rows if row]


def _bad(text: str, parameters: Mapping[str, Any] | None = None) -> Refused:
    return Refused(400, f"Bad Request: {text}", parameters)
