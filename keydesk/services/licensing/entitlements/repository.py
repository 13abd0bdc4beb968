"""SQL of entitlements with their order, customer and product."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from keydesk.services.licensing.models.orders import Customer, Entitlement, Order
from keydesk.services.licensing.models.products import Product
from keydesk.services.licensing.models.registrations import Registration


@dataclass(frozen=True)
class Sold:
    """An entitlement with what stands around it; ``registered_by`` is the account that took it, if any."""

    entitlement: Entitlement
    order: Order
    customer: Customer
    product: Product
    registered_by: str | None


_SOLD = (
    select(Entitlement, Order, Customer, Product, Registration.account_id)
    .join(Order, Order.order_number == Entitlement.order_number)
    .join(Customer, Customer.customer_number == Order.customer_number)
    .join(Product, Product.sku == Entitlement.sku)
    .outerjoin(Registration, Registration.id == Entitlement.reserved_by)
    .order_by(Entitlement.serial_number)
)


def find_by_serial_numbers(session: Session, serial_numbers: Sequence[str]) -> list[Sold]:
    """Those that exist, letter by letter as they were written."""
    found = session.execute(_SOLD.where(Entitlement.serial_number.in_(serial_numbers)))
    return [Sold(*row) for row in found]


def find_of_order(session: Session, order_number: str, *, limit: int) -> list[Sold]:
    """The first ``limit`` of an order."""
    found = session.execute(_SOLD.where(Entitlement.order_number == order_number).limit(limit))
    return [Sold(*row) for row in found]


def find_customer_of_order(session: Session, customer_number: str, order_number: str) -> Customer | None:
    """The customer, if the order is theirs."""
    return session.scalar(
        select(Customer)
        .join(Order, Order.customer_number == Customer.customer_number)
        .where(Customer.customer_number == customer_number, Order.order_number == order_number)
    )
