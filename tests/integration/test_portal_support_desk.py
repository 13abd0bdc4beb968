"""The support desk's pages, on the real portal in front of stand-ins for the services."""

import pytest
from starlette.testclient import TestClient

from tests.factories.registrations import a_page
from tests.factories.request_pages import (
    REQUEST_ID,
    a_message,
    a_queued_request,
    a_summary,
    a_support_request,
)
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

pytestmark = pytest.mark.feature("C4")

QUEUE = "/api/v1/support/requests"
REQUEST = f"{QUEUE}/{REQUEST_ID}"
PAGE = f"/staff/requests/{REQUEST_ID}"


@pytest.fixture
def services(portal_services: FakeServices) -> FakeServices:
    portal_services.answers("catalog", "GET", QUEUE, a_page(a_queued_request()))
    portal_services.answers("catalog", "GET", f"{QUEUE}/summary", a_summary())
    portal_services.answers("catalog", "GET", REQUEST, a_support_request())
    return portal_services


@pytest.fixture
def browser(open_portal: OpenPortal, services: FakeServices) -> TestClient:  # noqa: ARG001 - behind it
    return open_portal(a_caller("acc_1", roles=("support",)))


@pytest.mark.parametrize(
    "address",
    [
        "/staff/requests",
        "/staff/requests?status=all&kind=general&assigned=me&sort=age&query=anna&overdue=true",
        PAGE,
    ],
)
def test_the_pages_are_sound(address: str, browser: TestClient) -> None:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    assert Page(answer.text).faults() == []
    assert "<office>" not in answer.text
    assert "<moved>" not in answer.text


def test_the_queue_stands_among_the_tools_of_support(browser: TestClient, open_portal: OpenPortal) -> None:
    assert "/staff/requests" in Page(browser.get("/staff/requests").text).links()
    operator = open_portal(a_caller("acc_2", roles=("operator",)))
    assert "/staff/requests" not in Page(operator.get("/account").text).links()


def test_whoever_is_not_support_is_refused(open_portal: OpenPortal, services: FakeServices) -> None:
    services.refuses("catalog", "GET", QUEUE, 403, "forbidden")
    assert open_portal(a_caller("acc_2")).get("/staff/requests").status_code == 403
    assert open_portal().get("/staff/requests").headers["location"].startswith("/login")


def test_the_queue_begins_with_what_waits(browser: TestClient, services: FakeServices) -> None:
    browser.get("/staff/requests")
    params = services.only_call("catalog", "GET", QUEUE).request.url.params
    assert dict(params) == {"status": "pending_approval", "limit": "50"}


def test_the_queue_is_narrowed_as_asked(browser: TestClient, services: FakeServices) -> None:
    browser.get("/staff/requests?status=all&kind=general&assigned=me&sort=-age&query=anna&cursor=x")
    params = services.only_call("catalog", "GET", QUEUE).request.url.params
    assert dict(params) == {
        "kind": "general",
        "assigned": "me",
        "sort": "-age",
        "query": "anna",
        "limit": "50",
        "cursor": "x",
    }


def test_the_queue_shows_age_deadline_and_who_takes_care(browser: TestClient, services: FakeServices) -> None:
    items = [
        a_queued_request(overdue=True, first_approved=True),
        a_queued_request(assigned_to_name="Uma Berg"),
        a_queued_request(mine=True, assigned_to_name="Sam Berg"),
    ]
    services.answers("catalog", "GET", QUEUE, {"items": items, "next_cursor": "x1"})
    answer = browser.get("/staff/requests?kind=general")
    for said in ("Overdue", "First approval of two", "Uma Berg", ">you<", "?kind=general&amp;cursor=x1"):
        assert said in answer.text


def test_figures_are_drawn_and_told_in_a_table(browser: TestClient) -> None:
    answer = browser.get("/staff/requests")
    page = Page(answer.text)
    assert "7 requests wait for a decision." in answer.text
    assert "1 is overdue" in answer.text
    assert len(page.all("svg", role="img")) == 2
    lengths = [int(bar.attributes["width"]) for bar in page.all("rect", height="16")]
    assert lengths == [320, 160, 0, 80, 320, 128]
    assert "Waiting, by kind: Question 5, Ownership transfer 2" in answer.text
    assert answer.text.count("as a table") == 2
    assert "2 hours" in answer.text


