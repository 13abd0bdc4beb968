"""The rules of registrations that need no database: what is entered, and what products ask for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.services.licensing.products.fields import Field
from keydesk.services.licensing.registrations.entered import (
    MAX_SERIAL_NUMBER,
    NotText,
    from_csv,
    from_text,
)
from keydesk.services.licensing.registrations.information import checked

pytestmark = pytest.mark.feature("G11")

HOST = Field(name="host_id", required=True, pattern="[0-9a-f]{8}", example="80ab12cd")
TIER = Field(name="deployed_price_tier", choices=("1", "2"), example="1")
SYSTEM = Field(name="system_type", example="Rack server")
CONTACT = Field(name="technical_contact", example="")
ADDRESS = Field(name="install_at", example="")
FIELDS = [HOST, TIER, SYSTEM, CONTACT, ADDRESS]


def refused(said: dict[str, Any]) -> dict[str, str]:
    _, errors = checked(FIELDS, said, "")
    return {error.pointer: error.code for error in errors}


def test_what_is_right_is_kept_tidily() -> None:
    said = {
        "host_id": " 80ab12cd ",
        "deployed_price_tier": "2",
        "technical_contact": {"name": "Ola", "email": "ola@EXAMPLE.com"},
        "install_at": {"address_1": "Storgatan 1", "city": "Lund", "country": "se"},
    }
    kept, errors = checked(FIELDS, said, "")
    assert errors == []
    assert kept == {
        "host_id": "80ab12cd",
        "deployed_price_tier": "2",
        "technical_contact": {"name": "Ola", "email": "ola@example.com", "phone": ""},
        "install_at": {
            "address_1": "Storgatan 1",
            "address_2": "",
            "city": "Lund",
            "state": "",
            "postal_code": "",
            "country": "SE",
        },
    }


@pytest.mark.parametrize("empty", [None, "", "   "])
def test_an_empty_value_takes_the_old_one_away(empty: str | None) -> None:
    assert checked(FIELDS, {"host_id": empty}, "") == ({"host_id": None}, [])


@pytest.mark.parametrize("empty", [None, "", {}, {"name": "", "email": " "}])
def test_an_empty_group_takes_the_old_one_away(empty: object) -> None:
    assert checked(FIELDS, {"technical_contact": empty}, "") == ({"technical_contact": None}, [])


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"host_id": "80AB12CD"}, {"/host_id": "wrong_form"}),
        ({"host_id": "80ab12cd\n80ab12cd"}, {"/host_id": "not_text"}),
        ({"host_id": 7}, {"/host_id": "not_text"}),
        ({"host_id": ["80ab12cd"]}, {"/host_id": "not_text"}),
        ({"deployed_price_tier": "3"}, {"/deployed_price_tier": "not_a_choice"}),
        ({"system_type": "x" * 201}, {"/system_type": "too_long"}),
        ({"system_type": "a\x00b"}, {"/system_type": "not_text"}),
        ({"system_type": "\ud800"}, {"/system_type": "not_text"}),
        ({"colour/size~": "red"}, {"/colour~1size~0": "not_asked"}),
        ({"technical_contact": "Ola"}, {"/technical_contact": "not_a_group"}),
        ({"technical_contact": {"name": "Ola"}}, {"/technical_contact/email": "missing"}),
        (
            {"technical_contact": {"name": "Ola", "email": "ola@", "fax": "1"}},
            {"/technical_contact/email": "not_an_email", "/technical_contact/fax": "not_asked"},
        ),
        (
            {"install_at": {"address_1": "A", "city": 7, "country": "Sweden"}},
            {"/install_at/city": "not_text", "/install_at/country": "not_a_country"},
        ),
    ],
)
def test_what_is_wrong_is_told_place_by_place(said: dict[str, Any], told: dict[str, str]) -> None:
    assert refused(said) == told


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from([field.name for field in FIELDS]) | st.text(), json_values))
def test_no_json_at_all_makes_the_rules_stumble(said: dict[str, Any]) -> None:
    kept, errors = checked(FIELDS, said, "")
    assert set(said) == set(kept) | {name for name in said if name not in kept}
    assert bool(errors) == (set(kept) != set(said))


serials = st.lists(st.from_regex(r"\A[A-Za-z][0-9]{10}\Z"), min_size=1)


@given(serials, st.sampled_from(["\n", "\r\n", " ", ",", ";", "\t", ", ", "\n\n"]))
def test_serial_numbers_are_read_however_they_are_separated(entered: list[str], separator: str) -> None:
    assert from_text(separator.join(entered).encode()) == entered


@given(serials, st.sampled_from([",", ";", "\t"]), st.booleans())
def test_the_first_column_of_a_csv_is_read(entered: list[str], delimiter: str, heading: bool) -> None:  # noqa: FBT001 - hypothesis passes it by position
    rows = ([f"Serial number{delimiter}Order"] if heading else []) + [
        f"{serial}{delimiter}SO-1" for serial in entered
    ]
    assert from_csv("\r\n".join(rows).encode()) == entered


@given(st.binary(max_size=400))
def test_no_file_at_all_makes_the_reader_stumble(content: bytes) -> None:
    for read in (from_text, from_csv):
        try:
            found = read(content)
        except NotText:
            continue
        assert all(0 < len(entry) <= MAX_SERIAL_NUMBER and "\x00" not in entry for entry in found)
