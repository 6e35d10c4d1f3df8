"""Random lives for the comparison of the naive model with the real rules: all kinds of trouble, much of it just on an edge."""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TypeVar

from tests.drills.streak_model import life as events
from tests.drills.streak_model.life import Event, Life, Outage, Slot
from tests.drills.streak_model.naive import start_of

T = TypeVar("T")
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
COUNTED = timedelta(hours=168) * 9 / 10  # what the heartbeat must cover before an outage that counts
BESIDE = (timedelta(0), timedelta(0), timedelta(0), -SECOND, SECOND)
NOON = time(12)
HOURS = [time(minutes // 60, minutes % 60) for minutes in range(0, 361, 30)]
EVERY_DAY = frozenset(range(7))
SCHEDULES = (EVERY_DAY, EVERY_DAY, *map(frozenset, ({0, 1, 2, 3, 4}, {0, 2, 4}, {1, 3, 5, 6}, {6}, set[int]())))
SLOT_TIMES = (time(7), time(7), time(7, 30), time(2, 30), time(0), time(3), NOON, time(18), time(23, 30))
FROM_WEST_TO_EAST = (
    "Pacific/Niue",
    "Pacific/Honolulu",
    "America/Los_Angeles",
    "America/New_York",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Helsinki",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Pacific/Apia",
    "Pacific/Kiritimati",
)
EU, US, AU = ("Europe/Berlin", "Europe/Helsinki"), ("America/New_York", "America/Los_Angeles"), FROM_WEST_TO_EAST[9:11]
NIGHTS: tuple[tuple[date, Sequence[str]], ...] = (  # on which the clocks change, and where
    (date(2026, 3, 29), EU),
    (date(2026, 10, 25), EU),
    (date(2026, 3, 8), US),
    (date(2026, 11, 1), US),
    (date(2026, 4, 5), AU),
    (date(2026, 10, 4), AU),
    (date(2011, 12, 30), ("Pacific/Apia", "Pacific/Fakaofo")),
    (date(2026, 1, 14), FROM_WEST_TO_EAST),
    (date(2026, 7, 8), FROM_WEST_TO_EAST),
    (date(2026, 7, 8), EU),
)
LENGTHS = (  # of outages
    HOUR,
    2 * HOUR,
    2 * HOUR + SECOND,
    3 * HOUR,
    3 * HOUR,
    3 * HOUR + SECOND,
    5 * HOUR,
    6 * HOUR,
    6 * HOUR + SECOND,
    9 * HOUR,
    16 * HOUR + 48 * MINUTE,  # a tenth of a week
    17 * HOUR,
    30 * HOUR,
)


class Weaver:
    """A life in the making. Days are counted from 0; events are noted in any order and sorted at the end."""

    def __init__(self, seed: int, long: bool = False) -> None:
        self.chance = random.Random(seed).random
        self.long = self.chance() < 0.04 or long
        self.size = self.between(45, 70) if self.long else self.between(6, 25)
        night, homes = self.pick(NIGHTS)
        self.first = night.toordinal() - self.between(0, min(self.size, 20))
        self.zones = [self.pick(homes)]  # all that this life comes through
        self.hours = [self.pick(HOURS) if self.chance() < 0.4 else time(3)]
        self.midnight = start_of(self.zones[0], self.first, time(0))
        self.events: list[Event] = []
        self.outages: list[Outage] = []
        self.idle: list[int] = []  # days on which a flight may excuse
        self.joined_at = self.edge(0) if self.chance() < 0.2 else self.clock(0)
        self.now = self.edge(self.size) if self.chance() < 0.4 else self.clock(self.size)
        self.slots = tuple(
            Slot(self.pick(SLOT_TIMES), EVERY_DAY if self.chance() < 0.8 else self.pick(SCHEDULES))
            for _ in range(1 if self.chance() < 0.7 else 2)
        )
        self.first_beat = self.joined_at - (30 * DAY if self.chance() < 0.7 else self.between(0, 8 * 24) * HOUR)

    # --- Dice and instants ---

    def between(self, low: int, high: int) -> int:
        return low + int(self.chance() * (high - low + 1))

    def pick(self, of: Sequence[T]) -> T:
        return of[int(self.chance() * len(of))]

    def day(self) -> int:
        return int(self.chance() * self.size)

    def clock(self, day: int) -> datetime:
        """Any minute of a day at home."""
        return self.midnight + timedelta(days=day, minutes=int(self.chance() * 1440))

    def edge(self, day: int) -> datetime:
        """A begin, an end or a noon of that day, in some zone of this life; or a second beside it."""
        at = NOON if self.chance() < 0.4 else self.pick(self.hours)
        return start_of(self.pick(self.zones), self.first + day + self.between(0, 1), at) + self.pick(BESIDE)

    def some(self, day: int) -> datetime:
        return self.edge(day) if self.chance() < 0.25 else self.clock(day)

    # --- Habits ---

    def pattern(self) -> list[bool]:
        """On which days something is done."""
        if not self.long and self.chance() < 0.4:
            faith = self.pick((0.3, 0.6, 0.75, 0.9))
            return [self.chance() < faith for _ in range(self.size)]
        done = [True] * self.between(7, 10)
        gap = self.pick((1, 1, 2, 2, 3, 3, 4))
        while len(done) < self.size:
            done += [False] * gap
            gap = self.pick((1, 1, 2, 2, 3, 3, 4))
            # In long lives about 30 days from comeback to comeback: from second day to second day it is the chain and the gap.
            done += [True] * (self.pick((28, 29, 29, 30, 30, 31)) - gap if self.long else self.between(1, 9))
        return done[: self.size]

    def practise(self, done: list[bool]) -> None:
        usual = self.between(0, 1439)
        for day, trained in enumerate(done):
            if not trained:
                continue
            dice = self.chance()
            t = self.edge(day) if dice < 0.06 else self.midnight + timedelta(days=day, minutes=usual)
            self.events.append(events.Press(t))
            if dice < 0.85:
                continue
            for _ in range(self.between(1, 3)):  # a busy evening
                t += self.pick((timedelta(0), 8 * MINUTE, HOUR - SECOND, HOUR, 2 * HOUR, 9 * HOUR))
                kind = self.chance()
                if kind < 0.4:
                    if kind < 0.1:
                        self.events.append(events.Start(t))
                    self.events.append(events.Press(t))
                elif kind < 0.7:
                    self.events.append(events.Undo(t))
                elif kind < 0.9:
                    self.events.append(events.Red(t))
                else:
                    self.events.append(events.Again(t))
            if self.chance() < 0.1:  # a session kept open by presses until after its day's finality
                t = self.midnight + (day + 1) * DAY + 2 * HOUR
                self.events += [events.Press(t + i * 59 * MINUTE) for i in range(self.between(9, 14))]

    def regret(self) -> None:
        """Undo and red pain late or out of the blue, then perhaps done again."""
        for _ in range(self.between(1, 4)):
            t = self.some(self.day())
            self.events.append(events.Undo(t) if self.chance() < 0.6 else events.Red(t))
            if self.chance() < 0.6:
                self.events.append(events.Press(t + self.between(0, 90) * MINUTE))

    def tick(self, done: list[bool]) -> None:
        for day in range(1, self.size):
            if not done[day - 1] and self.chance() < 0.5:
                t = self.edge(day) if self.chance() < 0.2 else self.midnight + day * DAY + self.between(4, 13) * HOUR
                self.events.append(events.Tick(t, 1))
        for _ in range(self.between(0, 5)):
            self.events.append(events.Tick(self.some(self.day()), self.pick((1, 1, 2, 2, 3, 4, 5, 6, 7, 7, 8, 0))))

    # --- Settings ---

    def pause(self) -> None:
        for _ in range(self.between(1, 3)):
            days = None if self.chance() < 0.3 else self.between(1, 6)
            self.events.append(events.PauseFrom(self.some(self.day()), self.pick((0, 0, 0, 1, 2, 4, -1, -3)), days))
            if self.chance() < 0.6:
                self.events.append(events.Resume(self.some(self.day())))

    def rest(self) -> None:
        for _ in range(self.between(1, 3)):
            day = self.day()
            for _ in range(self.pick((1, 1, 2, 3))):
                self.events.append(events.Rest(self.some(day), self.pick(SCHEDULES)))

    def shift(self) -> None:
        for _ in range(self.between(1, 3)):
            day = self.day()
            for _ in range(self.pick((1, 1, 2, 3))):
                self.hours.append(self.pick(HOURS))
                self.events.append(events.DayStart(self.some(day), self.hours[-1]))

    def opt_out(self) -> None:
        if self.chance() < 0.5:
            self.events.append(events.Freezes(self.joined_at, False))
        for _ in range(self.between(0, 3)):
            self.events.append(events.Freezes(self.some(self.day()), self.chance() < 0.5))

    def fly(self, t: datetime, zone: str) -> None:
        self.zones.append(zone)
        self.events.append(events.Move(t, zone))

    def rest_here(self, day: int, done: list[bool]) -> None:
        """Nothing else is done on the days of a flight, so that it may excuse them; a tick or an outage may come."""
        for idle in (day - 1, day, day + 1):
            if 0 <= idle < self.size and self.chance() < 0.7:
                done[idle] = False
                self.idle.append(idle)
        if self.chance() < 0.2:
            self.events.append(events.Tick(self.some(day + 1), self.between(1, 3)))

    def over_a_begin(self, day: int, west: str, east: str) -> datetime:
        """An instant at which it is that day in the west still, and the next in the east."""
        begins = start_of(east, self.first + day + 1, self.hours[-1])
        ends = start_of(west, self.first + day + 1, self.hours[-1])
        return begins + (ends - begins) * self.pick((0, 0.1, 0.4, 0.7, 0.95, 1)) + self.pick(BESIDE)

    def travel(self, done: list[bool]) -> None:
        for _ in range(self.between(1, 2)):
            day, kind = self.day(), self.chance()
            t = self.some(day)
            if kind < 0.2:
                self.fly(t, self.pick(FROM_WEST_TO_EAST))
            elif kind < 0.5:  # hops there and back within hours, many while two days run
                there = self.pick(FROM_WEST_TO_EAST) if self.chance() < 0.6 else self.pick(FROM_WEST_TO_EAST[::12])
                back = self.pick(self.zones)
                for _ in range(self.between(1, 2)):
                    for zone in (there, back):
                        self.fly(t, zone)
                        for _ in range(self.pick((0, 0, 1, 2))):
                            trained = t + self.between(0, 180) * MINUTE
                            if self.chance() < 0.6:
                                self.events.append(events.Start(trained))
                            self.events.append(events.Press(trained))
                        t += self.pick((HOUR, 3 * HOUR, 8 * HOUR, 20 * HOUR, 30 * HOUR))
            elif kind < 0.6:  # from the last place on earth to the first, over a whole label
                last, first = FROM_WEST_TO_EAST[0], FROM_WEST_TO_EAST[-1]
                self.fly(t, last)
                day += self.between(1, 3)
                self.fly(start_of(last, self.first + day, self.hours[-1]) - self.between(0, 60) * MINUTE, first)
                self.rest_here(day - 1, done)
            else:  # flights east
                stops = sorted(self.between(0, 12) for _ in range(self.between(2, 4)))
                zones = [FROM_WEST_TO_EAST[stop] for stop in stops]
                self.fly(t, zones[0])
                for west, east in pairwise(zones):
                    day += self.pick((1, 2, 3, 5, 6, 7, 7, 8))
                    self.fly(self.over_a_begin(day, west, east), east)
                    self.rest_here(day, done)

    def break_down(self, done: list[bool]) -> None:
        for _ in range(self.between(1, 4)):
            day = self.pick(self.idle) if self.idle and self.chance() < 0.4 else self.day()
            if self.chance() < 0.6:
                done[day] = False
            dice, length = self.chance(), self.pick(LENGTHS)
            if dice < 0.5:  # over a slot, sometimes just
                slot = start_of(self.pick(self.zones), self.first + day, self.pick(self.slots).at)
                begins = slot - length * self.pick((0, 0.5, 0.5, 1)) + self.pick(BESIDE)
            elif dice < 0.75:
                begins = self.edge(day) - length * self.pick((0, 0.5, 1))
            else:
                begins = self.clock(day)
            self.outages.append(Outage(begins, begins + length))
            if self.chance() < 0.4:  # soon again: the six hours may be summed
                begins += length + self.pick((MINUTE, HOUR, 4 * HOUR))
                self.outages.append(Outage(begins, begins + self.pick(LENGTHS)))
        if self.chance() < 0.4:  # the heartbeat began late enough to matter
            begins = min(outage.begins for outage in self.outages)
            self.first_beat = min(self.joined_at, begins - COUNTED + self.pick(BESIDE))

    # --- All together ---

    def outages_in_order(self) -> tuple[Outage, ...]:
        kept: list[Outage] = []
        for outage in sorted(self.outages, key=lambda outage: outage.begins):
            after = kept[-1].ends if kept else self.joined_at
            if after <= outage.begins <= self.now and (outage.ends <= self.now or self.chance() < 0.3):
                kept.append(outage)
        return tuple(kept)

    def life(self) -> Life:
        done = self.pattern()
        rare = 0.6 if self.long else 1.0

        def chance() -> float:
            return self.chance() / rare

        if chance() < 0.3:
            self.shift()
        if chance() < 0.4:
            self.travel(done)
        if chance() < 0.35:
            self.break_down(done)
        if chance() < 0.25:
            self.pause()
        if chance() < 0.25:
            self.rest()
        if chance() < 0.3:
            self.opt_out()
        if chance() < 0.4:
            self.tick(done)
        if chance() < 0.25:
            self.regret()
        self.practise(done)
        outages = self.outages_in_order()
        told = [event for event in self.events if self.joined_at <= event.at <= self.now]
        for outage in outages:
            told = [event for event in told if not outage.begins <= event.at < outage.ends]
        # The rules know no order of a flight and an edit of `day_start` at one instant: the flight goes first.
        told.sort(key=lambda event: (event.at, isinstance(event, events.DayStart)))
        tapped = next((event.at for event in told if isinstance(event, events.Press)), self.now)
        told = [event for event in told if event.at > tapped or not isinstance(event, events.Again)]
        return Life(
            joined_at=self.joined_at,
            zone=self.zones[0],
            day_start=self.hours[0],
            slots=self.slots,
            remote=self.chance() < 0.85,
            first_beat=self.first_beat,
            events=tuple(told),
            outages=outages,
            now=self.now,
        )


def random_life(seed: int) -> Life:
    """The same life for the same seed, always."""
    return Weaver(seed).life()


def long_life(seed: int) -> Life:
    """A life of 45 to 70 days."""
    return Weaver(seed, long=True).life()
