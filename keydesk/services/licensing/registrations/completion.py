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
from keydesk.services.licensing.registrations.repository import Line

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
    lines = repository.read_lines(session, registration_id)
    _refuse_unready(lines)
    batches = _new_batches(registration_id, len(lines), now)
    session.add_all(batches)
    session.flush()
    repository.take_entitlements(session, registration_id, [batch.id for batch in batches], BATCH_SIZE, now)
    registration.status = "processing"
    registration.total = len(lines)
    registration.accepted_at = registration.updated_at = now
    for batch in batches:
        enqueue(session, ISSUE_BATCH, IssueBatch(batch_id=batch.id), subject=batch.id)
    return registration


def _refuse_unready(lines: list[Line]) -> None:
    wrong = [line for line in lines if line.state != "ready"]
    if lines and not wrong:
        return
    codes = [line.problem or line.state for line in wrong]
    errors = [
        FieldError(f"/items/{line.id}", code, line_problem(code))
        for line, code in zip(wrong[:MAX_ERRORS], codes[:MAX_ERRORS], strict=True)
    ]
    if wrong and all(code in _TAKEN for code in codes):
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
