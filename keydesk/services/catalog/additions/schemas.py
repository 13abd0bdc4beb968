"""Additions as their API takes and shows them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from keydesk.services.catalog.additions.rules import Outcome
from keydesk.services.catalog.customer_numbers.entitlements import MOST
from keydesk.services.catalog.customer_numbers.schemas import (
    PRINTABLE,
    CustomerNumberText,
    OrderNumberText,
)

SerialNumberText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=PRINTABLE)
]


class AdditionsWanted(BaseModel):
    """Serial numbers, or a customer number with one of its order numbers. Case counts in each."""

    model_config = ConfigDict(extra="forbid")

    serial_numbers: list[SerialNumberText] | None = Field(
        default=None, min_length=1, max_length=MOST, examples=[["A0123456789"]]
    )
    customer_number: CustomerNumberText | None = None
    order_number: OrderNumberText | None = None


class AdditionLine(BaseModel):
    """What became of one serial number."""

    serial_number: str
    outcome: Outcome
    text: str = Field(description="The outcome in the caller's language")
    license_id: str | None = Field(description="Where the caller sees a license of this serial number")


class AdditionsMade(BaseModel):
    """What became of each serial number, each once, in the order in which they were given."""

    items: list[AdditionLine]
