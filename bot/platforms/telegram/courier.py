"""One call to Telegram with the remedies that its refusal allows: there, without the topic, without markup, the other method.

Each remedy is tried once. Nothing here raises for what Telegram answers: a call gives its result, or the Fault that is left.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog
from telegram import Bot, InputFile, LinkPreviewOptions
from telegram.constants import ParseMode

from bot.cards import Attachment
from bot.platforms.port import Address, MessageKind, Postbox, Posted
from bot.platforms.telegram.errors import Fault, Meaning, read
from bot.platforms.telegram.render import Payload

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
# A stale keyboard is a blemish, not worth the 70 s that a send may take.
_TIDY_SECONDS = 10.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Delivered:
    """`address` is where the message really went: a group may have moved, a topic may be closed."""

    address: Address
    message: str


class Courier:
    def __init__(self, bot: Bot, postbox: Postbox) -> None:
        self._bot = bot
        self._postbox = postbox

    async def send(self, address: Address, payload: Payload) -> Delivered | Fault:
        plain = moved = False
        while True:
            try:
                message = await self._bot.send_message(
                    address.chat,
                    payload.plain if plain else payload.text,
                    parse_mode=None if plain else ParseMode.HTML,
                    message_thread_id=int(address.thread) if address.thread else None,
                    reply_markup=payload.keyboard,
                    link_preview_options=_NO_PREVIEW,
                )
            except Exception as error:  # noqa: BLE001 - the edge of one delivery; also PTB failing to read an answer
                fault = read(error)
            else:
                return Delivered(address, str(message.message_id))
            if fault.meaning is Meaning.MOVED and not moved:
                address, moved = await self._follow(address, fault.chat), True
            elif fault.meaning is Meaning.THREADLESS and address.thread:
                log.info("topic closed", chat=address.chat, thread=address.thread, reason=fault.reason)
                address = replace(address, thread="")
            elif fault.meaning is Meaning.PLAIN and not plain:
                log.error("markup refused", chat=address.chat)
                plain = True
            else:
                return fault

    async def edit(self, address: Address, posted: Posted, draw: Callable[[MessageKind], Payload]) -> Posted | Fault:
        """The message as it is afterwards. "Not modified" is success; a wrong idea of its kind is put right once."""
        plain = switched = False
        while True:
            payload = draw(posted.kind)
            edit = self._edit_text if posted.kind is MessageKind.TEXT else self._edit_caption
            try:
                await edit(address.chat, int(posted.message), payload, plain)
            except Exception as error:  # noqa: BLE001 - as above
                fault = read(error)
            else:
                return posted
            if fault.meaning is Meaning.SAME:
                return posted
            if fault.meaning is Meaning.OTHER_KIND and not switched:
                other = MessageKind.PHOTO if posted.kind is MessageKind.TEXT else MessageKind.TEXT
                posted, switched = Posted(posted.message, other), True
            elif fault.meaning is Meaning.PLAIN and not plain:
                log.error("markup refused", chat=address.chat)
                plain = True
            else:
                return fault

    async def strip(self, address: Address, message: str) -> Fault | None:
        """Take the buttons off a message that another one has replaced."""
        # An edit without a keyboard takes the keyboard away.
        return await self._quietly(
            self._bot.edit_message_reply_markup(address.chat, int(message), read_timeout=_TIDY_SECONDS)
        )

    async def answer_tap(self, receipt: str, text: str | None, alert: bool) -> Fault | None:
        return await self._quietly(self._bot.answer_callback_query(receipt, text=text, show_alert=alert or None))

    async def document(self, address: Address, attachment: Attachment) -> Fault | None:
        file = InputFile(attachment.content, filename=attachment.name)
        file.mimetype = attachment.media_type
        return await self._quietly(self._bot.send_document(address.chat, file))

    async def _quietly(self, call: Awaitable[object]) -> Fault | None:
        try:
            await call
        except Exception as error:  # noqa: BLE001 - as above
            fault = read(error)
            return None if fault.meaning in (Meaning.SAME, Meaning.STALE) else fault
        return None

    async def _edit_text(self, chat: str, message: int, payload: Payload, plain: bool) -> None:
        await self._bot.edit_message_text(
            payload.plain if plain else payload.text,
            chat,
            message,
            parse_mode=None if plain else ParseMode.HTML,
            reply_markup=payload.keyboard,
            link_preview_options=_NO_PREVIEW,
        )

    async def _edit_caption(self, chat: str, message: int, payload: Payload, plain: bool) -> None:
        await self._bot.edit_message_caption(
            chat,
            message,
            caption=payload.plain if plain else payload.text,
            parse_mode=None if plain else ParseMode.HTML,
            reply_markup=payload.keyboard,
        )

    async def _follow(self, old: Address, chat: int) -> Address:
        new = replace(old, chat=str(chat))
        log.info("room moved", chat=old.chat, to=new.chat)
        await self._postbox.moved(old, new)
        return new
