"""Moving a license to another address, and asking for one that is not there yet, through the pages."""

from typing import Any

import pytest

from tests.factories.registrations import LICENSE_ID, a_history, a_license
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

LICENSE = f"/api/v1/catalog/licenses/{LICENSE_ID}"
ADDRESSES = "/api/v1/catalog/addresses"
ADDRESS_ID = "adr_01h455vb4pex5vsknk084sn02q"
MOVE = f"/licenses/{LICENSE_ID}/move"
AT = {
    "address_1": "4 Main St",
    "address_2": "",
    "address_3": "",
    "address_4": "",
    "city": "Springfield",
    "state": "IL",
    "other_state": "",
    "postal_code": "62701",
    "country": "US",
}


def an_address(**changed: Any) -> dict[str, Any]:
    """One of my addresses."""
    return {
        "id": ADDRESS_ID,
        "customer_number": "C-1",
        "address_1": "1 Liberty Place",
        "address_2": "Floor 10",
        "address_3": "LAN Ops",
        "address_4": "",
        "city": "New York",
        "state": "NY",
        "other_state": "",
        "postal_code": "10006",
        "country": "US",
        "source": "registration",
        "created_at": "2026-11-25T08:00:00Z",
        "in_one_line": "1 Liberty Place, Floor 10, LAN Ops, New York, NY 10006, US",
        **changed,
    }


def a_page(*items: dict[str, Any], total: int | None = None, cursor: str | None = None) -> dict[str, Any]:
    return {"items": list(items), "total": len(items) if total is None else total, "next_cursor": cursor}


@pytest.fixture
def catalog(portal_services: FakeServices) -> FakeServices:
    """A catalog with a license that I may move, and one address."""
    deployment = {"install_at": AT, "technical_contact": None}
    license = a_license(options=["move"], deployment=deployment)
    portal_services.answers("catalog", "GET", LICENSE, license)
    portal_services.answers("catalog", "GET", ADDRESSES, a_page(an_address()))
    portal_services.answers("catalog", "GET", f"{ADDRESSES}/{ADDRESS_ID}", an_address())
    return portal_services


def view_only(services: FakeServices) -> None:
    why = "The license is shared with you for viewing only."
    refused = [{"option": "move", "why": why}]
    services.answers("catalog", "GET", LICENSE, a_license(options=[], refused_options=refused))


@pytest.mark.feature("G20")
def test_the_page_of_a_license_leads_to_moving_it(open_portal: OpenPortal, catalog: FakeServices) -> None:
    catalog.answers("catalog", "GET", f"{LICENSE}/history", a_history())
    catalog.answers("catalog", "GET", f"{LICENSE}/fields", {"fields": []})
    catalog.answers("catalog", "GET", f"{LICENSE}/comments", {"items": [], "next_cursor": None})
    catalog.answers("catalog", "GET", "/api/v1/shares", {"items": [], "next_cursor": None})
    page = Page(open_portal(a_caller("acc_1")).get(f"/licenses/{LICENSE_ID}").text)
    assert MOVE in page.links()
    assert "4 Main St, Springfield, IL, 62701, US" in page.text


@pytest.mark.feature("G20")
def test_where_it_is_and_where_it_can_go_are_shown(open_portal: OpenPortal, catalog: FakeServices) -> None:
    answer = open_portal(a_caller("acc_1")).get(MOVE)
    assert answer.status_code == 200
    page = Page(answer.text)
    for said in ("4 Main St", "1 Liberty Place", "Floor 10, LAN Ops", "Addresses 1–1 of 1"):
        assert said in page.text
    assert {f"{MOVE}/{ADDRESS_ID}", f"{MOVE}/new", f"/licenses/{LICENSE_ID}"} <= page.links()
    assert page.faults() == []
    assert not catalog.unexpected


