"""What the database says has happened, without what differs from run to run: ids, instants of sending, numbers of tries."""

from collections import defaultdict
from typing import Any, TypeAlias

from sqlalchemy import Table, func, select

from bot.store import streak
from bot.store import tables as t
from bot.store.unit import Tx
from scheduler.nudge import NudgeState

Facts: TypeAlias = dict[str, list[tuple[str, ...]]]

_WHAT: list[tuple[Table, str]] = [
    (
        t.person,
        "id joined_day alias zone day_start minutes band follow_ups quiet_from quiet_to streak_hidden screened stopped",
    ),
    (t.account, "person platform name state"),
    (t.slot, "person at weekdays role next_due_at last_label"),
    (t.setting_version, "person kind from_day value"),
    (t.session, "person kind practice_day zone rev state"),
    (t.round_done, "item set_no round_no of rev slipped"),
    (t.pause, "person first_day last_day reason"),
    (t.pain, "person drill colour"),
    (t.tick, "person practice_day counts_for"),
    (t.told, "person what label"),
    (t.nudge, "person kind label due_at state"),
    (t.challenge, "kind first_day last_day state cheers"),
    (t.challenge_member, "member cheer_only joined_on left_on"),
    (t.post, "what"),
    (t.tombstone, "account_hash"),
    (t.outage, "begins_at ends_at"),
]
NOT_OURS = "nothing for us"  # such as that somebody else has joined a group
_TAKEN_BACK = {"slot": "removed_at", "round_done": "undone_at", "pause": "resumed_at"}


def facts(tx: Tx) -> Facts:
    names = _names(tx)
    found: Facts = {}
    for table, columns in _WHAT:
        mark = _TAKEN_BACK.get(table.name)
        rows = []
        for row in tx.execute(select(table)):
            if table is t.nudge and row.state == NudgeState.DROPPED:
                continue  # such as the first of two snoozes; what should have been sent and was dropped is missing below
            values = [getattr(row, column) for column in columns.split()]
            said = [names.get(value, str(value)) for value in values]
            rows.append((*said, "taken back") if mark and getattr(row, mark) is not None else tuple(said))
        found[table.name] = sorted(rows)
    return found


def unsound(tx: Tx) -> list[str]:
    """O3, O4 and O9: what may never be, whatever has failed before."""
    found = []
    rows = tx.execute(select(t.inbox)).all()
    found += [f"inbox row {row.id} was never worked" for row in rows if row.done_at is None and not row.quarantined]
    aside = [row for row in rows if row.quarantined and row.quarantined != NOT_OURS]
    found += [f"inbox row {row.id} was put aside: {row.quarantined}" for row in aside]
    names = _names(tx)
    found += [f"the streak of {names[each]} is not that of the facts" for each, equal in _streaks(tx) if not equal]
    behind = tx.execute(select(t.post).where(t.post.c.wanted > t.post.c.shown)).all()
    found += [f"the {row.what} of a team is behind: {row.shown} of {row.wanted}" for row in behind]
    if tx.dialect.name == "sqlite":
        found += [f"integrity: {said}" for (said,) in tx.exec_driver_sql("PRAGMA integrity_check") if said != "ok"]
        found += [f"orphan in {row[0]}" for row in tx.exec_driver_sql("PRAGMA foreign_key_check")]
    return found


def difference(wanted: Facts, seen: Facts) -> list[str]:
    return [f"{name}: {seen[name]} instead of {wanted[name]}" for name in wanted if wanted[name] != seen[name]]


def _streaks(tx: Tx) -> list[tuple[str, bool]]:
    """Of everybody whether the streak that is kept equals the one that is reckoned from all facts."""
    last = tx.execute(select(func.max(t.inbox.c.received_at))).scalar()
    return [] if last is None else streak.compared(tx, last, "", 1_000_000)


def _names(tx: Tx) -> dict[Any, str]:
    """People by the names of their accounts, in place of their random ids."""
    accounts: defaultdict[str, list[str]] = defaultdict(list)
    for row in tx.execute(select(t.account)):
        accounts[row.person].append(f"{row.platform}:{row.name}")
    return {person: "+".join(sorted(found)) for person, found in accounts.items()}
