"""The door of the coach: what was heard -> one unit of work -> the reply. Nothing is said before its commit."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog

from bot import words
from bot.actions import (
    Agree,
    BeginDay,
    Due,
    EditSlot,
    EditTimes,
    Erase,
    Link,
    NotToday,
    PauseFor,
    PickTime,
    PickZone,
    Play,
    Screening,
    Set,
    Show,
    Snooze,
    Start,
    Team,
    Tick,
)
from bot.addresses import Account, Address
from bot.cards import PLAYER, SCREEN, Place, Reply
from bot.clock import Clock
from bot.coach import (
    days,
    linking,
    membership,
    mydata,
    onboarding,
    practice,
    scoring,
    settings,
    teams,
    times,
    today,
    typed,
)
from bot.coach.desk import Answer, Desk
from bot.cues import SHORTEST, Cue, Cues
from bot.ids import new_id
from bot.platforms.port import Heard, MemberLeft, Press, Reached, RoomChanged, RoomMoved, Said
from bot.store import challenges, inbox, outcomes, people, postbox, sessions
from bot.store.faults import StoreFault
from bot.store.unit import Store, Tx
from bot.views import notes
from bot.views.practice import Playing
from bot.views.scenes import Scene, draw
from drills.catalog import Catalog
from drills.localtime import local_date
from drills.practice import AtRound

CUES_REACH_BACK = timedelta(days=1)  # a card whose rest ended longer ago belongs to a day that is over

Rights: TypeAlias = Callable[[Address, Account, bool], Awaitable[bool]]
"""Whether this account may manage this chat; True as the last one: ask anew, whatever is remembered."""

log = structlog.get_logger()


class Unfinished(Exception):
    """The database failed: nothing was written, so what was heard must be worked again. `reply` says so to the person."""

    def __init__(self, heard: Heard, reply: Reply | None) -> None:
        super().__init__()
        self.heard = heard
        self.reply = reply


class WorkedElsewhere(Exception):
    """Another process has had the effect of it; nothing was written here. It answers too."""


class Coach:
    def __init__(self, store: Store, catalog: Catalog, clock: Clock, cues: Cues, rights: Rights) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._cues = cues
        self._rights = rights

    async def hear(self, heard: Heard, inbox_id: int) -> Reply | None:
        """Work what was heard, once: its effect and the inbox row are committed together. None: nothing to say.

        Raises Unfinished when the database failed, and WorkedElsewhere. A fault of ours is answered with one
        sentence and a number.
        """
        now = self._clock.now()
        may_manage = await self._may_manage(heard)

        def unit(tx: Tx) -> Answer | None:
            answer = self._work(tx, heard, now, may_manage)
            if not inbox.done(tx, inbox_id, now):
                raise WorkedElsewhere
            return answer

        try:
            answer = await self._store.run(unit)
            return None if answer is None else self._reply(answer, heard)
        except StoreFault as fault:
            log.warning("coach.store-fault", kind=fault.kind, inbox=inbox_id)
            raise Unfinished(heard, self._fault(heard, fault.kind)) from fault
        except WorkedElsewhere:
            raise
        except Exception:
            number = new_id()[:6]
            log.exception("coach.failed", number=number, inbox=inbox_id)
            await self._store.run(lambda tx: inbox.quarantine(tx, inbox_id, f"failed {number}", now))
            return self._fault(heard, "bug", number)

    async def repaint(self, heard: Heard) -> Reply | None:
        """The effect is in the database, the answer may never have been seen: show the true card again."""
        now = self._clock.now()
        answer = await self._store.read(lambda tx: self._true_card(tx, heard, now))
        return None if answer is None else self._reply(answer, heard)

    async def cue(self, cue: Cue) -> Reply | None:
        """The card of a session whose rest has just ended; None when it has moved on."""
        now = self._clock.now()

        def query(tx: Tx) -> Scene | None:
            kept = sessions.load(tx, cue.session)
            if kept is None or kept.session.rev != cue.rev:
                return None
            person = people.load(tx, kept.person)
            if person is None:
                return None
            return practice.scene(Desk(tx, now, person, self._catalog, words.load(), cue.address), kept)

        scene = await self._store.read(query)
        return None if scene is None else Reply(draw(words.load(), scene), living=PLAYER)

    async def restore_cues(self) -> None:
        """At start and at a take-over: rests that still run, or ended while nobody was there, get their cue again."""
        since = self._clock.now() - CUES_REACH_BACK

        def query(tx: Tx) -> list[Cue]:
            cues = []
            for kept in sessions.lately_pressed(tx, since):
                place = kept.session.place
                address = people.private_address(tx, kept.person)
                if isinstance(place, AtRound) and place.rest_until and address:
                    cues.append(Cue(kept.session.id, kept.session.rev, place.rest_until, address))
            return cues

        for cue in await self._store.read(query):
            self._cues.restore(cue)

    # --- one unit ---

    async def _may_manage(self, heard: Heard) -> bool:
        """Whether the platform lets this person manage the chat; asked before the unit, and only where it matters."""
        if not isinstance(heard, Press | Said) or heard.private:
            return False
        if isinstance(heard, Said) and heard.anonymous:
            return True  # only an administrator can speak as the group
        if not teams.needs_rights(heard):
            return False
        return await self._rights(heard.address, heard.sender.account, teams.needs_fresh_rights(heard))

    def _work(self, tx: Tx, heard: Heard, now: datetime, may_manage: bool) -> Answer | None:
        match heard:
            case Reached(sender=sender, reachable=reachable):
                people.set_reachable(tx, sender.account, reachable)
                return None
            case RoomMoved(old=old, new=new):
                postbox.move_room(tx, old, new)
                challenges.set_present(tx, new, True)  # messages stay behind in the old chat
                return None
            case RoomChanged(address=address, present=present):
                challenges.set_present(tx, address, present)
                return None
            case MemberLeft():
                self._left(tx, heard, now)
                return None
            case Press(private=False) | Said(private=False):
                person = people.by_account(tx, heard.sender.account)
                if person is not None:
                    people.refresh_name(tx, heard.sender.account, heard.sender.name)
                floor = teams.Floor(tx, now, self._catalog, words.load(), heard, person, may_manage)
                return teams.heard(floor)
            case Said(text=text):
                return typed.said(self._desk(tx, heard, now), text)
            case Press():
                return self._pressed(self._desk(tx, heard, now), heard)

    def _left(self, tx: Tx, heard: MemberLeft, now: datetime) -> None:
        """Whoever leaves the chat stays on its boards as left; coming back is one tap on Join."""
        person = people.by_account(tx, heard.sender.account)
        for challenge in challenges.running_in_chat(tx, heard.address) if person else []:
            if person is not None and not challenges.is_elsewhere(tx, challenge.id, heard.address):
                scoring.leave(tx, challenge, person, self._catalog, now)

    def _desk(self, tx: Tx, heard: Press | Said, now: datetime) -> Desk:
        sender = heard.sender
        person = people.by_account(tx, sender.account)
        if person is None:
            person = people.create(tx, new_id(), sender.account, sender.name, words.SOURCE_LANGUAGE, now)
        else:
            known = people.heard_in_channel if heard.address.thread else people.seen
            known(tx, sender.account, sender.name)
        people.keep_private_room(tx, person.id, heard.address)
        desk = Desk(tx, now, person, self._catalog, words.load(), heard.address, sender.zone_hint)
        date_here = local_date(now, desk.zone)
        return desk if person.heard_on == date_here else desk.change(heard_on=date_here)

    def _pressed(self, desk: Desk, press: Press) -> Answer:
        action = press.action
        if press.mark:
            outcomes.prove(desk.tx, desk.person.id, press.mark, press.message, desk.now)
        if desk.person.asking and not isinstance(action, Erase):
            desk = desk.change(asking=None)
        match action:
            case Play():
                return practice.play(desk, action)
            case Start():
                return practice.start(desk, action)
            case Agree():
                return onboarding.agree(desk, action)
            case PickZone():
                return onboarding.pick_zone(desk, action)
            case PickTime():
                return onboarding.pick_time(desk, action)
            case Screening():
                return onboarding.screening(desk, action)
            case Show():
                return typed.show(desk, action)
            case Erase():
                return mydata.erase(desk, action)
            case Link():
                return linking.pressed(desk, action)
            case None:
                return Answer(None, notice=desk.words("notice.unknown-button"), alert=True)
            case Set() if not onboarding.is_set_up(desk):
                return onboarding.answer_setting(desk, action)
            case _ if not onboarding.is_set_up(desk):
                return Answer(onboarding.next_scene(desk))
            case Set():
                return settings.change(desk, action)
            case EditTimes():
                return times.edit(desk, action)
            case EditSlot():
                return times.edit_slot(desk, action)
            case Snooze():
                return today.snooze(desk, action)
            case NotToday():
                return today.not_today(desk, action)
            case PauseFor():
                return days.edit_pause(desk, action)
            case Tick():
                return today.tick(desk, action)
            case Due():
                return days.set_due(desk, action)
            case BeginDay():
                return days.begin_day(desk, action)
            case Team():
                return membership.pressed(desk, action)

    def _true_card(self, tx: Tx, heard: Heard, now: datetime) -> Answer | None:
        if not isinstance(heard, Press | Said) or not heard.private:
            return None
        person = people.by_account(tx, heard.sender.account)
        if person is None:
            return Answer(notes.Erased(), Place.NEW)
        desk = Desk(tx, now, person, self._catalog, words.load(), heard.address, heard.sender.zone_hint)
        place = Place.HERE if isinstance(heard, Press) else Place.NEW
        if isinstance(heard, Press) and isinstance(heard.action, Play):
            kept = sessions.load(tx, heard.action.session)
            if kept and kept.person == person.id:
                return Answer(practice.scene(desk, kept), place, living=PLAYER)
        if not onboarding.is_set_up(desk):
            return Answer(onboarding.next_scene(desk), place)
        open_session = practice.unfinished(desk)
        if open_session is not None:
            return Answer(practice.scene(desk, open_session), place, living=PLAYER)
        return Answer(today.plan(desk), Place.NEW, living=PLAYER)

    # --- after the commit ---

    def _reply(self, answer: Answer, heard: Heard) -> Reply:
        card = None if answer.scene is None else draw(words.load(), answer.scene)
        self._keep_cue(answer.scene, _address(heard))
        private = isinstance(heard, Press | Said) and heard.private
        living = answer.living or (SCREEN if card is not None and private else None)
        return Reply(card, answer.place, answer.notice, answer.alert, living, answer.attachments, answer.opens)

    def _keep_cue(self, scene: Scene | None, address: Address) -> None:
        if not isinstance(scene, Playing):
            return
        session, place = scene.session, scene.session.place
        if isinstance(place, AtRound) and place.rest_until and place.rest_until - scene.now >= SHORTEST:
            self._cues.set(Cue(session.id, session.rev, place.rest_until, address))
        else:
            self._cues.clear(session.id)

    def _fault(self, heard: Heard, kind: str, number: str = "") -> Reply | None:
        match heard:
            case Press():
                return Reply(None, notice=words.load()(f"fault.{kind}"), alert=True)
            case Said(private=True):
                return Reply(draw(words.load(), notes.FaultScene(kind, number)), Place.NEW)
            case _:
                return None


def _address(heard: Heard) -> Address:
    return heard.new if isinstance(heard, RoomMoved) else heard.address