@pytest.mark.feature("G20")
def test_what_is_looked_for_is_asked_of_the_catalog(open_portal: OpenPortal, catalog: FakeServices) -> None:
    query = {"country": "US", "state": "NY", "other_state": " ", "where": "city", "starts_with": "new"}
    page = Page(open_portal(a_caller("acc_1")).get(MOVE, params=query).text)
    asked = dict(catalog.only_call("catalog", "GET", ADDRESSES).request.url.params)
    assert asked == {"country": "US", "state": "NY", "where": "city", "starts_with": "new", "limit": "50"}
    assert (page.value("state"), page.value("where"), page.value("starts_with")) == ("NY", "city", "new")


@pytest.mark.feature("G20")
def test_the_states_follow_the_country_without_script(open_portal: OpenPortal, catalog: FakeServices) -> None:
    query = {"country": "US", "state": "", "starts_with": "1 L", "action": "country"}
    page = Page(open_portal(a_caller("acc_1")).get(MOVE, params=query).text)
    assert page.all("option", value="CA")
    assert page.value("starts_with") == "1 L"
    assert not catalog.calls("catalog", "GET", ADDRESSES)


@pytest.mark.feature("G20")
def test_a_state_of_the_country_chosen_before_is_not_looked_for(
    open_portal: OpenPortal, catalog: FakeServices
) -> None:
    open_portal(a_caller("acc_1")).get(MOVE, params={"country": "SE", "state": "NY"})
    asked = dict(catalog.only_call("catalog", "GET", ADDRESSES).request.url.params)
    assert "state" not in asked


@pytest.mark.feature("G20")
def test_further_pages_say_where_one_is(open_portal: OpenPortal, catalog: FakeServices) -> None:
    many = [an_address() for _ in range(50)]
    catalog.answers("catalog", "GET", ADDRESSES, a_page(*many, total=33_000, cursor="abc"))
    browser = open_portal(a_caller("acc_1"))
    page = Page(browser.get(MOVE, params={"country": "US"}).text)
    assert "Addresses 1–50 of 33,000" in page.text
    [onward] = [tag.attributes["href"] for tag in page.all("a", rel="next")]
    second = Page(browser.get(f"{MOVE}{onward}").text)
    assert "Addresses 51–100 of 33,000" in second.text
    asked = dict(catalog.calls("catalog", "GET", ADDRESSES)[1].request.url.params)
    assert (asked["country"], asked["cursor"]) == ("US", "abc")


@pytest.mark.feature("G20")
def test_a_search_without_result_says_what_to_do(open_portal: OpenPortal, catalog: FakeServices) -> None:
    catalog.answers("catalog", "GET", ADDRESSES, a_page())
    page = Page(open_portal(a_caller("acc_1")).get(MOVE, params={"starts_with": "zzz"}).text)
    assert "No address like that" in page.text
    assert f"{MOVE}/new" in page.links()


@pytest.mark.feature("G20")
def test_a_search_that_is_refused_is_told_at_its_input(
    open_portal: OpenPortal, catalog: FakeServices
) -> None:
    catalog.refuses("catalog", "GET", ADDRESSES, 422, "invalid", errors={"/starts_with": "Too long."})
    answer = open_portal(a_caller("acc_1")).get(MOVE, params={"starts_with": "x"})
    assert answer.status_code == 422
    assert "Too long." in Page(answer.text).text


@pytest.mark.feature("G20")
def test_who_may_not_move_it_is_told_why(open_portal: OpenPortal, catalog: FakeServices) -> None:
    view_only(catalog)
    page = Page(open_portal(a_caller("acc_1")).get(MOVE).text)
    assert "shared with you for viewing only" in page.text
    assert not catalog.calls("catalog", "GET", ADDRESSES)


