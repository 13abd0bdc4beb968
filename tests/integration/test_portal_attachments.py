"""Files on the pages of requests, on the real portal in front of stand-ins for the services."""

from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.factories.attachments import PDF
from tests.factories.request_pages import REQUEST_ID, a_request, a_support_request, an_attachment
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

pytestmark = pytest.mark.feature("G24")

ATTACHMENT_ID = an_attachment()["id"]
MEBIBYTE = 1024 * 1024
PLACES = [
    (f"/requests/{REQUEST_ID}", f"/api/v1/requests/{REQUEST_ID}", a_request),
    (f"/staff/requests/{REQUEST_ID}", f"/api/v1/support/requests/{REQUEST_ID}", a_support_request),
]


@pytest.fixture(params=PLACES, ids=["customer", "desk"])
def place(request: pytest.FixtureRequest, portal_services: FakeServices) -> tuple[str, str, Any]:
    """A page of a request, the address of its resource, and what makes one."""
    page, resource, make = request.param
    portal_services.answers("catalog", "GET", resource, make())
    portal_services.answers("catalog", "POST", f"{resource}/attachments", an_attachment(), status=201)
    return page, resource, make


@pytest.fixture
def browser(open_portal: OpenPortal) -> TestClient:
    return open_portal(a_caller("acc_1", roles=("support",)))


def send(browser: TestClient, page: str, content: bytes = PDF, name: str = "quote.pdf") -> Any:
    files = {"file": (name, content, "application/pdf")}
    return browser.post(f"{page}/attachments", files=files, data={"once": "key-1"})


def test_files_are_listed_with_links(browser: TestClient, place: tuple[str, str, Any]) -> None:
    page = Page(browser.get(place[0]).text)
    assert page.faults() == []
    assert f"{place[0]}/attachments/{ATTACHMENT_ID}" in page.links()
    assert "quote <7>.pdf" in page.text
    assert "1.5 MB" in page.text
    (form,) = page.all("form", action=f"{place[0]}/attachments")
    assert form.attributes["enctype"] == "multipart/form-data"


@pytest.mark.parametrize(
    ("scan", "word", "linked"),
    [
        ("clean", "Checked for viruses", True),
        ("not_scanned", "Not checked for viruses", True),
        ("pending", "Being checked for viruses", False),
        ("infected", "Removed: the virus check found something", False),
        ("lost", "No longer there", False),
    ],
)
def test_a_file_says_whether_it_was_checked(
    browser: TestClient,
    portal_services: FakeServices,
    place: tuple[str, str, Any],
    *,
    scan: str,
    word: str,
    linked: bool,
) -> None:
    shown = place[2](attachments=[an_attachment(scan=scan, size=100)])
    portal_services.answers("catalog", "GET", place[1], shown)
    page = Page(browser.get(place[0]).text)
    assert word in page.text
    assert "1 KB" in page.text
    assert (f"{place[0]}/attachments/{ATTACHMENT_ID}" in page.links()) is linked


def test_a_file_is_added(
    browser: TestClient, portal_services: FakeServices, place: tuple[str, str, Any]
) -> None:
    answer = send(browser, place[0])
    assert answer.headers["location"] == f"{place[0]}?done=file-attached"
    sent = portal_services.only_call("catalog", "POST", f"{place[1]}/attachments").request
    assert sent.content == PDF
    assert sent.url.params["file_name"] == "quote.pdf"
    assert sent.headers["idempotency-key"] == "key-1"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "", "Choose a file first."),
        (b"x" * (10 * MEBIBYTE + 1), "quote.pdf", "This file is larger than 10 MB."),
    ],
)
def test_what_cannot_be_sent_is_told_without_asking(
    browser: TestClient,
    portal_services: FakeServices,
    place: tuple[str, str, Any],
    *,
    content: bytes,
    name: str,
    said: str,
) -> None:
    answer = send(browser, place[0], content, name)
    assert answer.status_code == 422
    assert said in Page(answer.text).text
    assert Page(answer.text).faults() == []
    assert portal_services.calls("catalog", "POST", f"{place[1]}/attachments") == []


