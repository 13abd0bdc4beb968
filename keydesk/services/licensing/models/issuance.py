"""Batches on their way to licenses, the licenses with their files, and the keys that sign them."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from keydesk.services.licensing.models.base import CODE, Base

BatchStatus = Literal["accepted", "prepared", "issued"]


class IssuanceBatch(Base):
    """Up to 500 lines of one registration, whose licenses are issued together.

    ``accepted`` until the exact bytes to sign are stored (sealed, because license keys are in them),
    ``prepared`` until the licenses stand, then ``issued``.
    """

    __tablename__ = "issuance_batches"
    __table_args__ = (
        CheckConstraint("status IN ('accepted', 'prepared', 'issued')", name="status_is_known"),
        CheckConstraint("(intent IS NOT NULL) = (status = 'prepared')", name="intent_while_prepared"),
        CheckConstraint("(intent IS NULL) = (intent_sealed_by IS NULL)", name="intent_is_sealed"),
        CheckConstraint("(issued_at IS NULL) = (status <> 'issued')", name="issued_at_its_time"),
        CheckConstraint("(kid IS NULL) = (issued_at IS NULL)", name="signed_when_issued"),
        CheckConstraint("size BETWEEN 1 AND 500", name="size_is_bounded"),
        Index("ix_issuance_batches_unfinished", "queued_at", postgresql_where=text("status <> 'issued'")),
        Index("ix_issuance_batches_registration_id", "registration_id"),
    )

    id: Mapped[str] = mapped_column(CODE, primary_key=True)
    registration_id: Mapped[str] = mapped_column(CODE, ForeignKey("registrations.id"))
    size: Mapped[int]
    status: Mapped[BatchStatus] = mapped_column(Text, server_default="accepted")
    intent: Mapped[bytes | None] = mapped_column(comment="sealed: license ids, keys and exact bytes to sign")
    intent_sealed_by: Mapped[int | None] = mapped_column(comment="number of the key-encryption key")
    queued_at: Mapped[datetime] = mapped_column(comment="when its job was last put into the queue")
    times_queued: Mapped[int] = mapped_column(server_default=text("1"))
    kid: Mapped[str | None] = mapped_column(
        CODE, ForeignKey("signing_keys.kid"), comment="the key that signed its license files"
    )
    issued_at: Mapped[datetime | None]


class License(Base):
    """A license key for an entitlement, and its file. That there is no second one is the database's word."""

    __tablename__ = "licenses"
    __table_args__ = (
        CheckConstraint("(file_content IS NULL) = (file_name IS NULL)", name="file_has_a_name"),
    )

    id: Mapped[str] = mapped_column(CODE, primary_key=True)
    entitlement_id: Mapped[str] = mapped_column(CODE, ForeignKey("entitlements.id"), unique=True)
    registration_id: Mapped[str] = mapped_column(CODE)
    account_id: Mapped[str] = mapped_column(CODE, comment="who registered it")
    key_content: Mapped[bytes] = mapped_column(comment="the license key, sealed")
    sealed_by: Mapped[int] = mapped_column(comment="number of the key-encryption key")
    key_fingerprint: Mapped[bytes] = mapped_column(unique=True, comment="keyed hash of the license key")
    file_name: Mapped[str | None] = mapped_column(comment="none where the product has no license file")
    issued_at: Mapped[datetime]
    file_content: Mapped[bytes | None] = mapped_column(comment="the JWS, sealed", deferred=True)


class SigningKey(Base):
    """The public half of a key that signs, or signed, license files. Never removed: old files verify."""

    __tablename__ = "signing_keys"

    kid: Mapped[str] = mapped_column(CODE, primary_key=True, comment="RFC 7638 thumbprint")
    jwk: Mapped[dict[str, Any]] = mapped_column(JSONB)
    not_before: Mapped[datetime]
    retired_at: Mapped[datetime | None] = mapped_column(comment="no longer signs; what it signed holds")
