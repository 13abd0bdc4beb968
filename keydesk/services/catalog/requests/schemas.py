"""Requests as those whom they concern send and see them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from keydesk.chassis.ids import id_type
from keydesk.services.catalog.addresses.schemas import AddressAsked
from keydesk.services.catalog.attachments.schemas import AttachmentShown
from keydesk.services.catalog.contract import RequestKind, RequestStatus
from keydesk.services.catalog.models.requests import ItemState, Side

OpenedKind = Literal["general", "ownership_transfer", "license_assignment"]
"""What can be asked for by itself."""

MOST_LICENSES = 500

_LINE = r"^[^\x00-\x1f\x7f]*$"
_WORD = StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_LINE)
Content = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=r"^[^\x00]*$")
]


class NewRequest(BaseModel):
    """A request to make. What it needs and takes beside a title goes by its kind."""

    model_config = ConfigDict(extra="forbid")

    kind: OpenedKind
    title: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_LINE)
    ] = Field(examples=["Licenses of our office in Gothenburg"])
    description: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=r"^[^\x00]*$")
    ] = Field("", description="Everybody whom the request concerns reads it; a general one needs it")
    to_login_id: Annotated[str, _WORD] | None = Field(
        None, description="Of a transfer: the login ID of the account that is to own the licenses"
    )
    license_ids: (
        Annotated[list[Annotated[str, id_type("lic")]], Field(min_length=1, max_length=MOST_LICENSES)] | None
    ) = Field(None, description="Of a transfer: licenses that the caller owns")
    customer_number: Annotated[str, _WORD] | None = Field(
        None, description="Of a transfer, instead: every license with it that the caller owns"
    )
    serial_numbers: (
        Annotated[list[Annotated[str, _WORD]], Field(min_length=1, max_length=MOST_LICENSES)] | None
    ) = Field(
        None,
        description="Of an assignment: those of the licenses that the caller is to own."
        " Of a transfer, instead: those of licenses that the caller owns",
    )


class NewMessage(BaseModel):
    """A message about a request; everybody whom it concerns reads it, and support."""

    model_config = ConfigDict(extra="forbid")

    content: Content


class Party(BaseModel):
    """Somebody whom a request concerns."""

    account_id: str
    name: str = Field(description="Empty while accounts has not told of this person yet")
    company_name: str
    concerns: Side


class RequestLicense(BaseModel):
    """A license that a request is about."""

    license_id: str | None = Field(description="None: a serial number that no license was found for yet")
    serial_number: str
    product_name: str
    state: ItemState = Field(
        description="entered, then ready or left_out once verified; in the end moved, or lost to others"
    )


class RequestEvent(BaseModel):
    """How a request came to another state."""

    from_status: RequestStatus | None
    to_status: RequestStatus
    at: datetime
    by_name: str = Field(description="Empty where a job did it")
    note: str


class Message(BaseModel):
    """What somebody wrote about a request."""

    id: str
    at: datetime
    by_name: str
    from_support: bool
    mine: bool
    content: str


class Progress(BaseModel):
    """How far the licenses of a request are moved."""

    done: int
    total: int


class RequestListed(BaseModel):
    """One line of the list."""

    id: str = Field(examples=["req_01h455vb4pex5vsknk084sn02q"])
    kind: RequestKind
    status: RequestStatus
    title: str
    created_at: datetime
    changed_at: datetime
    due_at: datetime | None = Field(description="By when support decides; none once it is decided")
    license_count: int = Field(description="How many licenses of it concern the caller")
    concerns: Side


class Outcome(BaseModel):
    """What became of the licenses of a request."""

    moved: int
    lost: int = Field(description="Were no longer with the account that gave them when it was their turn")
    left_out: int = Field(description="Verifying found that they cannot be moved")
    said: str = Field(description="The same in the caller's language; empty while there is nothing to say")


class RequestShown(RequestListed):
    """A request with everything that its page shows to somebody whom it concerns."""

    description: str
    parties: list[Party]
    licenses: list[RequestLicense] = Field(description="The first 50 of those that concern the caller")
    progress: Progress
    outcome: Outcome
    events: list[RequestEvent]
    messages: list[Message] = Field(description="The newest 50, in the order in which they were written")
    attachments: list[AttachmentShown]
    may_withdraw: bool
    address: AddressAsked | None = Field(description="Of the creation of an address: which one")
