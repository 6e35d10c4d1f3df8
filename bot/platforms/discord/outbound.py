"""The one place that decides how something is shown: through an interaction's token while that works, otherwise by the bot.

A token reaches everything that only one person sees, and needs no rights; the bot reaches private chats and channels, and
its messages carry a nonce. A message that lives (`reply.living`) is remembered in the postbox, and the one that it replaces
loses its buttons.
"""

from collections.abc import MutableMapping
from functools import partial
from typing import TypeVar

import structlog

from bot.cards import Card, Place, Reply
from bot.platforms.discord import inbound
from bot.platforms.discord.courier import Parcel
from bot.platforms.discord.errors import Fault, Meaning
from bot.platforms.discord.fields import PLATFORM
from bot.platforms.discord.receipts import Kind, Receipt
from bot.platforms.discord.reception import Acks
from bot.platforms.discord.rights import Rights
from bot.platforms.discord.toll import urgency
from bot.platforms.discord.traffic import LINE, Traffic, is_hidden, is_private, lane, nonce
from bot.platforms.port import Address, Heard, Intake, MessageKind, Posted, Press, RawUpdate, RoomMoved, Said
from bot.platforms.reposts import Now
from scheduler import pacing
from scheduler.nudge import Broken, Outcome, Sent

# Of so many interactions what arrived is kept, and of so many hidden conversations the newest token.
REMEMBERED = 2000

K = TypeVar("K")
V = TypeVar("V")
log = structlog.get_logger()


