"""Which passwords may be chosen, and how they are kept."""

import unicodedata

import pytest
from argon2 import PasswordHasher

from keydesk.services.accounts.passwords.hashing import hash_password, is_outdated, verify_password
from keydesk.services.accounts.passwords.rules import check_password

ABOUT = ("Anna", "Lindqvist", "Lindqvist Instruments", "anna.lindqvist@lindqvist.example", "anna")


def codes(password: str, repeated: str | None = None) -> list[str]:
    errors = check_password(password, password if repeated is None else repeated, about=ABOUT)
    return [error.code for error in errors]


@pytest.mark.feature("G4")
@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "Tr0ub4dor&3",
        "ﬀﬁ ligatures are letters",
        "пароль и ещё что-то",
        "漢字かな交じり文です",
        "        x        ",
        "0 of 7 bridges cross",
    ],
)
def test_any_kind_of_character_makes_a_password(password: str) -> None:
    assert codes(password) == []


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "P@ssw0rd!",
        "Summer2026!",
        "letmein1",
        "qwertzuiop",
        "hgfedcba",
        "87654321",
        "19851231",
        "abababab",
        "password1password1",
        "lindqvist2026",
        "Anna-Lindqvist",
        "keydesk-demo-2026",
        "ＰＡＳＳＷＯＲＤ",
    ],
)
def test_what_somebody_would_guess_first_is_refused(password: str) -> None:
    assert codes(password) == ["password_common"]


def test_length_is_counted_in_characters_not_bytes() -> None:
    assert codes("漢字かな交じり") == ["password_short"]
    assert codes("漢字かな交じり文") == []
    assert codes("漢字かな交じり文です。" + "長" * 117) == []
    assert codes("漢字かな交じり文です。" + "長" * 118) == ["password_long"]


def test_the_repetition_has_to_be_the_same_to_the_letter() -> None:
    assert codes("violet-harbour-1892", "Violet-harbour-1892") == ["password_differs"]


def test_a_hash_fits_its_password_and_no_other() -> None:
    hashed = hash_password("violet-harbour-1892")

    assert verify_password(hashed, "violet-harbour-1892")
    assert not verify_password(hashed, "violet-harbour-1893")
    assert hashed != hash_password("violet-harbour-1892")


def test_no_password_fits_where_there_is_no_account() -> None:
    assert not verify_password(None, "nobody's password")


def test_a_password_is_the_same_however_the_keyboard_composes_it() -> None:
    composed = "grünes-Boot-1892"

    assert verify_password(hash_password(composed), unicodedata.normalize("NFD", composed))


def test_a_hash_with_weaker_parameters_is_outdated() -> None:
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("x"))
    assert not is_outdated(hash_password("x"))
