"""Install-at addresses of customer numbers, and the requests to create one (G20, G21)."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column

from keydesk.services.catalog.models.base import Base

AddressSource = Literal["registration", "request", "import"]
WaitingLicense = Literal["none", "waits", "moved", "stayed"]
"""``stayed``: once the address was there, the requester could no longer move the license."""

PARTS = ("address_1", "address_2", "address_3", "address_4", "city", "postal_code")
"""Parts whose beginning can be searched for."""


def _order(part: str) -> MappedColumn[str]:
    """A part in small letters and in the order of its code points, so that beginnings stand together."""
    return mapped_column(Text(collation="C"), Computed(f"lower({part})", persisted=True))


class Address(Base):
    """A place at which licenses of one customer number can be installed. Empty parts are empty texts."""

    __tablename__ = "addresses"
    __table_args__ = (
        CheckConstraint("source IN ('registration', 'request', 'import')", name="source_known"),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country_code"),
        CheckConstraint("state = '' OR other_state = ''", name="one_state"),
        Index("uq_addresses_fingerprint", "customer_number", "fingerprint", unique=True),
        Index("ix_addresses_similar", "customer_number", "country", "postal_code_key"),
        Index("ix_addresses_by_address_1", "customer_number", "country", "address_1_order", "id"),
        *(Index(f"ix_addresses_by_{part}", "customer_number", f"{part}_order") for part in PARTS[1:]),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_number: Mapped[str]
    address_1: Mapped[str]
    address_2: Mapped[str] = mapped_column(server_default="")
    address_3: Mapped[str] = mapped_column(server_default="")
    address_4: Mapped[str] = mapped_column(server_default="")
    city: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="", comment="a code of the country's rules")
    other_state: Mapped[str] = mapped_column(server_default="", comment="where the rules know no such state")
    postal_code: Mapped[str]
    country: Mapped[str] = mapped_column(comment="ISO 3166-1 alpha-2")
    fingerprint: Mapped[str] = mapped_column(comment="the same for every way to write the address")
    postal_code_key: Mapped[str] = mapped_column(comment="the same for every way to write it")
    source: Mapped[AddressSource] = mapped_column(Text)
    created_at: Mapped[datetime]
    address_1_order: Mapped[str] = _order("address_1")
    address_2_order: Mapped[str] = _order("address_2")
    address_3_order: Mapped[str] = _order("address_3")
    address_4_order: Mapped[str] = _order("address_4")
    city_order: Mapped[str] = _order("city")
    postal_code_order: Mapped[str] = _order("postal_code")


class AddressRequest(Base):
    """What a request of the kind ``address_creation`` asks for, and what became of it."""

    __tablename__ = "address_requests"
    __table_args__ = (
        CheckConstraint("license_state IN ('none', 'waits', 'moved', 'stayed')", name="license_state_known"),
        CheckConstraint("license_state = 'none' OR license_id IS NOT NULL", name="waits_for_a_license"),
        Index("ix_address_requests_license_id", "license_id"),
    )

    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"), primary_key=True)
    customer_number: Mapped[str]
    address: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="its parts; support may have corrected it")
    license_id: Mapped[str | None] = mapped_column(
        ForeignKey("licenses.id"), comment="the license for which it is asked"
    )
    license_state: Mapped[WaitingLicense] = mapped_column(Text, comment="whether it moves once it is there")
    terms_accepted_at: Mapped[datetime]
    similar: Mapped[list[str]] = mapped_column(
        JSONB, server_default="[]", comment="ids of addresses that verifying found to be like it"
    )
    use_address_id: Mapped[str | None] = mapped_column(
        ForeignKey("addresses.id"), comment="support: this one instead"
    )
    address_id: Mapped[str | None] = mapped_column(ForeignKey("addresses.id"), comment="which it came to")
