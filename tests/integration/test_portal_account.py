"""My account through the pages: details, password, tokens, a new agreement."""

from typing import Any

import pytest

from keydesk.portal.profile.changes import FIELDS
from tests.factories.portal import an_account
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

ME = "/api/v1/me"
TOKEN_ID = "tok_01h455vb4pex5vsknk084sn02q"


def typed(**fields: Any) -> dict[str, Any]:
    """The account form as its page sends it, with ``fields`` changed."""
    account = an_account()
    as_shown = {name: account[name] or "" for name in (*FIELDS, "email", "additional_email")}
    return {**as_shown, "email_repeated": "", "additional_email_repeated": "", "etag": '"7"'} | fields


@pytest.mark.feature("G7")
def test_the_form_shows_the_account(open_portal: OpenPortal) -> None:
    page = Page(open_portal(a_caller("acc_1")).get("/account").text)
    account = an_account()
    for name in (
        "email",
        "first_name",
        "phone_number",
        "country",
        "postal_code",
        "language",
        "customer_type",
    ):
        assert page.value(name) == account[name]


@pytest.mark.feature("G7")
def test_a_change_is_saved_unless_somebody_was_faster(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("accounts", "PATCH", ME, an_account(first_name="Annika"))
    answer = open_portal(a_caller("acc_1")).post("/account", data=typed(first_name="Annika"))
    assert answer.headers["location"] == "/account?done=saved"
    asked = portal_services.only_call("accounts", "PATCH", ME)
    assert asked.json == {"first_name": "Annika"}
    assert asked.request.headers["if-match"] == '"7"'


@pytest.mark.feature("G7")
def test_a_change_in_between_keeps_what_was_typed_and_asks_again(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.refuses("accounts", "PATCH", ME, 412, "account_changed_meanwhile", detail="Look again.")
    answer = open_portal(a_caller("acc_1")).post("/account", data=typed(city="Malmö", etag='"6"'))
    page = Page(answer.text)
    assert answer.status_code == 422
    assert "Look again." in page.text
    assert (page.value("city"), page.value("etag")) == ("Malmö", '"7"')


@pytest.mark.feature("G7")
def test_nothing_is_asked_for_when_nothing_changed(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    open_portal(a_caller("acc_1")).post("/account", data=typed())
    assert portal_services.calls("accounts", "PATCH", ME) == []


@pytest.mark.feature("G8")
@pytest.mark.parametrize(
    ("fields", "sent", "done"),
    [
        ({"email": "a@new.example", "email_repeated": "a@new.example"}, None, "email-pending"),
        (
            {"additional_email": "b@new.example", "additional_email_repeated": "b@new.example"},
            None,
            "additional-email-pending",
        ),
    ],
)
def test_a_new_address_waits_for_its_link(
    open_portal: OpenPortal,
    portal_services: FakeServices,
    fields: dict[str, str],
    sent: dict[str, str] | None,
    done: str,
) -> None:
    portal_services.answers("accounts", "PATCH", ME, an_account())
    portal = open_portal(a_caller("acc_1"))
    answer = portal.post("/account", data=typed(**fields))
    assert portal_services.only_call("accounts", "PATCH", ME).json == (sent or fields)
    assert answer.headers["location"] == f"/account?done={done}"
    assert "We sent a link" in portal.get(answer.headers["location"]).text


@pytest.mark.feature("G7")
def test_an_address_that_waits_can_be_withdrawn(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    waiting = an_account(pending_email="new@example.org")
    portal_services.answers("accounts", "GET", ME, waiting)
    portal_services.answers("accounts", "PATCH", ME, an_account())
    portal = open_portal(a_caller("acc_1"))
    (button,) = Page(portal.get("/account").text).all("button", value="keep-email")
    portal.post("/account", data=typed(first_name="Unsaved", action=button.attributes["value"]))
    asked = portal_services.only_call("accounts", "PATCH", ME)
    assert asked.json == {"email": waiting["email"], "email_repeated": waiting["email"]}


@pytest.mark.feature("G8")
@pytest.mark.parametrize(("confirmed", "said"), [(True, "Confirmed"), (False, "Waits for its link")])
def test_the_additional_address_says_whether_it_is_confirmed(
    open_portal: OpenPortal, portal_services: FakeServices, *, confirmed: bool, said: str
) -> None:
    account = an_account(additional_email="keys@lindqvist.example", additional_email_confirmed=confirmed)
    portal_services.answers("accounts", "GET", ME, account)
    assert said in open_portal(a_caller("acc_1")).get("/account").text


@pytest.mark.feature("G1")
def test_a_language_saved_in_the_account_is_the_pages_at_once(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("accounts", "PATCH", ME, an_account(language="de"))
    portal = open_portal(a_caller("acc_1", language="en"))
    portal.cookies.set("keydesk_language", "fr")
    answer = portal.post("/account", data=typed(language="de"))
    assert "keydesk_language=de" in answer.headers["set-cookie"]


@pytest.mark.feature("G7")
def test_errors_stand_at_their_inputs(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    portal_services.refuses(
        "accounts", "PATCH", ME, 422, "invalid", errors={"/phone_number": "No such number."}
    )
    page = Page(open_portal(a_caller("acc_1")).post("/account", data=typed(phone_number="12")).text)
    assert "Phone number: No such number." in page.text
    assert page.value("phone_number") == "12"


@pytest.mark.feature("G3")
def test_the_password_is_changed_with_the_present_one(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("accounts", "PUT", f"{ME}/password", status=204)
    sent = {"current_password": "old one", "password": "new one!", "password_repeated": "new one!"}
    answer = open_portal(a_caller("acc_1")).post("/account/password", data=sent)
    assert portal_services.only_call("accounts", "PUT", f"{ME}/password").json == sent
    assert answer.headers["location"] == "/account?done=password-changed"


@pytest.mark.feature("G3")
def test_a_refused_password_is_told_and_not_shown(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.refuses(
        "accounts", "PUT", f"{ME}/password", 422, "invalid", errors={"/current_password": "Not this one."}
    )
    answer = open_portal(a_caller("acc_1")).post("/account/password", data={"current_password": "sesame"})
    assert answer.status_code == 422
    assert "Present password: Not this one." in Page(answer.text).text
    assert "sesame" not in answer.text


@pytest.mark.feature("C1")
def test_a_new_token_is_shown_once(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    made = {
        "id": TOKEN_ID,
        "name": "Report",
        "scopes": ["licenses:read"],
        "token": "kd_secret",
        "expires_at": None,
    }
    portal_services.answers("accounts", "POST", f"{ME}/tokens", made, status=201)
    portal = open_portal(a_caller("acc_1"))
    sent = {"name": " Report ", "scopes": ["licenses:read", "account:read"], "expires_on": "2027-01-31"}
    answer = portal.post("/account/tokens", data=sent)
    assert answer.status_code == 201
    assert "kd_secret" in answer.text
    assert portal_services.only_call("accounts", "POST", f"{ME}/tokens").json == {**sent, "name": "Report"}
    assert "kd_secret" not in portal.get("/account/tokens").text


@pytest.mark.feature("C1")
def test_a_refused_token_keeps_what_was_chosen(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.refuses("accounts", "POST", f"{ME}/tokens", 422, "invalid", errors={"/name": "Needed."})
    answer = open_portal(a_caller("acc_1")).post("/account/tokens", data={"scopes": ["licenses:read"]})
    page = Page(answer.text)
    assert answer.status_code == 422
    (chosen,) = [tag for tag in page.all("input", name="scopes") if "checked" in tag.attributes]
    assert chosen.attributes["value"] == "licenses:read"
    assert page.faults() == []


@pytest.mark.feature("C1")
def test_a_token_is_revoked(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    portal_services.answers("accounts", "DELETE", f"{ME}/tokens/{TOKEN_ID}", status=204)
    answer = open_portal(a_caller("acc_1")).post(f"/account/tokens/{TOKEN_ID}/revoke")
    assert answer.headers["location"] == "/account/tokens?done=token-revoked"
    assert portal_services.calls("accounts", "DELETE", f"{ME}/tokens/{TOKEN_ID}")


@pytest.mark.feature("C5")
def test_scopes_of_the_staff_are_offered_to_the_staff_only(open_portal: OpenPortal) -> None:
    customer = Page(open_portal(a_caller("acc_1")).get("/account/tokens").text)
    operator = Page(open_portal(a_caller("acc_2", roles=("operator",))).get("/account/tokens").text)
    assert not customer.all("input", value="imports:write")
    assert operator.all("input", value="imports:write")


@pytest.mark.feature("G4")
def test_a_new_agreement_is_accepted_and_leads_on(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("accounts", "GET", ME, an_account(agreed=False))
    portal_services.answers("accounts", "PUT", f"{ME}/agreement", status=204)
    portal = open_portal(a_caller("acc_1", agreed=False))
    page = Page(portal.get("/agreement?next=/register").text)
    sent = {"version": page.value("version"), "next": page.value("next")}
    answer = portal.post("/agreement", data=sent)
    assert portal_services.only_call("accounts", "PUT", f"{ME}/agreement").json == {"version": "2026-01"}
    assert answer.headers["location"] == "/register"


@pytest.mark.feature("G4")
def test_an_agreement_that_is_accepted_already_is_not_asked_for_again(open_portal: OpenPortal) -> None:
    page = Page(open_portal(a_caller("acc_1", agreed=False)).get("/agreement?next=/register").text)
    assert not page.all("form", action="/agreement")
    assert "/register" in page.links()
