"""The pages of sharing, on the real portal in front of stand-ins for the services."""

from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from tests.factories.registrations import LICENSE_ID, a_history, a_license, a_page
from tests.factories.shares import (
    BRUNO,
    SHARE_ID,
    SHARER_ID,
    a_customer_number,
    a_received_share,
    a_share,
)
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

SHARES = "/api/v1/shares"
LICENSE = f"/api/v1/catalog/licenses/{LICENSE_ID}"
NEW = "/shares/new?login_id=bruno%40fjord.example"


@pytest.fixture
def services(portal_services: FakeServices) -> FakeServices:
    portal_services.answers("catalog", "GET", SHARES, a_page(a_share()))
    portal_services.answers("catalog", "GET", f"{SHARES}/{SHARE_ID}", a_share(), headers=[("etag", '"4"')])
    portal_services.answers("catalog", "GET", f"{SHARES}/recipients", BRUNO)
    numbers = a_page(a_customer_number(), a_customer_number(customer_number="C-2", customer_name="Harbour"))
    portal_services.answers("catalog", "GET", f"{SHARES}/customer-numbers", numbers)
    portal_services.answers("catalog", "GET", f"{SHARES}/received", a_page(a_received_share()))
    portal_services.answers("catalog", "GET", LICENSE, a_license(options=["share"]))
    portal_services.answers("catalog", "GET", f"{LICENSE}/fields", {"fields": []})
    portal_services.answers("catalog", "GET", f"{LICENSE}/comments", a_page())
    return portal_services


@pytest.fixture
def browser(open_portal: OpenPortal, services: FakeServices) -> TestClient:  # noqa: ARG001 - behind it
    return open_portal(a_caller("acc_1"))


def sent(**fields: Any) -> dict[str, Any]:
    """The form of a new share as its page sends it."""
    return {
        "login_id": "bruno@fjord.example",
        "once": "a-key",
        "license": "",
        "customer_numbers": ["C-1"],
        "level": "view",
        "ends_at": "",
        "comment": "",
        **fields,
    }


def checked(page: Page, name: str) -> set[str]:
    boxes = page.all("input", type="checkbox", name=name)
    return {box.attributes["value"] for box in boxes if "checked" in box.attributes}


@pytest.mark.parametrize(
    "address",
    [
        "/shares",
        "/shares/new",
        NEW,
        f"{NEW}&license={LICENSE_ID}",
        f"/shares/{SHARE_ID}/edit",
        f"/shares/{SHARE_ID}/remove",
        "/shares/received",
        "/shares/received?hidden=true",
    ],
)
def test_the_pages_are_sound(address: str, browser: TestClient) -> None:
    answer = browser.get(address)

    assert answer.status_code == 200
    assert Page(answer.text).faults() == []


def test_sharing_is_for_people_with_an_account(open_portal: OpenPortal, services: FakeServices) -> None:
    answer = open_portal().get("/shares")

    assert answer.headers["location"] == "/login?next=%2Fshares"
    assert not services.calls("catalog", "GET", SHARES)


@pytest.mark.feature("G26")
def test_the_list_shows_with_whom_what_is_shared_and_leads_on(browser: TestClient) -> None:
    page = Page(browser.get("/shares").text)

    for shown in ("Bruno Berg", "Fjord", "C-1", "A0000000001", "View only", "For the audit"):
        assert shown in page.text
    assert {f"/shares/{SHARE_ID}/edit", f"/shares/{SHARE_ID}/remove", "/shares/received"} <= page.links()


def test_whoever_shares_nothing_is_told_what_to_do_first(browser: TestClient, services: FakeServices) -> None:
    services.answers("catalog", "GET", SHARES, a_page())

    assert "You share nothing yet" in browser.get("/shares").text


@pytest.mark.feature("G26")
def test_a_name_that_nobody_has_is_told_where_it_was_typed(
    browser: TestClient, services: FakeServices
) -> None:
    services.refuses(
        "catalog", "GET", f"{SHARES}/recipients", 404, "recipient_unknown", detail="Nobody there."
    )

    answer = browser.get("/shares/new", params={"login_id": "<b>bruno", "license": LICENSE_ID})

    page = Page(answer.text)
    assert answer.status_code == 422
    assert "Nobody there." in page.text
    assert (page.value("login_id"), page.value("license")) == ("<b>bruno", LICENSE_ID)


