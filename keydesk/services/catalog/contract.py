"""What the catalog tells the other rooms: what somebody is given, no longer sees, or asked for.

Each fact that somebody is to be told of names that account, and is emitted once for each person concerned.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Literal

from keydesk.chassis.i18n import N_
from keydesk.chassis.messaging.facts import Fact

RequestKind = Literal[
    "general", "ownership_transfer", "license_assignment", "address_creation", "contract_change"
]
RequestStatus = Literal[
    "submitted",
    "verifying",
    "pending_approval",
    "approved",
    "executing",
    "completed",
    "rejected",
    "failed",
    "withdrawn",
]


COLUMNS: Mapping[str, str] = {
    "serial_number": N_("Serial number"),
    "product": N_("Product"),
    "product_version": N_("Product version"),
    "platform": N_("Platform"),
    "order_number": N_("Order number"),
    "customer_number": N_("Customer number"),
    "customer_name": N_("Customer name"),
    "host_id": N_("Host ID"),
    "quantity": N_("Quantity"),
    "registered_at": N_("Registered"),
    "maintenance_end": N_("End of maintenance"),
    "status": N_("Status"),
    "access": N_("Your access"),
    "price_tier": N_("Price tier"),
    "system_type": N_("System type"),
}
"""The columns of a list of licenses, and what each is called.

Besides them, every user-defined field is a column, by its id.
"""


class AdditionEnded(Fact):
    """Somebody else registered a license that this account had added to its catalog (G17)."""

    TYPE: ClassVar[str] = "catalog.addition.ended.v1"

    account_id: str
    serial_number: str


class LicensesShared(Fact):
    """Licenses are shared with ``account_id``, or further or otherwise than before (G26)."""

    TYPE: ClassVar[str] = "catalog.licenses.shared.v1"

    share_id: str
    account_id: str
    from_account_id: str
    from_name: str
    from_company: str
    level: Literal["view", "full"]
    customer_numbers: list[str]
    license_count: int
    """How many licenses it covers now."""
    ends_at: datetime | None = None
    changed: bool = False
    """An earlier share was changed."""


class SharingEnded(Fact):
    """Licenses are no longer shared with ``account_id``."""

    TYPE: ClassVar[str] = "catalog.sharing.ended.v1"

    share_id: str
    account_id: str
    from_name: str
    from_company: str
    customer_numbers: list[str]


class RequestChanged(Fact):
    """A request came to another state, or somebody wrote to it; ``account_id`` is one whom it concerns."""

    TYPE: ClassVar[str] = "catalog.request.changed.v1"

    request_id: str
    account_id: str
    concerns: Literal["requester", "other_side"]
    kind: RequestKind
    status: RequestStatus
    title: str
    message: str = ""
    """Why it was rejected or failed, or what support wrote."""
