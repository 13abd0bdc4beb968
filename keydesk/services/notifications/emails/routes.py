"""The email log's HTTP door, for support staff."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from keydesk.chassis.http.access import staff
from keydesk.chassis.http.idempotency import IdempotentRoute
from keydesk.chassis.http.pages import Cursor, Limit, Page, Search
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import id_type
from keydesk.chassis.problems import NotFound, may_raise
from keydesk.services.notifications.emails import repository, service
from keydesk.services.notifications.emails.plans import EmailKind
from keydesk.services.notifications.emails.problems import EmailUnderWay
from keydesk.services.notifications.emails.schemas import EmailLogEntry, EmailStatus

router = APIRouter(prefix="/support", tags=["support"], route_class=IdempotentRoute)


@router.get("/emails")
def list_emails(
    *,
    _caller: Annotated[Caller, Depends(staff("support", scope="support:read"))],
    session: Reading,
    query: Search = None,
    kind: EmailKind | None = None,
    status: EmailStatus | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[EmailLogEntry]:
    """Emails to anybody, newest first.

    ``query`` is the start of an address, or the whole id of an account or of an email.
    """
    search = repository.Search(query, kind, status)
    return service.list_emails(session, search, limit=limit, cursor=cursor)


@router.post("/emails/{email_id}/resend", status_code=202, responses=may_raise(NotFound, EmailUnderWay))
def resend_email(
    *,
    caller: Annotated[Caller, Depends(staff("support", scope="support:write"))],
    email_id: Annotated[str, id_type("eml")],
    session: Transaction,
) -> EmailLogEntry:
    """Send an email once more, to the address that it was for, whether it arrived there or not.

    It is composed anew. Where a link in it was used or has run out, it fails, and its ``reason`` says so.
    """
    return service.resend_email(session, email_id, actor=caller.known_account_id, now=datetime.now(UTC))
