"""The job that sends one email, and how emails are queued for it."""

from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel
from sqlalchemy import insert
from sqlalchemy.orm import Session

from keydesk.chassis.messaging.outbox import job_row
from keydesk.chassis.messaging.tables import outbox
from keydesk.chassis.messaging.work import JobType


class SendEmail(BaseModel):
    """Which email to send."""

    email_id: str


SEND_EMAIL = JobType(
    "notifications.send_email",
    "notifications.sending",
    SendEmail,
    max_attempts=40,
    first_delay=timedelta(seconds=5),
)
"""Its tries span about five hours, so that a mail server may be away for a while."""


def queue_sending(session: Session, email_ids: Sequence[str]) -> None:
    """Queue the sending of these emails when this transaction commits."""
    jobs = [job_row(SEND_EMAIL, SendEmail(email_id=email_id), subject=email_id) for email_id in email_ids]
    if jobs:
        session.execute(insert(outbox), jobs)
