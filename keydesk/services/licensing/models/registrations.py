"""Registrations, their lines, and the information given for them."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from keydesk.services.licensing.models.base import CODE, Base

RegistrationStatus = Literal["draft", "processing", "completed"]


class Registration(Base):
    """One customer's way from serial numbers to license keys.

    A draft keeps everything that was entered. Once accepted it only moves forward, ``done`` counting the
    licenses issued.
    """

    __tablename__ = "registrations"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'processing', 'completed')", name="status_is_known"),
        CheckConstraint("(accepted_at IS NULL) = (status = 'draft')", name="accepted_when_no_draft"),
        CheckConstraint("(completed_at IS NULL) = (status <> 'completed')", name="completed_at_its_time"),
        CheckConstraint("done BETWEEN 0 AND total", name="done_within_total"),
        CheckConstraint("(status = 'completed') = (total > 0 AND done = total)", name="completed_means_all"),
        Index("ix_registrations_account_id_id", "account_id", "id"),
    )

    id: Mapped[str] = mapped_column(CODE, primary_key=True)
    account_id: Mapped[str] = mapped_column(CODE)
    status: Mapped[RegistrationStatus] = mapped_column(Text, server_default="draft")
    total: Mapped[int] = mapped_column(server_default=text("0"), comment="licenses to issue once accepted")
    done: Mapped[int] = mapped_column(server_default=text("0"), comment="licenses issued")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]


class RegistrationItem(Base):
    """One line: a serial number as it was entered, and what was said for this line alone.

    What is the matter with it is worked out whenever it is looked at (`registrations.repository`), because
    it changes with the other lines and with what other people register.
    """

    __tablename__ = "registration_items"
    __table_args__ = (
        Index("ix_registration_items_registration_id_position", "registration_id", "position", unique=True),
        Index("ix_registration_items_batch_id", "batch_id", postgresql_where=text("batch_id IS NOT NULL")),
        CheckConstraint("(batch_id IS NULL) = (entitlement_id IS NULL)", name="in_a_batch_once_accepted"),
    )

    id: Mapped[str] = mapped_column(CODE, primary_key=True)
    registration_id: Mapped[str] = mapped_column(CODE, ForeignKey("registrations.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(BigInteger, Identity())
    serial_number: Mapped[str] = mapped_column(CODE)
    information: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    entitlement_id: Mapped[str | None] = mapped_column(
        CODE, ForeignKey("entitlements.id"), unique=True, comment="once accepted"
    )
    batch_id: Mapped[str | None] = mapped_column(
        CODE, ForeignKey("issuance_batches.id"), comment="once accepted"
    )


class RegistrationInformation(Base):
    """What was said for every line of one product in a registration."""

    __tablename__ = "registration_information"

    registration_id: Mapped[str] = mapped_column(
        CODE, ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True
    )
    sku: Mapped[str] = mapped_column(CODE, primary_key=True)
    information: Mapped[dict[str, Any]] = mapped_column(JSONB)
