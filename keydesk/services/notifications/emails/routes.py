"""The email log's HTTP door, for support staff."""

from typing import Annotated

from fastapi import APIRouter, Depends

from keydesk.chassis.http.access import staff
from keydesk.chassis.http.pages import Cursor, Limit, Page, Search
from keydesk.chassis.http.transaction import Reading
from keydesk.chassis.identity import Caller
from keydesk.services.notifications.emails import service
from keydesk.services.notifications.emails.schemas import EmailLogEntry

router = APIRouter(prefix="/support", tags=["support"])


@router.get("/emails")
def list_emails(
    *,
    _caller: Annotated[Caller, Depends(staff("support", scope="support:read"))],
    session: Reading,
    query: Search = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[EmailLogEntry]:
    """Emails to anybody, newest first.

    ``query`` is the start of an address, or the whole id of an account or of an email.
    """
    return service.list_emails(session, query=query, limit=limit, cursor=cursor)
