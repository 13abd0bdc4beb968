"""Whatever is told to an account can wait for it; an email that is sent again has its tries anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting",
        sa.Column("event_id", sa.Text, nullable=False, comment="of the fact that it tells of"),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False, comment="of the email"),
        sa.Column("params", JSONB, nullable=False, comment="what its text needs, but for the name"),
        sa.PrimaryKeyConstraint("event_id", name="pk_waiting"),
    )
    op.create_index("ix_waiting_account_id", "waiting", ["account_id"])
    op.execute(
        "INSERT INTO waiting (event_id, account_id, kind, params)"
        " SELECT event_id, account_id, 'registration_confirmation', jsonb_build_object("
        "  'registration_id', registration_id, 'total', total, 'completed_at',"
        """  to_char(completed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'))"""
        " FROM waiting_confirmations"
    )
    op.drop_table("waiting_confirmations")
    op.add_column(
        "emails",
        sa.Column(
            "attempts_before",
            sa.Integer,
            nullable=False,
            server_default=sa.text("0"),
            comment="attempts when somebody had it sent again; its tries count from there",
        ),
    )
    op.create_index("ix_emails_kind", "emails", ["kind", "id"])
    op.create_index("ix_emails_failed", "emails", ["id"], postgresql_where=sa.text("status = 'failed'"))


def downgrade() -> None:
    op.drop_index("ix_emails_failed", "emails")
    op.drop_index("ix_emails_kind", "emails")
    op.drop_column("emails", "attempts_before")
    op.create_table(
        "waiting_confirmations",
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("registration_id", sa.Text, nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_waiting_confirmations"),
    )
    op.create_index("ix_waiting_confirmations_account_id", "waiting_confirmations", ["account_id"])
    op.execute(
        "INSERT INTO waiting_confirmations (event_id, account_id, registration_id, completed_at, total)"
        " SELECT event_id, account_id, params ->> 'registration_id',"
        " (params ->> 'completed_at')::timestamptz, (params ->> 'total')::integer"
        " FROM waiting WHERE kind = 'registration_confirmation'"
    )
    op.drop_table("waiting")
