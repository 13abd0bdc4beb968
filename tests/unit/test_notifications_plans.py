"""Who is greeted by name, and in which language."""

import pytest

from keydesk.services.notifications.emails.plans import greeted, known_language


@pytest.mark.parametrize("name", ["Anna", "Jean-Luc", "  María   José ", "O'Brien", "山田", "J. R."])
def test_people_are_greeted_by_the_name_they_gave(name: str) -> None:
    assert greeted(name) == " ".join(name.split())


@pytest.mark.feature("G4")
@pytest.mark.parametrize(
    "name",
    ["Win at https://bad.example", "www.bad", "bad.example", "a@b", "<b>", "Click here: ", "A" * 61],
)
def test_a_name_that_might_carry_a_message_to_a_stranger_is_left_out(name: str) -> None:
    assert greeted(name) == ""


@pytest.mark.feature("G1")
@pytest.mark.parametrize(
    ("tag", "language"), [("ja", "ja"), ("zh-Hant", "zh-Hant"), ("xx", "en"), (None, "en")]
)
def test_an_email_is_in_the_accounts_language_or_in_english(tag: str | None, language: str) -> None:
    assert known_language(tag) == language
