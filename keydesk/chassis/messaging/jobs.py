"""Running jobs: one call of a job's function, and what becomes of it when it fails.

A job that raises is written to the outbox again, due later each time; past its last attempt it is parked.
While the database is away nothing can be decided, so the worker waits for it, and the broker keeps the job.
"""

import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import orjson
from celery import Celery
from celery.exceptions import Reject
from celery.worker import state
from opentelemetry.trace import SpanKind
from pydantic import ValidationError
from sqlalchemy import func, insert
from sqlalchemy.exc import SQLAlchemyError

from keydesk.chassis.messaging.celery_app import CandidRequest
from keydesk.chassis.messaging.parking import Failed, park
from keydesk.chassis.messaging.tables import outbox
from keydesk.chassis.messaging.work import Job, WorkContext
from keydesk.chassis.telemetry.context import continued
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.chassis.telemetry.metrics import JOBS
from keydesk.chassis.telemetry.tracing import tracer

log = get_logger(__name__)

LONGEST_DELAY = timedelta(minutes=10)
DATABASE_POLL_SECONDS = 0.5
PATIENCE_SECONDS = 300.0
"""How long a worker waits for its database before it gives a job back; below every broker's own patience."""

Message = Mapping[str, Any]
"""``{id, subject, attempt, context, payload}``, as `job_publisher` writes it."""


class PayloadUnreadable(ValueError):
    """The payload is not what the job takes: trying again would not help."""


def register(app: Celery, jobs: Iterable[Job[Any]], context: WorkContext) -> None:
    """Make each job a Celery task of its name."""
    for job in jobs:
        app.task(_task(job, context), name=job.type.name, Request=CandidRequest)


def _task(job: Job[Any], context: WorkContext) -> Any:
    def task(message: Message) -> None:
        run(job, context, message)

    return task


def run(job: Job[Any], context: WorkContext, message: Message, *, patience: float = PATIENCE_SECONDS) -> None:
    """Do one job. Raises `Reject` only to give it back to the broker, when the database stays away."""
    started = time.perf_counter()
    span = tracer.start_as_current_span
    with continued(message["context"]), span(f"job {job.type.name}", kind=SpanKind.CONSUMER):
        error = _try(job, context, message)
        outcome = "done" if error is None else _after_failure(job, context, message, error, patience)
    JOBS.labels(job.type.name, outcome).observe(time.perf_counter() - started)


def _try(job: Job[Any], context: WorkContext, message: Message) -> Exception | None:
    try:
        payload = job.type.payload.model_validate(message["payload"])
    except ValidationError as error:
        return PayloadUnreadable(str(error))
    try:
        job.run(context, payload)
    except Exception as error:
        log.warning("job_failed", job=job.type.name, attempt=message["attempt"], exc_info=error)
        return error
    return None


def _after_failure(
    job: Job[Any], context: WorkContext, message: Message, error: Exception, patience: float
) -> str:
    last = message["attempt"] >= job.type.max_attempts or isinstance(error, PayloadUnreadable)
    give_back_at = time.monotonic() + patience
    while True:
        try:
            if last:
                _park(job, context, message, error)
                return "parked"
            _write_again(job, context, message)
        except SQLAlchemyError as refusal:
            if time.monotonic() >= give_back_at or state.should_stop not in (None, False):
                raise Reject(repr(refusal), requeue=True) from refusal
            time.sleep(DATABASE_POLL_SECONDS)
        else:
            return "retried"


def _write_again(job: Job[Any], context: WorkContext, message: Message) -> None:
    delay = min(job.type.first_delay * 2 ** min(message["attempt"] - 1, 20), LONGEST_DELAY)
    row = {
        "id": message["id"],
        "kind": "job",
        "name": job.type.name,
        "queue": job.type.queue,
        "subject": message["subject"],
        "body": orjson.dumps(message["payload"]).decode(),
        "context": dict(message["context"]),
        "attempt": message["attempt"] + 1,
    }
    with context.transaction() as session:
        # The database's clock, which is the one that the relay goes by.
        session.execute(insert(outbox).values(**row, due_at=func.now() + delay))


def _park(job: Job[Any], context: WorkContext, message: Message, error: Exception) -> None:
    failed = Failed(
        kind="job",
        name=job.type.name,
        queue=job.type.queue,
        message_id=message["id"],
        subject=message["subject"],
        body=orjson.dumps(message["payload"]).decode(),
        context=dict(message["context"]),
        reason=f"{type(error).__name__}: {error}",
    )
    with context.transaction() as session:
        park(session, context.settings.room, failed)
