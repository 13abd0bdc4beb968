"""What licensing's internal door tells of serial numbers and orders, as the catalog reads it."""

from datetime import date
from typing import Literal

from pydantic import BaseModel

from keydesk.chassis.http.client import RoomClient

MOST = 500
"""Entitlements in one question or answer."""


class EntitlementsWanted(BaseModel):
    """The body of licensing's internal ``POST /internal/entitlements``: serial numbers, or a pair."""

    serial_numbers: list[str] | None = None
    customer_number: str | None = None
    order_number: str | None = None


class Entitlement(BaseModel):
    """The right to one license; ``registered_by`` is the account that took it."""

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
    state: Literal["available", "reserved", "registered"]
    registered_by: str | None


class Entitlements(BaseModel):
    """The answer: those that exist; of an order only if it is the customer's."""

    items: list[Entitlement]
    order_matches: bool
    customer_name: str
    more: bool


def ask(licensing: RoomClient, wanted: EntitlementsWanted) -> Entitlements:
    """What licensing knows; raises `Unavailable` where it does not answer."""
    return licensing.call("POST", "/internal/entitlements", Entitlements, wanted)
