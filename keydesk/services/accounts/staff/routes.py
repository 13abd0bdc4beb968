"""The staff's door to accounts."""

from typing import Annotated

from fastapi import APIRouter, Depends

from keydesk.chassis.http.access import staff
from keydesk.chassis.http.pages import Cursor, Limit, Page, Search
from keydesk.chassis.http.transaction import Reading
from keydesk.chassis.identity import Caller
from keydesk.services.accounts.staff import service
from keydesk.services.accounts.staff.schemas import StaffAccount

router = APIRouter(prefix="/staff", tags=["accounts"])


@router.get("/accounts")
def list_accounts(
    session: Reading,
    _caller: Annotated[Caller, Depends(staff("support", "operator", scope="support:read"))],
    query: Search = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[StaffAccount]:
    """Accounts, newest first; ``query`` looks in login IDs, addresses, names and companies."""
    return service.list_accounts(session, query=query, limit=limit, cursor=cursor)
