"""The HTTP door of orders, for staff."""

from typing import Annotated

from fastapi import APIRouter, Depends

from keydesk.chassis.http.access import staff
from keydesk.chassis.http.pages import Cursor, Limit, Page, Search
from keydesk.chassis.http.transaction import Reading
from keydesk.chassis.identity import Caller
from keydesk.services.licensing.orders import service
from keydesk.services.licensing.orders.schemas import OrderShown

router = APIRouter(prefix="/orders", tags=["orders"])


@router.get("")
def list_orders(
    *,
    _caller: Annotated[Caller, Depends(staff("support", "operator", scope="support:read"))],
    session: Reading,
    query: Search = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[OrderShown]:
    """Orders, the latest first.

    ``query`` is looked for, word by word, in order number, customer number and customer name; a whole
    serial number finds the order that it came with.
    """
    found, following = service.list_orders(session, query=query, limit=limit, cursor=cursor)
    return Page(items=[OrderShown.model_validate(each) for each in found], next_cursor=following)
