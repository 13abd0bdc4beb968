"""The email log's page for support staff, in front of a stand-in for notifications."""

from typing import Any, get_args

import pytest

from keydesk.portal.staff.routes import EMAIL_KINDS, EMAIL_STATUSES
from keydesk.services.notifications.emails.plans import EmailKind
from keydesk.services.notifications.emails.schemas import EmailStatus
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

LOG = "/api/v1/support/emails"
EMAIL = "eml_01h455vb4pex5vsknk084sn02q"
RESEND = f"/staff/emails/{EMAIL}/resend"
SUPPORT = a_caller("acc_2", roles=("customer", "support"))


def an_email(**fields: Any) -> dict[str, Any]:
    return {
        "id": EMAIL,
        "to": "anna@lindqvist.example",
        "kind": "registration_confirmation",
        "subject": "Your license keys are here",
        "status": "sent",
        "attempts": 1,
        "reason": None,
        "created_at": "2026-11-25T09:00:00Z",
        "sent_at": "2026-11-25T09:00:02Z",
    } | fields


def log_holds(services: FakeServices, *items: dict[str, Any], next_cursor: str | None = None) -> None:
    services.answers("notifications", "GET", LOG, {"items": list(items), "next_cursor": next_cursor})


def test_the_page_knows_every_kind_and_status_of_emails() -> None:
    assert set(get_args(EmailKind)) == set(EMAIL_KINDS)
    assert set(get_args(EmailStatus)) == set(EMAIL_STATUSES)


@pytest.mark.feature("C4")
def test_support_sees_what_became_of_each_email_and_why(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    failed = an_email(status="failed", attempts=3, reason="550 <nobody> here", sent_at=None)
    log_holds(portal_services, an_email(), failed)

    page = Page(open_portal(SUPPORT).get("/staff/emails").text)

    assert page.faults() == []
    for told in ("anna@lindqvist.example", "License keys", "Sent", "Not delivered", "550 <nobody> here"):
        assert told in page.text
    assert len(page.all("form", action=RESEND)) == 2


@pytest.mark.feature("C4")
@pytest.mark.parametrize(("status", "word"), [("queued", "Queued"), ("sending", "Being sent")])
def test_an_email_on_its_way_cannot_be_sent_again(
    status: str, word: str, open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    log_holds(portal_services, an_email(status=status, sent_at=None))

    page = Page(open_portal(SUPPORT).get("/staff/emails").text)

    assert word in page.text
    assert page.all("form", action=RESEND) == []


@pytest.mark.feature("C4")
def test_a_search_by_address_kind_and_status_is_kept_on_the_next_page(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    log_holds(portal_services, an_email(), next_cursor="abc")
    search = "query=anna&kind=password_reset&status=failed"

    page = Page(open_portal(SUPPORT).get(f"/staff/emails?{search}&cursor=old").text)

    params = portal_services.only_call("notifications", "GET", LOG).request.url.params
    assert dict(params) == {
        "limit": "50",
        "query": "anna",
        "kind": "password_reset",
        "status": "failed",
        "cursor": "old",
    }
    assert (page.value("query"), page.value("kind"), page.value("status")) == (
        "anna",
        "password_reset",
        "failed",
    )
    assert {f"?{search}&cursor=abc", f"?{search}"} <= page.links()


@pytest.mark.feature("C4")
def test_empty_choices_search_for_everything(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    log_holds(portal_services)

    text = open_portal(SUPPORT).get("/staff/emails?query=&kind=&status=").text

    assert dict(portal_services.only_call("notifications", "GET", LOG).request.url.params) == {"limit": "50"}
    assert "No emails yet" in text


def test_a_search_without_a_find_leads_back(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    log_holds(portal_services)

    page = Page(open_portal(SUPPORT).get("/staff/emails?query=zoe").text)

    assert "No email found" in page.text
    assert "/staff/emails" in page.links()


@pytest.mark.feature("C4")
def test_sending_again_comes_back_to_the_same_page_of_the_log(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("notifications", "POST", f"{LOG}/{EMAIL}/resend", an_email(), status=202)
    log_holds(portal_services, an_email(status="queued"))
    browser = open_portal(SUPPORT)

    answer = browser.post(RESEND, data={"query": "anna", "cursor": "old"})

    assert answer.status_code == 303
    assert answer.headers["location"] == "/staff/emails?query=anna&cursor=old&done=email-queued"
    assert "The email is queued" in browser.get(answer.headers["location"]).text


@pytest.mark.feature("C4")
def test_a_refusal_is_shown_above_the_log(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    portal_services.refuses(
        "notifications", "POST", f"{LOG}/{EMAIL}/resend", 409, "email_under_way", detail="It is queued."
    )
    log_holds(portal_services, an_email(status="queued"))

    answer = open_portal(SUPPORT).post(RESEND, data={"query": "anna"})

    assert answer.status_code == 409
    assert "It is queued." in answer.text
    params = portal_services.only_call("notifications", "GET", LOG).request.url.params
    assert params["query"] == "anna"


def test_whoever_may_not_see_the_log_gets_the_error_page(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.refuses("notifications", "GET", LOG, 403, "forbidden")
    portal_services.refuses("notifications", "POST", f"{LOG}/{EMAIL}/resend", 403, "forbidden")
    browser = open_portal(a_caller("acc_1"))

    assert browser.get("/staff/emails").status_code == 403
    assert browser.post(RESEND).status_code == 403


def test_what_is_no_email_is_not_asked_for(open_portal: OpenPortal) -> None:
    assert open_portal(SUPPORT).post("/staff/emails/..%2Fx/resend").status_code == 404
    assert open_portal(SUPPORT).post("/staff/emails/acc_1/resend").status_code in {404, 422}


@pytest.mark.feature("C4")
def test_support_alone_is_led_to_the_log(open_portal: OpenPortal) -> None:
    operator = a_caller("acc_3", roles=("customer", "operator"))

    assert "/staff/emails" in Page(open_portal(SUPPORT).get("/").text).links()
    assert "/staff/emails" not in Page(open_portal(operator).get("/").text).links()
