"""What every intention works with, inside one unit of work: the person, the moment, and the shortcuts to their facts."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from bot.addresses import Address
from bot.cards import Attachment, Place
from bot.store import care, people, streak
from bot.store.people import Person
from bot.store.unit import Tx
from bot.views.scenes import Scene
from bot.words import Words
from drills import safety
from drills.catalog import Catalog
from drills.localtime import zone_of
from drills.programme import Needs
from drills.streaks import Calendar, Judge, Standing, is_scheduled

JUDGED_BACK = timedelta(days=30)  # labels that a single day may be judged by: ticks and running days reach back a week


@dataclass(frozen=True, slots=True)
class Answer:
    """What to show, and how. `notice` is the worded answer to a tap."""

    scene: Scene | None
    place: Place = Place.HERE
    notice: str | None = None
    alert: bool = False
    living: str | None = None
    attachments: tuple[Attachment, ...] = field(default=())
    opens: str | None = None
    """A payload: the tap leads into the private chat with it."""


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
    def versions(self) -> list[Any]:
        return streak.versions(self.tx, self.person.id)

    @cached_property
    def calendar(self) -> Calendar:
        """When this person's practice days run, wherever they flew."""
        return streak.calendar(self.person, self.versions)

    @cached_property
    def today(self) -> date:
        """The practice day that began last. It never goes back, wherever the person flies."""
        return self.calendar.newest(self.now)

    def ends(self, label: date) -> datetime:
        return self.calendar.ends(label)

    def reload(self) -> "Desk":
        """The same desk after the person's row was changed."""
        person = people.load(self.tx, self.person.id)
        assert person is not None
        return Desk(self.tx, self.now, person, self.catalog, self.words, self.address, self.zone_hint)

    def change(self, **values: object) -> "Desk":
        people.change(self.tx, self.person.id, **values)
        return self.reload()

    def keep_setting(self, kind: str, value: str, from_day: date | None = None, **values: object) -> "Desk":
        """A setting that old days are judged by: the change is kept as a fact of its own."""
        streak.keep_version(self.tx, self.person.id, kind, value, self.now, from_day)
        return self.change(**values) if values else self.reload()

    def caution(self) -> safety.Caution:
        return safety.caution(care.reds(self.tx, self.person.id), self.now)

    def needs(self) -> Needs:
        return Needs(
            minutes=self.person.minutes or 3,
            band=bool(self.person.band),
            gentle=safety.gentle_only(self.person.screened),
            caution=self.caution(),
        )

    def judge(self) -> Judge:
        """Judges single days by the facts as they are now; not cached, because a unit writes facts."""
        since = self.today - JUDGED_BACK
        facts = streak.facts(self.tx, self.person, self.versions, self.today, since)
        return Judge(facts, self.calendar, self.now)

    def standing(self) -> Standing:
        return self.standing_and_judge()[0]

    def standing_and_judge(self) -> tuple[Standing, Judge]:
        """For a card that says what can still be done, too."""
        return streak.standing(self.tx, self.person, self.versions, self.calendar, self.now)

    def is_scheduled(self, label: date) -> bool:
        """Whether the day is due by its weekday; the others are rest days, on which no prompt comes."""
        return is_scheduled(streak.schedules(self.versions), label)
