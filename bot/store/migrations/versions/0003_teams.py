"""Team challenges: what was agreed, rooms, members, posts, team minutes"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "challenge",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("open_to", sa.String(length=8), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("starter", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("cheers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
        sa.UniqueConstraint("code", name=op.f("uq_challenge_code")),
    )
    op.create_index("ix_challenge_state", "challenge", ["state"])
    op.create_table(
        "challenge_room",
        sa.Column("challenge", sa.String(length=16), nullable=False),
        sa.Column("room", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), server_default="0", nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        _to_challenge("challenge_room"),
        _to_room("challenge_room"),
        sa.PrimaryKeyConstraint("challenge", "room", name=op.f("pk_challenge_room")),
    )
    op.create_index("ix_challenge_room_room", "challenge_room", ["room"])
    op.create_table(
        "challenge_member",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("challenge", sa.String(length=16), nullable=False),
        sa.Column("member", sa.String(length=16), nullable=True),
        sa.Column("alias", sa.String(length=64), server_default="", nullable=False),
        sa.Column("cheer_only", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("cheered_on", sa.Date(), nullable=True),
        sa.Column("score", sa.JSON(), nullable=True),
        sa.Column("next_final_at", sa.DateTime(timezone=True), nullable=True),
        _to_challenge("challenge_member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge_member")),
        sa.UniqueConstraint("challenge", "member", name=op.f("uq_challenge_member_challenge_member")),
    )
    op.create_index("ix_challenge_member_member", "challenge_member", ["member"])
    op.create_index("ix_challenge_member_next_final_at", "challenge_member", ["next_final_at"])
    op.create_table(
        "post",
        sa.Column("challenge", sa.String(length=16), nullable=False),
        sa.Column("room", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        _to_challenge("post"),
        _to_room("post"),
        sa.PrimaryKeyConstraint("challenge", "room", "what", name=op.f("pk_post")),
    )
    op.create_index("ix_post_room", "post", ["room"])
    to_do = sa.text("wanted > shown")
    op.create_index("ix_post_not_before", "post", ["not_before"], sqlite_where=to_do, postgresql_where=to_do)
    op.create_table(
        "team_minute",
        sa.Column("challenge", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        _to_challenge("team_minute"),
        sa.PrimaryKeyConstraint("challenge", "number", name=op.f("pk_team_minute")),
    )
    op.create_table(
        "minute_taker",
        sa.Column("challenge", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(length=16), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        _to_challenge("minute_taker"),
        sa.PrimaryKeyConstraint("challenge", "number", "member", name=op.f("pk_minute_taker")),
    )


def downgrade() -> None:
    for table in ("minute_taker", "team_minute", "post", "challenge_member", "challenge_room", "challenge"):
        op.drop_table(table)


def _to_challenge(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_challenge_challenge")
    return sa.ForeignKeyConstraint(["challenge"], ["challenge.id"], name=name, ondelete="CASCADE")


def _to_room(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["room"], ["room.id"], name=op.f(f"fk_{table}_room_room"), ondelete="CASCADE")
