"""Licenses as licensing told of them, people as accounts did, and the history.

Nothing here refers to another service's tables; a person may be told of after their license is.
"""

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from keydesk.services.catalog.models.base import CODE, Base

NO_END = date(9999, 12, 31)
"""Where a license without an end of maintenance stands among those with one."""

SEARCHED = (
    "serial_number", "order_number", "customer_number", "customer_name", "sku", "product_name", "host_id",
)  # fmt: skip
"""What a search looks through: every printed number, and the names beside them."""

ACTIONS = ("registered", "fields_changed", "commented", "shared", "unshared", "transferred", "moved")
"""What a line of a license's history can say."""

Action = Literal["registered", "fields_changed", "commented", "shared", "unshared", "transferred", "moved"]


class License(Base):
    """A license and who owns it, or one that nobody registered yet and somebody added to their catalog.

    Its license key stays in licensing. One that is not registered goes by the id of its entitlement.
    """

    __tablename__ = "licenses"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint(
            "(registered_at IS NULL) = (owner_account_id IS NULL)"
            " AND (registered_at IS NULL) = (registered_by IS NULL)"
            " AND (registered_at IS NULL) = (registration_id IS NULL)",
            name="owned_once_registered",
        ),
        Index(
            "uq_licenses_unregistered",
            "serial_number",
            unique=True,
            postgresql_where=text("registered_at IS NULL"),
        ),
        Index("ix_licenses_serial_number", "serial_number"),
        Index("ix_licenses_by_registered_at", "owner_account_id", "registered_order", "id"),
        Index("ix_licenses_by_serial_number", "owner_account_id", "serial_number", "id"),
        Index("ix_licenses_by_product", "owner_account_id", "product_name", "id"),
        Index("ix_licenses_by_maintenance_end", "owner_account_id", "maintenance_order", "id"),
        Index("ix_licenses_by_sku", "owner_account_id", "sku"),
        Index(
            "ix_licenses_by_customer_number", "owner_account_id", "customer_number", "registered_order", "id"
        ),
        Index("ix_licenses_by_order_number", "owner_account_id", "order_number"),
        Index("ix_licenses_by_host_id", "owner_account_id", "host_id"),
        Index(
            "ix_licenses_searched",
            "owner_account_id",
            "searched",
            postgresql_using="gin",
            postgresql_ops={"searched": "gin_trgm_ops"},
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    registration_id: Mapped[str | None]
    owner_account_id: Mapped[str | None]
    registered_by: Mapped[str | None] = mapped_column(comment="account id")
    registered_at: Mapped[datetime | None]
    serial_number: Mapped[str] = mapped_column(CODE)
    sku: Mapped[str]
    product_name: Mapped[str]
    product_version: Mapped[str]
    platform: Mapped[str]
    order_number: Mapped[str] = mapped_column(CODE)
    customer_number: Mapped[str] = mapped_column(CODE)
    customer_name: Mapped[str]
    ordered_on: Mapped[date]
    quantity: Mapped[int]
    entitled_price_tier: Mapped[str]
    deployed_price_tier: Mapped[str]
    host_id: Mapped[str] = mapped_column(CODE)
    system_type: Mapped[str]
    support_agreement_number: Mapped[str]
    technical_contact: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    install_at: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    address_id: Mapped[str | None] = mapped_column(
        ForeignKey("addresses.id"), comment="where it is installed, if that is an address that we know"
    )
    maintenance_start: Mapped[date | None]
    maintenance_end: Mapped[date | None]
    has_file: Mapped[bool]
    file_name: Mapped[str]
    maintenance_order: Mapped[date] = mapped_column(
        Computed(f"coalesce(maintenance_end, DATE '{NO_END}')", persisted=True),
        comment="maintenance_end with a place for none, so that pages can follow it",
    )
    registered_order: Mapped[datetime] = mapped_column(
        Computed("coalesce(registered_at, TIMESTAMPTZ '9999-12-31 00:00:00+00')", persisted=True),
        comment="registered_at with a place for what is not registered yet",
    )
    searched: Mapped[str] = mapped_column(
        Computed("lower(" + " || E'\\n' || ".join(SEARCHED) + ")", persisted=True)
    )


class Addition(Base):
    """Somebody added a license that nobody registered yet; gone once somebody registers it (G17)."""

    __tablename__ = "additions"
    __table_args__ = (Index("ix_additions_license_id", "license_id"),)

    account_id: Mapped[str] = mapped_column(primary_key=True)
    license_id: Mapped[str] = mapped_column(ForeignKey("licenses.id", ondelete="CASCADE"), primary_key=True)
    added_at: Mapped[datetime]


class Person(Base):
    """An account as accounts last told of it: only what the catalog shows and finds it by."""

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_login_id", text("lower(login_id)")),)

    account_id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger, comment="of the account; a lower one is ignored")
    name: Mapped[str]
    company_name: Mapped[str]
    login_id: Mapped[str] = mapped_column(server_default="", comment="empty where it was not told yet")
    active: Mapped[bool] = mapped_column(server_default=text("true"), comment="verified and not locked")
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")


class HistoryEntry(Base):
    """Something done to a license. Rows are only ever added: a trigger refuses anything else."""

    __tablename__ = "license_history"
    __table_args__ = (
        CheckConstraint(
            "action IN (" + ", ".join(f"'{action}'" for action in ACTIONS) + ")", name="action_known"
        ),
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
    action: Mapped[Action] = mapped_column(Text)
    at: Mapped[datetime]
    account_id: Mapped[str] = mapped_column(comment="who did it")
    through: Mapped[str] = mapped_column(server_default="", comment="portal or api; empty for a job")
    details: Mapped[dict[str, Any]] = mapped_column(
        JSONB, server_default="{}", comment="what changed, by name: [before, after]"
    )
