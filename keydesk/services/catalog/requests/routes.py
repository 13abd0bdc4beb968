"""The HTTP door of requests, for those whom they concern."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from keydesk.chassis.http.access import accounts
from keydesk.chassis.http.errors import language_of
from keydesk.chassis.http.idempotency import IdempotentRoute
from keydesk.chassis.http.pages import Cursor, Limit, Page, decode_last
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import id_type
from keydesk.chassis.problems import Invalid, NotFound, may_raise
from keydesk.services.catalog.contract import RequestStatus
from keydesk.services.catalog.requests import presentation, service
from keydesk.services.catalog.requests.problems import OnlyTheRequester, RequestElsewhere
from keydesk.services.catalog.requests.schemas import (
    Message,
    NewMessage,
    NewRequest,
    RequestListed,
    RequestShown,
)

router = APIRouter(prefix="/requests", tags=["requests"], route_class=IdempotentRoute)

RequestId = Annotated[str, id_type("req")]
Reader = Annotated[Caller, Depends(accounts("licenses:read"))]
Writer = Annotated[Caller, Depends(accounts("licenses:write", verified=True, agreed=True))]


def _now() -> datetime:
    return datetime.now(UTC)


@router.post("", status_code=201, responses=may_raise(Invalid))
def make_request(*, body: NewRequest, request: Request, caller: Writer, session: Transaction) -> RequestShown:
    """Ask support for something: a general question, to hand licenses over, or to get some assigned.

    It is verified by a job, and then waits for support; licenses are moved once it is approved.
    """
    account_id = caller.known_account_id
    made = service.make(session, account_id, body, _now())
    return presentation.show(session, made, "requester", account_id, language_of(request))


@router.get("")
def list_requests(
    *,
    caller: Reader,
    session: Reading,
    status: RequestStatus | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[RequestListed]:
    """The requests that the caller made, and those that concern them as the other side; the newest first."""
    before = decode_last(cursor, str)
    items, next_cursor = presentation.show_list(
        session, caller.known_account_id, status, before=before, limit=limit
    )
    return Page(items=items, next_cursor=next_cursor)


@router.get("/{request_id}", responses=may_raise(NotFound))
def show_request(
    *, request_id: RequestId, request: Request, caller: Reader, session: Reading
) -> RequestShown:
    """A request that concerns the caller: its licenses, what happened, and what was written about it."""
    account_id = caller.known_account_id
    found, concerns = service.find(session, account_id, request_id)
    return presentation.show(session, found, concerns, account_id, language_of(request))


@router.post(
    "/{request_id}/withdraw",
    status_code=204,
    responses=may_raise(NotFound, OnlyTheRequester, RequestElsewhere),
)
def withdraw_request(request_id: RequestId, caller: Writer, session: Transaction) -> None:
    """Withdraw a request that support has not decided yet."""
    service.withdraw(session, caller.known_account_id, request_id, _now())


@router.get("/{request_id}/messages", responses=may_raise(NotFound))
def list_messages(
    *, request_id: RequestId, caller: Reader, session: Reading, limit: Limit = 50, cursor: Cursor = None
) -> Page[Message]:
    """What was written about a request, oldest first."""
    account_id = caller.known_account_id
    service.find(session, account_id, request_id)
    after = decode_last(cursor, int)
    items, next_cursor = presentation.show_messages(session, request_id, account_id, after=after, limit=limit)
    return Page(items=items, next_cursor=next_cursor)


@router.post("/{request_id}/messages", status_code=201, responses=may_raise(NotFound))
def write_message(
    *, request_id: RequestId, body: NewMessage, caller: Writer, session: Transaction
) -> Message:
    """Write about a request: support reads it, and everybody whom the request concerns."""
    account_id = caller.known_account_id
    message = service.write(session, account_id, request_id, body.content, _now())
    return presentation.message_of(message, caller.name, account_id)
