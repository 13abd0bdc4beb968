"""The License Catalog in Chromium, as three people live with it: a customer, a colleague, a support agent."""

from pathlib import Path

import pytest
from httpx2 import Client
from playwright.sync_api import expect

from keydesk.deploy.embedded import EmbeddedStack
from keydesk.deploy.embedded.tour import PASSWORD
from tests.e2e.browser import Visitor
from tests.e2e.conftest import ClientAs, Visit
from tests.e2e.customer import REGISTRATION
from tests.e2e.sales import sell
from tests.waiting import until

DETAILS = r"/licenses/lic_\w+"
REQUEST = r"/requests/req_\w+"
BEN = "ben.okafor@lindqvist.example"

QUEUE_SECONDS = 150
"""Behind what other tests have queued: one worker of the stack does the catalog's jobs and sends its mail."""

pytestmark = pytest.mark.timeout(600)


def log_in(visitor: Visitor, login_id: str) -> None:
    visitor.go("/login")
    visitor.fill(login_id=login_id, password=PASSWORD)
    visitor.press("Log in")
    visitor.arrived("/")


def register(visitor: Visitor, *serial_numbers: str) -> None:
    """Get keys for serial numbers that ask for nothing, and wait until the catalog knows of them."""
    visitor.go("/register")
    visitor.fill(serial_numbers="\n".join(serial_numbers))
    visitor.press("Add serial numbers")
    visitor.arrived(REGISTRATION)
    visitor.follow("Continue")
    visitor.arrived(f"{REGISTRATION}/review")
    visitor.press("Complete registration")
    visitor.arrived(f"{REGISTRATION}/confirmation")
    visitor.go("/licenses")
    for serial_number in serial_numbers:
        until_read(visitor, serial_number)


def open_license(visitor: Visitor, serial_number: str) -> None:
    """Find a license in the list and look at its page."""
    visitor.go(f"/licenses?query={serial_number}")
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("link", name=serial_number, exact=True).click()
    visitor.arrived(DETAILS)


def mail_to(stack: EmbeddedStack, address: str) -> str:
    """The texts of all emails to an address."""
    with Client(base_url=stack.mailbox_url) as mailbox:
        messages = mailbox.get("/messages", params={"to": address}).json()["items"]
    return "\n".join(message["text"] for message in messages)


def until_read(visitor: Visitor, text: str) -> None:
    """Reload the page until its main part says ``text``."""
    main = visitor.page.locator("main")
    until(lambda: visitor.page.reload() is not None and text in main.inner_text(), seconds=QUEUE_SECONDS)


@pytest.mark.feature("G9", "G10", "G17", "G22", "G25", "G26", "G27", "C4")
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_license_is_described_shared_found_and_handed_over_by_support(
    language: str, visit: Visit, client_as: ClientAs, stack: EmbeddedStack, tmp_path: Path
) -> None:
    letter, sku = {"en": ("E", "EN-100"), "de": ("D", "DE-100")}[language]
    serials = [f"{letter}{number:010}" for number in range(1, 4)]
    sell(client_as("operator"), sku, serials)
    anna, ben, support = (visit(language, locale=language) for _ in range(3))
    for visitor, login_id in ((anna, "anna"), (ben, "ben"), (support, "support")):
        visitor.choose_language()
        log_in(visitor, login_id)
    _ben_adds_what_anna_will_register(ben, serials[0])
    register(anna, *serials[:2])
    _anna_describes(anna, serials[0], field=f"Cost centre {letter}")
    _anna_shares(anna, serials[0])
    _ben_sees_it(ben, stack, serials[0], comment=f"Renew in spring, {letter}")
    _anna_finds_saves_and_exports(anna, sku, serials[:2], tmp_path)
    _anna_hands_over(anna, support, serials[1])
    open_license(ben, serials[1])
    ben.reads(ben.words("You own this license"))
    ben.reads(ben.words("Handed over"))


def _ben_adds_what_anna_will_register(ben: Visitor, serial_number: str) -> None:
    ben.go("/licenses/add")
    ben.fill(serial_numbers=serial_number)
    ben.press("Add licenses")
    ben.reads(serial_number)
    ben.look()
    ben.go(f"/licenses?query={serial_number}")
    ben.reads(ben.words("Not registered"))


