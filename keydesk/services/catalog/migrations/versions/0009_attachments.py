"""Files on requests; they stand outside the database, and what is known of them here."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _text(name: str, comment: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, comment=comment)


def _time(name: str, comment: str | None = None, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def upgrade() -> None:
    op.create_table(
        "attachments",
        _text("id"),
        _text("request_id"),
        _text("account_id"),
        sa.Column("from_support", sa.Boolean(), nullable=False),
        _text("file_name"),
        _text("media_type"),
        sa.Column("size", sa.Integer(), nullable=False),
        _text("sha256", "of the content, in hexadecimal"),
        _time("at"),
        sa.Column("scan", sa.Text(), nullable=False, server_default="pending"),
        _time("scanned_at", nullable=True),
        _time("queued_at", "when its scan was last queued"),
        sa.Column("times_queued", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_attachments_request_id")),
        sa.CheckConstraint(
            "scan IN ('pending', 'clean', 'infected', 'not_scanned', 'lost')",
            name=op.f("ck_attachments_scan_known"),
        ),
        sa.CheckConstraint(
            "char_length(file_name) BETWEEN 1 AND 150", name=op.f("ck_attachments_file_name_bounded")
        ),
        sa.CheckConstraint("size BETWEEN 1 AND 10485760", name=op.f("ck_attachments_size_bounded")),
        sa.CheckConstraint(
            "(scan = 'pending') = (scanned_at IS NULL)", name=op.f("ck_attachments_scanned_once_known")
        ),
    )
    op.create_index("ix_attachments_request_id", "attachments", ["request_id", "id"])
    op.create_index(
        "ix_attachments_pending",
        "attachments",
        ["queued_at"],
        postgresql_where=sa.text("scan = 'pending'"),
    )
    op.create_index(
        "ix_attachments_not_scanned",
        "attachments",
        ["id"],
        postgresql_where=sa.text("scan = 'not_scanned'"),
    )


def downgrade() -> None:
    op.drop_table("attachments")
