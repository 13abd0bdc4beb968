"""Viewing the portal as somebody else, in front of stand-ins for the services."""

import time
from dataclasses import replace

import pytest

from keydesk.chassis.identity import Caller
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.integration.test_portal_staff_accounts import ACCOUNT, OPERATOR, PAGE, SUPPORT, accounts_has
from tests.pages import Page
from tests.portal_services import FakeServices

VIEW = "/api/v1/sessions/current/view"


@pytest.fixture
def as_anna() -> Caller:
    """What the portal is told of a support person who views it as Anna."""
    caller = a_caller(ACCOUNT)
    return replace(caller, name="Anna <Lindqvist>", viewed_by="acc_2", view_ends=int(time.time()) + 900)


@pytest.mark.feature("C4")
def test_support_asks_to_view_the_portal_as_a_person_and_comes_to_their_home_page(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    accounts_has(portal_services)
    portal_services.answers("gateway", "POST", VIEW, {}, status=201)
    browser = open_portal(SUPPORT)

    page = Page(browser.get(PAGE).text)
    answer = browser.post(f"{PAGE}/view", data={"view_reason": "Ticket 4711"})

    assert page.faults() == []
    assert page.all("form", action=f"{PAGE}/view", method="post")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    asked = portal_services.only_call("gateway", "POST", VIEW)
    assert asked.json == {"account_id": ACCOUNT, "reason": "Ticket 4711"}


@pytest.mark.parametrize(
    ("caller", "fields"),
    [
        (OPERATOR, {}),
        (SUPPORT, {"roles": ["customer", "support"]}),
        (SUPPORT, {"roles": ["customer", "operator"]}),
        (SUPPORT, {"status": "locked"}),
        (SUPPORT, {"status": "pending", "verified": False}),
    ],
)
def test_viewing_is_not_offered_where_it_would_be_refused(
    caller: Caller, fields: dict[str, object], open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    accounts_has(portal_services, **fields)

    assert Page(open_portal(caller).get(PAGE).text).all("form", action=f"{PAGE}/view") == []


def test_a_missing_reason_is_told_at_its_own_input(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    accounts_has(portal_services, failed_logins=7)
    portal_services.refuses("gateway", "POST", VIEW, 422, "invalid", errors={"/reason": "Say why."})

    answer = open_portal(SUPPORT).post(f"{PAGE}/view", data={})

    page = Page(answer.text)
    assert (answer.status_code, page.faults()) == (422, [])
    assert page.all("textarea", name="view_reason")[0].attributes["aria-invalid"] == "true"
    assert "aria-invalid" not in page.all("textarea", name="reason")[0].attributes


@pytest.mark.parametrize(("status", "code"), [(403, "forbidden"), (403, "view_only"), (404, "not_found")])
def test_a_view_that_is_refused_becomes_the_error_page(
    status: int, code: str, open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.refuses("gateway", "POST", VIEW, status, code)

    answer = open_portal(a_caller("acc_1")).post(f"{PAGE}/view", data={"view_reason": "x"})

    assert answer.status_code == status


@pytest.mark.feature("C4")
@pytest.mark.parametrize("path", ["/", "/account", "/licenses", "/nowhere"])
def test_every_page_says_as_whom_it_is_viewed_and_how_to_stop(
    path: str, open_portal: OpenPortal, as_anna: Caller
) -> None:
    page = Page(open_portal(as_anna).get(path).text)

    assert page.faults() == []
    assert "You view the portal as Anna <Lindqvist> , until" in page.text.replace(">,", "> ,")
    assert page.all("form", action="/stop-viewing", method="post")
    assert not [link for link in page.links() if link.startswith("/staff")]


def test_nobody_else_reads_that_they_are_viewed(open_portal: OpenPortal) -> None:
    page = Page(open_portal(a_caller(ACCOUNT)).get("/account").text)

    assert "You view the portal as" not in page.text
    assert page.all("form", action="/stop-viewing") == []


@pytest.mark.feature("C4")
def test_stopping_leads_back_to_the_account(
    open_portal: OpenPortal, portal_services: FakeServices, as_anna: Caller
) -> None:
    portal_services.answers("gateway", "DELETE", VIEW, status=204)

    answer = open_portal(as_anna).post("/stop-viewing")

    assert answer.headers["location"] == f"{PAGE}?done=viewing-stopped"
    assert portal_services.calls("gateway", "DELETE", VIEW)


def test_stopping_a_view_that_has_ended_is_no_error(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("gateway", "DELETE", VIEW, status=204)

    assert open_portal(SUPPORT).post("/stop-viewing").headers["location"] == "/"
