"""Parked messages: what kept failing is put aside in the database, where a person can look at it.

Replaying sends a message through the outbox once more; discarding keeps it, marked. Both are audited.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from keydesk.chassis import audit
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import outbox, parked_messages
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.chassis.telemetry.metrics import PARKED

log = get_logger(__name__)

REASON_LENGTH = 2_000


class NothingParked(LookupError):
    """No open parked message has this id."""


@dataclass(frozen=True)
class Failed:
    """A message that is given up for now."""

    kind: str
    """``fact`` (the body is its envelope) or ``job`` (the body is its payload)."""
    name: str
    queue: str
    """The job's queue, or the consumer that could not take the fact in."""
    message_id: str
    body: str
    context: dict[str, str]
    reason: str
    subject: str = ""


def park(session: Session, room: str, failed: Failed) -> str:
    """Put ``failed`` aside; its id. What lies there already, and came again, is not put there twice."""
    lying = session.scalar(
        select(parked_messages.c.id).where(
            parked_messages.c.queue == failed.queue,
            parked_messages.c.message_id == failed.message_id,
            parked_messages.c.resolution.is_(None),
        )
    )
    if lying is not None:
        return str(lying)
    parked_id = new_id("prk")
    session.execute(
        insert(parked_messages),
        [{"id": parked_id, **vars(failed), "reason": failed.reason[:REASON_LENGTH].replace("\x00", "")}],
    )
    PARKED.labels(room, failed.name).inc()
    log.error(
        "message_parked", parked_id=parked_id, name=failed.name, queue=failed.queue, reason=failed.reason
    )
    return parked_id


def open_messages(session: Session, limit: int = 100) -> Sequence[Any]:
    """What waits for a person, oldest first."""
    return session.execute(
        select(parked_messages)
        .where(parked_messages.c.resolution.is_(None))
        .order_by(parked_messages.c.parked_at)
        .limit(limit)
    ).all()


def find(session: Session, parked_id: str) -> Any:
    """One parked message, open or not, or none."""
    return session.execute(select(parked_messages).where(parked_messages.c.id == parked_id)).one_or_none()


def replay(session: Session, parked_id: str, *, actor: str, now: datetime) -> None:
    """Send it again; readers that had taken it in already pass it over. Raises `NothingParked`."""
    found = _resolve(session, parked_id, "replayed", actor=actor, now=now)
    session.execute(
        insert(outbox),
        [
            {
                "id": found.message_id,
                "kind": "job" if found.kind == "job" else "envelope",
                "name": found.name,
                "queue": found.queue if found.kind == "job" else "",
                "subject": found.subject,
                "body": found.body,
                "context": found.context,
            }
        ],
    )


def discard(session: Session, parked_id: str, *, actor: str, now: datetime) -> None:
    """Give it up for good; the row stays. Raises `NothingParked`."""
    _resolve(session, parked_id, "discarded", actor=actor, now=now)


def _resolve(session: Session, parked_id: str, resolution: str, *, actor: str, now: datetime) -> Any:
    found = session.execute(
        update(parked_messages)
        .where(parked_messages.c.id == parked_id, parked_messages.c.resolution.is_(None))
        .values(resolution=resolution, resolved_at=now, resolved_by=actor)
        .returning(parked_messages)
    ).one_or_none()
    if found is None:
        raise NothingParked(parked_id)
    audit.record(
        session,
        now=now,
        actor=actor,
        action=f"message.{resolution}",
        subject=parked_id,
        details={"name": found.name, "queue": found.queue, "message_id": found.message_id},
    )
    return found
