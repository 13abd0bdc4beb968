"""The job that sends one email, as those who enqueue it see it."""

from datetime import timedelta

from pydantic import BaseModel

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
