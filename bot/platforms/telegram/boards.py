"""The living message of a chat: edited where it stands, sent anew where it is gone, and put off when the group hears enough."""

import structlog

from bot.cards import Card, Reply
from bot.platforms.port import Address, Posted
from bot.platforms.reposts import Now, Reposts
from bot.platforms.telegram.errors import PROBE_SECONDS, Fault, Meaning
from bot.platforms.telegram.traffic import Traffic
from scheduler.nudge import Broken, Later, Outcome, Sent
from scheduler.pacing import Kind

# The message cannot be edited any more; a topic that was closed takes its messages with it (C-85, T-25, T-27).
_GONE = frozenset({Meaning.LOST, Meaning.OTHER_KIND, Meaning.THREADLESS})

log = structlog.get_logger()


class Boards:
    def __init__(self, traffic: Traffic, now: Now) -> None:
        self._traffic = traffic
        self._reposts = Reposts(now)

    async def show(self, address: Address, reply: Reply) -> Outcome:
        if reply.card is None or reply.living is None:
            return Broken("nothing-to-show")
        traffic = self._traffic
        async with traffic.lanes.hold(address.chat):
            try:
                posted = await traffic.postbox.last(address, reply.living)
            except Exception:  # not sent, and the next try finds a database again
                log.exception("living message not known", chat=address.chat)
                return Later(PROBE_SECONDS, "postbox")
            try:
                if posted is None:
                    return await self._send(address, reply.card, reply)
                return await self._edit(address, reply.card, reply, reply.living, posted)
            except Exception:
                log.exception("not shown", chat=address.chat)
                return Broken("bug")

    async def _edit(self, address: Address, card: Card, reply: Reply, living: str, posted: Posted) -> Outcome:
        traffic, reposts = self._traffic, self._reposts
        wait = reposts.left(address, living)
        if wait and reposts.is_gone(address, living, posted.message):
            return Later(wait, "reposted-lately")
        result = await traffic.courier.edit(address, posted, traffic.draw(card), Kind.BOARD)
        if isinstance(result, Posted):
            await self._keep(address, living, result)
            return Sent(result.message)
        if result.meaning is Meaning.MOVED:  # what was said there stays behind
            return await self._send(address, card, reply)
        if result.meaning not in _GONE:
            return traffic.outcome(address, result)
        if wait:
            reposts.gone(address, living, posted.message)
            return Later(wait, "reposted-lately")
        log.info("sent anew", chat=address.chat, message=posted.message, reason=result.reason)
        outcome = await self._send(address, card, reply)
        if not isinstance(outcome, Later):
            reposts.note(address, living)
        return outcome

    async def _send(self, address: Address, card: Card, reply: Reply) -> Outcome:
        traffic = self._traffic
        result = await traffic.courier.send(address, traffic.parcel(card, reply), Kind.BOARD)
        if isinstance(result, Fault):
            return traffic.outcome(address, result)
        try:
            await traffic.sent(address, reply, result)
        except Exception:  # the message is out: whatever fails now must not send it twice
            log.exception("delivery not remembered", chat=address.chat, message=result.posted.message)
        return Sent(result.posted.message)

    async def _keep(self, address: Address, living: str, posted: Posted) -> None:
        try:
            await self._traffic.remember(address, living, posted)
        except Exception:
            log.exception("delivery not remembered", chat=address.chat, message=posted.message)
