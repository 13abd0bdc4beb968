"""Files on requests as the API shows them."""

from datetime import datetime

from pydantic import BaseModel, Field

from keydesk.services.catalog.models.attachments import ScanStatus


class AttachmentShown(BaseModel):
    """A file on a request."""

    id: str = Field(examples=["att_01h455vb4pex5vsknk084sn02q"])
    file_name: str = Field(examples=["quote.pdf"])
    size: int = Field(description="In bytes")
    media_type: str
    by_name: str = Field(description="Empty while accounts has not told of this person yet")
    from_support: bool
    mine: bool
    at: datetime
    scan: ScanStatus = Field(
        description="clean or not_scanned (without a virus scanner): can be downloaded; pending: not yet;"
        " infected or lost: no more"
    )