def _anna_describes(anna: Visitor, serial_number: str, *, field: str) -> None:
    anna.go("/account/fields")
    anna.fill(name=field)
    anna.page.locator('main [name="shared"]').last.check()
    anna.press("Add the field")
    anna.reads(field)
    anna.look()
    open_license(anna, serial_number)
    with anna.page.expect_navigation():
        anna.link("Edit its fields").first.click()  # in the card of the fields, and among the options
    anna.page.get_by_label(field).fill("4711")
    anna.press("Save")
    anna.arrived(DETAILS)
    anna.reads("4711")
    anna.reads(anna.words("Fields changed"))


def _anna_shares(anna: Visitor, serial_number: str) -> None:
    anna.follow("Share it")
    anna.fill(login_id="ben")
    anna.press("Continue")
    anna.look()
    anna.fill(level="full")
    anna.press("Finish")
    anna.arrived("/shares")
    anna.reads(serial_number)


def _ben_sees_it(ben: Visitor, stack: EmbeddedStack, serial_number: str, *, comment: str) -> None:
    until(lambda: "/shares/received" in mail_to(stack, BEN), seconds=QUEUE_SECONDS)
    ben.go("/shares/received")
    ben.reads("Anna Lindqvist")
    open_license(ben, serial_number)
    ben.reads("4711")
    ben.reads(ben.words("Shared with you, full access"))
    with ben.page.expect_navigation():
        ben.link("Add a comment").first.click()
    ben.fill(comment=comment)
    ben.press("Add the comment")
    ben.reads(comment)
    ben.look()


def _anna_finds_saves_and_exports(anna: Visitor, sku: str, serials: list[str], folder: Path) -> None:
    anna.go(f"/licenses?product={sku}")
    for serial_number in serials:
        anna.reads(serial_number)
    anna.page.locator("main form", has=anna.page.locator('[value="csv"]')).first.locator(
        '[value="csv"]'
    ).click()
    # The page goes on by itself once the file is there: it is looked at only then.
    download = anna.page.locator("main a[download]")
    expect(download).to_be_visible(timeout=QUEUE_SECONDS * 1000)
    anna.arrived(r"/licenses/exports/exp_\w+")
    file = anna.download(download, folder)
    assert all(serial_number in file.read_text("utf-8-sig") for serial_number in serials)


def _anna_hands_over(anna: Visitor, support: Visitor, serial_number: str) -> None:
    open_license(anna, serial_number)
    anna.follow("Hand it over")
    title = f"Please hand {serial_number} over"
    anna.fill(title=title, to_login_id="ben", description="Ben looks after it from now on.")
    anna.press("Send the request")
    anna.arrived(REQUEST)
    until_read(anna, anna.words("Waits for approval"))

    support.go(f"/staff/requests?query={serial_number}")
    with support.page.expect_navigation():
        support.page.get_by_role("link", name=title).click()
    support.arrived(f"/staff{REQUEST}")
    support.press("Take it")
    support.press("Approve the request")
    # The page follows the request by itself.
    main = support.page.locator("main")
    expect(main).to_contain_text(support.words("Done"), timeout=QUEUE_SECONDS * 1000)
    support.look()
    until_read(anna, anna.words("Done"))


@pytest.mark.feature("G27")
def test_the_pages_of_the_catalog_can_be_read_by_everybody_on_a_phone(visit: Visit) -> None:
    visitor = visit("ja", viewport={"width": 390, "height": 800})
    visitor.choose_language()
    log_in(visitor, "ben")
    for path in (
        "/licenses/add",
        "/licenses/exports",
        "/shares",
        "/shares/received",
        "/requests",
        "/requests/new?kind=general",
        "/requests/new?kind=license_assignment",
        "/account/fields",
        "/account/customer-numbers",
    ):
        visitor.go(path)
    staff = visit("ja", viewport={"width": 390, "height": 800})
    staff.choose_language()
    log_in(staff, "support")
    for path in ("/staff/requests", "/staff/emails", "/staff/accounts"):
        staff.go(path)
