"""What is done to requests in the background: verifying, executing, and finding those whose job was lost."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from keydesk.chassis.messaging.outbox import enqueue
from keydesk.chassis.messaging.work import Job, Sweep, WorkContext
from keydesk.services.catalog.requests import items
from keydesk.services.catalog.requests.execution import execute
from keydesk.services.catalog.requests.verification import verify
from keydesk.services.catalog.requests.work import EXECUTE_REQUEST, VERIFY_REQUEST, RequestWork

FIRST_PATIENCE = timedelta(seconds=30)
LONGEST_PATIENCE = timedelta(minutes=10)
SWEEP_LIMIT = 200


def verify_request(context: WorkContext, payload: RequestWork) -> None:
    """Verify one request."""
    verify(context.database, payload.request_id, context.now)


def execute_request(context: WorkContext, payload: RequestWork) -> None:
    """Move the licenses of one approved request."""
    execute(context.database, payload.request_id, context.now)


def requeue_overdue(session: Session, now: datetime) -> int:
    """Queue again the requests whose job seems lost; how many."""
    overdue = items.take_overdue(
        session, now, first=FIRST_PATIENCE, longest=LONGEST_PATIENCE, limit=SWEEP_LIMIT
    )
    for request_id, status in overdue:
        job = VERIFY_REQUEST if status in ("submitted", "verifying") else EXECUTE_REQUEST
        enqueue(session, job, RequestWork(request_id=request_id), subject=request_id)
    return len(overdue)


def _requeue(context: WorkContext) -> None:
    with context.transaction() as session:
        requeue_overdue(session, context.now())


JOBS = (Job(VERIFY_REQUEST, verify_request), Job(EXECUTE_REQUEST, execute_request))
SWEEPS = (Sweep("catalog.requeue_overdue_requests", timedelta(seconds=10), _requeue),)
