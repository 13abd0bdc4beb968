"""Executing an approved request: its licenses get their new owner, some hundreds in each transaction.

Crash-safe between any two steps, and idempotent: each license is judged once, in the transaction in which it
moves. What is no longer with the account that gives it stays where it is, and the request says so.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum

from sqlalchemy.orm import Session

from keydesk.chassis.database import Database
from keydesk.services.catalog.addresses.creation import carry_out as create_address
from keydesk.services.catalog.history.repository import record_for
from keydesk.services.catalog.models.requests import Request, RequestItem
from keydesk.services.catalog.requests import items, repository
from keydesk.services.catalog.requests.changes import change
from keydesk.services.catalog.requests.rules import MOVING
from keydesk.services.catalog.requests.work import BATCH_SIZE


class Step(Enum):
    """The places between which a crash may fall."""

    STARTED = "started"
    EXECUTING = "executing"
    LOCKED = "licenses locked"
    MOVED = "licenses moved"
    RECORDED = "batch recorded"
    BATCH_COMMITTED = "batch committed"
    CHANGED = "status changed"
    FINISHED = "finished"


AtStep = Callable[[Step], None]


def execute(
    database: Database,
    request_id: str,
    now: Callable[[], datetime],
    at_step: AtStep = lambda _step: None,
    *,
    batch_size: int = BATCH_SIZE,
) -> None:
    """Move what an approved request is about, unless it is. ``at_step`` is told each `Step` reached."""
    at_step(Step.STARTED)
    with database.transaction() as session:
        request = repository.lock(session, request_id)
        if request is None or request.status not in ("approved", "executing"):
            return
        if request.status == "approved":
            change(session, request, "executing", now=now())
    at_step(Step.EXECUTING)
    while True:
        with database.transaction() as session:
            goes_on = _go_on(session, request_id, now(), at_step, batch_size)
        if not goes_on:
            break
        at_step(Step.BATCH_COMMITTED)
    at_step(Step.FINISHED)


def _go_on(session: Session, request_id: str, now: datetime, at_step: AtStep, batch_size: int) -> bool:
    """Move the next batch, or finish; whether there may be more to do."""
    request = repository.lock(session, request_id)
    if request is None or request.status != "executing":
        return False
    batch = items.next_ready(session, request_id, batch_size)
    if batch:
        _move(session, request, batch, now, at_step)
        return True
    if request.kind == "address_creation":
        create_address(session, request, now)
    moved = repository.count_states(session, request_id, None).get("moved", 0)
    change(session, request, "failed" if request.kind in MOVING and not moved else "completed", now=now)
    at_step(Step.CHANGED)
    return False


def _move(
    session: Session, request: Request, batch: Sequence[RequestItem], now: datetime, at_step: AtStep
) -> None:
    assert request.to_account_id is not None  # noqa: S101 - what moves licenses has somebody who gets them
    givers = {item.license_id: item.from_account_id for item in batch if item.license_id is not None}
    owners = items.lock_owners(session, list(givers))
    at_step(Step.LOCKED)
    moved = [id for id, giver in givers.items() if giver is not None and owners.get(id) == giver]
    items.give(session, moved, request.to_account_id)
    at_step(Step.MOVED)
    lost = [id for id in givers if id not in set(moved)]
    items.set_states(session, request.id, {"moved": moved, "lost": lost})
    _record(session, request, {id: givers[id] or "" for id in moved}, now)
    request.done += len(batch)
    request.queued_at, request.times_queued = now, 1
    session.flush()
    at_step(Step.RECORDED)


def _record(session: Session, request: Request, moved: dict[str, str], now: datetime) -> None:
    receiver = request.to_account_id or ""
    people = repository.names_of(session, {receiver, *moved.values()})
    names = {id: person.name for id, person in people.items()}
    of_giver: dict[str, list[str]] = defaultdict(list)
    for license_id, giver in moved.items():
        of_giver[giver].append(license_id)
    for giver, license_ids in sorted(of_giver.items()):
        record_for(
            session,
            request.requester_account_id,
            "transferred",
            license_ids,
            now=now,
            details={"owner": [names.get(giver, ""), names.get(receiver, "")]},
        )
