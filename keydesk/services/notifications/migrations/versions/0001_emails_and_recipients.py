"""Emails, tries to deliver them, recipients, and registrations that wait for one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from keydesk.chassis.messaging.tables import create_chassis_tables, drop_chassis_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_chassis_tables(op)
    _create_emails()
    _create_delivery_attempts()
    op.create_table(
        "recipients",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False, comment="of the account; a lower one is ignored"),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("additional_email", sa.Text),
        sa.Column("first_name", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_recipients"),
    )
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


def _create_emails() -> None:
    op.create_table(
        "emails",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False, comment="of the fact that it tells of"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("params", JSONB, nullable=False, comment="what its text needs, without secrets"),
        sa.Column("status", sa.Text, nullable=False, server_default="queued"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column(
            "claimed_until",
            sa.DateTime(timezone=True),
            comment="while sending: when another worker may take over",
        ),
        sa.Column(
            "expected_by",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when its job should have been at it; past that, the sweep queues another",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_emails"),
        sa.UniqueConstraint("event_id", "recipient", "kind", name="uq_emails_event_id_recipient_kind"),
        sa.CheckConstraint(
            "status IN ('queued', 'sending', 'sent', 'failed')", name=op.f("ck_emails_status_known")
        ),
        sa.CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_emails_sent_has_time")),
        sa.CheckConstraint(
            "(status = 'sending') = (claimed_until IS NOT NULL)", name=op.f("ck_emails_sending_is_claimed")
        ),
    )
    op.create_index("ix_emails_account_id", "emails", ["account_id", "id"])
    op.create_index(
        "ix_emails_open",
        "emails",
        ["expected_by"],
        postgresql_where=sa.text("status IN ('queued', 'sending')"),
    )
    op.create_index("ix_emails_recipient_start", "emails", [sa.text("lower(recipient) text_pattern_ops")])


def _create_delivery_attempts() -> None:
    op.create_table(
        "delivery_attempts",
        sa.Column("email_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.Text),
        sa.Column("reason", sa.Text, comment="why it was deferred or failed"),
        sa.PrimaryKeyConstraint("email_id", "number", name="pk_delivery_attempts"),
        sa.ForeignKeyConstraint(["email_id"], ["emails.id"], name="fk_delivery_attempts_email_id"),
        sa.CheckConstraint(
            "outcome IN ('sent', 'deferred', 'failed')", name=op.f("ck_delivery_attempts_outcome_known")
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (finished_at IS NULL)", name=op.f("ck_delivery_attempts_outcome_has_time")
        ),
    )


def downgrade() -> None:
    for table in ("waiting_confirmations", "recipients", "delivery_attempts", "emails"):
        op.drop_table(table)
    drop_chassis_tables(op)
