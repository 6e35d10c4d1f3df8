"""The living message of a channel: edited where it stands, sent anew where it is gone."""

import structlog

from bot.cards import Card, Reply
from bot.platforms.discord.errors import PROBE_SECONDS, Fault, Meaning
from bot.platforms.discord.toll import urgency
from bot.platforms.discord.traffic import Traffic, lane
from bot.platforms.port import Address, Posted
from bot.platforms.reposts import Now, Reposts
from scheduler.nudge import Broken, Later, Outcome, Sent
from scheduler.pacing import Kind

log = structlog.get_logger()


class Boards:
    def __init__(self, traffic: Traffic, now: Now) -> None:
        self._traffic = traffic
        self._reposts = Reposts(now)

    async def show(self, address: Address, reply: Reply) -> Outcome:
        if reply.card is None or reply.living is None:
            return Broken("nothing-to-show")
        traffic = self._traffic
        async with traffic.lanes.hold(lane(address)), traffic.deliveries:
            try:
                posted = await traffic.postbox.last(address, reply.living)
            except Exception:  # not sent, and the next try finds a database again
                log.exception("living message not known", chat=address.chat)
                return Later(PROBE_SECONDS, "postbox")
            try:
                with urgency(Kind.BOARD):
                    if posted is None:
                        return await traffic.post(address, reply.card, reply)
                    return await self._edit(address, reply.card, reply, reply.living, posted)
            except Exception:
                log.exception("not shown", chat=address.chat)
                return Broken("bug")

    async def _edit(self, address: Address, card: Card, reply: Reply, living: str, posted: Posted) -> Outcome:
        traffic, reposts = self._traffic, self._reposts
        wait = reposts.left(address, living)
        if wait and reposts.is_gone(address, living, posted.message):
            return Later(wait, "reposted-lately")
        channel = await traffic.courier.channel(address)
        if isinstance(channel, Fault):
            return traffic.outcome(address, channel)
        parcel = traffic.parcel(card, reply)
        result = await traffic.insist(lambda: traffic.courier.edit(channel, posted, parcel), waits=False)
        if isinstance(result, Posted):
            return Sent(result.message)
        if result.meaning is not Meaning.LOST:
            return traffic.outcome(address, result)
        if wait:
            reposts.gone(address, living, posted.message)
            return Later(wait, "reposted-lately")
        log.info("sent anew", chat=address.chat, message=posted.message, reason=result.reason)
        outcome = await traffic.post(address, card, reply)
        if not isinstance(outcome, Later):
            reposts.note(address, living)
        return outcome
