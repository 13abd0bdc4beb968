"""Links from emails: verifying an address, setting a new password."""

import pytest

from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

VERIFICATIONS = "/api/v1/email-verifications"
RESETS = "/api/v1/password-resets"


@pytest.mark.feature("G4")
def test_opening_a_verification_link_spends_nothing(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    page = Page(open_portal().get("/verify-email?token=abc").text)
    assert page.value("token") == "abc"
    assert portal_services.asked == []


@pytest.mark.feature("G4")
@pytest.mark.parametrize(
    ("purpose", "said"),
    [
        ("sign_up", "Your account is ready"),
        ("email_change", "from now on"),
        ("additional_email", "Messages about registered licenses"),
    ],
)
def test_the_button_verifies_and_tells_what_that_means(
    open_portal: OpenPortal, portal_services: FakeServices, purpose: str, said: str
) -> None:
    verified = {"email": "a@b.example", "purpose": purpose, "login_id": "anna"}
    portal_services.answers("accounts", "POST", VERIFICATIONS, verified)
    portal = open_portal()
    answer = portal.post("/verify-email", data={"token": "abc"})
    assert portal_services.only_call("accounts", "POST", VERIFICATIONS).json == {"token": "abc"}
    assert answer.status_code == 303
    assert said in portal.get(answer.headers["location"]).text


@pytest.mark.feature("G4")
@pytest.mark.parametrize(("status", "code"), [(410, "link_expired"), (404, "link_unknown")])
def test_a_dead_verification_link_offers_a_new_one(
    open_portal: OpenPortal, portal_services: FakeServices, status: int, code: str
) -> None:
    portal_services.refuses("accounts", "POST", VERIFICATIONS, status, code, detail="Ask for a new link.")
    answer = open_portal().post("/verify-email", data={"token": "abc"})
    assert answer.status_code == status
    assert "Ask for a new link." in answer.text
    assert Page(answer.text).all("form", action="/verify-email/new")


@pytest.mark.feature("G4")
def test_a_new_verification_link_is_asked_for_by_address(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("accounts", "POST", f"{VERIFICATIONS}/requests", {}, status=202)
    answer = open_portal().post("/verify-email/new", data={"email": "a@b.example"})
    assert answer.headers["location"] == "/verify-email/sent"


@pytest.mark.feature("G3")
def test_a_forgotten_password_leads_to_the_mailbox(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("accounts", "POST", RESETS, {"status": "answer_sent"}, status=202)
    answer = open_portal().post("/forgot-password", data={"login_id": "anna"})
    assert portal_services.only_call("accounts", "POST", RESETS).json == {"login_id": "anna"}
    assert answer.headers["location"] == "/forgot-password/sent"


@pytest.mark.feature("G3")
def test_a_new_password_is_set_by_the_link(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    portal_services.answers("accounts", "POST", f"{RESETS}/complete", status=204)
    sent = {"token": "abc", "password": " lamp oil ", "password_repeated": " lamp oil "}
    answer = open_portal().post("/reset-password", data=sent)
    assert portal_services.only_call("accounts", "POST", f"{RESETS}/complete").json == sent
    assert answer.headers["location"] == "/login?done=password-reset"


@pytest.mark.feature("G3")
def test_a_refused_new_password_keeps_the_link(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.refuses(
        "accounts", "POST", f"{RESETS}/complete", 422, "invalid", errors={"/password": "Too common."}
    )
    answer = open_portal().post("/reset-password", data={"token": "abc", "password": "password"})
    assert answer.status_code == 422
    assert "New password: Too common." in Page(answer.text).text
    assert Page(answer.text).value("token") == "abc"


@pytest.mark.feature("G3")
def test_a_dead_reset_link_offers_a_new_one(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    portal_services.refuses("accounts", "POST", f"{RESETS}/complete", 410, "link_expired")
    answer = open_portal().post("/reset-password", data={"token": "abc", "password": "x"})
    assert answer.status_code == 410
    assert Page(answer.text).all("form", action="/forgot-password")


@pytest.mark.parametrize(
    ("address", "reached"), [("/verify-email", "/verify-email/new"), ("/reset-password", "/forgot-password")]
)
def test_a_link_without_its_token_leads_to_a_new_link(
    open_portal: OpenPortal, address: str, reached: str
) -> None:
    assert open_portal().get(address).headers["location"] == reached
