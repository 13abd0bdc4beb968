"""The shapes of orders in the API."""

from datetime import date

from pydantic import BaseModel, ConfigDict


class OrderShown(BaseModel):
    """An order as staff see it in a list."""

    model_config = ConfigDict(title="Order", from_attributes=True)

    order_number: str
    customer_number: str
    customer_name: str
    ordered_on: date
    lines: int
    """How many serial numbers it has."""
    registered: int
    """How many of them are registered."""