@pytest.mark.feature("G26")
def test_each_customer_number_is_described_and_none_is_chosen_beforehand(browser: TestClient) -> None:
    page = Page(browser.get(NEW).text)

    assert "Lindqvist Instruments · Licenses: 2" in page.text
    assert len(page.all("input", type="checkbox", name="customer_numbers")) == 2
    assert checked(page, "customer_numbers") == set()


@pytest.mark.feature("G26")
def test_the_license_that_one_comes_from_is_chosen(browser: TestClient) -> None:
    page = Page(browser.get(f"{NEW}&license={LICENSE_ID}").text)

    assert checked(page, "license_ids") == {LICENSE_ID}
    assert "A0000000001" in page.text


@pytest.mark.feature("G26")
def test_a_license_of_somebody_else_is_not_offered(browser: TestClient, services: FakeServices) -> None:
    services.answers("catalog", "GET", LICENSE, a_license(options=["download_file"]))

    page = Page(browser.get(f"{NEW}&license={LICENSE_ID}").text)

    assert not page.all("input", name="license_ids")
    assert "Only its owner can share it." in page.text


def test_whoever_owns_nothing_is_led_to_registering(browser: TestClient, services: FakeServices) -> None:
    services.answers("catalog", "GET", f"{SHARES}/customer-numbers", a_page())

    assert "/register" in Page(browser.get(NEW).text.split("<main", 1)[1]).links()


