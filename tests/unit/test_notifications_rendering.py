"""What emails say: every kind in every language, as text and as HTML."""

from typing import Any

import pytest

from keydesk.chassis.i18n import LANGUAGES
from keydesk.services.notifications.content.rendering import MOST_SHOWN, render, subject_of
from tests.factories.notifications import a_confirmation

LINK = "https://portal.example/verify-email?token=abc&lang=x"
KEYS = ("AAAAA-BBBBB-CCCCC-DDDDD-EEEEE", "FFFFF-GGGGG-HHHHH-JJJJJ-KKKKK")

KINDS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("verification", {"purpose": "sign_up", "name": "Anna"}, {"link": LINK}),
    ("verification", {"purpose": "email_change", "name": ""}, {"link": LINK}),
    ("verification", {"purpose": "additional_email", "name": "Anna"}, {"link": LINK}),
    ("existing_account", {"name": "Anna", "login_id": "anna"}, {}),
    ("lookup_answer", {"login_id": "anna"}, {}),
    ("lookup_answer", {"login_id": None}, {}),
    ("password_reset", {"name": "Anna"}, {"link": LINK}),
    ("password_reset_unknown", {}, {}),
    ("password_changed", {"name": "Anna", "at": "2026-11-25T09:30:00+00:00"}, {}),
    (
        "registration_confirmation",
        {"name": "Anna", "registration_id": "reg_1", "completed_at": "2026-11-25T09:30:00+00:00", "total": 2},
        {"confirmation": a_confirmation(*KEYS, file_name="LEDGER-A.slf")},
    ),
]


def rendered(kind: str, language: str = "en", **params: Any) -> Any:
    stored, fetched = next((stored, fetched) for known, stored, fetched in KINDS if known == kind)
    return render(kind, language, {"portal": "https://portal.example", **stored, **fetched, **params})


@pytest.mark.feature("G1")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "stored", "fetched"), KINDS)
def test_every_kind_can_be_said_in_every_language(
    kind: str, stored: dict[str, Any], fetched: dict[str, Any], language: str
) -> None:
    email = render(kind, language, {"portal": "https://portal.example", **stored, **fetched})

    assert email.subject == subject_of(kind, language, stored)
    assert email.text.startswith(email.subject)
    assert f'<html lang="{language}">' in email.html
    assert "%(" not in email.text + email.html


def test_html_is_escaped_and_text_is_not() -> None:
    email = rendered("existing_account", login_id="<b>&")

    assert "<b>&" in email.text
    assert "<b>&" not in email.html
    assert "&lt;b&gt;&amp;" in email.html


@pytest.mark.feature("G6")
def test_a_link_is_whole_in_both_forms() -> None:
    email = rendered("verification")

    assert f"\n  {LINK}\n" in email.text
    assert LINK.replace("&", "&amp;") in email.html


@pytest.mark.feature("G11")
def test_a_confirmation_lists_each_serial_number_with_its_key() -> None:
    email = rendered("registration_confirmation")

    for form in (email.text, email.html):
        for serial_number, license_key in zip(("A0000000000", "A0000000001"), KEYS, strict=True):
            assert form.index(serial_number) < form.index(license_key)
        assert "https://portal.example/register/reg_1/confirmation" in form
        assert "https://portal.example/register/reg_1/file" in form


@pytest.mark.feature("G12")
def test_a_confirmation_without_license_files_offers_none() -> None:
    email = rendered("registration_confirmation", confirmation=a_confirmation(*KEYS))

    assert "/register/reg_1/file" not in email.text + email.html


@pytest.mark.feature("G11")
def test_a_long_confirmation_shows_the_first_keys_and_tells_of_the_rest() -> None:
    keys = [f"KEY-{number:03}" for number in range(500)]

    email = rendered("registration_confirmation", confirmation=a_confirmation(*keys, total=9500))

    for form in (email.text, email.html):
        assert f"KEY-{MOST_SHOWN - 1:03}" in form
        assert f"KEY-{MOST_SHOWN:03}" not in form
        assert "9,500" in form


@pytest.mark.feature("G1")
def test_dates_and_numbers_follow_the_language() -> None:
    keys = a_confirmation("KEY", total=9500)

    assert "25. November 2026" in rendered("registration_confirmation", "de", confirmation=keys).text
    assert "9.500" in rendered("registration_confirmation", "de", confirmation=keys).text
    assert "2026年11月25日" in rendered("registration_confirmation", "ja", confirmation=keys).text
