"""Running jobs: one call of a job's function, and what becomes of it when it fails.

A job that raises is written to the outbox again, due later each time; past its last attempt it is parked.
While the database is away nothing can be decided, so the worker waits for it and the broker keeps the job.
"""

import threading
import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import orjson
from celery import Celery
from celery.exceptions import Reject
from pydantic import ValidationError
from sqlalchemy import insert, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from keydesk.chassis.messaging.parking import Failed, park
from keydesk.chassis.messaging.tables import outbox
from keydesk.chassis.messaging.work import Job, WorkContext
from keydesk.chassis.telemetry.context import continued
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.chassis.telemetry.metrics import JOBS

log = get_logger(__name__)

LONGEST_DELAY = timedelta(minutes=10)
DATABASE_POLL_SECONDS = 0.5


def register(app: Celery, jobs: Iterable[Job[Any]], context: WorkContext) -> None:
    """Make each job a Celery task of its name."""
    for job in jobs:
        app.task(_task(job, context), name=job.type.name)


def _task(job: Job[Any], context: WorkContext) -> Any:
    def task(message: Mapping[str, Any]) -> None:
        run(job, context, message)

    return task


def run(job: Job[Any], context: WorkContext, message: Mapping[str, Any]) -> None:
    """Do one job from its message ``{id, attempt, context, payload}``; raises `Reject` to give it back."""
    started = time.perf_counter()
    with continued(message["context"]):
        outcome = _attempt(job, context, message)
    JOBS.labels(job.type.name, outcome).observe(time.perf_counter() - started)


def _attempt(job: Job[Any], context: WorkContext, message: Mapping[str, Any]) -> str:
    try:
        payload = job.type.payload.model_validate(message["payload"])
    except ValidationError as error:
        return _after_failure(job, context, message, error, last=True)
    try:
        job.run(context, payload)
    except Exception as error:
        log.warning("job_failed", job=job.type.name, attempt=message["attempt"], exc_info=error)
        return _after_failure(job, context, message, error, last=message["attempt"] >= job.type.max_attempts)
    return "done"


def _after_failure(
    job: Job[Any], context: WorkContext, message: Mapping[str, Any], error: Exception, *, last: bool
) -> str:
    while True:
        try:
            if last:
                _park(job, context, message, error)
                return "parked"
            _again(job, context, message)
        except OperationalError:
            _wait_for_database(context)
        except SQLAlchemyError as refusal:
            raise Reject(repr(refusal), requeue=True) from refusal
        else:
            return "retried"


def _again(job: Job[Any], context: WorkContext, message: Mapping[str, Any]) -> None:
    delay = min(job.type.first_delay * 2 ** (message["attempt"] - 1), LONGEST_DELAY)
    with context.transaction() as session:
        session.execute(
            insert(outbox),
            [
                {
                    "id": message["id"],
                    "kind": "job",
                    "name": job.type.name,
                    "queue": job.type.queue,
                    "body": orjson.dumps(message["payload"]).decode(),
                    "context": dict(message["context"]),
                    "attempt": message["attempt"] + 1,
                    "due_at": context.now() + delay,
                }
            ],
        )


def _park(job: Job[Any], context: WorkContext, message: Mapping[str, Any], error: Exception) -> None:
    failed = Failed(
        kind="job",
        name=job.type.name,
        queue=job.type.queue,
        message_id=message["id"],
        body=orjson.dumps(message["payload"]).decode(),
        context=dict(message["context"]),
        reason=f"{type(error).__name__}: {error}",
    )
    with context.transaction() as session:
        park(session, context.settings.room, failed)


def _wait_for_database(context: WorkContext) -> None:
    pause = threading.Event()
    while True:
        try:
            with context.database.reading() as session:
                session.execute(text("SELECT 1"))
        except SQLAlchemyError:
            pause.wait(DATABASE_POLL_SECONDS)
        else:
            return
