"""What was sold to whom: customers, their orders, and an entitlement for each serial number."""

from datetime import date, datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from keydesk.services.licensing.models.base import CODE, Base

EntitlementState = Literal["available", "reserved", "registered"]


class Customer(Base):
    """A company that bought something, by its customer number."""

    __tablename__ = "customers"
    __table_args__ = (CheckConstraint("country ~ '^[A-Z]{2}$'", name="country_is_alpha_2"),)

    customer_number: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str]
    country: Mapped[str] = mapped_column(comment="ISO 3166-1 alpha-2")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Order(Base):
    """A customer's order."""

    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_ordered_on_order_number", "ordered_on", "order_number"),
        Index("ix_orders_customer_number", "customer_number"),
    )

    order_number: Mapped[str] = mapped_column(CODE, primary_key=True)
    customer_number: Mapped[str] = mapped_column(CODE, ForeignKey("customers.customer_number"))
    ordered_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Entitlement(Base):
    """The right to one license, proven by its serial number.

    ``available`` until a registration takes it, ``reserved`` while its key is made, ``registered`` after.
    ``reserved_by`` names that registration from the moment it is taken.
    """

    __tablename__ = "entitlements"
    __table_args__ = (
        CheckConstraint("serial_number ~ '^[A-Z][0-9]{10}$'", name="serial_number_form"),
        CheckConstraint("quantity > 0", name="quantity_is_positive"),
        CheckConstraint("maintenance_end >= maintenance_start", name="maintenance_ends_after_its_start"),
        CheckConstraint("state IN ('available', 'reserved', 'registered')", name="state_is_known"),
        CheckConstraint("(state = 'available') = (reserved_by IS NULL)", name="taken_by_a_registration"),
        Index("ix_entitlements_order_number", "order_number"),
        Index("ix_entitlements_sku", "sku"),
        # Taken and registered within seconds: room in the page lets both updates leave the indexes alone.
        {"postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[str] = mapped_column(CODE, primary_key=True)
    serial_number: Mapped[str] = mapped_column(CODE, unique=True)
    order_number: Mapped[str] = mapped_column(CODE, ForeignKey("orders.order_number"))
    sku: Mapped[str] = mapped_column(CODE, ForeignKey("products.sku"))
    quantity: Mapped[int]
    entitled_price_tier: Mapped[str] = mapped_column(comment="empty where the product has no tiers")
    maintenance_start: Mapped[date | None]
    maintenance_end: Mapped[date | None]
    support_agreement_number: Mapped[str] = mapped_column(comment="empty without an agreement")
    state: Mapped[EntitlementState] = mapped_column(Text, server_default="available")
    reserved_by: Mapped[str | None] = mapped_column(CODE, comment="the registration that took it")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
