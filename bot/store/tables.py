"""The tables, as in docs/data.md: facts are stored, streaks and boards are computed from them."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
)

from bot.store.columns import Instant, metadata
from bot.store.team_tables import challenge, challenge_member, challenge_room, minute_taker, post, team_minute

__all__ = [
    "Instant",
    "account",
    "challenge",
    "challenge_member",
    "challenge_room",
    "heartbeat",
    "inbox",
    "lease",
    "link_code",
    "local_line",
    "local_persona",
    "metadata",
    "minute_taker",
    "nudge",
    "outage",
    "pain",
    "pause",
    "person",
    "post",
    "postbox",
    "room",
    "round_done",
    "session",
    "setting_version",
    "slot",
    "streak_snapshot",
    "team_minute",
    "tick",
    "told",
    "tombstone",
    "travel",
]


def _person(**more: Any) -> Column[str]:
    return Column("person", String(16), ForeignKey("person.id", ondelete="CASCADE"), **more)


person = Table(
    "person",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("joined_day", Date),
    Column("alias", String(64), nullable=False, server_default=""),
    Column("language", String(16), nullable=False, server_default="en"),
    Column("zone", String(64)),
    Column("day_start", Time, nullable=False),
    Column("minutes", Integer),
    Column("band", Boolean),
    Column("follow_ups", Boolean, nullable=False, server_default="0"),
    Column("quiet_from", Time),
    Column("quiet_to", Time),
    Column("streak_hidden", Boolean, nullable=False, server_default="0"),
    Column("agreed_at", Instant),
    Column("screened", String(16)),
    Column("screened_on", Date),
    Column("silent_day", Date),
    Column("stopped", Boolean, nullable=False, server_default="0"),
    Column("heard_on", Date),
    Column("asking", String(16)),
    Column("asking_arg", String(64)),
    Column("platform", String(16)),
)

account = Table(
    "account",
    metadata,
    Column("platform", String(16), primary_key=True),
    Column("bot_id", String(32), primary_key=True),
    Column("external_id", String(64), primary_key=True),
    _person(nullable=False, index=True),
    Column("name", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("first_seen_at", Instant, nullable=False),
)

link_code = Table(
    "link_code",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    _person(nullable=False, index=True),
    Column("expires_at", Instant, nullable=False),
)

room = Table(
    "room",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String(16), nullable=False),
    Column("bot_id", String(32), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("thread_id", String(32), nullable=False, server_default=""),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("moved_to", String(64)),
    _person(nullable=True, index=True),
    UniqueConstraint("platform", "bot_id", "chat_id", "thread_id"),
)

slot = Table(
    "slot",
    metadata,
    Column("id", String(16), primary_key=True),
    _person(nullable=False, index=True),
    Column("at", Time, nullable=False),
    Column("weekdays", String(7), nullable=False),
    Column("role", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("removed_at", Instant),
    Column("next_due_at", Instant, index=True),
    Column("next_label", Date),
    Column("last_label", Date),
    Column("tz_rules", String(16), nullable=False),
)
_in_force = slot.c.removed_at.is_(None)
Index("ix_slot_tz_rules", slot.c.tz_rules, slot.c.person, sqlite_where=_in_force, postgresql_where=_in_force)

setting_version = Table(
    "setting_version",
    metadata,
    _person(primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("effective_from", Instant, primary_key=True),
    Column("from_day", Date),
    Column("value", String(64), nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("id", String(16), primary_key=True),
    _person(nullable=False),
    Column("kind", String(16), nullable=False),
    Column("practice_day", Date, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("offset_minutes", Integer, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("last_press_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("plan", JSON, nullable=False),
    Column("position", JSON, nullable=False),
    Column("rev", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Index("ix_session_person_started_at", "person", "started_at"),
    Index("ix_session_state_last_press_at", "state", "last_press_at"),
)

round_done = Table(
    "round_done",
    metadata,
    Column("session", String(16), ForeignKey("session.id", ondelete="CASCADE"), primary_key=True),
    Column("item", Integer, primary_key=True),
    Column("set_no", Integer, primary_key=True),
    Column("round_no", Integer, primary_key=True),
    Column("of", Integer, nullable=False),
    Column("rev", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("reps", Integer),
    Column("slipped", Boolean, nullable=False),
    Column("undone_at", Instant),
)

pause = Table(
    "pause",
    metadata,
    Column("id", String(16), primary_key=True),
    _person(nullable=False, index=True),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date),
    Column("reason", String(16), nullable=False, server_default=""),
    Column("entered_at", Instant, nullable=False),
    Column("resumed_at", Instant),
)

pain = Table(
    "pain",
    metadata,
    Column("id", String(16), primary_key=True),
    _person(nullable=False, index=True),
    Column("session", String(16)),
    Column("drill", String(24), nullable=False),
    Column("colour", String(8), nullable=False),
    Column("at", Instant, nullable=False),
)

tick = Table(
    "tick",
    metadata,
    _person(primary_key=True),
    Column("practice_day", Date, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("tapped_on", Date, nullable=False),
    Column("counts_for", String(8), nullable=False),
)

told = Table(
    "told",
    metadata,
    _person(primary_key=True),
    Column("what", String(24), primary_key=True),
    Column("label", Date, primary_key=True),
    Column("at", Instant, nullable=False),
)

streak_snapshot = Table(
    "streak_snapshot",
    metadata,
    _person(primary_key=True),
    Column("label", Date, nullable=False),
    Column("rules", String(32), nullable=False),
    Column("tally", JSON, nullable=False),
)

outage = Table(
    "outage",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("begins_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False, index=True),
    sqlite_autoincrement=True,
)

nudge = Table(
    "nudge",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", String(96), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    _person(nullable=False),
    Column("slot", String(16)),
    Column("session", String(16)),
    Column("label", Date, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(64), nullable=False, server_default=""),
    Column("owner", String(32)),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("lease_until", Instant),
    Column("message_id", String(32)),
    Column("sent_at", Instant),
    Index("ix_nudge_state_not_before", "state", "not_before"),
    # All three: without the state, SQLite would take the index above for what one person was sent, and read what everybody was.
    Index("ix_nudge_person_state_not_before", "person", "state", "not_before"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String(16), nullable=False),
    Column("bot_id", String(32), nullable=False),
    Column("update_key", String(64), nullable=False),
    Column("lane", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("answered_at", Instant),
    Column("quarantined", String(128)),
    UniqueConstraint("platform", "bot_id", "update_key"),
    Index("ix_inbox_answered_at_id", "answered_at", "id"),
    sqlite_autoincrement=True,
)

postbox = Table(
    "postbox",
    metadata,
    Column("platform", String(16), primary_key=True),
    Column("bot_id", String(32), primary_key=True),
    Column("chat_id", String(64), primary_key=True),
    Column("thread_id", String(32), primary_key=True),
    Column("living", String(32), primary_key=True),
    Column("message_id", String(32), nullable=False),
    Column("kind", String(8), nullable=False),
)

local_persona = Table(
    "local_persona",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("seq", Integer, nullable=False),
)

local_line = Table(
    "local_line",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chat", String(64), nullable=False),
    Column("author", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_local_line_chat_id", "chat", "id"),
    sqlite_autoincrement=True,
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("owner", String(32), nullable=False),
    Column("until", Instant, nullable=False),
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("at", Instant, nullable=False),
)

travel = Table(
    "travel",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("offset_seconds", BigInteger, nullable=False),
)

tombstone = Table(
    "tombstone",
    metadata,
    Column("account_hash", String(64), primary_key=True),
    Column("erased_at", Instant, nullable=False),
)
