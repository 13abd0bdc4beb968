"""Verifying a request: which of its licenses can be moved, and what support should know before it decides.

Idempotent: a request that is past verifying is left alone.
"""

from collections.abc import Callable
from datetime import datetime
from enum import Enum

from sqlalchemy.orm import Session

from keydesk.chassis.database import Database
from keydesk.services.catalog.addresses.creation import check as check_address
from keydesk.services.catalog.models.requests import Request
from keydesk.services.catalog.requests import items, repository
from keydesk.services.catalog.requests.changes import change
from keydesk.services.catalog.requests.rules import MOVING, Finding, needs_two


class Step(Enum):
    """The places between which a crash may fall."""

    STARTED = "started"
    VERIFYING = "verifying"
    CHECKED = "checked"
    CHANGED = "changed"
    COMMITTED = "committed"


def verify(
    database: Database,
    request_id: str,
    now: Callable[[], datetime],
    at_step: Callable[[Step], None] = lambda _step: None,
) -> None:
    """Verify a request, unless it is. ``at_step`` is told each `Step` that is reached."""
    at_step(Step.STARTED)
    with database.transaction() as session:
        request = repository.lock(session, request_id)
        if request is not None and request.status == "submitted":
            change(session, request, "verifying", now=now())
    at_step(Step.VERIFYING)
    with database.transaction() as session:
        request = repository.lock(session, request_id)
        if request is None or request.status != "verifying":
            return
        is_address = request.kind == "address_creation"
        found = check_address(session, request, now()) if is_address else _check(session, request)
        at_step(Step.CHECKED)
        request.findings = [{"code": each.code, "licenses": each.licenses} for each in found]
        session.flush()
        nothing_left = request.kind in MOVING and not request.total
        change(session, request, "failed" if nothing_left else "pending_approval", now=now())
        at_step(Step.CHANGED)
    at_step(Step.COMMITTED)


def _check(session: Session, request: Request) -> list[Finding]:
    if request.kind not in MOVING:
        return []
    found = (
        _check_transfer(session, request) if request.from_account_id else _check_assignment(session, request)
    )
    ready = items.mark_ready(session, request.id)
    request.total = ready
    if request.from_account_id:
        found.insert(0, Finding("owner_confirmed", ready))
    else:
        items.add_owners_as_parties(session, request.id)
        found += _connections(session, request)
    found.append(Finding("in_other_requests", items.count_in_other_requests(session, request.id)))
    if needs_two(request.kind, ready):
        found.append(Finding("high_value", ready))
    return [each for each in found if each.licenses]


def _check_transfer(session: Session, request: Request) -> list[Finding]:
    people = repository.names_of(
        session, [id for id in (request.from_account_id, request.to_account_id) if id is not None]
    )
    giver, receiver = people.get(request.from_account_id or ""), people.get(request.to_account_id or "")
    found = [Finding("no_longer_owned", items.leave_out_gone(session, request.id))]
    left = repository.count_states(session, request.id, None).get("entered", 0)
    if receiver is None or not receiver.active:
        found.append(Finding("receiver_not_active", left))
    if giver and receiver and giver.company_name.lower() != receiver.company_name.lower():
        found.append(Finding("other_company", left))
    return found


def _check_assignment(session: Session, request: Request) -> list[Finding]:
    items.resolve_serial_numbers(session, request.id)
    return [
        Finding("serial_number_unknown", items.leave_out_unknown(session, request.id)),
        Finding("already_owned", items.leave_out_owned_by(session, request.id, request.requester_account_id)),
    ]


def _connections(session: Session, request: Request) -> list[Finding]:
    requester = repository.names_of(session, [request.requester_account_id])
    company = requester[request.requester_account_id].company_name if requester else ""
    same, numbered, neither = items.count_connected(session, request, company)
    return [
        Finding("same_company", same),
        Finding("customer_number_known", numbered),
        Finding("no_connection", neither),
    ]
