"""Shares as their API takes and shows them."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from keydesk.chassis.ids import id_type
from keydesk.services.catalog.models.shares import ShareLevel

MOST = 500
"""Customer numbers, and likewise single licenses, in one share."""

_NO_NUL = r"^[^\x00]*$"

LoginId = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=254, pattern=_NO_NUL)
]
CustomerNumbers = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_NO_NUL)]],
    Field(max_length=MOST),
]
LicenseIds = Annotated[list[Annotated[str, id_type("lic")]], Field(max_length=MOST)]
Comment = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=_NO_NUL)]


class Recipient(BaseModel):
    """Somebody to share with: no more than is needed to see that it is the right person."""

    login_id: str
    name: str
    company_name: str


class OwnedCustomerNumber(BaseModel):
    """A customer number of licenses that the caller owns."""

    customer_number: str
    customer_name: str
    license_count: int


class NewShare(BaseModel):
    """What to share with whom."""

    model_config = ConfigDict(extra="forbid")

    login_id: LoginId = Field(description="Of the other account, whatever its case")
    customer_numbers: CustomerNumbers = Field([], description="Every license of yours with one of these")
    license_ids: LicenseIds = Field([], description="Single licenses of yours")
    level: ShareLevel = Field(description="view: only to see; full: to use every function as well")
    comment: Comment = Field("", description="A note of your own; the other side does not see it")
    ends_at: AwareDatetime | None = Field(None, description="No longer shared from then on")


class ShareChange(BaseModel):
    """What to change; whatever is left out stays. A list replaces the one before."""

    model_config = ConfigDict(extra="forbid")

    level: ShareLevel = "view"
    comment: Comment = ""
    ends_at: AwareDatetime | None = None
    customer_numbers: CustomerNumbers = []
    license_ids: LicenseIds = []


class SharedLicense(BaseModel):
    """A license that is shared on its own."""

    id: str
    serial_number: str


class ShareShown(BaseModel):
    """What the caller shares with somebody."""

    id: str = Field(examples=["shr_01h455vb4pex5vsknk084sn02q"])
    recipient: Recipient
    customer_numbers: list[str]
    licenses: list[SharedLicense] = Field(description="Shared one by one; without those given away since")
    level: ShareLevel
    comment: str
    ends_at: datetime | None
    created_at: datetime
    holds: bool = Field(description="False once ends_at has passed")
    license_count: int = Field(description="How many of your licenses it covers now")


class Sharer(BaseModel):
    """Somebody who shares licenses with the caller."""

    account_id: str
    name: str
    company_name: str


class ReceivedShare(BaseModel):
    """What somebody shares with the caller."""

    share_id: str
    sharer: Sharer = Field(serialization_alias="from")
    level: ShareLevel
    customer_numbers: list[str]
    single_license_count: int
    license_count: int = Field(description="How many licenses it covers now")
    since: datetime
    ends_at: datetime | None
    hidden: bool


class Hiding(BaseModel):
    """Whether a share is to be left out of sight; what it lets one see stays."""

    model_config = ConfigDict(extra="forbid")

    hidden: bool
