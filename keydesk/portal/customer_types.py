"""What kinds of customers there are, in words. Their codes are the API's."""

from collections.abc import Mapping, Sequence

from keydesk.chassis.i18n import N_, Text

CUSTOMER_TYPES: Mapping[str, str] = {
    "end_user": N_("End user"),
    "reseller": N_("Reseller"),
    "distributor": N_("Distributor"),
    "consultant": N_("Consultant"),
    "system_integrator": N_("System integrator"),
    "manufacturer": N_("Manufacturer (OEM)"),
}


def customer_types(language: str) -> Sequence[tuple[str, str]]:
    """Pairs of code and word, for a choice."""
    return [(code, Text(word).to(language)) for code, word in CUSTOMER_TYPES.items()]
