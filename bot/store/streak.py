"""What the streak is folded from, loaded as `drills.streaks` wants it; and the snapshot that spares reading all of it.

Labels are frozen in the rows. The snapshot is a cache: it is thrown away when the rules or the time-zone data change, and
whatever writes a fact about older days (linking two people, an import) must forget it.
"""

from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from bot.store import care, people, sessions
from bot.store import tables as t
from bot.store.crowd import Question, crowd_of, once
from bot.store.people import Person
from bot.store.unit import Tx
from drills import streaks
from drills.localtime import rules_version
from drills.streaks import (
    Calendar,
    DayStartSince,
    DoSlot,
    Facts,
    FreezesSince,
    Outage,
    ReachedSince,
    ScheduleSince,
    Standing,
    Tally,
    ZoneSince,
)
from drills.streaks.outages import LOOKED_BACK
from scheduler.slot import Role

RULES = 1  # raise it whenever a rule in `drills/streaks` changes what comes out
SNAPSHOT_EVERY = timedelta(days=15)  # how far a stored snapshot may lag before a newer one takes its place
LOCAL = "local"  # the platform that is only there when its person is

_ONE_DAY = timedelta(days=1)
_WRITTEN = datetime(2000, 1, 1, tzinfo=UTC)

_VERSIONS = Question(
    t.setting_version.c.person,
    lambda them: (
        select(
            t.setting_version.c.kind,
            t.setting_version.c.effective_from,
            t.setting_version.c.from_day,
            t.setting_version.c.value,
            t.setting_version.c.person,
        )
        .where(them)
        .order_by(t.setting_version.c.effective_from)
    ),
)
_SNAPSHOT = Question(
    t.streak_snapshot.c.person,
    lambda them: select(t.streak_snapshot.c.tally, t.streak_snapshot.c.rules, t.streak_snapshot.c.person).where(them),
)
_TICKS = Question(
    t.tick.c.person,
    lambda them: select(t.tick).where(them, t.tick.c.practice_day > bindparam("since")).order_by(t.tick.c.at),
)
_DO_SLOTS = Question(t.slot.c.person, lambda them: select(t.slot).where(them, t.slot.c.role == Role.DO))
_ENTRY = Question(
    t.account.c.person,
    lambda them: select(t.account.c.platform, t.account.c.person).where(them).order_by(t.account.c.first_seen_at),
)


def versions(tx: Tx, person: str) -> list[Any]:
    """Every version of the person's settings that the fold reads, in the order of writing."""
    return list(_VERSIONS(tx, person))


def calendar(person: Person, rows: list[Any]) -> Calendar:
    zones, day_starts = _zones(person, rows), _day_starts(person, rows)
    if (
        len(zones) == len(day_starts) == 1
    ):  # most people: the first ones hold from the beginning, whenever they were written
        return _unchanging(zones[0].zone, day_starts[0].day_start, rules_version())
    return Calendar(zones, day_starts)


@lru_cache(256)
def _unchanging(zone: str, day_start: time, _rules: str) -> Calendar:
    """One for all who live in this zone and never moved: it remembers what it was asked."""
    return Calendar([ZoneSince(_WRITTEN, zone)], [DayStartSince(_WRITTEN, day_start)])


def schedules(rows: list[Any]) -> tuple[ScheduleSince, ...]:
    """Which weekdays were due from when on, in the order of writing."""
    kept = (row for row in rows if row.kind == "schedule")
    return tuple(ScheduleSince(row.from_day, frozenset(int(digit) for digit in row.value)) for row in kept)


def uses_freezes(rows: list[Any]) -> bool:
    """Whether freezes may be used now."""
    return next((row.value == "on" for row in reversed(rows) if row.kind == "freezes"), True)


def facts(tx: Tx, person: Person, rows: list[Any], today: date, since: date | None) -> Facts:
    """The facts of this person; with `since`, only those of later labels."""
    outages = _outages(tx, since)
    return Facts(
        joined=person.joined_day or today,
        zones=_zones(person, rows),
        day_starts=_day_starts(person, rows),
        done=sessions.done_days(tx, person.id, since),
        ticks=_ticks(tx, person.id, since),
        reds=care.red_days(tx, person.id, since),
        pauses=care.pauses(tx, person.id, since),
        schedules=schedules(rows),
        freezes=tuple(FreezesSince(row.effective_from, row.value == "on") for row in rows if row.kind == "freezes"),
        slots=_do_slots(tx, person.id) if outages else (),
        reached=_reached(tx, person, rows) if outages else (),
        outages=outages,
    )


