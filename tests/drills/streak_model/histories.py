"""Histories in one line, for tests that read like the rules: "x x . x" is done, done, nothing, done.

Everything is a `Life`, so that what is asserted of the real rules is asserted of the naive model too.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from drills.streaks import DayStartSince, Facts, Standing, ZoneSince
from tests.drills.streak_model import drive
from tests.drills.streak_model.compare import difference
from tests.drills.streak_model.life import (
    Event,
    Life,
    Outage,
    PauseFrom,
    Press,
    Red,
    Rest,
    Slot,
    Start,
    Tick,
)

BERLIN, HELSINKI, LONDON = "Europe/Berlin", "Europe/Helsinki", "Europe/London"
NEW_YORK, LOS_ANGELES, TOKYO = "America/New_York", "America/Los_Angeles", "Asia/Tokyo"
NIUE, KIRITIMATI = "Pacific/Niue", "Pacific/Kiritimati"  # 25 hours apart: 11 behind, 14 ahead
ONE_DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
MONDAY = date(2026, 6, 1)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = (MONDAY + n * ONE_DAY for n in range(1, 7))
EVERY_DAY = frozenset(range(7))
SEVEN = Slot(time(7), EVERY_DAY)


def local(label: date, clock: str, zone: str = BERLIN) -> datetime:
    """The instant at which clocks there show this on that date."""
    return datetime.combine(label, time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def life(
    *events: Event,
    now: datetime,
    joined: datetime | None = None,
    zone: str = BERLIN,
    day_start: str = "03:00",
    slot: Slot = SEVEN,
    remote: bool = True,
    first_beat: datetime | None = None,
    outages: tuple[Outage, ...] = (),
) -> Life:
    """Joined on the Sunday before `MONDAY`, with one *do* slot at 07:00, and a heart that has been beating for long."""
    joined = joined or local(MONDAY - ONE_DAY, "20:00", zone)
    return Life(
        joined_at=joined,
        zone=zone,
        day_start=time.fromisoformat(day_start),
        slots=(slot,),
        remote=remote,
        first_beat=first_beat or joined - 30 * ONE_DAY,
        events=tuple(sorted(events, key=lambda event: event.at)),
        outages=outages,
        now=now,
    )


def facts(*done: date) -> Facts:
    """Facts as they are stored, for what no life can bring about: Berlin, joined on the Sunday before `MONDAY`."""
    joined = MONDAY - ONE_DAY
    since = local(joined, "20:00")
    return Facts(joined, (ZoneSince(since, BERLIN),), (DayStartSince(since, time(3)),), frozenset(done))


def history(
    signs: str,
    clock: str = "10:00",
    *more: Event,
    first: date = MONDAY,
    rest: frozenset[int] = frozenset(),
    outages: tuple[Outage, ...] = (),
    remote: bool = True,
) -> Life:
    """One sign a day from `first`, seen on the last of them at `clock` in Berlin. Joined on the day before `first`.

    x  done at 07:00      p  paused                  t  nothing, and "I did do it" on the next day at 09:00
    .  nothing            P  paused, done at 07:00   h  it hurts (red), before any set
    """
    joined = local(first - ONE_DAY, "20:00")
    events: list[Event] = list(more)
    if rest:
        events.append(Rest(joined, EVERY_DAY - rest))
    signs = signs.replace(" ", "")
    for n, sign in enumerate(signs):
        label = first + n * ONE_DAY
        if sign in "pP":
            events.append(PauseFrom(local(label, "06:00"), 0, 1))
        if sign in "xP":
            events.append(Press(local(label, "07:00")))
        if sign == "t":
            events.append(Tick(local(label + ONE_DAY, "09:00"), 1))
        if sign == "h":
            events += [Start(local(label, "07:00")), Red(local(label, "07:00"))]
    now = local(first + (len(signs) - 1) * ONE_DAY, clock)
    told = [event for event in events if event.at <= now]
    return life(*told, joined=joined, now=now, outages=outages, remote=remote)


def seen(life: Life) -> Standing:
    """How this person stands, by the rules; the naive model must say the same."""
    found = difference(life)
    assert found is None, found
    return drive.standing(life)


def after(signs: str, clock: str = "10:00", *more: Event, first: date = MONDAY) -> Standing:
    """`history`, seen: the standing on its last day."""
    return seen(history(signs, clock, *more, first=first))


def states(standing: Standing) -> str:
    """The states after the day of joining: "x f x o" (x done, p paused, r rest, e excused, o open, f frozen, m missed)."""
    return " ".join(drive.LETTERS[day.state] for day in standing.days[1:])


def on(standing: Standing, label: date) -> str:
    """The state of one day, as its letter."""
    return next(drive.LETTERS[day.state] for day in standing.days if day.label == label)


def done_labels(life: Life) -> list[date]:
    return [day.label for day in seen(life).days if drive.LETTERS[day.state] == "x"]