@pytest.mark.parametrize(("address", "said"), [("", "Nothing waits"), ("?query=x", "Try fewer words")])
def test_an_empty_queue_says_so(address: str, said: str, browser: TestClient, services: FakeServices) -> None:
    services.answers("catalog", "GET", QUEUE, a_page())
    nothing = {"decided": 0, "p50_seconds": None, "p90_seconds": None}
    services.answers(
        "catalog",
        "GET",
        f"{QUEUE}/summary",
        a_summary(waiting=0, overdue=0, by_kind=[], time_to_decide=nothing),
    )
    answer = browser.get(f"/staff/requests{address}")
    assert said in answer.text
    assert Page(answer.text).faults() == []


def test_a_request_shows_what_helps_to_decide_it(browser: TestClient) -> None:
    answer = browser.get(PAGE)
    for said in ("No longer owned", "3 licenses", "1 open, 4 in all", "Which office?", "Taken", "two people"):
        assert said in answer.text
    page = Page(answer.text)
    for step in ("take", "hand-over", "approve", "reject", "messages"):
        assert page.all("form", action=f"{PAGE}/{step}")
    assert not page.all("form", action=f"{PAGE}/return")


def test_a_first_approval_is_shown(browser: TestClient, services: FakeServices) -> None:
    first = {"by_name": "Uma Berg", "at": "2026-11-25T09:00:00Z"}
    services.answers("catalog", "GET", REQUEST, a_support_request(first_approval=first))
    assert "Uma Berg has approved it." in browser.get(PAGE).text


def test_a_request_of_ones_own_offers_nothing(browser: TestClient, services: FakeServices) -> None:
    services.answers("catalog", "GET", REQUEST, a_support_request(own=True, may=[]))
    answer = browser.get(PAGE)
    assert "Leave it to a colleague." in answer.text
    assert not any(form.attributes["action"].startswith(PAGE) for form in Page(answer.text).all("form"))


@pytest.mark.parametrize(
    ("step", "typed", "sent", "done"),
    [
        ("take", {}, None, "request-taken"),
        ("return", {}, None, "request-returned"),
        ("hand-over", {"login_id": "uma"}, {"login_id": "uma"}, "request-handed-over"),
        ("approve", {"note": "Fine."}, {"note": "Fine."}, "request-approved"),
        ("reject", {"reason": " No. "}, {"reason": "No."}, "request-rejected"),
        ("reject", {"reason": "No.", "template": "no_connection"}, {"reason": "No."}, "request-rejected"),
        ("messages", {"message": "Hello"}, {"content": "Hello"}, "message-sent"),
    ],
)
def test_each_step_is_done_and_said(
    *,
    step: str,
    typed: dict[str, str],
    sent: dict[str, str] | None,
    done: str,
    browser: TestClient,
    services: FakeServices,
) -> None:
    body = a_message() if step == "messages" else a_support_request(status="approved")
    services.answers("catalog", "POST", f"{REQUEST}/{step}", body)
    answer = browser.post(f"{PAGE}/{step}", data=typed)
    assert answer.headers["location"] == f"{PAGE}?done={done}"
    asked = services.only_call("catalog", "POST", f"{REQUEST}/{step}")
    assert (asked.json if asked.request.content else None) == sent


def test_the_first_of_two_approvals_is_said_to_be_one(browser: TestClient, services: FakeServices) -> None:
    services.answers("catalog", "POST", f"{REQUEST}/approve", a_support_request())
    answer = browser.post(f"{PAGE}/approve", data={"note": ""})
    assert answer.headers["location"] == f"{PAGE}?done=request-approved-first"


def test_a_usual_reason_is_sent_in_words_where_none_is_written(
    browser: TestClient, services: FakeServices
) -> None:
    services.answers("catalog", "POST", f"{REQUEST}/reject", a_support_request(status="rejected"))
    browser.post(f"{PAGE}/reject", data={"reason": " ", "template": "owner_disagrees"})
    sent = services.only_call("catalog", "POST", f"{REQUEST}/reject").json
    assert sent == {"reason": "The present owner of the licenses does not agree that they are moved."}


@pytest.mark.parametrize(
    ("step", "pointer", "name"),
    [
        ("hand-over", "/login_id", "login_id"),
        ("reject", "/reason", "reason"),
        ("approve", "/note", "note"),
        ("messages", "/content", "message"),
    ],
)
def test_what_is_wrong_is_told_at_its_input(
    step: str, pointer: str, name: str, browser: TestClient, services: FakeServices
) -> None:
    services.refuses("catalog", "POST", f"{REQUEST}/{step}", 422, "invalid", errors={pointer: "Not so."})
    answer = browser.post(f"{PAGE}/{step}", data={name: "typed"})
    page = Page(answer.text)
    assert (answer.status_code, page.faults()) == (422, [])
    assert "typed" in answer.text
    assert f'id="{name}-error"' in answer.text