def standing(
    tx: Tx, person: Person, rows: list[Any], calendar: Calendar, now: datetime
) -> tuple[Standing, streaks.Judge]:
    """How the person stands: from the snapshot on, if there is one that still holds. And who judged it, by what facts."""
    since = snapshot(tx, person.id)
    loaded = facts(tx, person, rows, calendar.newest(now), since.label if since else None)
    judge = streaks.Judge(loaded, calendar, now)
    return streaks.standing_by(judge, since), judge


def rebuilt(tx: Tx, person: Person, now: datetime) -> Standing:
    """The same from every fact there is."""
    rows = versions(tx, person.id)
    whole = calendar(person, rows)
    return streaks.standing(facts(tx, person, rows, whole.newest(now), None), now, None, whole)


# --- facts


def add_tick(tx: Tx, person: str, label: date, tapped_on: date, counts_for: str, now: datetime) -> None:
    tx.execute(
        insert(t.tick).values(person=person, practice_day=label, at=now, tapped_on=tapped_on, counts_for=counts_for)
    )


def keep_version(tx: Tx, person: str, kind: str, value: str, now: datetime, from_day: date | None = None) -> None:
    """A setting from `now` on, or from the practice day `from_day` on; the older versions stay, for the older days."""
    same = (
        t.setting_version.c.person == person,
        t.setting_version.c.kind == kind,
        t.setting_version.c.effective_from == now,
    )
    changed = tx.execute(update(t.setting_version).where(*same).values(value=value, from_day=from_day))
    if not changed.rowcount:
        tx.execute(
            insert(t.setting_version).values(
                person=person, kind=kind, effective_from=now, value=value, from_day=from_day
            )
        )


def forget_versions(tx: Tx, person: str, kind: str) -> None:
    """While a person is being set up there is no history yet: a first answer that was wrong is no journey."""
    tx.execute(delete(t.setting_version).where(t.setting_version.c.person == person, t.setting_version.c.kind == kind))


# --- what was told


def tell(tx: Tx, person: str, what: str, label: date, now: datetime) -> bool:
    """Remember that this was told for this day. False: it had been told already."""
    same = (t.told.c.person == person, t.told.c.what == what, t.told.c.label == label)
    if tx.execute(select(t.told.c.at).where(*same)).first() is not None:
        return False
    tx.execute(insert(t.told).values(person=person, what=what, label=label, at=now))
    return True


def told(tx: Tx, person: str, prefix: str) -> list[tuple[str, date, datetime]]:
    """What was told whose name begins so, oldest first."""
    rows = tx.execute(
        select(t.told.c.what, t.told.c.label, t.told.c.at)
        .where(t.told.c.person == person, t.told.c.what.startswith(prefix, autoescape=True))
        .order_by(t.told.c.at)
    )
    return [(row.what, row.label, row.at) for row in rows]


# --- the snapshot


def snapshot(tx: Tx, person: str) -> Tally | None:
    rules = _rules()
    crowd = crowd_of(tx, person)
    if crowd is not None and crowd.whole is None:
        crowd.whole = frozenset(
            each for each in crowd.people if not any(row.rules == rules for row in _SNAPSHOT(tx, each))
        )
    return next((_tally(row.tally) for row in _SNAPSHOT(tx, person) if row.rules == rules), None)


def keep_snapshot(tx: Tx, person: str, settled: Tally) -> None:
    """Store how far the days are settled, unless what is stored is nearly as new."""
    if settled.label is None:
        return
    known = tx.execute(
        select(t.streak_snapshot.c.label, t.streak_snapshot.c.rules).where(t.streak_snapshot.c.person == person)
    ).one_or_none()
    if known is not None and known.rules == _rules() and settled.label - known.label < SNAPSHOT_EVERY:
        return
    forget_snapshot(tx, person)
    tally = {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(settled).items()}
    tx.execute(insert(t.streak_snapshot).values(person=person, label=settled.label, rules=_rules(), tally=tally))


