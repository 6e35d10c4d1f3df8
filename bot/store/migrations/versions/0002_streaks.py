"""What the streak is folded from: ticks, outages, versions that name a practice day; what was told; snapshots"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "tick",
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("practice_day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tapped_on", sa.Date(), nullable=False),
        sa.Column("counts_for", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_tick_person_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person", "practice_day", name=op.f("pk_tick")),
    )
    op.create_table(
        "told",
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("label", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_told_person_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person", "what", "label", name=op.f("pk_told")),
    )
    op.create_table(
        "streak_snapshot",
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("label", sa.Date(), nullable=False),
        sa.Column("rules", sa.String(length=32), nullable=False),
        sa.Column("tally", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["person.id"], name=op.f("fk_streak_snapshot_person_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_streak_snapshot")),
    )
    op.create_table(
        "outage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outage_ends_at", "outage", ["ends_at"])
    op.add_column("setting_version", sa.Column("from_day", sa.Date(), nullable=True))
    op.drop_index("ix_slot_tz_rules", table_name="slot")
    in_force = sa.text("removed_at IS NULL")
    op.create_index(
        "ix_slot_tz_rules", "slot", ["tz_rules", "person"], sqlite_where=in_force, postgresql_where=in_force
    )


def downgrade() -> None:
    op.drop_index("ix_slot_tz_rules", table_name="slot")
    op.create_index("ix_slot_tz_rules", "slot", ["tz_rules"])
    op.drop_column("setting_version", "from_day")
    op.drop_index("ix_outage_ends_at", table_name="outage")
    op.drop_table("outage")
    op.drop_table("streak_snapshot")
    op.drop_table("told")
    op.drop_table("tick")
