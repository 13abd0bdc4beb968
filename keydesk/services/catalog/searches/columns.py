"""The columns that a list of licenses can have. Pure."""

import re
from collections.abc import Mapping

from keydesk.chassis.i18n import N_
from keydesk.chassis.ids import SUFFIX_PATTERN

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
"""What each is called. Besides them, every user-defined field is a column, by its id."""

USUAL = (
    "serial_number", "product", "product_version", "order_number", "host_id", "quantity", "registered_at",
    "status",
)  # fmt: skip
"""The columns of somebody who never chose, before the fields of their own that belong in the list."""

FIELD = re.compile(rf"fld_{SUFFIX_PATTERN}")


def is_column(name: str) -> bool:
    """Whether a list can have this column."""
    return name in COLUMNS or FIELD.fullmatch(name) is not None
