"""What people do at the pages beside the main job: passwords, the keyboard, no scripts, the staff's work."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from keydesk.deploy.embedded import EmbeddedStack
from keydesk.deploy.embedded.tour import PASSWORD
from tests.e2e.browser import Visitor
from tests.e2e.conftest import Visit
from tests.e2e.customer import REGISTRATION, Customer

PHONE = {"width": 390, "height": 800}
WITHOUT_INFORMATION = "A1000000006"

PRODUCTS = """\
sku,name,version,platform,family,registered_alone,has_file,fields,host_id_pattern,host_id_example
BR-100,Browser Product,1.0,Linux,Browser,no,yes,,,
,Product without a SKU,1.0,Linux,Browser,no,yes,,,
"""

pytestmark = pytest.mark.timeout(300)


def _log_in(visitor: Visitor, login_id: str) -> None:
    visitor.go("/login")
    visitor.fill(login_id=login_id, password=PASSWORD)
    visitor.press("Log in")
    visitor.arrived("/")


@pytest.mark.feature("G11")
def test_the_main_job_needs_no_script_and_no_wide_screen(visit: Visit, stack: EmbeddedStack) -> None:
    visitor = visit("en", java_script_enabled=False, viewport=PHONE)
    customer = Customer(visitor, stack)
    customer.sign_up()
    customer.verify_address()
    customer.log_in()
    customer.enter(WITHOUT_INFORMATION)
    visitor.follow("Continue")
    visitor.arrived(f"{REGISTRATION}/review")
    (key,) = customer.complete().values()
    visitor.follow("Manage my licenses")
    customer.find(WITHOUT_INFORMATION)
    visitor.reads(key)
    customer.log_out()


@pytest.mark.feature("G3")
def test_a_forgotten_password_is_replaced_by_a_link_in_an_email(visit: Visit, stack: EmbeddedStack) -> None:
    customer = Customer(visit("de"), stack)
    customer.sign_up()
    customer.verify_address()
    customer.forget_password()
    customer.log_in()


@pytest.mark.feature("G3")
def test_logging_in_needs_nothing_but_the_keyboard(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/login")
    keyboard = visitor.page.keyboard
    keyboard.press("Tab")
    expect(visitor.page.locator(".skip")).to_be_focused()
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.type("anna")
    keyboard.press("Tab")
    visitor.type_and_enter(PASSWORD)
    visitor.arrived("/")
    keyboard.press("/")
    expect(visitor.page.get_by_role("searchbox")).to_be_focused()


@pytest.mark.feature("C5")
def test_an_operator_loads_a_file_and_sees_which_line_failed(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "browser-products.csv"
    file.write_text(PRODUCTS)
    visitor = visit()
    _log_in(visitor, "operator")
    visitor.go("/staff/imports")
    visitor.page.get_by_label(visitor.words("CSV file")).set_input_files(file)
    visitor.press("Load")
    visitor.reads(visitor.words("What came of it"))  # said when the whole file was read
    visitor.reads(visitor.words("Lines that failed"))
    visitor.look()
    expect(visitor.page.locator("main tbody tr")).to_have_count(1)
    expect(visitor.page.locator("main tbody tr td").first).to_have_text("3")


@pytest.mark.feature("C4")
def test_support_finds_an_account_by_a_part_of_its_name(visit: Visit) -> None:
    visitor = visit()
    _log_in(visitor, "support")
    visitor.go("/staff/accounts")
    visitor.page.keyboard.press("/")
    visitor.type_and_enter("lindqv")
    visitor.look()
    visitor.reads("Anna Lindqvist")
    expect(visitor.page.locator("main")).not_to_contain_text("Carla Reyes")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_page_of_an_account_can_be_read_by_everybody(visit: Visit, language: str) -> None:
    visitor = visit(language, viewport=PHONE)
    visitor.choose_language()
    for path in ("/create-account", "/account-lookup", "/forgot-password", "/verify-email/new"):
        visitor.go(path)
    _log_in(visitor, "ben")
    for path in ("/register", "/licenses", "/account", "/account/password", "/account/tokens"):
        visitor.go(path)
