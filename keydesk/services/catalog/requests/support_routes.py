"""The HTTP door of the support desk's queue."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from keydesk.chassis.http.access import staff
from keydesk.chassis.http.errors import language_of
from keydesk.chassis.http.idempotency import IdempotentRoute
from keydesk.chassis.http.pages import Cursor, Limit, Page, Search
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import Invalid, NotFound, may_raise
from keydesk.services.catalog.addresses.creation import Chosen
from keydesk.services.catalog.contract import RequestKind, RequestStatus
from keydesk.services.catalog.requests import (
    bulk_approval,
    presentation,
    support_presentation,
    support_queue,
    support_service,
)
from keydesk.services.catalog.requests.bulk_schemas import BulkApproval, DecidedTogether
from keydesk.services.catalog.requests.problems import (
    AnotherPersonNeeded,
    NotTaken,
    OwnRequest,
    RequestElsewhere,
    TakenBySomebodyElse,
)
from keydesk.services.catalog.requests.routes import RequestId
from keydesk.services.catalog.requests.schemas import Message
from keydesk.services.catalog.requests.support_queue import Wanted
from keydesk.services.catalog.requests.support_schemas import (
    Approval,
    Assigned,
    HandOver,
    Queued,
    QueueSort,
    QueueSummary,
    Rejection,
    SupportMessage,
    SupportRequest,
    Waiting,
)

router = APIRouter(prefix="/support/requests", tags=["support"], route_class=IdempotentRoute)

Watcher = Annotated[Caller, Depends(staff("support", scope="support:read"))]
Decider = Annotated[Caller, Depends(staff("support", scope="support:write"))]


def _now() -> datetime:
    return datetime.now(UTC)


@router.get("")
def list_queue(
    *,
    caller: Watcher,
    session: Reading,
    query: Search = None,
    status: RequestStatus | None = None,
    kind: RequestKind | None = None,
    assigned: Assigned | None = None,
    overdue: Annotated[bool, Query(description="Only what should be decided by now")] = False,
    sort: QueueSort = "deadline",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Queued]:
    """Everybody's requests, what is due first coming first.

    Each word of ``query`` is a part of the title or of the requester's name, login ID or company, or a whole
    serial number.
    """
    now = _now()
    words = tuple((query or "").split())
    due_before = now if overdue else None
    wanted = Wanted(status, kind, assigned, caller.known_account_id, words, due_before)
    items, next_cursor = support_presentation.show_queue(
        session, wanted, sort, cursor=cursor, limit=limit, now=now
    )
    return Page(items=items, next_cursor=next_cursor)


@router.get("/summary")
def summarize_queue(_caller: Watcher, session: Reading) -> QueueSummary:
    """How many wait, for how long, of which kind; and how long decisions take."""
    return support_presentation.summarize(session, _now())


@router.get("/waiting")
def count_waiting(_caller: Watcher, session: Reading) -> Waiting:
    """How many wait for a decision: a look that costs little, for those who look often."""
    waiting, overdue = support_queue.count_waiting(session, _now())
    return Waiting(waiting=waiting, overdue=overdue)


@router.post("/bulk-approvals")
def approve_many(
    *, body: BulkApproval, request: Request, caller: Decider, session: Transaction
) -> DecidedTogether:
    """Approve up to 100 requests, or see with ``dry_run`` what would come of it.

    Each is decided for itself: one that cannot be approved, or that a colleague takes care of, is left as it
    is and holds up none of the others.
    """
    return bulk_approval.approve_all(
        session,
        caller.known_account_id,
        body.request_ids,
        body.note,
        _now(),
        dry_run=body.dry_run,
        language=language_of(request),
    )


@router.get("/{request_id}", responses=may_raise(NotFound))
def show_queued_request(
    *, request_id: RequestId, request: Request, caller: Watcher, session: Reading
) -> SupportRequest:
    """A request with everything that helps to decide it: findings, history, what else its requester asked."""
    found = support_service.find(session, request_id)
    language = language_of(request)
    return support_presentation.show(session, found, caller.known_account_id, language, _now())


@router.post(
    "/{request_id}/take",
    responses=may_raise(NotFound, OwnRequest, RequestElsewhere, TakenBySomebodyElse),
)
def take_request(
    *, request_id: RequestId, request: Request, caller: Decider, session: Transaction
) -> SupportRequest:
    """Take care of a request that nobody takes care of yet."""
    account_id, now = caller.known_account_id, _now()
    found = support_service.take(session, account_id, request_id, now)
    return support_presentation.show(session, found, account_id, language_of(request), now)


@router.post("/{request_id}/return", responses=may_raise(NotFound, OwnRequest, NotTaken))
def return_request(
    *, request_id: RequestId, request: Request, caller: Decider, session: Transaction
) -> SupportRequest:
    """Return a request that the caller has taken to the queue."""
    account_id, now = caller.known_account_id, _now()
    found = support_service.give_back(session, account_id, request_id, now)
    return support_presentation.show(session, found, account_id, language_of(request), now)


@router.post("/{request_id}/hand-over", responses=may_raise(NotFound, OwnRequest, RequestElsewhere))
def hand_request_over(
    *, request_id: RequestId, body: HandOver, request: Request, caller: Decider, session: Transaction
) -> SupportRequest:
    """Let a colleague in support take care of a request."""
    account_id, now = caller.known_account_id, _now()
    found = support_service.hand_over(session, account_id, request_id, body.login_id, now)
    return support_presentation.show(session, found, account_id, language_of(request), now)


@router.post(
    "/{request_id}/approve",
    responses=may_raise(NotFound, OwnRequest, RequestElsewhere, AnotherPersonNeeded, Invalid),
)
def approve_request(
    *, request_id: RequestId, body: Approval, request: Request, caller: Decider, session: Transaction
) -> SupportRequest:
    """Approve a request that waits. With more than 100 licenses a second person has to as well.

    A new address can be corrected in the same step, or left out for one that is there already.
    """
    account_id, now = caller.known_account_id, _now()
    chosen = Chosen(body.address, body.use_address_id)
    found = support_service.approve(session, account_id, request_id, body.note, now, chosen=chosen)
    return support_presentation.show(session, found, account_id, language_of(request), now)


@router.post("/{request_id}/reject", responses=may_raise(NotFound, OwnRequest, RequestElsewhere))
def reject_request(
    *, request_id: RequestId, body: Rejection, request: Request, caller: Decider, session: Transaction
) -> SupportRequest:
    """Reject a request that waits, and say why."""
    account_id, now = caller.known_account_id, _now()
    found = support_service.reject(session, account_id, request_id, body.reason, now)
    return support_presentation.show(session, found, account_id, language_of(request), now)


@router.post("/{request_id}/messages", status_code=201, responses=may_raise(NotFound, OwnRequest))
def write_as_support(
    *, request_id: RequestId, body: SupportMessage, caller: Decider, session: Transaction
) -> Message:
    """Write to everybody whom a request concerns."""
    account_id = caller.known_account_id
    message = support_service.write(session, account_id, request_id, body.content, _now())
    return presentation.message_of(message, caller.name, account_id)
