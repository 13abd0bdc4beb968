"""The landing page, the home page, and the choice of language."""

from dataclasses import replace
from typing import Any

import pytest

from keydesk.chassis.i18n import LANGUAGES
from tests.factories.portal import an_account
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

DRAFT = "reg_01h455vb4pex5vsknk084sn02q"


def a_draft(**fields: Any) -> dict[str, Any]:
    return {
        "id": DRAFT,
        "status": "draft",
        "updated_at": "2026-11-25T08:00:00Z",
        "counts": {"lines": 3, "ready": 3, "needs_information": 0, "refused": 0},
    } | fields


@pytest.mark.feature("G1")
def test_the_landing_page_offers_each_language_in_its_own_words(open_portal: OpenPortal) -> None:
    page = Page(open_portal().get("/").text)
    offered = {tag.attributes["value"]: tag.attributes["lang"] for tag in page.all("button", name="language")}
    assert offered == {tag: tag for tag in LANGUAGES}
    assert all(own_name in page.text for own_name in LANGUAGES.values())


@pytest.mark.feature("G1")
def test_a_visitors_choice_of_language_is_kept_in_the_browser(open_portal: OpenPortal) -> None:
    portal = open_portal()
    answer = portal.post("/language", data={"language": "ko", "next": "/create-account"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/create-account")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert '<html lang="ko">' in portal.get("/login").text


@pytest.mark.feature("G1")
def test_a_persons_choice_of_language_is_kept_in_the_account(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("accounts", "PATCH", "/api/v1/me", an_account(language="it"))
    open_portal(a_caller("acc_1")).post("/language", data={"language": "it"})
    assert portal_services.only_call("accounts", "PATCH", "/api/v1/me").json == {"language": "it"}


def test_a_language_that_we_do_not_have_changes_nothing(open_portal: OpenPortal) -> None:
    answer = open_portal().post("/language", data={"language": "../x", "next": "//evil.example"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "set-cookie" not in answer.headers


def test_every_page_says_who_is_logged_in(open_portal: OpenPortal) -> None:
    page = Page(open_portal(replace(a_caller("acc_1"), name="王 小明")).get("/register").text)
    assert "王 小明" in page.text


def test_the_home_page_leads_on_to_open_drafts(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers(
        "licensing", "GET", "/api/v1/registrations", {"items": [a_draft()], "next_cursor": None}
    )
    page = Page(open_portal(a_caller("acc_1")).get("/").text)
    assert f"/register/{DRAFT}" in page.links()
    assert "3 serial numbers" in page.text
    asked = portal_services.only_call("licensing", "GET", "/api/v1/registrations").request
    assert asked.url.params["status"] == "draft"


@pytest.mark.parametrize("room", ["accounts", "licensing", "catalog"])
def test_the_home_page_is_of_use_while_a_service_is_away(
    open_portal: OpenPortal, portal_services: FakeServices, room: str
) -> None:
    portal_services.is_away(room)
    answer = open_portal(a_caller("acc_1")).get("/")
    assert answer.status_code == 200
    assert "/register" in Page(answer.text).links()


@pytest.mark.feature("C5")
def test_only_staff_are_led_to_the_staffs_tools(open_portal: OpenPortal) -> None:
    customer = Page(open_portal(a_caller("acc_1")).get("/").text)
    operator = Page(open_portal(a_caller("acc_2", roles=("customer", "operator"))).get("/").text)
    assert "/staff/imports" not in customer.links()
    assert "/staff/imports" in operator.links()
