"""What a token may be allowed to do, in words. The scopes' names are the API's."""

from collections.abc import Mapping, Sequence

from keydesk.chassis.i18n import N_
from keydesk.portal.reader import Reader

SCOPES: Mapping[str, str] = {
    "licenses:read": N_("See products, registrations and licenses"),
    "licenses:write": N_("Register serial numbers"),
    "account:read": N_("See my account"),
    "account:write": N_("Change my account"),
}
STAFF_SCOPES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "imports:read": (N_("See imports and their reports"), ("operator",)),
    "imports:write": (N_("Import products and orders"), ("operator",)),
    "support:read": (N_("Find accounts, orders and emails"), ("support", "operator")),
    "support:write": (N_("Decide requests and send emails again"), ("support",)),
}
"""Scopes that are of use to these roles only; for others they would open nothing."""


def scopes_for(reader: Reader) -> Sequence[tuple[str, str]]:
    """Pairs of scope and (untranslated) words, those that are of use to ``reader``."""
    for_staff = [(scope, words) for scope, (words, roles) in STAFF_SCOPES.items() if reader.has_role(*roles)]
    return [*SCOPES.items(), *for_staff]
