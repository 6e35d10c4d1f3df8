"""One call to Telegram with the remedies that its refusal allows: there, without the topic, picture, markup, the other method.

Each remedy is tried once. Nothing here raises for what Telegram answers: a call gives its result, or the Fault that is left.
Whatever counts against Telegram's limits waits here for its turn; what would wait for too long is a Fault as well.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import structlog
from telegram import Bot, InputFile, Message
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.cards import Attachment
from bot.platforms.breaker import Breaker
from bot.platforms.port import Account, Address, MessageKind, Postbox, Posted
from bot.platforms.telegram.errors import Fault, Meaning, read
from bot.platforms.telegram.limits import PATIENCE_SECONDS
from bot.platforms.telegram.render import Payload
from bot.platforms.telegram.texts import Texts
from scheduler.pacing import Kind, Pacer

# Somebody is waiting for an answer; after a minute they have tapped again or gone.
ANSWER_SECONDS = 60.0
# A stale keyboard is a blemish, not worth the 70 s that a send may take.
_TIDY_SECONDS = 10.0
# Somebody has pressed and waits to hear whether they may.
_STANDING_SECONDS = 10.0

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Delivered:
    """`address` is where the message really went: a group may have moved, a topic may be closed."""

    address: Address
    posted: Posted


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be sent, drawn as text or as the caption of `photo`."""

    draw: Callable[[MessageKind], Payload]
    photo: Attachment | None = None
    silent: bool = False


class Courier:
    def __init__(self, bot: Bot, postbox: Postbox, pacer: Pacer, breaker: Breaker) -> None:
        self._bot = bot
        self._texts = Texts(bot)
        self._postbox = postbox
        self._pacer = pacer
        self._breaker = breaker

    @property
    def everyone_waits(self) -> bool:
        return self._pacer.everyone_waits

    async def send(self, address: Address, parcel: Parcel, urgency: Kind) -> Delivered | Fault:
        plain = moved = False
        while True:
            kind = MessageKind.TEXT if parcel.photo is None else MessageKind.PHOTO
            fault = await self._in_turn(address.chat, urgency, partial(self._send, address, parcel, plain))
            if not isinstance(fault, Fault):
                return Delivered(address, Posted(str(fault), kind))
            if fault.meaning is Meaning.MOVED and not moved:
                address, moved = await self._follow(address, fault.chat), True
            elif fault.meaning is Meaning.THREADLESS and address.thread:
                log.info("topic closed", chat=address.chat, thread=address.thread, reason=fault.reason)
                address = replace(address, thread="")
            elif fault.meaning is Meaning.PLAIN and not plain:
                log.error("markup refused", chat=address.chat)
                plain = True
            elif fault.meaning in (Meaning.RIGHTS, Meaning.BROKEN) and parcel.photo is not None:
                # A group may allow words and forbid pictures; the card says in words what the picture shows.
                log.info("picture refused", chat=address.chat, reason=fault.reason)
                parcel = replace(parcel, photo=None)
            else:
                return fault

    async def edit(
        self, address: Address, posted: Posted, draw: Callable[[MessageKind], Payload], urgency: Kind
    ) -> Posted | Fault:
        """The message as it is afterwards. "Not modified" is success; a wrong idea of its kind is put right once."""
        plain = switched = False
        while True:
            payload = draw(posted.kind)
            edit = self._texts.edit if posted.kind is MessageKind.TEXT else self._edit_caption
            call = partial(edit, address.chat, int(posted.message), payload, plain)
            fault = await self._in_turn(address.chat, urgency, call, edits=True)
            if fault is None or fault.meaning is Meaning.SAME:
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
        bare = partial(self._bot.edit_message_reply_markup, address.chat, int(message), read_timeout=_TIDY_SECONDS)
        result = await self._in_turn(address.chat, Kind.BOARD, bare, edits=True)
        return result if isinstance(result, Fault) and result.meaning is not Meaning.SAME else None

    async def answer_tap(self, receipt: str, text: str | None, alert: bool) -> Fault | None:
        return await self._quietly(self._bot.answer_callback_query(receipt, text=text, show_alert=alert or None))

    async def open_private(self, receipt: str, username: str, payload: str) -> Fault | None:
        """Answer a tap by opening the private chat with us. Without a text: clients that get one ignore the URL."""
        url = f"https://t.me/{username}?start={payload}"
        return await self._quietly(self._bot.answer_callback_query(receipt, url=url))

    async def pin(self, address: Address, message: str) -> Fault | None:
        """Nobody is notified: a board is not an announcement."""
        return await self._quietly(self._bot.pin_chat_message(address.chat, int(message), disable_notification=True))

    async def standing(self, address: Address, account: Account) -> str | Fault:
        """What somebody is in a chat, in Telegram's word for it."""
        chat: int | str = address.chat
        for _ in range(2):
            try:
                member = await self._bot.get_chat_member(chat, int(account.id), read_timeout=_STANDING_SECONDS)
            except Exception as error:  # noqa: BLE001 - as above
                fault = read(error)
            else:
                return str(member.status)
            if fault.meaning is not Meaning.MOVED:
                break
            chat = fault.chat
        return fault

    async def document(self, address: Address, attachment: Attachment) -> Message | Fault:
        upload = partial(self._bot.send_document, address.chat, _upload(attachment))
        return await self._in_turn(address.chat, Kind.ANSWER, upload)

    async def _in_turn(
        self, chat: str, urgency: Kind, call: Callable[[], Awaitable[T]], *, edits: bool = False
    ) -> T | Fault:
        patience = ANSWER_SECONDS if urgency is Kind.ANSWER else PATIENCE_SECONDS
        async with self._pacer.turn(chat, urgency, edit=edits, patience=patience) as wait:
            if wait is not None:
                return Fault(Meaning.WAIT, wait.reason, seconds=wait.seconds)
            if urgency is not Kind.ANSWER and (left := self._breaker.left()):
                return Fault(Meaning.NOT_SENT, "network-down", seconds=left)
            try:
                result = await call()
            except Exception as error:  # noqa: BLE001 - the edge of one call; also PTB failing to read an answer
                fault = read(error)
                down = isinstance(error, TelegramError) and fault.meaning in (Meaning.NOT_SENT, Meaning.UNKNOWN)
            else:
                self._breaker.worked()
                return result
        if down:
            self._breaker.failed()
        else:
            self._breaker.worked()
        if fault.meaning is Meaning.WAIT:
            self._pacer.flooded(chat, fault.seconds)
        return fault

    async def _send(self, address: Address, parcel: Parcel, plain: bool) -> int:
        """The number of the new message."""
        if parcel.photo is None:
            payload = parcel.draw(MessageKind.TEXT)
            return await self._texts.send(
                address.chat, payload, plain=plain, thread=address.thread, silent=parcel.silent
            )
        payload = parcel.draw(MessageKind.PHOTO)
        message = await self._bot.send_photo(
            address.chat,
            _upload(parcel.photo),
            caption=payload.plain if plain else payload.text,
            parse_mode=None if plain else ParseMode.HTML,
            message_thread_id=int(address.thread) if address.thread else None,
            reply_markup=payload.keyboard,
            disable_notification=parcel.silent or None,
        )
        return message.message_id

    async def _quietly(self, call: Awaitable[object]) -> Fault | None:
        try:
            await call
        except Exception as error:  # noqa: BLE001 - as above
            fault = read(error)
            return None if fault.meaning in (Meaning.SAME, Meaning.STALE) else fault
        return None

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


def _upload(attachment: Attachment) -> InputFile:
    file = InputFile(attachment.content, filename=attachment.name)
    file.mimetype = attachment.media_type
    return file
