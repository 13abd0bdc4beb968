"""SQL of delivery: claiming an email, and writing down what came of each try."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from keydesk.services.notifications.models import DeliveryAttempt, Email

Outcome = Literal["sent", "deferred", "failed"]

CLAIM = timedelta(minutes=2)
"""How long a worker has an email to itself: above the longest conversation with a mail server."""

LONGEST_WAIT = timedelta(minutes=10)
"""Between two tries of a job (see `JobType.first_delay`)."""

PATIENCE = timedelta(minutes=3)
"""How much later than expected an email's job may come before another is queued."""


class EmailClaimed(Exception):
    """Another worker is sending this email, or was when it died: its claim has not run out yet."""


@dataclass(frozen=True)
class Claimed:
    """An email that is ours to send, and which try this is.

    Those ``attempts_before`` somebody had it sent again do not count as its tries.
    """

    id: str
    attempt: int
    attempts_before: int
    kind: str
    recipient: str
    language: str
    params: dict[str, Any]

    @property
    def tries(self) -> int:
        """How often it was tried since it was last asked for, this time included."""
        return self.attempt - self.attempts_before

    @property
    def message_id(self) -> str:
        """The same for each try, so that a repeat can be recognised; another once it is wanted again."""
        return f"{self.id}.{self.attempts_before}" if self.attempts_before else self.id


def claim(session: Session, email_id: str, *, now: datetime) -> Claimed | None:
    """Take an email for sending and begin an attempt; none when it is sent or failed already.

    Raises `EmailClaimed` while another worker has it.
    """
    email = session.scalar(select(Email).where(Email.id == email_id).with_for_update())
    if email is None or email.status in {"sent", "failed"}:
        return None
    if email.claimed_until is not None and email.claimed_until > now:
        raise EmailClaimed(email_id)
    email.status, email.claimed_until, email.attempts = "sending", now + CLAIM, email.attempts + 1
    email.expected_by = now + CLAIM + PATIENCE
    session.execute(insert(DeliveryAttempt).values(email_id=email_id, number=email.attempts, started_at=now))
    return Claimed(
        email.id,
        email.attempts,
        email.attempts_before,
        email.kind,
        email.recipient,
        email.language,
        email.params,
    )


def record(
    session: Session, claimed: Claimed, outcome: Outcome, *, reason: str | None, now: datetime
) -> None:
    """Write down how an attempt ended, and what that makes of its email."""
    session.execute(
        update(DeliveryAttempt)
        .where(DeliveryAttempt.email_id == claimed.id, DeliveryAttempt.number == claimed.attempt)
        .values(outcome=outcome, reason=reason, finished_at=now)
    )
    email = update(Email).where(Email.id == claimed.id)
    if outcome == "sent":
        # Sent is sent, even where another worker took over meanwhile because this one was slow; but not
        # where it was asked for once more since then.
        session.execute(
            email.where(Email.status != "sent", Email.attempts_before < claimed.attempt).values(
                status="sent", claimed_until=None, sent_at=now
            )
        )
    else:
        status = "queued" if outcome == "deferred" else "failed"
        session.execute(
            email.where(Email.status == "sending", Email.attempts == claimed.attempt).values(
                status=status, claimed_until=None, expected_by=now + LONGEST_WAIT + PATIENCE
            )
        )


def overdue(session: Session, *, now: datetime, limit: int) -> Sequence[str]:
    """Emails whose job should long have been at them, oldest first; each is expected anew from ``now``."""
    found = (
        select(Email.id)
        .where(Email.status.in_(("queued", "sending")), Email.expected_by <= now)
        .order_by(Email.expected_by)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(
        update(Email)
        .where(Email.id.in_(found.scalar_subquery()))
        .values(expected_by=now + PATIENCE)
        .returning(Email.id)
    ).all()
