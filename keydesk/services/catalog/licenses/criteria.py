"""What somebody looks for in the list: its query parameters, which saved searches and exports keep too."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from keydesk.chassis.http.pages import Cursor, Limit, Search
from keydesk.chassis.ids import SUFFIX_PATTERN, id_type
from keydesk.services.catalog.licenses.maintenance import LicenseStatus
from keydesk.services.catalog.licenses.schemas import Sort

AccessWanted = Literal["owner", "full", "view", "added"]

MOST_FIELDS = 10
"""User-defined fields in one search."""


def _written_out(value: Any) -> Any:
    """A day as text: pydantic alone would take a number of seconds for a day, too."""
    if value is None or isinstance(value, date) or (isinstance(value, str) and len(value) == 10):
        return value
    raise ValueError("not a day")


Day = Annotated[date | None, BeforeValidator(_written_out, json_schema_input_type=date | None)]
Number = Annotated[str | None, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
AccountId = Annotated[str, id_type("acc")] | None
FieldWanted = Annotated[
    str, StringConstraints(max_length=240, pattern=rf"^fld_{SUFFIX_PATTERN}:[^\x00]+$", strict=True)
]


class Criteria(BaseModel):
    """Which licenses, in which order. What is left out does not narrow."""

    model_config = ConfigDict(extra="forbid")

    query: Search = None
    product: Number = Field(None, description="SKU of a product")
    status: LicenseStatus | None = Field(None, description="How its maintenance stands")
    customer_number: Number = Field(None, description="How the customer number starts")
    order_number: Number = Field(None, description="How the order number starts")
    host_id: Number = Field(None, description="How the host ID starts")
    serial_number: Number = Field(None, description="How the serial number starts")
    registered_from: Day = Field(None, description="First day (UTC) of its registration")
    registered_to: Day = Field(None, description="Last day (UTC) of its registration")
    ends_from: Day = Field(None, description="First day on which maintenance may end")
    ends_to: Day = Field(None, description="Last day on which maintenance may end")
    ordered_from: Day = Field(None, description="First day of its order")
    ordered_to: Day = Field(None, description="Last day of its order")
    price_tier: Number = Field(None, description="Price tier, deployed or entitled")
    owner: AccountId = Field(None, description="Account that owns it")
    access: AccessWanted | None = Field(None, description="What the caller may do with it")
    shared_by: AccountId = Field(None, description="Account that owns it and shares it with the caller")
    field: list[FieldWanted] = Field(
        default_factory=list,
        max_length=MOST_FIELDS,
        description="A user-defined field and how its value starts, whatever its case: fld_…:text."
        " A field of the caller's own, or one that an owner shares. Several narrow further.",
        examples=[["fld_01h455vb4pex5vsknk084sn02q:Berlin"]],
    )
    sort: Sort = "-registered_at"

    def kept(self) -> dict[str, Any]:
        """These criteria as JSON that `Criteria` reads again: what is as usual is left out."""
        return self.model_dump(mode="json", exclude_defaults=True)


class ListParameters(Criteria):
    """The query of the list: criteria, and which page of what they find."""

    limit: Limit = 50
    cursor: Cursor = None
