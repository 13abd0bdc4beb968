"""Approving many requests at once on the portal's pages, in front of stand-ins for the services."""

import json
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from keydesk.chassis.ids import new_id
from tests.factories.registrations import a_page
from tests.factories.request_pages import a_queued_request, a_summary
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

pytestmark = pytest.mark.feature("C4")

QUEUE = "/api/v1/support/requests"
APPROVALS = f"{QUEUE}/bulk-approvals"
PAGE = "/staff/requests/approvals"
FINE, TAKEN, GONE = (new_id("req") for _ in range(3))


def an_outcome(request_id: str, outcome: str, **told: Any) -> dict[str, Any]:
    usual = {
        "request_id": request_id,
        "title": "Our <office>",
        "kind": "ownership_transfer",
        "requester_name": "Anna Berg",
        "license_count": 12,
        "outcome": outcome,
        "text": f"Text of {outcome}.",
        "warnings": [],
    }
    return {**usual, **told}


def decided(*items: dict[str, Any], dry_run: bool = True, count: int = 1) -> dict[str, Any]:
    return {"dry_run": dry_run, "count": count, "items": list(items)}


@pytest.fixture
def services(portal_services: FakeServices) -> FakeServices:
    items = (
        an_outcome(FINE, "would_be_approved", warnings=["No connection"]),
        an_outcome(TAKEN, "taken_by_another"),
        an_outcome(GONE, "not_found", title=None, kind=None, requester_name="", license_count=0),
    )
    portal_services.answers("catalog", "POST", APPROVALS, decided(*items))
    return portal_services


@pytest.fixture
def browser(open_portal: OpenPortal, services: FakeServices) -> TestClient:  # noqa: ARG001 - behind it
    return open_portal(a_caller("acc_1", roles=("support",)))


def test_the_queue_offers_to_choose_what_one_can_decide(browser: TestClient, services: FakeServices) -> None:
    items = [
        a_queued_request(),
        a_queued_request(id=FINE, mine=True, assigned_to_name="Sam Berg"),
        a_queued_request(id=TAKEN, assigned_to_name="Uma Berg"),
        a_queued_request(id=GONE, status="rejected"),
    ]
    services.answers("catalog", "GET", QUEUE, a_page(*items))
    services.answers("catalog", "GET", f"{QUEUE}/summary", a_summary())
    page = Page(browser.get("/staff/requests?kind=general").text)
    assert page.faults() == []
    boxes = [box.attributes["value"] for box in page.all("input", name="chosen")]
    assert boxes == [items[0]["id"], FINE]
    assert page.all("form", action=PAGE, method="get")
    assert page.value("kept") == "kind=general"


def test_the_preview_tells_of_each_and_asks_for_those_that_go_ahead(
    browser: TestClient, services: FakeServices
) -> None:
    answer = browser.get(PAGE, params={"chosen": [FINE, TAKEN, GONE], "kept": "kind=general"})
    page = Page(answer.text)
    assert (answer.status_code, page.faults()) == (200, [])
    assert services.only_call("catalog", "POST", APPROVALS).json == {
        "request_ids": [FINE, TAKEN, GONE],
        "dry_run": True,
    }
    for said in (
        "Text of taken_by_another.",
        "No connection",
        "Approve 1 request",
        GONE,
        "Our &lt;office&gt;",
    ):
        assert said in answer.text
    assert [box.attributes["value"] for box in page.all("input", name="chosen")] == [FINE]
    assert "/staff/requests?kind=general" in page.links()


def test_without_a_choice_it_says_what_to_do(browser: TestClient, services: FakeServices) -> None:
    answer = browser.get(PAGE)
    assert (answer.status_code, Page(answer.text).faults()) == (200, [])
    assert "No request is chosen" in answer.text
    assert services.calls("catalog", "POST", APPROVALS) == []


def test_where_none_goes_ahead_there_is_nothing_to_confirm(
    browser: TestClient, services: FakeServices
) -> None:
    services.answers("catalog", "POST", APPROVALS, decided(an_outcome(TAKEN, "taken_by_another"), count=0))
    page = Page(browser.get(PAGE, params={"chosen": TAKEN}).text)
    assert not page.all("form", action=PAGE)


def test_confirmed_they_are_approved_and_the_queue_comes_back(
    browser: TestClient, services: FakeServices
) -> None:
    services.answers("catalog", "POST", APPROVALS, decided(an_outcome(FINE, "approved"), dry_run=False))
    typed = {"chosen": [FINE], "note": "Fine.", "key": "once_1", "kept": "kind=general&next=//x"}
    answer = browser.post(PAGE, data=typed)
    assert answer.headers["location"] == "/staff/requests?kind=general&done=requests-approved"
    asked = services.only_call("catalog", "POST", APPROVALS)
    assert asked.json == {"request_ids": [FINE], "note": "Fine."}
    assert asked.request.headers["idempotency-key"] == "once_1"


def test_first_approvals_among_them_are_said_to_be_such(browser: TestClient, services: FakeServices) -> None:
    items = (an_outcome(FINE, "approved"), an_outcome(TAKEN, "first_of_two"))
    services.answers("catalog", "POST", APPROVALS, decided(*items, dry_run=False, count=2))
    answer = browser.post(PAGE, data={"chosen": [FINE, TAKEN]})
    assert answer.headers["location"] == "/staff/requests?done=requests-approved-first"


def test_what_could_not_be_approved_after_all_is_told(browser: TestClient, services: FakeServices) -> None:
    items = (an_outcome(FINE, "approved"), an_outcome(TAKEN, "not_pending"))
    services.answers("catalog", "POST", APPROVALS, decided(*items, dry_run=False))
    answer = browser.post(PAGE, data={"chosen": [FINE, TAKEN]})
    page = Page(answer.text)
    assert (answer.status_code, page.faults()) == (200, [])
    assert "1 request was left as it is." in answer.text
    assert not page.all("form", action=PAGE)


def test_a_note_that_is_too_long_is_told_at_its_input(browser: TestClient, services: FakeServices) -> None:
    preview = decided(an_outcome(FINE, "would_be_approved"))

    def answer_by_body(request: Any) -> Any:
        if json.loads(request.content).get("dry_run"):
            return httpx2.Response(200, json=preview)
        error = {"pointer": "/note", "code": "too_long", "detail": "Too long."}
        problem = {"title": "No", "status": 422, "code": "invalid", "detail": "", "errors": [error]}
        return httpx2.Response(422, json=problem)

    services.answers_by("catalog", "POST", APPROVALS, answer_by_body)
    answer = browser.post(PAGE, data={"chosen": [FINE], "note": "typed"})
    assert (answer.status_code, Page(answer.text).faults()) == (422, [])
    assert 'id="note-error"' in answer.text
    assert "typed" in answer.text


def test_whoever_is_not_support_is_refused(open_portal: OpenPortal, services: FakeServices) -> None:
    services.refuses("catalog", "POST", APPROVALS, 403, "forbidden")
    operator = open_portal(a_caller("acc_2", roles=("operator",)))
    assert operator.get(PAGE, params={"chosen": FINE}).status_code == 403
    assert operator.post(PAGE, data={"chosen": FINE}).status_code == 403
    assert open_portal().get(PAGE).headers["location"].startswith("/login")
