"""What becomes of a serial number that somebody wants in their catalog. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from keydesk.chassis.i18n import N_
from keydesk.services.catalog.access.rules import MAY_SEE, Access
from keydesk.services.catalog.customer_numbers.entitlements import Entitlement

Outcome = Literal["added", "already_yours", "already_added", "registered_by_another", "unknown"]

TEXTS: Mapping[Outcome, str] = {
    "added": N_("It is in your catalog now. Register it to get its license key."),
    "already_yours": N_("It is yours already, so there is nothing to add."),
    "already_added": N_("You added it before."),
    "registered_by_another": N_("Somebody else has registered it. Ask them to share it with you."),
    "unknown": N_(
        "We do not know this serial number. Compare it with your order; capital and small letters differ."
    ),
}


@dataclass(frozen=True)
class Known:
    """A license that the catalog has for a serial number, and what the account may do with it."""

    license_id: str
    registered: bool
    access: Access


def outcome_of(entitlement: Entitlement | None, known: Known | None, account_id: str) -> Outcome:
    """What to do, as licensing knows the serial number and as the catalog does.

    The catalog's word on a registered license comes first: it knows of changes of hands. Where it has not
    heard of a registration yet, licensing has.
    """
    if known is not None and known.registered:
        return "already_yours" if known.access == "owner" else "registered_by_another"
    if entitlement is None:
        return "unknown"
    if entitlement.state != "available":
        return "already_yours" if entitlement.registered_by == account_id else "registered_by_another"
    return "already_added" if known is not None and known.access == "added" else "added"


def shown_id(outcome: Outcome, known: Known | None) -> str | None:
    """The license to lead to: the one that the account sees for the serial number now, if any."""
    if known is None:
        return None
    if outcome in ("added", "already_added"):
        return known.license_id
    return known.license_id if known.registered and known.access in MAY_SEE else None
