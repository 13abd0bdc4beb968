"""The help page and the contact details, for everybody, on the real portal."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from keydesk.chassis.settings import BadSettings
from keydesk.portal.contact.contacts import NAMES, read_contacts
from keydesk.portal.help.questions import GROUPS
from keydesk.portal.settings import PortalSettings
from keydesk.rooms import room
from tests.factories.registrations import a_page
from tests.identities import KeyRing, a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

REGION = """
[[regions]]
region = "japan"
email = "keys@nagoya.example"
phones = ["+81 52 000 0000"]
opens = 10:00:00
closes = 16:30:00
time_zone = "Asia/Tokyo"
languages = ["ja"]
"""


@pytest.fixture(params=["nobody", "somebody"])
def browser(request: pytest.FixtureRequest, open_portal: OpenPortal) -> TestClient:
    return open_portal(a_caller("acc_1") if request.param == "somebody" else None)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("/help", marks=pytest.mark.feature("G33")),
        pytest.param("/contact", marks=pytest.mark.feature("G24")),
    ],
)
def test_the_pages_are_sound_and_for_everybody(browser: TestClient, address: str) -> None:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    assert Page(answer.text).faults() == []


@pytest.mark.feature("G33")
def test_every_page_leads_to_help_and_contact(browser: TestClient) -> None:
    assert {"/help", "/contact"} < Page(browser.get("/account-lookup").text).links()


@pytest.mark.feature("G33")
def test_every_question_stands_there_with_its_answer(browser: TestClient) -> None:
    page = Page(browser.get("/help").text)
    questions = [question for group in GROUPS for question in group.questions]
    assert len(questions) >= 12
    for question in questions:
        assert question.asked in page.text
        assert question.answer in page.text
        assert len(page.all("details", id=question.id)) == 1
    assert {f"#{group.id}" for group in GROUPS} < page.links()


@pytest.mark.feature("G33")
def test_every_answer_leads_to_a_page_that_is_there(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("catalog", "GET", "/api/v1/requests", a_page())
    portal_services.answers("catalog", "GET", "/api/v1/shares", a_page())
    portal_services.answers("catalog", "GET", "/api/v1/fields", {"items": []})
    browser = open_portal(a_caller("acc_1"))
    answers = {path: browser.get(path) for group in GROUPS for path in _paths(group)}
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code >= 400} == {}


def _paths(group: Any) -> list[str]:
    return [question.path for question in group.questions if question.path]


@pytest.mark.feature("G24")
def test_each_region_has_its_ways_and_hours(browser: TestClient) -> None:
    page = Page(browser.get("/contact").text)
    for name in NAMES.values():
        assert name in page.text
    assert {"mailto:licensing-emea@keydesk.example", "tel:+15550100300", "/requests"} < page.links()
    assert "Monday to Friday, 08:00 to 17:30" in page.text
    assert "Time zone: America/Chicago" in page.text
    assert "Japanese, English" in page.text


@pytest.mark.feature("G24")
def test_languages_are_named_in_the_readers_own(open_portal: OpenPortal) -> None:
    page = open_portal().get("/contact", headers={"accept-language": "de"})
    assert "Japanisch, Englisch" in page.text


@pytest.mark.feature("G24")
def test_customer_service_leads_to_the_contact_details(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("catalog", "GET", "/api/v1/requests", a_page())
    page = open_portal(a_caller("acc_1")).get("/requests").text
    assert '<a href="/contact">Contact details</a>' in page


@pytest.mark.feature("G24")
def test_an_operator_names_other_contacts(open_portal: OpenPortal, tmp_path: Path) -> None:
    file = tmp_path / "contacts.toml"
    file.write_text(REGION)
    page = Page(open_portal(contacts_file=str(file)).get("/contact").text)
    assert "keys@nagoya.example" in page.text
    assert "keydesk.example" not in page.text
    assert "Americas" not in page.text


@pytest.mark.feature("G24")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("regions = [", "Invalid"),
        ("", "regions: Field required"),
        ("regions = []", "at least 1 item"),
        (REGION + REGION, "more than once"),
        (REGION.replace('"japan"', '"mars"'), "regions.0.region"),
        (REGION.replace("keys@nagoya.example", "keys"), "regions.0.email"),
        (REGION.replace("+81 52 000 0000", "call us"), "regions.0.phones.0"),
        (REGION.replace("10:00:00", '"soon"'), "regions.0.opens"),
        (REGION.replace("Asia/Tokyo", "Asia/Atlantis"), "time zone is not known"),
        (REGION.replace('["ja"]', '["xx-Yy"]'), "not a language that is known"),
        (REGION.replace('["ja"]', "[]"), "regions.0.languages"),
        (REGION + "fax = 7", "regions.0.fax"),
    ],
)
def test_contacts_that_are_wrong_stop_the_start(ring: KeyRing, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "contacts.toml"
    file.write_text(text)
    settings = PortalSettings(room="portal", identity_jwks_file=ring.jwks_file, contacts_file=file)
    with pytest.raises(BadSettings, match="KEYDESK_PORTAL_CONTACTS_FILE") as refused:
        room("portal").create_app(settings)
    assert said in str(refused.value)


@pytest.mark.feature("G24")
def test_contacts_that_are_not_there_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="No such file"):
        read_contacts(tmp_path / "nowhere.toml")
