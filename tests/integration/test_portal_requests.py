"""The pages of Customer Service, on the real portal in front of stand-ins for the services."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.factories.registrations import LICENSE_ID, a_history, a_license, a_page
from tests.factories.request_pages import REQUEST_ID, a_listed_request, a_message, a_request
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

pytestmark = pytest.mark.feature("G24")

REQUESTS = "/api/v1/requests"
REQUEST = f"{REQUESTS}/{REQUEST_ID}"
LICENSE = f"/api/v1/catalog/licenses/{LICENSE_ID}"
PAGE = f"/requests/{REQUEST_ID}"


@pytest.fixture
def services(portal_services: FakeServices) -> FakeServices:
    portal_services.answers("catalog", "GET", REQUESTS, a_page(a_listed_request()))
    portal_services.answers("catalog", "GET", REQUEST, a_request())
    portal_services.answers("catalog", "GET", LICENSE, a_license(serial_number="A0000000001"))
    return portal_services


@pytest.fixture
def browser(open_portal: OpenPortal, services: FakeServices) -> TestClient:  # noqa: ARG001 - behind it
    return open_portal(a_caller("acc_1"))


@pytest.mark.parametrize(
    "address",
    [
        "/requests",
        "/requests?status=completed",
        "/requests/new",
        "/requests/new?kind=ownership_transfer",
        f"/requests/new?kind=ownership_transfer&license={LICENSE_ID}",
        "/requests/new?kind=license_assignment",
        PAGE,
    ],
)
def test_the_pages_are_sound(address: str, browser: TestClient) -> None:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    assert Page(answer.text).faults() == []
    assert "<office>" not in answer.text
    assert "<moved>" not in answer.text


@pytest.mark.parametrize("address", ["/requests", "/requests/new", PAGE])
def test_the_pages_are_for_people_with_an_account(address: str, open_portal: OpenPortal) -> None:
    answer = open_portal().get(address)
    assert answer.headers["location"].startswith("/login?next=")


def test_the_page_offers_the_three_ways_to_ask(browser: TestClient) -> None:
    links = Page(browser.get("/requests").text).links()
    kinds = ("general", "ownership_transfer", "license_assignment")
    assert {f"/requests/new?kind={kind}" for kind in kinds} < links
    assert PAGE in links


def test_without_requests_the_page_says_what_to_do(browser: TestClient, services: FakeServices) -> None:
    services.answers("catalog", "GET", REQUESTS, a_page())
    assert "No requests yet" in browser.get("/requests").text
    assert "None of your requests is in this state." in browser.get("/requests?status=completed").text


def test_my_requests_are_read_page_by_page(browser: TestClient, services: FakeServices) -> None:
    services.answers(
        "catalog", "GET", REQUESTS, {"items": [a_listed_request(concerns="other_side")], "next_cursor": "x1"}
    )
    answer = browser.get("/requests?status=pending_approval&cursor=x0")
    assert "?status=pending_approval&amp;cursor=x1" in answer.text
    assert "concerns you" in answer.text
    params = services.only_call("catalog", "GET", REQUESTS).request.url.params
    assert (params["status"], params["cursor"]) == ("pending_approval", "x0")


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        (
            {"kind": "general", "title": "T", "description": "Which?", "to_login_id": "x"},
            {"kind": "general", "title": "T", "description": "Which?"},
        ),
        (
            {
                "kind": "ownership_transfer",
                "title": "T",
                "to_login_id": " carla ",
                "serial_numbers": "A1\r\nA2,A3",
            },
            {
                "kind": "ownership_transfer",
                "title": "T",
                "description": "",
                "to_login_id": "carla",
                "serial_numbers": ["A1", "A2", "A3"],
            },
        ),
        (
            {"kind": "ownership_transfer", "title": "T", "to_login_id": "carla", "customer_number": "C-1"},
            {
                "kind": "ownership_transfer",
                "title": "T",
                "description": "",
                "to_login_id": "carla",
                "customer_number": "C-1",
            },
        ),
        (
            {"kind": "license_assignment", "title": "T", "serial_numbers": "A1", "customer_number": "C-1"},
            {"kind": "license_assignment", "title": "T", "description": "", "serial_numbers": ["A1"]},
        ),
    ],
)
def test_a_form_becomes_a_request(
    typed: dict[str, str], sent: dict[str, Any], browser: TestClient, services: FakeServices
) -> None:
    services.answers("catalog", "POST", REQUESTS, a_request(), status=201)
    answer = browser.post("/requests/new", data={**typed, "once": "a-key"})
    assert answer.headers["location"] == f"{PAGE}?done=request-made"
    asked = services.only_call("catalog", "POST", REQUESTS)
    assert asked.json == sent
    assert asked.request.headers["idempotency-key"] == "a-key"
    assert "Support has your request." in browser.get(answer.headers["location"]).text


def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong_where(
    browser: TestClient, services: FakeServices
) -> None:
    errors = {
        "/to_login_id": "Nobody has this login ID.",
        "/serial_numbers/1": "Not yours.",
        "/description": "Too long.",
    }
    services.refuses("catalog", "POST", REQUESTS, 422, "invalid", errors=errors)
    typed = {"kind": "ownership_transfer", "title": "<T>", "to_login_id": "zoe", "serial_numbers": "A1\nA2"}
    answer = browser.post("/requests/new", data={**typed, "once": "a-key"})
    page = Page(answer.text)
    assert (answer.status_code, page.faults()) == (422, [])
    assert (page.value("title"), page.value("to_login_id")) == ("<T>", "zoe")
    assert page.value("once") not in ("", "a-key")
    assert "Nobody has this login ID." in answer.text
    assert "A2: Not yours." in answer.text


def test_many_wrong_serial_numbers_do_not_fill_the_page(browser: TestClient, services: FakeServices) -> None:
    errors = {f"/serial_numbers/{place}": "Not yours." for place in range(40)}
    services.refuses("catalog", "POST", REQUESTS, 422, "invalid", errors=errors)
    numbers = "\n".join(f"A{number}" for number in range(40))
    typed = {"kind": "license_assignment", "title": "T", "serial_numbers": numbers}
    answer = browser.post("/requests/new", data=typed)
    assert "A9: Not yours." in answer.text
    assert "A10: Not yours." not in answer.text


@pytest.mark.feature("G25")
def test_a_license_leads_to_its_transfer(browser: TestClient, services: FakeServices) -> None:
    services.answers("catalog", "GET", LICENSE, a_license(options=["transfer"]))
    services.answers("catalog", "GET", f"{LICENSE}/history", a_history())
    services.answers("catalog", "GET", f"{LICENSE}/fields", {"fields": []})
    services.answers("catalog", "GET", f"{LICENSE}/comments", a_page())
    services.answers("catalog", "GET", "/api/v1/shares", a_page())
    links = Page(browser.get(f"/licenses/{LICENSE_ID}").text).links()
    wanted = f"/requests/new?kind=ownership_transfer&license={LICENSE_ID}"
    assert wanted in links
    assert a_license()["serial_number"] in browser.get(wanted).text


def test_a_kind_that_is_not_asked_for_here_is_refused(browser: TestClient) -> None:
    assert browser.get("/requests/new?kind=address_creation").status_code == 422


def test_a_request_shows_its_state_licenses_steps_and_messages(browser: TestClient) -> None:
    answer = browser.get(PAGE)
    for said in ("Waits for approval", "Decision due", "A0000000001", "The first 1 of 120", "Which office?"):
        assert said in answer.text
    assert Page(answer.text).all("form", action=f"{PAGE}/withdraw")


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("submitted", "Received"),
        ("verifying", "Being checked"),
        ("approved", "Approved"),
        ("executing", "Being carried out"),
        ("completed", "Done"),
        ("rejected", "Rejected"),
        ("failed", "Could not be done"),
        ("withdrawn", "Withdrawn"),
    ],
)
def test_every_state_is_a_word(status: str, word: str, browser: TestClient, services: FakeServices) -> None:
    services.answers(
        "catalog",
        "GET",
        REQUEST,
        a_request(status=status, due_at=None, may_withdraw=False, progress={"done": 3, "total": 120}),
    )
    answer = browser.get(PAGE)
    assert word in answer.text
    assert not Page(answer.text).all("form", action=f"{PAGE}/withdraw")


def test_what_could_not_be_moved_is_told(browser: TestClient, services: FakeServices) -> None:
    outcome = {"moved": 3, "lost": 2, "left_out": 0, "said": "2 of 5 licenses were gone."}
    services.answers("catalog", "GET", REQUEST, a_request(status="completed", outcome=outcome))
    assert "2 of 5 licenses were gone." in browser.get(PAGE).text


def test_a_request_is_withdrawn(browser: TestClient, services: FakeServices) -> None:
    services.answers("catalog", "POST", f"{REQUEST}/withdraw", status=204)
    answer = browser.post(f"{PAGE}/withdraw")
    assert answer.headers["location"] == f"{PAGE}?done=request-withdrawn"


def test_a_request_that_was_decided_meanwhile_is_shown_as_it_is(
    browser: TestClient, services: FakeServices
) -> None:
    services.refuses(
        "catalog", "POST", f"{REQUEST}/withdraw", 409, "request_not_in_this_state", detail="It has moved on."
    )
    answer = browser.post(f"{PAGE}/withdraw")
    assert (answer.status_code, Page(answer.text).faults()) == (409, [])
    assert "It has moved on." in answer.text


def test_a_message_is_sent(browser: TestClient, services: FakeServices) -> None:
    services.answers("catalog", "POST", f"{REQUEST}/messages", a_message(), status=201)
    answer = browser.post(f"{PAGE}/messages", data={"message": "Gothenburg."})
    assert answer.headers["location"] == f"{PAGE}?done=message-sent"
    sent = services.only_call("catalog", "POST", f"{REQUEST}/messages")
    assert sent.json == {"content": "Gothenburg."}


def test_an_empty_message_is_told_at_its_input(browser: TestClient, services: FakeServices) -> None:
    services.refuses(
        "catalog", "POST", f"{REQUEST}/messages", 422, "invalid", errors={"/content": "Write something."}
    )
    answer = browser.post(f"{PAGE}/messages", data={"message": ""})
    assert (answer.status_code, Page(answer.text).faults()) == (422, [])
    assert 'id="message-error"' in answer.text


def test_somebody_elses_request_is_not_found(browser: TestClient, services: FakeServices) -> None:
    for method, path in (("GET", REQUEST), ("POST", f"{REQUEST}/withdraw"), ("POST", f"{REQUEST}/messages")):
        services.refuses("catalog", method, path, 404, "not_found")
    assert browser.get(PAGE).status_code == 404
    assert browser.post(f"{PAGE}/withdraw").status_code == 404
    assert browser.post(f"{PAGE}/messages", data={"message": "x"}).status_code == 404
