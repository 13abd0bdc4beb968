"""Views of the queue on the portal's page, in front of stand-ins for the services."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from keydesk.chassis.ids import new_id
from tests.factories.registrations import a_page
from tests.factories.request_pages import MOMENT, a_queued_request, a_summary
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

pytestmark = pytest.mark.feature("C4")

QUEUE = "/api/v1/support/requests"
VIEWS = f"{QUEUE}/views"
VIEW_ID = new_id("view")


def a_view(**narrowing: Any) -> dict[str, Any]:
    return {"id": VIEW_ID, "name": "Late <ones>", "narrowing": narrowing, "created_at": MOMENT}


@pytest.fixture
def services(portal_services: FakeServices) -> FakeServices:
    portal_services.answers("catalog", "GET", QUEUE, a_page(a_queued_request()))
    portal_services.answers("catalog", "GET", f"{QUEUE}/summary", a_summary())
    return portal_services


@pytest.fixture
def browser(open_portal: OpenPortal, services: FakeServices) -> TestClient:  # noqa: ARG001 - behind it
    return open_portal(a_caller("acc_1", roles=("support",)))


def current(answer: Any) -> list[str]:
    """Where the links lead that are told to be the present view."""
    links = Page(answer.text).all("a", **{"aria-current": "page"})
    return [link.attributes["href"] for link in links if "?" in link.attributes["href"]]


@pytest.mark.parametrize(
    ("address", "params"),
    [
        ("?assigned=me", {"assigned": "me"}),
        ("?assigned=none", {"assigned": "none"}),
        ("?overdue=true", {"overdue": "true"}),
    ],
)
def test_the_usual_views_are_there_as_links(
    address: str, params: dict[str, str], browser: TestClient, services: FakeServices
) -> None:
    assert f"/staff/requests{address}" in Page(browser.get("/staff/requests").text).links()
    answer = browser.get(f"/staff/requests{address}")
    asked = dict(services.calls("catalog", "GET", QUEUE)[-1].request.url.params)
    assert asked == {"status": "pending_approval", "limit": "50", **params}
    assert current(answer) == [f"/staff/requests{address}"]


@pytest.mark.parametrize(
    ("narrowing", "address"),
    [
        ({"kind": "general", "overdue": True, "status": "pending_approval"}, "?kind=general&overdue=true"),
        ({"kind": "general"}, "?status=all&kind=general"),
        ({"status": "rejected", "sort": "-age", "query": "a&b"}, "?query=a%26b&status=rejected&sort=-age"),
    ],
)
def test_a_view_leads_to_what_it_was_kept_of(
    narrowing: dict[str, Any], address: str, browser: TestClient, services: FakeServices
) -> None:
    services.answers("catalog", "GET", VIEWS, {"items": [a_view(**narrowing)]})
    answer = browser.get(f"/staff/requests{address}")
    assert current(answer) == [f"/staff/requests{address}"]
    assert "Late &lt;ones&gt;" in answer.text
    assert Page(answer.text).faults() == []
    asked = dict(services.only_call("catalog", "GET", QUEUE).request.url.params)
    told = {name: "true" if value is True else value for name, value in narrowing.items()}
    assert asked == {**told, "limit": "50"}


def test_the_present_filters_are_kept_by_name(browser: TestClient, services: FakeServices) -> None:
    services.answers("catalog", "POST", VIEWS, a_view(), status=201)
    kept = Page(browser.get("/staff/requests?kind=general&overdue=true&cursor=x").text).value("kept")
    answer = browser.post("/staff/requests/views", data={"kept": kept, "name": " Late "})
    assert answer.headers["location"] == "/staff/requests?kind=general&overdue=true&done=view-saved"
    assert services.only_call("catalog", "POST", VIEWS).json == {
        "name": "Late",
        "narrowing": {"status": "pending_approval", "kind": "general", "overdue": "true"},
    }


@pytest.mark.parametrize(("status", "code"), [(409, "view_name_taken"), (422, "invalid")])
def test_what_is_wrong_with_a_name_is_told_where_it_was_typed(
    status: int, code: str, browser: TestClient, services: FakeServices
) -> None:
    errors = {"/name": "Not so."} if status == 422 else None
    services.refuses("catalog", "POST", VIEWS, status, code, errors=errors)
    answer = browser.post("/staff/requests/views", data={"kept": "kind=general", "name": "typed"})
    page = Page(answer.text)
    assert (answer.status_code, page.faults(), page.value("name")) == (422, [], "typed")
    assert ("Not so." if errors else "What to do next.") in answer.text


def test_without_filters_it_says_what_to_do_first(browser: TestClient) -> None:
    answer = browser.get("/staff/requests")
    assert "set a filter first" in answer.text
    assert not Page(answer.text).all("form", action="/staff/requests/views")


def test_a_view_is_removed_and_the_queue_stays_as_it_is(browser: TestClient, services: FakeServices) -> None:
    services.answers("catalog", "GET", VIEWS, {"items": [a_view(kind="general")]})
    services.answers("catalog", "DELETE", f"{VIEWS}/{VIEW_ID}", status=204)
    remove = f"/staff/requests/views/{VIEW_ID}/remove"
    assert Page(browser.get("/staff/requests").text).all("form", action=remove)
    answer = browser.post(remove, data={"kept": "assigned=me"})
    assert answer.headers["location"] == "/staff/requests?assigned=me&done=view-removed"


def test_what_is_not_ones_own_cannot_be_removed(browser: TestClient, services: FakeServices) -> None:
    services.refuses("catalog", "DELETE", f"{VIEWS}/{VIEW_ID}", 404, "not_found")
    assert browser.post(f"/staff/requests/views/{VIEW_ID}/remove", data={}).status_code == 404
