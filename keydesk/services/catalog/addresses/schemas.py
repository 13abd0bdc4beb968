"""Install-at addresses as the API takes and shows them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from keydesk.chassis.http.pages import Cursor, Limit, Page
from keydesk.chassis.ids import id_type
from keydesk.services.catalog.models.addresses import AddressSource, WaitingLicense

Where = Literal["address_1", "address_2", "address_3", "address_4", "city", "postal_code"]
AddressId = Annotated[str, id_type("adr")]

_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
Sought = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_LINE)]


class AddressSearch(BaseModel):
    """The query of the search. What is left out does not narrow."""

    model_config = ConfigDict(extra="forbid")

    country: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$")] | None = Field(
        None, description="ISO 3166-1 alpha-2", examples=["US"]
    )
    state: Sought | None = Field(None, description="Its code, in a country that has a list", examples=["NY"])
    other_state: Sought | None = Field(None, description="A state or province of no list, in full")
    where: Where = Field("address_1", description="The part that starts with ``starts_with``")
    starts_with: Sought | None = Field(None, description="Whatever its case")
    customer_number: Sought | None = Field(None, description="In full")
    limit: Limit = 50
    cursor: Cursor = None


class AddressParts(BaseModel):
    """The parts of an address."""

    address_1: str = Field(examples=["1 Liberty Place"])
    address_2: str = ""
    address_3: str = ""
    address_4: str = ""
    city: str = Field(examples=["New York"])
    state: str = Field("", description="Its code, where the country has a list", examples=["NY"])
    other_state: str = Field("", description="A state or province of no list")
    postal_code: str = Field(examples=["10006"])
    country: str = Field(description="ISO 3166-1 alpha-2", examples=["US"])


class AddressShown(AddressParts):
    """An address of a customer number, at which licenses can be installed."""

    id: str = Field(examples=["adr_01h455vb4pex5vsknk084sn02q"])
    customer_number: str
    source: AddressSource
    created_at: datetime
    in_one_line: str


class AddressPage(Page[AddressShown]):
    """One page of what a search found."""

    total: int = Field(description="How many there are in all, counted no further than 10,000")


class Move(BaseModel):
    """Where a license is to be installed."""

    model_config = ConfigDict(extra="forbid")

    address_id: AddressId


class Moved(BaseModel):
    """Where a license is installed now."""

    license_id: str
    address: AddressShown
    before: str = Field(description="Where it was, in one line; empty where that was not known")


Part = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=_LINE)]


class NewAddress(BaseModel):
    """The parts of an address as they are typed; what a country needs of them is checked together."""

    model_config = ConfigDict(extra="forbid")

    address_1: Part = Field("", examples=["1 Liberty Place"])
    address_2: Part = ""
    address_3: Part = ""
    address_4: Part = ""
    city: Part = Field("", examples=["New York"])
    state: Part = Field("", description="Code or name, where the country has a list", examples=["NY"])
    other_state: Part = Field("", description="A state or province of no list")
    postal_code: Part = Field("", examples=["10006"])
    country: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^([A-Za-z]{2})?$")] = Field(
        "", description="ISO 3166-1 alpha-2", examples=["US"]
    )


class NewAddressRequest(NewAddress):
    """An address that support is asked to create for one of the caller's customer numbers."""

    customer_number: Part = Field(examples=["C-1001"])
    comments: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=r"^[^\x00]*$")
    ] = Field("", description="Support reads them")
    terms_accepted: bool = Field(False, description="The terms of new addresses have to be accepted")
    license_id: Annotated[str, id_type("lic")] | None = Field(
        None, description="The license for which it is asked"
    )
    move_when_created: bool = Field(
        False, description="Move this license there as soon as the address is there"
    )


class AddressAsked(AddressParts):
    """The address that a request is about, and what became of it."""

    customer_number: str
    license_id: str | None = Field(description="The license for which it is asked")
    serial_number: str = Field(description="Of this license")
    license_state: WaitingLicense = Field(
        description="none: no license moves there; stayed: the requester could no longer move it"
    )
    created: AddressShown | None = Field(description="The address that it came to")


class SimilarAddress(AddressShown):
    """An address that is there already and like the one that is asked for."""

    same: bool = Field(description="The very same, however it is written")


class AddressToDecide(AddressAsked):
    """The address that a request is about, as support decides it."""

    similar: list[SimilarAddress] = Field(description="What is most like it comes first")
