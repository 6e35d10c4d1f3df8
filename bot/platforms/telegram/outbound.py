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

from bot.cards import Card, Place, Reply
from bot.platforms.patience import Pause, backoff
from bot.platforms.port import Address, Heard, MessageKind, Posted, Press, RoomMoved, Said
from bot.platforms.telegram.courier import ANSWER_SECONDS, Delivered
from bot.platforms.telegram.errors import Fault, Meaning
from bot.platforms.telegram.limits import ANSWERS_IN_FLIGHT, is_group
from bot.platforms.telegram.render import notice
from bot.platforms.telegram.traffic import Traffic
from scheduler.nudge import Broken, Outcome, Sent
from scheduler.pacing import Kind

TRIES = 3
TIDY_PAUSE = 0.03  # as many as prompts go out by Telegram's limits, and no more: nobody waits for it

T = TypeVar("T")
log = structlog.get_logger()


class Outbound:
    def __init__(self, traffic: Traffic, pause: Pause) -> None:
        self._traffic = traffic
        self._courier = traffic.courier
        self._pause = pause
        self._taps = asyncio.Semaphore(ANSWERS_IN_FLIGHT)  # beside the answers, which take their turn

    async def answer(self, heard: Heard, reply: Reply) -> None:
        try:
            await self._answer(heard, reply)
        except (
            ExceptionGroup
        ) as failures:  # the caller tries again after a fault of the database, and must recognise it
            raise failures.exceptions[0] from None

    async def _answer(self, heard: Heard, reply: Reply) -> None:
        where = heard.new if isinstance(heard, RoomMoved) else heard.address
        press = heard if isinstance(heard, Press) else None
        private = heard.private if isinstance(heard, Press | Said) else not is_group(where.chat)
        async with asyncio.TaskGroup() as group:
            if press is not None and press.receipt:
                # At once and beside the edit: the client shows a spinner until then, and gives up on it soon.
                group.create_task(self._acknowledge(where, press.receipt, reply))
            elif reply.notice is not None and reply.card is None:
                reply = replace(reply, card=Card(reply.notice), notice=None)  # no tap to answer: say it in the chat
            async with self._traffic.lanes.hold(where.chat):
                if reply.card is not None and press is not None and reply.place is Place.HERE:
                    await self._repaint(where, await self._pressed(press, reply.living), reply.card, reply)
                elif reply.card is not None:
                    await self._post(where, reply.card, reply)
                elif press is not None and reply.living is not None:
                    await self._traffic.pressed(where, reply.living, press.message)
                await self._attach(where, private, reply)

    async def deliver(self, address: Address, reply: Reply) -> Outcome:
        if reply.card is None:
            return Broken("nothing-to-say")
        traffic = self._traffic
        async with traffic.lanes.hold(address.chat):
            result = await self._courier.send(address, traffic.parcel(reply.card, reply), Kind.PROMPT)
            if isinstance(result, Fault):
                return traffic.outcome(address, result)
            try:
                await traffic.delivered(address, reply, result)
                await self._attach(result.address, not is_group(result.address.chat), reply)
            except Exception:  # the message is out: whatever fails now must not send it twice
                log.exception("delivery not remembered", chat=address.chat, message=result.posted.message)
            return Sent(result.posted.message)

    async def redraw(self, address: Address, reply: Reply) -> None:
        if reply.living is None or reply.card is None:
            return
        async with self._traffic.lanes.hold(address.chat):
            posted = await self._traffic.postbox.last(address, reply.living)
            if posted is not None:
                await self._repaint(address, posted, reply.card, reply)

    async def tidy(self) -> None:
        """Takes the buttons off replaced messages; until cancelled."""
        while True:
            address, message = await self._traffic.untidy.get()
            async with self._traffic.lanes.hold(address.chat):
                fault = await self._courier.strip(address, message)
            if fault is not None:  # an old button does no harm: it quotes an old revision
                log.debug("old buttons stay", chat=address.chat, message=message, reason=fault.reason)
            await asyncio.sleep(TIDY_PAUSE)

    async def _acknowledge(self, where: Address, receipt: str, reply: Reply) -> None:
        text = notice(reply.notice) if reply.notice else None
        username = self._traffic.username()
        # Flood control counts messages, so a chat that must wait still gets its taps answered.
        if reply.opens is not None and username:
            opening = partial(self._courier.open_private, receipt, username, reply.opens)
            fault = await self._answer_tap(opening)
            if not (isinstance(fault, Fault) and fault.meaning is Meaning.BROKEN):
                if isinstance(fault, Fault):
                    log.warning("tap not answered", chat=where.chat, reason=fault.reason)
                return
            log.warning("private chat not opened", chat=where.chat, reason=fault.reason)
        fault = await self._answer_tap(partial(self._courier.answer_tap, receipt, text, reply.alert))
        if isinstance(fault, Fault):
            log.warning("tap not answered", chat=where.chat, reason=fault.reason)

    async def _pressed(self, press: Press, living: str | None) -> Posted:
        """The pressed message with the kind that we know of it; unknown ones are taken for text, and put right on refusal."""
        last = await self._traffic.postbox.last(press.address, living) if living else None
        return last if last is not None and last.message == press.message else Posted(press.message, MessageKind.TEXT)

    async def _repaint(self, address: Address, posted: Posted, card: Card, reply: Reply) -> None:
        edit = partial(self._courier.edit, address, posted, self._traffic.draw(card), Kind.ANSWER)
        result = await self._insist(edit, again=True)
        if isinstance(result, Posted):
            await self._traffic.remember(address, reply.living, result)
        elif result.meaning in (Meaning.LOST, Meaning.OTHER_KIND, Meaning.MOVED):
            log.info("sent anew", chat=address.chat, message=posted.message, reason=result.reason)
            await self._post(address, card, reply)
        else:
            log.warning("card not shown", chat=address.chat, message=posted.message, reason=result.reason)

    async def _post(self, address: Address, card: Card, reply: Reply) -> None:
        send = partial(self._courier.send, address, self._traffic.parcel(card, reply), Kind.ANSWER)
        # Not again after an unknown outcome: an answer that came may not come twice.
        result = await self._insist(send, again=False)
        if isinstance(result, Delivered):
            await self._traffic.sent(address, reply, result)
        else:
            log.warning("card not sent", chat=address.chat, reason=result.reason)

    async def _attach(self, address: Address, private: bool, reply: Reply) -> None:
        for attachment in reply.attachments:
            if not private:
                log.warning("attachment withheld", chat=address.chat, reason="not-private")
                return
            fault = await self._insist(partial(self._courier.document, address, attachment), again=False)
            if isinstance(fault, Fault):
                log.warning("attachment not sent", chat=address.chat, reason=fault.reason)

    async def _answer_tap(self, call: Callable[[], Awaitable[Fault | None]]) -> Fault | None:
        async def paced() -> Fault | None:
            async with self._taps:
                fault = await call()
            if fault is not None and fault.meaning is Meaning.WAIT and fault.seconds <= ANSWER_SECONDS:
                await self._pause(fault.seconds)  # a chat's wait is known to its turn; a tap has none
            return fault

        return await self._insist(paced, again=True)

    async def _insist(self, call: Callable[[], Awaitable[T | Fault]], again: bool) -> T | Fault:
        """Try up to three times while somebody waits. `again`: also after an unknown outcome, for what may happen twice."""
        for attempt in range(1, TRIES + 1):
            result = await call()
            if not isinstance(result, Fault) or attempt == TRIES:
                break
            if result.meaning is Meaning.NOT_SENT or (again and result.meaning is Meaning.UNKNOWN):
                await self._pause(backoff(attempt, ANSWER_SECONDS))
            elif result.meaning is not Meaning.WAIT:  # which is waited for in the next turn
                break
        return result
