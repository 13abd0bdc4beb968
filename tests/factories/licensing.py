"""What was sold, for tests: products, customers, orders and entitlements, stored in one call."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from keydesk.chassis.ids import new_id
from keydesk.services.licensing.models import Customer, Entitlement, Order, Product

HOST_ID = {
    "name": "host_id",
    "required": True,
    "per_line": True,
    "pattern": "[0-9a-f]{8}",
    "example": "80ab12cd",
}
TIER = {"name": "deployed_price_tier", "required": True, "choices": ["1", "2", "3"], "example": "1"}
CONTACT = {"name": "technical_contact", "required": False}


def a_product(
    sku: str = "KD-100",
    *,
    name: str = "Harbor Cluster",
    fields: Sequence[dict[str, Any]] = (),
    registered_alone: bool = False,
    has_file: bool = True,
) -> Product:
    """A product that asks for nothing unless told otherwise."""
    return Product(
        sku=sku,
        name=name,
        version="4.2",
        platform="Linux",
        family="Harbor",
        registered_alone=registered_alone,
        has_file=has_file,
        fields=list(fields),
    )


def sell(
    session: Session,
    product: Product,
    serial_numbers: Sequence[str],
    *,
    order_number: str = "SO-1",
    customer_number: str = "C-1",
    customer_name: str = "Lindqvist Instruments",
) -> None:
    """Store ``product`` and an order of it, a serial number an entitlement."""
    session.merge(product)
    session.merge(Customer(customer_number=customer_number, name=customer_name, country="SE"))
    session.flush()
    session.merge(
        Order(order_number=order_number, customer_number=customer_number, ordered_on=date(2026, 1, 15))
    )
    session.flush()
    session.add_all(
        Entitlement(
            id=new_id("ent"),
            serial_number=serial_number,
            order_number=order_number,
            sku=product.sku,
            quantity=5,
            entitled_price_tier="1",
            maintenance_start=date(2026, 1, 15),
            maintenance_end=date(2027, 1, 14),
            support_agreement_number="SA-1",
            state="available",
        )
        for serial_number in serial_numbers
    )


def serial_numbers(count: int, *, start: int = 1, letter: str = "A") -> list[str]:
    """``count`` serial numbers in a row."""
    return [f"{letter}{number:010d}" for number in range(start, start + count)]
