import pytest

from keydesk.portal.addresses import guessed_country
from keydesk.portal.profile.changes import changes, notice_of
from keydesk.portal.sign_up.entries import entries, sign_up_body, without_passwords
from tests.factories.portal import a_sign_up_form, an_account


@pytest.mark.feature("G4")
def test_outer_blanks_are_dropped_everywhere_but_in_passwords() -> None:
    form = entries(a_sign_up_form(first_name="  Åsa ", password=" a b "))
    assert (form["first_name"], form["password"]) == ("Åsa", " a b ")


def test_only_the_forms_own_fields_are_sent() -> None:
    form = entries({**a_sign_up_form(), "roles": "operator", "action": "lookup"})
    body = sign_up_body(form, agreement_version="2026-01", language="de")
    assert set(body) == {*a_sign_up_form(), "language", "agreement"}


def test_no_password_is_shown_again() -> None:
    assert not {"password", "password_repeated"} & set(without_passwords(a_sign_up_form()))


@pytest.mark.feature("G7")
def test_only_what_differs_is_sent() -> None:
    account = an_account()
    typed = {
        name: str(account[name] or "") for name in ("first_name", "email", "additional_email", "language")
    }
    assert changes(account, {**typed, "first_name": "Annika", "email_repeated": ""}) == {
        "first_name": "Annika"
    }


@pytest.mark.feature("G8")
def test_an_emptied_additional_address_is_removed() -> None:
    account = an_account(additional_email="keys@lindqvist.example")
    assert changes(account, {"additional_email": " "}) == {"additional_email": None}


@pytest.mark.feature("G7")
def test_a_new_address_is_sent_with_its_repetition_and_announced() -> None:
    changed = changes(an_account(), {"email": "a@new.example", "email_repeated": "a@new.example"})
    assert changed == {"email": "a@new.example", "email_repeated": "a@new.example"}
    assert notice_of(changed) == "email-pending"


@pytest.mark.parametrize(
    ("accept_language", "country"),
    [
        ("en-GB,en;q=0.8", "GB"),
        ("de", "DE"),
        ("zh-Hant", "TW"),
        ("ja;q=0.9", "JP"),
        ("es-419", ""),
        ("*", ""),
        ("\x00", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_the_browsers_first_language_suggests_a_country(accept_language: str | None, country: str) -> None:
    assert guessed_country(accept_language) == country
