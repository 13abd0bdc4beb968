"""Customer numbers and licenses that are added without being registered, through the pages."""

from typing import Any

import httpx2
import pytest

from tests.factories.registrations import A_PRODUCT, LICENSE_ID, a_history, a_license
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

NUMBERS = "/api/v1/customer-numbers"
ADDITIONS = "/api/v1/catalog/additions"
PAGE = "/account/customer-numbers"
PAIR = {"customer_number": "C-1", "order_number": "SO-1"}
ENTITLEMENT_ID = "ent_01h455vb4pex5vsknk084sn02q"


def a_number(**fields: Any) -> dict[str, Any]:
    """A customer number of mine."""
    return {
        **PAIR,
        "customer_name": "Lindqvist Instruments",
        "comment": "Head office",
        "added_at": "2026-05-04T09:30:00Z",
        "license_count": 1234,
    } | fields


def a_shared_number(**fields: Any) -> dict[str, Any]:
    """A customer number that somebody shares with me."""
    return {
        "customer_number": "C-2",
        "customer_name": "Nordic Tools",
        "from_name": "Carla Berg",
        "from_company": "Nordic",
        "level": "full",
    } | fields


def a_line(outcome: str, **fields: Any) -> dict[str, Any]:
    """What became of a serial number."""
    return {
        "serial_number": "A0000000001",
        "outcome": outcome,
        "text": f"Told of {outcome}.",
        "license_id": None,
    } | fields


def an_unregistered_license() -> dict[str, Any]:
    """A license that I added to my catalog, with its details."""
    made = a_license(id=ENTITLEMENT_ID, status="not_registered", registered_at=None, registration_id=None)
    made["key"] |= {"license_keys": [], "registered_at": None, "added_at": "2026-05-04T09:30:00Z"}
    made["ownership"] = {"owner_name": "", "owner_company": "", "access": "added"}
    return {**made, "access": "added", "has_file": False, "options": ["register", "remove_from_catalog"]}


@pytest.fixture
def catalog(portal_services: FakeServices) -> FakeServices:
    """A catalog with a customer number of mine and one that is shared with me."""
    portal_services.answers("catalog", "GET", NUMBERS, {"items": [a_number()], "next_cursor": None})
    shared = {"items": [a_shared_number()], "next_cursor": None}
    portal_services.answers("catalog", "GET", f"{NUMBERS}/shared", shared)
    return portal_services


@pytest.mark.feature("G9")
def test_customer_numbers_of_mine_and_those_shared_with_me_are_shown(
    open_portal: OpenPortal, catalog: FakeServices
) -> None:
    page = Page(open_portal(a_caller("acc_1")).get(PAGE).text)
    for said in ("C-1", "Lindqvist Instruments", "Head office", "1,234", "C-2", "Carla Berg", "full access"):
        assert said in page.text
    assert page.all("form", action=f"{PAGE}/C-1/remove")
    assert "/licenses?query=C-1" in page.links()
    assert page.all("a", href=PAGE, **{"aria-current": "page"})
    assert page.faults() == []
    assert not catalog.unexpected


