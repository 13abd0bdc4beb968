"""Creating an account through the pages, on a real Redis."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from starlette.testclient import TestClient

from tests.factories.portal import a_sign_up_form
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices
from tests.servers import REDIS_URL

pytestmark = pytest.mark.feature("G4")

PATH = "/create-account"
CHECKS = "/api/v1/accounts/checks"
ACCOUNTS = "/api/v1/accounts"
LOOKUPS = "/api/v1/account-lookups"


@pytest.fixture
def drafts() -> Iterator[redis.Redis]:
    """The Redis that holds half-done forms, emptied of them before and after."""
    client = redis.Redis.from_url(os.environ[REDIS_URL])
    _empty(client)
    yield client
    _empty(client)
    client.close()


def _empty(client: redis.Redis) -> None:
    for name in client.scan_iter("portal:sign_up:*"):
        client.delete(name)


@pytest.fixture
def at_agreement(open_portal: OpenPortal, portal_services: FakeServices, drafts: redis.Redis) -> TestClient:
    """A browser that has filled the form in and sees the agreement."""
    portal_services.answers("accounts", "POST", CHECKS, status=204)
    portal = open_portal()
    answer = portal.post(PATH, data=a_sign_up_form())
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}/agreement")
    assert len(list(drafts.scan_iter("portal:sign_up:*"))) == 1
    return portal


def test_an_accepted_agreement_makes_the_account_of_what_was_typed(
    at_agreement: TestClient, portal_services: FakeServices, drafts: redis.Redis
) -> None:
    portal_services.answers("accounts", "POST", ACCOUNTS, {"status": "verification_sent"}, status=202)
    version = Page(at_agreement.get(f"{PATH}/agreement").text).value("version")
    answer = at_agreement.post(f"{PATH}/agreement", data={"version": version, "answer": "accept"})
    assert answer.headers["location"] == f"{PATH}/done"
    assert portal_services.only_call("accounts", "POST", ACCOUNTS).json == {
        **a_sign_up_form(),
        "language": "en",
        "agreement": {"version": "2026-01", "accepted": True},
    }
    assert list(drafts.scan_iter("portal:sign_up:*")) == []
    assert "keydesk_sign_up" not in at_agreement.cookies


def test_what_was_typed_is_kept_half_an_hour_and_only_its_browser_can_read_it(
    at_agreement: TestClient, drafts: redis.Redis
) -> None:
    (name,) = drafts.scan_iter("portal:sign_up:*")
    kept: Any = drafts.get(name)
    lifetime: Any = drafts.ttl(name)
    key = at_agreement.cookies["keydesk_sign_up"].partition(".")[2]
    assert 0 < lifetime <= 30 * 60
    assert b"lindqvist" not in kept.lower()
    assert key
    assert key.encode() not in name + kept


def test_declining_deletes_what_was_typed(
    at_agreement: TestClient, portal_services: FakeServices, drafts: redis.Redis
) -> None:
    answer = at_agreement.post(f"{PATH}/agreement", data={"answer": "decline"})
    assert answer.headers["location"] == "/?done=sign-up-declined"
    assert list(drafts.scan_iter("portal:sign_up:*")) == []
    assert portal_services.calls("accounts", "POST", ACCOUNTS) == []
    assert "is deleted" in at_agreement.get(answer.headers["location"]).text


def test_the_answer_stands_at_the_end_of_the_agreement(at_agreement: TestClient) -> None:
    html = at_agreement.get(f"{PATH}/agreement").text
    region, end = html.index('class="agreement"'), html.index("Tell nobody its password.")
    assert region < end < html.index('value="accept"') < html.index('value="decline"')


def test_going_back_shows_what_was_typed_but_no_password(at_agreement: TestClient) -> None:
    html = at_agreement.get(PATH).text
    page = Page(html)
    typed = a_sign_up_form()
    for name in ("email", "first_name", "customer_type", "country", "state", "postal_code"):
        assert page.value(name) == typed[name]
    assert "green harbour lamp" not in html


def test_a_draft_that_is_gone_leads_back_to_the_form_and_says_why(
    at_agreement: TestClient, drafts: redis.Redis
) -> None:
    _empty(drafts)
    for answer in (
        at_agreement.get(f"{PATH}/agreement"),
        at_agreement.post(f"{PATH}/agreement", data={"answer": "accept"}),
    ):
        assert answer.headers["location"] == f"{PATH}?done=sign-up-expired"


@pytest.mark.usefixtures("drafts")
@pytest.mark.parametrize("cookie", ["nonsense", "a.b", ".", "a." + "A" * 43 + "="])
def test_a_forged_cookie_opens_nothing(open_portal: OpenPortal, cookie: str) -> None:
    answer = open_portal().get(f"{PATH}/agreement", headers={"cookie": f"keydesk_sign_up={cookie}"})
    assert answer.status_code == 303


def test_an_agreement_that_changed_meanwhile_is_shown_again(
    at_agreement: TestClient, portal_services: FakeServices
) -> None:
    portal_services.refuses(
        "accounts", "POST", ACCOUNTS, 422, "invalid", errors={"/agreement/version": "Please read it again."}
    )
    answer = at_agreement.post(f"{PATH}/agreement", data={"version": "old", "answer": "accept"})
    assert answer.status_code == 422
    assert "Please read it again." in answer.text
    assert Page(answer.text).value("version") == "2026-01"


def test_a_field_that_became_wrong_meanwhile_leads_back_to_the_form(
    at_agreement: TestClient, portal_services: FakeServices
) -> None:
    portal_services.refuses(
        "accounts", "POST", ACCOUNTS, 422, "invalid", errors={"/login_id": "Somebody has this login ID."}
    )
    answer = at_agreement.post(f"{PATH}/agreement", data={"version": "2026-01", "answer": "accept"})
    assert answer.status_code == 422
    assert Page(answer.text).all("form", action=PATH)
    assert "Somebody has this login ID." in answer.text


def test_errors_are_summed_up_and_stand_at_their_inputs(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    errors = {"/postal_code": "This is no ZIP code.", "/email_repeated": "The two differ."}
    portal_services.refuses("accounts", "POST", CHECKS, 422, "invalid", errors=errors)
    answer = open_portal().post(PATH, data=a_sign_up_form(first_name="<b>Åsa"))
    page = Page(answer.text)
    assert answer.status_code == 422
    assert {"#postal_code", "#email_repeated"} <= page.links()
    assert "ZIP code: This is no ZIP code." in page.text
    (postal_code,) = page.all("input", name="postal_code")
    assert postal_code.attributes["aria-invalid"] == "true"
    assert "postal_code-error" in postal_code.attributes["aria-describedby"]
    assert page.value("first_name") == "<b>Åsa"
    assert "green harbour lamp" not in answer.text
    assert page.faults() == []


def test_asking_for_an_account_keeps_everything_typed_and_tells_nothing(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("accounts", "POST", LOOKUPS, {"status": "answer_sent"}, status=202)
    answer = open_portal().post(PATH, data={**a_sign_up_form(), "action": "lookup"})
    assert portal_services.only_call("accounts", "POST", LOOKUPS).json == {"email": "anna@lindqvist.example"}
    assert "We sent the answer" in answer.text
    assert Page(answer.text).value("company_name") == "Lindqvist Instruments"


@pytest.mark.parametrize(("country", "element"), [("US", "select"), ("SE", "input")])
def test_without_script_a_button_shows_the_states_of_the_country(
    open_portal: OpenPortal, country: str, element: str
) -> None:
    page = Page(open_portal().post(PATH, data={**a_sign_up_form(country=country), "action": "country"}).text)
    assert len(page.all(element, name="state")) == 1
    assert "Not like this" not in page.text


def test_enter_goes_on_and_does_not_ask_for_an_account(open_portal: OpenPortal) -> None:
    page = Page(open_portal().get(PATH).text)
    first = next(tag for tag in page.tags[page.tags.index(page.all("form", action=PATH)[0]) :]
                 if tag.name == "button")  # fmt: skip
    assert "name" not in first.attributes


def test_without_redis_the_page_says_that_it_cannot_go_on(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("accounts", "POST", CHECKS, status=204)
    answer = open_portal(redis_url="redis://127.0.0.1:9/0").post(PATH, data=a_sign_up_form())
    assert answer.status_code == 503


def test_who_has_an_account_goes_home(open_portal: OpenPortal) -> None:
    assert open_portal(a_caller("acc_1")).get(PATH).headers["location"] == "/"


def test_a_lookup_of_its_own_leads_to_the_mailbox(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("accounts", "POST", LOOKUPS, {"status": "answer_sent"}, status=202)
    answer = open_portal().post("/account-lookup", data={"email": " anna@lindqvist.example "})
    assert answer.headers["location"] == "/account-lookup/sent"
    assert portal_services.only_call("accounts", "POST", LOOKUPS).json == {"email": "anna@lindqvist.example"}
