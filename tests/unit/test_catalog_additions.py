"""What becomes of a serial number that somebody wants in their catalog."""

import pytest

from keydesk.services.catalog.access.rules import Access
from keydesk.services.catalog.additions.rules import Known, Outcome, outcome_of, shown_id
from keydesk.services.catalog.customer_numbers.entitlements import Entitlement
from tests.factories.entitlements import FakeEntitlements

pytestmark = pytest.mark.feature("G17")

ME, ANOTHER = "acc_me", "acc_another"


def sold(state: str, by: str | None = None) -> Entitlement:
    return FakeEntitlements().sell("A0000000001", state=state, registered_by=by)


def here(access: Access, *, registered: bool = True) -> Known:
    return Known("lic_1", registered, access)


@pytest.mark.parametrize(
    ("entitlement", "known", "outcome", "license_id"),
    [
        (None, None, "unknown", None),
        (sold("available"), None, "added", None),
        (sold("available"), here("none", registered=False), "added", "lic_1"),
        (sold("available"), here("added", registered=False), "already_added", "lic_1"),
        (sold("reserved", ME), None, "already_yours", None),
        (sold("reserved", ANOTHER), None, "registered_by_another", None),
        (sold("registered", ANOTHER), here("added", registered=False), "registered_by_another", None),
        (sold("registered", ANOTHER), here("owner"), "already_yours", "lic_1"),
        (sold("registered", ME), here("none"), "registered_by_another", None),
        (sold("registered", ME), here("view"), "registered_by_another", "lic_1"),
        (sold("available"), here("none"), "registered_by_another", None),
        (sold("available"), here("owner"), "already_yours", "lic_1"),
    ],
)
def test_what_the_catalog_knows_of_a_registration_comes_before_what_licensing_told(
    entitlement: Entitlement | None, known: Known | None, outcome: Outcome, license_id: str | None
) -> None:
    assert outcome_of(entitlement, known, ME) == outcome
    assert shown_id(outcome, known) == license_id
