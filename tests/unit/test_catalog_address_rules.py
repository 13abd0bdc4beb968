"""The rules of install-at addresses: what a country needs, which are the same, which are alike."""

from dataclasses import replace

import pytest

from keydesk.services.catalog.addresses.rules import (
    ALIKE_FROM,
    Parts,
    checked,
    fingerprint_of,
    in_one_line,
    likeness,
    taken_in,
)

pytestmark = pytest.mark.feature("G20")

LIBERTY = Parts("1 Liberty Place", "New York", "10006", "US", address_2="Floor 10", state="NY")
STOCKHOLM = Parts("Sveavägen 12", "Stockholm", "111 57", "SE")


def wrong(parts: Parts) -> list[tuple[str, str]]:
    return [(error.pointer, error.code) for error in checked(parts)[1]]


def test_an_address_is_kept_with_codes_in_capitals() -> None:
    typed = replace(LIBERTY, country="us", state="new york")
    assert checked(typed) == (LIBERTY, [])


def test_a_state_of_the_list_written_as_another_one_is_that_state() -> None:
    assert checked(replace(LIBERTY, state="", other_state="New York")) == (LIBERTY, [])


def test_a_country_without_a_list_of_states_takes_another_one() -> None:
    assert wrong(replace(STOCKHOLM, other_state="Stockholms län")) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"address_1": ""}, [("/address_1", "needed")]),
        ({"city": ""}, [("/city", "needed")]),
        ({"country": ""}, [("/country", "needed")]),
        ({"country": "XX"}, [("/country", "country_unknown")]),
        ({"state": ""}, [("/state", "needed")]),
        ({"state": "Ontario"}, [("/state", "state_unknown")]),
        ({"state": "", "other_state": "Ontario"}, [("/other_state", "state_unknown")]),
        ({"other_state": "Ontario"}, [("/other_state", "state_twice")]),
        ({"postal_code": ""}, [("/postal_code", "needed")]),
        ({"postal_code": "ABC"}, [("/postal_code", "postal_code_malformed")]),
        ({"postal_code": "94105"}, [("/postal_code", "postal_code_elsewhere")]),
    ],
)
def test_what_a_country_needs_is_asked_for(changed: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert wrong(replace(LIBERTY, **changed)) == expected


def test_capitals_spaces_and_punctuation_do_not_make_another_address() -> None:
    written = replace(STOCKHOLM, address_1=" SVEAVAGEN  12.", postal_code="11157")
    assert fingerprint_of(written) == fingerprint_of(STOCKHOLM)


@pytest.mark.parametrize("part", ["address_1", "address_2", "address_4", "city", "state", "country"])
def test_every_part_makes_another_address(part: str) -> None:
    assert fingerprint_of(replace(LIBERTY, **{part: "ZZ"})) != fingerprint_of(LIBERTY)


@pytest.mark.parametrize(
    ("address_1", "alike"),
    [("1 Liberty Pl.", True), ("1, liberty place", True), ("One Liberty Place", True), ("4 Main St", False)],
)
def test_alike_is_what_has_most_letters_in_common(address_1: str, *, alike: bool) -> None:
    assert (likeness(LIBERTY, replace(LIBERTY, address_1=address_1)) >= ALIKE_FROM) is alike


def test_only_the_same_address_is_wholly_alike() -> None:
    assert likeness(LIBERTY, replace(LIBERTY, city="new york")) == 1
    assert likeness(LIBERTY, replace(LIBERTY, address_2="Floor 11")) < 1


def test_what_a_registration_calls_a_state_becomes_its_code_or_another_one() -> None:
    told = {"address_1": "1 Liberty Place", "city": "New York", "postal_code": "10006", "country": "US"}
    assert taken_in({**told, "state": "New York"}) == replace(LIBERTY, address_2="")
    assert taken_in({**told, "state": "Gotham"}) == replace(
        LIBERTY, address_2="", state="", other_state="Gotham"
    )


def test_an_address_in_no_country_is_not_taken_in() -> None:
    assert taken_in({"address_1": "1 Main St", "city": "Nowhere", "country": "XX"}) is None


def test_an_address_is_said_in_one_line() -> None:
    assert in_one_line(LIBERTY) == "1 Liberty Place, Floor 10, New York, NY 10006, US"
