"""The tables of accounts: people, what they agreed to, links sent to them, API tokens, throttles.

Keys for comparing (``…_key``) are folded here, in Python, so that they do not depend on the database's
collation. No password, link or API token is in these tables: only what is needed to check one.
"""

import unicodedata
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, validates

from keydesk.chassis.database import TYPES, new_metadata

METADATA = new_metadata()

LIVING_STATUSES = ("active", "locked")
"""Accounts whose email address and login ID nobody else can have."""
LIVING = "status IN ('active', 'locked')"


def key_of(name: str) -> str:
    """How an email address or a login ID is compared: without regard to case or to Unicode's variants."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


class Base(DeclarativeBase):
    """Base of the tables of accounts."""

    metadata = METADATA
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        **TYPES,
        str: Text(),
        int: BigInteger(),
        bytes: LargeBinary(),
        list[str]: ARRAY(Text()),
    }


class Account(Base):
    """A person who can log in, or who signed up and has not verified their address yet (``pending``)."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'active', 'superseded', 'locked')", name="status_known"),
        CheckConstraint("roles <@ ARRAY['customer', 'support', 'operator']", name="roles_known"),
        CheckConstraint("status <> 'active' OR email_verified_at IS NOT NULL", name="active_is_verified"),
        CheckConstraint("revision > 0", name="revision_positive"),
        Index("uq_accounts_living_email", "email_key", unique=True, postgresql_where=text(LIVING)),
        Index("uq_accounts_living_login", "login_key", unique=True, postgresql_where=text(LIVING)),
        Index(
            "uq_accounts_pending_email",
            "email_key",
            unique=True,
            postgresql_where=text("status = 'pending'"),
        ),
        Index("ix_accounts_email_key", "email_key"),
        Index("ix_accounts_login_key", "login_key"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(comment="rises with every change that others are told of")
    status: Mapped[str]
    login_id: Mapped[str]
    login_key: Mapped[str]
    email: Mapped[str]
    email_key: Mapped[str]
    email_verified_at: Mapped[datetime | None]
    pending_email: Mapped[str | None] = mapped_column(comment="replaces email once it is verified")
    additional_email: Mapped[str | None]
    additional_email_confirmed_at: Mapped[datetime | None]
    password_hash: Mapped[str]
    session_epoch: Mapped[int] = mapped_column(comment="rises when sessions have to end")
    customer_type: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    company_name: Mapped[str]
    phone_number: Mapped[str] = mapped_column(comment="E.164")
    phone_extension: Mapped[str]
    street_address: Mapped[str]
    country: Mapped[str] = mapped_column(comment="ISO 3166-1 alpha-2")
    city: Mapped[str]
    state: Mapped[str]
    postal_code: Mapped[str]
    language: Mapped[str | None]
    roles: Mapped[list[str]]
    created_at: Mapped[datetime]
    searched: Mapped[str] = mapped_column(
        Computed(
            "lower(login_id || E'\\n' || email || E'\\n' || first_name || ' ' || last_name || E'\\n' ||"
            " company_name)",
            persisted=True,
        ),
        comment="what staff search in",
    )

    @validates("email", "login_id")
    def _fold(self, field: str, value: str) -> str:
        setattr(self, "email_key" if field == "email" else "login_key", key_of(value))
        return value

    @property
    def name(self) -> str:
        """How the person is called."""
        return f"{self.first_name} {self.last_name}"

    @property
    def verified(self) -> bool:
        """Their email address has been proved theirs."""
        return self.email_verified_at is not None

    @property
    def confirmed_additional_email(self) -> str | None:
        """Where confirmations go besides the email address (G8), once that address agreed."""
        return self.additional_email if self.additional_email_confirmed_at is not None else None

    @property
    def unconfirmed_additional_email(self) -> str | None:
        """The additional address while its owner has not agreed."""
        return self.additional_email if self.additional_email_confirmed_at is None else None


class AgreementAcceptance(Base):
    """A version of the user agreement that a person accepted: when, from where, and in which language."""

    __tablename__ = "agreement_acceptances"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    accepted_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(comment="network address, as the gateway saw it")
    language: Mapped[str] = mapped_column(comment="in which it was shown")


class Link(Base):
    """A link in an email. Its token is made from a secret and ``nonce`` when it is sent, and kept nowhere."""

    __tablename__ = "links"
    __table_args__ = (
        CheckConstraint(
            "purpose IN ('sign_up', 'email_change', 'additional_email', 'password_reset')",
            name="purpose_known",
        ),
        CheckConstraint("spent_at IS NULL OR ended_at IS NULL", name="spent_or_ended"),
        Index("ix_links_account_id", "account_id", "purpose"),
        Index("ix_links_expires_at", "expires_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    purpose: Mapped[str]
    email: Mapped[str] = mapped_column(comment="where it is sent, and what it proves")
    nonce: Mapped[bytes]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(comment="a newer link took its place")


class ApiToken(Base):
    """An API token: what it may do, until when. Only its SHA-256 is kept."""

    __tablename__ = "api_tokens"
    __table_args__ = (
        CheckConstraint("cardinality(scopes) > 0", name="some_scope"),
        CheckConstraint("octet_length(token_hash) = 32", name="hash_is_sha256"),
        Index("ix_api_tokens_account_id", "account_id", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str]
    scopes: Mapped[list[str]]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None] = mapped_column(comment="to the hour or so")


class Throttle(Base):
    """How often something was tried in a row, and until when it is refused."""

    __tablename__ = "throttles"
    __table_args__ = (
        CheckConstraint("tries >= 0", name="tries_not_negative"),
        Index("ix_throttles_last_try_at", "last_try_at"),
    )

    key: Mapped[str] = mapped_column(primary_key=True, comment="what is tried; names are hashed")
    tries: Mapped[int]
    last_try_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]
