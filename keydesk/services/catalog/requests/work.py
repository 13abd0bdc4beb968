"""The jobs of requests: their names and payload, for those who queue them."""

from pydantic import BaseModel

from keydesk.chassis.messaging.work import JobType

BATCH_SIZE = 500
"""Licenses moved in one transaction: enough for set-based SQL to pay, few enough for progress to be seen."""


class RequestWork(BaseModel):
    """The request to verify or to execute."""

    request_id: str


VERIFY_REQUEST = JobType("catalog.verify_request", "catalog.requests", RequestWork)
EXECUTE_REQUEST = JobType("catalog.execute_request", "catalog.requests", RequestWork)
