"""Entitlements as the catalog is told of them."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from keydesk.services.licensing.models.orders import EntitlementState

MOST = 500
"""Entitlements in one question or answer."""

Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]


class EntitlementsAsked(BaseModel):
    """Which entitlements are asked for: some by serial number, or those of a customer's order."""

    model_config = ConfigDict(extra="forbid")

    serial_numbers: list[Code] | None = Field(default=None, max_length=MOST)
    customer_number: Code | None = None
    order_number: Code | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        """By serial number or by order, and never half of a pair."""
        by_order = (self.customer_number is not None, self.order_number is not None)
        if by_order not in ((True, True), (False, False)) or all(by_order) == (
            self.serial_numbers is not None
        ):
            raise ValueError("either serial_numbers, or customer_number and order_number")
        return self


class EntitlementTold(BaseModel):
    """The right to one license: what was sold to whom, and whether somebody took it."""

    entitlement_id: str
    serial_number: str
    sku: str
    product_name: str
    product_version: str
    platform: str
    order_number: str
    customer_number: str
    customer_name: str
    ordered_on: date
    quantity: int
    entitled_price_tier: str
    maintenance_start: date | None
    maintenance_end: date | None
    support_agreement_number: str
    state: EntitlementState
    registered_by: str | None = Field(description="The account that registered it, or is about to")


class EntitlementsTold(BaseModel):
    """Those that exist, in the order of their serial numbers."""

    items: list[EntitlementTold]
    order_matches: bool = Field(description="The order asked for is this customer's")
    customer_name: str = Field(description="Of the customer asked for; empty where the order does not match")
    more: bool = Field(description="The order has more than were told")
