"""Customer numbers as their API shows them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PRINTABLE = r"^[^\x00-\x1f\x7f]+$"

CustomerNumberText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=PRINTABLE),
    Field(examples=["C-1001"]),
]
OrderNumberText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=PRINTABLE),
    Field(examples=["SO-70001"]),
]


class OrderOfCustomer(BaseModel):
    """A customer number and one of its order numbers. Capital and small letters differ."""

    model_config = ConfigDict(extra="forbid")

    customer_number: CustomerNumberText
    order_number: OrderNumberText


class NewCustomerNumber(OrderOfCustomer):
    """A customer number to add to the account."""

    comment: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00]*$")
    ] = ""


class CustomerNumberShown(BaseModel):
    """A customer number of mine."""

    model_config = ConfigDict(title="CustomerNumber")

    customer_number: str
    customer_name: str
    order_number: str = Field(description="The order by which it was proven")
    comment: str
    added_at: datetime
    license_count: int = Field(description="How many of the licenses that the caller sees have this number")


class SharedCustomerNumber(BaseModel):
    """A customer number whose licenses somebody shares with me."""

    customer_number: str
    customer_name: str = Field(description="Empty where its owner has no license of this customer now")
    from_name: str = Field(description="Empty while accounts has not told of this person yet")
    from_company: str
    level: Literal["view", "full"]
