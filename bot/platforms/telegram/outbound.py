"""The one place that decides between edit, resend and replace, from the stored kind of the message.

A reply HERE to a tap edits the message that was tapped; everything else is a new message at the end of the chat. A message
that lives (`reply.living`) is remembered in the postbox, and the one that it replaces loses its buttons. What cannot be
edited any more is sent anew. Answers to one chat keep their order; a chat that must wait keeps nobody else waiting.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

import structlog
from telegram import Bot

from bot.cards import TEXT_MAX, Card, Place, Reply
from bot.platforms.port import Address, Heard, MessageKind, Postbox, Posted, Press, RoomMoved, Said
from bot.platforms.telegram.courier import Courier, Delivered
from bot.platforms.telegram.errors import Fault, Meaning, outcome
from bot.platforms.telegram.lanes import Floods, Lanes
from bot.platforms.telegram.patience import Pause, backoff
from bot.platforms.telegram.render import CAPTION_MAX, Payload, notice, render
from scheduler.nudge import Broken, Later, Outcome, Sent, Unknown

ANSWERS_IN_FLIGHT = 8  # with 50 ms to Telegram that is some 150 a second, five times what it allows
DELIVERIES_IN_FLIGHT = 4  # so many messages at most are doubtful after a crash (reliability §3.3)
# Somebody is waiting for an answer; after a minute they have tapped again or gone.
PATIENCE_SECONDS = 60.0
TRIES = 3
# Taking buttons off replaced messages is the first thing to give up under load.
UNTIDY_MAX = 1000

T = TypeVar("T")
log = structlog.get_logger()


class Outbound:
    """`username` gives ours, or "" while Telegram has not told it."""

    def __init__(self, bot: Bot, postbox: Postbox, username: Callable[[], str], pause: Pause) -> None:
        self._courier = Courier(bot, postbox)
        self._postbox = postbox
        self._username = username
        self._pause = pause
        self._lanes = Lanes()
        self._floods = Floods()
        self._answers = asyncio.Semaphore(ANSWERS_IN_FLIGHT)
        self._deliveries = asyncio.Semaphore(DELIVERIES_IN_FLIGHT)
        self._untidy: asyncio.Queue[tuple[Address, str]] = asyncio.Queue(UNTIDY_MAX)

    async def answer(self, heard: Heard, reply: Reply) -> None:
        where = heard.new if isinstance(heard, RoomMoved) else heard.address
        press = heard if isinstance(heard, Press) else None
        private = heard.private if isinstance(heard, Press | Said) else _is_private(where)
        async with asyncio.TaskGroup() as group:
            if press is not None and press.receipt:
                # At once and beside the edit: the client shows a spinner until then, and gives up on it soon.
                group.create_task(self._acknowledge(where, press.receipt, reply))
            elif reply.notice is not None and reply.card is None:
                reply = replace(reply, card=Card(reply.notice), notice=None)  # no tap to answer: say it in the chat
            async with self._lanes.hold(where.chat):
                if reply.card is not None and press is not None and reply.place is Place.HERE:
                    await self._repaint(where, await self._pressed(press, reply.living), reply.card, reply.living)
                elif reply.card is not None:
                    await self._post(where, reply.card, reply.living)
                await self._attach(where, private, reply)

    async def deliver(self, address: Address, reply: Reply) -> Outcome:
        if reply.card is None:
            return Broken("nothing-to-say")
        payload = self._draw(reply.card)(MessageKind.TEXT)
        async with self._lanes.hold(address.chat), self._deliveries:
            left = self._floods.left(address.chat)
            if left:
                return Later(left, "flood", everyone=self._floods.everyone)
            result = await self._courier.send(address, payload)
            if isinstance(result, Fault):
                return self._outcome(address, result)
            try:
                await self._remember(_home(address, result), reply.living, Posted(result.message, MessageKind.TEXT))
                await self._attach(result.address, _is_private(result.address), reply)
            except Exception:  # the message is out: whatever fails now must not send it twice
                log.exception("delivery not remembered", chat=address.chat, message=result.message)
            return Sent(result.message)

    async def redraw(self, address: Address, reply: Reply) -> None:
        if reply.living is None or reply.card is None:
            return
        async with self._lanes.hold(address.chat):
            posted = await self._postbox.last(address, reply.living)
            if posted is not None:
                await self._repaint(address, posted, reply.card, reply.living)

    async def tidy(self) -> None:
        """Takes the buttons off replaced messages; until cancelled."""
        while True:
            address, message = await self._untidy.get()
            if self._floods.left(address.chat):
                continue  # an old button does no harm: it quotes an old revision
            async with self._lanes.hold(address.chat), self._answers:
                fault = await self._courier.strip(address, message)
            if fault is not None:
                self._note(address, fault)
                log.debug("old buttons stay", chat=address.chat, message=message, reason=fault.reason)

    async def _acknowledge(self, where: Address, receipt: str, reply: Reply) -> None:
        text = notice(reply.notice) if reply.notice else None
        # Flood control counts messages, so a chat that must wait still gets its taps answered.
        fault = await self._insist(None, partial(self._courier.answer_tap, receipt, text, reply.alert), again=True)
        if isinstance(fault, Fault):
            log.warning("tap not answered", chat=where.chat, reason=fault.reason)

    async def _pressed(self, press: Press, living: str | None) -> Posted:
        """The pressed message with the kind that we know of it; unknown ones are taken for text, and put right on refusal."""
        last = await self._postbox.last(press.address, living) if living else None
        return last if last is not None and last.message == press.message else Posted(press.message, MessageKind.TEXT)

    async def _repaint(self, address: Address, posted: Posted, card: Card, living: str | None) -> None:
        edit = partial(self._courier.edit, address, posted, self._draw(card))
        result = await self._insist(address, edit, again=True)
        if isinstance(result, Posted):
            await self._remember(address, living, result)
        elif result.meaning in (Meaning.LOST, Meaning.OTHER_KIND, Meaning.MOVED):
            log.info("sent anew", chat=address.chat, message=posted.message, reason=result.reason)
            await self._post(address, card, living)
        else:
            log.warning("card not shown", chat=address.chat, message=posted.message, reason=result.reason)

    async def _post(self, address: Address, card: Card, living: str | None) -> None:
        payload = self._draw(card)(MessageKind.TEXT)
        # Not again after an unknown outcome: an answer that came may not come twice.
        result = await self._insist(address, partial(self._courier.send, address, payload), again=False)
        if isinstance(result, Delivered):
            await self._remember(_home(address, result), living, Posted(result.message, MessageKind.TEXT))
        else:
            log.warning("card not sent", chat=address.chat, reason=result.reason)

    async def _attach(self, address: Address, private: bool, reply: Reply) -> None:
        for attachment in reply.attachments:
            if not private:
                log.warning("attachment withheld", chat=address.chat, reason="not-private")
                return
            fault = await self._insist(address, partial(self._courier.document, address, attachment), again=False)
            if isinstance(fault, Fault):
                log.warning("attachment not sent", chat=address.chat, reason=fault.reason)

    async def _insist(
        self, address: Address | None, call: Callable[[], Awaitable[T | Fault]], again: bool
    ) -> T | Fault:
        """Try up to three times while somebody waits. `again`: also after an unknown outcome, for what may happen twice."""
        left = self._floods.left(address.chat) if address else 0.0
        for attempt in range(1, TRIES + 1):
            if left > PATIENCE_SECONDS:
                return Fault(Meaning.WAIT, "flood", seconds=left)
            if left:
                await self._pause(left)
            async with self._answers:
                result = await call()
            if not isinstance(result, Fault):
                return result
            if address:
                self._note(address, result)
            if result.meaning is Meaning.WAIT:
                left = result.seconds
            elif result.meaning is Meaning.NOT_SENT or (again and result.meaning is Meaning.UNKNOWN):
                left = backoff(attempt, PATIENCE_SECONDS)
            else:
                return result
        return result

    async def _remember(self, address: Address, living: str | None, posted: Posted) -> None:
        if living is None:
            return
        last = await self._postbox.last(address, living)
        if last == posted:
            return
        await self._postbox.put(address, living, posted)
        if last is not None and last.message != posted.message and not self._untidy.full():
            self._untidy.put_nowait((address, last.message))

    def _draw(self, card: Card) -> Callable[[MessageKind], Payload]:
        return lambda kind: render(
            card, self._username(), longest=CAPTION_MAX if kind is MessageKind.PHOTO else TEXT_MAX
        )

    def _note(self, address: Address, fault: Fault) -> None:
        if fault.meaning is Meaning.WAIT:
            self._floods.note(address.chat, fault.seconds)

    def _outcome(self, address: Address, fault: Fault) -> Outcome:
        self._note(address, fault)
        result = outcome(fault)
        if isinstance(result, Later) and self._floods.everyone:
            result = replace(result, everyone=True)
        say = log.warning if isinstance(result, Unknown | Broken) else log.info
        say("not delivered", chat=address.chat, outcome=type(result).__name__.lower(), reason=fault.reason)
        return result


def _is_private(address: Address) -> bool:
    return not address.chat.startswith("-")  # Telegram numbers people upwards and groups downwards


def _home(address: Address, delivered: Delivered) -> Address:
    """Where the message is looked for later: in the new chat if it moved, but under the topic that was meant."""
    return replace(address, chat=delivered.address.chat)
