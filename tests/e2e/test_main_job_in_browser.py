"""The whole main job in Chromium, as a customer does it: from the landing page to logging out."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from keydesk.deploy.embedded import EmbeddedStack
from tests.e2e.browser import Visitor
from tests.e2e.conftest import Visit
from tests.e2e.customer import REGISTRATION, Customer

INFORMATION = {
    "deployed_price_tier": "1",
    "technical_contact/name": "Dana Whitlock",
    "technical_contact/email": "dana@whitlock.example",
    "technical_contact/phone": "+1 617 555 0142",
    "install_at/address_1": "1 Broadway",
    "install_at/city": "Cambridge",
    "install_at/state": "MA",
    "install_at/postal_code": "02142",
    "install_at/country": "US",
}


@dataclass(frozen=True)
class Purchase:
    """Serial numbers of the sample's tour; a language's customer has them for herself."""

    together: tuple[str, ...]
    """With a file and without one; the first has a license file."""
    alone: str
    """Of a product that must be registered alone."""
    information: dict[str, str]


PURCHASES = {
    "en": Purchase(
        ("A1000000001", "A1000000002", "A1000000003", "A1000000004"),
        "A1000000005",
        {"host_id": "80AB12CD", **INFORMATION},
    ),
    "de": Purchase(
        ("M1000000001", "M1000000002"),
        "M1000000003",
        {"host_id": "ber-db-04", **INFORMATION, "deployed_price_tier": "4 lines"},
    ),
}


@contextmanager
def _issuance_paused(stack: EmbeddedStack) -> Iterator[None]:
    """Nothing is issued inside of the block, as if the queue were long."""
    worker = stack.process("licensing-worker")
    worker.kill(signal.SIGSTOP)
    try:
        yield
    finally:
        worker.kill(signal.SIGCONT)


def _only_events_tell(visitor: Visitor) -> None:
    """Let the progress page's own look at the registration find nothing new."""

    def nothing_new(route: Route) -> None:
        route.fulfill(json={"status": "processing", "progress": {"done": 0, "total": 4}})

    visitor.page.route("**/api/v1/registrations/*", nothing_new)


def _copied(visitor: Visitor) -> str:
    """What the first copy button of the page puts into the clipboard."""
    button = visitor.page.locator("main .copy").first
    button.click()
    expect(button).to_have_text(visitor.words("Copied"))
    return str(visitor.page.evaluate("navigator.clipboard.readText()"))


def _watch_it_complete(customer: Customer, stack: EmbeddedStack) -> dict[str, str]:
    """The license keys that the progress page leads to by itself, once the queue has made them."""
    visitor = customer.visitor
    _only_events_tell(visitor)
    with _issuance_paused(stack), visitor.page.expect_response("**/api/v1/events"):
        visitor.press("Complete registration")
        visitor.arrived(f"{REGISTRATION}/progress")
        expect(visitor.page.get_by_role("progressbar")).to_be_visible()
    return customer.keys()


@pytest.mark.feature("G11")
@pytest.mark.timeout(400)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_customer_gets_license_keys_from_the_landing_page_to_the_catalog(
    language: str, visit: Visit, stack: EmbeddedStack, tmp_path: Path
) -> None:
    purchase = PURCHASES[language]
    visitor = visit(language, locale="en", permissions=["clipboard-read", "clipboard-write"])
    customer = Customer(visitor, stack)
    customer.sign_up()
    customer.verify_address()
    customer.log_in()

    customer.enter(*purchase.together, purchase.alone)
    visitor.press("Register it separately")
    visitor.arrived(REGISTRATION)
    customer.inform(**purchase.information)
    alone = customer.complete()
    assert list(alone) == [purchase.alone]

    visitor.go("/register")
    visitor.follow("Continue")
    visitor.arrived(REGISTRATION)
    customer.inform(**purchase.information)
    keys = _watch_it_complete(customer, stack)
    assert tuple(keys) == purchase.together
    first, first_key = next(iter(keys.items()))
    assert _copied(visitor) == first_key

    whole = visitor.download(visitor.link("Download all license files in one"), tmp_path)
    one = visitor.download(visitor.page.locator("main td a[download]").first, tmp_path)
    assert first in customer.verify_offline(whole)
    assert "1 of 1 valid" in customer.verify_offline(one)
    assert first_key in customer.mail_with(first_key)

    visitor.follow("Manage my licenses")
    customer.find(first)
    visitor.reads(first_key)
    customer.log_out()