@pytest.mark.feature("G26")
def test_finishing_shares_what_was_chosen_and_goes_to_the_list(
    browser: TestClient, services: FakeServices
) -> None:
    services.answers("catalog", "POST", SHARES, a_share(), status=201)

    answer = browser.post(
        "/shares",
        data=sent(customer_numbers=["C-1", "C-2"], level="full", comment=" Audit ", ends_at="2026-12-31"),
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/shares?done=shared")
    asked = services.only_call("catalog", "POST", SHARES)
    assert asked.json == {
        "login_id": "bruno@fjord.example",
        "customer_numbers": ["C-1", "C-2"],
        "license_ids": [],
        "level": "full",
        "comment": "Audit",
        "ends_at": "2027-01-01T00:00:00+00:00",
    }
    assert asked.request.headers["idempotency-key"] == "a-key"


@pytest.mark.feature("G26")
def test_more_customer_numbers_than_an_ordinary_form_has_fields_can_be_chosen(
    browser: TestClient, services: FakeServices
) -> None:
    services.answers("catalog", "POST", SHARES, a_share(), status=201)
    numbers = [f"C-{number}" for number in range(500)]

    assert browser.post("/shares", data=sent(customer_numbers=numbers)).status_code == 303
    assert services.only_call("catalog", "POST", SHARES).json["customer_numbers"] == numbers


def test_a_refusal_is_told_at_its_place_and_what_was_chosen_is_kept(
    browser: TestClient, services: FakeServices
) -> None:
    errors = {"/customer_numbers": "Choose one.", "/ends_at": "This has passed."}
    services.refuses("catalog", "POST", SHARES, 422, "invalid", errors=errors)

    answer = browser.post(
        "/shares", data=sent(customer_numbers=["C-2"], comment="<b>Audit", ends_at="2020-01-01", level="full")
    )

    page = Page(answer.text)
    assert answer.status_code == 422
    assert "Choose one." in page.text
    assert 'id="ends_at-error"' in answer.text
    assert page.faults() == []
    assert checked(page, "customer_numbers") == {"C-2"}
    assert (page.value("comment"), page.value("ends_at"), page.value("level"), page.value("once")) == (
        "<b>Audit",
        "2020-01-01",
        "full",
        "a-key",
    )


@pytest.mark.parametrize(("action", "chosen"), [("all", {"C-1", "C-2"}), ("none", set())])
def test_all_or_none_can_be_chosen_without_a_script(
    action: str, chosen: set[str], browser: TestClient, services: FakeServices
) -> None:
    page = Page(browser.post("/shares", data=sent(action=action, comment="Audit")).text)

    assert checked(page, "customer_numbers") == chosen
    assert page.value("comment") == "Audit"
    assert not services.calls("catalog", "POST", SHARES)


@pytest.mark.feature("G26")
def test_the_form_of_a_share_holds_it_as_it_is(browser: TestClient, services: FakeServices) -> None:
    share = a_share(level="full", customer_numbers=["C-9"], ends_at="2027-01-01T00:00:00Z")
    services.answers("catalog", "GET", f"{SHARES}/{SHARE_ID}", share, headers=[("etag", '"4"')])

    page = Page(browser.get(f"/shares/{SHARE_ID}/edit").text)

    assert checked(page, "customer_numbers") == {"C-9"}
    assert checked(page, "license_ids") == {LICENSE_ID}
    assert (page.value("level"), page.value("ends_at"), page.value("etag")) == ("full", "2026-12-31", '"4"')


@pytest.mark.feature("G26")
def test_a_changed_share_is_saved_unless_somebody_was_faster(
    browser: TestClient, services: FakeServices
) -> None:
    path = f"{SHARES}/{SHARE_ID}"
    services.answers("catalog", "PATCH", path, a_share())
    form = {"customer_numbers": ["C-2"], "level": "full", "comment": "", "ends_at": "", "etag": '"4"'}

    answer = browser.post(f"/shares/{SHARE_ID}/edit", data=form)

    assert answer.headers["location"] == "/shares?done=saved"
    asked = services.only_call("catalog", "PATCH", path)
    assert asked.json == {"customer_numbers": ["C-2"], "license_ids": [], "level": "full", "comment": ""}
    assert asked.request.headers["if-match"] == '"4"'


@pytest.mark.parametrize(
    ("typed", "told"),
    [("2026-12-30", {}), ("", {"ends_at": None}), ("2026-12-31", {"ends_at": "2027-01-01T00:00:00+00:00"})],
)
def test_the_end_is_only_changed_where_its_day_is(
    typed: str, told: dict[str, Any], browser: TestClient, services: FakeServices
) -> None:
    path = f"{SHARES}/{SHARE_ID}"
    services.answers("catalog", "GET", path, a_share(ends_at="2026-12-30T15:30:00Z"))
    services.answers("catalog", "PATCH", path, a_share())

    browser.post(f"/shares/{SHARE_ID}/edit", data={"level": "view", "ends_at": typed})

    body = services.only_call("catalog", "PATCH", path).json
    assert {name: value for name, value in body.items() if name == "ends_at"} == told


def test_a_change_in_between_keeps_what_was_chosen_and_asks_again(
    browser: TestClient, services: FakeServices
) -> None:
    services.refuses(
        "catalog", "PATCH", f"{SHARES}/{SHARE_ID}", 412, "share_changed_meanwhile", detail="Look again."
    )

    answer = browser.post(
        f"/shares/{SHARE_ID}/edit", data={"customer_numbers": ["C-2"], "level": "full", "etag": '"3"'}
    )

    page = Page(answer.text)
    assert answer.status_code == 422
    assert "Look again." in page.text
    assert checked(page, "customer_numbers") == {"C-2"}
    assert page.value("etag") == '"4"'


@pytest.mark.feature("G26")
def test_removing_is_asked_for_first(browser: TestClient, services: FakeServices) -> None:
    services.answers("catalog", "DELETE", f"{SHARES}/{SHARE_ID}", status=204)

    asked = browser.get(f"/shares/{SHARE_ID}/remove")
    assert "Bruno Berg" in asked.text
    assert not services.calls("catalog", "DELETE", f"{SHARES}/{SHARE_ID}")

    answer = browser.post(f"/shares/{SHARE_ID}/remove")
    assert (answer.status_code, answer.headers["location"]) == (303, "/shares?done=share-removed")
    services.only_call("catalog", "DELETE", f"{SHARES}/{SHARE_ID}")


def test_a_share_of_somebody_else_is_nothing_here(browser: TestClient, services: FakeServices) -> None:
    services.refuses("catalog", "GET", f"{SHARES}/{SHARE_ID}", 404, "not_found")

    assert browser.get(f"/shares/{SHARE_ID}/edit").status_code == 404
    assert browser.get(f"/shares/{SHARE_ID}/remove").status_code == 404
    assert browser.get("/shares/nonsense/edit").status_code == 404


@pytest.mark.feature("G27")
def test_what_others_share_stands_below_their_names(browser: TestClient, services: FakeServices) -> None:
    other = {"account_id": "acc_01h455vb4pex5vsknk084sn02r", "name": "Emil Ek", "company_name": "Echo"}
    listed = a_page(a_received_share(), a_received_share(**{"from": other}), a_received_share(level="view"))
    services.answers("catalog", "GET", f"{SHARES}/received", listed)

    page = Page(browser.get("/shares/received").text)

    assert page.text.count("Dora Dahl, Delta") == page.text.count("Emil Ek, Echo") == 1
    assert f"/licenses?{urlencode({'shared_by': SHARER_ID})}" in page.links()
    for shown in ("See the licenses that Dora Dahl shares with you", "Full access", "C-7", "12"):
        assert shown in page.text
    asked = services.only_call("catalog", "GET", f"{SHARES}/received")
    assert asked.request.url.params["hidden"] == "false"


@pytest.mark.feature("G27")
@pytest.mark.parametrize(
    ("pressed", "asked", "done"),
    [("yes", {"hidden": True}, "share-hidden"), ("no", {"hidden": False}, "share-in-sight")],
)
def test_what_others_share_can_be_hidden_and_shown_again(
    pressed: str,
    asked: dict[str, bool],
    done: str,
    browser: TestClient,
    services: FakeServices,
) -> None:
    path = f"{SHARES}/received/{SHARE_ID}/hidden"
    services.answers("catalog", "PUT", path, a_received_share(**asked))

    answer = browser.post(f"/shares/received/{SHARE_ID}/hidden", data={"hidden": pressed})

    assert answer.headers["location"] == f"/shares/received?done={done}"
    assert services.only_call("catalog", "PUT", path).json == asked


def test_whom_nobody_shares_with_is_told_what_to_do(browser: TestClient, services: FakeServices) -> None:
    services.answers("catalog", "GET", f"{SHARES}/received", a_page())

    assert "Nobody shares licenses with you" in browser.get("/shares/received").text


@pytest.mark.feature("G26")
def test_a_license_says_with_whom_it_is_shared_and_leads_to_sharing_it(
    browser: TestClient, services: FakeServices
) -> None:
    services.answers("catalog", "GET", f"{LICENSE}/history", a_history())
    ended = a_share(holds=False, recipient={**BRUNO, "name": "Zoe"})
    services.answers("catalog", "GET", SHARES, a_page(a_share(), ended))

    page = Page(browser.get(f"/licenses/{LICENSE_ID}").text)

    assert "Bruno Berg, Fjord (View only)" in page.text
    assert "Zoe" not in page.text
    assert f"/shares/new?license={LICENSE_ID}" in page.links()
    assert services.only_call("catalog", "GET", SHARES).request.url.params["license_id"] == LICENSE_ID


@pytest.mark.feature("G26")
def test_whoever_a_license_is_shared_with_does_not_see_with_whom_else(
    browser: TestClient, services: FakeServices
) -> None:
    ownership = {"owner_name": "Dora", "owner_company": "Delta", "access": "full"}
    services.answers("catalog", "GET", LICENSE, a_license(options=[], ownership=ownership, access="full"))
    services.answers("catalog", "GET", f"{LICENSE}/history", a_history())

    page = Page(browser.get(f"/licenses/{LICENSE_ID}").text)

    assert "Shared with" not in page.text.replace("Shared with you", "")
    assert f"/shares/new?license={LICENSE_ID}" not in page.links()
    assert not services.calls("catalog", "GET", SHARES)