@pytest.mark.feature("G9")
def test_an_account_without_numbers_is_told_what_they_are_for(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    for path in (NUMBERS, f"{NUMBERS}/shared"):
        portal_services.answers("catalog", "GET", path, {"items": [], "next_cursor": None})
    page = Page(open_portal(a_caller("acc_1")).get(PAGE).text)
    assert "Add the number of your company above" in page.text
    assert not page.all("table")


@pytest.mark.feature("G9")
def test_every_page_of_a_long_list_is_shown(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    portal_services.answers("catalog", "GET", f"{NUMBERS}/shared", {"items": [], "next_cursor": None})
    pages = [
        {"items": [a_number(customer_number="C-8")], "next_cursor": "c2"},
        {"items": [a_number(customer_number="C-9")], "next_cursor": None},
    ]

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=pages["cursor" in request.url.params])

    portal_services.answers_by("catalog", "GET", NUMBERS, answer)
    page = Page(open_portal(a_caller("acc_1")).get(PAGE).text)
    assert "C-8" in page.text
    assert "C-9" in page.text


@pytest.mark.feature("G9")
def test_a_customer_number_is_added_with_its_order(open_portal: OpenPortal, catalog: FakeServices) -> None:
    catalog.answers("catalog", "POST", NUMBERS, a_number(), status=201)
    portal = open_portal(a_caller("acc_1"))
    answer = portal.post(PAGE, data={**PAIR, "comment": "Head office", "stray": "x"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done=customer-number-added")
    assert catalog.only_call("catalog", "POST", NUMBERS).json == {**PAIR, "comment": "Head office"}
    assert "is added to your account" in portal.get(answer.headers["location"]).text


@pytest.mark.feature("G9")
@pytest.mark.parametrize(
    ("status", "code", "errors"),
    [
        (422, "customer_number_mismatch", {"/order_number": "No order of this customer."}),
        (429, "too_many_requests", None),
        (503, "unavailable", None),
    ],
)
def test_a_refused_number_keeps_what_was_typed(
    open_portal: OpenPortal, catalog: FakeServices, status: int, code: str, errors: dict[str, str] | None
) -> None:
    catalog.refuses("catalog", "POST", NUMBERS, status, code, errors=errors, detail="Look again.")
    answer = open_portal(a_caller("acc_1")).post(PAGE, data={**PAIR, "comment": "<b>"})
    page = Page(answer.text)
    assert answer.status_code == status
    assert ("No order of this customer." if errors else "Look again.") in page.text
    assert (page.value("customer_number"), page.value("comment")) == ("C-1", "<b>")
    assert page.faults() == []


@pytest.mark.feature("G9")
def test_a_customer_number_is_removed(open_portal: OpenPortal, catalog: FakeServices) -> None:
    catalog.answers("catalog", "DELETE", f"{NUMBERS}/C-1", status=204)
    answer = open_portal(a_caller("acc_1")).post(f"{PAGE}/C-1/remove")
    assert answer.headers["location"] == f"{PAGE}?done=customer-number-removed"


@pytest.mark.feature("G17")
def test_there_are_two_ways_to_add_licenses(open_portal: OpenPortal) -> None:
    page = Page(open_portal(a_caller("acc_1")).get("/licenses/add").text)
    assert page.all("textarea", name="serial_numbers")
    assert page.all("input", name="customer_number")
    assert page.all("a", href="/licenses/add", **{"aria-current": "page"})
    assert page.faults() == []


@pytest.mark.feature("G17")
def test_serial_numbers_are_added_a_line_each_and_each_result_is_told(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    lines = [
        a_line("added", license_id=ENTITLEMENT_ID),
        a_line("already_yours", serial_number="A0000000002", license_id=LICENSE_ID),
        a_line("already_added", serial_number="A0000000003"),
        a_line("registered_by_another", serial_number="A0000000004"),
        a_line("unknown", serial_number="<b>"),
    ]
    portal_services.answers("catalog", "POST", ADDITIONS, {"items": lines})
    typed = "A0000000001\r\n  A0000000002\r\n\r\n"
    answer = open_portal(a_caller("acc_1")).post("/licenses/add", data={"serial_numbers": typed})
    asked = portal_services.only_call("catalog", "POST", ADDITIONS)
    assert asked.json == {"serial_numbers": ["A0000000001", "A0000000002"]}
    page = Page(answer.text)
    for word in ("Added", "Yours already", "Added before", "Registered by somebody else", "Unknown"):
        assert word in page.text
    for line in lines:
        assert line["text"] in page.text
    assert {f"/licenses/{ENTITLEMENT_ID}", f"/licenses/{LICENSE_ID}"} <= page.links()
    assert "1 license was added" in page.text
    assert len(page.all("svg", **{"class": "icon"})) >= len(lines)
    assert page.faults() == []


@pytest.mark.feature("G17")
def test_an_order_is_added_by_its_numbers(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    portal_services.answers("catalog", "POST", ADDITIONS, {"items": [a_line("already_added")]})
    answer = open_portal(a_caller("acc_1")).post("/licenses/add", data={"way": "order", **PAIR})
    assert portal_services.only_call("catalog", "POST", ADDITIONS).json == PAIR
    assert "Nothing was added" in answer.text


@pytest.mark.feature("G17")
@pytest.mark.parametrize("way", ["serial-numbers", "order"])
@pytest.mark.parametrize(
    ("status", "code"), [(422, "invalid"), (429, "too_many_requests"), (503, "unavailable")]
)
def test_what_is_refused_is_told_at_its_own_form(
    open_portal: OpenPortal, portal_services: FakeServices, way: str, status: int, code: str
) -> None:
    errors = {"/serial_numbers" if way == "serial-numbers" else "/order_number": "Not like this, please."}
    portal_services.refuses("catalog", "POST", ADDITIONS, status, code, errors=errors)
    typed = {"way": way, "serial_numbers": "<b>", **PAIR}
    answer = open_portal(a_caller("acc_1")).post("/licenses/add", data=typed)
    page = Page(answer.text)
    assert answer.status_code == status
    assert "Not like this, please." in page.text
    assert ("&lt;b&gt;" in answer.text) == (way == "serial-numbers")
    assert page.value("customer_number") == ("C-1" if way == "order" else "")
    assert len(page.all("div", role="alert")) == 1
    assert page.faults() == []


@pytest.mark.feature("G18")
def test_an_added_license_can_be_registered_or_removed(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    path = f"/api/v1/catalog/licenses/{ENTITLEMENT_ID}"
    portal_services.answers("catalog", "GET", f"{path}*", {"items": [], "next_cursor": None})
    portal_services.answers("catalog", "GET", path, an_unregistered_license())
    portal_services.answers("catalog", "GET", f"{path}/history", a_history())
    page = Page(open_portal(a_caller("acc_1")).get(f"/licenses/{ENTITLEMENT_ID}").text)
    assert "Not registered" in page.text
    assert page.all("form", action="/register")
    assert page.value("serial_numbers") == "A0000000001"
    assert page.all("form", action=f"/licenses/{ENTITLEMENT_ID}/remove-from-catalog")
    assert A_PRODUCT["name"] in page.text


@pytest.mark.feature("G17")
def test_a_license_is_removed_from_the_catalog(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("catalog", "DELETE", f"{ADDITIONS}/{ENTITLEMENT_ID}", status=204)
    answer = open_portal(a_caller("acc_1")).post(f"/licenses/{ENTITLEMENT_ID}/remove-from-catalog")
    assert answer.headers["location"] == "/licenses?done=addition-removed"


@pytest.mark.feature("G17")
def test_what_is_not_mine_cannot_be_removed(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    portal_services.refuses("catalog", "DELETE", f"{ADDITIONS}/{LICENSE_ID}", 404, "not_found")
    answer = open_portal(a_caller("acc_1")).post(f"/licenses/{LICENSE_ID}/remove-from-catalog")
    assert answer.status_code == 404


@pytest.mark.parametrize("path", [PAGE, "/licenses/add"])
def test_whoever_has_not_logged_in_does_so_first(open_portal: OpenPortal, path: str) -> None:
    assert open_portal().get(path).headers["location"].startswith("/login?next=")
    assert open_portal().post(path).headers["location"] == "/login"