@pytest.mark.feature("G20")
def test_a_move_is_confirmed_and_then_done(open_portal: OpenPortal, catalog: FakeServices) -> None:
    catalog.answers("catalog", "POST", f"{LICENSE}/move", {"license_id": LICENSE_ID})
    browser = open_portal(a_caller("acc_1"))
    page = Page(browser.get(f"{MOVE}/{ADDRESS_ID}").text)
    assert "4 Main St" in page.text
    assert "1 Liberty Place" in page.text
    assert page.faults() == []
    answer = browser.post(f"{MOVE}/{ADDRESS_ID}")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/licenses/{LICENSE_ID}?done=license-moved",
    )
    assert catalog.only_call("catalog", "POST", f"{LICENSE}/move").json == {"address_id": ADDRESS_ID}


@pytest.mark.feature("G20")
def test_a_refused_move_says_why(open_portal: OpenPortal, catalog: FakeServices) -> None:
    catalog.refuses("catalog", "POST", f"{LICENSE}/move", 403, "move_refused", detail="Ask its owner.")
    answer = open_portal(a_caller("acc_1")).post(f"{MOVE}/{ADDRESS_ID}")
    assert answer.status_code == 422
    assert "Ask its owner." in Page(answer.text).text


@pytest.mark.feature("G20")
def test_an_address_of_somebody_else_is_nowhere(open_portal: OpenPortal, catalog: FakeServices) -> None:
    catalog.refuses("catalog", "GET", f"{ADDRESSES}/{ADDRESS_ID}", 404, "not_found")
    assert open_portal(a_caller("acc_1")).get(f"{MOVE}/{ADDRESS_ID}").status_code == 404


NEW = {
    "customer_number": "C-1",
    "address_1": "1 Liberty Place",
    "address_2": "Floor 10",
    "address_3": "",
    "address_4": "",
    "city": "New York",
    "state": "NY",
    "other_state": "",
    "postal_code": "10006",
    "country": "US",
    "comments": "A new floor.",
    "terms_accepted": "yes",
    "move_when_created": "yes",
    "once": "key-1",
}
REQUESTS = "/api/v1/catalog/address-requests"
REQUEST_ID = "req_01h455vb4pex5vsknk084sn02q"


def a_request(**address: Any) -> dict[str, Any]:
    """A request for an address, as its requester sees it."""
    asked = {
        **{name: value for name, value in NEW.items() if name in AT},
        "customer_number": "C-1",
        "license_id": LICENSE_ID,
        "serial_number": "A0000000001",
        "license_state": "waits",
        "created": None,
        **address,
    }
    return {
        "id": REQUEST_ID,
        "kind": "address_creation",
        "status": "pending_approval",
        "title": "1 Liberty Place, New York",
        "description": "A new floor.",
        "created_at": "2026-11-25T08:00:00Z",
        "changed_at": "2026-11-25T08:00:00Z",
        "due_at": None,
        "license_count": 0,
        "concerns": "requester",
        "parties": [],
        "licenses": [],
        "progress": {"done": 0, "total": 0},
        "outcome": {"moved": 0, "lost": 0, "left_out": 0, "said": ""},
        "events": [],
        "messages": [],
        "attachments": [],
        "may_withdraw": True,
        "address": asked,
    }


@pytest.mark.feature("G21")
def test_the_form_of_a_new_address_begins_with_what_is_known(
    open_portal: OpenPortal, catalog: FakeServices
) -> None:
    answer = open_portal(a_caller("acc_1")).get(f"{MOVE}/new")
    assert answer.status_code == 200
    page = Page(answer.text)
    assert (page.value("customer_number"), page.value("country"), page.value("address_1")) == (
        "C-1",
        "US",
        "",
    )
    assert "checked" in page.all("input", name="move_when_created")[0].attributes
    assert "checked" not in page.all("input", name="terms_accepted")[0].attributes
    assert page.all("option", value="NY")
    assert page.faults() == []
    assert not catalog.unexpected


