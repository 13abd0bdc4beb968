"""The catalog's tables: licenses as licensing told of them, people as accounts did, and the history.

Nothing here refers to another service's tables; a person may be told of after their license is.
"""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from keydesk.chassis.database import TYPES, new_metadata

METADATA = new_metadata()

NO_END = date(9999, 12, 31)
"""Where a license without an end of maintenance stands among those with one."""

SEARCHED = (
    "serial_number", "order_number", "customer_number", "customer_name", "sku", "product_name", "host_id",
)  # fmt: skip
"""What a search looks through: every printed number, and the names beside them."""


class Base(DeclarativeBase):
    """Base of the catalog's tables."""

    metadata = METADATA
    type_annotation_map: ClassVar[dict[Any, Any]] = {**TYPES, str: Text()}


class License(Base):
    """One issued license and who owns it. Its license key stays in licensing."""

    __tablename__ = "licenses"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_licenses_by_registered_at", "owner_account_id", "registered_at", "id"),
        Index("ix_licenses_by_serial_number", "owner_account_id", "serial_number", "id"),
        Index("ix_licenses_by_product", "owner_account_id", "product_name", "id"),
        Index("ix_licenses_by_maintenance_end", "owner_account_id", "maintenance_order", "id"),
        Index("ix_licenses_by_sku", "owner_account_id", "sku"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    registration_id: Mapped[str]
    owner_account_id: Mapped[str]
    registered_by: Mapped[str] = mapped_column(comment="account id")
    registered_at: Mapped[datetime]
    serial_number: Mapped[str]
    sku: Mapped[str]
    product_name: Mapped[str]
    product_version: Mapped[str]
    platform: Mapped[str]
    order_number: Mapped[str]
    customer_number: Mapped[str]
    customer_name: Mapped[str]
    ordered_on: Mapped[date]
    quantity: Mapped[int]
    entitled_price_tier: Mapped[str]
    deployed_price_tier: Mapped[str]
    host_id: Mapped[str]
    system_type: Mapped[str]
    support_agreement_number: Mapped[str]
    technical_contact: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    install_at: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    maintenance_start: Mapped[date | None]
    maintenance_end: Mapped[date | None]
    has_file: Mapped[bool]
    file_name: Mapped[str]
    maintenance_order: Mapped[date] = mapped_column(
        Computed(f"coalesce(maintenance_end, DATE '{NO_END}')", persisted=True),
        comment="maintenance_end with a place for none, so that pages can follow it",
    )
    searched: Mapped[str] = mapped_column(
        Computed("lower(" + " || E'\\n' || ".join(SEARCHED) + ")", persisted=True)
    )


class Person(Base):
    """An account as accounts last told of it: only what the catalog shows."""

    __tablename__ = "people"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger, comment="of the account; a lower one is ignored")
    name: Mapped[str]
    company_name: Mapped[str]


class HistoryEntry(Base):
    """Something done to a license. Rows are only ever added: a trigger refuses anything else."""

    __tablename__ = "license_history"
    __table_args__ = (
        CheckConstraint("action IN ('registered')", name="action_known"),
        Index(
            "uq_license_history_registered",
            "license_id",
            unique=True,
            postgresql_where=text("action = 'registered'"),
        ),
        Index("ix_license_history_license_id", "license_id", "position"),
    )

    position: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    license_id: Mapped[str] = mapped_column(ForeignKey("licenses.id"))
    action: Mapped[str]
    at: Mapped[datetime]
    account_id: Mapped[str] = mapped_column(comment="who did it")
