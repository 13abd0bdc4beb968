"""Saved searches, chosen columns, and exports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("criteria", postgresql.JSONB(), nullable=False, comment="query parameters of the list"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_searches"),
    )
    op.create_index(
        "uq_saved_searches_name", "saved_searches", ["account_id", sa.text("lower(name)")], unique=True
    )
    op.create_table(
        "list_columns",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_list_columns"),
    )
    _create_exports()


def _create_exports() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("criteria", postgresql.JSONB(), nullable=False, comment="query parameters of the list"),
        sa.Column("columns", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, server_default="queued"),
        sa.Column("done", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("total", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "moved_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when it was queued or got further",
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exports"),
        sa.CheckConstraint("format IN ('csv', 'xlsx')", name=op.f("ck_exports_format_known")),
        sa.CheckConstraint(
            "status IN ('queued', 'processing', 'completed', 'failed')", name=op.f("ck_exports_status_known")
        ),
        sa.CheckConstraint(
            "(content IS NOT NULL) = (status = 'completed')", name=op.f("ck_exports_content_once_completed")
        ),
    )
    op.create_index("ix_exports_account_id", "exports", ["account_id", "id"])
    op.create_index("ix_exports_expires_at", "exports", ["expires_at"])


def downgrade() -> None:
    for table in ("exports", "list_columns", "saved_searches"):
        op.drop_table(table)
