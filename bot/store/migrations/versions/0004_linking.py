"""One person on two platforms: the codes of /link, and where prompts go"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "link_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_link_code_person_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_link_code")),
    )
    op.create_index("ix_link_code_person", "link_code", ["person"])
    op.add_column("person", sa.Column("platform", sa.String(length=16), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "platform")
    op.drop_table("link_code")
