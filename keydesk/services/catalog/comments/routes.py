"""The HTTP door of comments."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from keydesk.chassis.http.access import accounts
from keydesk.chassis.http.idempotency import IdempotentRoute
from keydesk.chassis.http.pages import Cursor, Limit, Page
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import NotFound, may_raise
from keydesk.services.catalog.comments import service
from keydesk.services.catalog.comments.schemas import CommentDocument, NewComment, Order
from keydesk.services.catalog.licenses.routes import LicenseId, Reader

router = APIRouter(prefix="/catalog", tags=["comments"], route_class=IdempotentRoute)

Writer = Annotated[Caller, Depends(accounts("licenses:write", verified=True, agreed=True))]


@router.get("/licenses/{license_id}/comments", responses=may_raise(NotFound))
def list_comments(
    *,
    license_id: LicenseId,
    caller: Reader,
    session: Reading,
    sort: Order = "at",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[CommentDocument]:
    """The comments on a license that the caller sees, the oldest first unless asked otherwise."""
    return service.list_comments(
        session,
        caller.known_account_id,
        license_id,
        order=sort,
        limit=limit,
        cursor=cursor,
        now=datetime.now(UTC),
    )


@router.post(
    "/licenses/{license_id}/comments",
    status_code=201,
    responses=may_raise(NotFound, service.CommentingRefused),
)
def add_comment(
    license_id: LicenseId, body: NewComment, caller: Writer, session: Transaction
) -> CommentDocument:
    """Add a comment, which everybody who sees the license can read."""
    return service.add_comment(session, caller, license_id, body.content, datetime.now(UTC))
