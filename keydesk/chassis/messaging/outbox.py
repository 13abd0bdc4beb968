"""The outbox: facts and jobs are rows in the transaction of what caused them; the relay publishes them.

Nothing in Keydesk publishes or queues directly, so nothing is announced that was not committed, and
nothing committed goes unannounced.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import insert
from sqlalchemy.orm import Session

from keydesk.chassis.messaging.facts import Fact
from keydesk.chassis.messaging.tables import outbox
from keydesk.chassis.messaging.work import JobType
from keydesk.chassis.telemetry.context import current_context


def emit(session: Session, fact: Fact, *, subject: str) -> str:
    """Announce ``fact`` about the aggregate ``subject`` when this transaction commits; its event id."""
    return emit_all(session, [(subject, fact)])[0]


def emit_all(session: Session, facts: Iterable[tuple[str, Fact]]) -> list[str]:
    """Announce many facts, each with its subject, in one statement; their event ids."""
    rows = [fact_row(subject, fact) for subject, fact in facts]
    if rows:
        session.execute(insert(outbox), rows)
    return [str(row["id"]) for row in rows]


def enqueue(
    session: Session,
    job: JobType[Any],
    payload: BaseModel,
    *,
    subject: str = "",
    due_at: datetime | None = None,
) -> str:
    """Queue a job when this transaction commits, to be done no earlier than ``due_at``; its id."""
    row = job_row(job, payload, subject=subject)
    if due_at is not None:
        row["due_at"] = due_at
    session.execute(insert(outbox), [row])
    return str(row["id"])


def fact_row(subject: str, fact: Fact) -> dict[str, Any]:
    """The outbox row of one fact, for those who insert many by other means (COPY)."""
    return {
        "id": uuid.uuid4().hex,
        "kind": "fact",
        "name": fact.TYPE,
        "subject": subject,
        "body": fact.model_dump_json(),
        "context": current_context(),
    }


def job_row(job: JobType[Any], payload: BaseModel, *, subject: str = "") -> dict[str, Any]:
    """The outbox row of one job."""
    return {
        "id": uuid.uuid4().hex,
        "kind": "job",
        "name": job.name,
        "queue": job.queue,
        "subject": subject,
        "body": payload.model_dump_json(),
        "context": current_context(),
    }