def test_a_form_without_a_file_is_told_so(browser: TestClient, place: tuple[str, str, Any]) -> None:
    answer = browser.post(f"{place[0]}/attachments", data={"once": "k"})
    assert (answer.status_code, "Choose a file first." in answer.text) == (422, True)


@pytest.mark.parametrize("pointer", ["/file", "/file_name"])
def test_a_refused_file_is_told_at_its_input_under_a_new_key(
    browser: TestClient, portal_services: FakeServices, place: tuple[str, str, Any], pointer: str
) -> None:
    resource = f"{place[1]}/attachments"
    portal_services.refuses("catalog", "POST", resource, 422, "invalid", errors={pointer: "Not a PDF."})
    page = Page(send(browser, place[0]).text)
    (field,) = page.all("input", id="file")
    assert (field.attributes["aria-invalid"], "Not a PDF." in page.text) == ("true", True)
    assert page.value("once") not in ("", "key-1")


@pytest.mark.parametrize(
    ("status", "code"), [(409, "too_many_attachments"), (413, "too_large"), (503, "attachments_off")]
)
def test_a_refusal_of_the_whole_is_told_on_the_page(
    browser: TestClient, portal_services: FakeServices, place: tuple[str, str, Any], status: int, code: str
) -> None:
    portal_services.refuses("catalog", "POST", f"{place[1]}/attachments", status, code)
    answer = send(browser, place[0])
    assert answer.status_code >= 400
    assert "What to do next." in answer.text
    assert f"{place[0]}/attachments" in answer.text


def test_somebody_elses_request_takes_no_file(
    browser: TestClient, portal_services: FakeServices, place: tuple[str, str, Any]
) -> None:
    portal_services.refuses("catalog", "POST", f"{place[1]}/attachments", 404, "not_found")
    assert send(browser, place[0]).status_code == 404


def test_with_ten_files_there_is_no_form_for_another(
    browser: TestClient, portal_services: FakeServices, place: tuple[str, str, Any]
) -> None:
    full = place[2](attachments=[an_attachment(id=f"att_{number}") for number in range(10)])
    portal_services.answers("catalog", "GET", place[1], full)
    page = Page(browser.get(place[0]).text)
    assert page.all("form", action=f"{place[0]}/attachments") == []
    assert "There are ten files" in page.text


def test_a_file_is_downloaded_and_never_shown(
    browser: TestClient, portal_services: FakeServices, place: tuple[str, str, Any]
) -> None:
    def give(_: httpx2.Request) -> httpx2.Response:
        headers = {
            "content-type": "application/pdf",
            "content-disposition": 'attachment; filename="quote.pdf"',
        }
        return httpx2.Response(200, content=PDF, headers=headers)

    portal_services.answers_by("catalog", "GET", f"{place[1]}/attachments/{ATTACHMENT_ID}", give)
    answer = browser.get(f"{place[0]}/attachments/{ATTACHMENT_ID}")
    assert answer.content == PDF
    assert answer.headers["content-disposition"] == 'attachment; filename="quote.pdf"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("status", "code"),
    [(409, "attachment_not_scanned_yet"), (410, "attachment_infected"), (404, "not_found")],
)
def test_a_file_that_is_not_given_has_a_page_that_says_why(
    browser: TestClient, portal_services: FakeServices, place: tuple[str, str, Any], status: int, code: str
) -> None:
    portal_services.refuses("catalog", "GET", f"{place[1]}/attachments/{ATTACHMENT_ID}", status, code)
    answer = browser.get(f"{place[0]}/attachments/{ATTACHMENT_ID}")
    assert (answer.status_code, "What to do next." in answer.text) == (status, True)


def test_support_adds_no_file_to_its_own_request(browser: TestClient, portal_services: FakeServices) -> None:
    page, resource, make = PLACES[1]
    portal_services.answers("catalog", "GET", resource, make(own=True, may=[], attachments=[]))
    shown = Page(browser.get(page).text)
    assert "No files." in shown.text
    assert shown.all("input", id="file") == []


def test_files_are_for_people_with_an_account(open_portal: OpenPortal) -> None:
    answer = open_portal().get(f"/requests/{REQUEST_ID}/attachments/{ATTACHMENT_ID}")
    assert answer.headers["location"].startswith("/login?next=")