class Outbound:
    def __init__(self, traffic: Traffic, acks: Acks, rights: Rights, intake: Intake, now: Now) -> None:
        self._traffic = traffic
        self._courier = traffic.courier
        self._acks = acks
        self._rights = rights
        self._intake = intake
        self._now = now
        self._arrived: dict[str, RawUpdate] = {}
        self._newest: dict[Address, Receipt] = {}

    def note(self, raw: RawUpdate, heard: Heard) -> None:
        """It will be answered soon."""
        receipt = _receipt(heard)
        if receipt is not None and isinstance(heard, Press | Said):
            _put(self._arrived, receipt.id, raw)
            if is_hidden(heard.address):
                _put(self._newest, heard.address, receipt)

    async def answer(self, heard: Heard, reply: Reply) -> None:
        where = heard.new if isinstance(heard, RoomMoved) else heard.address
        receipt = await self._usable(_receipt(heard))
        if reply.opens is not None and await self._open(heard, reply.opens):
            return
        async with self._traffic.lanes.hold(lane(where)):
            notice = reply.notice or ""
            if reply.card is not None:
                aside = reply.alert or (isinstance(heard, Press) and reply.place is Place.NEW)
                parcel = self._traffic.parcel(reply.card, reply, "" if aside else notice)
                await self._show(heard, where, receipt, reply, parcel)
                notice = notice if aside else ""
            if notice:
                await self._whisper(heard, where, receipt, notice, first=reply.card is None)
            elif reply.card is None and receipt is not None and receipt.kind is Kind.COMMAND:
                await self._courier.dismiss(receipt)
            await self._attach(where, receipt, reply)
            await self._warn(heard, where, receipt)

    async def deliver(self, address: Address, reply: Reply) -> Outcome:
        if reply.card is None:
            return Broken("nothing-to-say")
        if is_hidden(address) and reply.meant is None:
            return Broken("not-private")
        traffic = self._traffic
        async with traffic.lanes.hold(lane(address, LINE)), traffic.deliveries:
            try:
                with urgency(pacing.Kind.PROMPT):
                    outcome = await traffic.post(address, reply.card, reply)
                    if isinstance(outcome, Sent):
                        await self._attach(address, None, reply)
            except Exception:
                log.exception("not delivered", chat=address.chat)
                return Broken("bug")
            return outcome

    async def redraw(self, address: Address, reply: Reply) -> None:
        if reply.living is None or reply.card is None:
            return
        traffic = self._traffic
        async with traffic.lanes.hold(lane(address, reply.living)):
            posted = await traffic.postbox.last(address, reply.living)
            if posted is None:
                return
            parcel = traffic.parcel(reply.card, reply)
            if is_hidden(address) and not reply.living.startswith(LINE):
                await self._repaint_hidden(address, posted, parcel)
            else:
                await self._repaint(address, posted, reply, parcel)

    async def tidy(self) -> None:
        await self._traffic.tidy()

    async def _usable(self, receipt: Receipt | None) -> Receipt | None:
        """None when its token is of no use; and not before Discord has had our acknowledgement."""
        if receipt is None or not receipt.is_open(self._now()):
            return None
        return receipt if await self._acks.went_well(receipt.id) else None

    async def _open(self, heard: Heard, payload: str) -> bool:
        """The tap is heard a second time, as what opens the private conversation."""
        receipt = _receipt(heard)
        raw = self._arrived.get(receipt.id) if receipt else None
        if raw is None or not isinstance(heard, Press):
            return False
        await self._intake.accept(PLATFORM, heard.address.bot, [inbound.opened(raw, payload)])
        return True

    async def _show(self, heard: Heard, where: Address, receipt: Receipt | None, reply: Reply, parcel: Parcel) -> None:
        pressed = await self._pressed(heard, reply)
        result: Posted | Fault | None = None
        if receipt is not None:
            result = await self._show_by(receipt, where, pressed, parcel)
        if isinstance(result, Posted):
            await self._traffic.sent(where, reply, result)
        elif isinstance(result, Fault) and result.meaning is not Meaning.STALE:
            log.warning("card not shown", chat=where.chat, reason=result.reason)
        elif is_hidden(where):
            log.warning("card not shown", chat=where.chat, reason="interaction-expired")
        elif pressed is not None and (result is not None or receipt is None):
            await self._repaint(where, pressed, reply, parcel)
        else:
            await self._post(where, reply, parcel)

    async def _show_by(
        self, receipt: Receipt, where: Address, pressed: Posted | None, parcel: Parcel
    ) -> Posted | Fault | None:
        """None: not through the token, although it may work."""
        traffic, courier = self._traffic, self._courier
        if pressed is not None or receipt.kind is Kind.COMMAND:
            kind = pressed.kind if pressed else MessageKind.TEXT
            result = await traffic.insist(lambda: courier.fill(receipt, parcel, kind))
            if not (isinstance(result, Fault) and result.meaning is Meaning.LOST):
                return result
            log.info("sent anew", chat=where.chat, reason=result.reason)
        if is_private(where) and not is_hidden(where):
            return None  # by the bot, with a nonce
        return await traffic.insist(lambda: courier.follow_up(receipt, parcel, is_hidden(where)), again=False)

    async def _pressed(self, heard: Heard, reply: Reply) -> Posted | None:
        """The message that is to become the card: the one whose button was pressed, or had opened the form."""
        receipt = _receipt(heard)
        if isinstance(heard, Press):
            if reply.place is not Place.HERE:
                return None
        elif not isinstance(heard, Said) or receipt is None or receipt.kind is not Kind.MODAL:
            return None
        last = await self._traffic.postbox.last(heard.address, reply.living) if reply.living else None
        return last if last is not None and last.message == heard.message else Posted(heard.message, MessageKind.TEXT)

    async def _repaint(self, address: Address, posted: Posted, reply: Reply, parcel: Parcel) -> None:
        channel = await self._courier.channel(address)
        if isinstance(channel, Fault):
            result: Posted | Fault = channel
        else:
            result = await self._traffic.insist(lambda: self._courier.edit(channel, posted, parcel))
        if isinstance(result, Posted):
            await self._traffic.sent(address, reply, result)
        elif result.meaning is Meaning.LOST:
            log.info("sent anew", chat=address.chat, message=posted.message, reason=result.reason)
            await self._post(address, reply, parcel)
        else:
            log.warning("card not shown", chat=address.chat, message=posted.message, reason=result.reason)

    async def _repaint_hidden(self, address: Address, posted: Posted, parcel: Parcel) -> None:
        """Only the newest token of that conversation can, and only for a quarter of an hour."""
        receipt = await self._usable(self._newest.get(address))
        if receipt is None:
            return
        result = await self._courier.edit_by(receipt, posted, parcel)
        if isinstance(result, Fault):
            log.debug("card not shown", chat=address.chat, reason=result.reason)

    async def _post(self, address: Address, reply: Reply, parcel: Parcel) -> None:
        channel = await self._traffic.insist(lambda: self._courier.channel(address))
        if isinstance(channel, Fault):
            result: Posted | Fault = channel
        else:
            result = await self._traffic.insist(lambda: self._courier.send(channel, parcel))
        if isinstance(result, Fault):
            log.warning("card not sent", chat=address.chat, reason=result.reason)
        else:
            await self._traffic.sent(address, reply, result)

    async def _whisper(self, heard: Heard, where: Address, receipt: Receipt | None, text: str, first: bool) -> None:
        """For whoever spoke alone; `first`: nothing else has been said. In a private chat it may be an ordinary message."""
        courier, parcel = self._courier, self._traffic.whisper(text)
        result: Posted | Fault = Fault(Meaning.STALE, "interaction-expired")
        if receipt is not None and receipt.kind is Kind.COMMAND and first:
            result = await self._traffic.insist(lambda: courier.fill(receipt, parcel, MessageKind.TEXT))
        elif receipt is not None:
            result = await self._traffic.insist(lambda: courier.follow_up(receipt, parcel, hidden=True), again=False)
        if not isinstance(result, Fault):
            return
        if result.meaning is Meaning.STALE and is_private(where) and not is_hidden(where) and isinstance(heard, Said):
            await self._post(where, Reply(Card(text)), parcel)
        else:
            log.info("notice not shown", chat=where.chat, reason=result.reason)

    async def _attach(self, where: Address, receipt: Receipt | None, reply: Reply) -> None:
        courier, insist = self._courier, self._traffic.insist
        for attachment in reply.attachments:
            fault: object = Fault(Meaning.BROKEN, "not-private")
            if is_hidden(where) and receipt is not None:
                fault = await insist(partial(courier.attach_by, receipt, attachment), again=False)
            elif is_private(where) and not is_hidden(where):
                fault = await courier.channel(where)
                if not isinstance(fault, Fault):
                    fault = await insist(partial(courier.attach, fault, attachment, nonce()))
            if isinstance(fault, Fault):
                log.warning("attachment withheld", chat=where.chat, reason=fault.reason)

    async def _warn(self, heard: Heard, where: Address, receipt: Receipt | None) -> None:
        """Somebody who can change it hears what we may not do in this channel (D-08)."""
        if receipt is None or is_private(where) or not isinstance(heard, Press | Said):
            return
        names = self._rights.lacking(where, heard.sender.account)
        if names:
            text = self._traffic.words("discord.missing-permissions", names=", ".join(names))
            await self._whisper(heard, where, receipt, text, first=False)


def _receipt(heard: Heard) -> Receipt | None:
    return Receipt.parse(heard.receipt) if isinstance(heard, Press | Said) else None


def _put(memory: MutableMapping[K, V], key: K, value: V) -> None:
    """Keep the newest; the oldest is forgotten."""
    memory.pop(key, None)
    while len(memory) >= REMEMBERED:
        memory.pop(next(iter(memory)))
    memory[key] = value
