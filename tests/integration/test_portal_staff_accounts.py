"""The page of one account for staff, in front of a stand-in for accounts."""

from typing import Any

import pytest

from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

ACCOUNT = "acc_01h455vb4pex5vsknk084sn02q"
PAGE = f"/staff/accounts/{ACCOUNT}"
API = f"/api/v1{PAGE}"
SUPPORT = a_caller("acc_2", roles=("customer", "support"))
OPERATOR = a_caller("acc_3", roles=("customer", "operator"))


def a_staff_account(**fields: Any) -> dict[str, Any]:
    return {
        "id": ACCOUNT,
        "login_id": "anna+1",
        "email": "anna+1@lindqvist.example",
        "name": "Anna <Lindqvist>",
        "company_name": "Lindqvist & Co",
        "status": "active",
        "verified": True,
        "roles": ["customer"],
        "country": "SE",
        "created_at": "2026-11-20T09:00:00Z",
        "pending_email": None,
        "additional_email": None,
        "additional_email_confirmed": False,
        "customer_type": "end_user",
        "phone_number": "+46812345678",
        "phone_extension": "12",
        "street_address": "Storgatan 5",
        "city": "Stockholm",
        "state": "",
        "postal_code": "111 22",
        "language": "it",
        "agreed": True,
        "agreement": {"version": "2026-01", "accepted_at": "2026-11-20T09:01:00Z"},
        "failed_logins": 0,
        "login_refused_until": None,
    } | fields


SLOWED = {"failed_logins": 7, "login_refused_until": "2026-11-25T10:00:00Z"}


def accounts_has(services: FakeServices, **fields: Any) -> None:
    services.answers("accounts", "GET", API, a_staff_account(**fields))


@pytest.mark.feature("C4")
@pytest.mark.parametrize("caller", [SUPPORT, OPERATOR], ids=["support", "operator"])
def test_staff_see_an_account_whole(
    open_portal: OpenPortal, portal_services: FakeServices, caller: Any
) -> None:
    accounts_has(portal_services)

    answer = open_portal(caller).get(PAGE)

    page = Page(answer.text)
    assert (answer.status_code, page.faults()) == (200, [])
    for told in ("Anna <Lindqvist>", "Lindqvist & Co", "anna+1@lindqvist.example", "End user", "Italiano"):
        assert told in page.text
    for told in ("+46812345678", "Storgatan 5", "Verified", "Accepted", "Not slowed down"):
        assert told in page.text
    assert page.all("form", action=f"{PAGE}/unlock") == []


@pytest.mark.feature("C4")
def test_support_finds_the_emails_and_requests_of_the_person(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    accounts_has(portal_services)

    links = Page(open_portal(SUPPORT).get(PAGE).text).links()

    assert "/staff/emails?query=anna%2B1%40lindqvist.example" in links
    assert "/staff/requests?query=anna%2B1&status=all" in links


@pytest.mark.feature("C4")
def test_an_account_of_the_list_leads_to_its_page(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    page = {"items": [a_staff_account(status="locked")], "next_cursor": None}
    portal_services.answers("accounts", "GET", "/api/v1/staff/accounts", page)

    shown = Page(open_portal(SUPPORT).get("/staff/accounts").text)

    assert PAGE in shown.links()
    assert "Locked" in shown.text


def test_operators_see_that_logging_in_is_slowed_down_but_do_not_unlock(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    accounts_has(portal_services, **SLOWED)

    page = Page(open_portal(OPERATOR).get(PAGE).text)

    assert "7 wrong passwords in a row" in page.text
    assert page.all("form", action=f"{PAGE}/unlock") == []
    assert not [link for link in page.links() if link.startswith("/staff/emails?")]


@pytest.mark.feature("C4", "G3")
def test_support_unlocks_an_account_and_says_why(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    accounts_has(portal_services, **SLOWED)
    portal_services.answers("accounts", "POST", f"{API}/unlock", a_staff_account())
    browser = open_portal(SUPPORT)

    page = Page(browser.get(PAGE).text)
    answer = browser.post(f"{PAGE}/unlock", data={"reason": "Called us"})

    assert "slowed down at the moment" in page.text
    assert page.all("form", action=f"{PAGE}/unlock", method="post")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done=account-unlocked")
    assert portal_services.only_call("accounts", "POST", f"{API}/unlock").json == {"reason": "Called us"}


def test_a_reason_that_is_missing_is_told_at_its_input(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    accounts_has(portal_services, **SLOWED)
    errors = {"/reason": "This field is required."}
    portal_services.refuses("accounts", "POST", f"{API}/unlock", 422, "invalid", errors=errors)

    answer = open_portal(SUPPORT).post(f"{PAGE}/unlock", data={})

    page = Page(answer.text)
    assert (answer.status_code, page.faults()) == (422, [])
    assert page.all("textarea", name="reason")[0].attributes["aria-invalid"] == "true"


@pytest.mark.parametrize(("status", "code"), [(403, "forbidden"), (404, "not_found")])
def test_what_the_api_refuses_becomes_the_error_page(
    status: int, code: str, open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.refuses("accounts", "GET", API, status, code)
    portal_services.refuses("accounts", "POST", f"{API}/unlock", status, code)
    browser = open_portal(a_caller("acc_1"))

    assert browser.get(PAGE).status_code == status
    assert browser.post(f"{PAGE}/unlock", data={"reason": "x"}).status_code == status


def test_somebody_who_has_not_logged_in_is_asked_to(open_portal: OpenPortal) -> None:
    assert open_portal().get(PAGE).headers["location"].startswith("/login")
