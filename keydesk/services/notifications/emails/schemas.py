"""The email log as its API shows it: never a body, a key or a link."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from keydesk.services.notifications.emails.plans import EmailKind

EmailStatus = Literal["queued", "sending", "sent", "failed"]


class EmailLogEntry(BaseModel):
    """One email to one recipient."""

    id: str = Field(examples=["eml_01h455vb4pex5vsknk084sn02q"])
    to: str
    kind: EmailKind
    subject: str = Field(description="In the recipient's language, as it is sent")
    status: EmailStatus
    attempts: int = Field(description="Tries to hand it to the mail server")
    reason: str | None = Field(
        description="Why the last try failed, in the mail server's own words (English where it is ours)"
    )
    created_at: datetime
    sent_at: datetime | None
