"""What the wizard's forms become for the API."""

import pytest

from keydesk.portal.registrations.forms import information, pointer_to_input, serial_numbers


@pytest.mark.parametrize("typed", ["A1 B2", "A1,B2", " A1;\r\nB2 ", "A1\tB2\n\n", "A1\u3000B2", "A1,, ,B2"])
def test_serial_numbers_may_be_set_apart_in_any_usual_way(typed: str) -> None:
    assert serial_numbers(typed) == ["A1", "B2"]


def test_what_is_shared_goes_to_the_product_and_what_is_not_to_the_line() -> None:
    form = [("product/QF-100/system_type", " X1 "), ("item/itm_1/host_id", "80A1")]
    assert information(form) == {
        "by_product": {"QF-100": {"system_type": "X1"}},
        "by_item": {"itm_1": {"host_id": "80A1"}},
    }


def test_an_emptied_input_takes_its_value_back() -> None:
    told = information([("product/QF-100/system_type", "  ")])
    assert told["by_product"]["QF-100"] == {"system_type": None}


def test_a_contact_is_put_together_from_its_parts() -> None:
    parts = [("name", "Ada"), ("email", "ada@example.com"), ("phone", "")]
    form = [(f"product/QF-100/technical_contact/{part}", value) for part, value in parts]
    contact = {"name": "Ada", "email": "ada@example.com", "phone": ""}
    assert information(form)["by_product"]["QF-100"] == {"technical_contact": contact}


def test_a_contact_whose_parts_are_all_empty_is_taken_back() -> None:
    form = [(f"product/QF-100/technical_contact/{part}", "") for part in ("name", "email", "phone")]
    assert information(form)["by_product"]["QF-100"] == {"technical_contact": None}


def test_inputs_of_other_names_are_left_alone() -> None:
    assert information([("next", "/"), ("product", "x"), ("item/only", "y")]) == {
        "by_product": {},
        "by_item": {},
    }


def test_a_problem_finds_its_input() -> None:
    assert pointer_to_input("/by_product/QF-100/technical_contact/email") == (
        "product/QF-100/technical_contact/email"
    )
    assert pointer_to_input("/by_item/itm_1/host_id") == "item/itm_1/host_id"
