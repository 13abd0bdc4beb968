"""The support desk's scripts in a real browser: the real portal in front of stand-ins for the services."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect
from starlette.testclient import TestClient

from tests.e2e.browser import FAULTS_OF_STRUCTURE
from tests.factories.registrations import a_page
from tests.factories.request_pages import a_queued_request, a_summary, a_support_request
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal, open_portal, portal_services
from tests.portal_services import FakeServices

__all__ = ["open_portal", "portal_services"]

pytestmark = pytest.mark.feature("C4")

PORTAL = "http://portal.test"
QUEUE = "/api/v1/support/requests"
FIRST, SECOND = "req_01h455vb4pex5vsknk084sn02q", "req_01h455vb4pex5vsknk084sn02r"


@pytest.fixture
def services(portal_services: FakeServices) -> FakeServices:
    lines = (a_queued_request(id=FIRST, title="First"), a_queued_request(id=SECOND, title="Second"))
    portal_services.answers("catalog", "GET", QUEUE, a_page(*lines))
    portal_services.answers("catalog", "GET", f"{QUEUE}/summary", a_summary())
    portal_services.answers("catalog", "GET", f"{QUEUE}/{SECOND}", a_support_request(id=SECOND))
    portal_services.answers("catalog", "POST", f"{QUEUE}/{SECOND}/take", a_support_request(id=SECOND))
    return portal_services


@pytest.fixture
def page(chromium: Browser, open_portal: OpenPortal, services: FakeServices) -> Iterator[Page]:
    """A browser's page whose every request the portal answers, or a stand-in for the gateway's API."""
    portal: TestClient = open_portal(a_caller("acc_1", roles=("support",)))

    def answer(route: Route) -> None:
        address = urlsplit(route.request.url)
        path = f"{address.path}?{address.query}"
        if address.path == "/api/v1/events":
            route.abort()
            return
        if address.path.startswith("/api/"):
            with services.rooms().client("catalog") as catalog:
                told = catalog.get(path)
            route.fulfill(status=told.status_code, body=told.content, content_type="application/json")
            return
        sent = {"content-type": route.request.headers.get("content-type", "text/plain")}
        shown = portal.request(
            route.request.method,
            path,
            content=route.request.post_data_buffer,
            headers=sent,
            follow_redirects=True,
        )
        route.fulfill(status=shown.status_code, body=shown.content, headers=dict(shown.headers.multi_items()))

    page = chromium.new_page()
    page.set_default_timeout(20_000)
    faults: list[Error] = []

    def note(fault: Error) -> None:
        faults.append(fault)

    page.on("pageerror", note)
    page.route("**/*", answer)
    page.goto(f"{PORTAL}/staff/requests")
    yield page
    page.close()
    assert faults == []


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("path", ["", "?kind=general", f"/{SECOND}", f"/approvals?chosen={SECOND}"])
def test_the_pages_are_sound_on_every_screen(
    path: str, width: int, page: Page, services: FakeServices
) -> None:
    outcome = {"outcome": "would_be_approved", "text": "Will be approved.", "warnings": ["No connection"]}
    item = {"request_id": SECOND, "title": "Second", "kind": "general", "requester_name": "Anna"}
    decided = {"dry_run": True, "count": 1, "items": [{**item, "license_count": 2, **outcome}]}
    services.answers("catalog", "POST", f"{QUEUE}/bulk-approvals", decided)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{PORTAL}/staff/requests{path}")
    assert page.evaluate(FAULTS_OF_STRUCTURE) == []


def row(page: Page, title: str) -> Any:
    return page.get_by_role("link", name=title)


def test_keys_go_from_row_to_row_and_open_one(page: Page) -> None:
    page.keyboard.press("j")
    expect(row(page, "First")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(row(page, "Second")).to_be_focused()
    page.keyboard.press("k")
    expect(row(page, "First")).to_be_focused()
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("o")
    assert urlsplit(page.url).path == f"/staff/requests/{SECOND}"


def test_a_row_is_chosen_and_the_button_reached(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_label("Choose First")).to_be_checked()
    everything = page.get_by_label("Choose all on this page")
    assert everything.evaluate("box => box.indeterminate")
    everything.check()
    expect(page.get_by_label("Choose Second")).to_be_checked()
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Approve the chosen …")).to_be_focused()


def test_a_row_is_taken(page: Page, services: FakeServices) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("t")
    assert services.calls("catalog", "POST", f"{QUEUE}/{SECOND}/take")


def test_keys_lead_to_both_decisions(page: Page) -> None:
    page.goto(f"{PORTAL}/staff/requests/{SECOND}")
    page.keyboard.press("a")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.type("jar")
    expect(page.locator("#note")).to_have_value("jar")
    page.locator("#note").blur()
    page.keyboard.press("r")
    expect(page.locator("#reason")).to_be_focused()


def test_the_keys_are_listed_and_can_be_turned_off(page: Page) -> None:
    dialog = page.get_by_role("dialog")
    expect(dialog).not_to_be_visible()
    page.keyboard.press("?")
    expect(dialog).to_be_visible()
    page.get_by_label("Use these keys on this device").uncheck()
    page.get_by_role("button", name="Close").click()
    expect(dialog).not_to_be_visible()
    page.keyboard.press("j")
    expect(row(page, "First")).not_to_be_focused()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(dialog).to_be_visible()


def test_no_key_does_anything_while_somebody_types(page: Page) -> None:
    page.locator("#query").focus()
    page.keyboard.type("j?")
    expect(page.locator("#query")).to_have_value("j?")
    expect(page.get_by_role("dialog")).not_to_be_visible()


def test_the_count_of_what_waits_follows(page: Page, services: FakeServices) -> None:
    count = page.locator("[data-count]")
    expect(count).to_have_text("7")
    services.answers("catalog", "GET", f"{QUEUE}/waiting", {"waiting": 12, "overdue": 0})
    page.clock.install()
    page.goto(f"{PORTAL}/staff/requests")
    services.answers("catalog", "GET", f"{QUEUE}/waiting", {"waiting": 5, "overdue": 0})
    expect(count).to_have_text("12")
    page.clock.run_for(36_000)
    expect(count).to_have_text("5")


def test_the_progress_of_a_request_is_followed_to_its_end(page: Page, services: FakeServices) -> None:
    def stands(status: str, done: int) -> None:
        told = a_support_request(id=SECOND, status=status, progress={"done": done, "total": 120}, may=[])
        services.answers("catalog", "GET", f"{QUEUE}/{SECOND}", told)

    stands("executing", 30)
    page.goto(f"{PORTAL}/staff/requests/{SECOND}")
    expect(page.locator("[data-done]")).to_have_text("30")
    page.locator("#message").fill("Half of a sentence")
    stands("completed", 120)
    expect(page.locator("[data-done]")).to_have_text("120")
    page.locator("#message").fill("")
    expect(page.locator("progress")).to_have_count(0)
    expect(page.get_by_text("Done")).to_be_visible()
