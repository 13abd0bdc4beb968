"""Orders in the database, for those who look."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from keydesk.services.licensing.models import Customer, Entitlement, Order


@dataclass(frozen=True)
class OrderSummary:
    """An order and how much of it is registered."""

    order_number: str
    customer_number: str
    customer_name: str
    ordered_on: date
    lines: int
    registered: int


def list_orders(
    session: Session, *, query: str, before: tuple[date, str] | None, limit: int
) -> list[OrderSummary]:
    """Orders, the latest first, older than ``before``.

    Each word of ``query`` stands in the order's number or its customer's number or name, or is one of its
    serial numbers.
    """
    counted = (
        select(
            func.count().label("lines"),
            func.count().filter(Entitlement.state == "registered").label("registered"),
        )
        .where(Entitlement.order_number == Order.order_number)
        .lateral()
    )
    statement = (
        select(
            Order.order_number,
            Order.customer_number,
            Customer.name,
            Order.ordered_on,
            counted.c.lines,
            counted.c.registered,
        )
        .join(Customer, Customer.customer_number == Order.customer_number)
        .join(counted, true())
        .order_by(Order.ordered_on.desc(), Order.order_number.desc())
        .limit(limit)
    )
    for word in query.split():
        holders = select(Entitlement.order_number).where(Entitlement.serial_number == word)
        statement = statement.where(
            or_(
                Order.order_number.icontains(word, autoescape=True),
                Order.customer_number.icontains(word, autoescape=True),
                Customer.name.icontains(word, autoescape=True),
                Order.order_number.in_(holders),
            )
        )
    if before is not None:
        statement = statement.where(tuple_(Order.ordered_on, Order.order_number) < tuple_(*before))
    return [OrderSummary(*row) for row in session.execute(statement)]
