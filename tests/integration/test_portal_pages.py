"""What holds for every page of the portal, on pages of the base."""

import re

import pytest

from keydesk.portal.api import Rooms
from tests.factories.portal import an_account
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

FOR_VISITORS = [
    "/",
    "/login",
    "/create-account",
    "/create-account/done",
    "/account-lookup",
    "/account-lookup/sent",
    "/verify-email?token=abc",
    "/verify-email/new",
    "/verify-email/sent",
    "/verify-email/done?purpose=additional_email",
    "/forgot-password",
    "/forgot-password/sent",
    "/reset-password?token=abc",
    "/nowhere",
]
FOR_PEOPLE = ["/", "/account", "/account/password", "/account/tokens", "/agreement", "/nowhere"]


@pytest.mark.parametrize("address", FOR_VISITORS)
def test_a_visitors_page_is_sound(open_portal: OpenPortal, address: str) -> None:
    answer = open_portal().get(address)
    assert answer.status_code == (404 if address == "/nowhere" else 200)
    assert Page(answer.text).faults() == []


@pytest.mark.parametrize("address", FOR_PEOPLE)
def test_a_page_for_people_with_an_account_is_sound(open_portal: OpenPortal, address: str) -> None:
    caller = a_caller("acc_1", roles=("customer", "support", "operator"))
    answer = open_portal(caller).get(address)
    assert answer.status_code == (404 if address == "/nowhere" else 200)
    assert Page(answer.text).faults() == []


def test_what_a_service_tells_is_shown_as_text(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers(
        "accounts", "GET", "/api/v1/me", an_account(first_name="<script>alert(1)</script>")
    )
    page = open_portal(a_caller("acc_1")).get("/").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert Page(page).script_text == ""


def test_what_was_typed_is_shown_as_text(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    portal_services.refuses("gateway", "POST", "/api/v1/sessions", 401, "credentials_wrong")
    typed = '"><img src=x onerror=alert(1)>'
    page = Page(open_portal().post("/login", data={"login_id": typed, "password": "x"}).text)
    assert page.value("login_id") == typed
    assert page.faults() == []


@pytest.mark.feature("G1")
@pytest.mark.parametrize(
    ("cookie", "account", "browser", "language"),
    [
        ("ja", "fr", "de", "ja"),
        (None, "fr", "de", "fr"),
        (None, None, "de-AT,en;q=0.5", "de"),
        ("nonsense", None, "zh-TW", "zh-Hant"),
        (None, None, "sv", "en"),
    ],
)
def test_the_language_is_the_chosen_one_then_the_accounts_then_the_browsers(
    open_portal: OpenPortal,
    portal_services: FakeServices,
    *,
    cookie: str | None,
    account: str | None,
    browser: str,
    language: str,
) -> None:
    portal = open_portal(a_caller("acc_1", language=account))
    headers = {"accept-language": browser} | ({"cookie": f"keydesk_language={cookie}"} if cookie else {})
    answer = portal.get("/account", headers=headers)
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-language"] == language
    asked = portal_services.only_call("accounts", "GET", "/api/v1/me").request
    assert asked.headers["accept-language"] == language


def test_the_services_are_asked_with_the_readers_own_identity(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal = open_portal(a_caller("acc_1"))
    portal.get("/account", headers={"x-request-id": "one-request-of-many"})
    asked = portal_services.only_call("accounts", "GET", "/api/v1/me").request
    assert asked.headers["keydesk-identity"] == portal.headers["keydesk-identity"]
    assert asked.headers["x-request-id"] == "one-request-of-many"


def test_the_shared_clients_keep_nobodys_cookies(portal_services: FakeServices) -> None:
    portal_services.answers(
        "gateway", "POST", "/api/v1/sessions", {}, headers=[("set-cookie", "keydesk_session=mine; Path=/")]
    )
    client = portal_services.rooms().client("gateway")
    client.post("/api/v1/sessions")
    client.post("/api/v1/sessions")
    assert "cookie" not in portal_services.asked[-1].request.headers


def test_who_comes_past_the_gateway_is_nobody(open_portal: OpenPortal) -> None:
    portal = open_portal(a_caller("acc_1"))
    del portal.headers["keydesk-identity"]
    answer = portal.get("/account/tokens?x=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Faccount%2Ftokens%3Fx%3D1"


def test_a_due_agreement_comes_first_and_leads_back(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.refuses("licensing", "GET", "/api/v1/registrations", 403, "agreement_due")
    answer = open_portal(a_caller("acc_1", agreed=False)).get("/register")
    assert answer.headers["location"] == "/agreement?next=%2Fregister"


def test_an_identity_that_ran_out_does_not_send_anybody_in_circles(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.refuses("accounts", "GET", "/api/v1/me", 401, "unauthenticated")
    answer = open_portal(a_caller("acc_1")).get("/account")
    assert answer.status_code == 401
    assert "/login" in Page(answer.text).links()


def test_a_service_that_is_away_gives_a_page_that_says_so(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.is_away("accounts")
    answer = open_portal(a_caller("acc_1")).get("/account")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert "Nothing was changed" in answer.text
    assert "/account" in Page(answer.text).links()


def test_an_answer_that_cannot_be_read_gives_a_page_with_the_request_id(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("accounts", "GET", "/api/v1/me", ["not", "a", "problem"], status=500)
    answer = open_portal(a_caller("acc_1")).get("/account", headers={"x-request-id": "abc12345"})
    assert answer.status_code == 500
    assert "abc12345" in answer.text


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/account/tokens/not-an-id/revoke", 405),
        ("POST", "/account/tokens/not-an-id/revoke", 404),
        ("DELETE", "/login", 405),
        ("GET", "/verify-email?token=" + "a" * 501, 422),
        ("GET", "/static/../settings.py", 404),
        ("GET", "/static/nothing.css", 404),
    ],
)
def test_an_error_is_a_page(open_portal: OpenPortal, method: str, address: str, status: int) -> None:
    answer = open_portal(a_caller("acc_1")).request(method, address)
    assert answer.status_code == status
    assert Page(answer.text).faults() == []


def test_a_static_file_is_kept_forever_only_under_its_own_hash(open_portal: OpenPortal) -> None:
    portal = open_portal()
    address = re.search(r'href="(/static/keydesk\.css\?v=\w+)"', portal.get("/").text)
    assert address is not None
    assert "immutable" in portal.get(address[1]).headers["cache-control"]
    assert portal.get("/static/keydesk.css?v=other").headers["cache-control"] == "no-cache"


def test_no_page_is_kept_by_a_browser(open_portal: OpenPortal) -> None:
    assert open_portal(a_caller("acc_1")).get("/account").headers["cache-control"] == "no-store"


def test_the_portal_says_that_it_lives(open_portal: OpenPortal) -> None:
    assert open_portal().get("/livez").json() == {"status": "ok"}


def test_a_room_without_an_address_is_a_bad_setting() -> None:
    with pytest.raises(Exception, match="KEYDESK_PEERS names no address for accounts"):
        Rooms({}).client("accounts")
