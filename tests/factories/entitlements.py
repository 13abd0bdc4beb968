"""A stand-in for licensing's internal door, with what was sold in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from pydantic import BaseModel

from keydesk.chassis.http.client import RoomClient
from keydesk.chassis.ids import new_id
from keydesk.chassis.problems import Unavailable
from keydesk.services.catalog.customer_numbers.entitlements import (
    Entitlement,
    Entitlements,
    EntitlementsWanted,
)

PAIR = {"customer_number": "C-1001", "order_number": "SO-70001"}
"""The customer and the order of whatever is sold without saying to whom."""
WRONG = {"customer_number": "C-1001", "order_number": "SO-99999"}


@dataclass
class FakeEntitlements(RoomClient):
    """Tells of entitlements as licensing does, unless it is away."""

    sold: list[Entitlement] = field(default_factory=list)
    away: bool = False
    more: bool = False
    meanwhile: Callable[[], None] | None = None
    """What happens elsewhere once it has answered."""

    def sell(self, serial_number: str, **fields: Any) -> Entitlement:
        """Sell one more serial number."""
        made: dict[str, Any] = {
            "entitlement_id": new_id("ent"),
            "serial_number": serial_number,
            "sku": "LEDGER-100",
            "product_name": "Harbour Ledger",
            "product_version": "4.2",
            "platform": "Linux",
            "order_number": "SO-70001",
            "customer_number": "C-1001",
            "customer_name": "Lindqvist Instruments",
            "ordered_on": date(2026, 3, 1),
            "quantity": 5,
            "entitled_price_tier": "B",
            "maintenance_start": date(2026, 3, 1),
            "maintenance_end": date(2027, 2, 28),
            "support_agreement_number": "SAN-9",
            "state": "available",
            "registered_by": None,
        }
        self.sold.append(Entitlement(**{**made, **fields}))
        return self.sold[-1]

    def call(self, method: str, path: str, answer: Any, body: BaseModel | None = None) -> Any:
        """Answer the one question that it knows."""
        assert (method, path, answer) == ("POST", "/internal/entitlements", Entitlements)
        if self.away:
            raise Unavailable
        told = self._tell(cast("EntitlementsWanted", body))
        if self.meanwhile is not None:
            self.meanwhile()
        return told

    def _tell(self, wanted: EntitlementsWanted) -> Entitlements:
        if wanted.serial_numbers is not None:
            items = [each for each in self.sold if each.serial_number in wanted.serial_numbers]
            return Entitlements(items=items, order_matches=False, customer_name="", more=False)
        pair = (wanted.customer_number, wanted.order_number)
        items = [each for each in self.sold if (each.customer_number, each.order_number) == pair]
        name = items[0].customer_name if items else ""
        more = self.more and bool(items)
        return Entitlements(items=items, order_matches=bool(items), customer_name=name, more=more)
