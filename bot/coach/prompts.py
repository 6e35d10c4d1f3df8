"""Prompts: when the moment comes, reality is read again; then the card is built and sent. `scheduler.ports.Deliverer`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot import words
from bot.addresses import Account, Address
from bot.cards import PLAYER, SCREEN, Card, Place, Reply
from bot.coach import away, days, practice, scoring, teams, today
from bot.coach.desk import Desk
from bot.coach.quiet import quiet_until
from bot.platforms.port import Platform
from bot.store import care, challenges, crowd, nudges, outcomes, people, sessions, slots
from bot.store.faults import StoreFault
from bot.store.people import Person
from bot.store.posts import LIVING_MOST
from bot.store.streak import SNAPSHOT_EVERY
from bot.store.unit import Store, Tx
from bot.views.challenges import MinuteCall, ResultCard
from bot.views.reach import Hello, QuietLine
from bot.views.scenes import Scene, draw
from drills import safety
from drills.catalog import Catalog
from drills.streaks import SETTLED_AFTER
from scheduler.backoff import DAILY_UNTIL, WEEKLY_UNTIL, may_prompt
from scheduler.nudge import Gone, Later, Nudge, NudgeKind, Outcome, Sent
from scheduler.ports import Drop, Postpone, Send, Verdict
from scheduler.slot import Role

FOLLOW_UPS = (timedelta(minutes=45), timedelta(hours=3))  # after a prompt; with it, at most three messages a slot
_PLAYERS = (NudgeKind.PROMPT, NudgeKind.SNOOZE, NudgeKind.FOLLOW_UP, NudgeKind.MINUTE, NudgeKind.AWAY)
_BY_LINE = (NudgeKind.PROMPT, NudgeKind.SNOOZE)  # what a quiet line may stand in for
# What is asked for everybody at once: from the snapshot on, which is as old as this for whoever trained in the last week.
LOOKED_BACK = SETTLED_AFTER + SNAPSHOT_EVERY + timedelta(days=7)
LATE = timedelta(minutes=15)  # from here on the card says that it is late, and quiet hours bind it

log = structlog.get_logger()


class Prompts:
    def __init__(self, store: Store, catalog: Catalog, platforms: Mapping[str, Platform]) -> None:
        self._store = store
        self._catalog = catalog
        self._platforms = platforms
        self._waits: dict[str, datetime] = {}
        """Until when a whole platform has to wait (flood control, no network); the others go on."""

    def waits_until(self, now: datetime) -> datetime | None:
        waits = [self._waits.get(name, now) for name in self._platforms]
        return min(waits) if waits and min(waits) > now else None

    async def judge(self, nudges: Sequence[Nudge], now: datetime) -> Sequence[Drop | Postpone | Send]:
        """One read for all of them: what is asked of each is asked once for everybody."""
        floor = now.date() - LOOKED_BACK

        def query(tx: Tx) -> list[Drop | Postpone | Send]:
            with crowd.gathered(tx, [nudge.person for nudge in nudges], floor):
                return [self._answer(tx, nudge, now) for nudge in nudges]

        return await self._store.read(query)

    def _answer(self, tx: Tx, nudge: Nudge, now: datetime) -> Drop | Postpone | Send:
        desk = self._desk(tx, nudge, now)
        if desk is None:
            return Drop("nobody there")
        verdict = self._judge(desk, nudge)
        if verdict is not None:
            return verdict
        if nudge.kind in _BY_LINE and not people.is_reachable(tx, nudge.person):
            return partial(self._send_line, nudge, now)
        scene = self._scene(desk, nudge)
        if scene is None:
            return Drop("nobody there")
        return partial(self._send, nudge, now, desk.address, draw(desk.words, scene), desk.person.follow_ups)

    async def _send(
        self, nudge: Nudge, now: datetime, address: Address, card: Card, follow_ups: bool
    ) -> Outcome | Drop:
        outcome = await self._deliver(nudge, now, address, card, PLAYER if nudge.kind in _PLAYERS else SCREEN)
        if isinstance(outcome, Gone):
            await self._store.run(lambda tx: people.block(tx, nudge.person, address))
            if nudge.kind in _BY_LINE:
                return await self._send_line(nudge, now)
        if isinstance(outcome, Sent):
            await self._after(nudge, now, address, follow_ups)
        return outcome

    async def _after(self, nudge: Nudge, now: datetime, address: Address, follow_ups: bool) -> None:
        """Never raises: the message is out, and whatever fails now must not send it twice."""
        try:
            if nudge.kind is NudgeKind.HELLO:
                await self._store.run(lambda tx: people.unblock(tx, nudge.person, address))
            if nudge.kind is NudgeKind.PROMPT and follow_ups:
                await self._store.run(lambda tx: _plan_follow_ups(tx, nudge, now))
        except StoreFault as fault:
            log.warning("nudge.nothing-after", nudge=nudge.id, kind=nudge.kind, fault=fault.kind)

    def _scene(self, desk: Desk, nudge: Nudge) -> Scene | None:
        match nudge.kind:
            case NudgeKind.HELLO:
                return Hello()
            case NudgeKind.NOTICE:
                return days.pause_scene(desk, long=True)
            case NudgeKind.MINUTE:
                return MinuteCall(desk.today)
            case NudgeKind.RESULT:
                challenge = challenges.load(desk.tx, nudge.session or "")
                return None if challenge is None else ResultCard(scoring.board(desk.tx, challenge, 0))
            case NudgeKind.AWAY:
                kept = practice.unfinished(desk)
                return None if kept is None else practice.scene(desk, kept)
            case _:
                late = nudge.kind is NudgeKind.PROMPT and desk.now - nudge.due_at > LATE
                return today.plan(desk, prompted=True, late_since=nudge.due_at if late else None)

    async def _send_line(self, nudge: Nudge, now: datetime) -> Outcome:
        """The private chat is closed: one quiet line in the channel that the person chose, if they chose one."""

        def query(tx: Tx) -> tuple[Address, Account] | None:
            address = people.line_address(tx, nudge.person)
            here = [each for each in people.accounts(tx, nudge.person) if address and each.platform == address.platform]
            return (address, here[0]) if address and here else None

        found = await self._store.read(query)
        if found is None:
            return Gone("private chat closed")
        address, account = found
        card = draw(words.load(), QuietLine())
        return await self._deliver(nudge, now, address, card, f"line:{account.id}"[:LIVING_MOST], account)

    async def _deliver(
        self, nudge: Nudge, now: datetime, address: Address, card: Card, living: str, meant: Account | None = None
    ) -> Outcome:
        platform = self._platforms.get(address.platform)
        if platform is None or platform.bot != address.bot:
            return Later(3600, "this platform is not connected")
        reply = Reply(
            away.say(card, words.load()) if nudge.kind is NudgeKind.AWAY else card,
            Place.NEW,
            living=living,
            key=f"nudge:{nudge.id}:{nudge.due_at.isoformat()}",
            again=nudge.attempt > 1,
            meant=meant,
            mark=outcomes.mark(nudge.id),
        )
        outcome = await platform.deliver(address, reply)
        if isinstance(outcome, Later) and outcome.everyone:
            self._waits[address.platform] = now + timedelta(seconds=outcome.seconds)
        return outcome

    def _judge(self, desk: Desk, nudge: Nudge) -> Verdict:
        tx, now = desk.tx, desk.now
        waits = self._waits.get(desk.address.platform)
        if waits is not None and waits > now:
            return Postpone(waits, "everyone waits")
        person = desk.person
        if nudge.kind is NudgeKind.HELLO:
            return None
        if not people.is_reachable(tx, person.id) and not (
            nudge.kind in _BY_LINE and people.line_address(tx, person.id) is not None
        ):
            return Drop("blocked")
        if person.stopped:
            return Drop("stopped")
        slot = next((slot for slot in slots.of_person(tx, person.id) if slot.id == nudge.slot), None)
        if nudge.kind is NudgeKind.PROMPT and slot is None:
            return Drop("slot removed")
        if nudge.kind is NudgeKind.NOTICE:
            pause = care.silent_pause(tx, person.id, desk.today)
            return Drop("not paused any more") if pause is None else None
        if nudge.kind is NudgeKind.RESULT:
            return None
        if nudge.kind is NudgeKind.MINUTE:
            return None if now < nudge.due_at + teams.MINUTE_LASTS else Drop("stale")
        if nudge.kind is NudgeKind.AWAY:
            return away.judge(desk, nudge)
        label = desk.calendar.newest(nudge.due_at)
        ends = desk.ends(label)
        if now >= ends:
            return Drop("stale")
        if not _may_be_prompted(desk):
            return Drop("not set up or screened out")
        if practice.unfinished(desk) is not None:
            return Drop("session open")
        if care.silent_pause(tx, person.id, label) is not None:
            return Drop("paused")
        if not desk.is_scheduled(label):
            return Drop("rest day")
        if person.silent_day == label:
            return Drop("not today")
        extra = slot is not None and slot.role is Role.EXTRA
        if not extra and sessions.day_is_done(tx, person.id, label):
            return Drop("done already")
        if nudge.kind is NudgeKind.PROMPT and not self._still_wanted(tx, person, nudge):
            return Drop("not answered for a while")
        if nudge.kind is not NudgeKind.PROMPT or now - nudge.due_at > LATE:
            quiet = quiet_until(person, desk.zone, now)
            if quiet is not None:
                return Drop("stale") if quiet >= ends else Postpone(quiet, "quiet hours")
        return None

    def _still_wanted(self, tx: Tx, person: Person, nudge: Nudge) -> bool:
        """Whoever does not answer is prompted less and less (scheduler/backoff.py)."""
        if person.heard_on is None or (nudge.label - person.heard_on).days <= DAILY_UNTIL:
            return True
        last, late = nudges.prompts_since(tx, person.id, person.heard_on + timedelta(days=WEEKLY_UNTIL))
        since = (nudge.label - last).days if last else None
        return may_prompt((nudge.label - person.heard_on).days, since, late)

    def _desk(self, tx: Tx, nudge: Nudge, now: datetime) -> Desk | None:
        person = people.load(tx, nudge.person)
        address = people.private_address(tx, nudge.person)
        if person is None or address is None or person.zone is None:
            return None
        return Desk(tx, now, person, self._catalog, words.load(), address)


def _plan_follow_ups(tx: Tx, nudge: Nudge, now: datetime) -> None:
    """Gentle reminders of a prompt that is not answered, for those who want them. A press on any card answers it."""
    person = people.load(tx, nudge.person)
    if person is None or not person.follow_ups:
        return
    for number, span in enumerate(FOLLOW_UPS, 1):
        key = f"follow-up:{nudge.slot}:{nudge.label}:{number}"
        nudges.add(tx, key, NudgeKind.FOLLOW_UP, person.id, nudge.label, now + span, slot=nudge.slot)


def _may_be_prompted(desk: Desk) -> bool:
    """The screening is asked again every 90 days: that alone does not silence the prompts."""
    return desk.person.joined_day is not None and safety.may_practise(desk.person.screened)
