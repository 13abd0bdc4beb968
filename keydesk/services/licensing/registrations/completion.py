"""Completing a registration: all of its serial numbers are taken in one transaction, or none is."""

from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.outbox import enqueue
from keydesk.chassis.problems import FieldError, NotFound
from keydesk.services.licensing.issuance.work import BATCH_SIZE, ISSUE_BATCH, IssueBatch
from keydesk.services.licensing.models.issuance import IssuanceBatch
from keydesk.services.licensing.models.registrations import Registration
from keydesk.services.licensing.registrations import repository
from keydesk.services.licensing.registrations.problems import (
    RegistrationNotReady,
    SerialNumberAlreadyRegistered,
    line_problem,
)

_TAKEN = frozenset({"already_registered", "registered_by_you"})
MAX_ERRORS = 200
"""Lines named in one refusal; the list of lines tells the rest."""


def complete(session: Session, account_id: str, registration_id: str, now: datetime) -> Registration:
    """Accept a draft: reserve its serial numbers for it and queue the issuing of its licenses.

    Completing twice is completing once. Raises `NotFound`, `RegistrationNotReady`, and
    `SerialNumberAlreadyRegistered` where somebody else was faster; then nothing was taken.
    """
    registration = repository.lock(session, registration_id, account_id)
    if registration is None:
        raise NotFound
    if registration.status != "draft":
        return registration
    repository.lock_entitlements(session, registration_id)
    total = _count_ready(session, registration_id)
    batches = _new_batches(registration_id, total, now)
    session.add_all(batches)
    session.flush()
    repository.take_entitlements(session, registration_id, [batch.id for batch in batches], BATCH_SIZE, now)
    registration.status = "processing"
    registration.total = total
    registration.accepted_at = registration.updated_at = now
    for batch in batches:
        enqueue(session, ISSUE_BATCH, IssueBatch(batch_id=batch.id), subject=batch.id)
    return registration


def _count_ready(session: Session, registration_id: str) -> int:
    tallies = repository.tally(session, registration_id)
    wrong = [tally for tally in tallies if tally.state != "ready"]
    if tallies and not wrong:
        return sum(tally.lines for tally in tallies)
    errors = [
        FieldError(f"/items/{line.id}", line.problem or line.state, line_problem(line.problem or line.state))
        for line in repository.read_unready(session, registration_id, limit=MAX_ERRORS)
    ]
    if wrong and all(tally.problem in _TAKEN for tally in wrong):
        raise SerialNumberAlreadyRegistered(errors=errors)
    raise RegistrationNotReady(errors=errors)


def _new_batches(registration_id: str, lines: int, now: datetime) -> list[IssuanceBatch]:
    return [
        IssuanceBatch(
            id=new_id("bat"),
            registration_id=registration_id,
            size=min(BATCH_SIZE, lines - start),
            status="accepted",
            queued_at=now,
            times_queued=1,
        )
        for start in range(0, lines, BATCH_SIZE)
    ]
