"""What one person was sent is found without reading everybody's"""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("ix_nudge_person_state_not_before", "nudge", ["person", "state", "not_before"])
    op.drop_index("ix_nudge_person", "nudge")


def downgrade() -> None:
    op.create_index("ix_nudge_person", "nudge", ["person"])
    op.drop_index("ix_nudge_person_state_not_before", "nudge")
