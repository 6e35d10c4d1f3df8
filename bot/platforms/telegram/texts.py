"""sendMessage and editMessageText, which carry nearly everything that we say, without python-telegram-bot's objects.

PTB makes objects of a keyboard and takes them apart again for the request, and makes objects of the whole answer; for a
short message that is more work than all the rest. The way to the server, and the meaning of its refusals, stay PTB's:
`Bot.request.post` is public.
"""

from collections.abc import Mapping
from typing import Any, cast

from telegram import Bot
from telegram.constants import ParseMode
from telegram.request import RequestData

from bot.platforms.telegram.render import Payload

_NO_PREVIEW = '{"is_disabled": true}'


class _Form:
    """What a transport reads of PTB's RequestData."""

    __slots__ = ("json_parameters",)

    contains_files = False

    def __init__(self, json_parameters: Mapping[str, str]) -> None:
        self.json_parameters = json_parameters


class Texts:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def send(self, chat: str, payload: Payload, *, plain: bool, thread: str, silent: bool) -> int:
        """The number of the new message."""
        values = {"chat_id": chat, **_content(payload, plain)}
        if thread:
            values["message_thread_id"] = thread
        if silent:
            values["disable_notification"] = "true"
        return int((await self._call("sendMessage", values))["message_id"])

    async def edit(self, chat: str, message: int, payload: Payload, plain: bool) -> None:
        await self._call("editMessageText", {"chat_id": chat, "message_id": str(message), **_content(payload, plain)})

    async def _call(self, method: str, values: Mapping[str, str]) -> Any:
        return await self._bot.request.post(f"{self._bot.base_url}/{method}", cast(RequestData, _Form(values)))


def _content(payload: Payload, plain: bool) -> dict[str, str]:
    values = {"text": payload.plain if plain else payload.text, "link_preview_options": _NO_PREVIEW}
    if not plain:
        values["parse_mode"] = ParseMode.HTML.value
    if payload.rows:
        values["reply_markup"] = payload.markup
    return values