@pytest.mark.feature("G21")
def test_a_new_address_is_asked_for_once(open_portal: OpenPortal, catalog: FakeServices) -> None:
    catalog.answers("catalog", "POST", REQUESTS, {"id": REQUEST_ID}, status=201)
    answer = open_portal(a_caller("acc_1")).post(f"{MOVE}/new", data=NEW)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/requests/{REQUEST_ID}?done=request-made",
    )
    asked = catalog.only_call("catalog", "POST", REQUESTS)
    given = {name: value for name, value in NEW.items() if name != "once"}
    expected = {**given, "terms_accepted": True, "move_when_created": True, "license_id": LICENSE_ID}
    assert asked.json == expected
    assert asked.request.headers["idempotency-key"] == "key-1"


@pytest.mark.feature("G21")
def test_boxes_that_are_not_ticked_say_no(open_portal: OpenPortal, catalog: FakeServices) -> None:
    catalog.answers("catalog", "POST", REQUESTS, {"id": REQUEST_ID}, status=201)
    unticked = {name: value for name, value in NEW.items() if value != "yes"}
    open_portal(a_caller("acc_1")).post(f"{MOVE}/new", data=unticked)
    asked = catalog.only_call("catalog", "POST", REQUESTS).json
    assert (asked["terms_accepted"], asked["move_when_created"]) == (False, False)


@pytest.mark.feature("G21")
def test_a_state_where_there_is_no_list_is_another_one(
    open_portal: OpenPortal, catalog: FakeServices
) -> None:
    catalog.answers("catalog", "POST", REQUESTS, {"id": REQUEST_ID}, status=201)
    typed = {**NEW, "country": "SE", "state": "Skåne"}
    open_portal(a_caller("acc_1")).post(f"{MOVE}/new", data=typed)
    asked = catalog.only_call("catalog", "POST", REQUESTS).json
    assert (asked["state"], asked["other_state"]) == ("", "Skåne")


@pytest.mark.feature("G21")
def test_what_is_wrong_with_an_address_is_told_at_its_input(
    open_portal: OpenPortal, catalog: FakeServices
) -> None:
    errors = {"/postal_code": "Not a code.", "/terms_accepted": "Accept them."}
    catalog.refuses("catalog", "POST", REQUESTS, 422, "invalid", errors=errors)
    answer = open_portal(a_caller("acc_1")).post(f"{MOVE}/new", data=NEW)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert {"#postal_code", "#terms_accepted"} <= page.links()
    assert (page.value("city"), page.value("state")) == ("New York", "NY")
    assert page.value("once") not in ("", "key-1")
    assert page.faults() == []


@pytest.mark.feature("G21")
def test_the_states_of_a_new_address_follow_the_country_without_script(
    open_portal: OpenPortal, catalog: FakeServices
) -> None:
    typed = {**NEW, "country": "SE", "action": "country"}
    page = Page(open_portal(a_caller("acc_1")).post(f"{MOVE}/new", data=typed).text)
    assert page.all("option", value="NY") == []
    assert page.value("address_2") == "Floor 10"
    assert not catalog.calls("catalog", "POST", REQUESTS)


@pytest.mark.feature("G21")
def test_who_may_not_move_the_license_is_led_to_why(open_portal: OpenPortal, catalog: FakeServices) -> None:
    view_only(catalog)
    answer = open_portal(a_caller("acc_1")).get(f"{MOVE}/new")
    assert (answer.status_code, answer.headers["location"]) == (303, MOVE)


@pytest.mark.feature("G21")
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({}, "moves there as soon as"),
        ({"license_state": "moved", "created": an_address()}, "The license is at this address"),
        ({"license_state": "stayed", "created": an_address()}, "could no longer move it"),
        ({"license_state": "none", "created": an_address()}, "Move the license there"),
    ],
)
def test_the_page_of_a_request_shows_the_address_and_what_became_of_it(
    open_portal: OpenPortal, portal_services: FakeServices, address: dict[str, Any], said: str
) -> None:
    portal_services.answers("catalog", "GET", f"/api/v1/requests/{REQUEST_ID}", a_request(**address))
    page = Page(open_portal(a_caller("acc_1")).get(f"/requests/{REQUEST_ID}").text)
    assert "1 Liberty Place" in page.text
    assert said in page.text
    assert page.faults() == []
