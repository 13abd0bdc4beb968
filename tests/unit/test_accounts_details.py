"""The fields of a person: what each country needs, phone numbers, addresses, login IDs."""

from typing import Any

import pytest

from keydesk.chassis.countries import CODES, rules_of
from keydesk.services.accounts.countries.names import countries_in
from keydesk.services.accounts.people.details import Details, checked
from keydesk.services.accounts.people.email_addresses import check_email, normal_email
from keydesk.services.accounts.people.login_ids import check_login_id

US = {
    "country": "US",
    "state": "CA",
    "city": "Berkeley",
    "postal_code": "94704",
    "phone_number": "510 555 0143",
}
JP = {
    "country": "JP",
    "state": "東京都",
    "city": "",
    "postal_code": "100-0001",
    "phone_number": "03-1234-5678",
}
IE = {"country": "IE", "state": "", "city": "Cork", "postal_code": "", "phone_number": "021 123 4567"}


def details(**fields: Any) -> Details:
    made = {
        "customer_type": "end_user",
        "first_name": "Nora",
        "last_name": "Haugen",
        "company_name": "Fjordlys Energi",
        "phone_number": "+47 22 12 34 56",
        "phone_extension": "",
        "street_address": "Storgata 5",
        "country": "NO",
        "city": "Oslo",
        "state": "",
        "postal_code": "0155",
    }
    return Details(**{**made, **fields})


def errors(**fields: Any) -> dict[str, str]:
    return {error.pointer: error.code for error in checked(details(**fields))[1]}


@pytest.mark.feature("G4")
@pytest.mark.parametrize("place", [{}, US, JP, IE], ids=["Norway", "United States", "Japan", "Ireland"])
def test_an_address_by_the_customs_of_its_country_is_taken(place: dict[str, str]) -> None:
    assert errors(**place) == {}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({**US, "state": ""}, {"/state": "needed"}),
        ({**US, "state": "Bavaria"}, {"/state": "state_unknown"}),
        ({**US, "postal_code": ""}, {"/postal_code": "needed"}),
        ({**US, "postal_code": "9470"}, {"/postal_code": "postal_code_malformed"}),
        ({**US, "postal_code": "10001"}, {"/postal_code": "postal_code_elsewhere"}),
        ({"postal_code": "SW1A 1AA"}, {"/postal_code": "postal_code_malformed"}),
        ({"country": "ZZ"}, {"/country": "country_unknown"}),
        ({"city": ""}, {"/city": "needed"}),
        ({"phone_number": "twelve"}, {"/phone_number": "phone_number_malformed"}),
        ({"phone_number": "12"}, {"/phone_number": "phone_number_malformed"}),
        ({"phone_extension": "12a"}, {"/phone_extension": "phone_extension_malformed"}),
        ({"customer_type": "", "first_name": ""}, {"/customer_type": "needed", "/first_name": "needed"}),
    ],
)
def test_a_wrong_field_is_told_by_its_place(wrong: dict[str, str], told: dict[str, str]) -> None:
    assert errors(**wrong) == told


def test_everything_that_is_missing_is_told_at_once() -> None:
    empty = dict.fromkeys(Details.__dataclass_fields__, "")

    assert set(errors(**empty)) == {
        f"/{field}"
        for field in ("customer_type", "first_name", "last_name", "company_name", "phone_number",
                      "street_address", "country")
    }  # fmt: skip


def test_details_are_kept_in_one_form() -> None:
    kept, _ = checked(
        details(
            country="us", state="california", city="Berkeley", postal_code="94704-1010",
            phone_number="(510) 555-0143 ext. 7", street_address="12 Vine St\r\nFloor 3",
        )
    )  # fmt: skip

    assert (kept.country, kept.state, kept.postal_code) == ("US", "CA", "94704-1010")
    assert (kept.phone_number, kept.phone_extension) == ("+15105550143", "7")
    assert kept.street_address == "12 Vine St\nFloor 3"


def test_a_number_from_abroad_keeps_its_country() -> None:
    assert checked(details(phone_number="+46 8 123 456 78"))[0].phone_number == "+46812345678"


def test_every_country_has_rules_that_accept_its_own_example() -> None:
    for code in CODES:
        rules = rules_of(code)
        assert rules is not None
        if rules.postal_code_example:
            assert rules.accepts_postal_code(rules.postal_code_example, None), code


@pytest.mark.parametrize(
    ("country", "state", "language", "name"),
    [
        ("JP", "北海道", "ja", "北海道"),
        ("JP", "北海道", "de", "Hokkaido"),
        ("HK", "Kowloon", "zh-Hant", "九龍"),
        ("HK", "Kowloon", "de", "Kowloon"),
        ("CA", "BC", "fr", "Colombie-Britannique"),
        ("ES", "B", "de", "Barcelona"),
    ],
)
def test_states_are_named_in_the_readers_language(country: str, state: str, language: str, name: str) -> None:
    rules = rules_of(country)
    assert rules is not None

    found = rules.state_called(state)
    assert found is not None
    assert found.name_in(language) == name


def test_every_language_lists_every_country_with_its_own_names() -> None:
    assert len(CODES) == 249
    german = {country.code: country for country in countries_in("de").items}

    assert german["JP"].name == "Japan"
    assert german["US"].name == "Vereinigte Staaten"
    assert (german["US"].state_required, german["DE"].state_required) == (True, False)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Anna@Lindqvist.EXAMPLE", "Anna@lindqvist.example"),
        ("anna@lindqvist", None),
        ("anna", None),
        ('"a b"@lindqvist.example', None),
        ("a@lindqvist.example\n", None),
        (f"{'a' * 65}@lindqvist.example", None),
    ],
)
def test_only_the_form_of_an_email_address_is_checked(text: str, kept: str | None) -> None:
    assert normal_email(text) == kept


def test_an_address_entered_twice_may_differ_in_case_only() -> None:
    assert check_email("anna@x.example", "ANNA@x.example", field="email")[1] == []
    (error,) = check_email("anna@x.example", "ann@x.example", field="email")[1]
    assert (error.pointer, error.code) == ("/email_repeated", "email_differs")


@pytest.mark.parametrize("login_id", ["anna", "A.Lindqvist-2", "Anna@lindqvist.example"])
def test_a_login_id_is_a_short_name_or_ones_own_address(login_id: str) -> None:
    assert check_login_id(login_id, "anna@lindqvist.example") == []


@pytest.mark.parametrize(
    "login_id", ["ben@lindqvist.example", "an", ".anna", "anna lindqvist", "änna", "a" * 51]
)
def test_anothers_address_is_no_login_id(login_id: str) -> None:
    assert [error.code for error in check_login_id(login_id, "anna@lindqvist.example")] == [
        "login_id_malformed"
    ]
