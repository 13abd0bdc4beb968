"""The background work of files on requests, as use cases queue it."""

from pydantic import BaseModel

from keydesk.chassis.messaging.work import JobType


class ScanAttachment(BaseModel):
    """Which file to scan."""

    attachment_id: str


SCAN_ATTACHMENT = JobType("catalog.scan_attachment", "catalog.attachments", ScanAttachment)
