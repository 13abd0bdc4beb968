"""Logging in and out through the pages."""

from typing import Any

import pytest

from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

pytestmark = pytest.mark.feature("G3")

SESSIONS = "/api/v1/sessions"
COOKIES = [
    ("set-cookie", "keydesk_session=abc; HttpOnly; Path=/; SameSite=Lax"),
    ("set-cookie", "keydesk_device=def; HttpOnly; Path=/; SameSite=Lax"),
]
TYPED = {"login_id": " anna ", "password": " harbour lamp "}


def a_session(**fields: Any) -> dict[str, Any]:
    return {"account_id": "acc_1", "login_id": "anna", "agreed": True, "language": "en"} | fields


def test_the_gateways_cookies_are_passed_on(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    portal_services.answers("gateway", "POST", SESSIONS, a_session(), status=201, headers=COOKIES)
    answer = open_portal().post("/login", data=TYPED, headers={"cookie": "keydesk_device=old"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.headers.get_list("set-cookie") == [value for _, value in COOKIES]
    asked = portal_services.only_call("gateway", "POST", SESSIONS)
    assert asked.json == {"login_id": "anna", "password": " harbour lamp "}
    assert asked.request.headers["cookie"] == "keydesk_device=old"


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [("/licenses?query=A1", "/licenses?query=A1"), ("https://evil.example", "/"), ("//evil.example", "/")],
)
def test_one_comes_to_the_page_that_one_asked_for_but_never_to_another_site(
    open_portal: OpenPortal, portal_services: FakeServices, wanted: str, reached: str
) -> None:
    portal_services.answers("gateway", "POST", SESSIONS, a_session(), status=201)
    answer = open_portal().post("/login", data={**TYPED, "next": wanted})
    assert answer.headers["location"] == reached


def test_the_login_page_keeps_where_one_wanted_to_go(open_portal: OpenPortal) -> None:
    page = Page(open_portal().get("/login", params={"next": "/licenses?query=A1"}).text)
    assert page.value("next") == "/licenses?query=A1"


def test_a_due_agreement_comes_before_everything(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("gateway", "POST", SESSIONS, a_session(agreed=False), status=201, headers=COOKIES)
    answer = open_portal().post("/login", data={**TYPED, "next": "/register"})
    assert answer.headers["location"] == "/agreement?next=%2Fregister"
    assert len(answer.headers.get_list("set-cookie")) == 2


def test_wrong_credentials_keep_the_login_id_and_never_the_password(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.refuses("gateway", "POST", SESSIONS, 401, "credentials_wrong", detail="Check both.")
    answer = open_portal().post("/login", data=TYPED)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert "Check both." in page.text
    assert page.value("login_id") == "anna"
    assert "harbour lamp" not in answer.text


def test_too_many_tries_say_how_long_to_wait(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    portal_services.refuses(
        "gateway", "POST", SESSIONS, 429, "too_many_requests", headers=[("retry-after", "40")]
    )
    answer = open_portal().post("/login", data=TYPED)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "40")


@pytest.mark.parametrize(("login_id", "email"), [("anna@lindqvist.example",) * 2, ("anna", "")])
def test_an_account_that_waits_for_its_link_is_offered_a_new_one(
    open_portal: OpenPortal, portal_services: FakeServices, login_id: str, email: str
) -> None:
    portal_services.refuses("gateway", "POST", SESSIONS, 403, "email_not_verified")
    page = Page(open_portal().post("/login", data={**TYPED, "login_id": login_id}).text)
    assert page.all("form", action="/verify-email/new")
    assert page.value("email") == email


def test_who_has_logged_in_already_goes_on(open_portal: OpenPortal) -> None:
    answer = open_portal(a_caller("acc_1")).get("/login?next=/licenses")
    assert answer.headers["location"] == "/licenses"


def test_logging_out_ends_the_session_and_its_cookie(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    gone = [("set-cookie", "keydesk_session=; Max-Age=0; Path=/")]
    portal_services.answers("gateway", "DELETE", f"{SESSIONS}/current", status=204, headers=gone)
    answer = open_portal(a_caller("acc_1")).post("/logout", headers={"cookie": "keydesk_session=abc"})
    assert answer.headers["location"] == "/?done=logged-out"
    assert answer.headers["set-cookie"] == gone[0][1]


def test_a_page_never_logs_out_by_being_opened(open_portal: OpenPortal) -> None:
    assert open_portal(a_caller("acc_1")).get("/logout").status_code == 405
