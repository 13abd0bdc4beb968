"""Use cases of support staff: taking care of requests, and deciding them. Nobody decides their own."""

from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis import audit
from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.messaging.outbox import enqueue
from keydesk.chassis.problems import FieldError, Invalid, NotFound
from keydesk.services.catalog.addresses.creation import AS_ASKED, Chosen, choose
from keydesk.services.catalog.models.requests import EventAction, Request, RequestMessage
from keydesk.services.catalog.requests import repository, service
from keydesk.services.catalog.requests.changes import change
from keydesk.services.catalog.requests.items import FINISHED
from keydesk.services.catalog.requests.problems import (
    AnotherPersonNeeded,
    NotTaken,
    OwnRequest,
    RequestElsewhere,
    TakenBySomebodyElse,
)
from keydesk.services.catalog.requests.rules import approval_by, needs_two
from keydesk.services.catalog.requests.work import EXECUTE_REQUEST, RequestWork

_NO_COLLEAGUE = Text(N_("No colleague in support has this login ID. Check it."))
_CONCERNED = Text(N_("The request concerns this person's own account. Choose somebody else."))


def find(session: Session, request_id: str) -> Request:
    """The request, whosever it is; raises `NotFound`."""
    request = repository.find(session, request_id)
    if request is None:
        raise NotFound
    return request


def take(session: Session, account_id: str, request_id: str, now: datetime) -> Request:
    """Take care of a request.

    Raises `NotFound`, `OwnRequest`, `RequestElsewhere` for a finished one, `TakenBySomebodyElse`.
    """
    request = _lock(session, account_id, request_id)
    if request.status in FINISHED:
        raise RequestElsewhere
    if request.assigned_to == account_id:
        return request
    if request.assigned_to is not None:
        colleague = repository.names_of(session, [request.assigned_to]).get(request.assigned_to)
        raise TakenBySomebodyElse(name=colleague.name if colleague else request.assigned_to)
    return _assign(session, request, account_id, "taken", by=account_id, now=now)


def give_back(session: Session, account_id: str, request_id: str, now: datetime) -> Request:
    """Return a request that one had taken. Raises `NotFound`, `OwnRequest`, `NotTaken`."""
    request = _lock(session, account_id, request_id)
    if request.assigned_to != account_id:
        raise NotTaken
    return _assign(session, request, None, "returned", by=account_id, now=now)


def hand_over(session: Session, account_id: str, request_id: str, login_id: str, now: datetime) -> Request:
    """Let a colleague take care of a request, whoever did before.

    Raises `NotFound`, `OwnRequest`, `RequestElsewhere` for a finished one, `Invalid` for a wrong colleague.
    """
    request = _lock(session, account_id, request_id)
    if request.status in FINISHED:
        raise RequestElsewhere
    colleague = repository.find_person_by_login(session, login_id)
    if colleague is None or "support" not in colleague.roles:
        raise Invalid(errors=[FieldError("/login_id", "colleague_unknown", _NO_COLLEAGUE)])
    if repository.concern(session, request_id, colleague.account_id) is not None:
        raise Invalid(errors=[FieldError("/login_id", "concerned", _CONCERNED)])
    return _assign(
        session, request, colleague.account_id, "handed_over", by=account_id, now=now, note=colleague.name
    )


def approve(
    session: Session,
    account_id: str,
    request_id: str,
    note: str,
    now: datetime,
    *,
    chosen: Chosen = AS_ASKED,
) -> Request:
    """Approve a request and queue its execution; with many licenses, the first approval is only kept.

    Raises `NotFound`, `OwnRequest`, `RequestElsewhere` for one that is not waiting, `AnotherPersonNeeded`,
    and `Invalid` for an address that cannot be ``chosen``.
    """
    request = _lock_waiting(session, account_id, request_id)
    choose(session, request, chosen, by=account_id, now=now)
    meaning = approval_by(
        account_id,
        parties={party.account_id for party in repository.parties_of(session, request_id)},
        two_needed=needs_two(request.kind, request.total),
        first_approved_by=request.first_approved_by,
    )
    if meaning == "own_request":
        raise OwnRequest
    if meaning == "same_person":
        raise AnotherPersonNeeded
    if meaning == "first":
        request.first_approved_by, request.first_approved_at = account_id, now
        session.flush()
        repository.add_event(
            session,
            request,
            "approved_first",
            at=now,
            came_from=request.status,
            account_id=account_id,
            note=note,
        )
        _audit(session, request, account_id, "request.approved_first", note=note, now=now)
        return request
    _decide(session, request, account_id, now)
    change(session, request, "approved", now=now, by=account_id, note=note)
    _audit(session, request, account_id, "request.approved", note=note, now=now)
    enqueue(session, EXECUTE_REQUEST, RequestWork(request_id=request.id), subject=request.id)
    return request


def reject(session: Session, account_id: str, request_id: str, reason: str, now: datetime) -> Request:
    """Reject a request. Raises `NotFound`, `OwnRequest`, `RequestElsewhere` for one not waiting."""
    request = _lock_waiting(session, account_id, request_id)
    _decide(session, request, account_id, now)
    change(session, request, "rejected", now=now, by=account_id, note=reason)
    _audit(session, request, account_id, "request.rejected", note=reason, now=now)
    return request


def write(session: Session, account_id: str, request_id: str, content: str, now: datetime) -> RequestMessage:
    """Write to everybody whom a request concerns, as support. Raises `NotFound`, `OwnRequest`."""
    request = find(session, request_id)
    if repository.concern(session, request_id, account_id) is not None:
        raise OwnRequest
    return service.add_message(session, request, account_id, content, from_support=True, now=now)


def _lock(session: Session, account_id: str, request_id: str) -> Request:
    request = repository.lock(session, request_id)
    if request is None:
        raise NotFound
    if repository.concern(session, request_id, account_id) is not None:
        raise OwnRequest
    return request


def _lock_waiting(session: Session, account_id: str, request_id: str) -> Request:
    request = _lock(session, account_id, request_id)
    if request.status != "pending_approval":
        raise RequestElsewhere
    return request


def _assign(
    session: Session,
    request: Request,
    to: str | None,
    action: EventAction,
    *,
    by: str,
    now: datetime,
    note: str = "",
) -> Request:
    request.assigned_to = to
    session.flush()
    repository.add_event(session, request, action, at=now, came_from=request.status, account_id=by, note=note)
    return request


def _decide(session: Session, request: Request, account_id: str, now: datetime) -> None:
    request.decided_by, request.decided_at = account_id, now
    session.flush()


def _audit(
    session: Session, request: Request, account_id: str, action: str, *, note: str, now: datetime
) -> None:
    details = {"kind": request.kind, "licenses": request.total, "note": note}
    audit.record(session, now=now, actor=account_id, action=action, subject=request.id, details=details)
