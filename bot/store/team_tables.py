"""The tables of team challenges. They join the others in `tables.py`."""

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from bot.store.columns import Instant, metadata

challenge = Table(
    "challenge",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("code", String(12), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("open_to", String(8), nullable=False),
    Column("settings", JSON, nullable=False),
    Column("starter", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("cheers", Integer, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Index("ix_challenge_state", "state"),
)

challenge_room = Table(
    "challenge_room",
    metadata,
    Column("challenge", String(16), ForeignKey("challenge.id", ondelete="CASCADE"), primary_key=True),
    Column("room", Integer, ForeignKey("room.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("page", Integer, nullable=False, server_default="0"),
    Column("added_at", Instant, nullable=False),
)

challenge_member = Table(
    "challenge_member",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("challenge", String(16), ForeignKey("challenge.id", ondelete="CASCADE"), nullable=False),
    Column("member", String(16)),
    Column("alias", String(64), nullable=False, server_default=""),
    Column("cheer_only", Boolean, nullable=False, server_default="0"),
    Column("joined_at", Instant, nullable=False),
    Column("joined_on", Date),
    Column("left_on", Date),
    Column("cheered_on", Date),
    Column("score", JSON),
    Column("next_final_at", Instant, index=True),
    UniqueConstraint("challenge", "member"),
    Index("ix_challenge_member_member", "member"),
)

post = Table(
    "post",
    metadata,
    Column("challenge", String(16), ForeignKey("challenge.id", ondelete="CASCADE"), primary_key=True),
    Column("room", Integer, ForeignKey("room.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("what", String(24), primary_key=True),
    Column("wanted", Integer, nullable=False),
    Column("shown", Integer, nullable=False, server_default="0"),
    Column("not_before", Instant, nullable=False),
)
_to_do = post.c.wanted > post.c.shown
Index("ix_post_not_before", post.c.not_before, sqlite_where=_to_do, postgresql_where=_to_do)

team_minute = Table(
    "team_minute",
    metadata,
    Column("challenge", String(16), ForeignKey("challenge.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("called_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
)

minute_taker = Table(
    "minute_taker",
    metadata,
    Column("challenge", String(16), ForeignKey("challenge.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("member", String(16), primary_key=True),
    Column("joined_at", Instant, nullable=False),
    Column("done_at", Instant),
)
