"""What answers, deliveries and boards share: the order in a chat, how a card is drawn, and what the postbox remembers."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import structlog

from bot.cards import TEXT_MAX, Card, Reply
from bot.platforms.lanes import Lanes
from bot.platforms.port import Address, MessageKind, Postbox, Posted
from bot.platforms.telegram.courier import Courier, Delivered, Parcel
from bot.platforms.telegram.errors import Fault, outcome
from bot.platforms.telegram.render import CAPTION_MAX, Payload, render
from scheduler.nudge import Broken, Later, Outcome, Unknown

# Taking buttons off replaced messages is the first thing to give up under load.
UNTIDY_MAX = 1000

log = structlog.get_logger()


class Traffic:
    """`username` gives ours, or "" while Telegram has not told it."""

    def __init__(self, courier: Courier, postbox: Postbox, username: Callable[[], str]) -> None:
        self.courier = courier
        self.postbox = postbox
        self.username = username
        self.lanes = Lanes()
        self.untidy: asyncio.Queue[tuple[Address, str]] = asyncio.Queue(UNTIDY_MAX)

    def draw(self, card: Card, mark: str = "") -> Callable[[MessageKind], Payload]:
        return lambda kind: render(card, self.username(), CAPTION_MAX if kind is MessageKind.PHOTO else TEXT_MAX, mark)

    def parcel(self, card: Card, reply: Reply) -> Parcel:
        return Parcel(self.draw(card, reply.mark), reply.photo, reply.silent)

    async def delivered(self, address: Address, reply: Reply, delivered: Delivered) -> None:
        """As `sent`, for what the engine will record: both are written together."""
        if reply.living is not None:
            home, posted = _home(address, delivered), delivered.posted
            self.postbox.note(home, reply.living, posted, lambda last: self._replaced(home, posted, last))
        await self._pin(reply, delivered)

    async def sent(self, address: Address, reply: Reply, delivered: Delivered) -> None:
        """A message is out: it lives from now on, and is pinned if that was asked for and we may."""
        if reply.living is not None:
            await self._keep(_home(address, delivered), reply.living, delivered.posted)
        await self._pin(reply, delivered)

    async def _pin(self, reply: Reply, delivered: Delivered) -> None:
        if reply.pin:
            fault = await self.courier.pin(delivered.address, delivered.posted.message)
            if fault is not None:
                log.info("not pinned", chat=delivered.address.chat, reason=fault.reason)

    async def remember(self, address: Address, living: str | None, posted: Posted) -> None:
        """A message that is there already; most often it lives under this name as it is."""
        if living is None:
            return
        try:
            known = await self.postbox.last(address, living)
        except Exception as error:  # noqa: BLE001 - that this one is out must be kept all the same
            log.warning("older message not known", chat=address.chat, reason=type(error).__name__)
            known = None
        if known != posted:
            await self._keep(address, living, posted)

    async def pressed(self, address: Address, living: str, message: str) -> None:
        """A tap on a message that lives by this name: a proof that it is there, when its answer was cut off. Lives another by
        now, this is the copy, and loses its buttons."""
        tapped, last = Posted(message, MessageKind.TEXT), await self.postbox.last(address, living)
        if last is None:
            await self.postbox.put(address, living, tapped)
        else:
            self._replaced(address, last, tapped)

    async def _keep(self, address: Address, living: str, posted: Posted) -> None:
        self._replaced(address, posted, await self.postbox.put(address, living, posted))

    def _replaced(self, address: Address, posted: Posted, last: Posted | None) -> None:
        if last is not None and last.message != posted.message and not self.untidy.full():
            self.untidy.put_nowait((address, last.message))

    def outcome(self, address: Address, fault: Fault) -> Outcome:
        result = outcome(fault)
        if isinstance(result, Later) and self.courier.everyone_waits:
            result = replace(result, everyone=True)
        say = log.warning if isinstance(result, Unknown | Broken) else log.info
        say("not delivered", chat=address.chat, outcome=type(result).__name__.lower(), reason=fault.reason)
        return result


def _home(address: Address, delivered: Delivered) -> Address:
    """Where the message is looked for later: in the new chat if it moved, but under the topic that was meant."""
    return replace(address, chat=delivered.address.chat)
