"""Views of the support desk's queue that its staff keep by name."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "support_views",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("narrowing", postgresql.JSONB(), nullable=False, comment="query parameters of the queue"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_support_views"),
    )
    op.create_index(
        "uq_support_views_name", "support_views", ["account_id", sa.text("lower(name)")], unique=True
    )


def downgrade() -> None:
    op.drop_table("support_views")
