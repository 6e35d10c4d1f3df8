"""Two people become one: what happens to their rows, table by table, and why. A guard checks the list against the tables.

Facts are united by their key, so it makes no difference in which order accounts are linked, and linking them again changes
nothing. Settings are those of the person who is kept. What is derived (streak, boards) is folded anew from the united facts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeAlias

from sqlalchemy import Row, Table, delete, select, update

from bot.store import linking, nudges, people, sessions, slots, streak
from bot.store import tables as t
from bot.store.people import Person
from bot.store.unit import Tx
from drills import safety
from drills.challenges import Member, merged
from drills.streaks.counting import STAYS_OPEN
from scheduler.nudge import NudgeKind, NudgeState

EVERY_DAY, FREEZES_ON = "0123456", "on"  # the settings of somebody who never changed them, as versions write them
# Nudges by the times and the sessions of one account. The others are owed to the person, whoever that is.
OF_AN_ACCOUNT = (NudgeKind.PROMPT, NudgeKind.SNOOZE, NudgeKind.FOLLOW_UP, NudgeKind.MINUTE, NudgeKind.HELLO)


@dataclass(frozen=True, slots=True)
class Pair:
    """`kept` and `other` as they were before anything was united."""

    tx: Tx
    kept: Person
    other: Person
    now: datetime


def unite(tx: Tx, kept_id: str, other_id: str, now: datetime) -> list[str]:
    """Every fact of `other` becomes one of `kept`, who must be set up; then `other` is gone.

    Returns the challenges in which both were members: there the score must be reckoned anew.
    """
    kept, other = people.load(tx, kept_id), people.load(tx, other_id)
    if kept is None or other is None or kept.id == other.id:
        return []
    c = t.challenge_member.c
    theirs = select(c.challenge).where(c.member == other.id)
    both = tx.execute(select(c.challenge).where(c.member == kept.id, c.challenge.in_(theirs)).order_by(c.challenge))
    shared = list(both.scalars())
    for rule in RULES.values():
        rule(Pair(tx, kept, other, now))
    tx.execute(delete(t.person).where(t.person.c.id == other.id))
    return shared


# --- settings


def _settings(pair: Pair) -> None:
    """Old days stay judged by the settings of their time: every edit of either counts from its instant, the one of `kept`
    if both are of the same. From now on what `kept` had holds again. Whoever was not set up has edited nothing yet.
    """
    tx, kept, other = pair.tx, pair.kept, pair.other
    before = _last(streak.versions(tx, kept.id))
    reached = _reached(pair)
    c = t.setting_version.c
    if other.joined_day is None:
        tx.execute(delete(t.setting_version).where(c.person == other.id))
    tx.execute(delete(t.setting_version).where(c.person.in_((kept.id, other.id)), c.kind == "platform"))
    _meet(pair, t.setting_version, "kind", "effective_from")
    for at, platform in reached:
        streak.keep_version(tx, kept.id, "platform", platform, at)
    _hold(pair, "zone", kept.zone)
    _hold(pair, "day-start", f"{kept.day_start:%H:%M}")
    _hold(pair, "freezes", before.get("freezes", FREEZES_ON))
    _hold(pair, "platform", _platform(pair))
    # As every edit of them, rest days hold from the next day on: today is neither turned into one nor taken away.
    tomorrow = streak.calendar(kept, streak.versions(tx, kept.id)).newest(pair.now) + timedelta(days=1)
    _hold(pair, "schedule", before.get("schedule", EVERY_DAY), tomorrow)


def _hold(pair: Pair, kind: str, value: str | None, from_day: date | None = None) -> None:
    """This value from now on, unless it is in force anyway."""
    last = _last(streak.versions(pair.tx, pair.kept.id))
    if value is not None and last.get(kind, value) != value:
        streak.keep_version(pair.tx, pair.kept.id, kind, value, pair.now, from_day)


def _last(rows: list[Any]) -> dict[str, str]:
    return {row.kind: row.value for row in rows}


def _reached(pair: Pair) -> list[tuple[datetime, str]]:
    """Where prompts went, and since when: to a platform that is always there, if those of either did. So no day that an
    outage of ours excused is taken back."""
    joined = [each for each in (pair.kept, pair.other) if each.joined_day is not None]
    lines = [_went(pair.tx, each) for each in joined]
    spoken = []
    for moment in sorted({at for line in lines for at, _ in line}):
        there = [places[-1] for line in lines if (places := [place for at, place in line if at <= moment])]
        spoken.append((moment, next((place for place in there if place != streak.LOCAL), streak.LOCAL)))
    return spoken


def _went(tx: Tx, person: Person) -> list[tuple[datetime, str]]:
    chosen = [(row.effective_from, row.value) for row in streak.versions(tx, person.id) if row.kind == "platform"]
    return chosen or [(person.created_at, each.platform) for each in people.accounts(tx, person.id)[:1]]


def _platform(pair: Pair) -> str | None:
    """Where the prompts of `kept` go, now that there is a choice."""
    address = people.private_address(pair.tx, pair.kept.id)
    return pair.kept.platform or (address.platform if address else None)


def _person(pair: Pair) -> None:
    """The settings of `kept`. Of both: the earlier beginning, what was said last, and the screening that asks for more care."""
    kept, other = pair.kept, pair.other
    careful = max(kept, other, key=lambda each: (safety.care_asked_for(each.screened), each.screened_on or date.min))
    people.change(
        pair.tx,
        kept.id,
        created_at=min(kept.created_at, other.created_at),
        joined_day=_least(kept.joined_day, other.joined_day),
        agreed_at=_least(kept.agreed_at, other.agreed_at),
        heard_on=_most(kept.heard_on, other.heard_on),
        silent_day=_most(kept.silent_day, other.silent_day),
        screened=careful.screened,
        screened_on=careful.screened_on,
        platform=_platform(pair),
    )


def _slots(pair: Pair) -> None:
    """The times of `kept` go on. Those of `other` end now, and stay as facts: an outage may have hidden a prompt of theirs."""
    tx, other = pair.tx, pair.other.id
    slots.remove(tx, other, [slot.id for slot in slots.of_person(tx, other)], pair.now)
    _move(pair, t.slot)


# --- facts


def _sessions(pair: Pair) -> None:
    """All sessions with their rounds, also two of one day. Of those that are open the newest goes on, by whoever began it;
    the others end as they stand. Whether one is open is asked of its own row: it must not depend on who is kept."""
    tx, now = pair.tx, pair.now
    since = now - sessions.BEGINS_WITHIN
    begun = [each for who in (pair.kept, pair.other) for each in sessions.not_over(tx, who.id, since)]
    lives = [each for each in begun if now < max(each.ends_at, each.last_press_at + STAYS_OPEN)]
    for each in sorted(lives, key=lambda each: (each.started_at, each.session.id))[:-1]:
        sessions.close(tx, each)
    _move(pair, t.session)


def _ticks(pair: Pair) -> None:
    """One a day: from the earlier tap, and for the streak if either was."""
    _meet(pair, t.tick, "practice_day", at=min, tapped_on=min, counts_for=_stronger)


def _told(pair: Pair) -> None:
    """A milestone that was told to one of them was told."""
    _meet(pair, t.told, "what", "label", at=min)


def _memberships(pair: Pair) -> None:
    """Two of one challenge become one, from the earlier joining (`drills.challenges.merged`). An alias outweighs none: a name
    that was hidden stays hidden. The score is that of neither, and is reckoned anew."""
    tx, c = pair.tx, t.challenge_member.c
    for theirs in tx.execute(select(t.challenge_member).where(c.member == pair.other.id)).all():
        mine = tx.execute(
            select(t.challenge_member).where(c.member == pair.kept.id, c.challenge == theirs.challenge)
        ).one_or_none()
        if mine is None:
            tx.execute(update(t.challenge_member).where(c.id == theirs.id).values(member=pair.kept.id))
            continue
        both = merged(_member(mine), _member(theirs))
        tx.execute(delete(t.challenge_member).where(c.id == theirs.id))
        tx.execute(
            update(t.challenge_member)
            .where(c.id == mine.id)
            .values(
                id=min(mine.id, theirs.id),
                alias=mine.alias or theirs.alias,
                joined_at=min(mine.joined_at, theirs.joined_at),
                joined_on=both.joined_on,
                left_on=both.left_on,
                cheered_on=_most(mine.cheered_on, theirs.cheered_on),
                next_final_at=_least(mine.next_final_at, theirs.next_final_at),
            )
        )


def _member(row: Row[Any]) -> Member:
    return Member(row.id, row.joined_on, row.left_on, row.cheer_only, (), date.min)


def _minutes(pair: Pair) -> None:
    """Once in a team minute, done when either was."""
    _meet(pair, t.minute_taker, "challenge", "number", owner="member", joined_at=min, done_at=_least)


def _challenges(pair: Pair) -> None:
    """Whoever started a challenge may end it, from every account."""
    starter = t.challenge.c.starter
    pair.tx.execute(update(t.challenge).where(starter == pair.other.id).values(starter=pair.kept.id))


# --- accounts, and what we owe


def _rooms(pair: Pair) -> None:
    """All private chats. One line in a channel is enough for one person: that of `kept`, if there is one."""
    if people.line_address(pair.tx, pair.kept.id) is not None:
        people.keep_line(pair.tx, pair.other.id, None)
    _move(pair, t.room)


def _nudges(pair: Pair) -> None:
    """What was sent stays sent: whoever does not answer is prompted less. Prompts to come are those of `kept`; what else
    is owed to `other` is owed to the one person, once."""
    tx, c = pair.tx, t.nudge.c
    nudges.drop_planned(tx, pair.other.id, OF_AN_ACCOUNT, "linked")
    owed = (c.person == pair.other.id, c.state == NudgeState.PLANNED)
    for row in tx.execute(select(c.id, c.key).where(*owed)).all():
        key = row.key.replace(pair.other.id, pair.kept.id)
        if tx.execute(select(c.id).where(c.key == key, c.id != row.id)).first() is None:
            tx.execute(update(t.nudge).where(c.id == row.id).values(key=key))
        else:
            tx.execute(update(t.nudge).where(c.id == row.id).values(state=NudgeState.DROPPED, reason="linked"))
    _move(pair, t.nudge)


def _codes(pair: Pair) -> None:
    """Used up, as it were: a code that lies about could join a third."""
    linking.forget_codes(pair.tx, pair.kept.id)
    linking.forget_codes(pair.tx, pair.other.id)


def _snapshots(pair: Pair) -> None:
    """The days before it are no longer those that it was folded from."""
    streak.forget_snapshot(pair.tx, pair.kept.id)
    streak.forget_snapshot(pair.tx, pair.other.id)


# --- the ways in which rows are united


def _move(pair: Pair, table: Table) -> None:
    """Every row has a key of its own, whoever it belongs to."""
    pair.tx.execute(update(table).where(table.c.person == pair.other.id).values(person=pair.kept.id))


def _meet(pair: Pair, table: Table, *key: str, owner: str = "person", **one_of: Callable[[Any, Any], Any]) -> None:
    """Rows with the same key become one: each column by its rule, any other as `kept` has it."""
    tx, whose = pair.tx, table.c[owner]
    for theirs in tx.execute(select(table).where(whose == pair.other.id)).all():
        same = [table.c[name] == getattr(theirs, name) for name in key]
        mine = tx.execute(select(table).where(whose == pair.kept.id, *same)).one_or_none()
        if mine is None:
            tx.execute(update(table).where(whose == pair.other.id, *same).values({owner: pair.kept.id}))
            continue
        values = {name: one(getattr(mine, name), getattr(theirs, name)) for name, one in one_of.items()}
        if values:
            tx.execute(update(table).where(whose == pair.kept.id, *same).values(**values))
        tx.execute(delete(table).where(whose == pair.other.id, *same))


def _least(one: Any, other: Any) -> Any:
    return min((each for each in (one, other) if each is not None), default=None)


def _most(one: Any, other: Any) -> Any:
    return max((each for each in (one, other) if each is not None), default=None)


def _stronger(one: str, other: str) -> str:
    return "streak" if "streak" in (one, other) else "history"


Rule: TypeAlias = Callable[[Pair], None]

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "setting_version": _settings,  # the first two ask where prompts went: before accounts and rooms are moved
        "person": _person,
        "account": lambda pair: _move(pair, t.account),
        "room": _rooms,
        "link_code": _codes,
        "slot": _slots,
        "session": _sessions,  # rounds go with it, by its key
        "pause": lambda pair: _move(pair, t.pause),  # they may overlap; the fold takes them together
        "pain": lambda pair: _move(pair, t.pain),
        "tick": _ticks,
        "told": _told,
        "streak_snapshot": _snapshots,
        "nudge": _nudges,
        "challenge": _challenges,
        "challenge_member": _memberships,
        "minute_taker": _minutes,
    }
)
"""What happens to each table that names a person."""