def forget_snapshot(tx: Tx, person: str) -> None:
    tx.execute(delete(t.streak_snapshot).where(t.streak_snapshot.c.person == person))


# --- loading


def _rules() -> str:
    return f"{RULES}/{rules_version()}"


def _tally(stored: dict[str, Any]) -> Tally:
    dates = {
        name: date.fromisoformat(stored[name]) for name in ("label", "last_comeback", "last_travel") if stored[name]
    }
    return Tally(**{**stored, **dates})


def _zones(person: Person, rows: list[Any]) -> tuple[ZoneSince, ...]:
    kept = tuple(ZoneSince(row.effective_from, row.value) for row in rows if row.kind == "zone")
    return kept or (ZoneSince(person.created_at, person.zone or "UTC"),)


def _day_starts(person: Person, rows: list[Any]) -> tuple[DayStartSince, ...]:
    edits = [
        DayStartSince(row.effective_from, time.fromisoformat(row.value)) for row in rows if row.kind == "day-start"
    ]
    return tuple(edits) or (DayStartSince(person.created_at, person.day_start),)


def _ticks(tx: Tx, person: str, since: date | None) -> tuple[streaks.Tick, ...]:
    return tuple(
        streaks.Tick(row.practice_day, row.tapped_on, row.counts_for == "streak")
        for row in _TICKS(tx, person, since=since)
        if since is None or row.practice_day > since
    )


def _do_slots(tx: Tx, person: str) -> tuple[DoSlot, ...]:
    return tuple(
        DoSlot(row.at, frozenset(int(digit) for digit in row.weekdays), row.created_at, row.removed_at)
        for row in _DO_SLOTS(tx, person)
    )


def _reached(tx: Tx, person: Person, rows: list[Any]) -> tuple[ReachedSince, ...]:
    """Where prompts went. Somebody who never chose is reached where they came in."""
    chosen = tuple(ReachedSince(row.effective_from, row.value != LOCAL) for row in rows if row.kind == "platform")
    if chosen:
        return chosen
    return tuple(ReachedSince(person.created_at, row.platform != LOCAL) for row in _ENTRY(tx, person.id)[:1])


def _outages(tx: Tx, since: date | None) -> tuple[Outage, ...]:
    """The outages that count and can touch a day after `since`, each judged by the week before it."""
    return once(tx, ("outages", since), lambda: _read_outages(tx, since))


def _read_outages(tx: Tx, since: date | None) -> tuple[Outage, ...]:
    query = select(t.outage.c.begins_at, t.outage.c.ends_at).order_by(t.outage.c.begins_at)
    from_day = None if since is None else datetime.combine(since - _ONE_DAY, time(), tzinfo=UTC)
    if from_day is not None:
        query = query.where(t.outage.c.ends_at > from_day - LOOKED_BACK)
    known = [Outage(row.begins_at, row.ends_at) for row in tx.execute(query)]
    first = tx.execute(select(t.heartbeat.c.at).where(t.heartbeat.c.name == "first")).scalar() if known else None
    if first is None:
        return ()
    return tuple(each for each in streaks.counting(known, first) if from_day is None or each.ends > from_day)


# --- the check


def compared(tx: Tx, now: datetime, after: str, most: int) -> list[tuple[str, bool]]:
    """The people who have joined and whose ids come next: whether snapshot and later facts come to the same as all facts."""
    joined = select(t.person.c.id).where(t.person.c.joined_day.is_not(None), t.person.c.id > after)
    ids = tx.execute(joined.order_by(t.person.c.id).limit(most)).scalars().all()
    return [(person, _equals_rebuild(tx, person, now)) for person in ids]


def _equals_rebuild(tx: Tx, person_id: str, now: datetime) -> bool:
    try:
        snapshot(tx, person_id)
    except (KeyError, TypeError, ValueError):  # it cannot even be read
        return False
    person = people.load(tx, person_id)
    assert person is not None
    rows = versions(tx, person_id)
    kept, _ = standing(tx, person, rows, calendar(person, rows), now)
    return streaks.without_days(kept) == streaks.without_days(rebuilt(tx, person, now))
