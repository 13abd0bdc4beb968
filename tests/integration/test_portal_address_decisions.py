"""Deciding a request for a new address at the support desk: as it is, corrected, or another one instead."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.factories.registrations import LICENSE_ID
from tests.factories.request_pages import REQUEST_ID, a_support_request
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

pytestmark = [pytest.mark.feature("C4"), pytest.mark.feature("G21")]

REQUEST = f"/api/v1/support/requests/{REQUEST_ID}"
PAGE = f"/staff/requests/{REQUEST_ID}"
OTHER_ID = "adr_01h455vb4pex5vsknk084sn02q"
PARTS = {
    "address_1": "1 Liberty Place",
    "address_2": "Floor 10",
    "address_3": "",
    "address_4": "",
    "city": "New York",
    "state": "NY",
    "other_state": "",
    "postal_code": "10006",
    "country": "US",
}


def to_decide(**changed: Any) -> dict[str, Any]:
    """A request for an address, as support sees it, with one that is like it."""
    like_it = {
        **PARTS,
        "address_1": "1 Liberty Pl.",
        "id": OTHER_ID,
        "customer_number": "C-2",
        "source": "registration",
        "created_at": "2026-11-25T08:00:00Z",
        "in_one_line": "1 Liberty Pl., New York",
        "same": False,
    }
    address = {
        **PARTS,
        "customer_number": "C-1",
        "license_id": LICENSE_ID,
        "serial_number": "A0000000001",
        "license_state": "waits",
        "created": None,
        "similar": [like_it],
    }
    findings = [{"code": "address_similar", "weight": "neutral", "text": "Like it are there", "licenses": 1}]
    about = {"kind": "address_creation", "licenses": [], "findings": findings, "address": address}
    return a_support_request(**about, two_needed=False, **changed)


@pytest.fixture
def browser(open_portal: OpenPortal, portal_services: FakeServices) -> TestClient:
    portal_services.answers("catalog", "GET", REQUEST, to_decide())
    portal_services.answers("catalog", "POST", f"{REQUEST}/approve", to_decide(status="approved"))
    return open_portal(a_caller("acc_1", roles=("support",)))


def sent(services: FakeServices) -> Any:
    return services.only_call("catalog", "POST", f"{REQUEST}/approve").json


def test_the_address_stands_in_inputs_beside_those_like_it(browser: TestClient) -> None:
    page = Page(browser.get(PAGE).text)
    assert (page.value("address_1"), page.value("state"), page.value("country")) == (
        "1 Liberty Place",
        "NY",
        "US",
    )
    for said in ("C-1", "A0000000001", "1 Liberty Pl.", "Like it are there", "moves there as soon as"):
        assert said in page.text
    assert page.all("button", name="use_address_id", value=OTHER_ID)
    assert len(page.all("form", action=f"{PAGE}/approve")) == 1
    assert f"/licenses/{LICENSE_ID}" not in page.links()
    assert page.faults() == []


def test_an_address_is_approved_as_it_was_corrected(
    browser: TestClient, portal_services: FakeServices
) -> None:
    typed = {**PARTS, "address_1": "1 Liberty Plaza", "note": "Welcome."}
    answer = browser.post(f"{PAGE}/approve", data=typed)
    assert answer.headers["location"] == f"{PAGE}?done=request-approved"
    expected = {"note": "Welcome.", "address": {**PARTS, "address_1": "1 Liberty Plaza"}}
    assert sent(portal_services) == expected


def test_another_address_is_used_instead(browser: TestClient, portal_services: FakeServices) -> None:
    browser.post(f"{PAGE}/approve", data={**PARTS, "note": "", "use_address_id": OTHER_ID})
    assert sent(portal_services) == {"note": "", "use_address_id": OTHER_ID}


def test_what_is_wrong_with_a_correction_is_told_at_its_input(
    browser: TestClient, portal_services: FakeServices
) -> None:
    errors = {"/address/postal_code": "Not a code."}
    portal_services.refuses("catalog", "POST", f"{REQUEST}/approve", 422, "invalid", errors=errors)
    answer = browser.post(f"{PAGE}/approve", data={**PARTS, "postal_code": "X"})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert "#postal_code" in page.links()
    assert page.value("postal_code") == "X"


def test_the_states_follow_the_country_without_script(
    browser: TestClient, portal_services: FakeServices
) -> None:
    answer = browser.post(f"{PAGE}/approve", data={**PARTS, "country": "SE", "action": "country"})
    page = Page(answer.text)
    assert page.all("option", value="NY") == []
    assert page.value("country") == "SE"
    assert not portal_services.calls("catalog", "POST", f"{REQUEST}/approve")


@pytest.mark.parametrize(
    "changed", [{"may": []}, {"may": [], "own": True}, {"may": [], "status": "rejected"}]
)
def test_who_cannot_decide_it_only_reads_it(
    browser: TestClient, portal_services: FakeServices, changed: dict[str, Any]
) -> None:
    portal_services.answers("catalog", "GET", REQUEST, to_decide(**changed))
    page = Page(browser.get(PAGE).text)
    assert "1 Liberty Place" in page.text
    assert page.all("form", action=f"{PAGE}/approve") == []
    assert page.all("button", name="use_address_id") == []
    assert page.faults() == []
