"""The tables of notifications: emails and the tries to deliver them, and whom accounts told of.

No column ever holds a body, a license key, or a link that opens something: those are fetched when an
email is sent, and forgotten.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from keydesk.chassis.database import TYPES, new_metadata

METADATA = new_metadata()


class Base(DeclarativeBase):
    """Base of the tables of notifications."""

    metadata = METADATA
    type_annotation_map: ClassVar[dict[Any, Any]] = {**TYPES, str: Text(), dict[str, Any]: JSONB}


class Email(Base):
    """One email to one recipient. Its id makes its Message-ID (see `Claimed.message_id`)."""

    __tablename__ = "emails"
    __table_args__ = (
        UniqueConstraint("event_id", "recipient", "kind"),
        CheckConstraint("status IN ('queued', 'sending', 'sent', 'failed')", name="status_known"),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
        CheckConstraint("(status = 'sending') = (claimed_until IS NOT NULL)", name="sending_is_claimed"),
        Index("ix_emails_account_id", "account_id", "id"),
        Index("ix_emails_kind", "kind", "id"),
        Index("ix_emails_failed", "id", postgresql_where=text("status = 'failed'")),
        Index("ix_emails_open", "expected_by", postgresql_where=text("status IN ('queued', 'sending')")),
        Index(
            "ix_emails_recipient_start",
            func.lower(text("recipient")).label("recipient_start"),
            postgresql_ops={"recipient_start": "text_pattern_ops"},
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(comment="of the fact that it tells of")
    kind: Mapped[str]
    recipient: Mapped[str]
    account_id: Mapped[str | None]
    language: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(comment="what its text needs, without secrets")
    status: Mapped[str] = mapped_column(server_default="queued")
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    attempts_before: Mapped[int] = mapped_column(
        server_default=text("0"),
        comment="attempts when somebody had it sent again; its tries count from there",
    )
    claimed_until: Mapped[datetime | None] = mapped_column(
        comment="while sending: when another worker may take over"
    )
    expected_by: Mapped[datetime] = mapped_column(
        comment="when its job should have been at it; past that, the sweep queues another"
    )
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class DeliveryAttempt(Base):
    """One try to hand an email to the mail server. No outcome means that the try was cut off."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (
        CheckConstraint("outcome IN ('sent', 'deferred', 'failed')", name="outcome_known"),
        CheckConstraint("(outcome IS NULL) = (finished_at IS NULL)", name="outcome_has_time"),
    )

    email_id: Mapped[str] = mapped_column(ForeignKey("emails.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    reason: Mapped[str | None] = mapped_column(comment="why it was deferred or failed")


class Recipient(Base):
    """An account as accounts last told of it: only what is needed to write to it."""

    __tablename__ = "recipients"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(comment="of the account; a lower one is ignored")
    email: Mapped[str]
    additional_email: Mapped[str | None]
    first_name: Mapped[str]
    language: Mapped[str]


class Waiting(Base):
    """What is to be told to an account that accounts have not told of yet; sent as soon as they have."""

    __tablename__ = "waiting"

    event_id: Mapped[str] = mapped_column(primary_key=True, comment="of the fact that it tells of")
    account_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(comment="of the email")
    params: Mapped[dict[str, Any]] = mapped_column(comment="what its text needs, but for the name")
