"""What every intention works with, inside one unit of work: the person, the moment, and the shortcuts to their facts."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.addresses import Address
from bot.cards import Attachment, Place
from bot.store import care, people, sessions
from bot.store.people import Person
from bot.store.unit import Tx
from bot.views.scenes import Scene
from bot.words import Words
from drills import day as practice_days
from drills import safety, streaks
from drills.catalog import Catalog
from drills.localtime import zone_of
from drills.programme import Needs
from drills.streaks import Facts, Standing, ZoneSince


@dataclass(frozen=True, slots=True)
class Answer:
    """What to show, and how. `notice` is the worded answer to a tap."""

    scene: Scene | None
    place: Place = Place.HERE
    notice: str | None = None
    alert: bool = False
    living: str | None = None
    attachments: tuple[Attachment, ...] = field(default=())


@dataclass(frozen=True)  # no slots: what is cached lives beside the fields, for as long as the unit
class Desk:
    tx: Tx
    now: datetime
    person: Person
    catalog: Catalog
    words: Words
    address: Address
    zone_hint: str = ""

    @cached_property
    def zone(self) -> ZoneInfo:
        return zone_of(self.person.zone or "UTC")

    @cached_property
    def today(self) -> date:
        """The practice day that holds this moment. The current day never goes back, wherever the person flies."""
        label = practice_days.practice_day(self.now, self.zone, self.person.day_start)
        newest = sessions.newest(self.tx, self.person.id)
        if newest and newest.day > label and self.now < self.ends(newest.day):
            return newest.day
        return label

    def ends(self, label: date) -> datetime:
        return practice_days.ends(label, self.zone, self.person.day_start)

    def reload(self) -> "Desk":
        """The same desk after the person's row was changed."""
        person = people.load(self.tx, self.person.id)
        assert person is not None
        return Desk(self.tx, self.now, person, self.catalog, self.words, self.address, self.zone_hint)

    def change(self, **values: object) -> "Desk":
        people.change(self.tx, self.person.id, **values)
        return self.reload()

    def caution(self) -> safety.Caution:
        return safety.caution(care.reds(self.tx, self.person.id), self.now)

    def needs(self) -> Needs:
        return Needs(
            minutes=self.person.minutes or 3,
            band=bool(self.person.band),
            gentle=safety.gentle_only(self.person.screened),
            caution=self.caution(),
        )

    def standing(self) -> Standing:
        return standing_of(self.tx, self.person, self.today, self.now)


def standing_of(tx: Tx, person: Person, today: date, now: datetime) -> Standing:
    """Load the facts of one person and fold them."""
    zones = tuple(ZoneSince(at, zone) for at, zone in people.zones(tx, person.id))
    facts = Facts(
        joined=person.joined_day or today,
        done=sessions.done_days(tx, person.id),
        pauses=care.pauses(tx, person.id),
        zones=zones or (ZoneSince(person.created_at, person.zone or "UTC"),),
        day_start=person.day_start,
    )
    return streaks.standing(facts, today, now)
