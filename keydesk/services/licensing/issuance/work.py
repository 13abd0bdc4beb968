"""The job that issues a batch: its name and payload, for those who queue it."""

from pydantic import BaseModel

from keydesk.chassis.messaging.work import JobType

BATCH_SIZE = 500
"""Licenses issued together: large enough for set-based SQL to pay, small enough for progress to be seen."""


class IssueBatch(BaseModel):
    """Issue the licenses of one batch."""

    batch_id: str


ISSUE_BATCH = JobType("licensing.issue_batch", "licensing.issuance", IssueBatch)
