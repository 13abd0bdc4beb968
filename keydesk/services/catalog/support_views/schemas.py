"""Views of the queue as the API shows them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from keydesk.chassis.http.pages import Search
from keydesk.services.catalog.contract import RequestKind, RequestStatus
from keydesk.services.catalog.requests.support_schemas import Assigned, QueueSort

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$"),
]


class Narrowing(BaseModel):
    """Query parameters of the queue; what is left out does not narrow."""

    model_config = ConfigDict(extra="forbid")

    query: Search = None
    status: RequestStatus | None = None
    kind: RequestKind | None = None
    assigned: Assigned | None = None
    overdue: bool | None = None
    sort: QueueSort | None = None

    def kept(self) -> dict[str, Any]:
        """What of it is kept: all that was given."""
        return self.model_dump(exclude_none=True)


class NewSupportView(BaseModel):
    """A view to keep."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Transfers, oldest first"])
    narrowing: Narrowing


class SupportViewShown(BaseModel):
    """A view that was kept."""

    model_config = ConfigDict(title="SupportView")

    id: str
    name: str
    narrowing: Narrowing
    created_at: datetime


class SupportViews(BaseModel):
    """All that the caller kept, by name."""

    items: list[SupportViewShown]
