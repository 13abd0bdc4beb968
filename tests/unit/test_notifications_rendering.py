"""What emails say: every kind in every language, as text and as HTML."""

from typing import Any, get_args

import pytest

from keydesk.chassis.i18n import LANGUAGES
from keydesk.services.catalog.contract import RequestKind, RequestStatus
from keydesk.services.notifications.content.rendering import MOST_SHOWN, render, subject_of
from keydesk.services.notifications.emails.plans import EmailKind
from tests.factories.notifications import a_confirmation

LINK = "https://portal.example/verify-email?token=abc&lang=x"
KEYS = ("AAAAA-BBBBB-CCCCC-DDDDD-EEEEE", "FFFFF-GGGGG-HHHHH-JJJJJ-KKKKK")

SHARED: dict[str, Any] = {
    "who": "Bea Lindqvist, Lindqvist Instruments",
    "level": "full",
    "license_count": 1041,
    "ends_at": "2027-01-31T00:00:00+00:00",
    "changed": False,
    "customer_numbers": ["C-1001", "C-1002"],
    "more_numbers": 3,
}
REQUEST: dict[str, Any] = {
    "request_id": "req_1",
    "request_kind": "ownership_transfer",
    "status": "rejected",
    "title": "Hand over 12 licenses",
    "message": "The order belongs\nto another company.",
    "mine": True,
    "news": "state",
}

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
    ("addition_ended", {"name": "Anna", "serial_number": "A0000000001"}, {}),
    ("licenses_shared", {"name": "Anna", **SHARED}, {}),
    ("licenses_shared", {"name": "", **SHARED, "level": "view", "changed": True, "ends_at": None}, {}),
    ("licenses_shared", {"name": "", **SHARED, "who": "", "customer_numbers": [], "more_numbers": 0}, {}),
    (
        "sharing_ended",
        {"name": "Anna", "who": "Bea", "customer_numbers": ["C-1001", "C-1002"], "more_numbers": 3},
        {},
    ),
    *(
        ("request_changed", {"name": "Anna", **REQUEST, "status": status, "mine": mine}, {})
        for status in get_args(RequestStatus)
        for mine in (True, False)
    ),
    *(
        ("request_changed", {"name": "", **REQUEST, "request_kind": kind, "news": "message"}, {})
        for kind in get_args(RequestKind)
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


def test_every_kind_of_email_is_among_those_that_are_tried() -> None:
    assert {kind for kind, _, _ in KINDS} == set(get_args(EmailKind))


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


@pytest.mark.feature("G17")
def test_a_license_that_somebody_else_registered_is_named() -> None:
    email = rendered("addition_ended")

    for form in (email.text, email.html):
        assert "A0000000001" in form
        assert "https://portal.example/licenses" in form


@pytest.mark.feature("G26")
def test_what_is_shared_is_told_with_where_to_find_and_describe_it() -> None:
    email = rendered("licenses_shared")

    for form in (email.text, email.html):
        for told in (
            "Bea Lindqvist, Lindqvist Instruments",
            "1,041",
            "C-1001, C-1002 and 3 more",
            "Full access",
            "January 31, 2027",
            "https://portal.example/shares/received",
            "https://portal.example/account/fields",
        ):
            assert told in form


@pytest.mark.feature("G26")
def test_a_changed_share_says_that_it_changed_and_how_it_is_now() -> None:
    email = rendered("licenses_shared", changed=True, level="view", ends_at=None)

    assert email.subject == "What is shared with you has changed"
    assert "View only" in email.text
    assert "No end date" in email.text


@pytest.mark.feature("G26")
def test_the_end_of_a_share_says_whose_it_was() -> None:
    email = rendered("sharing_ended")

    assert "Shared by: Bea\nCustomer numbers: C-1001, C-1002 and 3 more\n" in email.text


@pytest.mark.feature("C4")
def test_a_decision_is_told_with_its_reason_and_a_link() -> None:
    email = rendered("request_changed", **REQUEST)

    assert email.subject == "Rejected: Hand over 12 licenses"
    assert "The reason:\n\n> The order belongs\n> to another company.\n" in email.text
    assert "The order belongs<br>to another company." in email.html
    for form in (email.text, email.html):
        assert "Ownership transfer" in form
        assert "https://portal.example/requests/req_1" in form


@pytest.mark.feature("C4")
def test_the_subject_repeats_the_title_only_to_whoever_wrote_it() -> None:
    assert (
        rendered("request_changed", status="rejected", mine=False).subject == "Rejected: Ownership transfer"
    )
    assert (
        rendered("request_changed", status="rejected", mine=False, news="message").subject
        == "New message: Ownership transfer"
    )


def test_what_others_wrote_is_escaped_in_html() -> None:
    email = rendered("request_changed", title="<i>T</i>", message="<b>\n&")

    assert "&lt;i&gt;T&lt;/i&gt;" in email.html
    assert "&lt;b&gt;<br>&amp;" in email.html
    assert "<b>" not in email.html