@pytest.mark.parametrize(
    ("status", "code"),
    [(409, "request_not_in_this_state"), (409, "another_person_needed"), (403, "own_request")],
)
def test_what_is_refused_is_told_on_the_page(
    status: int, code: str, browser: TestClient, services: FakeServices
) -> None:
    services.refuses("catalog", "POST", f"{REQUEST}/approve", status, code, detail="Not like this.")
    answer = browser.post(f"{PAGE}/approve", data={})
    assert (answer.status_code, Page(answer.text).faults()) == (status, [])
    assert "Not like this." in answer.text


def test_the_pages_of_the_staff_say_how_much_waits(browser: TestClient, services: FakeServices) -> None:
    services.answers("catalog", "GET", f"{QUEUE}/waiting", {"waiting": 1234, "overdue": 0})
    answer = browser.get("/staff/requests")
    [count] = Page(answer.text).all("span", **{"data-waiting": ""})
    assert "hidden" not in count.attributes
    assert ">1,234<" in answer.text
    assert "waiting.js" in answer.text


def test_pages_of_everybody_leave_the_count_to_the_browser(
    browser: TestClient, services: FakeServices
) -> None:
    [count] = Page(browser.get("/account/password").text).all("span", **{"data-waiting": ""})
    assert "hidden" in count.attributes
    assert services.calls("catalog", "GET", f"{QUEUE}/waiting") == []


def test_no_page_fails_for_the_count(browser: TestClient, services: FakeServices) -> None:
    services.refuses("catalog", "GET", f"{QUEUE}/waiting", 503, "unavailable")
    answer = browser.get("/staff/requests")
    [count] = Page(answer.text).all("span", **{"data-waiting": ""})
    assert (answer.status_code, "hidden" in count.attributes) == (200, True)


def test_the_count_is_for_support_alone(open_portal: OpenPortal, services: FakeServices) -> None:
    services.refuses("catalog", "GET", QUEUE, 403, "forbidden")
    answer = open_portal(a_caller("acc_2", roles=("operator",))).get("/staff/requests")
    assert "waiting" not in answer.text
    assert services.calls("catalog", "GET", f"{QUEUE}/waiting") == []


@pytest.mark.parametrize("address", ["/staff/requests", PAGE])
def test_keys_are_announced_and_loaded(address: str, browser: TestClient) -> None:
    page = Page(browser.get(address).text)
    [button] = page.all("button", **{"data-show-keys": ""})
    assert "hidden" in button.attributes  # until the script is there
    assert len(page.all("dialog")) == 1
    assert any("desk" in tag.attributes.get("src", "") for tag in page.all("script"))


def keys_of(browser: TestClient) -> list[str]:
    tags = Page(browser.get(PAGE).text).tags
    return sorted(tag.attributes["data-key"] for tag in tags if "data-key" in tag.attributes)


def test_keys_lead_only_to_what_can_be_done(browser: TestClient, services: FakeServices) -> None:
    assert keys_of(browser) == ["a", "r", "t", "u"]
    services.answers("catalog", "GET", REQUEST, a_support_request(own=True, may=[]))
    assert keys_of(browser) == ["u"]


@pytest.mark.parametrize(
    ("status", "going"),
    [
        ("verifying", "verifying"),
        ("approved", "approved executing"),
        ("executing", "approved executing"),
    ],
)
def test_what_is_under_way_is_followed_until_it_is_over(
    status: str, going: str, browser: TestClient, services: FakeServices
) -> None:
    progress = {"done": 30, "total": 120}
    services.answers("catalog", "GET", REQUEST, a_support_request(status=status, progress=progress, may=[]))
    page = Page(browser.get(PAGE).text)
    assert page.faults() == []
    [followed] = [tag for tag in page.tags if "data-progress-of" in tag.attributes]
    told = {name: followed.attributes[f"data-{name}"] for name in ("progress-of", "id", "while", "then")}
    assert told == {"progress-of": "support/request", "id": REQUEST_ID, "while": going, "then": PAGE}
    bars = [bar.attributes for bar in page.all("progress")]
    assert bars == ([] if status == "verifying" else [{"id": "progress", "max": "120", "value": "30"}])


@pytest.mark.parametrize("status", ["pending_approval", "completed", "failed", "rejected", "withdrawn"])
def test_what_stands_still_is_not_asked_for(status: str, browser: TestClient, services: FakeServices) -> None:
    services.answers("catalog", "GET", REQUEST, a_support_request(status=status, may=[]))
    assert "data-progress-of" not in browser.get(PAGE).text
