"""The wizard's pages, on the real portal in front of stand-ins for the services."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from keydesk.chassis.identity import Caller
from keydesk.portal.api import Rooms
from tests.conftest import ClientOf, SettingsOf
from tests.factories.portal import some_columns
from tests.factories.registrations import (
    CONTACT,
    HOST_ID,
    IMPORT_ID,
    ITEM_ID,
    LICENSE_ID,
    REGISTRATION_ID,
    TIER,
    a_history,
    a_license,
    a_listed_license,
    a_page,
    a_registration,
    an_import,
    an_item,
)
from tests.identities import KeyRing, a_caller
from tests.portal_services import FakeServices

REGISTRATION = f"/api/v1/registrations/{REGISTRATION_ID}"
PAGE = f"/register/{REGISTRATION_ID}"
BrowserOf = Callable[..., TestClient]


@pytest.fixture
def services() -> Iterator[FakeServices]:
    made = FakeServices()
    made.answers("licensing", "GET", "/api/v1/registrations", a_page())
    made.answers("licensing", "GET", REGISTRATION, a_registration())
    made.answers("licensing", "GET", f"{REGISTRATION}/items", a_page(an_item()))
    made.answers("accounts", "GET", "/api/v1/countries", a_page())
    made.answers("catalog", "GET", "/api/v1/catalog/columns", some_columns())
    made.answers("catalog", "GET", "/api/v1/catalog/saved-searches", {"items": []})
    yield made
    assert not made.unexpected


@pytest.fixture
def browser_of(
    client_of: ClientOf, settings_of: SettingsOf, services: FakeServices, ring: KeyRing
) -> BrowserOf:
    def make(caller: Caller | None = None) -> TestClient:
        client = client_of(
            settings_of("portal", redis_url="redis://127.0.0.1:9/0"), {Rooms.from_settings: services.rooms()}
        )
        client.headers.update(ring.headers(caller or a_caller("acc_1"), "portal"))
        client.follow_redirects = False
        return client

    return make


@pytest.mark.feature("G11")
def test_typed_serial_numbers_start_a_registration(browser_of: BrowserOf, services: FakeServices) -> None:
    services.answers("licensing", "POST", "/api/v1/registrations", a_registration(), status=201)
    answer = browser_of().post("/register", data={"serial_numbers": "A0000000001, B0000000002"})
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    asked = services.only_call("licensing", "POST", "/api/v1/registrations")
    assert asked.json == {"serial_numbers": ["A0000000001", "B0000000002"]}


@pytest.mark.feature("G11")
def test_a_file_is_added_as_it_is(browser_of: BrowserOf, services: FakeServices) -> None:
    services.answers("licensing", "POST", f"{REGISTRATION}/items", a_registration())
    answer = browser_of().post(PAGE, files={"file": ("numbers.csv", b"\xef\xbb\xbfA0000000001\r\n")})
    assert answer.status_code == 303
    asked = services.only_call("licensing", "POST", f"{REGISTRATION}/items")
    assert asked.request.content == b"\xef\xbb\xbfA0000000001\r\n"
    assert asked.request.headers["content-type"] == "text/csv"


def test_a_refused_file_keeps_what_was_typed(browser_of: BrowserOf, services: FakeServices) -> None:
    services.refuses("licensing", "POST", f"{REGISTRATION}/items", 422, "invalid", detail="Not a text file.")
    answer = browser_of().post(PAGE, data={"serial_numbers": "<b>A1"})
    assert answer.status_code == 422
    assert "Not a text file." in answer.text
    assert "&lt;b&gt;A1" in answer.text


def test_a_refused_line_says_why_and_what_can_be_done(browser_of: BrowserOf, services: FakeServices) -> None:
    problem = {"code": "registered_alone", "detail": "It has to be registered alone."}
    services.answers("licensing", "GET", REGISTRATION, _with_refused(a_registration()))
    services.answers(
        "licensing", "GET", f"{REGISTRATION}/items", a_page(an_item(state="refused", problem=problem))
    )
    answer = browser_of().get(PAGE)
    assert "It has to be registered alone." in answer.text
    assert f"{PAGE}/items/{ITEM_ID}/separate" in answer.text
    assert f'href="{PAGE}/review"' not in answer.text


def test_each_product_is_asked_for_its_own_information(browser_of: BrowserOf, services: FakeServices) -> None:
    services.answers("licensing", "GET", REGISTRATION, _asking(HOST_ID, TIER, CONTACT))
    answer = browser_of().get(f"{PAGE}/information")
    assert answer.status_code == 200
    for name in (
        f"item/{ITEM_ID}/host_id",
        "product/QF-100/deployed_price_tier",
        "product/QF-100/technical_contact/email",
    ):
        assert f'name="{name}"' in answer.text


def test_wrong_information_is_told_at_its_input_and_kept(
    browser_of: BrowserOf, services: FakeServices
) -> None:
    services.answers("licensing", "GET", REGISTRATION, _asking(HOST_ID))
    pointer = f"/by_item/{ITEM_ID}/host_id"
    services.refuses(
        "licensing", "PUT", f"{REGISTRATION}/information", 422, "invalid", errors={pointer: "Eight digits."}
    )
    answer = browser_of().post(f"{PAGE}/information", data={f"item/{ITEM_ID}/host_id": "nonsense"})
    assert answer.status_code == 422
    assert f'id="item-{ITEM_ID}-host_id-error">Eight digits.' in answer.text
    assert 'value="nonsense"' in answer.text


@pytest.mark.feature("G11")
def test_completing_leads_to_the_progress(browser_of: BrowserOf, services: FakeServices) -> None:
    services.answers("licensing", "POST", f"{REGISTRATION}/complete", a_registration(), status=202)
    answer = browser_of().post(f"{PAGE}/complete")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}/progress")


def test_somebody_who_was_faster_is_told_on_the_review(browser_of: BrowserOf, services: FakeServices) -> None:
    services.refuses(
        "licensing",
        "POST",
        f"{REGISTRATION}/complete",
        409,
        "serial_number_already_registered",
        errors={"/items/0": "A0000000001 was registered a moment ago."},
    )
    answer = browser_of().post(f"{PAGE}/complete")
    assert answer.status_code == 409
    assert "A0000000001 was registered a moment ago." in answer.text


def test_the_progress_page_goes_on_when_all_is_done(browser_of: BrowserOf, services: FakeServices) -> None:
    services.answers("licensing", "GET", REGISTRATION, a_registration(status="processing"))
    waiting = browser_of().get(f"{PAGE}/progress")
    assert 'data-progress-of="registration"' in waiting.text
    services.answers("licensing", "GET", REGISTRATION, a_registration(status="completed"))
    done = browser_of().get(f"{PAGE}/progress")
    assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}/confirmation")


@pytest.mark.feature("G11")
def test_the_confirmation_shows_keys_and_files(browser_of: BrowserOf, services: FakeServices) -> None:
    key = {
        "id": LICENSE_ID,
        "license_key": "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE",
        "file_name": "QF-100-A0000000001.slf",
    }
    services.answers("licensing", "GET", REGISTRATION, a_registration(status="completed"))
    services.answers(
        "licensing", "GET", f"{REGISTRATION}/items", a_page(an_item(state="issued", license=key))
    )
    answer = browser_of().get(f"{PAGE}/confirmation")
    assert "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE" in answer.text
    assert f"/licenses/{LICENSE_ID}/file" in answer.text
    assert f"{PAGE}/file" in answer.text


@pytest.mark.feature("G12")
def test_a_license_file_comes_under_its_own_name(browser_of: BrowserOf, services: FakeServices) -> None:
    disposition = 'attachment; filename="QF-100-A0000000001.slf"'
    services.answers(
        "licensing",
        "GET",
        f"/api/v1/licenses/{LICENSE_ID}/file",
        {"armour": "as it is"},
        headers=[("content-disposition", disposition)],
    )
    answer = browser_of().get(f"/licenses/{LICENSE_ID}/file")
    assert answer.headers["content-disposition"] == disposition
    assert answer.json() == {"armour": "as it is"}


@pytest.mark.feature("G17")
def test_the_license_list_searches_and_pages(browser_of: BrowserOf, services: FakeServices) -> None:
    services.answers(
        "catalog", "GET", "/api/v1/catalog/licenses", a_page(a_listed_license(), next_cursor="c2")
    )
    answer = browser_of().get("/licenses", params={"query": "A0000", "sort": "product"})
    assert f'href="/licenses/{LICENSE_ID}"' in answer.text
    assert "query=A0000&amp;sort=product&amp;cursor=c2" in answer.text
    params = dict(services.only_call("catalog", "GET", "/api/v1/catalog/licenses").request.url.params)
    assert params == {"query": "A0000", "sort": "product", "limit": "50"}


def test_an_empty_license_list_says_what_to_do_first(browser_of: BrowserOf, services: FakeServices) -> None:
    services.answers("catalog", "GET", "/api/v1/catalog/licenses", a_page())
    assert 'href="/register"' in browser_of().get("/licenses").text.split("<main", 1)[1]


@pytest.mark.feature("G18")
def test_license_details_show_key_order_and_owner(browser_of: BrowserOf, services: FakeServices) -> None:
    services.answers("catalog", "GET", f"/api/v1/catalog/licenses/{LICENSE_ID}", a_license())
    services.answers("catalog", "GET", f"/api/v1/catalog/licenses/{LICENSE_ID}/history", a_history())
    services.answers("catalog", "GET", "/api/v1/shares", a_page())
    services.answers("catalog", "GET", f"/api/v1/catalog/licenses/{LICENSE_ID}/fields", {"fields": []})
    services.answers("catalog", "GET", f"/api/v1/catalog/licenses/{LICENSE_ID}/comments", a_page())
    text = browser_of().get(f"/licenses/{LICENSE_ID}").text
    for shown in ("AAAAA-BBBBB-CCCCC-DDDDD-EEEEE", "SO-1", "Anna Lindqvist", "80A1B2C3", "Registered"):
        assert shown in text


def test_a_license_of_somebody_else_is_nothing_here(browser_of: BrowserOf, services: FakeServices) -> None:
    services.refuses("catalog", "GET", f"/api/v1/catalog/licenses/{LICENSE_ID}", 404, "not_found")
    assert browser_of().get(f"/licenses/{LICENSE_ID}").status_code == 404


@pytest.mark.feature("C5")
def test_an_operator_loads_a_file_and_sees_its_report(browser_of: BrowserOf, services: FakeServices) -> None:
    services.answers("licensing", "POST", "/api/v1/imports", an_import(status="queued"), status=202)
    operator = browser_of(a_caller("acc_2", roles=("operator",)))
    answer = operator.post(
        "/staff/imports",
        data={"kind": "orders", "dry_run": "yes"},
        files={"file": ("Bestellung ä.csv", b"x")},
    )
    assert answer.headers["location"] == f"/staff/imports/{IMPORT_ID}"
    asked = services.only_call("licensing", "POST", "/api/v1/imports")
    assert dict(asked.request.url.params) == {"kind": "orders", "dry_run": "true"}
    assert asked.request.headers["content-disposition"].endswith("Bestellung%20%C3%A4.csv")


@pytest.mark.feature("C5")
def test_the_report_names_each_line_that_failed(browser_of: BrowserOf, services: FakeServices) -> None:
    line = {"line": 7, "state": "failed", "code": "unknown_sku", "detail": "No such product.", "key": "A1"}
    services.answers("licensing", "GET", f"/api/v1/imports/{IMPORT_ID}", an_import())
    services.answers("licensing", "GET", f"/api/v1/imports/{IMPORT_ID}/lines", a_page(line))
    text = browser_of(a_caller("acc_2", roles=("operator",))).get(f"/staff/imports/{IMPORT_ID}").text
    assert "No such product." in text


def test_staff_pages_refuse_customers_as_the_api_does(browser_of: BrowserOf, services: FakeServices) -> None:
    services.refuses("licensing", "GET", "/api/v1/imports", 403, "forbidden")
    services.refuses("accounts", "GET", "/api/v1/staff/accounts", 403, "forbidden")
    for path in ("/staff/imports", "/staff/accounts"):
        assert browser_of().get(path).status_code == 403


def _with_refused(registration: dict[str, Any]) -> dict[str, Any]:
    counts = {"lines": 1, "ready": 0, "needs_information": 0, "refused": 1}
    return {**registration, "counts": counts, "ready": False}


def _asking(*fields: dict[str, Any]) -> dict[str, Any]:
    registration = a_registration(ready=False)
    registration["products"] = [{**registration["products"][0], "fields": list(fields), "complete": False}]
    return registration
