"""Requests as support staff see and decide them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from keydesk.services.catalog.addresses.schemas import AddressId, AddressToDecide, NewAddress
from keydesk.services.catalog.attachments.schemas import AttachmentShown
from keydesk.services.catalog.contract import RequestKind, RequestStatus
from keydesk.services.catalog.models.requests import EventAction
from keydesk.services.catalog.requests.rules import Weight
from keydesk.services.catalog.requests.schemas import (
    Content,
    Message,
    Outcome,
    Party,
    Progress,
    RequestLicense,
)

Assigned = Literal["me", "none", "any"]
QueueSort = Literal["deadline", "age", "-age"]
"""``deadline``: what is due first; ``age``: the oldest first; ``-age``: the newest first."""

Age = Literal["under_4_hours", "under_1_day", "under_2_days", "older"]
Step = Literal["take", "return", "hand_over", "approve", "reject"]


class Approval(BaseModel):
    """A decision for a request."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00]*$")] = (
        Field("", description="Everybody whom the request concerns reads it")
    )
    address: NewAddress | None = Field(
        None, description="Of the creation of an address: the address as support corrected it"
    )
    use_address_id: AddressId | None = Field(
        None, description="Of the creation of an address: take this one, which is there already, instead"
    )


class Rejection(BaseModel):
    """A decision against a request."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$"),
    ] = Field(description="Everybody whom the request concerns reads it")


class HandOver(BaseModel):
    """Who is to take care of a request."""

    model_config = ConfigDict(extra="forbid")

    login_id: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$"
        ),
    ]


class SupportMessage(BaseModel):
    """A message from support; everybody whom the request concerns reads it."""

    model_config = ConfigDict(extra="forbid")

    content: Content


class Queued(BaseModel):
    """One line of the queue."""

    id: str
    kind: RequestKind
    status: RequestStatus
    title: str
    requester_name: str
    requester_company: str
    created_at: datetime
    changed_at: datetime
    due_at: datetime | None = Field(description="By when to decide; none once it is decided")
    overdue: bool
    license_count: int
    assigned_to_name: str | None = Field(description="Who takes care of it; none: nobody yet")
    mine: bool = Field(description="The caller takes care of it")
    first_approved: bool = Field(description="One of two people has approved")


class FindingShown(BaseModel):
    """What verifying found."""

    code: str
    weight: Weight
    text: str = Field(description="In the caller's language")
    licenses: int


class SupportEvent(BaseModel):
    """What happened to a request, with what is support's own business."""

    action: EventAction
    from_status: RequestStatus | None
    to_status: RequestStatus
    at: datetime
    by_name: str
    note: str


class FirstApproval(BaseModel):
    """Who approved first, where two have to."""

    by_name: str
    at: datetime | None


class OtherRequests(BaseModel):
    """What else the requester asked for."""

    open: int
    total: int


class SupportRequest(Queued):
    """A request with everything that support needs to decide it."""

    description: str
    parties: list[Party]
    licenses: list[RequestLicense]
    findings: list[FindingShown]
    events: list[SupportEvent]
    messages: list[Message]
    attachments: list[AttachmentShown]
    progress: Progress
    outcome: Outcome
    other_requests: OtherRequests
    two_needed: bool = Field(description="Two people have to approve")
    first_approval: FirstApproval | None
    own: bool = Field(description="It concerns the caller's own account, so a colleague has to decide")
    may: list[Step] = Field(description="What the caller can do with it now")
    address: AddressToDecide | None = Field(description="Of the creation of an address: which one")


class OfAge(BaseModel):
    """How many wait for so long."""

    age: Age
    count: int


class OfKind(BaseModel):
    """How many of a kind wait."""

    kind: RequestKind
    count: int


class TimeToDecide(BaseModel):
    """How long decisions of the last 90 days took, in seconds from the making of the request."""

    decided: int
    p50_seconds: float | None
    p90_seconds: float | None


class Waiting(BaseModel):
    """How much waits for support."""

    waiting: int = Field(description="Requests that wait for a decision")
    overdue: int


class QueueSummary(BaseModel):
    """The queue in figures."""

    waiting: int = Field(description="Requests that wait for a decision")
    overdue: int
    by_age: list[OfAge]
    by_kind: list[OfKind]
    time_to_decide: TimeToDecide
