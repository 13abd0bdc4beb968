"""Tells what was ordered."""

from datetime import date

from sqlalchemy.orm import Session

from keydesk.chassis.http.pages import decode_cursor, page_of
from keydesk.services.licensing.orders import repository
from keydesk.services.licensing.orders.repository import OrderSummary


def list_orders(
    session: Session, *, query: str | None, limit: int, cursor: str | None
) -> tuple[list[OrderSummary], str | None]:
    """Orders, the latest first, and the cursor of the next page."""
    position = decode_cursor(cursor, int, str)
    before = (_day(int(position[0])), str(position[1])) if position else None
    found = repository.list_orders(session, query=query or "", before=before, limit=limit + 1)
    return page_of(found, limit, lambda order: (order.ordered_on.toordinal(), order.order_number))


def _day(ordinal: int) -> date:
    """The day of a cursor; one that nobody gave out is as good as the nearest day that there is."""
    return date.fromordinal(min(max(ordinal, date.min.toordinal()), date.max.toordinal()))
