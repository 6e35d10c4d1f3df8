"""Slots: when a person wants to be prompted, and the next instant of each (indexed: cost grows with what is due)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

import structlog
from sqlalchemy import func, insert, or_, select, update

from bot.store import tables as t
from bot.store.crowd import Question
from bot.store.unit import Tx
from scheduler.nudge import NudgeState
from scheduler.slot import Due, Role, Rule, next_due

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Slot:
    id: str
    at: time
    weekdays: frozenset[int]
    role: Role
    next_due_at: datetime | None
    next_label: date | None
    last_label: date | None

    def rule(self, zone: str) -> Rule:
        return Rule(self.at, self.weekdays, zone)


_SLOTS = Question(
    t.slot.c.person, lambda them: select(t.slot).where(them, t.slot.c.removed_at.is_(None)).order_by(t.slot.c.at)
)


def of_person(tx: Tx, person: str) -> list[Slot]:
    """The slots in force, earliest first."""
    rows = _SLOTS(tx, person)
    return [
        Slot(
            row.id,
            row.at,
            frozenset(int(digit) for digit in row.weekdays),
            Role(row.role),
            row.next_due_at,
            row.next_label,
            row.last_label,
        )
        for row in rows
    ]


def add(
    tx: Tx,
    slot_id: str,
    person: str,
    rule: Rule,
    role: Role,
    now: datetime,
    rules_version: str,
    after: date | None = None,
) -> Due:
    """A new slot; returns its first instant. `after`: the first label must be later than this one."""
    due = next_due(rule, now, after)
    tx.execute(
        insert(t.slot).values(
            id=slot_id,
            person=person,
            at=rule.at,
            weekdays="".join(str(day) for day in sorted(rule.weekdays)),
            role=role,
            created_at=now,
            next_due_at=due.at,
            next_label=due.label,
            tz_rules=rules_version,
        )
    )
    return due


def remove(tx: Tx, person: str, slot_ids: Iterable[str], now: datetime) -> int:
    removed = tx.execute(
        update(t.slot)
        .where(t.slot.c.person == person, t.slot.c.id.in_(list(slot_ids)), t.slot.c.removed_at.is_(None))
        .values(removed_at=now, next_due_at=None)
    )
    return removed.rowcount


def set_role(tx: Tx, person: str, slot_id: str, role: Role, new_id: str, now: datetime) -> None:
    """The slot goes on under a new id: which role it had when is a fact that old days are judged by."""
    row = tx.execute(
        select(t.slot).where(t.slot.c.person == person, t.slot.c.id == slot_id, t.slot.c.removed_at.is_(None))
    ).one_or_none()
    if row is None:
        return
    remove(tx, person, [slot_id], now)
    tx.execute(insert(t.slot).values({**row._mapping, "id": new_id, "role": role, "created_at": now}))
    # A prompt that is under way already must not be dropped because its slot is gone.
    tx.execute(
        update(t.nudge).where(t.nudge.c.slot == slot_id, t.nudge.c.state == NudgeState.PLANNED).values(slot=new_id)
    )


def replan(tx: Tx, person: str, zone: str, now: datetime, rules_version: str) -> None:
    """Compute the next instants anew: the zone changed, or its rules. A label that was prompted is not prompted again."""
    for slot in of_person(tx, person):
        due = next_due(slot.rule(zone), now, slot.last_label)
        tx.execute(
            update(t.slot)
            .where(t.slot.c.id == slot.id)
            .values(next_due_at=due.at, next_label=due.label, tz_rules=rules_version)
        )


def outdated(tx: Tx, rules_version: str, limit: int) -> list[str]:
    """People with slots that another version of the time-zone data planned: not more than `limit` slots of them.

    Two ranges, because an index cannot find "not"; and no DISTINCT, which would have SQLite read every slot.
    """
    other = or_(t.slot.c.tz_rules < rules_version, t.slot.c.tz_rules > rules_version)
    query = select(t.slot.c.person).where(other, t.slot.c.removed_at.is_(None)).limit(limit)
    return list(dict.fromkeys(tx.execute(query).scalars()))


def replan_people(tx: Tx, people_ids: list[str], now: datetime, rules_version: str) -> None:
    """Compute what lies ahead of these people anew, by the rules that are in use now."""
    people = tx.execute(select(t.person.c.id, t.person.c.zone).where(t.person.c.id.in_(people_ids))).all()
    for row in people:
        # Only what lies ahead moves: a slot that is due already keeps its instant.
        for slot in of_person(tx, row.id):
            values: dict[str, object] = {"tz_rules": rules_version}
            if slot.next_due_at is not None and slot.next_due_at > now and row.zone:
                try:
                    due = next_due(slot.rule(row.zone), now, slot.last_label)
                    values |= {"next_due_at": due.at, "next_label": due.label}
                except ValueError as error:  # the new rules lost this zone: only this slot falls silent
                    log.error("slot.unreadable", slot=slot.id, reason=str(error))
                    values["next_due_at"] = None
            tx.execute(update(t.slot).where(t.slot.c.id == slot.id).values(**values))


def next_prompt(tx: Tx, person: str) -> datetime | None:
    """The earliest next instant among the person's slots."""
    found: datetime | None = tx.execute(
        select(func.min(t.slot.c.next_due_at)).where(t.slot.c.person == person, t.slot.c.removed_at.is_(None))
    ).scalar()
    return found
